# SPDX-License-Identifier: Apache-2.0
"""A measure against one key of a sweep, a curve for each combination of its other keys."""

from __future__ import annotations

from typing import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import FigureBase

from ..ensemble import Ensemble
from ..errors import ResultsError
from ..visible import figure_text
from .ensemble_traces import Spread
from .style import COLORS, NothingToDraw, first_few, legend_outside, new_figure, styled
from .sweep import SweepAxis, measure_of_points, sweep_axes

MAX_CURVES = 16


@styled
def measure_curves(
    ensemble: Ensemble,
    name: str = "Q",
    over: str | None = None,
    spread: Spread = "sem",
    *,
    ax: Axes | None = None,
) -> FigureBase:
    """Means over trials with error bars, against `over`.

    Unless given, that is the key with the most values that are numbers, of several the last.
    Raises ResultsError if the sweep does not vary the key that is given, or it has no numbers.

    >>> figure = measure_curves(load(small_ensemble), "rate_exc")
    """
    keys = sweep_axes(ensemble)
    horizontal = _horizontal(ensemble, keys, over)
    positions = horizontal.numbers
    assert positions is not None
    others = [key for key in keys if key is not horizontal]
    measure = measure_of_points(ensemble, name)
    if not np.isfinite(measure.mean).any():
        raise NothingToDraw(f"{name} is undefined at all points")
    curves: dict[tuple[int, ...], list[int]] = {}  # points by their other values
    for point in range(ensemble.n_points):
        curves.setdefault(tuple(key.of_point[point] for key in others), []).append(point)
    shown, note = first_few(sorted(curves.items()), MAX_CURVES, "curves")
    title = f"{figure_text(name)} by {figure_text(_short(horizontal.key, keys))}{note}"
    figure = new_figure(ensemble.path.name, 2, 3.8, title, ax)
    axes = figure.subplots()
    errors = measure.sem if spread == "sem" else measure.sd
    for i, (values, points) in enumerate(shown):
        points = sorted(points, key=lambda point: horizontal.of_point[point])
        axes.errorbar(
            positions[[horizontal.of_point[point] for point in points]],
            measure.mean[points],
            np.nan_to_num(errors[points]),  # a single trial has none
            color=COLORS[i % len(COLORS)],
            linestyle="-" if i < len(COLORS) else "--",
            marker="o",
            markersize=4,
            capsize=3,
            label=figure_text(_label(others, values, keys)),
        )
    axes.set_xlabel(figure_text(horizontal.key))
    axes.set_ylabel(figure_text(measure.label))
    if others:
        legend_outside(axes)
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


def _label(others: Sequence[SweepAxis], values: Sequence[int], keys: Sequence[SweepAxis]) -> str:
    return ", ".join(
        f"{_short(key.key, keys)} {key.values[value]}" for key, value in zip(others, values)
    )


def _short(key: str, keys: Sequence[SweepAxis]) -> str:
    """The last name in a key, if no other key of the sweep ends alike."""
    last = key.rpartition(".")[2]
    return last if sum(other.key.rpartition(".")[2] == last for other in keys) == 1 else key
