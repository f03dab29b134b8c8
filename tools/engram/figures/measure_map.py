# SPDX-License-Identifier: Apache-2.0
"""A measure over the two keys of a sweep, such as the largest change of a synapse over two rates."""

from __future__ import annotations

import math

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import FigureBase

from ..ensemble import Ensemble
from ..visible import figure_text
from .style import NothingToDraw, new_figure, styled
from .sweep import measure_of_points, sweep_axes


@styled(Ensemble)
def measure_map(
    ensemble: Ensemble, name: str = "h_change", *, ax: Axes | None = None
) -> FigureBase:
    """Means over trials as colours; the key that was swept last is the horizontal axis.

    `name` is a measure of ensemble.h5, or one of the first recorded synapse, such as h_change.
    Measures with both signs are white at 0. Keys that change together count as one.

    >>> try:
    ...     measure_map(load(small_ensemble), "rate_exc")
    ... except figures.NothingToDraw:
    ...     print("the sweep varies one key")
    the sweep varies one key
    """
    axes_of_sweep = sweep_axes(ensemble)
    if len(axes_of_sweep) != 2:
        raise NothingToDraw(
            f"the sweep varies {len(axes_of_sweep)} keys, not two, those that change together being one"
        )
    vertical, horizontal = axes_of_sweep
    measure = measure_of_points(ensemble, name)
    grid = np.full((len(vertical.values), len(horizontal.values)), math.nan)
    grid[vertical.of_point, horizontal.of_point] = measure.mean
    if not np.isfinite(grid).any():
        raise NothingToDraw(f"{name} is undefined at all points")
    figure = new_figure(ensemble.path.name, 1, 4.8, f"{figure_text(name)} by two keys", ax)
    axes = figure.subplots()
    low, high = float(np.nanmin(grid)), float(np.nanmax(grid))
    if low < 0.0 < high:
        low, high = -max(-low, high), max(-low, high)
    colors = plt.get_cmap("RdBu_r" if low < 0.0 < high else "viridis").copy()
    colors.set_bad("#eeeeee")
    image = axes.imshow(
        grid, vmin=low, vmax=high, cmap=colors, origin="lower", aspect="auto",
        interpolation="nearest",
    )  # fmt: skip
    for axis, over in ((axes.xaxis, horizontal), (axes.yaxis, vertical)):
        step = max(1, -(-len(over.values) // 10))
        ticks = [figure_text(value) for value in over.values[::step]]
        axis.set_ticks(range(0, len(over.values), step), ticks)
        axis.set_label_text(figure_text(over.key))
    figure.colorbar(image, ax=axes, label=figure_text(measure.label))
    return figure
