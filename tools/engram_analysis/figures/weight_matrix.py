"""Weights between all excitatory neurons, averaged over neighbours where there are many."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from ..durations import duration_text
from ..results import Results
from ..weights import binned_weights
from .snapshots import check_snapshots
from .time_axis import new_run_figure

MAX_BINS = 200  # rows and columns that can still be seen
MAX_TIMES = 4


def weight_matrix(results: Results) -> Figure:
    """Total weight from (vertical) each neuron to (horizontal) each other in snapshots.

    The assembly comes first and has at least a fifth of the axes.
    """
    check_snapshots(results)
    bin_of_neuron, n_assembly_bins, n_bins = _bins(results)
    times = _choose(results.snapshot_times_s)
    figure = new_run_figure(results, len(times), 3.9, "Mean synaptic weights between neurons")
    matrices = [binned_weights(results, t, "w_mV", bin_of_neuron, n_bins) for t in times]
    high = max((np.nanmax(m) for m in matrices if np.isfinite(m).any()), default=1.0)
    axes = figure.subplots(1, len(times), squeeze=False)[0]
    colors = plt.get_cmap("viridis").copy()
    colors.set_bad("#eeeeee")
    for panel, time, matrix in zip(axes, times, matrices):
        image = panel.imshow(matrix, vmin=0, vmax=high, cmap=colors, interpolation="nearest")
        panel.set_title(duration_text(time))
        if n_assembly_bins < n_bins:
            for line in (panel.axhline, panel.axvline):
                line(n_assembly_bins - 0.5, color="w", linewidth=0.8)
        middles = [0.5 * n_assembly_bins - 0.5, 0.5 * (n_assembly_bins + n_bins) - 0.5]
        names = ["assembly", "others"] if n_assembly_bins < n_bins else ["assembly"]
        panel.set_xticks(middles[: len(names)], names)
        panel.set_yticks(middles[: len(names)], names, rotation=90, va="center")
        panel.tick_params(length=0)
        panel.set_xlabel("postsynaptic")
    axes[0].set_ylabel("presynaptic")
    figure.colorbar(image, ax=list(axes), label="$h + h_0 z$ (mV)", shrink=0.8)
    return figure


def _bins(results: Results) -> tuple[np.ndarray, int, int]:
    """The bin of each neuron, the number of bins of the assembly, and of all."""
    assembly = results.assembly
    others = np.setdiff1d(results.group("exc"), assembly)
    share = max(0.2, len(assembly) / results.n_exc) if len(others) else 1.0
    n_assembly = min(len(assembly), round(share * MAX_BINS))
    n_others = min(len(others), MAX_BINS - round(share * MAX_BINS))
    bin_of_neuron = np.zeros(results.n_exc, dtype=np.int64)
    bin_of_neuron[assembly] = np.arange(len(assembly)) * n_assembly // max(1, len(assembly))
    bin_of_neuron[others] = n_assembly + np.arange(len(others)) * n_others // max(1, len(others))
    return bin_of_neuron, n_assembly, n_assembly + n_others


def _choose(times_s: list[float]) -> list[float]:
    """The first and the last ones, where there are too many."""
    if len(times_s) <= MAX_TIMES:
        return times_s
    chosen = np.linspace(0, len(times_s) - 1, MAX_TIMES).round().astype(int)
    return [times_s[i] for i in chosen]
