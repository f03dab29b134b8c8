# SPDX-License-Identifier: Apache-2.0
"""Speed and memory of the program, from repeated runs."""

from __future__ import annotations

from typing import Sequence

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import FigureBase

from ..arrays import Array
from ..benchmark import SCALING, Summary
from .style import COLORS, new_figure, styled


@styled()
def benchmark(summaries: Sequence[Summary], machine: str, *, ax: Axes | None = None) -> FigureBase:
    """Wall time by paradigm, and its growth and that of memory with the size of the network."""
    paradigms = [s for s in summaries if not s.paradigm.startswith(SCALING)]
    scaling = [s for s in summaries if s.paradigm.startswith(SCALING)]
    n_panels = bool(paradigms) + 2 * bool(scaling)
    figure = new_figure(machine, n_panels, 3.8, "Benchmark (medians, bars: range)", ax)
    panels = iter(figure.subplots(1, n_panels, squeeze=False)[0])
    if paradigms:
        _draw_paradigms(next(panels), paradigms)
    if scaling:
        panel = next(panels)
        _draw_scaling(panel, scaling, "run_s", "wall time without building (s)")
        panel.legend(title="ranks")
        _draw_scaling(next(panels), scaling, "peak_memory_MB", "peak memory per rank (MB)")
    return figure


def _draw_paradigms(axes: Axes, summaries: Sequence[Summary]) -> None:
    names = list(dict.fromkeys(s.paradigm for s in summaries))
    ranks = sorted({s.ranks for s in summaries})
    width = 0.8 / len(ranks)
    for i, n_ranks in enumerate(ranks):
        chosen = {s.paradigm: s for s in summaries if s.ranks == n_ranks}
        position = (
            np.array([names.index(name) for name in chosen]) + (i - 0.5 * (len(ranks) - 1)) * width
        )
        label = f"{n_ranks} rank" + ("s" if n_ranks > 1 else "")
        axes.bar(position, [s.median["wall_s"] for s in chosen.values()], width,
                 yerr=_range(list(chosen.values()), "wall_s"), capsize=2,
                 color=COLORS[i % len(COLORS)],
                 label=label)  # fmt: skip
    axes.set_xticks(range(len(names)), [name.replace("_", "\n", 1) for name in names])
    axes.set_ylabel("wall time (s)")
    axes.legend()


def _draw_scaling(axes: Axes, summaries: Sequence[Summary], quantity: str, label: str) -> None:
    for i, ranks in enumerate(sorted({s.ranks for s in summaries})):
        chosen = sorted((s for s in summaries if s.ranks == ranks), key=lambda s: s.neurons)
        axes.errorbar(
            [s.neurons for s in chosen],
            [s.median[quantity] for s in chosen],
            _range(chosen, quantity),
            marker="o",
            markersize=4,
            capsize=3,
            color=COLORS[i % len(COLORS)],
            label=str(ranks),
        )
    axes.set_xscale("log")
    axes.set_yscale("log")
    sizes = sorted({s.neurons for s in summaries})
    axes.set_xticks(sizes, [f"{size:g}" for size in sizes])
    axes.xaxis.set_minor_locator(matplotlib.ticker.NullLocator())
    axes.yaxis.set_major_formatter(matplotlib.ticker.FormatStrFormatter("%g"))
    axes.yaxis.set_minor_formatter(matplotlib.ticker.FormatStrFormatter("%g"))
    axes.set_xlabel("neurons")
    axes.set_ylabel(label)


def _range(summaries: Sequence[Summary], quantity: str) -> Array:
    """Lengths of the bars below and above the medians."""
    below = [s.median[quantity] - s.low[quantity] for s in summaries]
    above = [s.high[quantity] - s.median[quantity] for s in summaries]
    return np.array([below, above])
