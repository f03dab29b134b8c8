# SPDX-License-Identifier: Apache-2.0
"""Directories of runs as somebody might hand them over to do harm: checkpoints and results whose checksums are
right and whose content is not, links, pipes, values that are not there.

The checksums are computed from docs/file_formats.md alone.
"""

import hashlib
import json
import os
import random
import shlex
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable, Union

import h5py
import numpy as np

from conftest import MPI_ENVIRONMENT

Change = Callable[[dict[str, Any]], None]


def scramble(x: Any) -> Any:
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


def checksum(values: Any) -> int:
    """Of a dataset, as the section on checkpoints describes it."""
    flat = np.ascontiguousarray(values).reshape(-1)
    bits = flat.view(f"u{flat.dtype.itemsize}").astype(np.uint64)
    with np.errstate(over="ignore"):
        index = np.arange(flat.size, dtype=np.uint64) + np.uint64(0x9E3779B97F4A7C15)
        return int(np.sum(scramble(bits + scramble(index)), dtype=np.uint64))


def replace(file: Any, name: str, values: Any) -> None:
    if name in file:
        del file[name]
    file.create_dataset(name, data=values)


def header_of(path: Path) -> dict[str, Any]:
    with h5py.File(path) as file:
        header: dict[str, Any] = json.loads(bytes(file["header"][()]))
        return header


def put_header(path: Path, text: Union[str, bytes]) -> None:
    values = np.frombuffer(text if isinstance(text, bytes) else text.encode(), np.uint8)
    with h5py.File(path, "r+", libver="latest") as file:
        replace(file, "header", values)
        replace(file, "header_checksum", np.array([checksum(values)], np.uint64))


def change_header(path: Path, change: Change) -> None:
    header = header_of(path)
    change(header)
    put_header(path, json.dumps(header))


def change_values(path: Path, name: str, change: Callable[[Any], Any]) -> None:
    """Of a dataset of a checkpoint; its checksum follows."""
    with h5py.File(path, "r+", libver="latest") as file:
        values = np.array(file[name][()])
        changed = change(values)
        values = values if changed is None else changed
        replace(file, name, values)
    change_header(path, lambda header: header["checksums"].update({name: checksum(values)}))


def content(root: Path) -> dict[str, str]:
    """Of every file and link below a directory."""
    found = {}
    for path in sorted(root.rglob("*")):
        name = str(path.relative_to(root))
        if path.is_symlink():
            found[name] = "link to " + os.readlink(path)
        elif path.is_file():
            found[name] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


@dataclass
class Outcome:
    code: int  # negative: a signal
    message: str
    cpu_s: float
    memory_MB: float


def outcome_of(command: list[Any], errors: Path, patience_s: float = 300) -> Outcome:
    """Runs a program; one that waits for something is ended by SIGALRM, one that computes by SIGXCPU."""
    limits = f"ulimit -t 60; exec timeout --foreground -s ALRM {patience_s} "
    with errors.open("wb") as log:
        pid = os.posix_spawn(
            "/bin/sh",
            ["sh", "-c", limits + shlex.join([str(part) for part in command])],
            dict(os.environ, **MPI_ENVIRONMENT),
            file_actions=[
                (os.POSIX_SPAWN_OPEN, 0, "/dev/null", os.O_RDONLY, 0),
                (os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0),
                (os.POSIX_SPAWN_DUP2, log.fileno(), 2),
            ],
        )
    _, status, usage = os.wait4(pid, 0)  # of timeout and what it has started
    return Outcome(
        os.waitstatus_to_exitcode(status),
        errors.read_text(errors="replace"),
        usage.ru_utime + usage.ru_stime,
        usage.ru_maxrss / 1000,
    )


# What is put in the place of a number, a text or anything else.
NUMBERS: list[Any] = [
    -1,
    -(2**63),
    2**31,
    2**53,
    2**63,
    2**64 - 1,
    2**70,
    0,
    1,
    1.5,
    1e300,
]
OTHERS: list[Any] = [None, True, False, "", "x" * 10_000, "\x1b[31m", "\u0000", [], {}, [[]], [{}]]
FLOATS = [float("nan"), float("inf"), -float("inf"), 1e300, -1e300, 5e-324, -1.0, -0.0, 0.0, 1e9]
NAMES = ["../../victim/file", "/etc/passwd", "", ".", "..", "snapshot-9.h5", "a/b", "\n"]


