# SPDX-License-Identifier: Apache-2.0
"""Attractors: bins of time in which one group of neurons is far more active than all others.

Definitions are those of the published scripts: of the groups at most one is active in a bin,
that with more than a threshold of spikes and more than 1.5 times as many as each other one.
Neurons that several groups share count for each of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Mapping

import numpy as np

from .arrays import Array
from .avalanches import BIN_S, NONE, THRESHOLD
from .bins import Bins, group_counts
from .named_groups import check_names, in_no_group
from .ratios import mean_rate_Hz, ratio
from .results import Results

FACTOR = 1.5  # as published


@dataclass(frozen=True)
class Attractors:
    """Statistics of a window; NONE stands for bins without an active group."""

    bins: Bins
    active: list[str]  # the group that is active, by bin, or NONE
    likelihood: dict[str, float]  # of each group and NONE: its bins, per bin
    # From any of them to any: share of its bins, but the last one, that the other follows; not a
    # number if there are none.
    transition: dict[tuple[str, str], float]
    rate_Hz: dict[str, float]  # mean rates of each group, and of excitatory neurons in NONE


def attractor_statistics(
    results: Results,
    groups: Mapping[str, Array],
    begin_s: float,
    end_s: float,
    bin_s: float = BIN_S,
    threshold: int = THRESHOLD,
    factor: float = FACTOR,
) -> Attractors:
    """Of excitatory neurons in [begin_s, end_s); `groups` are gids by name.

    A last bin that would reach beyond `end_s` is left out. Raises ValueError if there is no bin,
    or if the factor is below 1, with which several groups could be active at once; ResultsError
    if a group has a name of other neurons (RESERVED in groups.py).

    >>> results = load(small_recall)
    >>> found = attractor_statistics(results, {"A": results.assembly, "B": np.arange(20, 40)}, 1.0, 1.1)
    >>> found.likelihood["A"] > found.likelihood["B"]
    True
    """
    check_names(results, groups)
    if not factor >= 1.0:
        raise ValueError(f"a factor of {factor} lets several groups be active at once")
    bins = Bins.within(begin_s, end_s, bin_s)
    counted = {NONE: in_no_group(results, groups), **groups}
    counts = group_counts(results, counted, bins)
    states = [NONE, *groups]
    state = np.zeros(bins.count, dtype=np.int64)
    for index, name in enumerate(states):
        if name == NONE:
            continue
        others = [counts[other] for other in groups if other != name]
        leads = [counts[name] > factor * other for other in others]
        is_active = (counts[name] > threshold) & np.all(leads, axis=0)
        state[is_active] = index
    n_states = len(states)
    pairs = np.bincount(state[:-1] * n_states + state[1:], minlength=n_states**2)
    follows = pairs.reshape(n_states, n_states)
    return Attractors(
        bins,
        [states[index] for index in state.tolist()],
        {name: float((state == index).mean()) for index, name in enumerate(states)},
        {
            (source, target): ratio(follows[i, j], int(follows[i].sum()))
            for i, source in enumerate(states)
            for j, target in enumerate(states)
        },
        {
            name: mean_rate_Hz(counts[name].sum(), len(neurons), bins.duration_s)
            for name, neurons in counted.items()
        },
    )
