# SPDX-License-Identifier: Apache-2.0
"""Compares the HDF5 results of two runs to the last bit, metadata included."""

from pathlib import Path
from typing import Any

import h5py

RESULTS = ("spikes.h5", "traces.h5", "network.h5")


def attribute_bytes(node: Any, name: str) -> tuple[str, tuple[int, ...], bytes]:
    """Type, shape and content of an attribute; text has no stable bytes but its own."""
    value = node.attrs[name]
    if isinstance(value, str):
        return "text", (), value.encode()
    kind = node.attrs.get_id(name).dtype
    return f"{kind} {h5py.check_enum_dtype(kind)}", value.shape, value.tobytes()


def content(path: Path) -> dict[str, Any]:
    """Everything in a file by name, so that a missing object differs as well as a changed one."""
    found: dict[str, Any] = {}

    def add(name: str, node: Any) -> None:
        found[name] = "group"
        if isinstance(node, h5py.Dataset):
            is_text = h5py.check_string_dtype(node.dtype) is not None
            values = repr(node.asstr()[()].tolist()).encode() if is_text else node[()].tobytes()
            found[name] = (str(node.dtype), node.shape, values)
        for attribute in node.attrs:
            found[f"{name}@{attribute}"] = attribute_bytes(node, attribute)

    with h5py.File(path, "r") as file:
        add("/", file)
        file.visititems(add)
    return found


def differences(first: Path, second: Path) -> list[str]:
    """Names of what differs in the results of two directories."""
    names: list[str] = []
    for file in RESULTS:
        a, b = content(Path(first) / file), content(Path(second) / file)
        names += [
            f"{file}:{key}" for key in sorted(a.keys() | b.keys()) if a.get(key) != b.get(key)
        ]
    return names


def assert_equal(first: Path, second: Path) -> None:
    found = differences(first, second)
    assert not found, f"{first} and {second} differ in {found[:20]}"
