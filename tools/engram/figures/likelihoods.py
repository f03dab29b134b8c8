# SPDX-License-Identifier: Apache-2.0
"""How likely avalanches are in each group that learns, for several runs or points of ensembles."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import FigureBase

from ..avalanches import avalanche_statistics
from ..ensemble import Ensemble, is_ensemble
from ..entries import Entry, of_run, over_trials
from ..memories import learning_groups
from ..results import Results
from ..visible import figure_text
from ..windows import spiking_window
from .ensemble_traces import Spread
from .style import COLORS, NothingToDraw, first_few, legend_outside, new_figure, styled

Job = Results | Ensemble | str | Path
MAX_SETS = 40  # of bars
FEW_SETS = 3  # whose names fit beside each other
BARS = 0.8  # of the distance between sets


@dataclass(frozen=True)
class _Set:
    """Trials of one setting, or a run alone."""

    name: str
    likelihoods: dict[str, Entry]  # by group


@styled()
def likelihoods(
    jobs: Sequence[Job] | Job, spread: Spread = "sem", *, ax: Axes | None = None
) -> FigureBase:
    """Bars of p(X) in the last spiking phase, a set for each run and each point of an ensemble.

    Jobs are what load() gives, or paths of results. Of ensembles means over the trials with error
    bars; these must have been kept.

    >>> figure = likelihoods([small_recall])
    """
    several = jobs if isinstance(jobs, (list, tuple)) else [jobs]
    paths = [job.path if isinstance(job, (Results, Ensemble)) else Path(job) for job in several]
    named = [item for path in paths for item in _runs(path, is_alone=len(paths) == 1)]
    shown, note = first_few(named, MAX_SETS, "runs or points")
    sets = [_Set(name, _likelihoods(runs)) for name, runs in shown]
    groups = list(dict.fromkeys(group for each in sets for group in each.likelihoods))
    if not groups:
        raise NothingToDraw("no group learns in these runs")
    title = "Likelihood of avalanches by group" + note
    # Many names are written upwards.
    longest = max(len(each.name) for each in sets) if len(sets) > FEW_SETS else 0
    height = 3.8 + min(3.0, 0.06 * longest)
    figure = new_figure(paths[0].name, min(4, 1 + len(sets) // 4), height, title, ax)
    axes = figure.subplots()
    width = BARS / len(groups)
    for i, group in enumerate(groups):
        entries = {j: each.likelihoods[group] for j, each in enumerate(sets) if group in each.likelihoods}  # fmt: skip
        axes.bar(
            [j + (i + 0.5) * width - 0.5 * BARS for j in entries],
            [entry.mean for entry in entries.values()],
            width,
            yerr=[_error(entry, spread) for entry in entries.values()],
            capsize=3,
            color=COLORS[i % len(COLORS)],
            label=figure_text(group),
        )
    axes.set_xticks(range(len(sets)), [figure_text(each.name) for each in sets])
    if len(sets) > FEW_SETS:
        axes.tick_params(axis="x", labelrotation=90, labelsize=7)
    axes.set_ylabel("share of active bins (10 ms)")
    legend_outside(axes)
    return figure


def _error(entry: Entry, spread: Spread) -> float:
    """A single trial has none."""
    error = entry.sem if spread == "sem" else entry.sd
    return error if entry.n > 1 else 0.0


def _runs(path: Path, is_alone: bool) -> list[tuple[str, list[Results]]]:
    """Names and results; points of several ensembles may have the same names."""
    if not is_ensemble(path):
        return [(path.name, [Results(path)])]
    ensemble = Ensemble(path)
    return [
        (
            (point.name if is_alone else ": ".join(filter(None, (path.name, point.name))))
            or path.name,
            [ensemble.trial(point.index, trial) for trial in range(ensemble.n_trials)],
        )
        for point in ensemble.points
    ]


def _likelihoods(runs: Sequence[Results]) -> dict[str, Entry]:
    trials = []
    for run in runs:
        groups = learning_groups(run)
        found = avalanche_statistics(run, groups, *spiking_window(run)) if groups else None
        likelihood = found.likelihood if found else {}
        trials.append([of_run(group, "1", likelihood[group]) for group in groups])
    return {entry.name: entry for entry in over_trials(trials)}
