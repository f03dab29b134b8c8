# SPDX-License-Identifier: Apache-2.0
"""A measure against one key of a sweep, a curve for each combination of its other keys.

Some of these may have panels instead: one for each combination of their values.
"""

from __future__ import annotations

from typing import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import FigureBase

from ..ensemble import Ensemble
from ..errors import ResultsError
from ..visible import figure_text
from .ensemble_traces import SPREADS, Spread, trials_text
from .style import COLORS, NothingToDraw, first_few, legend_outside, new_figure, styled
from .sweep import SweepAxis, measure_of_points, sweep_axes

MAX_CURVES = 16
MAX_PANELS = 12

Values = tuple[int, ...]  # indices of the values of some keys


@styled(Ensemble)
def measure_curves(
    ensemble: Ensemble,
    name: str = "Q",
    over: str | None = None,
    spread: Spread = "sem",
    panels: Sequence[str] = (),
    *,
    ax: Axes | None = None,
) -> FigureBase:
    """Means over trials with error bars, against `over`.

    Unless given, that is the key with the most values that are numbers, of several the last.
    `panels` are keys that have a panel for each combination of their values, rather than curves.
    Raises ResultsError if the sweep does not vary the keys that are given, or `over` has no
    numbers.

    >>> figure = measure_curves(load(small_ensemble), "rate_exc")
    """
    keys = sweep_axes(ensemble)
    horizontal = _horizontal(ensemble, keys, over)
    positions = horizontal.numbers
    assert positions is not None
    in_panels = [_key(ensemble, keys, key) for key in panels]
    if horizontal in in_panels:
        raise ResultsError(f"{horizontal.key}: is what curves are drawn against; name other panels")
    others = [key for key in keys if key is not horizontal and key not in in_panels]
    measure = measure_of_points(ensemble, name)
    if not np.isfinite(measure.mean).any():
        raise NothingToDraw(f"{name} is undefined at all points")
    curves: dict[Values, dict[Values, list[int]]] = {}  # points by panel, then other values
    for point in range(ensemble.n_points):
        of_panel = curves.setdefault(tuple(key.of_point[point] for key in in_panels), {})
        of_panel.setdefault(tuple(key.of_point[point] for key in others), []).append(point)
    shown, note = first_few(sorted(curves.items()), MAX_PANELS, "panels")
    combinations = sorted({values for _, of_panel in shown for values in of_panel})
    labels, more = first_few(combinations, MAX_CURVES, "curves")
    bars = f"mean, {SPREADS[spread]}, n = {trials_text([ensemble])}"
    title = (
        f"{figure_text(name)} by {figure_text(_short(horizontal.key, keys))} ({bars}){note or more}"
    )
    n_columns = min(2, len(shown))
    n_rows = -(-len(shown) // n_columns)
    figure = new_figure(ensemble.path.name, 2 * n_columns, 0.8 + 3.0 * n_rows, title, ax)
    grid = figure.subplots(n_rows, n_columns, squeeze=False, sharex=True, sharey=True)
    errors = measure.sem if spread == "sem" else measure.sd
    for panel, (place, values) in zip(grid.flat, shown):
        panel.set_title(figure_text(_label(in_panels, place, keys)), fontsize=9)
        for i, label in enumerate(labels):
            points = sorted(values.get(label, []), key=lambda point: horizontal.of_point[point])
            panel.errorbar(
                positions[[horizontal.of_point[point] for point in points]],
                measure.mean[points],
                np.nan_to_num(errors[points]),  # a single trial has none
                color=COLORS[i % len(COLORS)],
                linestyle="-" if i < len(COLORS) else "--",
                marker="o",
                markersize=4,
                capsize=3,
                label=figure_text(_label(others, label, keys)),
            )
    for panel in list(grid.flat)[len(shown) :]:
        panel.set_visible(False)
    for panel in grid[-1]:
        panel.set_xlabel(figure_text(horizontal.key))
    for panel in grid[:, 0]:
        panel.set_ylabel(figure_text(measure.label))
    if others:
        legend_outside(grid[0, -1])
    return figure


def _horizontal(ensemble: Ensemble, keys: Sequence[SweepAxis], over: str | None) -> SweepAxis:
    numeric = [key for key in keys if key.numbers is not None]
    if over is not None:
        for key in numeric:
            if key.key == over:
                return key
        known = ", ".join(key.key for key in numeric) or "none"
        raise ResultsError(
            f"{ensemble.path}: the sweep does not vary '{over}' over numbers (it does: {known})"
        )
    if not numeric:
        raise NothingToDraw("the sweep varies no key over numbers")
    return max(reversed(numeric), key=lambda key: len(key.values))


def _key(ensemble: Ensemble, keys: Sequence[SweepAxis], name: str) -> SweepAxis:
    for key in keys:
        if key.key == name:
            return key
    known = ", ".join(key.key for key in keys) or "none"
    raise ResultsError(f"{ensemble.path}: the sweep does not vary '{name}' (it does: {known})")


def _label(others: Sequence[SweepAxis], values: Sequence[int], keys: Sequence[SweepAxis]) -> str:
    return ", ".join(
        f"{_short(key.key, keys)} {key.values[value]}" for key, value in zip(others, values)
    )


def _short(key: str, keys: Sequence[SweepAxis]) -> str:
    """The last name in a key, if no other key of the sweep ends alike."""
    last = key.rpartition(".")[2]
    return last if sum(other.key.rpartition(".")[2] == last for other in keys) == 1 else key
