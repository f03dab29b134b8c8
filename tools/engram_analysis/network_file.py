# SPDX-License-Identifier: Apache-2.0
"""Synapses in network.h5: who is connected to whom, and weights of plastic ones in snapshots."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Iterator

import h5py
import numpy as np

from . import files
from .errors import ResultsError
from .network import Network, Population, Projection

BLOCK_EDGES = 1 << 22  # edges that are read at once where all of them may not fit into memory


class Snapshot:
    """Weights of all plastic synapses at one time; read when they are asked for.

    In the order of the projections in the configuration, then of edge ids.
    """

    def __init__(self, synapses: NetworkFile, label: str, time_s: float) -> None:
        self._synapses = synapses
        self.label = label
        self.time_s = time_s

    @property
    def pre(self) -> np.ndarray:
        """Gids of the presynaptic neurons."""
        return self._synapses.plastic_ends[0]

    @property
    def post(self) -> np.ndarray:
        """Gids of the postsynaptic neurons."""
        return self._synapses.plastic_ends[1]

    @cached_property
    def h_mV(self) -> np.ndarray:
        return self._synapses.plastic_weights(self.label, "h_mV")

    @cached_property
    def z(self) -> np.ndarray:
        return self._synapses.plastic_weights(self.label, "z")


@dataclass(frozen=True)
class EdgeBlock:
    """A stretch of the plastic synapses of one projection, with their weights in snapshots."""

    first_edge: int  # index of its first synapse in a Snapshot
    source: np.ndarray  # gids
    target: np.ndarray
    h_mV: dict[float, np.ndarray]  # by time of the snapshot in s
    z: dict[float, np.ndarray]


class NetworkFile:
    """The file network.h5 of a run."""

    def __init__(self, path: Path, network: Network) -> None:
        self.path = path
        self._network = network

    def edges(
        self, projection: Projection, rows: slice = slice(None)
    ) -> tuple[np.ndarray, np.ndarray]:
        """Node ids of sources and targets of some edges."""
        with self._open() as file:
            return _ends(self._group(file, projection), projection, rows)

    def n_edges(self, projection: Projection) -> int:
        with self._open() as file:
            return len(self._group(file, projection)["source_node_id"])

    @cached_property
    def plastic_ends(self) -> tuple[np.ndarray, np.ndarray]:
        """Gids of sources and targets of all plastic synapses."""
        parts = [_gids(self.edges(p), p) for p in self._network.plastic]
        return _joined([source for source, _ in parts]), _joined([target for _, target in parts])

    def plastic_weights(self, label: str, name: str) -> np.ndarray:
        """h_mV or z of all plastic synapses in a snapshot."""
        with self._open() as file:
            groups = [self._group(file, projection) for projection in self._network.plastic]
            parts = [group[f"snapshots/{label}/{name}"][()] for group in groups]
        return np.concatenate(parts) if parts else np.empty(0)

    @cached_property
    def snapshot_labels(self) -> dict[float, str]:
        """Labels of the snapshots by their times in s; every plastic projection has the same."""
        labels: dict[float, str] = {}
        with self._open() as file:
            for projection in self._network.plastic:
                snapshots = self._group(file, projection).get("snapshots", {})
                labels |= {float(group.attrs["time_s"]): name for name, group in snapshots.items()}
        return labels

    def blocks(self, labels: dict[float, str], size: int) -> Iterator[EdgeBlock]:
        """All plastic synapses, `size` of a projection at a time, with weights in snapshots."""
        begin = 0
        with self._open() as file:
            for projection in self._network.plastic:
                group = self._group(file, projection)
                taken = {time: group[f"snapshots/{label}"] for time, label in labels.items()}
                n_edges = len(group["source_node_id"])
                for first in range(0, n_edges, size):
                    rows = slice(first, min(first + size, n_edges))
                    source, target = _gids(_ends(group, projection, rows), projection)
                    yield EdgeBlock(
                        begin + first,
                        source,
                        target,
                        {time: snapshot["h_mV"][rows] for time, snapshot in taken.items()},
                        {time: snapshot["z"][rows] for time, snapshot in taken.items()},
                    )
                begin += n_edges

    def _open(self) -> h5py.File:
        return files.open_hdf5(self.path, "engram network")

    def _group(self, file: h5py.File, projection: Projection) -> h5py.Group:
        if f"edges/{projection.name}" not in file:
            raise ResultsError(f"{self.path}: there is no /edges/{projection.name}")
        return file["edges"][projection.name]


def read_node_ids(
    dataset: h5py.Dataset, population: Population, rows: slice = slice(None)
) -> np.ndarray:
    """Node ids, all of which the population has."""
    ids = dataset[rows]
    if len(ids) > 0 and ids.max() >= population.count:
        raise ResultsError(
            f"{dataset.file.filename}: {dataset.name} names node {ids.max()}, "
            f"but {population.name} has {population.count} neurons"
        )
    return ids


def _ends(group: h5py.Group, projection: Projection, rows: slice) -> tuple[np.ndarray, np.ndarray]:
    return (
        read_node_ids(group["source_node_id"], projection.source, rows),
        read_node_ids(group["target_node_id"], projection.target, rows),
    )


def _gids(
    ends: tuple[np.ndarray, np.ndarray], projection: Projection
) -> tuple[np.ndarray, np.ndarray]:
    source, target = (end.astype(np.int64) for end in ends)
    return source + projection.source.first, target + projection.target.first


def _joined(parts: list[np.ndarray]) -> np.ndarray:
    return np.concatenate(parts) if parts else np.empty(0, dtype=np.int64)
