# SPDX-License-Identifier: Apache-2.0
"""Ratios and means that are not a number where there is nothing to divide by."""

from __future__ import annotations

import math


from .arrays import Array


def ratio(numerator: float, denominator: float) -> float:
    return float(numerator) / denominator if denominator > 0 else math.nan


def mean_rate_Hz(spikes: float, n_neurons: int, duration_s: float) -> float:
    """Per neuron; not a number without neurons."""
    return ratio(float(spikes), n_neurons * duration_s)


def mean(values: Array) -> float:
    return float(values.mean()) if len(values) else math.nan


def sd(values: Array) -> float:
    """Across the values: with n, not n - 1."""
    return float(values.std()) if len(values) else math.nan
