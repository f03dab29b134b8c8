# SPDX-License-Identifier: Apache-2.0
"""Result directories that were damaged or made to hurt, and the tools run on them with limits."""

from __future__ import annotations

import json
import os
import random
import re
import resource
import shutil
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable

import h5py
import numpy as np
import yaml
from tool import run_in_copy

RUN_FILES = ("summary.json", "config.yaml", "progress.json", "spikes.h5", "traces.h5", "network.h5")
ENSEMBLE_FILES = ("summary.json", "config.yaml", "progress.json", "ensemble.h5")
RUN_FIGURES = ("overview", "raster", "membrane", "weights", "calcium_protein", "snapshots",
               "weight_matrix")  # fmt: skip

CPU_S = 10
MEMORY_BYTES = 1 << 30

# --- Running a tool


@dataclass(frozen=True)
class Outcome:
    """How a tool ended."""

    tool: str
    code: int  # negative: the signal that ended it
    stdout: str
    stderr: str

    def problem(self) -> str | None:
        """What a tool must never do with any file; None if it did not."""
        allowed = (0, 1, 3) if self.tool == "compare" else (0, 3)
        if self.code not in allowed:
            return f"ended with {self.code}"
        if "Traceback" in self.stderr:
            return "printed a traceback"
        if self.code == 3 and not re.fullmatch(rf"engram-{self.tool}: error: .*\n", self.stderr):
            return "printed something else than one line"
        if re.search("[^\n -~\xa1-\u1fff\u2030-\u2064\u2070-\ud7ff\uf900-\U0001ffff]",
                     self.stdout + self.stderr):  # fmt: skip
            return "printed control characters"
        return None


def run_tool_within_limits(tool: str, arguments: list[object]) -> Outcome:
    result = run_in_copy(tool, [str(argument) for argument in arguments], _limit)
    return Outcome(tool, result.returncode, result.stdout, result.stderr)


def _limit() -> None:
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    limit = pages * resource.getpagesize() + MEMORY_BYTES
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def calls(directory: Path, whole: Path, output: Path, is_ensemble: bool) -> list[tuple[str, list]]:
    """Tools, and their arguments for a directory and the undamaged one."""
    figures = ["recall_by_size", "traces"] if is_ensemble else list(RUN_FIGURES)
    found: list[tuple[str, list]] = [
        ("compare", [directory, whole]),
        ("recall", [directory]),
        ("recall", [directory, "--format", "csv"]),
        ("recall", [directory, "--format", "json"]),
        ("watch", [directory, "--once"]),
    ]
    found += [("plot", [directory, "-o", output, "--figures", name]) for name in figures]
    if not is_ensemble:
        found.append(("export", [directory, "-o", output]))
    return found


# --- Files that are no files


