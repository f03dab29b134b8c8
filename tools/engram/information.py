# SPDX-License-Identifier: Apache-2.0
"""Entropy and mutual information of discrete outcomes, in bits, without bias correction."""

from __future__ import annotations

import numpy as np

from .arrays import Array


def entropy_bits(outcomes: Array) -> float:
    """Entropy of the distinct values, or rows, of an array; 0 of an empty one.

    >>> entropy_bits(np.array([0, 0, 1, 1]))
    1.0
    """
    if len(outcomes) == 0:
        return 0.0
    _, counts = np.unique(outcomes, axis=0, return_counts=True)
    probability = counts / counts.sum()
    return abs(float(-(probability * np.log2(probability)).sum()))  # no negative zero


def mutual_information_bits(first: Array, second: Array) -> float:
    """H(first) + H(second) - H(first, second) of paired outcomes.

    >>> mutual_information_bits(np.array([0, 0, 1, 1]), np.array([5, 5, 7, 7]))
    1.0
    """
    if len(first) != len(second):
        raise ValueError(f"{len(first)} and {len(second)} outcomes cannot be paired")
    joint = np.stack([first, second], axis=1)
    return entropy_bits(first) + entropy_bits(second) - entropy_bits(joint)
