# SPDX-License-Identifier: Apache-2.0
"""Synapses in network.h5: who is connected to whom, and weights of plastic ones in snapshots."""

from __future__ import annotations

import math
import os
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import ContextManager, Iterator

import numpy as np

from .arrays import Array
from .errors import COPY_AGAIN, FileError
from .files import open_regular
from .hdf5 import Dataset, Group, open_hdf5
from .network import Network, Population, Projection

BLOCK_EDGES = 1 << 22  # edges that are read at once where all of them may not fit into memory
INDEX_BYTES = 16  # of the file, for each neuron that receives synapses
EDGE_BYTES = 8  # at least, of the file, for each synapse
FEW_NEURONS = 10_000  # of which the arrays are small, whatever the file holds
MANY_NEURONS = 1 << 22  # without any synapses


class Snapshot:
    """Weights of all plastic synapses at one time; read when they are asked for.

    In the order of the projections in the configuration, then of edge ids.
    """

    def __init__(self, synapses: NetworkFile, label: str, time_s: float) -> None:
        self._synapses = synapses
        self.label = label
        self.time_s = time_s

    @property
    def pre(self) -> Array:
        """Gids of the presynaptic neurons."""
        return self._synapses.plastic_ends[0]

    @property
    def post(self) -> Array:
        """Gids of the postsynaptic neurons."""
        return self._synapses.plastic_ends[1]

    @cached_property
    def h_mV(self) -> Array:
        return self._synapses.plastic_weights(self.label, "h_mV")

    @cached_property
    def z(self) -> Array:
        return self._synapses.plastic_weights(self.label, "z")


@dataclass(frozen=True)
class EdgeBlock:
    """A stretch of the plastic synapses of one projection, with their weights in snapshots."""

    first_edge: int  # index of its first synapse in a Snapshot
    source: Array  # gids
    target: Array
    h_mV: dict[float, Array]  # by time of the snapshot in s
    z: dict[float, Array]


class NetworkFile:
    """The file network.h5 of a run."""

    def __init__(self, path: Path, network: Network) -> None:
        self.path = path
        self._network = network

    def edges(self, projection: Projection, rows: slice = slice(None)) -> tuple[Array, Array]:
        """Node ids of sources and targets of some edges."""
        with self._open() as file:
            return _ends(self._group(file, projection), projection, rows)

    def n_edges(self, projection: Projection) -> int:
        with self._open() as file:
            return len(self._group(file, projection).dataset("source_node_id"))

    @cached_property
    def plastic_ends(self) -> tuple[Array, Array]:
        """Gids of sources and targets of all plastic synapses."""
        parts = [_gids(self.edges(p), p) for p in self._network.plastic]
        return _joined([source for source, _ in parts]), _joined([target for _, target in parts])

    def weights(self, projection: Projection, label: str, name: str) -> Array:
        """h_mV or z of the synapses of one plastic projection in a snapshot."""
        with self._open() as file:
            return _weights(self._group(file, projection), label, name).numbers()

    def plastic_weights(self, label: str, name: str) -> Array:
        """h_mV or z of all plastic synapses in a snapshot."""
        with self._open() as file:
            parts = [
                _weights(self._group(file, projection), label, name).numbers()
                for projection in self._network.plastic
            ]
        return np.concatenate(parts) if parts else np.empty(0)

    @cached_property
    def snapshot_labels(self) -> dict[float, str]:
        """Labels of the snapshots by their times in s; every plastic projection has the same."""
        labels: dict[float, str] = {}
        with self._open() as file:
            for projection in self._network.plastic:
                group = self._group(file, projection)
                snapshots = group.groups("snapshots") if "snapshots" in group else {}
                for name, taken in snapshots.items():
                    time_s = taken.number("time_s")
                    if not _is_label_of(name, time_s):
                        raise taken.fault(f"is of {time_s:.10g} s by its time, not by its name")
                    labels[time_s] = name
        return labels

    def proteins(self, label: str) -> dict[str, dict[str, Array]] | None:
        """Amounts in umol/l at a snapshot, by excitatory population and pool; nothing of an older file."""
        found: dict[str, dict[str, Array]] = {}
        with self._open() as file:
            for population in self._network.of_kind("excitatory"):
                name = f"proteins/{population.name}/snapshots/{label}"
                if name not in file:
                    return None
                group = file.group(name)
                found[population.name] = {
                    pool: group.dataset(pool, (population.count,)).numbers()
                    for pool in group.names()
                }
        return found

    def blocks(self, labels: dict[float, str], size: int) -> Iterator[EdgeBlock]:
        """All plastic synapses, `size` of a projection at a time, with weights in snapshots."""
        begin = 0
        with self._open() as file:
            for projection in self._network.plastic:
                group = self._group(file, projection)
                h_mV, z = (
                    {time: _weights(group, label, name) for time, label in labels.items()}
                    for name in ("h_mV", "z")
                )
                n_edges = len(group.dataset("source_node_id"))
                for first in range(0, n_edges, size):
                    rows = slice(first, min(first + size, n_edges))
                    source, target = _gids(_ends(group, projection, rows), projection)
                    yield EdgeBlock(
                        begin + first,
                        source,
                        target,
                        {time: values.numbers(rows) for time, values in h_mV.items()},
                        {time: values.numbers(rows) for time, values in z.items()},
                    )
                begin += n_edges

    def _open(self) -> ContextManager[Group]:
        return open_hdf5(self.path, "engram network")

    def _group(self, file: Group, projection: Projection) -> Group:
        return file.group(f"edges/{projection.name}")


