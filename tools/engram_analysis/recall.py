"""How well a memory is recalled: rates of subpopulations, pattern completion Q, mutual information.

Definitions and windows are those of the published figures (Luboeinski & Tetzlaff 2021).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from .errors import ResultsError
from .information import entropy_bits, mutual_information_bits
from .populations import Subpopulations
from .rates import rates_around_Hz
from .results import Results

RECALL_DELAY_S = 0.1  # from the onset of recall to the middle of the window
REFERENCE_DELAY_S = 1.0  # from the onset of learning
WINDOW_S = 0.5

UNITS = {
    **{f"nu_{name}": "Hz" for name in ("exc", "as", "ans", "ctrl", "inh")},
    **{f"nu_{name}_ref": "Hz" for name in ("exc", "as", "ans", "ctrl", "inh")},
    "Q": "1",
    "MI": "bit",
    "selfMI": "bit",
    "rate_exc": "Hz",
    "rate_inh": "Hz",
}


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
    recall_delay_s: float  # from the onset of learning to that of recall


def mean_rates(rates_Hz: np.ndarray, groups: Subpopulations, suffix: str = "") -> dict[str, float]:
    """Mean rates nu_* of subpopulations from the rates of all neurons by gid."""
    return {f"nu_{name}{suffix}": _mean(rates_Hz[gids]) for name, gids in groups.by_name().items()}


def onsets_s(results: Results) -> tuple[float, float]:
    """First onsets of learning and of recall; not a number where there is none."""

    def first(role: str) -> float:
        return min((s.onset_s for s in results.stimuli if s.role == role), default=math.nan)

    return first("learn"), first("recall")


def recall_measures(
    results: Results, learning_s: float | None = None, recall_s: float | None = None
) -> RecallMeasures:
    """The measures of a run with learning and recall.

    `learning_s` and `recall_s` replace the first onsets of such stimuli.
    Raises ResultsError if a run has no recall to measure.
    """
    learn_onset_s, recall_onset_s = onsets_s(results)
    learning_s = learn_onset_s if learning_s is None else learning_s
    recall_s = recall_onset_s if recall_s is None else recall_s
    if math.isnan(learning_s) or math.isnan(recall_s) or not len(results.assembly):
        missing = "recall" if math.isnan(recall_s) else "learning"
        raise ResultsError(f"{results.path}: there is no {missing} stimulus, hence no recall to measure")
    groups = Subpopulations.of(results)
    reference = rates_around_Hz(results, learning_s + REFERENCE_DELAY_S, WINDOW_S)
    recall = rates_around_Hz(results, recall_s + RECALL_DELAY_S, WINDOW_S)
    values = mean_rates(recall, groups) | mean_rates(reference, groups, "_ref")
    errors = {f"nu_{name}": _sd(recall[gids]) for name, gids in groups.by_name().items()}
    quality = pattern_completion(
        values["nu_as"], values["nu_ans"], values["nu_ctrl"],
        (errors["nu_as"], errors["nu_ans"], errors["nu_ctrl"]),
    )  # fmt: skip
    exc = slice(0, results.n_exc)
    values |= {
        "Q": quality.value,
        "MI": mutual_information_bits(reference[exc], recall[exc]),
        "selfMI": entropy_bits(reference[exc]),
        **spiking_rates(results),
    }
    errors["Q"] = quality.error
    return RecallMeasures(values, errors, len(results.assembly), recall_s - learning_s)


def spiking_rates(results: Results) -> dict[str, float]:
    """Mean rates of both populations over all spiking phases: rate_exc and rate_inh in Hz."""
    duration_s = sum(phase.duration_s for phase in results.phases if phase.is_spiking)
    sizes = {"exc": results.n_exc, "inh": results.n_inh}
    return {
        f"rate_{name}": _ratio(results.summary["spikes"][name], size * duration_s)
        for name, size in sizes.items()
    }


def _mean(values: np.ndarray) -> float:
    return float(values.mean()) if len(values) else math.nan


def _sd(values: np.ndarray) -> float:
    return float(values.std()) if len(values) else math.nan


def _ratio(numerator: float, denominator: float) -> float:
    return numerator / denominator if denominator > 0 else math.nan
