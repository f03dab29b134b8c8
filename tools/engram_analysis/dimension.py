# SPDX-License-Identifier: Apache-2.0
"""Dimension of activity: how many principal components explain most of its variance.

Definition and defaults are those of the published figures (Lehr, Luboeinski & Tetzlaff 2022).
"""

from __future__ import annotations

import math

import numpy as np

SHARE = 0.7  # of the variance that is to be explained, as published
BIN_S = 0.001
WINDOW_S = 0.1  # from the onset of recall


def pca_dimension(raster: np.ndarray, share: float = SHARE) -> float:
    """The lowest number of principal components that explain more than a share of the variance.

    `raster` is [neurons, bins]; what counts is whether a neuron fires in a bin. The bins are the
    observations, the neurons the variables. Not a number where nothing varies.
    """
    fired = (np.asarray(raster) > 0).astype(np.float64)
    # The products of bins, each neuron's mean taken off, have the eigenvalues of the covariances
    # of neurons, which are many more. Sums of 0 and 1 are exact until here.
    products = fired.T @ fired
    by_bin = products.mean(axis=0)
    centred = products - by_bin - by_bin[:, np.newaxis] + products.mean()
    variances = np.linalg.eigvalsh(centred)[::-1].clip(min=0.0)
    if not variances.sum() > 1e-9 * max(products.max(initial=0.0), 1.0):
        return math.nan
    explained = np.cumsum(variances) / variances.sum()
    # A share that is reached exactly is not exceeded, whatever it rounds to.
    return float(np.searchsorted(explained, share + 1e-12, side="right") + 1)