def check_size(path: Path, network: Network) -> None:
    """Raises FileError if a network is too large for its file, which indexes all targets of synapses.

    Whoever reads a configuration would else take the memory that it asks for.
    """
    targets = {p.target.name: p.target.count for p in network.projections}
    indexed = sum(targets.values())
    most, most_others = FEW_NEURONS, MANY_NEURONS
    if indexed > most or network.size - indexed > most_others:
        with open_regular(path) as descriptor:
            size = os.fstat(descriptor).st_size
        most += size // INDEX_BYTES
        most_others += size // EDGE_BYTES
    if indexed > most or network.size - indexed > most_others:
        raise FileError(
            path,
            f"is too small for the network of {network.size} neurons in config.yaml",
            COPY_AGAIN,
        )


def read_node_ids(dataset: Dataset, population: Population, rows: slice = slice(None)) -> Array:
    """Node ids, all of which the population has."""
    ids = dataset.whole_numbers(rows)
    if len(ids) > 0 and ids.max() >= population.count:
        raise dataset.fault(
            f"names node {ids.max()}, but {population.name} has {population.count} neurons"
        )
    return ids


def _ends(group: Group, projection: Projection, rows: slice) -> tuple[Array, Array]:
    source = group.dataset("source_node_id")
    target = group.dataset("target_node_id", (len(source),))
    return (
        read_node_ids(source, projection.source, rows),
        read_node_ids(target, projection.target, rows),
    )


def _is_label_of(label: str, time_s: float) -> bool:
    """Such as t_20s; the label has ten digits."""
    found = re.fullmatch(r"t_([0-9.e+-]+)s", label)
    try:
        return found is not None and math.isclose(
            float(found[1]), time_s, rel_tol=1e-9, abs_tol=1e-9
        )
    except ValueError:
        return False


def _weights(group: Group, label: str, name: str) -> Dataset:
    """h_mV or z of all edges of a projection in a snapshot."""
    return group.dataset(f"snapshots/{label}/{name}", (len(group.dataset("source_node_id")),))


def _gids(ends: tuple[Array, Array], projection: Projection) -> tuple[Array, Array]:
    source, target = (end.astype(np.int64) for end in ends)
    return source + projection.source.first, target + projection.target.first


def _joined(parts: list[Array]) -> Array:
    return np.concatenate(parts) if parts else np.empty(0, dtype=np.int64)
