# SPDX-License-Identifier: Apache-2.0
"""Compares the results of two runs to the last bit, metadata included; those of a salvaged run but for what it has lost."""

import json
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

Gaps = list[tuple[float, float]]

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


def gaps_of(path: Path, group: str) -> Gaps:
    """Of spikes.h5 or traces.h5, in ms."""
    with h5py.File(path) as file:
        if "gaps_ms" not in file[group].attrs:
            return []
        gaps = file[group].attrs["gaps_ms"]
        assert gaps.dtype == np.float64 and gaps.ndim == 2 and gaps.shape[1] == 2
        return [(float(begin), float(end)) for begin, end in gaps]


def is_kept(times_ms: np.ndarray, gaps: Gaps) -> np.ndarray:
    kept = np.ones(len(times_ms), dtype=bool)
    for begin, end in gaps:
        kept &= (times_ms < begin) | (times_ms >= end)
    return kept


def assert_same_values(file: h5py.File, whole: h5py.File, name: str, kept: np.ndarray) -> None:
    assert whole[name][()][kept].tobytes() == file[name][()].tobytes(), name


def assert_equal_but_for_losses(whole: Path, output: Path) -> Any:
    """All that is no loss is there, and nothing else; returns the summary."""
    summary = json.loads((output / "summary.json").read_text())
    found: list[dict[str, Any]] = []
    for recording in ("spikes", "traces"):
        name = f"{recording}.h5"
        gaps = gaps_of(output / name, recording)
        assert gaps == sorted(gaps) and all(begin < end for begin, end in gaps)
        found += [
            {"recording": recording, "begin_s": begin / 1000, "end_s": end / 1000}
            for begin, end in gaps
        ]
        with h5py.File(output / name) as a, h5py.File(whole / name) as b:
            if recording == "traces":
                kept = is_kept(b["traces/time_ms"][()], gaps)
                columns: list[str] = []
                b["traces"].visititems(
                    lambda n, o: columns.append(n) if isinstance(o, h5py.Dataset) else None
                )
                for column in columns:
                    assert_same_values(a, b, f"traces/{column}", kept)
            else:
                for population in b["spikes"]:
                    group = f"spikes/{population}"
                    kept = is_kept(b[f"{group}/timestamps"][()], gaps)
                    assert_same_values(a, b, f"{group}/timestamps", kept)
                    assert_same_values(a, b, f"{group}/node_ids", kept)
    assert len(found) == len(summary.get("recording_gaps", []))
    for gap, named in zip(found, summary.get("recording_gaps", [])):
        assert gap["recording"] == named["recording"]
        assert gap["begin_s"] == pytest.approx(named["begin_s"], abs=1e-12)
        assert gap["end_s"] == pytest.approx(named["end_s"], abs=1e-12)
    lost = [f"snapshots/t_{time:g}s" for time in summary.get("lost_snapshots_s", [])]
    network, whole_network = content(output / "network.h5"), content(whole / "network.h5")
    expected = {
        name: value
        for name, value in whole_network.items()
        if not name.startswith("checksums") and not any(label in name for label in lost)
    }
    assert {n: v for n, v in network.items() if not n.startswith("checksums")} == expected
    return summary
