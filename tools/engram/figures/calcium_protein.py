# SPDX-License-Identifier: Apache-2.0
"""Calcium of recorded synapses, proteins of recorded neurons."""

from __future__ import annotations

import math
from typing import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import FigureBase

from ..arrays import Array
from ..results import Results, SynapseTrace
from .names import neuron_name, synapse_name
from .style import (
    styled,
    COLORS,
    MAX_TRACES,
    NothingToDraw,
    first_few,
    legend_outside,
    mark_threshold,
    mark_threshold_between,
    overlap_style,
)
from .time_axis import Piece, all_pieces, draw_curves, grid, new_run_figure, shade_stimuli


@styled(Results)
def calcium_protein(results: Results, *, ax: Axes | None = None) -> FigureBase:
    """Calcium of synapses, and the signal and the amount of protein synthesis of neurons.

    >>> figure = figures.calcium_protein(load(small_recall))
    """
    network = results.network
    excitatory = [t for t in results.neuron_traces if network.population_of(t.gid).is_excitatory]
    if not results.synapse_traces and not excitatory:
        raise NothingToDraw("no synapses and no excitatory neurons were recorded")
    synapses, synapse_note = first_few(results.synapse_traces, MAX_TRACES, "synapses")
    n_pools = max((len(neuron.proteins) for neuron in excitatory), default=1)
    neurons, neuron_note = first_few(excitatory, MAX_TRACES // n_pools, "neurons")
    parameters = results.config["synapses"]
    pieces = all_pieces(results)
    rows = ([] if not synapses else ["Ca"]) + ([] if not neurons else ["S", "p"])
    figure = new_run_figure(
        results,
        len(pieces),
        0.9 + 1.9 * len(rows),
        "Calcium and protein" + synapse_note + neuron_note,
        ax,
    )
    axes = dict(zip(rows, grid(figure, pieces, [1] * len(rows))))
    for row in axes.values():
        for panel, piece in zip(row, pieces):
            shade_stimuli(panel, results, piece, legend=True)
    if synapses:
        draw_calcium(axes["Ca"], results, pieces, synapses)
    for i, neuron in enumerate(neurons):
        draw_pools(axes["S"], results, pieces, neuron.gid, neuron.signals, i)
        draw_pools(axes["p"], results, pieces, neuron.gid, neuron.proteins_at_synapses, i)
    if neurons:
        mark_theta_pro(axes["S"], results, pieces)
        axes["S"][0].set_ylabel("signal for synthesis\n$S$ (mV)")
        diffuses = any("p_tip" in neuron.late_phase for neuron in neurons)
        what = "protein at\nthe synapses, " if diffuses else "protein\n"
        axes["p"][0].set_ylabel(what + "$p$ (µmol/l)")
        for row, least in (("S", 0.0), ("p", 0.1 * parameters["p_max_umol_per_l"])):
            high = max(least, axes[row][0].get_ylim()[1])
            axes[row][0].set_ylim(-0.03 * high, high)
        legend_outside(axes["S"][-1], title="neuron" if n_pools == 1 else "neuron, protein")
    return figure


def mark_theta_pro(row: Sequence[Axes], results: Results, pieces: Sequence[Piece]) -> None:
    """The threshold of synthesis; where neuromodulators set it, that while they are present."""
    parameters = results.config["synapses"]
    modulation = results.config.get("neuromodulation")
    if modulation is None:
        mark_threshold(row, parameters["theta_pro_mV"], r"$\theta_{pro}$")
        return
    for entry in modulation.values():
        theta_pro_mV = parameters["h_0_mV"] / (entry["amplitude"] + 0.001)
        begin_s = entry.get("start_s", 0.0)
        length_s = entry.get("duration_s")
        end_s = math.inf if length_s is None else begin_s + length_s
        for axes, piece in zip(row, pieces):
            begin, end = max(begin_s, piece.begin_s), min(end_s, piece.end_s)
            if begin < end:
                mark_threshold_between(
                    axes, theta_pro_mV, (piece.shown(begin), piece.shown(end)), r"$\theta_{pro}$"
                )


def draw_pools(
    row: Sequence[Axes],
    results: Results,
    pieces: Sequence[Piece],
    gid: int,
    pools: dict[str, Array],
    place: int,
) -> None:
    """The curves of the pools of a neuron, of one colour if there are several."""
    name = neuron_name(results.network, gid)
    for i, (pool, values) in enumerate(pools.items()):
        if len(pools) == 1:
            label, style = name, overlap_style(place)
        else:
            label = f"{name}, {pool}"
            style = overlap_style(i) | dict(color=COLORS[place % len(COLORS)])
        for panel, piece in zip(row, pieces):
            draw_curves(panel, results, piece, {label: values}, **style)


def draw_calcium(
    row: Sequence[Axes], results: Results, pieces: Sequence[Piece], synapses: Sequence[SynapseTrace]
) -> None:
    for panel, piece in zip(row, pieces):
        if not piece.is_spiking:
            panel.text(
                0.5, 0.6, "neglected", transform=panel.transAxes, ha="center", color="#888888"
            )
            continue
        for i, synapse in enumerate(synapses):
            curve = {synapse_name(results.network, synapse.pre, synapse.post): synapse.Ca}
            draw_curves(panel, results, piece, curve, **overlap_style(i))
    mark_threshold(row, results.config["synapses"]["theta_p"], r"$\theta_p$")
    mark_threshold(row, results.config["synapses"]["theta_d"], r"$\theta_d$", below=True)
    row[0].set_ylabel("calcium\n$Ca$")
    row[0].set_ylim(bottom=0)
    spiking = [panel for panel, piece in zip(row, pieces) if piece.is_spiking]
    handles = spiking[0].get_legend_handles_labels() if spiking else ([], [])
    unique = {label: handle for handle, label in zip(*handles) if label != "stimulus"}
    row[-1].legend(
        unique.values(),
        unique.keys(),
        title="synapse",
        loc="upper left",
        bbox_to_anchor=(1.02, 1.0),
    )
