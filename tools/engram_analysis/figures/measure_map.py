# SPDX-License-Identifier: Apache-2.0
"""A measure over the two keys of a sweep, such as the largest change of a synapse over two rates."""

from __future__ import annotations

import math

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from ..analyses import ANALYSES, Settings
from ..analysis_table import ensemble_rows
from ..ensemble import Ensemble
from ..errors import ResultsError
from ..visible import figure_text
from .style import NothingToDraw, new_figure


def measure_map(ensemble: Ensemble, name: str) -> Figure:
    """Means over trials as colours; the key that was swept last is the horizontal axis.

    `name` is a measure of ensemble.h5, or one of the first recorded synapse, such as h_change, if
    the results of all trials were kept. Measures with both signs are white at 0.
    """
    keys = list(ensemble.points[0].settings) if ensemble.points else []
    varied = [key for key in keys if len({point.settings[key] for point in ensemble.points}) > 1]
    if len(varied) != 2:
        raise NothingToDraw(f"the sweep varies {len(varied)} keys, not two")
    vertical, horizontal = varied
    rows, columns = (_values(ensemble, key) for key in (vertical, horizontal))
    means, units = _means(ensemble, name)
    grid = np.full((len(rows), len(columns)), math.nan)
    for point, mean in zip(ensemble.points, means):
        grid[rows.index(point.settings[vertical]), columns.index(point.settings[horizontal])] = mean
    if not np.isfinite(grid).any():
        raise NothingToDraw(f"{name} is undefined at all points")
    figure = new_figure(ensemble.path.name, 1, 4.8, f"{figure_text(name)} by two keys")
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
    for axis, values, key in ((axes.xaxis, columns, horizontal), (axes.yaxis, rows, vertical)):
        step = max(1, -(-len(values) // 10))
        axis.set_ticks(range(0, len(values), step), [figure_text(v) for v in values[::step]])
        axis.set_label_text(figure_text(key))
    unit = f" ({figure_text(units)})" if units not in ("", "1") else ""
    figure.colorbar(image, ax=axes, label=figure_text(name) + unit)
    return figure


def _values(ensemble: Ensemble, key: str) -> list[str]:
    """Of a key, each once: numbers ascending, others in the order of the points."""
    values = list(dict.fromkeys(point.settings[key] for point in ensemble.points))
    try:
        return sorted(values, key=float)
    except ValueError:
        return values


def _means(ensemble: Ensemble, name: str) -> tuple[list[float], str]:
    """Of each point, and the units."""
    if name in ensemble.measure_names:
        measure = ensemble.measure(name)
        return measure.mean.tolist(), measure.units
    rows = ensemble_rows(ensemble, ANALYSES["induction"], Settings())
    found = {
        row.name: entry for row in reversed(rows) for entry in row.entries if entry.name == name
    }
    if not found:
        raise ResultsError(f"{ensemble.path}: there is no measure '{name}'")
    units = next(iter(found.values())).units
    return [found[p.name].mean if p.name in found else math.nan for p in ensemble.points], units
