# SPDX-License-Identifier: Apache-2.0
"""Firing rates of neurons in windows of time, and activity of groups in bins."""

from __future__ import annotations

import numpy as np

from .arrays import Array
from .bins import Bins, group_counts, milliseconds
from .results import Results


def spike_counts(results: Results, population: str, begin_s: float, end_s: float) -> Array:
    """Spikes of each neuron of a population in [begin_s, end_s), by node id.

    >>> len(spike_counts(load(small_recall), "inh", 1.0, 1.1))
    20
    """
    spikes = results.spikes(population, milliseconds(begin_s), milliseconds(end_s))
    size = results.network.population(population).count
    return np.bincount(spikes.node_id.astype(np.int64), minlength=size)


def all_spike_counts(results: Results, begin_s: float, end_s: float) -> Array:
    """Spikes of all neurons in [begin_s, end_s), by gid."""
    populations = results.network.populations
    return np.concatenate([spike_counts(results, p.name, begin_s, end_s) for p in populations])


def firing_rates_Hz(results: Results, begin_s: float, end_s: float) -> Array:
    """Mean firing rate of each neuron in [begin_s, end_s), by gid.

    >>> rates_Hz = firing_rates_Hz(load(small_recall), 1.0, 1.1)
    >>> bool(rates_Hz[:20].mean() > 100)
    True
    """
    if not end_s > begin_s:
        raise ValueError(f"the window [{begin_s}, {end_s}) is empty")
    return all_spike_counts(results, begin_s, end_s) / (end_s - begin_s)


def rates_around_Hz(results: Results, time_s: float, window_s: float = 0.5) -> Array:
    """Firing rates in [time - window/2, time + window/2), by gid: multiples of 1/window.

    >>> rates_around_Hz(load(small_recall), 1.0).shape
    (100,)
    """
    begin_s, end_s = time_s - 0.5 * window_s, time_s + 0.5 * window_s
    return all_spike_counts(results, begin_s, end_s) / window_s


def active_time_fraction(
    results: Results,
    neurons: Array,
    begin_s: float,
    end_s: float,
    bin_s: float = 0.01,
    min_spikes: int = 10,
) -> float:
    """Fraction of the bins in [begin_s, end_s) in which a group fires `min_spikes` or more.

    A last bin that would reach beyond `end_s` is left out.

    >>> results = load(small_recall)
    >>> active_time_fraction(results, results.assembly, 1.0, 1.1)
    1.0
    """
    bins = Bins.within(begin_s, end_s, bin_s)
    counts = group_counts(results, {"neurons": neurons}, bins)["neurons"]
    return float((counts >= min_spikes).mean())
