# SPDX-License-Identifier: Apache-2.0
"""Mean weights by direction in snapshots."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import FigureBase

from ..durations import duration_text
from ..results import Results
from ..weights import mean_by_direction
from .names import plastic_note
from .style import NothingToDraw, legend_outside, styled
from .time_axis import new_run_figure

PLACES = {"within": "within", "out": "out of", "into": "into", "elsewhere": "elsewhere"}


@styled
def snapshots(results: Results, *, ax: Axes | None = None) -> FigureBase:
    """Mean change of all weights within, out of, into and outside the assembly.

    >>> figure = figures.snapshots(load(small_recall))
    """
    check_snapshots(results)
    figure = new_run_figure(results, 1, 3.6, "Mean weights" + plastic_note(results.network), ax)
    draw_snapshots(figure, results)
    return figure


def check_snapshots(results: Results) -> None:
    if not results.snapshot_times_s:
        raise NothingToDraw("no snapshots were taken; see record.snapshots_s")
    if not len(results.stimulated("learn")):
        raise NothingToDraw("no group learns, so that there is no assembly")


def draw_snapshots(figure: FigureBase, results: Results, stacked: bool = False) -> None:
    h_0 = results.config["synapses"]["h_0_mV"]
    means = mean_by_direction(results)
    axes = figure.subplots(2 if stacked else 1, 1 if stacked else 2, sharex=True).ravel()
    width = 0.8 / len(means)
    colors = plt.get_cmap("viridis")(np.linspace(0.1, 0.85, len(means)))
    for i, mean in enumerate(means):
        position = np.arange(len(PLACES)) + (i - 0.5 * (len(means) - 1)) * width
        changes = (
            [100 * (mean.h_mV[place] / h_0 - 1) for place in PLACES],
            [100 * mean.z[place] for place in PLACES],
        )
        for panel, change in zip(axes, changes):
            panel.bar(position, change, width, color=colors[i], label=duration_text(mean.time_s))
    for panel in axes:
        panel.axhline(0, color="k", linewidth=0.8)
        panel.set_xticks(range(len(PLACES)), PLACES.values())
        low, high = panel.get_ylim()
        panel.set_ylim(min(low, -0.01 * high), max(high, 5.0))
        panel.set_xlim(-0.6, len(PLACES) - 0.4)
    axes[0].set_ylabel("early phase\n$h - h_0$ (% of $h_0$)")
    axes[1].set_ylabel("late phase\n$z$ (%)")
    axes[-1].set_xlabel("synapses by assembly")
    if not stacked:
        axes[0].set_xlabel("synapses by assembly")
    legend_outside(axes[0 if stacked else 1], title="time")
