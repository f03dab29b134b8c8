# SPDX-License-Identifier: Apache-2.0
"""Recall quality against assembly size, one curve for each time of recall."""

from __future__ import annotations

import math
from typing import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import FigureBase

from ..durations import duration_text
from ..ensemble import Ensemble
from ..published import PublishedRow
from .ensemble_traces import SPREADS, Spread, trials_text
from .style import COLORS, NothingToDraw, new_figure, styled

QUANTITIES = {
    "Q": "pattern completion $Q$",
    "MI": "mutual information $MI$ (bit)",
}


@styled(Ensemble, several=True)
def recall_by_size(
    ensembles: Sequence[Ensemble] | Ensemble,
    spread: Spread = "sem",
    published: Sequence[PublishedRow] = (),
    *,
    ax: Axes | None = None,
) -> FigureBase:
    """Q and MI against the size of the assembly, with error bars; published values beside ours.

    The points of all ensembles are drawn as if they were of one.

    >>> figure = recall_by_size([load(small_ensemble)])
    """
    ensembles = [ensembles] if isinstance(ensembles, Ensemble) else ensembles
    delays = sorted(
        {
            point.recall_delay_s
            for ensemble in ensembles
            for point in ensemble.points
            if math.isfinite(point.recall_delay_s)
        }
    )
    if not delays or any(set(QUANTITIES) - set(e.measure_names) for e in ensembles):
        raise NothingToDraw("the ensemble has no learning with later recall")
    if all(np.isnan(e.measure(name).mean).all() for e in ensembles for name in QUANTITIES):
        raise NothingToDraw("Q and MI are not defined: no spikes of recall are counted")
    figure = new_figure(ensembles[0].path.name, 2, 3.8, "Recall by size of the assembly", ax)
    axes = figure.subplots(1, 2)
    for panel, (name, label) in zip(axes, QUANTITIES.items()):
        for i, delay_s in enumerate(delays):
            color = COLORS[i % len(COLORS)]
            _draw_ours(panel, ensembles, name, delay_s, spread, color)
            _draw_published(panel, name, delay_s, spread, published, color)
        panel.set_xlabel("neurons in the assembly")
        panel.set_ylabel(label)
        panel.set_ylim(bottom=min(0.0, panel.get_ylim()[0]))
        panel.margins(x=0.08)
    errors = SPREADS[spread]
    n = trials_text(ensembles)
    axes[-1].legend(
        title=f"recall after\n(mean, {errors}, n = {n})",
        loc="upper left",
        bbox_to_anchor=(1.02, 1.0),
    )
    return figure


def _draw_ours(
    panel: Axes,
    ensembles: Sequence[Ensemble],
    name: str,
    delay_s: float,
    spread: Spread,
    color: str,
) -> None:
    points = [
        (point.assembly_size, measure.mean[point.index], getattr(measure, spread)[point.index])
        for ensemble in ensembles
        for measure in [ensemble.measure(name)]
        for point in ensemble.points
        if point.recall_delay_s == delay_s
    ]
    sizes, means, errors = zip(*sorted(points))
    panel.errorbar(
        sizes,
        means,
        np.nan_to_num(errors),  # a single trial has none
        color=color,
        marker="o",
        markersize=4,
        capsize=3,
        label=duration_text(delay_s),
    )


def _draw_published(
    panel: Axes,
    name: str,
    delay_s: float,
    spread: Spread,
    published: Sequence[PublishedRow],
    color: str,
) -> None:
    rows = [
        row
        for row in published
        if math.isclose(row.recall_delay_s, delay_s, rel_tol=1e-3) and name in row.mean
    ]
    if not rows:
        return
    rows.sort(key=lambda row: row.assembly_size)
    # A little to the right, so that equal values do not hide each other.
    sizes = np.array([row.assembly_size for row in rows])
    panel.errorbar(
        sizes + 2,
        [row.mean[name] for row in rows],
        [row.sem(name) if spread == "sem" else row.sd[name] for row in rows],
        color=color,
        marker="s",
        markersize=4,
        markerfacecolor="w",
        linestyle=(0, (4, 3)),
        linewidth=0.9,
        capsize=3,
        label=f"{duration_text(delay_s)}, published",
    )
