# SPDX-License-Identifier: Apache-2.0
"""The picture for a first look: spikes beside mean weights."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import FigureBase

from ..results import Results
from .raster import bands, draw_raster, stretch
from .snapshots import check_snapshots, draw_snapshots
from .style import NothingToDraw, styled
from .time_axis import new_run_figure, spiking_pieces


@styled(Results)
def overview(results: Results, *, ax: Axes | None = None) -> FigureBase:
    """Learning and recall in spikes, beside the weights that carry the memory.

    >>> figure = figures.overview(load(small_recall))
    """
    check_snapshots(results)
    pieces = spiking_pieces(results, close_up=True)
    if not pieces:
        raise NothingToDraw("the run has no spiking phase")
    height = 5.0 * stretch(bands(results))
    figure = new_run_figure(results, len(pieces) + 2, height, "", ax)
    left, right = figure.subfigures(1, 2, width_ratios=(2.3, 1), wspace=0.02)
    draw_raster(left, results, pieces)
    draw_snapshots(right, results, stacked=True)
    return figure
