# SPDX-License-Identifier: Apache-2.0
"""Ridge readout: how well a random walk in time can be read from the spikes of some neurons.

Procedure and defaults are those of the published figures (Lehr, Luboeinski & Tetzlaff 2022). The
readout is fitted to the rasters of all pulses of learning and of recall, in each of which the
target is the same, and evaluated at recall: at data that it was fitted to.
"""

from __future__ import annotations

import math
from typing import Sequence

import numpy as np

from .arrays import Array

ALPHA = 0.1  # weight of the penalty
FRACTIONS = tuple(tenth / 10 for tenth in range(1, 11))  # of neurons that the readout sees
TARGETS = 10
BIN_S = 0.001
WINDOW_S = 0.1  # from each onset


def random_walk(n_steps: int, random: np.random.Generator) -> Array:
    """From 1, with normal steps of standard deviation 1."""
    return np.asarray(1.0 + np.concatenate(([0.0], np.cumsum(random.standard_normal(n_steps - 1)))))


def ridge_prediction(data: Array, target: Array, test: Array, alpha: float = ALPHA) -> Array:
    """What ridge regression with a free offset predicts for `test`, fitted to `data`.

    Both are [samples, variables]. The offset is not penalised.
    """
    mean, offset = data.mean(axis=0), target.mean()
    centred = data - mean
    # As many equations as samples, which are far fewer than variables.
    gram = centred @ centred.T
    gram[np.diag_indices_from(gram)] += alpha
    return np.asarray(offset + (test - mean) @ (centred.T @ np.linalg.solve(gram, target - offset)))


def r_squared(prediction: Array, target: Array) -> float:
    """Share of the variance of the target that is predicted; not a number if it has none."""
    total = float(((target - target.mean()) ** 2).sum())
    return 1.0 - float(((target - prediction) ** 2).sum()) / total if total > 0 else math.nan


def readout_quality(
    learning: Sequence[Array],
    recall: Array,
    random: np.random.Generator,
    fractions: Sequence[float] = FRACTIONS,
    n_targets: int = TARGETS,
    alpha: float = ALPHA,
) -> Array:
    """R^2 at recall for each target (row) and fraction of the neurons (column).

    Rasters are [neurons, bins], all of the same shape; what counts is whether a neuron fires in a
    bin. The neurons of a fraction are drawn anew for each target. Not a number where a fraction
    has no neuron.

    >>> random = np.random.default_rng(1)
    >>> raster = random.integers(0, 2, (40, 30))
    >>> readout_quality([raster], raster, random, fractions=[0.5, 1.0], n_targets=3).shape
    (3, 2)
    """
    rasters = [(np.asarray(raster) > 0).astype(np.float64).T for raster in (*learning, recall)]
    data = np.concatenate(rasters)
    n_bins, n_neurons = rasters[-1].shape
    quality = np.full((n_targets, len(fractions)), math.nan)
    for row in range(n_targets):
        target = random_walk(n_bins, random)
        repeated = np.tile(target, len(rasters))
        for column, fraction in enumerate(fractions):
            n_chosen = int(fraction * n_neurons + 1e-9)
            chosen = random.choice(n_neurons, n_chosen, replace=False)
            if n_chosen:
                prediction = ridge_prediction(
                    data[:, chosen], repeated, rasters[-1][:, chosen], alpha
                )
                quality[row, column] = r_squared(prediction, target)
    return quality
