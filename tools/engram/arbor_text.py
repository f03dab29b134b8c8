# SPDX-License-Identifier: Apache-2.0
"""Export of a run as the text files of the published Arbor program.

The formats are those of `arbor_network_consolidation`: `traces.txt` (one block of seven columns
for each sampled neuron and synapse), `spikes.txt` (time in ms, neuron) and `connections.txt` (0/1
matrix, row = presynaptic, column = postsynaptic neuron); four decimals.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from .arrays import Array
from .errors import ResultsError
from .network import Network
from .results import NeuronTrace, Results, lacks_network

NO_SYNAPSE = -1
MAX_MATRIX_NEURONS = 50_000  # a text of 5 GB

Current = Literal["membrane", "stimulation", "background"]


@dataclass(frozen=True)
class Sample:
    """A block of columns: a neuron and one of its incoming synapses, or none."""

    gid: int
    pre: int  # NO_SYNAPSE: the synaptic columns are zero


def samples(results: Results) -> list[Sample]:
    """The blocks of record.export_blocks, which are those of a published list of samples.

    Without them the recorded neurons in the order of the configuration, each with its recorded
    synapses; synapses whose postsynaptic neuron was not recorded come last. What was not recorded
    is NaN.
    """
    record = results.config["record"]
    if record.get("export_blocks"):
        return [Sample(int(gid), int(pre)) for pre, gid in record["export_blocks"]]
    pairs = [(int(pre), int(post)) for pre, post in record["synapses"]]
    recorded = {trace.gid for trace in results.neuron_traces}
    neurons = [int(gid) for gid in record["neurons"] if int(gid) in recorded]
    ordered = neurons + sorted(recorded - set(neurons))
    blocks = []
    for gid in ordered:
        sources = [pre for pre, post in pairs if post == gid]
        blocks += [Sample(gid, pre) for pre in sources or [NO_SYNAPSE]]
    return blocks + [Sample(post, pre) for pre, post in pairs if post not in recorded]


def trace_table(results: Results, current: Current = "membrane") -> tuple[list[str], Array]:
    """Names and values of the columns of traces.txt."""
    neurons = {trace.gid: trace for trace in results.neuron_traces}
    synapses = {(trace.pre, trace.post): trace for trace in results.synapse_traces}
    blocks = samples(results)
    unrecorded = {(s.pre, s.gid) for s in blocks if s.pre != NO_SYNAPSE} - set(synapses)
    exist = _existing(results, unrecorded)
    time_ms = 1000.0 * results.trace_time_s
    names, columns = ["Time"], [time_ms]
    h_0 = results.config["synapses"]["h_0_mV"]
    unknown, zero = np.full(len(time_ms), np.nan), np.zeros(len(time_ms))
    for sample in blocks:
        i, ji = f"({sample.gid})", f"({sample.pre},{sample.gid})"
        names += [f"V{i}", f"I{i}"] + [f"{name}{ji}" for name in ("h", "z", "Ca", "spsV", "p^C")]
        neuron = neurons.get(sample.gid)
        columns += (
            [unknown, unknown]
            if neuron is None
            else [neuron.V_mV, _current_nA(results, neuron, current)]
        )
        if sample.pre == NO_SYNAPSE:
            columns += [zero] * 5
            continue
        end = sample.pre, sample.gid
        if end in synapses:
            columns += [synapses[end].h_mV, h_0 * synapses[end].z, synapses[end].Ca]
        else:  # of a synapse that does not exist the published program writes zeros
            columns += [unknown if end in exist else zero] * 3
        # A neuron whose potentiation and depression share no protein has no p^C.
        columns += (
            [unknown, unknown]
            if neuron is None
            else [neuron.S_mV, neuron.proteins.get("C", unknown)]
        )
    return names, np.column_stack(columns)


def _existing(results: Results, pairs: set[tuple[int, int]]) -> set[tuple[int, int]]:
    """Which pairs of neurons have a plastic synapse; none if there is no network.h5 to tell."""
    if not pairs or lacks_network(results.path):
        return set()
    wanted = np.array([pre * results.network.size + post for pre, post in pairs])
    found = []
    for block in results.edge_blocks([]):
        codes = block.source.astype(np.int64) * results.network.size + block.target.astype(np.int64)
        found.append(np.intersect1d(wanted, codes))
    codes = np.concatenate(found) if found else np.empty(0, dtype=np.int64)
    return {(int(code) // results.network.size, int(code) % results.network.size) for code in codes}


def _current_nA(results: Results, neuron: NeuronTrace, kind: Current) -> Array:
    """The published program records the whole membrane current, leak included, unless told else.

    While the membrane is held at its reset potential no net current charges it.
    """
    if kind == "stimulation":
        return neuron.I_stim_nA
    if kind == "background":
        return neuron.I_bg_nA
    parameters = results.network.population_of(neuron.gid).neuron
    leak_nA = (neuron.V_mV - parameters["V_rev_mV"]) / parameters["R_leak_MOhm"]
    return np.where(neuron.V_mV == parameters["V_reset_mV"], 0.0, neuron.I_total_nA - leak_nA)


def check_network(results: Results) -> None:
    """Raises ResultsError for networks that the published program, and its scripts, do not know."""
    problem = _difference_from_published(results.network)
    if problem is not None:
        raise ResultsError(
            f"{results.path}: {problem}; the published text files are for one excitatory "
            "population with plastic synapses, followed by one inhibitory population or none"
        )


def _difference_from_published(network: Network) -> str | None:
    kinds = [population.kind for population in network.populations]
    if kinds not in (["excitatory"], ["excitatory", "inhibitory"]):
        named = ", ".join(f"{p.name} ({p.kind})" for p in network.populations)
        return f"has the populations {named}"
    fixed = [p for p in network.projections if p.source == p.target and not p.is_plastic]
    if any(projection.source.is_excitatory for projection in fixed):
        return f"has no plastic synapses within {network.populations[0].name}"
    return None


def write_traces(results: Results, path: Path, current: Current = "membrane") -> None:
    names, table = trace_table(results, current)
    header = "".join(f"{name}, " for name in names)  # published with a comma at the end
    np.savetxt(path, table, fmt="%.4f", header=header)


def write_spikes(results: Results, path: Path) -> None:
    spikes = results.all_spikes()
    table = np.column_stack((spikes.time_ms, spikes.gid))
    np.savetxt(path, table, fmt="%.4f %.0f")


def write_connections(results: Results, path: Path) -> None:
    """Raises ResultsError for networks whose matrix no script could read."""
    size = results.network.size
    if size > MAX_MATRIX_NEURONS:
        raise ResultsError(
            f"{results.path}: a matrix of {size} neurons is too large for text "
            f"(at most {MAX_MATRIX_NEURONS}); network.h5 holds the connections as a list"
        )
    sources, targets = [np.empty(0, dtype=np.int64)], [np.empty(0, dtype=np.int64)]
    for projection in results.network.projections:
        source, target = (end.astype(np.int64) for end in results.edges(projection.name))
        sources.append(source + projection.source.first)
        targets.append(target + projection.target.first)
    pre, post = np.concatenate(sources), np.concatenate(targets)
    order = np.argsort(pre, kind="stable")
    pre, post = pre[order], post[order]
    # Digits and separators as bytes: formatting each number would take minutes.
    line = np.full(2 * size, ord(" "), dtype=np.uint8)
    line[-1] = ord("\n")
    with path.open("wb") as file:
        for gid in range(size):
            begin, end = np.searchsorted(pre, (gid, gid + 1))
            line[::2] = ord("0")
            line[2 * post[begin:end]] = ord("1")
            file.write(line.tobytes())
