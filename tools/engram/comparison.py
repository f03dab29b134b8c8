# SPDX-License-Identifier: Apache-2.0
"""Are two results equal to the last bit; where do they first differ, and by how much."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Iterable, Iterator

import numpy as np

from .arrays import Array
from . import files
from .documents import read_yaml
from .ensemble import FILE as ENSEMBLE_FILE, is_ensemble
from .errors import ResultsError
from .hdf5 import Attribute, Dataset, Group, open_hdf5
from .results import NETWORK, Results, lacks_network

RUN_FILES = ("spikes.h5", "traces.h5", NETWORK)
BLOCK_BYTES = 32 << 20  # of values that are compared at once
MAX_SHOWN = 200  # characters of a value


@dataclass(frozen=True)
class Difference:
    """What differs between two jobs in one dataset, attribute or file."""

    where: str  # file:object or file:object@attribute
    what: str  # in words, with the first place and the largest difference where there are values
    count: int = 1  # values that differ
    largest: float = float("nan")  # absolute difference of numbers; not a number where equal
    first_row: int | None = None  # of values that differ


def compare(first: str | Path, second: str | Path) -> list[Difference]:
    """All differences between two output directories or two HDF5 files; empty if equal.

    Compared are spikes, traces, network and weights; of ensembles the summary, and the trials that
    both have kept. Raises ResultsError for what cannot be compared.
    """
    first, second = Path(first), Path(second)
    for path in (first, second):
        if not path.exists():
            raise ResultsError(f"{path}: no such file or directory")
    if first.is_dir() != second.is_dir():
        raise ResultsError(f"{first} and {second}: a directory cannot be compared with a file")
    if not first.is_dir():
        return list(compare_hdf5(first, second))
    for path in (first, second):
        files.check_finished(path)
    if is_ensemble(first) != is_ensemble(second):
        raise ResultsError(f"{first} and {second}: an ensemble cannot be compared with one run")
    if is_ensemble(first):
        return list(_compare_ensembles(first, second))
    return list(_compare_runs(first, second))


def _compare_runs(first: Path, second: Path) -> Iterator[Difference]:
    for name in RUN_FILES:
        missing = [path for path in (first, second) if name == NETWORK and lacks_network(path)]
        if len(missing) == 2:
            continue
        if missing:
            yield Difference(name, f"was not wanted in {missing[0]}")
            continue
        yield from compare_hdf5(first / name, second / name)


def _compare_ensembles(first: Path, second: Path) -> Iterator[Difference]:
    yield from compare_hdf5(first / ENSEMBLE_FILE, second / ENSEMBLE_FILE)
    trials = [
        {str(path.parent.relative_to(root)) for path in (root / "trials").glob("*/*/summary.json")}
        for root in (first, second)
    ]
    for trial in sorted(trials[0] & trials[1]):
        for difference in _compare_runs(first / trial, second / trial):
            yield replace(difference, where=f"{trial}/{difference.where}")


def compare_hdf5(first: Path, second: Path) -> Iterator[Difference]:
    """Differences between two files: objects, types, shapes, attributes and values."""
    with open_hdf5(first) as a, open_hdf5(second) as b:
        objects_a, objects_b = dict(a.walk()), dict(b.walk())
        for name in sorted(objects_a.keys() | objects_b.keys()):
            where = f"{first.name}:{name}"
            if name not in objects_a or name not in objects_b:
                owner = first if name in objects_a else second
                yield Difference(where, f"is only in {owner}")
                continue
            yield from _compare_attributes(where, objects_a[name], objects_b[name])
            one, other = objects_a[name], objects_b[name]
            if isinstance(one, Dataset) and isinstance(other, Dataset):
                yield from _compare_datasets(where, one, other)
            elif isinstance(one, Dataset) or isinstance(other, Dataset):
                yield Difference(where, "is a group in one, a dataset in the other")


def _compare_attributes(where: str, a: Group | Dataset, b: Group | Dataset) -> Iterator[Difference]:
    ours, theirs = a.attributes(), b.attributes()
    for name in sorted(ours.keys() | theirs.keys()):
        values = ours.get(name), theirs.get(name)
        if values[0] != values[1]:
            shown = [_attribute_text(value) for value in values]
            yield Difference(f"{where}@{name}", f"is {shown[0]} in one, {shown[1]} in the other")


def _attribute_text(attribute: Attribute | None) -> str:
    return "missing" if attribute is None else _cut(repr(attribute.value))


def _compare_datasets(where: str, a: Dataset, b: Dataset) -> Iterator[Difference]:
    if a.dtype != b.dtype:
        yield Difference(where, f"has type {a.dtype} in one, {b.dtype} in the other")
        return
    if a.shape != b.shape:
        text = " x ".join(map(str, a.shape)), " x ".join(map(str, b.shape))
        common = min(len(a), len(b)) if a.shape and b.shape and a.shape[1:] == b.shape[1:] else 0
        found = _Values(where)
        found.take(a, b, common)
        same = f"; the first {common} rows are equal" if common and not found.count else ""
        yield Difference(
            where,
            f"has {text[0]} values in one, {text[1]} in the other{same}{found.text}",
            found.count + abs(math.prod(a.shape) - math.prod(b.shape)),
            found.largest,
            found.first_row if found.count else common,
        )
        return
    found = _Values(where)
    if a.is_constant and b.is_constant:
        found.take_constants(a, b)
    else:
        found.take(a, b, len(a) if a.shape else None)
    if found.count:
        yield Difference(
            where,
            f"{found.count} of {math.prod(a.shape)} values differ{found.text}",
            found.count,
            found.largest,
            found.first_row,
        )


class _Values:
    """Collects how the values of two datasets differ."""

    def __init__(self, where: str) -> None:
        self.where = where
        self.count = 0
        self.largest = float("nan")
        self.text = ""
        self.first_row: int | None = None

    def take(self, a: Dataset, b: Dataset, rows: int | None) -> None:
        """Compares the first rows; all of a scalar if `rows` is None."""
        if rows is None:
            self._block(np.atleast_1d(a.raw()), np.atleast_1d(b.raw()), 0)
            return
        row_bytes = math.prod(a.shape[1:]) * a.dtype.itemsize
        step = max(1, BLOCK_BYTES // max(1, row_bytes))
        for begin in range(0, rows, step):
            end = min(rows, begin + step)
            self._block(a.raw(slice(begin, end)), b.raw(slice(begin, end)), begin)

    def take_constants(self, a: Dataset, b: Dataset) -> None:
        """Compares datasets of equal shapes by the one value that each has."""
        self._block(a.raw(slice(0, 1)), b.raw(slice(0, 1)), 0)
        if self.count:
            self.count = math.prod(a.shape)

    def _block(self, a: Array, b: Array, begin: int) -> None:
        differs = _differs(a, b)
        if not differs.any():
            return
        index = tuple(np.argwhere(differs)[0])
        if not self.count:
            row = int(index[0]) + begin
            self.first_row = row
            shown = ", ".join(str(i) for i in (row, *index[1:]))
            self.text = f"; first at [{shown}]: {_shown(a[index])} and {_shown(b[index])}"
        self.count += int(differs.sum())
        if a.dtype.kind in "fiu":
            size = np.abs(a[differs].astype(np.float64) - b[differs].astype(np.float64))
            self.largest = float(np.fmax(self.largest, np.fmax.reduce(size)))


def _differs(a: Array, b: Array) -> Array:
    """Bit by bit: NaN equals itself, 0 differs from -0."""
    if a.dtype.hasobject:
        pairs = zip(a.ravel().tolist(), b.ravel().tolist())
        return np.array([_plain(x) != _plain(y) for x, y in pairs], dtype=bool).reshape(a.shape)
    size = a.dtype.itemsize
    if a.dtype.kind in "fiu" and size <= 8:
        return np.asarray(a.view(f"u{size}") != b.view(f"u{size}"))
    bits = [np.frombuffer(x.tobytes(), np.uint8).reshape(*x.shape, size) for x in (a, b)]
    return np.asarray((bits[0] != bits[1]).any(axis=-1))


def _plain(value: Any) -> Any:
    """Of variable length: text, or a list of values."""
    return value.tolist() if isinstance(value, np.ndarray) else value


def _shown(value: Any) -> str:
    if isinstance(value, bytes):
        return _cut(repr(value.decode(errors="replace")))
    return f"{value:.17g}" if isinstance(value, (float, np.floating)) else _cut(str(value))


def _cut(text: str) -> str:
    return text if len(text) <= MAX_SHOWN else text[: MAX_SHOWN - 3] + "..."


@dataclass(frozen=True)
class SpikeDivergence:
    """Where the spikes of two runs first differ."""

    time_ms: float
    gid: int
    only_in: Path
    common: int  # spikes that both have
    only_first: int
    only_second: int


def spike_divergence(first: Path, second: Path) -> SpikeDivergence | None:
    """The first spike that only one of two runs has; None if all are equal."""
    runs = Results(first), Results(second)
    lists = [_all_spikes(run) for run in runs]
    common = np.intersect1d(lists[0], lists[1], assume_unique=True)
    only = [np.setdiff1d(spikes, common, assume_unique=True) for spikes in lists]
    if not len(only[0]) and not len(only[1]):
        return None
    candidates = [(*part[0].item(), i) for i, part in enumerate(only) if len(part)]
    time_ms, gid, which = min(candidates)
    return SpikeDivergence(
        time_ms, gid, (first, second)[which], len(common), len(only[0]), len(only[1])
    )


_SPIKE = np.dtype([("time_ms", np.float64), ("gid", np.int64)])


def _all_spikes(results: Results) -> Array:
    """By time, then gid."""
    found = results.all_spikes()
    spikes = np.empty(len(found.time_ms), dtype=_SPIKE)
    spikes["time_ms"], spikes["gid"] = found.time_ms, found.gid
    return spikes


@dataclass(frozen=True)
class TraceDivergence:
    """Where the traces of two runs first differ, among the times that both have."""

    n_common: int
    has_same_times: bool
    time_ms: float | None  # None: they are equal at all of these
    name: str


def trace_divergence(first: Path, second: Path, names: Iterable[str]) -> TraceDivergence:
    """Of columns by their names below /traces; a run that lost some has a gap in its times."""
    times_s = Results(first).trace_time_s, Results(second).trace_time_s
    common_s, *rows = np.intersect1d(
        times_s[0], times_s[1], assume_unique=True, return_indices=True
    )
    found: list[tuple[float, str]] = []
    with open_hdf5(first / "traces.h5") as a, open_hdf5(second / "traces.h5") as b:
        for name in names:
            if f"traces/{name}" not in a or f"traces/{name}" not in b:
                continue
            columns = [file.dataset(f"traces/{name}").raw() for file in (a, b)]
            if columns[0].dtype != columns[1].dtype:
                continue
            if any(len(c) != len(t) for c, t in zip(columns, times_s)):
                continue
            differs = _differs(columns[0][rows[0]], columns[1][rows[1]])
            if differs.any():
                found.append((1000 * float(common_s[np.argmax(differs)]), name))
    time_ms, name = min(found, default=(None, ""))
    return TraceDivergence(len(common_s), np.array_equal(times_s[0], times_s[1]), time_ms, name)


def configuration_differences(first: Path, second: Path) -> list[str]:
    """Keys whose values differ in the configurations of two jobs, but for where they write."""
    flat = [_flat(read_yaml(path / files.CONFIGURATION)) for path in (first, second)]
    keys = [key for key in flat[0].keys() | flat[1].keys() if not key.startswith("output.")]
    return sorted(key for key in keys if flat[0].get(key) != flat[1].get(key))


def _flat(tree: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    leaves: dict[str, Any] = {}
    for key, value in tree.items():
        name = f"{prefix}{key}"
        leaves |= _flat(value, f"{name}.") if isinstance(value, dict) else {name: value}
    return leaves
