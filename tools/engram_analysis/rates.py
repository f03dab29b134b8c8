# SPDX-License-Identifier: Apache-2.0
"""Firing rates of neurons in windows of time, and activity of groups in bins."""

from __future__ import annotations

import numpy as np

from .results import Results


def milliseconds(time_s: float) -> float:
    """The double nearest to the decimal time, as spike times are stored: they can be compared."""
    return round(1000.0 * time_s, 6)


def spike_counts(results: Results, population: str, begin_s: float, end_s: float) -> np.ndarray:
    """Spikes of each neuron of a population in [begin_s, end_s), by node id."""
    spikes = results.spikes(population, milliseconds(begin_s), milliseconds(end_s))
    size = results.network.population(population).count
    return np.bincount(spikes.node_id.astype(np.int64), minlength=size)


def firing_rates_Hz(results: Results, begin_s: float, end_s: float) -> np.ndarray:
    """Mean firing rate of each neuron in [begin_s, end_s), by gid."""
    if not end_s > begin_s:
        raise ValueError(f"the window [{begin_s}, {end_s}) is empty")
    return _all_counts(results, begin_s, end_s) / (end_s - begin_s)


def rates_around_Hz(results: Results, time_s: float, window_s: float = 0.5) -> np.ndarray:
    """Firing rates in [time - window/2, time + window/2), by gid: multiples of 1/window."""
    begin_s, end_s = time_s - 0.5 * window_s, time_s + 0.5 * window_s
    return _all_counts(results, begin_s, end_s) / window_s


def _all_counts(results: Results, begin_s: float, end_s: float) -> np.ndarray:
    """Spikes of all neurons in [begin_s, end_s), by gid."""
    populations = results.network.populations
    return np.concatenate([spike_counts(results, p.name, begin_s, end_s) for p in populations])


def active_time_fraction(
    results: Results,
    neurons: np.ndarray,
    begin_s: float,
    end_s: float,
    bin_s: float = 0.01,
    min_spikes: int = 10,
) -> float:
    """Fraction of the bins in [begin_s, end_s) in which a group fires `min_spikes` or more.

    A last bin that would reach beyond `end_s` is left out.
    """
    n_bins = int((end_s - begin_s) / bin_s + 1e-9)
    if n_bins < 1:
        raise ValueError(f"the window [{begin_s}, {end_s}) holds no bin of {bin_s} s")
    member = np.zeros(results.network.size, dtype=bool)
    member[np.asarray(neurons, dtype=np.int64)] = True
    begin_ms, bin_ms = milliseconds(begin_s), 1000.0 * bin_s
    spikes = results.all_spikes(begin_ms, milliseconds(begin_s + n_bins * bin_s))
    times = spikes.time_ms[member[spikes.gid]]
    # Times on an edge of bins belong to the later one, whatever the quotient rounds to.
    bins = np.floor(np.round((times - begin_ms) / bin_ms, 9)).astype(np.int64)
    counts = np.bincount(np.minimum(bins, n_bins - 1), minlength=n_bins)
    return float((counts >= min_spikes).mean())