class Harm:
    """Draws one way of harming a directory of a run."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def places(self, node: Any) -> list[tuple[Any, Any]]:
        """(container, key) of everything in a header."""
        found = []
        keys = node.keys() if isinstance(node, dict) else range(len(node))
        for key in list(keys):
            found.append((node, key))
            if isinstance(node[key], (dict, list)):
                found += self.places(node[key])
        return found

    def value(self, old: Any) -> Any:
        choice = self.random.random()
        if isinstance(old, int) and not isinstance(old, bool) and choice < 0.5:
            return old + self.random.choice([-1, 1, -15, 15, 10**6, -(10**6)])
        if isinstance(old, str) and choice < 0.5:
            return self.random.choice(NAMES)
        return self.random.choice(NUMBERS + OTHERS)

    def header(self, path: Path) -> str:
        header = header_of(path)
        owner, key = self.random.choice(
            [place for place in self.places(header) if place[0] is not header["checksums"]]
        )
        kind = self.random.randrange(5)
        text = None
        if kind == 0:
            del owner[key]
        elif kind == 1 and isinstance(owner[key], list):
            owner[key] = self.random.choice([owner[key] * 2, owner[key][:-1], owner[key][::-1]])
        elif kind == 2 and isinstance(owner, dict):
            text = json.dumps(header)
            text = text.replace(f'"{key}":', f'"{key}": 0, "{key}":', 1)
        else:
            owner[key] = self.value(owner[key])
        put_header(path, text if text is not None else json.dumps(header))
        return f"header {key}"

    def header_text(self, path: Path) -> str:
        text = json.dumps(header_of(path)).encode()
        kind = self.random.randrange(4)
        if kind == 0:
            text = text[: self.random.randrange(len(text))]
        elif kind == 1:
            text = self.random.choice([b"[", b'{"a":']) * 100_000
        elif kind == 2:
            at = self.random.randrange(len(text))
            text = text[:at] + bytes([self.random.randrange(256)]) + text[at + 1 :]
        else:
            text = b"" if self.random.random() < 0.3 else text.replace(b"0", b"1e999", 1)
        put_header(path, text or b" ")
        return "text of the header"

    def configuration(self, path: Path) -> str:
        header = header_of(path)
        lines = header["configuration"].split("\n")
        at = self.random.randrange(len(lines))
        kind = self.random.randrange(3)
        if kind == 0:
            del lines[at]
        elif kind == 1:
            lines[at] = lines[at].split(":")[0] + ": " + str(self.random.choice(NUMBERS + FLOATS))
        else:
            lines.insert(at, self.random.choice(lines))
        header["configuration"] = "\n".join(lines)
        put_header(path, json.dumps(header))
        return f"configuration line {at}"

    def datasets(self, path: Path) -> list[str]:
        names: list[str] = []
        with h5py.File(path) as file:
            file.visititems(
                lambda name, node: names.append(name) if isinstance(node, h5py.Dataset) else None
            )
        return names

    def changed(self, values: Any) -> Any:
        kind = self.random.randrange(4)
        if kind == 0 and values.size:
            at = self.random.randrange(values.size)
            choice = FLOATS if values.dtype.kind == "f" else [0, 1, 3, 255, 2**31, 2**32 - 1]
            with np.errstate(all="ignore"):
                values.reshape(-1)[at] = np.array(self.random.choice(choice)).astype(values.dtype)
        elif kind == 1:
            values = values[:-1] if self.random.random() < 0.5 else np.concatenate([values, values])
        elif kind == 2:
            values = values[::-1].copy()
        else:
            values = values.astype(self.random.choice(["f4", "f8", "u1", "i8", "u8"]))
        return values

    def state(self, path: Path) -> str:
        names = [name for name in self.datasets(path) if not name.startswith("header")]
        name = self.random.choice(names)
        with np.errstate(all="ignore"):
            change_values(path, name, self.changed)
        return f"values of {name}"

    def storage(self, path: Path) -> str:
        """In place of a dataset something that reads otherwise."""
        name = self.random.choice(self.datasets(path))
        outside = path.parent.parent / "victim"
        kind = self.random.randrange(7)
        with h5py.File(path, "r+", libver="latest") as file:
            old = file[name]
            shape, dtype = old.shape, old.dtype
            del file[name]
            if kind == 0:
                file[name] = h5py.ExternalLink(
                    str(outside / self.random.choice(["file.h5", "pipe"])), "/data"
                )
            elif kind == 1:
                file[name] = h5py.SoftLink(self.random.choice(["/", "/nothing", f"/{name}"]))
            elif kind == 2:
                file.create_dataset(name, (2**40,), "f8", chunks=(1024,))
            elif kind == 3:
                file.create_dataset(
                    name, shape or (3,), dtype, external=[(str(outside / "file"), 0, 2**20)]
                )
            elif kind == 4:
                layout = h5py.VirtualLayout((3,), "f8")
                layout[:] = h5py.VirtualSource(str(outside / "pipe"), "data", shape=(3,))
                file.create_virtual_dataset(name, layout)
            elif kind == 5:
                replace(
                    file,
                    name,
                    self.random.choice(
                        [
                            np.float64(1),
                            np.array([b"text"], "S4"),
                            np.zeros((2, 2, 2)),
                            np.zeros(2, [("a", "f8"), ("b", "S3")]),
                            h5py.Empty("f8"),
                        ]
                    ),
                )
            else:
                file.create_group(name)
        return f"storage {kind} of {name}"

    def results(self, directory: Path) -> str:
        path = directory / self.random.choice(["spikes.h5", "traces.h5", "network.h5"])
        kind = self.random.randrange(3)
        if kind == 0:
            return f"{path.name}: " + self.storage(path)
        with h5py.File(path, "r+") as file:
            if kind == 1:
                del file["checksums"]
                return f"{path.name}: no checksums"
            sums = {
                name.decode(): i for i, name in enumerate(file["checksums/datasets"][()])
            }  # by name
            name = self.random.choice(list(sums))
            attributes = dict(file[name].attrs)
            with np.errstate(all="ignore"):
                values = self.changed(np.array(file[name][()]))
            replace(file, name, values)
            file[name].attrs.update(attributes)
            file["checksums/sums"][sums[name]] = np.uint64(checksum(values))
        return f"{path.name}: values of {name}"

    def file(self, directory: Path) -> str:
        """Another thing in place of a file, or beside it."""
        victim = directory.parent / "victim"
        name = self.random.choice(
            [
                *(path.name for path in directory.iterdir() if path.is_file()),
                "partial",
                "partial/spikes.bin",
                "partial/traces.bin",
                "partial/snapshot-0.h5",
                "trials",
                "progress.json",
            ]
        )
        name += self.random.choice(["", ".tmp"])
        path = directory / name
        path.parent.mkdir(exist_ok=True)
        if path.is_dir():
            shutil.rmtree(path)
        path.unlink(missing_ok=True)
        kind = self.random.randrange(5)
        if kind == 3 and name.endswith(".tmp"):
            kind = 4  # a run goes on until it meets a directory there
        if kind == 0:
            path.symlink_to(
                self.random.choice([victim / "file", victim, victim / "none", "/dev/zero"])
            )
        elif kind == 1:
            os.link(victim / "file", path)
        elif kind == 2:
            os.mkfifo(path)
        elif kind == 3:
            path.mkdir()
        else:
            path.symlink_to(os.path.relpath(victim / "file", path.parent))
        return f"kind {kind} at {name}"

    def do(self, directory: Path) -> str:
        """\return what was done"""
        path = self.random.choice(sorted(directory.glob("checkpoint-*.h5")))
        ways: list[tuple[float, Callable[[Path], str], Path]] = [
            (6, self.header, path),
            (1, self.header_text, path),
            (2, self.configuration, path),
            (5, self.state, path),
            (3, self.storage, path),
            (4, self.results, directory),
            (4, self.file, directory),
        ]
        _, way, place = self.random.choices(ways, [weight for weight, _, _ in ways])[0]
        return way(place)
