# SPDX-License-Identifier: Apache-2.0
"""The broken time axis: each phase of the schedule has a piece of its own, with its own unit.

Time runs over five orders of magnitude, from spikes to consolidation.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol, Sequence, TypeVar

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import FigureBase

from ..arrays import Array
from ..results import Phase, Results
from ..stimuli import Stimulus
from ..visible import figure_text
from .style import STIMULUS_LINE, STIMULUS_SHADE, NothingToDraw, new_figure, thin

SHORT_CONSOLIDATION_S = 60.0  # is drawn together with the phase before it
MAX_PIECES = 100  # beside each other
MIN_SHADE = 0.002  # of the width of a piece: about a pixel


TimeLike = TypeVar("TimeLike", Array, float)


class Timed(Protocol):
    """What has phases, stimuli and sampled times: Results, or a point of an ensemble."""

    @property
    def phases(self) -> list[Phase]:
        ...

    @property
    def stimuli(self) -> list[Stimulus]:
        ...

    @property
    def trace_time_s(self) -> Array:
        ...


@dataclass(frozen=True)
class Piece:
    """A stretch of time with a horizontal axis of its own."""

    title: str
    begin_s: float
    end_s: float
    origin_s: float  # time that is shown as zero
    unit: str
    label: str
    is_spiking: bool

    @property
    def shown_begin_s(self) -> float:
        """Hours of consolidation that begin after a few seconds get a tick at zero."""
        return 0.0 if self.begin_s < 0.01 * self.end_s else self.begin_s

    @property
    def scale(self) -> float:
        return {"ms": 1e3, "s": 1.0, "min": 1 / 60, "h": 1 / 3600, "d": 1 / 86400}[self.unit]

    def shown(self, time_s: TimeLike) -> TimeLike:
        return (time_s - self.origin_s) * self.scale

    def holds(self, time_s: Array) -> Array:
        return (time_s >= self.begin_s) & (time_s <= self.end_s)


def unit_for(duration_s: float) -> str:
    for limit, unit in ((1.0, "ms"), (300.0, "s"), (7200.0, "min"), (4 * 86400.0, "h")):
        if duration_s <= limit:
            return unit
    return "d"


def make_piece(timed: Timed, phase: Phase, begin_s: float, end_s: float) -> Piece:
    unit = unit_for(end_s - begin_s)
    origin, label = 0.0, f"time ({unit})"
    onsets = [
        (interval[0], stimulus.name)
        for stimulus in timed.stimuli
        for interval in stimulus.intervals_s
        if begin_s <= interval[0] <= end_s
    ]
    # Ticks such as 28805 s are hard to read: count from the stimulus.
    if phase.is_spiking and onsets and begin_s > 100 * (end_s - begin_s):
        origin, name = min(onsets)
        label = f"time from {figure_text(name)} ({unit})"
    return Piece(figure_text(phase.label), begin_s, end_s, origin, unit, label, phase.is_spiking)


def all_pieces(timed: Timed) -> list[Piece]:
    """One piece per phase; the few seconds of consolidation that end a run belong to the last."""
    spans: list[tuple[Phase, float]] = []
    for phase in timed.phases:
        short = not phase.is_spiking and phase.duration_s < SHORT_CONSOLIDATION_S
        if short and spans:
            spans[-1] = (spans[-1][0], phase.end_s)
        else:
            spans.append((phase, phase.end_s))
    _check_number(len(spans))
    return [make_piece(timed, phase, phase.begin_s, end_s) for phase, end_s in spans]


def spiking_pieces(timed: Timed, close_up: bool = False) -> list[Piece]:
    """One piece per spiking phase; in close-up, from just before to just after its stimuli."""
    pieces: list[Piece] = []
    spiking = [phase for phase in timed.phases if phase.is_spiking]
    _check_number(len(spiking))
    for phase in spiking:
        begin_s, end_s = phase.begin_s, phase.end_s
        edges = [
            edge
            for stimulus in timed.stimuli
            for interval in stimulus.intervals_s
            for edge in interval
            if begin_s <= edge <= end_s
        ]
        if close_up and edges:
            begin_s = max(begin_s, min(edges) - 0.5)
            end_s = min(end_s, max(edges) + 1.0)
        pieces.append(make_piece(timed, phase, begin_s, end_s))
    return pieces


def _check_number(n_pieces: int) -> None:
    if n_pieces > MAX_PIECES:
        raise NothingToDraw(f"{n_pieces} phases are more than can be seen beside each other")


def new_run_figure(
    results: Results, n_columns: int, height: float, title: str, ax: Axes | None = None
) -> FigureBase:
    """An empty figure that names the run, its size and its seed.

    The description alone may be that of a file whose values were changed with --set.
    """
    simulation = results.config["simulation"]
    name = simulation.get("description") or results.path.name
    facts = f"{results.network.size:,} neurons, seed {simulation['seed']}"
    return new_figure(f"{name} ({facts})", n_columns, height, title, ax)


def grid(
    figure: FigureBase, pieces: Sequence[Piece], heights: Sequence[float], **spacing: float
) -> Array:
    """Axes for rows of quantities and columns of pieces; a row shares its vertical axis."""
    layout: dict[str, Any] = {
        "height_ratios": heights,
        "width_ratios": [1.0 if piece.is_spiking else 1.3 for piece in pieces],
        **spacing,
    }
    axes = figure.subplots(
        len(heights),
        len(pieces),
        squeeze=False,
        sharey="row",
        sharex="col",
        gridspec_kw=layout,
    )
    for column, piece in zip(axes.T, pieces):
        column[0].set_title(piece.title)
        column[-1].set_xlabel(piece.label)
        column[-1].set_xlim(piece.shown(piece.shown_begin_s), piece.shown(piece.end_s))
        column[-1].xaxis.set_major_locator(matplotlib.ticker.MaxNLocator(5, steps=[1, 2, 5, 10]))
    for row in axes:
        for left, right in zip(row, row[1:]):
            mark_break(left, right)
    return np.asarray(axes)


def mark_break(left: Axes, right: Axes) -> None:
    right.spines["left"].set_visible(False)
    right.tick_params(axis="y", left=False, labelleft=False)
    mark = dict(
        marker=[(-0.5, -1), (0.5, 1)], markersize=7, linestyle="none", color="k", clip_on=False
    )
    for axes, x in ((left, 1), (right, 0)):
        axes.plot([x], [0], transform=axes.transAxes, **mark)[0].set_in_layout(False)


def shade_stimuli(axes: Axes, timed: Timed, piece: Piece, legend: bool = False) -> None:
    """Once where stimuli overlap, and as one where less than a pixel is between them."""
    least_s = MIN_SHADE * (piece.end_s - piece.begin_s)
    inside = sorted(
        (max(begin, piece.begin_s), min(end, piece.end_s))
        for stimulus in timed.stimuli
        for begin, end in stimulus.intervals_s
        if end >= piece.begin_s and begin <= piece.end_s
    )
    shades: list[tuple[float, float]] = []
    for begin, end in inside:
        if shades and begin <= shades[-1][1] + least_s:
            shades[-1] = (shades[-1][0], max(end, shades[-1][1]))
        else:
            shades.append((begin, end))
    for begin, end in shades:
        axes.axvspan(
            piece.shown(begin),
            piece.shown(end),
            label="stimulus" if legend else None,
            **STIMULUS_SHADE,
        )
        # Less than a pixel would be drawn or left out by chance.
        if end - begin < least_s:
            axes.axvline(piece.shown((begin + end) / 2), **STIMULUS_LINE)
        legend = False


def draw_curves(
    axes: Axes, timed: Timed, piece: Piece, curves: dict[str, Array], **style: object
) -> None:
    inside = piece.holds(timed.trace_time_s)
    time = piece.shown(timed.trace_time_s[inside])
    for name, values in curves.items():
        axes.plot(*thin(time, values[inside]), label=name, **style)
