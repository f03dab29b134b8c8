# SPDX-License-Identifier: Apache-2.0
"""Nodes in SONATA format: which neurons of one population excite, and which inhibit."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .arrays import Array
from .errors import CORRECT_IT, FileError, ResultsError, ValueProblem
from .hdf5 import Dataset, Group, open_hdf5


@dataclass(frozen=True)
class SplitNodes:
    """One population of a file as the two of the short form: excitatory neurons come first."""

    name: str
    n_exc: int
    n_inh: int
    gid: Array  # of each node id


def split_nodes(path: Path, column: str, value: str, types: Path | None = None) -> SplitNodes:
    """Nodes whose attribute `column` is `value` are excitatory, the others inhibitory.

    Attributes are those of the nodes, or by node_type_id of the table `types`. Raises FileError.
    """
    with open_hdf5(Path(path), remedy=CORRECT_IT) as file:
        if "nodes" not in file:
            raise FileError(path, "holds no /nodes", "give a file of SONATA nodes")
        groups = file.groups("nodes")
        if len(groups) != 1:
            raise FileError(path, f"has {len(groups)} populations of nodes; one can be split")
        name, group = next(iter(groups.items()))
        key = next((k for k in ("node_id", "node_type_id", "node_group_id") if k in group), None)
        if key is None:
            raise group.fault("has neither node_id nor node_type_id")
        count = len(group.dataset(key))
        ids = np.arange(count)
        if "node_id" in group:
            ids = group.dataset("node_id").whole_numbers().astype(np.int64)
            if not np.array_equal(np.sort(ids), np.arange(count)):
                raise group.fault(f"node_id does not have each of 0 to {count - 1} once")
        found = _attribute(group, count, column, types)
    if found is None:
        raise ValueProblem(f"{path}: nodes have no attribute '{column}'; give their table of types")
    excites = np.zeros(count, dtype=bool)
    excites[ids] = found == value
    if not excites.any():
        seen = ", ".join(sorted(set(map(str, found[:1000])))[:10])
        raise ValueProblem(f"{path}: no node has {column}={value} (there are {seen})")
    gid = np.empty(count, dtype=np.int64)
    n_exc = int(excites.sum())
    gid[excites] = np.arange(n_exc)
    gid[~excites] = np.arange(n_exc, count)
    return SplitNodes(name, n_exc, count - n_exc, gid)


def _attribute(group: Group, count: int, column: str, types: Path | None) -> Array | None:
    """As texts, in the order of the file; None if there is none of that name."""
    for name in sorted(n for n in group.names() if n.isdecimal()):
        if f"{name}/{column}" in group:
            values = _texts(group.dataset(f"{name}/{column}"))
            library = f"{name}/@library/{column}"
            if library in group:  # values are numbers of the entries of a list
                entries = _texts(group.dataset(library))
                values = entries[np.array([int(float(v)) for v in values])]
            if len(values) != count:
                raise group.fault(f"{name}/{column} has {len(values)} values of {count} nodes")
            if "node_group_index" in group:
                place = group.dataset("node_group_index", (count,)).whole_numbers()
                values = values[place.astype(np.int64)]
            return values
    if types is None or "node_type_id" not in group:
        return None
    by_type = _of_types(types, column)
    kinds = group.dataset("node_type_id", (count,)).whole_numbers()
    return None if by_type is None else np.array([by_type.get(int(k), "") for k in kinds])


def _texts(dataset: Dataset) -> Array:
    if dataset.dtype.kind in "biuf":
        return np.array([f"{v:g}" for v in dataset.raw()], dtype=object)
    return np.array([str(v) for v in dataset.texts()], dtype=object)


def _of_types(path: Path, column: str) -> dict[int, str] | None:
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            rows = list(csv.DictReader(file, delimiter=" ", skipinitialspace=True))
        if not rows or column not in rows[0]:
            return None
        return {int(row["node_type_id"]): str(row[column]) for row in rows}
    except (OSError, UnicodeDecodeError, KeyError, ValueError, csv.Error) as error:
        text = " ".join(str(error).split())[:200]
        raise ResultsError(f"{path}: cannot be read as a table of node types ({text})") from error
