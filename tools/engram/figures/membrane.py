# SPDX-License-Identifier: Apache-2.0
"""Membrane potentials and currents of recorded neurons."""

from __future__ import annotations

from typing import Sequence

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import FigureBase

from ..arrays import Array
from ..results import NeuronTrace, Results
from ..visible import figure_text
from .style import MAX_POINTS, NothingToDraw, first_few, legend_outside, mark_threshold, styled
from .time_axis import Piece, draw_curves, grid, new_run_figure, shade_stimuli, spiking_pieces

MAX_NEURONS = 4  # rows of the figure
LOG_BEYOND_NA = 10.0  # of currents, where stimuli are much stronger than the background
STRONG_NA = 100.0


@styled(Results)
def membrane(results: Results, *, ax: Axes | None = None) -> FigureBase:
    """Membrane potentials and currents of the recorded neurons around the stimuli.

    >>> figure = figures.membrane(load(small_recall))
    """
    if not results.neuron_traces:
        raise NothingToDraw("no neurons were recorded; see record.neurons")
    neurons, note = first_few(results.neuron_traces, MAX_NEURONS, "neurons")
    pieces = spiking_pieces(results, close_up=True)
    if not pieces:
        raise NothingToDraw("the run has no spiking phase")
    figure = new_run_figure(
        results, len(pieces), 1.0 + 2.5 * len(neurons), "Membrane potential and currents" + note, ax
    )
    axes = grid(figure, pieces, [1.2, 1.0] * len(neurons))
    # Background currents are about 1 nA, stimuli about 1000 nA.
    is_log = max(np.abs(c).max() for n in neurons for c in currents_of(n).values()) > STRONG_NA
    note = f"\nlog beyond ±{LOG_BEYOND_NA:g}" if is_log else ""
    for i, neuron in enumerate(neurons):
        potentials, currents = axes[2 * i], axes[2 * i + 1]
        for panel, piece in zip(potentials, pieces):
            shade_stimuli(panel, results, piece, legend=True)
            draw_curves(panel, results, piece, {"$V$": neuron.V_mV}, linewidth=0.7)
        draw_spike_marks(potentials, results, pieces, neuron)
        parameters = results.network.population_of(neuron.gid).neuron
        mark_threshold(potentials, parameters["V_th_mV"], r"$V_{th}$")
        for panel, piece in zip(currents, pieces):
            shade_stimuli(panel, results, piece)
            draw_curves(panel, results, piece, currents_of(neuron), linewidth=0.7)
            if is_log:
                set_current_scale(panel)
        potentials[0].set_ylabel(
            f"neuron {neuron.gid} ({figure_text(neuron.population)})\n$V$ (mV)"
        )
        currents[0].set_ylabel(f"current (nA){note}")
        if i == 0:
            legend_outside(potentials[-1])
            legend_outside(currents[-1])
    figure.align_ylabels(axes[:, 0])
    return figure


def currents_of(neuron: NeuronTrace) -> dict[str, Array]:
    return {
        "total": neuron.I_total_nA,
        "stimulus": neuron.I_stim_nA,
        "background": neuron.I_bg_nA,
    }


def set_current_scale(panel: Axes) -> None:
    panel.set_yscale("symlog", linthresh=LOG_BEYOND_NA, linscale=1.0)
    low, high = panel.get_ylim()
    ticks = [-1000, -100, -10, 0, 10, 100, 1000, 10000]
    panel.set_yticks([tick for tick in ticks if low <= tick <= high])
    panel.yaxis.set_major_formatter(matplotlib.ticker.FormatStrFormatter("%g"))
    panel.yaxis.set_minor_locator(matplotlib.ticker.NullLocator())


def draw_spike_marks(
    row: Sequence[Axes], results: Results, pieces: Sequence[Piece], neuron: NeuronTrace
) -> None:
    population = results.network.population_of(neuron.gid)
    if not results.records_spikes(population.name):
        return
    spikes = results.spikes(population.name)
    time_s = spikes.time_ms[spikes.node_id == neuron.gid - population.first] / 1000.0
    for panel, piece in zip(row, pieces):
        inside = time_s[piece.holds(time_s)]
        if len(inside) > MAX_POINTS:
            inside = inside[:: -(-len(inside) // MAX_POINTS)]
        (marks,) = panel.plot(
            piece.shown(inside),
            np.full(len(inside), 1.03),
            transform=panel.get_xaxis_transform(),
            linestyle="none",
            marker="|",
            markersize=4,
            markeredgewidth=0.6,
            color="k",
            clip_on=False,
            label="spikes",
            rasterized=len(inside) > 1000,
        )
        marks.set_in_layout(False)  # without spikes it would be taken to lie at the page's corner
