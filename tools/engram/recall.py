# SPDX-License-Identifier: Apache-2.0
"""How well a memory is recalled: rates of subpopulations, pattern completion Q, mutual information.

Definitions and windows are those of the published figures (Luboeinski & Tetzlaff 2021).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Sequence

import numpy as np

from .arrays import Array
from .errors import ResultsError
from .information import entropy_bits, mutual_information_bits
from .memories import Memory
from .network import Kind
from .rates import all_spike_counts
from .ratios import mean, ratio, sd
from .results import Results
from .stimuli import Stimulus
from .subpopulations import ABBREVIATIONS, Subpopulations


@dataclass(frozen=True)
class RateWindow:
    """When spikes are counted, in s from the onset of a stimulus; rates are per its length.

    Published 8 h runs are at rest until two steps before recall, so that the part of the window
    before the onset is empty. `from_onset` counts as if it were: no spikes before the onset,
    divided by the whole length.
    """

    begin_s: float
    end_s: float
    from_onset: bool = False

    def __post_init__(self) -> None:
        if not self.end_s > (max(self.begin_s, 0.0) if self.from_onset else self.begin_s):
            raise ValueError(f"the window [{self.begin_s}, {self.end_s}) counts no spikes")


RECALL_WINDOW = RateWindow(-0.15, 0.35)  # as published: 0.5 s around 0.1 s after the onset


def recall_window_of(results: Results) -> RateWindow:
    """When the configuration says that spikes are counted at recall: as published by default.

    Raises ResultsError if that counts none.
    """
    measures = results.config.get("measures") or {}
    try:
        return RateWindow(
            measures.get("recall_begin_s", RECALL_WINDOW.begin_s),
            measures.get("recall_end_s", RECALL_WINDOW.end_s),
            measures.get("from_onset", RECALL_WINDOW.from_onset),
        )
    except ValueError as error:
        raise ResultsError(f"{results.path}: measures of recall: {error}") from error


REFERENCE_WINDOW = RateWindow(0.75, 1.25)  # around 1 s after the onset of learning

UNITS = {
    **{f"nu_{name}": "Hz" for name in ABBREVIATIONS},
    **{f"nu_{name}_ref": "Hz" for name in ABBREVIATIONS},
    "Q": "1",
    "MI": "bit",
    "selfMI": "bit",
    "rate_exc": "Hz",
    "rate_inh": "Hz",
}
_KINDS: dict[str, Kind] = {"rate_exc": "excitatory", "rate_inh": "inhibitory"}


@dataclass(frozen=True)
class PatternCompletion:
    """Q = (nu_ans - nu_ctrl) / nu_as, and its error propagated from those of the rates."""

    value: float
    error: float


def pattern_completion(
    nu_as: float,
    nu_ans: float,
    nu_ctrl: float,
    errors: tuple[float, float, float] = (0.0, 0.0, 0.0),
) -> PatternCompletion:
    """Q of mean rates in Hz; `errors` are those of nu_as, nu_ans and nu_ctrl, independent.

    Not a number where the stimulated neurons are silent or any rate is undefined.

    >>> pattern_completion(nu_as=100, nu_ans=30, nu_ctrl=10).value
    0.2
    """
    if not nu_as > 0.0:
        return PatternCompletion(math.nan, math.nan)
    value = (nu_ans - nu_ctrl) / nu_as
    error = math.hypot(errors[1] / nu_as, errors[2] / nu_as, errors[0] * value / nu_as)
    return PatternCompletion(value, error)


@dataclass(frozen=True)
class RecallMeasures:
    """All measures of one recall by name (UNITS), and the errors that one run can tell."""

    values: dict[str, float]  # not a number where undefined
    errors: dict[str, float]  # standard deviations across neurons, and the error of Q
    assembly_size: int
    recall_delay_s: float  # from the onset of learning to that of recall; not a number without both


def mean_rates(rates_Hz: Array, groups: Subpopulations, suffix: str = "") -> dict[str, float]:
    """Mean rates nu_* of subpopulations from the rates of all neurons by gid."""
    return {f"nu_{name}{suffix}": mean(rates_Hz[gids]) for name, gids in groups.by_name().items()}


def recall_measures(results: Results, window: RateWindow | None = None) -> RecallMeasures:
    """The measures of the last recall of the first memory that is learnt.

    Spikes are counted as the configuration says unless a window is given.

    Raises ResultsError if the run has neither learning nor recall.

    >>> recall_measures(load(small_recall)).recall_delay_s
    89.0
    """
    learn, recall = results.first_stimulus("learn"), results.last_stimulus("recall")
    if learn is None and recall is None:
        raise ResultsError(
            f"{results.path}: there is no stimulus for learning or recall, hence nothing to measure"
        )
    return _measures(results, learn, recall, Subpopulations.of(results), window)


def memory_measures(
    results: Results, memories: Sequence[Memory], window: RateWindow | None = None
) -> list[RecallMeasures]:
    """The measures of the last recall of each memory, in a window as for recall_measures.

    Control neurons (nu_ctrl) are those of none of the memories that the recall does not reach.

    >>> results = load(small_recall)
    >>> memory_measures(results, memories_of(results))[0].assembly_size
    20
    """
    learnt = [memory.neurons for memory in memories]
    others = np.unique(np.concatenate(learnt)) if learnt else np.empty(0, dtype=np.int64)
    return [
        _measures(
            results,
            memory.learn,
            memory.recall,
            Subpopulations.of(results, memory.neurons, memory.recalled, others),
            window,
        )
        for memory in memories
    ]


def _measures(
    results: Results,
    learn: Stimulus | None,
    recall: Stimulus | None,
    groups: Subpopulations,
    window: RateWindow | None,
) -> RecallMeasures:
    reference_rates = _rates_Hz(results, learn, REFERENCE_WINDOW)
    recall_rates = _rates_Hz(results, recall, window or recall_window_of(results))
    values = mean_rates(recall_rates, groups) | mean_rates(reference_rates, groups, "_ref")
    errors = {f"nu_{name}": sd(recall_rates[gids]) for name, gids in groups.by_name().items()}
    quality = pattern_completion(
        values["nu_as"],
        values["nu_ans"],
        values["nu_ctrl"],
        errors=(errors["nu_as"], errors["nu_ans"], errors["nu_ctrl"]),
    )
    reference_exc, recall_exc = (
        rates[groups.excitatory] for rates in (reference_rates, recall_rates)
    )
    has_reference, has_recall = np.isfinite(reference_exc).all(), np.isfinite(recall_exc).all()
    values |= {
        "Q": quality.value,
        "MI": mutual_information_bits(reference_exc, recall_exc)
        if has_reference and has_recall
        else math.nan,
        "selfMI": entropy_bits(reference_exc) if has_reference else math.nan,
        **spiking_rates(results),
    }
    errors["Q"] = quality.error
    delay_s = round(recall.onset_s - learn.onset_s, 9) if learn and recall else math.nan
    size = len(groups.stimulated) + len(groups.unstimulated)
    return RecallMeasures(values, errors, size, delay_s)


def _counted_s(
    results: Results, stimulus: Stimulus | None, window: RateWindow
) -> tuple[float, float] | None:
    """From when to when spikes are counted; None if the run does not hold the window."""
    if stimulus is None:
        return None
    begin_s, end_s = (
        round(stimulus.onset_s + edge_s, 9) for edge_s in (window.begin_s, window.end_s)
    )
    if begin_s < 0.0 or end_s > results.config["simulation"]["duration_s"]:
        return None
    return (max(begin_s, stimulus.onset_s) if window.from_onset else begin_s), end_s


def _rates_Hz(results: Results, stimulus: Stimulus | None, window: RateWindow) -> Array:
    """Rates of all neurons; not a number if the run does not hold the window."""
    counted_s = _counted_s(results, stimulus, window)
    if counted_s is None:
        return np.full(results.network.size, math.nan)
    # Divided by the decimal length, so that rates are multiples of its inverse.
    return all_spike_counts(results, *counted_s) / round(window.end_s - window.begin_s, 9)


def silent_parts(results: Results, window: RateWindow | None = None) -> list[str]:
    """What of the windows of recall_measures lies in consolidation, where nobody fires.

    >>> silent_parts(load(small_recall))
    []
    """
    parts = []
    for what, stimulus, used in (
        ("learning", results.first_stimulus("learn"), REFERENCE_WINDOW),
        ("recall", results.last_stimulus("recall"), window or recall_window_of(results)),
    ):
        counted_s = _counted_s(results, stimulus, used)
        if counted_s is None:
            continue
        begin_s, end_s = counted_s
        spiking_s = sum(
            max(0.0, min(end_s, phase.end_s) - max(begin_s, phase.begin_s))
            for phase in results.phases
            if phase.is_spiking
        )
        silent_s = end_s - begin_s - spiking_s
        if silent_s > 1e-6:
            parts.append(
                f"rates of {what} are those from {begin_s:.10g} s to {end_s:.10g} s, of which "
                f"{silent_s:.6g} s lie in consolidation, where nobody fires"
            )
    return parts


def spiking_rates(results: Results) -> dict[str, float]:
    """Mean rates by kind over all spiking phases: rate_exc and rate_inh in Hz."""
    duration_s = sum(phase.duration_s for phase in results.phases if phase.is_spiking)
    rates = {}
    for name, kind in _KINDS.items():
        populations = results.network.of_kind(kind)
        spikes = sum(results.summary["spikes"][population.name] for population in populations)
        rates[name] = ratio(spikes, results.network.count(kind) * duration_s)
    return rates
