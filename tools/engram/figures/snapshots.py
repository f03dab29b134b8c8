# SPDX-License-Identifier: Apache-2.0
"""Mean weights by direction in snapshots."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import FigureBase

from ..durations import duration_text
from ..results import Results
from ..weights import membership, weights_between
from .names import assembly_name, assembly_note, plastic_note
from .style import NothingToDraw, legend_outside, styled
from .time_axis import new_run_figure

PLACES = {"within": "within", "out": "out of", "into": "into", "elsewhere": "elsewhere"}


@styled(Results)
def snapshots(results: Results, *, ax: Axes | None = None) -> FigureBase:
    """Mean weights within, out of, into and outside the assembly.

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
    """Bars from 100 %, the initial weights, with the s.d. over synapses."""
    h_0 = results.config["synapses"]["h_0_mV"]
    member = membership(results.assembly, results.network.size)
    statistics = weights_between(results, np.where(member, 0, 1), 2)
    axes = figure.subplots(2 if stacked else 1, 1 if stacked else 2, sharex=True).ravel()
    width = 0.8 / len(statistics)
    colors = plt.get_cmap("viridis")(np.linspace(0.1, 0.85, len(statistics)))
    for i, weights in enumerate(statistics):
        position = np.arange(len(PLACES)) + (i - 0.5 * (len(statistics) - 1)) * width
        label = f"{duration_text(weights.time_s)}{_moment(results, weights.time_s)}"
        for panel, moments, scale, origin in (
            (axes[0], weights.h_mV, 100 / h_0, 0.0),
            (axes[1], weights.z, 100.0, 100.0),
        ):
            panel.bar(
                position,
                scale * moments.mean.ravel() + origin - 100,
                width,
                bottom=100,
                color=colors[i],
                edgecolor=colors[i],  # which a bar of no height has too
                linewidth=1.5,
                yerr=scale * moments.sd.ravel(),
                error_kw=dict(elinewidth=0.7, ecolor="#555555"),
                label=label,
            )
    missing = np.flatnonzero(statistics[0].count.ravel() == 0)
    for panel in axes:
        panel.axhline(100, color="k", linewidth=0.8, zorder=0)
        slope = dict(rotation=30, ha="right", rotation_mode="anchor") if stacked else {}
        panel.set_xticks(range(len(PLACES)), PLACES.values(), **slope)
        low, high = panel.get_ylim()
        panel.set_ylim(min(low, 99.0), max(high, 105.0))
        panel.set_xlim(-0.6, len(PLACES) - 0.4)
        for place in missing:
            panel.text(place, 100.5, "no\nsynapses", ha="center", va="bottom", fontsize=7,
                       color="#888888")  # fmt: skip
    axes[0].set_ylabel("early phase\n$h$ (% of $h_0$)")
    axes[1].set_ylabel("late phase\n$1 + z$ (%)")
    by = f"synapses by '{assembly_name(results)}'{assembly_note(results)}"
    axes[-1].set_xlabel(by)
    if not stacked:
        axes[0].set_xlabel(by)
    legend_outside(axes[0 if stacked else 1], title="mean and s.d. at")


def _moment(results: Results, time_s: float) -> str:
    """Before or after what the network learns, and recalls."""
    for role, what in (("recall", "recall"), ("learn", "learning")):
        times = [i for s in results.stimuli if s.role == role for i in s.intervals_s]
        if times and time_s >= max(end for _, end in times):
            return f",\nafter {what}"
        if times and time_s > min(begin for begin, _ in times):
            return f",\nduring {what}"
    return ",\nbefore learning"
