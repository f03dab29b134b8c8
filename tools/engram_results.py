"""Reading the files of a run: the one way into them for plots, analyses and tests.

    from engram_results import Results

    results = Results("results/defaultnet_8h_recall")
    spikes = results.spikes("exc")                  # .time_ms, .node_id
    print(results.schedule, len(spikes.time_ms), results.summary["spikes"]["exc"])

The files are described in docs/file_formats.md. Datasets are read when they are asked for.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Mapping

import h5py
import numpy as np
import yaml

FORMAT_VERSION = 1


class ResultsError(Exception):
    """A directory or file that cannot be read as the results of a run."""


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
class Stimulus:
    """A stimulus and the neurons that receive it."""

    name: str
    role: str  # learn or recall
    group: str
    neurons: np.ndarray  # gids
    intervals_s: list[tuple[float, float]]  # when it is switched on


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


@dataclass(frozen=True)
class Snapshot:
    """Weights of all plastic synapses at one time, by edge id."""

    time_s: float
    h_mV: np.ndarray
    z: np.ndarray


class Results:
    """The results of one finished run."""

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        if not self.path.is_dir():
            raise ResultsError(f"{self.path}: no such directory")
        if not (self.path / "summary.json").is_file():
            reason = (
                "the run is not finished"
                if (self.path / "config.yaml").is_file()
                else "it is no output directory of 'engram run'"
            )
            raise ResultsError(f"{self.path}: there is no summary.json ({reason})")
        self.summary = self._parse("summary.json", json.loads)  # phases, counts, speed

    @cached_property
    def config(self) -> dict[str, Any]:
        """The resolved configuration."""
        return self._parse("config.yaml", yaml.safe_load)

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
        built_in = {
            "exc": range(self.n_exc),
            "inh": range(self.n_exc, self.n_exc + self.n_inh),
            "all": range(self.n_exc + self.n_inh),
        }
        if name in built_in:
            return np.array(built_in[name], dtype=np.int64)
        group = self.config["groups"][name]
        if "ids" in group:
            return np.array(sorted(group["ids"]), dtype=np.int64)
        return np.arange(group["first"], group["first"] + group["count"])

    @cached_property
    def stimuli(self) -> list[Stimulus]:
        """All stimuli, in the order of their first onset."""
        stimuli = [
            Stimulus(
                name,
                entry["role"],
                entry["group"],
                self.group(entry["group"]),
                _intervals_s(entry, self.config["simulation"]),
            )
            for name, entry in (self.config.get("stimuli") or {}).items()
        ]
        return sorted(stimuli, key=lambda stimulus: stimulus.intervals_s[0])

    def stimulated(self, role: str) -> np.ndarray:
        """The gids of all neurons that receive a stimulus of this role."""
        groups = [stimulus.neurons for stimulus in self.stimuli if stimulus.role == role]
        return np.unique(np.concatenate(groups)) if groups else np.empty(0, dtype=np.int64)

    def spikes(self, population: str) -> Spikes:
        """Spikes of 'exc' or 'inh'."""
        with self._open("spikes.h5", "engram spikes") as file:
            group = file["spikes"][population]
            return Spikes(group["timestamps"][()], group["node_ids"][()])

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
            return group["source_node_id"][()], group["target_node_id"][()]

    @cached_property
    def snapshot_times_s(self) -> list[float]:
        with self._open("network.h5", "engram network") as file:
            snapshots = file["edges/exc_exc"].get("snapshots", {})
            return sorted(float(group.attrs["time_s"]) for group in snapshots.values())

    def snapshot(self, time_s: float) -> Snapshot:
        """The snapshot taken at one of snapshot_times_s."""
        with self._open("network.h5", "engram network") as file:
            for group in file["edges/exc_exc"].get("snapshots", {}).values():
                if group.attrs["time_s"] == time_s:
                    return Snapshot(time_s, group["h_mV"][()], group["z"][()])
        raise ResultsError(f"{self.path / 'network.h5'}: there is no snapshot at {time_s} s")

    def _parse(self, name: str, parse: Any) -> dict[str, Any]:
        path = self.path / name
        try:
            content = parse(path.read_text(encoding="utf-8"))
        except (OSError, ValueError, yaml.YAMLError) as error:
            raise ResultsError(f"{path}: cannot be read ({error})") from error
        if not isinstance(content, dict):
            raise ResultsError(f"{path}: holds no map of keys")
        return content

    def _open(self, name: str, filetype: str) -> h5py.File:
        path = self.path / name
        if not path.is_file():
            raise ResultsError(f"{path}: no such file")
        try:
            file = h5py.File(path, "r")
        except OSError as error:
            raise ResultsError(f"{path}: cannot be read ({error})") from error
        found = file.attrs.get("filetype")
        version = int(file.attrs.get("format_version", 0))
        if found != filetype or version > FORMAT_VERSION:
            file.close()
            raise ResultsError(
                f"{path}: is '{found}' of format version {version} "
                f"(expected '{filetype}' of version {FORMAT_VERSION})"
            )
        return file


def _all(group: h5py.Group) -> dict[str, np.ndarray]:
    return {name: dataset[()] for name, dataset in group.items()}


def _intervals_s(
    stimulus: Mapping[str, Any], simulation: Mapping[str, Any]
) -> list[tuple[float, float]]:
    """When a stimulus is switched on: the rules of docs/configuration.md."""
    scheme = stimulus["scheme"]
    if scheme == "EXPLICIT":
        dt_ms = simulation["dt_ms"]
        return [(t / 1000.0, (t + dt_ms) / 1000.0) for t in stimulus["spike_times_ms"]]
    start = stimulus["start_s"]
    if scheme == "RECT":
        return [(start, start + stimulus["duration_s"])]
    if scheme == "ONEPULSE":
        return [(start, start + 0.1)]
    if scheme == "TRIPLET":
        return [(start + delay, start + delay + 0.1) for delay in (0.0, 0.5, 1.0)]
    if scheme == "STET":
        delays = (0.0, 0.5 * stimulus["duration_s"], stimulus["duration_s"])
        return [(start + delay, start + delay + 1.0) for delay in delays]
    return [(start, simulation["duration_s"])]  # FULL
