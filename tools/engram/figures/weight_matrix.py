# SPDX-License-Identifier: Apache-2.0
"""Weights between all excitatory neurons, averaged over neighbours where there are many."""

from __future__ import annotations

from dataclasses import dataclass

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import FigureBase

from ..arrays import Array
from ..durations import duration_text
from ..results import Results
from ..visible import figure_text
from ..weights import binned_weights
from .names import assembly_name, plastic_note
from .snapshots import check_snapshots
from .style import styled
from .time_axis import new_run_figure

MAX_BINS = 200  # rows and columns that can still be seen
MAX_NAMED_NEURONS = 12
MAX_TIMES = 4
MIN_ASSEMBLY = 0.2  # of the axes
MIN_OTHERS = 0.05  # of the axes, for each population


@styled(Results)
def weight_matrix(results: Results, *, ax: Axes | None = None) -> FigureBase:
    """Total weight from (vertical) each neuron to (horizontal) each other in snapshots.

    The assembly comes first and has at least a fifth of the axes, where it has enough neurons.

    >>> figure = figures.weight_matrix(load(small_recall))
    """
    check_snapshots(results)
    sections = _sections(results)
    bin_of_neuron, ends = _bins(results.network.size, sections)
    times = _choose(results.snapshot_times_s)
    n_binned = max(np.bincount(bin_of_neuron[np.concatenate([s.gids for s in sections])]))
    what = f"Mean weights between bins of up to {n_binned} neurons" if n_binned > 1 else "Weights"
    title = f"{what} (grey: no synapse)" + plastic_note(results.network)
    height = 3.9 if len(sections) <= 2 else 4.4  # longer names leave less room
    figure = new_run_figure(results, len(times), height, title, ax)
    matrices = [binned_weights(results, t, "w_mV", bin_of_neuron, ends[-1]) for t in times]
    high = max((np.nanmax(m) for m in matrices if np.isfinite(m).any()), default=1.0)
    axes = figure.subplots(1, len(times), squeeze=False)[0]
    colors = plt.get_cmap("viridis").copy()
    colors.set_bad("#eeeeee")
    middles = [0.5 * (begin + end) - 0.5 for begin, end in zip([0, *ends], ends)]
    for panel, time, matrix in zip(axes, times, matrices):
        image = panel.imshow(matrix, vmin=0, vmax=high, cmap=colors, interpolation="nearest")
        panel.set_title(duration_text(time))
        for end in ends[:-1]:
            for line in (panel.axhline, panel.axvline):
                line(end - 0.5, color="w", linewidth=0.8)
        if ends[-1] <= MAX_NAMED_NEURONS:
            gids = [f"{gid}" for section in sections for gid in section.gids]
            panel.set_xticks(range(len(gids)), gids)
            panel.set_yticks(range(len(gids)), gids)
        else:
            names = [section.name for section in sections]
            panel.set_xticks(middles, names)
            panel.set_yticks(middles, names, rotation=90, va="center")
        panel.tick_params(length=0)
        panel.set_xlabel("postsynaptic neuron" if n_binned == 1 else "postsynaptic")
    axes[0].set_ylabel("presynaptic neuron" if n_binned == 1 else "presynaptic")
    figure.colorbar(image, ax=list(axes), label="$h + h_0 z$ (mV)", shrink=0.8)
    return figure


@dataclass(frozen=True)
class Section:
    """Neurons beside each other on the axes."""

    name: str
    gids: Array
    least_share: float  # of the axes, however few neurons it has


def _sections(results: Results) -> list[Section]:
    """The assembly, then the others of each population that has plastic synapses."""
    network, assembly = results.network, results.assembly
    plastic = {end.name for p in network.plastic for end in (p.source, p.target)}
    sections = [Section(assembly_name(results), assembly, MIN_ASSEMBLY)]
    for population in network.populations:
        if population.name not in plastic:
            continue
        others = np.setdiff1d(population.gids, assembly)
        name = figure_text(population.name)
        if network.has_one_of_each_kind:
            name = "others"
        elif len(others) < population.count:
            name = f"others in {name}"
        sections.append(Section(name, others, MIN_OTHERS))
    return [section for section in sections if len(section.gids)]


def _bins(size: int, sections: list[Section]) -> tuple[Array, list[int]]:
    """The bin of each neuron of a network, and the end of the bins of each section."""
    bin_of_neuron = np.zeros(size, dtype=np.int64)
    ends: list[int] = []
    begin = 0
    for section, most in zip(sections, _most_bins(sections)):
        n_neurons = len(section.gids)
        n_bins = min(n_neurons, most)
        bin_of_neuron[section.gids] = begin + np.arange(n_neurons) * n_bins // n_neurons
        begin += n_bins
        ends.append(begin)
    return bin_of_neuron, ends


def _most_bins(sections: list[Section]) -> list[int]:
    """MAX_BINS shared out by numbers of neurons, where these are above the least shares."""
    n_bins = max(MAX_BINS, 2 * len(sections))
    bins_left, neurons_left = n_bins, sum(len(section.gids) for section in sections)
    most = []
    for index, section in enumerate(sections):
        n_later = len(sections) - index - 1
        least = n_bins * min(section.least_share, 0.8 / len(sections))
        by_number = bins_left * len(section.gids) / neurons_left
        # Each of the later ones has a bin at least; the last one has what remains.
        share = min(round(max(least, by_number)), bins_left - n_later)
        most.append(share if n_later else bins_left)
        bins_left -= share
        neurons_left -= len(section.gids)
    return most


def _choose(times_s: list[float]) -> list[float]:
    """The first and the last ones, where there are too many."""
    if len(times_s) <= MAX_TIMES:
        return times_s
    chosen = np.linspace(0, len(times_s) - 1, MAX_TIMES).round().astype(int)
    return [times_s[i] for i in chosen]
