# SPDX-License-Identifier: Apache-2.0
"""Spikes counted in bins of time: of groups, and of single neurons."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Mapping

import numpy as np

from .arrays import Array
from .results import Results

MAX_BINS = 10**7  # a day of bins of 10 ms
MAX_CELLS = 2 * 10**8  # of a raster: 1.6 GB


def milliseconds(time_s: float) -> float:
    """The double nearest to the decimal time, as spike times are stored: they can be compared."""
    return round(1000.0 * time_s, 6)


@dataclass(frozen=True)
class Bins:
    """`count` bins of equal width, one after the other; each contains its begin, not its end."""

    begin_s: float
    width_s: float
    count: int

    @classmethod
    def within(cls, begin_s: float, end_s: float, width_s: float) -> Bins:
        """As many as [begin_s, end_s) holds; a last one that would reach beyond it is left out.

        Raises ValueError if there is none, or too many.
        """
        if not width_s > 0.0:
            raise ValueError(f"bins of {width_s} s are none")
        # Late times have few decimals: hours have some 1e-11 s.
        count = round(end_s - begin_s, 9) / width_s + 1e-9
        if count > MAX_BINS:
            raise ValueError(f"more than {MAX_BINS} bins of {width_s:g} s are too many")
        if count < 1:
            raise ValueError(f"the window [{begin_s}, {end_s}) holds no bin of {width_s} s")
        return cls(begin_s, width_s, int(count))

    @property
    def end_s(self) -> float:
        return self.begin_s + self.count * self.width_s

    @property
    def duration_s(self) -> float:
        return self.count * self.width_s

    def index(self, time_ms: Array) -> Array:
        """The bin of each of the times, all of which lie within the bins."""
        passed = (time_ms - milliseconds(self.begin_s)) / (1000.0 * self.width_s)
        # Times on an edge belong to the later bin, whatever the quotient rounds to. After hours
        # times have some 1e-8 ms.
        bins = np.floor(np.round(passed, 6)).astype(np.int64)
        return np.asarray(np.minimum(bins, self.count - 1))


def spikes_in_bins(results: Results, bins: Bins) -> tuple[Array, Array]:
    """Bin and gid of each spike of all populations within the bins."""
    spikes = results.all_spikes(milliseconds(bins.begin_s), milliseconds(bins.end_s))
    return bins.index(spikes.time_ms), spikes.gid


def group_counts(results: Results, groups: Mapping[str, Array], bins: Bins) -> dict[str, Array]:
    """Spikes of each group (gids) in each bin; a neuron may be in several groups.

    >>> results = load(small_recall)
    >>> group_counts(results, {"A": results.assembly}, Bins.within(1.0, 1.1, 0.01))["A"].shape
    (10,)
    """
    bin_of_spike, gid = spikes_in_bins(results, bins)
    counts = {}
    for name, neurons in groups.items():
        member = np.zeros(results.network.size, dtype=bool)
        member[np.asarray(neurons, dtype=np.int64)] = True
        counts[name] = np.bincount(bin_of_spike[member[gid]], minlength=bins.count)
    return counts


def spike_raster(results: Results, neurons: Array, bins: Bins) -> Array:
    """Spikes of each of the neurons (gids, each once) in each bin: [neurons, bins].

    Raises ValueError if these are too many.

    >>> results = load(small_recall)
    >>> spike_raster(results, results.assembly, Bins.within(1.0, 1.1, 0.01)).shape
    (20, 10)
    """
    if len(neurons) * bins.count > MAX_CELLS:
        raise ValueError(f"{bins.count} bins of {len(neurons)} neurons are too many")
    position = np.full(results.network.size, -1, dtype=np.int64)
    position[np.asarray(neurons, dtype=np.int64)] = np.arange(len(neurons))
    bin_of_spike, gid = spikes_in_bins(results, bins)
    row = position[gid]
    inside = row >= 0
    index = row[inside] * bins.count + bin_of_spike[inside]
    counts = np.bincount(index, minlength=len(neurons) * bins.count)
    return counts.reshape(len(neurons), bins.count)
