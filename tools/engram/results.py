# SPDX-License-Identifier: Apache-2.0
"""The results of one run: its spikes, traces, synapses, weights and summary."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, ContextManager, Iterator, overload

import numpy as np

from .arrays import Array
from . import files, tables
from .documents import Section, read_json, read_yaml
from .errors import COPY_AGAIN, FileError, NotRecorded, ResultsError, ValueProblem
from .groups import as_names, group_members, group_names
from .hdf5 import Dataset, Group, open_hdf5
from .named_recordings import Recording, read_recordings
from .network import Network, Population
from .network_file import (
    BLOCK_EDGES,
    MANY_NEURONS,
    EdgeBlock,
    NetworkFile,
    Snapshot,
    check_size,
    read_node_ids,
)
from .schemas import RESOLVED, SUMMARY, check
from .stimuli import Stimulus, first_stimulus, last_stimulus, read_stimuli

if TYPE_CHECKING:
    import pandas

NETWORK = "network.h5"


def lacks_network(directory: Path) -> bool:
    """Whether a run has no network.h5 because its configuration did not want one."""
    if (directory / NETWORK).exists() or not (directory / files.CONFIGURATION).exists():
        return False
    output = read_yaml(directory / files.CONFIGURATION).get("output")
    return isinstance(output, dict) and output.get("network") is False


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

    time_ms: Array
    node_id: Array  # 0-based within the population
    first: int = 0  # gid of its neuron 0

    @property
    def gid(self) -> Array:
        return self.node_id.astype(np.int64) + self.first

    def table(self) -> pandas.DataFrame:
        """Times and gids as a table."""
        return tables.frame({"time_ms": self.time_ms, "gid": self.gid})


@dataclass(frozen=True)
class AllSpikes:
    """Spikes of several populations, sorted by time, ties by gid."""

    time_ms: Array
    gid: Array

    def table(self) -> pandas.DataFrame:
        """The same as a table."""
        return tables.frame({"time_ms": self.time_ms, "gid": self.gid})


POOLS = ("P", "C", "D")  # of plasticity-related proteins
PLACE = re.compile(r"p_at_(\d+(?:\.\d+)?(?:e-?\d+)?)um")  # of record.protein_at_um


@dataclass(frozen=True)
class NeuronTrace:
    """Recorded variables of a neuron, one value per time of Results.trace_time_s."""

    gid: int
    population: str
    V_mV: Array
    I_total_nA: Array
    I_stim_nA: Array
    I_bg_nA: Array
    # All others by name: S_mV, p, and where it diffuses p_tip, p_soma; or S_P_mV, p_P, ... of pools.
    late_phase: dict[str, Array]

    @property
    def proteins(self) -> dict[str, Array]:
        """The amount of each pool, in umol/l: of P, C, D those that the neuron has."""
        if "p" in self.late_phase:
            return {"C": self.late_phase["p"]}
        names = {pool: f"p_{pool}" for pool in POOLS}
        return {pool: self.late_phase[n] for pool, n in names.items() if n in self.late_phase}

    @property
    def proteins_at_synapses(self) -> dict[str, Array]:
        """The amount of each pool, in umol/l, where the plastic synapses are, which z follows."""
        tip = self.late_phase.get("p_tip")
        return self.proteins if tip is None else {"C": tip}

    @property
    def protein_along_um(self) -> Array:
        """Where in the cell protein was recorded, from the tip of the basal dendrite; ascending."""
        return np.array(sorted(self._places()))

    @property
    def protein_along(self) -> Array:
        """Protein in umol/l by place, in the order of protein_along_um, and time."""
        places = self._places()
        return np.array([self.late_phase[places[um]] for um in sorted(places)])

    def _places(self) -> dict[float, str]:
        names = [PLACE.fullmatch(name) for name in self.late_phase]
        return {float(found[1]): found[0] for found in names if found}

    @property
    def signals(self) -> dict[str, Array]:
        """What switches the synthesis of each pool, in mV."""
        own = {pool: self.late_phase.get(f"S_{pool}_mV", self.S_mV) for pool in POOLS}
        return {pool: own[pool] for pool in self.proteins}

    @property
    def S_mV(self) -> Array:
        """The sum of all early-phase changes, whatever their sign."""
        if "S_mV" in self.late_phase:
            return self.late_phase["S_mV"]
        return self.late_phase["S_P_mV"] + self.late_phase["S_D_mV"]

    @property
    def p(self) -> Array:
        """The amount of C, which both signs of change need."""
        if "C" not in self.proteins:
            raise ResultsError(
                f"neuron {self.gid}: has no protein C, but {', '.join(self.proteins)}"
            )
        return self.proteins["C"]


@dataclass(frozen=True)
class SynapseTrace:
    """Recorded variables of a plastic synapse, one value per time of Results.trace_time_s."""

    pre: int
    post: int
    Ca: Array
    h_mV: Array
    z: Array


class Results:
    """The results of one finished run; files are read when their content is asked for."""

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        files.check_finished(self.path)
        self.summary = read_json(self.path / files.SUMMARY)  # phases, counts, speed
        check(self.summary, SUMMARY)
        if self.summary.get("kind") == "ensemble":
            raise ResultsError(
                f"{self.path}: holds an ensemble, not one run; name the directory of one of its "
                "trials, trials/<point>/<trial>"
            )

    @cached_property
    def config(self) -> Section:
        """The resolved configuration."""
        config = read_yaml(self.path / files.CONFIGURATION)
        check(config, RESOLVED)
        return config

    @property
    def schedule(self) -> str:
        """The published name of the schedule, e.g. 'learn - consolidate - recall'."""
        return str(self.summary["schedule"])

    @cached_property
    def phases(self) -> list[Phase]:
        phases = [
            Phase(phase["label"], phase["kind"], phase["begin_s"], phase["end_s"])
            for phase in self.summary["phases"]
        ]
        if any(phase.duration_s < 0 for phase in phases):
            raise FileError(self.summary.path, "has a phase that ends before it begins", COPY_AGAIN)
        return phases

    @cached_property
    def network(self) -> Network:
        """The populations and the projections between them."""
        network = Network.of(self.config)
        self._check_size(network)
        return network

    @property
    def n_exc(self) -> int:
        """The number of excitatory neurons; their gids need not come first."""
        return self.network.count("excitatory")

    @property
    def n_inh(self) -> int:
        """The number of inhibitory neurons."""
        return self.network.count("inhibitory")

    def group(self, name: str) -> Array:
        """The gids of a group of the configuration, or of a population, ascending."""
        if name not in group_names(self.config):
            raise ResultsError(f"{self.path / files.CONFIGURATION}: there is no group '{name}'")
        return group_members(self.config, name)

    @cached_property
    def stimuli(self) -> list[Stimulus]:
        """All stimuli, in the order of their first onset."""
        self._check_size(self.network)  # groups are as large as it may be
        return read_stimuli(self.config, self.summary)

    def stimulated(self, role: str) -> Array:
        """The gids of all neurons that receive a stimulus of this role."""
        groups = [stimulus.neurons for stimulus in self.stimuli if stimulus.role == role]
        return np.asarray(np.unique(np.concatenate([np.empty(0, dtype=np.int64), *groups])))

    def first_stimulus(self, role: str) -> Stimulus | None:
        """The stimulus of this role that begins first and reaches excitatory neurons."""
        return first_stimulus(self.stimuli, role)

    def last_stimulus(self, role: str) -> Stimulus | None:
        """The stimulus of this role that begins last and reaches excitatory neurons."""
        return last_stimulus(self.stimuli, role)

    @cached_property
    def assembly(self) -> Array:
        """The gids of the cell assembly: excitatory neurons of the first learning stimulus."""
        return self._excitatory(self.first_stimulus("learn"))

    @cached_property
    def recalled(self) -> Array:
        """The gids of excitatory neurons that the last recall stimulus reaches."""
        return self._excitatory(self.last_stimulus("recall"))

    def _excitatory(self, stimulus: Stimulus | None) -> Array:
        gids = np.empty(0, dtype=np.int64) if stimulus is None else stimulus.neurons
        return gids[self.network.is_excitatory(gids)]

    def spikes(
        self, population: str, begin_ms: float | None = None, end_ms: float | None = None
    ) -> Spikes:
        """Spikes of a population, or of a group of the neurons of one, in [begin_ms, end_ms).

        Raises NotRecorded if the run has not recorded those of all of its neurons: silence must
        not be taken for what was not recorded. Of groups in several populations: group_spikes.

        >>> load(small_recall).spikes("assembly").table().columns.tolist()
        ['time_ms', 'gid']
        """
        with self._open("spikes.h5", "engram spikes") as file:
            is_population = any(population == known.name for known in self.network.populations)
            if not is_population:
                names = group_names(self.config)
                if population not in names:
                    raise ResultsError(
                        f"{self.path}: there is no population or group '{population}' (there are "
                        f"{', '.join(names)})"
                    )
                return self._spikes_of_group(population, begin_ms, end_ms)
            if not self.records_spikes(population):
                raise NotRecorded(
                    f"{self.path}: the spikes of '{population}' were not recorded, or not all of them "
                    "(see record.spikes in the configuration)"
                )
            owner = self.network.population(population)
            return self._read_spikes(file, owner, begin_ms, end_ms)

    def _read_spikes(
        self, file: Group, owner: Population, begin_ms: float | None, end_ms: float | None
    ) -> Spikes:
        group = file.group(f"spikes/{owner.name}")
        times = group.dataset("timestamps")
        ids = group.dataset("node_ids", (len(times),))
        first = 0 if begin_ms is None else _first_at_least(times, begin_ms)
        last = len(times) if end_ms is None else _first_at_least(times, end_ms)
        rows = slice(first, max(first, last))
        return Spikes(times.numbers(rows), read_node_ids(ids, owner, rows), owner.first)

    def group_spikes(
        self, group: str, begin_ms: float | None = None, end_ms: float | None = None
    ) -> AllSpikes:
        """Spikes of the neurons of a group, whatever their populations, in [begin_ms, end_ms).

        >>> spikes = load(small_recall).group_spikes("assembly", 1000, 1100)
        >>> bool((spikes.gid < 20).all())
        True
        """
        members = self.group(group)
        missing = self._records_spikes is not None and not self._records_spikes[members].all()
        if missing:
            raise NotRecorded(
                f"{self.path}: the spikes of '{group}' were not recorded, or not all of them "
                "(see record.spikes in the configuration)"
            )
        times, gids = [np.empty(0)], [np.empty(0, dtype=np.int64)]
        for population in self.network.populations:
            if not len(np.intersect1d(members, population.gids)):
                continue
            with self._open("spikes.h5", "engram spikes") as file:
                found = self._read_spikes(file, population, begin_ms, end_ms)
            chosen = np.isin(found.gid, members)
            times.append(found.time_ms[chosen])
            gids.append(found.gid[chosen])
        time_ms, gid = np.concatenate(times), np.concatenate(gids)
        order = np.argsort(time_ms, kind="stable")
        return AllSpikes(time_ms[order], gid[order])

    def _spikes_of_group(self, group: str, begin_ms: float | None, end_ms: float | None) -> Spikes:
        members = self.group(group)
        found = self.group_spikes(group, begin_ms, end_ms)
        owners = {self.network.population_of(int(gid)).name for gid in members[[0, -1]]}
        if len(owners) > 1:
            raise ResultsError(
                f"{self.path}: the group '{group}' lies in several populations; take group_spikes"
            )
        owner = self.network.population(owners.pop())
        return Spikes(found.time_ms, found.gid - owner.first, owner.first)

    def records_spikes(self, population: str) -> bool:
        """Whether the spikes of all neurons of a population were recorded."""
        if self._records_spikes is None:
            return True
        owner = self.network.population(population)
        return bool(self._records_spikes[owner.first : owner.end].all())

    @cached_property
    def _records_spikes(self) -> Array | None:
        """Whether the spikes of each neuron were recorded, by gid; None: those of all."""
        names = (self.config.get("record") or {}).get("spikes")
        if names is None:
            return None
        recorded = np.zeros(self.network.size, dtype=bool)
        for name in as_names(names):
            recorded[self.group(name)] = True
        return recorded

    def all_spikes(self, begin_ms: float | None = None, end_ms: float | None = None) -> AllSpikes:
        """Spikes of all populations in [begin_ms, end_ms)."""
        times, gids = [np.empty(0)], [np.empty(0, dtype=np.int64)]
        for population in self.network.populations:
            spikes = self.spikes(population.name, begin_ms, end_ms)
            times.append(spikes.time_ms)
            gids.append(spikes.gid)
        time_ms, gid = np.concatenate(times), np.concatenate(gids)
        # Spikes of a time keep their order, which is that of gids: populations follow each other.
        order = np.argsort(time_ms, kind="stable")
        return AllSpikes(time_ms[order], gid[order])

    @cached_property
    def trace_time_s(self) -> Array:
        """The times of all samples of traces."""
        with self._open("traces.h5", "engram traces") as file:
            return file.dataset("traces/time_ms").numbers() / 1000.0

    @cached_property
    def neuron_traces(self) -> list[NeuronTrace]:
        """Traces of the recorded neurons, by gid."""
        with self._open("traces.h5", "engram traces") as file:
            n_times = len(file.dataset("traces/time_ms"))
            traces = [
                _neuron_trace(group, n_times) for group in file.groups("traces/neurons").values()
            ]
            self._check_owners(file.path, [trace.gid for trace in traces])
        return sorted(traces, key=lambda trace: trace.gid)

    @cached_property
    def synapse_traces(self) -> list[SynapseTrace]:
        """Traces of the recorded synapses, by (pre, post)."""
        with self._open("traces.h5", "engram traces") as file:
            n_times = len(file.dataset("traces/time_ms"))
            traces = [
                SynapseTrace(
                    group.whole_number("pre"),
                    group.whole_number("post"),
                    *(group.dataset(name, (n_times,)).numbers() for name in ("Ca", "h_mV", "z")),
                )
                for group in file.groups("traces/synapses").values()
            ]
            self._check_owners(file.path, [gid for t in traces for gid in (t.pre, t.post)])
        return sorted(traces, key=lambda trace: (trace.pre, trace.post))

    @cached_property
    def recordings(self) -> dict[str, Recording]:
        """The named recordings (record.recordings), by name."""
        with self._open("traces.h5", "engram traces") as file:
            recordings = read_recordings(file)
            for one in recordings.values():
                ends = [gid for synapse in one.synapses for gid in synapse]
                self._check_owners(file.path, [*one.neurons, *ends])
        return recordings

    @overload
    def edges(self, name: str) -> tuple[Array, Array]:
        ...

    @overload
    def edges(self, name: None = None, time_s: float | None = None) -> pandas.DataFrame:
        ...

    def edges(
        self, name: str | None = None, time_s: float | None = None
    ) -> tuple[Array, Array] | pandas.DataFrame:
        """Of a projection, such as 'exc_inh', node ids of sources and targets as arrays.

        Without a name a table of all synapses by gid, with h and z of plastic ones at `time_s`,
        one of snapshot_times_s (the last one unless given).

        >>> load(small_recall).edges().columns.tolist()
        ['projection', 'pre', 'post', 'h_mV', 'z']
        """
        if name is None:
            return tables.edges_frame(self, time_s)
        return self.network_file.edges(self.network.projection(name))

    def recall(self) -> pandas.DataFrame:
        """The measures of recall as a table: value, error and units by name.

        Those of the last recall of the first memory; engram.recall_measures has them as numbers.

        >>> load(small_recall).recall().loc["Q", "units"]
        '1'
        """
        from .recall_table import run_row  # which is made of results

        return tables.entries_frame(run_row(self).entries)

    def measures(self, what: str, **settings: Any) -> pandas.DataFrame:
        """Another analysis (engram-recall --show) as a table: part, measure, value, units.

        `settings` are those of engram.analyses.Settings, e.g. groups=["A", "B"]. Raises
        ValueProblem for others.

        >>> load(small_recall).measures("memories").measure[0]
        'neurons'
        """
        from .analyses import ANALYSES, Settings

        if what not in ANALYSES:
            raise ResultsError(f"there is no analysis '{what}' (there are {', '.join(ANALYSES)})")
        known = [setting.name for setting in fields(Settings)]
        for name in settings:
            if name not in known:
                raise ValueProblem(f"there is no setting '{name}' (there are {', '.join(known)})")
        if isinstance(settings.get("groups"), str):
            settings["groups"] = [settings["groups"]]
        parts = ANALYSES[what].measure(self, Settings(**settings))
        rows = [(part.name, entry) for part in parts for entry in part.entries]
        return tables.frame(
            {
                "part": [name for name, _ in rows],
                "measure": [entry.name for _, entry in rows],
                "value": [entry.mean for _, entry in rows],
                "units": [entry.units for _, entry in rows],
            }
        )

    def traces(self) -> pandas.DataFrame:
        """All recorded traces as a table: a column (neuron or synapse, variable) for each.

        >>> load(small_recall).traces()["0", "V_mV"].iloc[0]
        -65.0
        """
        return tables.traces_frame(self)

    @cached_property
    def network_file(self) -> NetworkFile:
        """All synapses; edges, edge_blocks and snapshot read what most analyses need."""
        if lacks_network(self.path):
            raise NotRecorded(
                f"{self.path / NETWORK}: was not wanted when the run was made (output.network is "
                "false in config.yaml); run it again with --set output.network=true"
            )
        return NetworkFile(self.path / NETWORK, self.network)

    def edge_blocks(self, times_s: list[float], size: int = BLOCK_EDGES) -> Iterator[EdgeBlock]:
        """All plastic synapses, `size` at a time, with their weights in the snapshots of `times_s`.

        Large networks do not fit into memory at once.
        """
        labels = {time: self.snapshot(time).label for time in times_s}
        return self.network_file.blocks(labels, size)

    @property
    def snapshot_times_s(self) -> list[float]:
        return sorted(self.network_file.snapshot_labels)

    def snapshot(self, time_s: float) -> Snapshot:
        """The snapshot taken at one of snapshot_times_s."""
        labels = self.network_file.snapshot_labels
        if time_s not in labels:
            raise ResultsError(f"{self.network_file.path}: there is no snapshot at {time_s:.10g} s")
        return Snapshot(self.network_file, labels[time_s], time_s)

    def proteins(self, time_s: float) -> dict[str, dict[str, Array]]:
        """Amounts of protein in umol/l at one of snapshot_times_s, by excitatory population and pool.

        The pools have the names of the traces: "p", or "p_P", "p_C" and "p_D"; amounts are by node id.
        Where protein diffuses, "p_mode_1", ... are the amplitudes of its modes; see protein_along.
        """
        amounts = self.network_file.proteins(self.snapshot(time_s).label)
        if amounts is None:
            raise ResultsError(f"{self.network_file.path}: snapshots have no proteins")
        return amounts

    def protein_along(self, time_s: float, population: str, n_compartments: int) -> Array:
        """Protein in umol/l by node id and compartment, from the basal tip, at a snapshot.

        Of a population whose cells have that many compartments; see docs/morphology.md.
        """
        amounts = self.proteins(time_s)[population]
        i = np.arange(n_compartments) + 0.5
        along = np.repeat(amounts["p"][:, None], n_compartments, axis=1)
        for k in range(1, n_compartments):
            if f"p_mode_{k}" in amounts:
                mode = np.sqrt(2) * np.cos(k * np.pi * i / n_compartments)
                along += amounts[f"p_mode_{k}"][:, None] * mode
        return along

    def _check_size(self, network: Network) -> None:
        if not lacks_network(self.path):
            check_size(self.path / NETWORK, network)
        elif network.size > MANY_NEURONS:
            raise FileError(
                self.path / files.CONFIGURATION,
                f"has {network.size} neurons; without {NETWORK} at most {MANY_NEURONS} are read",
            )

    def _open(self, name: str, filetype: str) -> ContextManager[Group]:
        return open_hdf5(self.path / name, filetype)

    def _check_owners(self, path: Path, gids: list[int]) -> None:
        beyond = [gid for gid in gids if gid >= self.network.size]
        if beyond:
            raise FileError(
                path,
                f"has traces of neuron {beyond[0]}, but the network has {self.network.size} neurons",
                COPY_AGAIN,
            )


# The columns of the membrane; all others are of the late phase.
MEMBRANE = tuple(
    field.name
    for field in fields(NeuronTrace)
    if field.name not in ("gid", "population", "late_phase")
)
# Those that every version of the program has written; of others old files tell nothing.
_ALWAYS = ("V_mV", "I_total_nA", "I_stim_nA", "I_bg_nA")


def _neuron_trace(group: Group, n_times: int) -> NeuronTrace:
    if group.place.split("/")[-1] != str(group.whole_number("gid")):
        raise group.fault(f"is of neuron {group.whole_number('gid')} by its gid, not by its name")
    values = {
        name: group.dataset(name, (n_times,)).numbers()
        if name in _ALWAYS or name in group.names()
        else np.full(n_times, np.nan)
        for name in MEMBRANE
    }
    others = [name for name in group.names() if name not in MEMBRANE]
    late_phase = {name: group.dataset(name, (n_times,)).numbers() for name in others}
    if not late_phase.keys() >= {"S_mV", "p"} and not late_phase.keys() >= {"S_P_mV", "S_D_mV"}:
        raise group.fault("has neither S_mV and p nor S_P_mV and S_D_mV")
    return NeuronTrace(
        gid=group.whole_number("gid"),
        population=group.text("population"),
        **values,
        late_phase=late_phase,
    )


def _first_at_least(times: Dataset, limit: float) -> int:
    """Index of the first of ascending times that is not below the limit."""
    first, last = 0, len(times)
    while first < last:
        middle = (first + last) // 2
        if times.numbers(middle) < limit:
            first = middle + 1
        else:
            last = middle
    return first
