# SPDX-License-Identifier: Apache-2.0
"""Protein along recorded neurons, over time."""

from __future__ import annotations

from typing import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import FigureBase

from ..arrays import Array
from ..results import NeuronTrace, Results
from .names import neuron_name
from .style import NothingToDraw, first_few, legend_outside, styled
from .time_axis import Piece, all_pieces, draw_curves, grid, new_run_figure, shade_stimuli

MAX_NEURONS = 4
MOST_CURVES = 5  # of one neuron; more places are drawn as a map


@styled(Results)
def protein_along(results: Results, *, ax: Axes | None = None) -> FigureBase:
    """Protein by distance from the tip of the basal dendrite, where it was recorded.

    >>> settings = {"neuron.morphology": {}, "neuron.protein_diffusivity_um2_per_s": 1,
    ...             "record.protein_at_um": [5, 20]}
    >>> results = run(small_recall / "config.yaml", output="cells", progress=False, **settings)
    >>> figure = figures.protein_along(results)
    """
    diffusing = [trace for trace in results.neuron_traces if trace.protein_along_um.size > 0]
    if not diffusing:
        raise NothingToDraw(
            "no neurons were recorded in which protein diffuses; see record.protein_at_um"
        )
    neurons, note = first_few(diffusing, MAX_NEURONS, "neurons")
    pieces = all_pieces(results)
    figure = new_run_figure(
        results, len(pieces), 0.9 + 1.9 * len(neurons), "Protein along the cell" + note, ax
    )
    axes = grid(figure, pieces, [1] * len(neurons))
    for row, neuron in zip(axes, neurons):
        name = neuron_name(results.network, neuron.gid)
        if len(neuron.protein_along_um) > MOST_CURVES:
            row[0].set_ylabel(f"neuron {name}\ndistance (µm)")
            _draw_map(figure, row, results, pieces, neuron)
        else:
            row[0].set_ylabel(f"neuron {name}\n$p$ (µmol/l)")
            for panel, piece in zip(row, pieces):
                shade_stimuli(panel, results, piece, legend=True)
                for um, values in zip(neuron.protein_along_um, neuron.protein_along):
                    draw_curves(panel, results, piece, {f"{um:g} µm": values})
                draw_curves(panel, results, piece, {"tip": neuron.late_phase["p_tip"]})
                draw_curves(panel, results, piece, {"soma": neuron.late_phase["p_soma"]})
                draw_curves(
                    panel, results, piece, {"mean": neuron.p}, color="#888888", linestyle="--"
                )
            legend_outside(row[-1], title="protein at")
    return figure


def _draw_map(
    figure: FigureBase,
    row: Sequence[Axes],
    results: Results,
    pieces: Sequence[Piece],
    neuron: NeuronTrace,
) -> None:
    um, values = neuron.protein_along_um, neuron.protein_along
    between = 0.5 * (um[1:] + um[:-1])
    edges = np.concatenate(([um[0]], between, [um[-1]]))
    high = max(float(values.max()), 1e-12)
    mesh = None
    for panel, piece in zip(row, pieces):
        inside = piece.holds(results.trace_time_s)
        if not inside.any():
            continue
        stride = -(-int(inside.sum()) // 2000)  # more than there are pixels
        time = piece.shown(results.trace_time_s[inside])[::stride]
        ends: Array = np.append(time, time[-1])
        mesh = panel.pcolormesh(
            ends, edges, values[:, inside][:, ::stride], vmin=0, vmax=high, rasterized=True
        )
    if mesh is not None:
        figure.colorbar(mesh, ax=list(row), label="$p$ (µmol/l)")
