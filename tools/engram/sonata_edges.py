# SPDX-License-Identifier: Apache-2.0
"""Edges in SONATA format as the specification allows them, and as public tools write them.

Indices are not used: all edges are read, in whatever order they are.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Mapping

import numpy as np

from .arrays import Array
from .connection_files import Edges
from .errors import CORRECT_IT, FileError, ResultsError
from .hdf5 import Group, open_hdf5
from .network import Network

ALL = "all"  # node ids of a population are gids of the whole network
NONE = "none"  # edges of a population are left out


@dataclass(frozen=True)
class SonataEdges:
    """What was read, and what was left out."""

    edges: Edges
    left_out: list[str]  # names of groups of edges, and why


def read_sonata(
    path: Path,
    network: Network,
    names: Mapping[str, str] | None = None,
    weights: bool = False,
    types: Path | None = None,
) -> SonataEdges:
    """All edges between the populations of a network, by gid.

    `names` maps populations of the file to those of the network, to ALL or NONE. With `weights`
    the attribute syn_weight is read, from the groups of the file or, by edge_type_id, from the
    table `types`. Raises FileError.
    """
    reader = _Reader(Path(path), network, names or {}, weights, types)
    return reader.read()


class _Reader:
    def __init__(
        self,
        path: Path,
        network: Network,
        names: Mapping[str, str],
        weights: bool,
        types: Path | None,
    ) -> None:
        self._path = path
        self._network = network
        self._names = names
        self._weights = weights
        self._by_type = _weights_of_types(types) if types is not None else {}
        self._left_out: list[str] = []
        self._used: set[str] = set()

    def read(self) -> SonataEdges:
        pre, post, weight = [], [], []
        with open_hdf5(self._path, remedy=CORRECT_IT) as file:
            if "edges" not in file:
                found = ", ".join(file.names()[:10]) or "nothing"
                what = "nodes alone" if "nodes" in file else f"no /edges (it holds {found})"
                raise FileError(self._path, f"holds {what}", "give a file of SONATA edges")
            groups = file.groups("edges")
            if not groups:
                raise FileError(self._path, "/edges holds no group of edges")
            for name, group in groups.items():
                found_edges = self._of_group(name, group)
                if found_edges is not None:
                    pre.append(found_edges.pre)
                    post.append(found_edges.post)
                    if found_edges.weight is not None:
                        weight.append(found_edges.weight)
        unused = sorted(set(self._names) - self._used)
        if unused:
            raise FileError(self._path, f"has no edges of the population '{unused[0]}'")
        if not pre:
            raise FileError(
                self._path,
                "has no edges between populations of the network " f"({'; '.join(self._left_out)})",
                "say with --map NAME=POPULATION which are which",
            )
        nothing = np.empty(0, dtype=np.int64)
        edges = Edges(
            np.concatenate([nothing, *pre]),
            np.concatenate([nothing, *post]),
            np.concatenate([np.empty(0), *weight]) if self._weights else None,
        )
        return SonataEdges(edges, self._left_out)

    def _of_group(self, name: str, group: Group) -> Edges | None:
        ends = [self._gids(name, group, end) for end in ("source", "target")]
        if ends[0] is None or ends[1] is None:
            return None
        if len(ends[0]) != len(ends[1]):
            raise group.fault(f"has {len(ends[0])} sources, but {len(ends[1])} targets")
        weight = self._weight_of(group, len(ends[0])) if self._weights else None
        times = self._times(group, len(ends[0]))
        if times is not None:
            weight = None if weight is None else np.repeat(weight, times)
            return Edges(np.repeat(ends[0], times), np.repeat(ends[1], times), weight)
        return Edges(ends[0], ends[1], weight)

    def _times(self, group: Group, n_edges: int) -> Array | None:
        """How many synapses each edge stands for, where bmtk has counted them (nsyns)."""
        if "0/nsyns" not in group:
            return None
        times = group.dataset("0/nsyns").whole_numbers().astype(np.int64)
        if "edge_group_index" in group and len(times) == n_edges:
            place = group.dataset("edge_group_index", (n_edges,)).whole_numbers()
            times = times[place.astype(np.int64)]
        return times if len(times) == n_edges else None

    def _gids(self, name: str, group: Group, end: str) -> Array | None:
        key = next((k for k in (f"{end}_node_id", f"{end}_node_ids") if k in group), None)
        if key is None:
            raise group.fault(f"has no {end}_node_id")
        dataset = group.dataset(key)
        named = dataset.text("node_population", "") or self._by_name(name, end)
        wanted = self._names.get(named, named)
        self._used.add(named)
        if wanted == NONE:
            self._left_out.append(f"{name}: '{named}' is mapped to none")
            return None
        populations = {p.name: p for p in self._network.populations}
        if wanted != ALL and wanted not in populations:
            told = "" if wanted == named else f", nor '{wanted}', which --map calls it"
            self._left_out.append(
                f"{name}: {end} population '{named}' is none of the network{told}"
            )
            return None
        first, count = (
            (0, self._network.size)
            if wanted == ALL
            else (populations[wanted].first, populations[wanted].count)
        )
        ids = dataset.whole_numbers()
        wrong = np.flatnonzero(ids >= count)
        if len(wrong):
            raise group.fault(
                f"{key} of edge {wrong[0]} is {ids[wrong[0]]}, but {wanted} has {count} neurons",
                "correct the sizes (--n-exc, --n-inh, or --config), or say with --map which "
                "population is which",
            )
        return np.asarray(ids.astype(np.int64) + first)

    def _by_name(self, name: str, end: str) -> str:
        """Files without the attribute have names such as SOURCE_to_TARGET, or one population."""
        parts = name.split("_to_")
        if len(parts) == 2:
            return parts[0] if end == "source" else parts[1]
        return name

    def _weight_of(self, group: Group, n_edges: int) -> Array:
        """By the group and place of each edge; of older files the only group, in their order."""
        numbered = sorted(n for n in group.names() if n.isdecimal())
        weights = np.full(n_edges, np.nan)
        if "edge_group_id" in group and "edge_group_index" in group:
            of_edge = group.dataset("edge_group_id", (n_edges,)).whole_numbers().astype(np.int64)
            place = group.dataset("edge_group_index", (n_edges,)).whole_numbers().astype(np.int64)
        else:
            of_edge = np.full(n_edges, int(numbered[0]) if numbered else 0)
            place = np.arange(n_edges)
        for name in numbered:
            if f"{name}/syn_weight" in group:
                values = _numbers(group, f"{name}/syn_weight")
                chosen = of_edge == int(name)
                if chosen.any() and place[chosen].max() >= len(values):
                    raise group.fault(f"edge_group_index leads out of {name}/syn_weight")
                weights[chosen] = values[place[chosen]]
        if "syn_weight" in group:
            weights = _numbers(group, "syn_weight", (n_edges,))
        missing = np.isnan(weights)
        if missing.any() and self._by_type and "edge_type_id" in group:
            kinds = group.dataset("edge_type_id", (n_edges,)).whole_numbers()
            for kind in np.unique(kinds[missing]):
                weights[missing & (kinds == kind)] = self._by_type.get(int(kind), np.nan)
                if np.isnan(weights[missing & (kinds == kind)]).any():
                    raise group.fault(
                        f"has edges of type {kind}, of which the table of edge types has no "
                        "syn_weight",
                        "add it, or convert without weights",
                    )
        if np.isnan(weights).any():
            raise group.fault(
                "has no syn_weight of some edges",
                "give the table of edge types with --edge-types, or convert without weights",
            )
        return weights


def _numbers(group: Group, name: str, shape: tuple[int | None, ...] = (None,)) -> Array:
    """Weights of any type of numbers; those that are not one are missing."""
    dataset = group.dataset(name, shape)
    if dataset.dtype.kind not in "iuf":
        raise group.fault(f"{name} has values of type {dataset.dtype}, not numbers")
    return dataset.raw().astype(float)


def _weights_of_types(path: Path) -> dict[int, float]:
    """Column syn_weight of a table of edge types, by edge_type_id; separated by blanks."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            rows = list(csv.DictReader(file, delimiter=" ", skipinitialspace=True))
        return {
            int(row["edge_type_id"]): float(row["syn_weight"])
            for row in rows
            if row.get("syn_weight") not in (None, "", "NULL")
        }
    except (OSError, UnicodeDecodeError, KeyError, ValueError, csv.Error) as error:
        raise ResultsError(
            f"{path}: cannot be read as a table of edge types ({' '.join(str(error).split())[:200]})"
        ) from error
