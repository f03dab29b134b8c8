"""The results of one run: its spikes, traces, synapses, weights and summary."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Iterator

import h5py
import numpy as np

from . import files
from .errors import ResultsError
from .stimuli import Stimulus, first_stimulus, group_members, last_stimulus, read_stimuli

POPULATIONS = ("exc", "inh")
BLOCK_EDGES = 1 << 22  # edges that are read at once where all of them may not fit into memory


@dataclass(frozen=True)
class Phase:
    """A piece of the schedule."""

    label: str  # learn, recall, learn+recall, consolidate, background
    kind: str  # spiking or consolidation
    begin_s: float
    end_s: float

    @property
    def duration_s(self) -> float:
        return self.end_s - self.begin_s

    @property
    def is_spiking(self) -> bool:
        return self.kind == "spiking"


@dataclass(frozen=True)
class Spikes:
    """Spikes of a population, sorted by time, ties by id."""

    time_ms: np.ndarray
    node_id: np.ndarray  # 0-based within the population


@dataclass(frozen=True)
class NeuronTrace:
    """Recorded variables of a neuron, one value per time of Results.trace_time_s."""

    gid: int
    population: str
    V_mV: np.ndarray
    I_total_nA: np.ndarray
    I_stim_nA: np.ndarray
    I_bg_nA: np.ndarray
    S_mV: np.ndarray
    p: np.ndarray


@dataclass(frozen=True)
class SynapseTrace:
    """Recorded variables of a plastic synapse, one value per time of Results.trace_time_s."""

    pre: int
    post: int
    Ca: np.ndarray
    h_mV: np.ndarray
    z: np.ndarray


class Snapshot:
    """Weights of all plastic synapses at one time, by edge id; read when they are asked for."""

    def __init__(self, path: Path, label: str, time_s: float) -> None:
        self._path = path
        self.label = label
        self.time_s = time_s

    @cached_property
    def h_mV(self) -> np.ndarray:
        return self._read("h_mV")

    @cached_property
    def z(self) -> np.ndarray:
        return self._read("z")

    def _read(self, name: str) -> np.ndarray:
        with files.open_hdf5(self._path, "engram network") as file:
            return file[f"edges/exc_exc/snapshots/{self.label}/{name}"][()]


@dataclass(frozen=True)
class EdgeBlock:
    """A stretch of the plastic synapses, with their weights in snapshots."""

    first_edge: int
    source: np.ndarray  # node ids
    target: np.ndarray
    h_mV: dict[float, np.ndarray]  # by time of the snapshot in s
    z: dict[float, np.ndarray]


class Results:
    """The results of one finished run; files are read when their content is asked for."""

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        files.check_finished(self.path)
        self.summary = files.read_json(self.path / files.SUMMARY)  # phases, counts, speed
        if self.summary.get("kind") == "ensemble":
            raise ResultsError(f"{self.path}: holds an ensemble, not one run; use Ensemble")

    @cached_property
    def config(self) -> dict[str, Any]:
        """The resolved configuration."""
        return files.read_yaml(self.path / files.CONFIGURATION)

    @property
    def schedule(self) -> str:
        """The published name of the schedule, e.g. 'learn - consolidate - recall'."""
        return self.summary["schedule"]

    @cached_property
    def phases(self) -> list[Phase]:
        return [
            Phase(phase["label"], phase["kind"], phase["begin_s"], phase["end_s"])
            for phase in self.summary["phases"]
        ]

    @property
    def n_exc(self) -> int:
        return self.config["populations"]["n_exc"]

    @property
    def n_inh(self) -> int:
        return self.config["populations"]["n_inh"]

    def group(self, name: str) -> np.ndarray:
        """The gids of a group of the configuration, ascending."""
        if name not in ("exc", "inh", "all") and name not in (self.config.get("groups") or {}):
            raise ResultsError(f"{self.path / files.CONFIGURATION}: there is no group '{name}'")
        return group_members(self.config, name)

    @cached_property
    def stimuli(self) -> list[Stimulus]:
        """All stimuli, in the order of their first onset."""
        return read_stimuli(self.config)

    def stimulated(self, role: str) -> np.ndarray:
        """The gids of all neurons that receive a stimulus of this role."""
        groups = [stimulus.neurons for stimulus in self.stimuli if stimulus.role == role]
        return np.unique(np.concatenate(groups)) if groups else np.empty(0, dtype=np.int64)

    def first_stimulus(self, role: str) -> Stimulus | None:
        """The stimulus of this role that begins first and reaches excitatory neurons."""
        return first_stimulus(self.stimuli, role)

    def last_stimulus(self, role: str) -> Stimulus | None:
        """The stimulus of this role that begins last and reaches excitatory neurons."""
        return last_stimulus(self.stimuli, role)

    @cached_property
    def assembly(self) -> np.ndarray:
        """The gids of the cell assembly: excitatory neurons of the first learning stimulus."""
        return self._excitatory(self.first_stimulus("learn"))

    @cached_property
    def recalled(self) -> np.ndarray:
        """The gids of excitatory neurons that the last recall stimulus reaches."""
        return self._excitatory(self.last_stimulus("recall"))

    def _excitatory(self, stimulus: Stimulus | None) -> np.ndarray:
        gids = np.empty(0, dtype=np.int64) if stimulus is None else stimulus.neurons
        return gids[gids < self.n_exc]

    def spikes(
        self, population: str, begin_ms: float | None = None, end_ms: float | None = None
    ) -> Spikes:
        """Spikes of 'exc' or 'inh' in [begin_ms, end_ms); no others are read."""
        with self._open("spikes.h5", "engram spikes") as file:
            group = file["spikes"][population]
            times = group["timestamps"]
            first = 0 if begin_ms is None else _first_at_least(times, begin_ms)
            last = len(times) if end_ms is None else _first_at_least(times, end_ms)
            rows = slice(first, max(first, last))
            return Spikes(times[rows], self._node_ids(group["node_ids"], population, rows))

    @cached_property
    def trace_time_s(self) -> np.ndarray:
        """The times of all samples of traces."""
        with self._open("traces.h5", "engram traces") as file:
            return file["traces/time_ms"][()] / 1000.0

    @cached_property
    def neuron_traces(self) -> list[NeuronTrace]:
        """Traces of the recorded neurons, by gid."""
        with self._open("traces.h5", "engram traces") as file:
            traces = [
                NeuronTrace(
                    gid=int(group.attrs["gid"]), population=group.attrs["population"], **_all(group)
                )
                for group in file["traces/neurons"].values()
            ]
        return sorted(traces, key=lambda trace: trace.gid)

    @cached_property
    def synapse_traces(self) -> list[SynapseTrace]:
        """Traces of the recorded synapses, by (pre, post)."""
        with self._open("traces.h5", "engram traces") as file:
            traces = [
                SynapseTrace(
                    pre=int(group.attrs["pre"]), post=int(group.attrs["post"]), **_all(group)
                )
                for group in file["traces/synapses"].values()
            ]
        return sorted(traces, key=lambda trace: (trace.pre, trace.post))

    def edges(self, name: str) -> tuple[np.ndarray, np.ndarray]:
        """Node ids of sources and targets of 'exc_exc', 'exc_inh', 'inh_exc' or 'inh_inh'."""
        with self._open("network.h5", "engram network") as file:
            group = file["edges"][name]
            source, target = name.split("_")
            return (
                self._node_ids(group["source_node_id"], source),
                self._node_ids(group["target_node_id"], target),
            )

    def edge_blocks(self, times_s: list[float], size: int = BLOCK_EDGES) -> Iterator[EdgeBlock]:
        """All plastic synapses, `size` at a time, with their weights in the snapshots of `times_s`.

        Large networks do not fit into memory at once.
        """
        labels = {time: self.snapshot(time).label for time in times_s}
        with self._open("network.h5", "engram network") as file:
            group = file["edges/exc_exc"]
            n_edges = len(group["source_node_id"])
            for first in range(0, n_edges, size):
                rows = slice(first, min(first + size, n_edges))
                taken = {t: group[f"snapshots/{label}"] for t, label in labels.items()}
                yield EdgeBlock(
                    first,
                    self._node_ids(group["source_node_id"], "exc", rows),
                    self._node_ids(group["target_node_id"], "exc", rows),
                    {time: snapshot["h_mV"][rows] for time, snapshot in taken.items()},
                    {time: snapshot["z"][rows] for time, snapshot in taken.items()},
                )

    @cached_property
    def _snapshot_labels(self) -> dict[float, str]:
        with self._open("network.h5", "engram network") as file:
            snapshots = file["edges/exc_exc"].get("snapshots", {})
            return {float(group.attrs["time_s"]): label for label, group in snapshots.items()}

    @property
    def snapshot_times_s(self) -> list[float]:
        return sorted(self._snapshot_labels)

    def snapshot(self, time_s: float) -> Snapshot:
        """The snapshot taken at one of snapshot_times_s."""
        path = self.path / "network.h5"
        if time_s not in self._snapshot_labels:
            raise ResultsError(f"{path}: there is no snapshot at {time_s:g} s")
        return Snapshot(path, self._snapshot_labels[time_s], time_s)

    def _node_ids(
        self, dataset: h5py.Dataset, population: str, rows: slice = slice(None)
    ) -> np.ndarray:
        """Node ids, all of which the population has."""
        ids = dataset[rows]
        size = self.n_exc if population == "exc" else self.n_inh
        if len(ids) > 0 and ids.max() >= size:
            raise ResultsError(
                f"{dataset.file.filename}: {dataset.name} names node {ids.max()}, "
                f"but {population} has {size} neurons"
            )
        return ids

    def _open(self, name: str, filetype: str) -> h5py.File:
        return files.open_hdf5(self.path / name, filetype)


def _all(group: h5py.Group) -> dict[str, np.ndarray]:
    return {name: dataset[()] for name, dataset in group.items()}


def _first_at_least(times: h5py.Dataset, limit: float) -> int:
    """Index of the first of ascending times that is not below the limit."""
    first, last = 0, len(times)
    while first < last:
        middle = (first + last) // 2
        if times[middle] < limit:
            first = middle + 1
        else:
            last = middle
    return first
