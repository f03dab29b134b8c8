# SPDX-License-Identifier: Apache-2.0
"""Dimension of activity: how many principal components explain most of its variance.

Definition and defaults are those of the published figures (Lehr, Luboeinski & Tetzlaff 2022).
"""

from __future__ import annotations

import math

import numpy as np

from .arrays import Array

SHARE = 0.7  # of the variance that is to be explained, as published
BIN_S = 0.001
WINDOW_S = 0.1  # from the onset of recall


def pca_dimension(raster: Array, share: float = SHARE) -> float:
    """The lowest number of principal components that explain more than a share of the variance.

    `raster` is [neurons, bins]; what counts is whether a neuron fires in a bin. The bins are the
    observations, the neurons the variables. Not a number where nothing varies.

    >>> pca_dimension(np.array([[1, 0, 1, 0], [1, 0, 1, 0]]))
    1.0
    """
    fired = (np.asarray(raster) > 0).astype(np.float64)
    if not (fired != fired[:, :1]).any():
        return math.nan
    centred = fired - fired.mean(axis=1, keepdims=True)
    # The products of bins have the same eigenvalues as those of neurons, and are mostly fewer.
    n_neurons, n_bins = fired.shape
    products = centred.T @ centred if n_bins < n_neurons else centred @ centred.T
    variances = np.linalg.eigvalsh(products)[::-1].clip(min=0.0)
    explained = np.cumsum(variances) / variances.sum()
    # A share that is reached exactly is not exceeded, whatever it rounds to.
    return float(np.searchsorted(explained, share + 1e-12, side="right") + 1)
