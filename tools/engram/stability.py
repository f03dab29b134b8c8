# SPDX-License-Identifier: Apache-2.0
"""Spike-time stability: how many spikes of learning recur at the same time of recall.

Definition and defaults are those of the published figures (Lehr, Luboeinski & Tetzlaff 2022).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .arrays import Array

BIN_S = 0.001
WINDOW_S = 0.1  # from the onset of the last pulse of learning, and from that of recall


@dataclass(frozen=True)
class Stability:
    """Of each neuron; not a number without spikes at learning."""

    real: Array
    shuffled: Array  # after the bins of each neuron were shuffled

    @property
    def mean(self) -> float:
        return _mean(self.real)

    @property
    def shuffled_mean(self) -> float:
        return _mean(self.shuffled)


def spike_time_stability(learning: Array, recall: Array, random: np.random.Generator) -> Stability:
    """Bins in which a neuron fires at learning and at recall, per spike at learning.

    Both are numbers of spikes, [neurons, bins], of windows of the same length.

    >>> raster = np.array([[1, 0, 1, 0], [0, 1, 0, 0]])
    >>> spike_time_stability(raster, raster, np.random.default_rng(1)).mean
    1.0
    """
    if learning.shape != recall.shape:
        raise ValueError(f"{learning.shape} and {recall.shape} bins cannot be compared")
    n_spikes = learning.sum(axis=1)
    per_spike = 1.0 / np.where(n_spikes > 0, n_spikes, np.nan)
    before, after = learning > 0, recall > 0
    # Against bins in a random order, the order of the others does not matter.
    shuffled = random.permuted(after, axis=1)
    return Stability(
        (before & after).sum(axis=1) * per_spike, (before & shuffled).sum(axis=1) * per_spike
    )


def rank_correlation(first: Array, second: Array) -> float:
    """Spearman's rho of the pairs of which both are defined; equal values share their mean rank.

    Not a number of fewer than two pairs, or where one side has a single value.

    >>> rank_correlation(np.array([1.0, 2.0, 3.0]), np.array([9.0, 5.0, 1.0]))
    -1.0
    """
    defined = np.isfinite(first) & np.isfinite(second)
    ranks = [_ranks(np.asarray(values)[defined]) for values in (first, second)]
    deviations = [rank - rank.mean() if len(rank) else rank for rank in ranks]
    scale = np.sqrt((deviations[0] ** 2).sum() * (deviations[1] ** 2).sum())
    return float((deviations[0] * deviations[1]).sum() / scale) if scale > 0 else float("nan")


def _ranks(values: Array) -> Array:
    _, index, count = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(count)
    return np.asarray((last - 0.5 * (count - 1))[index.reshape(-1)])


def _mean(values: Array) -> float:
    """Of the neurons for which it is defined."""
    defined = values[np.isfinite(values)]
    return float(defined.mean()) if len(defined) else float("nan")
