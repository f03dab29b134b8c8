# SPDX-License-Identifier: Apache-2.0
"""What can be measured in a run, by name, as entries of a table."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Callable, Sequence

import numpy as np

from .arrays import Array
from . import dimension, potentiation, readout, stability
from .attractors import FACTOR, attractor_statistics
from .avalanches import BIN_S, NONE, OVERALL, THRESHOLD, avalanche_statistics
from .bins import Bins, spike_raster
from .entries import Entry, of_run
from .errors import ResultsError
from .named_groups import check_names, in_no_group, named_groups
from .induction import SIGNS, STAGES, induction_of
from .memories import Memory, measured_groups, memories_of
from .recall import RateWindow, memory_measures
from .recall_table import recall_entries
from .results import Results, lacks_network
from .subsets import Subsets, weights_between_groups, weights_between_subsets
from .windows import spiking_window

MAX_PAIRED = 16  # memories that weights are told between
PAIRS = "between memories"
MAX_SAMPLES = 10_000  # that a readout is fitted to, which takes as many equations: 800 MB


@dataclass(frozen=True)
class Settings:
    """What may be chosen; each analysis uses some of it. The defaults are as published."""

    groups: Sequence[str] | None = None  # names; measures.groups or all that learn unless given
    window_s: tuple[float, float] | None = None  # the last spiking phase unless given
    bin_s: float | None = None
    threshold: int = THRESHOLD
    factor: float = FACTOR
    times_s: Sequence[float] | None = None  # of snapshots; all unless given
    recall_window: RateWindow | None = None  # that of the configuration unless given
    share: float = dimension.SHARE
    edge: float = potentiation.EDGE
    fractions: Sequence[float] = readout.FRACTIONS
    targets: int = readout.TARGETS
    alpha: float = readout.ALPHA
    seed: int = 0  # of what the analysis draws


@dataclass(frozen=True)
class Part:
    """The measures of a part of a run, such as a memory or a synapse."""

    name: str  # empty: of the whole run
    entries: list[Entry]


@dataclass(frozen=True)
class Analysis:
    """What is measured, and the names of the settings that it uses."""

    description: str
    settings: tuple[str, ...]
    measure: Callable[[Results, Settings], list[Part]]


def _groups(results: Results, settings: Settings) -> dict[str, Array]:
    if settings.groups is not None:
        return named_groups(results, settings.groups)
    groups = measured_groups(results)
    if not groups:
        raise ResultsError(f"{results.path}: no group learns in this run; name the groups")
    return groups


def _memories(results: Results, settings: Settings) -> list[Memory]:
    found = memories_of(results, settings.groups)
    if not found:
        raise ResultsError(f"{results.path}: no group learns in this run; name the groups")
    for memory in found:
        if len(memory.neurons) == 0:
            raise ResultsError(
                f"{results.path}: group '{memory.name}' has no excitatory neurons, of which "
                "memories consist"
            )
    return found


def _avalanches(results: Results, settings: Settings) -> list[Part]:
    groups = _groups(results, settings)
    begin_s, end_s = spiking_window(results, settings.window_s)
    bin_s = settings.bin_s or BIN_S
    found = avalanche_statistics(results, groups, begin_s, end_s, bin_s, settings.threshold)
    entries = [of_run(f"p.{name}", "1", p) for name, p in found.likelihood.items()]
    for source in found.active:
        entries += [
            of_run(f"p.{source}.{target}", "1", found.transition[source, target])
            for target in groups
        ]
        entries.append(of_run(f"p.{source}.any", "1", found.followed_by_any[source]))
        entries.append(of_run(f"p.{source}.none", "1", found.followed_by_none[source]))
    return [Part("", entries + _rates(found.rate_Hz))]


def _attractors(results: Results, settings: Settings) -> list[Part]:
    groups = _groups(results, settings)
    begin_s, end_s = spiking_window(results, settings.window_s)
    bin_s = settings.bin_s or BIN_S
    found = attractor_statistics(
        results, groups, begin_s, end_s, bin_s, settings.threshold, settings.factor
    )
    entries = [of_run(f"p.{name}", "1", p) for name, p in found.likelihood.items()]
    entries += [
        of_run(f"p.{source}.{target}", "1", p) for (source, target), p in found.transition.items()
    ]
    return [Part("", entries + _rates(found.rate_Hz))]


def _rates(rates_Hz: dict[str, float]) -> list[Entry]:
    """Of all neurons and of those in no group last."""
    last = (OVERALL, NONE)
    names = [name for name in rates_Hz if name not in last]
    names += [name for name in last if name in rates_Hz]
    return [of_run(f"rate.{name}", "Hz", rates_Hz[name]) for name in names]


def _subsets(results: Results, settings: Settings) -> list[Part]:
    subsets = Subsets.of(results, _groups(results, settings))
    entries = [
        of_run(f"neurons.{label}", "1", float(len(gids))) for label, gids in subsets.neurons.items()
    ]
    for weights in weights_between_subsets(results, subsets, settings.times_s):
        snapshot = results.snapshot(weights.time_s).label
        measured = (
            ("h", "mV", weights.h_mV.mean),
            ("h_sd", "mV", weights.h_mV.sd),
            ("z", "1", weights.z.mean),
            ("z_sd", "1", weights.z.sd),
            ("synapses", "1", weights.count),
        )
        for name, units, values in measured:
            entries += [
                of_run(f"{name}.{source}.{target}@{snapshot}", units, float(values[i, j]))
                for i, source in enumerate(subsets.labels)
                for j, target in enumerate(subsets.labels)
            ]
    return [Part("", entries)]


def _recall_of_memories(results: Results, settings: Settings) -> list[Part]:
    found = _memories(results, settings)
    measured = memory_measures(results, found, settings.recall_window)
    parts = [
        Part(
            f"memory {memory.name}",
            [
                of_run("neurons", "1", float(measures.assembly_size)),
                of_run("recall_delay", "s", measures.recall_delay_s),
                *recall_entries(results, measures, memory.neurons),
            ],
        )
        for memory, measures in zip(found, measured)
    ]
    if 1 < len(found) <= MAX_PAIRED and not lacks_network(results.path):
        parts.append(Part(PAIRS, _weights_between(results, found)))
    return parts


def _weights_between(results: Results, memories: Sequence[Memory]) -> list[Entry]:
    """From the neurons of each memory, or of none, to those of each; of several, for each."""
    groups = {memory.name: memory.neurons for memory in memories}
    check_names(results, groups)
    groups[NONE] = in_no_group(results, groups)
    entries = []
    for pair in weights_between_groups(results, groups):
        label = results.snapshot(pair.time_s).label
        ends = f"{pair.source}.{pair.target}@{label}"
        entries += [of_run(f"h.{ends}", "mV", pair.h_mV), of_run(f"z.{ends}", "1", pair.z)]
    return entries


def _dimension(results: Results, settings: Settings) -> list[Part]:
    parts = []
    for memory in _memories(results, settings):
        raster = None
        if memory.recall:
            raster = _raster(
                results, memory.recall.onset_s, dimension.WINDOW_S, settings.bin_s, dimension.BIN_S
            )
        value = math.nan if raster is None else dimension.pca_dimension(raster, settings.share)
        parts.append(Part(f"memory {memory.name}", [of_run("dimension", "1", value)]))
    return parts


def _stability(results: Results, settings: Settings) -> list[Part]:
    random = np.random.default_rng(settings.seed)
    parts = []
    for memory in _memories(results, settings):
        values = (math.nan,) * 4
        learnt, recalled = _learning_and_recall(
            results, memory, stability.WINDOW_S, settings.bin_s, stability.BIN_S, last_only=True
        )
        if learnt and recalled is not None:
            found = stability.spike_time_stability(learnt[-1], recalled, random)
            rho = _correlation_with_late_input(results, memory, found.real)
            n_neurons = float(np.isfinite(found.real).sum())
            values = (found.mean, found.shuffled_mean, rho, n_neurons)
        names = ("stability", "stability_shuffled", "stability_rho", "neurons")
        entries = [of_run(name, "1", value) for name, value in zip(names, values)]
        parts.append(Part(f"memory {memory.name}", entries))
    return parts


def _correlation_with_late_input(
    results: Results, memory: Memory, stability_of_neuron: Array
) -> float:
    """Of the neurons outside the memory, in the last snapshot before recall, if there is one."""
    if memory.recall is None or lacks_network(results.path):
        return math.nan
    onset_s = memory.recall.onset_s
    times = [time_s for time_s in results.snapshot_times_s if time_s <= onset_s]
    if not times:
        return math.nan
    late = potentiation.late_input(results, memory.neurons, max(times))
    late[memory.neurons] = math.nan
    return stability.rank_correlation(stability_of_neuron, late[results.network.gids("excitatory")])


def _readout(results: Results, settings: Settings) -> list[Part]:
    parts = []
    for memory in _memories(results, settings):
        # The same targets and neurons in every run, as published.
        random = np.random.default_rng(settings.seed)
        quality = np.full((1, len(settings.fractions)), math.nan)
        learnt, recalled = _learning_and_recall(
            results, memory, readout.WINDOW_S, settings.bin_s, readout.BIN_S
        )
        if learnt and recalled is not None:
            quality = readout.readout_quality(
                learnt, recalled, random, settings.fractions, settings.targets, settings.alpha
            )
        entries = [
            of_run(f"R2_{100 * fraction:.6g}", "1", float(value))
            for fraction, value in zip(settings.fractions, quality.mean(axis=0))
        ]
        parts.append(Part(f"memory {memory.name}", entries))
    return parts


def _learning_and_recall(
    results: Results,
    memory: Memory,
    window_s: float,
    bin_s: float | None,
    default_bin_s: float,
    last_only: bool = False,
) -> tuple[list[Array], Array | None]:
    """Rasters of the pulses of learning (or of the last one), and of recall.

    Empty, and None, if the run does not hold them.
    """
    stimuli = memory.learn_and_recall
    if stimuli is None:
        return [], None
    learn, recall = stimuli
    pulses = learn.intervals_s[-1:] if last_only else learn.intervals_s
    n_samples = (len(pulses) + 1) * window_s / (bin_s or default_bin_s)
    if n_samples > MAX_SAMPLES:
        raise ResultsError(
            f"{results.path}: the {len(pulses)} pulses of stimulus '{learn.name}', and recall, "
            f"have {n_samples:.0f} bins; at most {MAX_SAMPLES} are compared"
        )
    rasters = [_raster(results, begin, window_s, bin_s, default_bin_s) for begin, _ in pulses]
    learnt = [raster for raster in rasters if raster is not None]
    return learnt, _raster(results, recall.onset_s, window_s, bin_s, default_bin_s)


def _raster(
    results: Results, onset_s: float, window_s: float, bin_s: float | None, default_bin_s: float
) -> Array | None:
    """Of all excitatory neurons from an onset; None if the run ends before.

    A spike has the time at which its step ends. So what a stimulus causes begins a step after its
    onset, and a bin has the spikes after its begin, up to its end.
    """
    if round(onset_s + window_s, 9) > results.config["simulation"]["duration_s"]:
        return None
    first_s = onset_s + results.config["simulation"]["dt_ms"] / 1000.0
    bins = Bins.within(first_s, first_s + window_s, bin_s or default_bin_s)
    return spike_raster(results, results.network.gids("excitatory"), bins)


def _unpotentiated(results: Results, settings: Settings) -> list[Part]:
    times = None if settings.times_s is None else list(settings.times_s)
    parts = []
    for memory in _memories(results, settings):
        entries = []
        for found in potentiation.unpotentiated_input(
            results, memory.neurons, times, settings.edge
        ):
            label = results.snapshot(found.time_s).label
            entries += [
                of_run(f"unpotentiated_within@{label}", "1", found.within),
                of_run(f"unpotentiated_out@{label}", "1", found.outgoing),
            ]
        parts.append(Part(f"memory {memory.name}", entries))
    return parts


def _induction(results: Results, settings: Settings) -> list[Part]:
    if not results.synapse_traces:
        raise ResultsError(
            f"{results.path}: no synapses were recorded (see record.synapses in the configuration)"
        )
    h_0_mV = results.config["synapses"]["h_0_mV"]
    parts = []
    for trace in results.synapse_traces:
        found = induction_of(results, trace)
        entries = [
            of_run("h_change", "mV", found.largest_change_mV),
            of_run("h_extreme", "%", 100.0 * (1.0 + found.largest_change_mV / h_0_mV)),
            of_run("h_extreme_at", "s", found.largest_change_s),
            of_run("z_end", "1", found.z_end),
            of_run("w_end", "%", 100.0 * found.weight_end),
            of_run("p_highest", "1", found.protein_highest),
            of_run("p_highest_at", "s", found.protein_highest_s),
        ]
        # 1 of the class of a run, 0 of the others: means are shares of runs.
        classes = ["unchanged", *(f"{stage} {sign}" for sign in SIGNS for stage in STAGES)]
        entries += [
            of_run(name.replace(" ", "_"), "1", float(name == found.name)) for name in classes
        ]
        parts.append(Part(f"synapse {trace.pre} to {trace.post}", entries))
    return parts


ANALYSES = {
    "memories": Analysis(
        "rates, Q, MI and mean weights of each memory", ("groups", "recall_window"),
        _recall_of_memories,
    ),
    "avalanches": Analysis(
        "likelihoods and transitions of avalanches in groups",
        ("groups", "window_s", "bin_s", "threshold"), _avalanches,
    ),
    "attractors": Analysis(
        "likelihoods and transitions of groups that are far more active than the others",
        ("groups", "window_s", "bin_s", "threshold", "factor"), _attractors,
    ),
    "subsets": Analysis(
        "mean and s.d. of weights between the subsets that groups cut each other into",
        ("groups", "times_s"), _subsets,
    ),
    "dimension": Analysis(
        "principal components of the activity at recall", ("groups", "bin_s", "share"), _dimension
    ),
    "stability": Analysis(
        "spikes of learning that recur at recall", ("groups", "bin_s", "seed"), _stability
    ),
    "readout": Analysis(
        "how well a random walk can be read from the spikes at recall",
        ("groups", "bin_s", "fractions", "targets", "alpha", "seed"), _readout,
    ),
    "unpotentiated": Analysis(
        "neurons whose input from a memory stayed unpotentiated", ("groups", "times_s", "edge"),
        _unpotentiated,
    ),
    "induction": Analysis(
        "largest change and class of plasticity of recorded synapses", (), _induction
    ),
}  # fmt: skip
