# SPDX-License-Identifier: Apache-2.0
"""Early- and late-phase weights of recorded synapses."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import FigureBase

from ..results import Results
from .names import synapse_name
from .style import (
    styled,
    MAX_TRACES,
    NothingToDraw,
    first_few,
    legend_outside,
    mark_threshold,
    overlap_style,
    widen,
)
from .time_axis import all_pieces, draw_curves, grid, new_run_figure, shade_stimuli


@styled(Results)
def weights(results: Results, *, ax: Axes | None = None) -> FigureBase:
    """Early- and late-phase weights of the recorded synapses over the whole run.

    >>> figure = figures.weights(load(small_recall))
    """
    if not results.synapse_traces:
        raise NothingToDraw("no synapses were recorded; see record.synapses")
    synapses, note = first_few(results.synapse_traces, MAX_TRACES, "synapses")
    parameters = results.config["synapses"]
    h_0 = parameters["h_0_mV"]
    pieces = all_pieces(results)
    figure = new_run_figure(results, len(pieces), 4.6, "Synaptic weights" + note, ax)
    axes = grid(figure, pieces, (1, 1))
    for column, piece in zip(axes.T, pieces):
        for panel in column:
            shade_stimuli(panel, results, piece, legend=True)
        for i, synapse in enumerate(synapses):
            style = overlap_style(i)
            name = synapse_name(results.network, synapse.pre, synapse.post)
            draw_curves(column[0], results, piece, {name: 100 * synapse.h_mV / h_0}, **style)
            draw_curves(column[1], results, piece, {name: 100 * (1 + synapse.z)}, **style)
    tag = 100 * parameters["theta_tag_mV"] / h_0
    mark_threshold(axes[0], 100 + tag, r"$+\theta_{tag}$")
    mark_threshold(axes[0], 100 - tag, r"$-\theta_{tag}$")
    axes[0, 0].set_ylabel("early phase\n$h$ (% of $h_0$)")
    axes[1, 0].set_ylabel("late phase\n$1 + z$ (%)")
    widen(axes[0, 0], 10.0)
    widen(axes[1, 0], 2.0)
    legend_outside(axes[0, -1], title="synapse")
    return figure
