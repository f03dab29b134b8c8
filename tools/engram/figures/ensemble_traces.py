# SPDX-License-Identifier: Apache-2.0
"""Recorded traces of an ensemble: means over the trials, with bands of their spread or error."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Callable, Literal, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import FigureBase

from ..arrays import Array
from ..ensemble import Ensemble, Point, Statistics, TraceStatistics, is_gid
from ..network import Network
from ..results import Phase
from ..schedule import phases_of
from ..stimuli import Stimulus
from ..visible import figure_text
from .names import neuron_name, synapse_name
from .style import (
    styled,
    COLORS,
    NothingToDraw,
    first_few,
    legend_outside,
    mark_threshold,
    new_figure,
    overlap_style,
    thin,
    widen,
)
from .time_axis import Piece, all_pieces, grid, shade_stimuli

MAX_CURVES = 6  # bands that can still be told apart
Spread = Literal["sem", "sd"]


@dataclass(frozen=True)
class PointTimes:
    """What the time axis needs to know of a point."""

    phases: list[Phase]
    stimuli: list[Stimulus]
    trace_time_s: Array


@dataclass(frozen=True)
class Row:
    """A panel row: one variable of several neurons or synapses."""

    variable: str
    label: str
    title: str  # of the legend
    traces: Sequence[TraceStatistics]
    shown: Callable[[Array], Array]  # into the units of the label
    scale: float  # of deviations
    thresholds: dict[str, float]
    least: float  # half of the height of the axis: less is noise


@styled(Ensemble)
def ensemble_traces(
    ensemble: Ensemble, point: Point | int, spread: Spread = "sem", *, ax: Axes | None = None
) -> FigureBase:
    """Mean traces of one point, or its index, with bands of the s.e.m. or s.d. over the trials.

    >>> ensemble = load(small_ensemble)
    >>> figure = ensemble_traces(ensemble, ensemble.points[0])
    """
    point = point if isinstance(point, Point) else ensemble.points[point]
    rows, note = _rows(ensemble, point)
    if not rows:
        raise NothingToDraw("no neurons or synapses were recorded; see record.neurons")
    times = PointTimes(
        phases_of(point.config, point.summary),
        point.stimuli,
        ensemble.trace_time_s(point.index),
    )
    network = Network.of(point.config)
    pieces = all_pieces(times)
    name = point.name or ensemble.path.name
    title = f"Mean of {ensemble.n_trials} trials, bands: {SPREADS[spread]}{note}"
    figure = new_figure(name, len(pieces), 0.9 + 1.7 * len(rows), title, ax)
    axes = grid(figure, pieces, [1] * len(rows))
    for panels, row in zip(axes, rows):
        for panel, piece in zip(panels, pieces):
            shade_stimuli(panel, times, piece)
            for i, trace in enumerate(row.traces):
                name = _shown_name(network, trace.label)
                _draw_band(panel, times, piece, trace.variables[row.variable], row, spread, name,
                           COLORS[i % len(COLORS)], overlap_style(i))  # fmt: skip
        for name, value in row.thresholds.items():
            mark_threshold(panels, value, name)
        panels[0].set_ylabel(row.label)
        widen(panels[0], row.least)
        legend_outside(panels[-1], title=row.title)
    figure.align_ylabels(axes[:, 0])
    return figure


SPREADS = {"sem": "s.e.m.", "sd": "s.d."}


def trials_text(ensembles: Sequence[Ensemble]) -> str:
    """n of a mean."""
    return " or ".join(f"{n}" for n in sorted({ensemble.n_trials for ensemble in ensembles}))


def _rows(ensemble: Ensemble, point: Point) -> tuple[list[Row], str]:
    if not ensemble.has_traces(point.index):
        return [], ""
    neurons, note = first_few(ensemble.neuron_traces(point.index), MAX_CURVES, "neurons")
    synapses, synapse_note = first_few(ensemble.synapse_traces(point.index), MAX_CURVES, "synapses")
    parameters = point.config["synapses"]
    h_0, tag = parameters["h_0_mV"], 100 * parameters["theta_tag_mV"] / parameters["h_0_mV"]
    rows = []
    if synapses:
        percent = 100 / h_0
        rows += [
            Row("h_mV", "early phase\n$h$ (% of $h_0$)", "synapse", synapses,
                lambda h: np.asarray(percent * h), percent, {r"$+\theta_{tag}$": 100 + tag}, 10),
            Row("z", "late phase\n$1 + z$ (%)", "synapse", synapses,
                lambda z: 100 * (1 + z), 100, {}, 2),
            Row("Ca", "calcium\n$Ca$", "synapse", synapses, _same, 1, {}, 0.01),
        ]  # fmt: skip
    if neurons:
        rows += [
            _protein_row(name, neurons)
            for name in ("p", "p_P", "p_C", "p_D")
            if name in neurons[0].variables
        ]
    if neurons and not rows:
        # Of little meaning, since spikes of trials do not coincide.
        rows = [Row("V_mV", "potential\n$V$ (mV)", "neuron", neurons, _same, 1, {}, 1)]
    return rows, note + synapse_note


def _protein_row(variable: str, neurons: Sequence[TraceStatistics]) -> Row:
    _, _, pool = variable.partition("_")
    symbol = f"$p_{pool}$" if pool else "$p$"
    label = f"protein {pool}".rstrip() + f"\n{symbol} (µmol/l)"
    return Row(variable, label, "neuron", neurons, _same, 1, {}, 0.01)


def _shown_name(network: Network, label: str) -> str:
    first, _, second = label.partition("_")
    if not is_gid(first):
        return figure_text(label.replace("_", " "))
    if is_gid(second):
        return synapse_name(network, int(first), int(second))
    return neuron_name(network, int(first))


def _same(values: Array) -> Array:
    return values


def _draw_band(
    panel: Axes,
    times: PointTimes,
    piece: Piece,
    statistics: Statistics,
    row: Row,
    spread: Spread,
    label: str,
    color: str,
    style: dict[str, object],
) -> None:
    inside = piece.holds(times.trace_time_s)
    time = piece.shown(times.trace_time_s[inside])
    mean = row.shown(statistics.mean[inside])
    deviation = row.scale * getattr(statistics, spread)[inside]
    panel.plot(*thin(time, mean), color=color, label=label, **style)
    shown_time, low = thin(time, mean - deviation)
    _, high = thin(time, mean + deviation)
    panel.fill_between(shown_time, low, high, color=color, alpha=0.25, linewidth=0)