def replace_by_fifo(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def replace_by_directory(path: Path) -> None:
    path.unlink()
    path.mkdir()


def replace_by_socket(path: Path) -> None:
    path.unlink()
    here = os.getcwd()
    os.chdir(path.parent)  # names of sockets are short
    try:
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(path.name)
    finally:
        os.chdir(here)


def replace_by_device(path: Path) -> None:
    path.unlink()
    path.symlink_to("/dev/zero")


def make_huge(path: Path) -> None:
    """Without taking room on the disk."""
    os.truncate(path, 1 << 40)


REPLACEMENTS: dict[str, Callable[[Path], None]] = {
    "a FIFO": replace_by_fifo,
    "a directory": replace_by_directory,
    "a socket": replace_by_socket,
    "a device": replace_by_device,
}

# --- HDF5 datasets and links


def put(file: h5py.File, name: str, kind: str) -> None:
    """Puts something hostile in the place of an object."""
    old = file[name] if name in file else None
    values = old[()] if isinstance(old, h5py.Dataset) else np.zeros(3)
    shape = getattr(values, "shape", (3,))
    del file[name]
    elsewhere = Path(file.filename).with_name("elsewhere")
    if kind == "external link":
        if not elsewhere.exists():
            os.mkfifo(elsewhere)
        file[name] = h5py.ExternalLink(elsewhere.name, "/x")
    elif kind == "soft link":
        file[name] = h5py.SoftLink("/")
    elif kind == "external values":
        length = int(np.prod(shape)) * 8
        file.create_dataset(name, shape, "f8", external=[("/dev/zero", 0, length)])
    elif kind == "virtual":
        layout = h5py.VirtualLayout((3,), "f8")
        layout[:] = h5py.VirtualSource("elsewhere", "x", (3,))
        file.create_virtual_dataset(name, layout)
    elif kind == "group":
        file.create_group(name)
    elif kind == "scalar":
        file[name] = 1.0
    elif kind == "null":
        file[name] = h5py.Empty("f8")
    elif kind == "compound":
        file[name] = np.zeros(shape, [("a", "f8"), ("b", "i4", (2,))])
    elif kind == "reference":
        file.create_dataset(name, shape, h5py.ref_dtype)
    elif kind == "strings":
        file[name] = np.full(shape, b"\x1b[2J")
    elif kind == "text":
        file.create_dataset(name, data=np.full(shape, TEXT, object), dtype=h5py.string_dtype())
    elif kind == "lists":
        data = file.create_dataset(name, (3,), h5py.vlen_dtype("f8"))
        data[0] = np.arange(3.0)
    elif kind == "opaque":
        file[name] = np.full(shape, b"abc").astype("V3")
    elif kind == "long double":
        file[name] = np.zeros(shape, np.longdouble)
    elif kind == "two dimensions":
        file[name] = np.zeros((3, 2))
    elif kind == "shorter":
        file[name] = np.ravel(values)[:1]
    elif kind == "longer":
        file[name] = np.append(np.ravel(values), np.ravel(values))
    elif kind == "empty":
        file[name] = np.ravel(values)[:0]
    elif kind == "huge":
        file.create_dataset(name, (1 << 40,), "f8", chunks=(1 << 16,))
    elif kind == "huge late":
        file.create_dataset(name, (1 << 40,), "f8")
    elif kind == "compressed":
        file.create_dataset(name, data=np.zeros(1 << 24), compression="gzip")
    elif kind == "filter":
        file.create_dataset(name, data=np.zeros(1000), chunks=(100,), scaleoffset=2)
    elif kind == "not a number":
        file[name] = np.full(shape, np.nan)
    elif kind == "infinite":
        file[name] = np.full(shape, -np.inf)
    elif kind == "large":
        file[name] = np.full(shape, 1e308)
    elif kind == "large ids":
        file[name] = np.full(shape, 2**64 - 1, np.uint64)
    elif kind == "negative ids":
        file[name] = np.full(shape, -5, np.int64)
    elif kind == "missing":
        pass
    elif kind == "names":
        file[f"{name}\x1b[31m\u202e$x"] = values
    elif kind == "itself":
        file[name] = file["/"]
    else:
        raise AssertionError(kind)


TEXT = "\u202e\x1b[2J"
OBJECTS = (
    "external link", "soft link", "external values", "virtual", "group", "scalar", "null",
    "compound", "reference", "strings", "text", "lists", "opaque", "long double",
    "two dimensions", "shorter", "longer", "empty", "huge", "huge late", "compressed", "filter",
    "not a number", "infinite", "large", "large ids", "negative ids", "missing", "names", "itself",
)  # fmt: skip

ATTRIBUTES: dict[str, Any] = {
    "list": ["a", "b"],
    "empty": h5py.Empty("f8"),
    "number": 1.5,
    "negative": -1,
    "not a number": np.nan,
    "huge": 2**63,
    "compound": np.zeros((), [("a", "f8")]),
    "bytes": np.bytes_(b"\xff\x1b[2J"),
    "text": "\x1b]0;title\x07\u202e$x_",
    "long": "x" * 60_000,
    "lists": np.zeros((2, 2)),
}

# --- Documents

VALUES = (None, True, -1, 0, 1, 3, 2**31, 10**30, 1.5, -1e300, 1e308, "", "x", "\x1b[2J", "$x_\u202e",
          [], [[]], [1], [[1, 2]], [None], {}, {"a": 1}, "all", "exc", 1e-300)  # fmt: skip


def places(tree: Any, path: tuple = ()) -> list[tuple]:
    """The paths of all values in a document."""
    found = [path] if path else []
    items = tree.items() if isinstance(tree, dict) else ()
    if isinstance(tree, list):
        items = list(enumerate(tree))[:3]
    for key, value in items:
        found += places(value, (*path, key))
    return found


def set_value(tree: Any, path: tuple, value: Any) -> None:
    for key in path[:-1]:
        tree = tree[key]
    tree[path[-1]] = value


def write_document(path: Path, tree: Any) -> None:
    text = json.dumps(tree) if path.suffix == ".json" else yaml.safe_dump(tree, sort_keys=False)
    path.write_text(text, encoding="utf-8", errors="surrogatepass")


def read_document(path: Path) -> Any:
    text = path.read_text(encoding="utf-8")
    return json.loads(text) if path.suffix == ".json" else yaml.safe_load(text)


# --- Random damage


def copied(source: Path, target: Path) -> Path:
    """A fresh copy of a directory of results."""
    shutil.rmtree(target, ignore_errors=True)
    ignored = shutil.ignore_patterns("checkpoint-*", "plots", "trials")
    shutil.copytree(source, target, ignore=ignored)
    return target


def damage(directory: Path, rng: random.Random) -> str:
    """Damages a file of results at random; says how."""
    is_ensemble = (directory / "ensemble.h5").exists()
    path = directory / rng.choice(ENSEMBLE_FILES if is_ensemble else RUN_FILES)
    if path.suffix == ".h5":
        ways = [_flip, _flip, _flip_structure, _flip_structure, _flip_structure, _cut, _object,
                _object, _object, _attribute]  # fmt: skip
    else:
        ways = [_flip, _cut, _value, _value, _value, _key, _nest]
    way = rng.choice(ways)
    return f"{path.name}: {way(path, rng)}"


def _flip(path: Path, rng: random.Random) -> str:
    content = bytearray(path.read_bytes())
    return _change_bytes(path, content, range(len(content)), rng)


def _flip_structure(path: Path, rng: random.Random) -> str:
    """Bytes that are not values."""
    content = bytearray(path.read_bytes())
    values: list[range] = []

    def note(name: str, item: Any) -> None:
        if isinstance(item, h5py.Dataset) and item.id.get_offset() and not item.dtype.hasobject:
            values.append(range(item.id.get_offset(), item.id.get_offset() + item.nbytes))

    with h5py.File(path, "r") as file:
        file.visititems(note)
    others = [i for i in range(len(content)) if not any(i in part for part in values)]
    return _change_bytes(path, content, others, rng)


def _change_bytes(path: Path, content: bytearray, where: Any, rng: random.Random) -> str:
    changed = {}
    for _ in range(rng.choice((1, 1, 2, 4, 16))):
        index = rng.choice(where)
        bit = content[index] ^ (1 << rng.randrange(8))
        changed[index] = rng.choice((bit, rng.randrange(256), 0, 255))
        content[index] = changed[index]
    path.write_bytes(content)
    return f"bytes {changed}"


def _cut(path: Path, rng: random.Random) -> str:
    size = path.stat().st_size
    length = rng.choice((0, 1, rng.randrange(size), size - 1, size - 8))
    os.truncate(path, max(0, length))
    return f"cut to {length}"


def _object(path: Path, rng: random.Random) -> str:
    with h5py.File(path, "r+") as file:
        names: list[str] = []
        file.visit(names.append)
        name, kind = rng.choice(names), rng.choice(OBJECTS)
        put(file, name, kind)
    return f"{name}: {kind}"


def _attribute(path: Path, rng: random.Random) -> str:
    with h5py.File(path, "r+") as file:
        found: list[tuple[str, str]] = [("/", name) for name in file.attrs]
        file.visititems(lambda name, item: found.extend((name, each) for each in item.attrs))
        place, name = rng.choice(found)
        kind = rng.choice([*ATTRIBUTES, "missing"])
        del file[place].attrs[name]
        if kind != "missing":
            file[place].attrs[name] = ATTRIBUTES[kind]
    return f"{place}@{name}: {kind}"


def _value(path: Path, rng: random.Random) -> str:
    tree = read_document(path)
    place, value = rng.choice(places(tree)), rng.choice(VALUES)
    set_value(tree, place, value)
    write_document(path, tree)
    return f"{place} = {value!r}"


def _key(path: Path, rng: random.Random) -> str:
    tree = read_document(path)
    place = rng.choice(places(tree))
    owner = tree
    for key in place[:-1]:
        owner = owner[key]
    value = owner[place[-1]]
    del owner[place[-1]]
    if isinstance(owner, dict) and rng.random() < 0.5:
        owner[rng.choice(("\x1b[2J", "$x_", "", "1", "all"))] = value
    write_document(path, tree)
    return f"{place} removed or renamed"


def _nest(path: Path, rng: random.Random) -> str:
    text = path.read_text(encoding="utf-8")
    opening, closing = rng.choice((("[", "]"), ('{"a":', "}")))
    nested = opening * 100_000 + closing * rng.choice((0, 100_000))
    position = rng.choice([match.end() for match in re.finditer(": |^", text)])
    path.write_text(text[:position] + nested + text[position:], encoding="utf-8")
    return f"nested at {position}"
