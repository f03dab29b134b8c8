# SPDX-License-Identifier: Apache-2.0
"""Avalanches: bins of time in which many neurons fire, and the groups that take part in them.

Definitions are those of the published scripts (Luboeinski & Tetzlaff 2022). A bin is active if
excitatory neurons fire more than a threshold of spikes in it, and a group is active in an active
bin if its own neurons do. Neurons that several groups share count for each of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Mapping


from .arrays import Array
from .bins import Bins, group_counts
from .named_groups import check_names, in_no_group
from .ratios import mean_rate_Hz, ratio
from .results import Results

BIN_S = 0.01  # as published
THRESHOLD = 10  # spikes in a bin; more are an avalanche
OVERALL = "overall"  # all excitatory neurons
NONE = "none"  # bins without an avalanche; neurons in none of the groups


@dataclass(frozen=True)
class Avalanches:
    """Statistics of a window. Sources and targets are OVERALL, the groups, and of sources NONE.

    The last bin has no successor. As published it counts neither in `likelihood` nor in the
    numbers of transitions, but among all bins, by which these are divided.
    """

    bins: Bins
    active: dict[str, Array]  # of OVERALL, NONE and each group: whether it is, by bin
    likelihood: dict[str, float]  # of each of these: its active bins, per bin
    # From source to group or OVERALL: bins in which the source is active, and the target in the
    # next one, per bin.
    transition: dict[tuple[str, str], float]
    # Share of the active bins of a source that another avalanche follows, or none; not a number
    # if it is never active.
    followed_by_any: dict[str, float]
    followed_by_none: dict[str, float]
    rate_Hz: dict[str, float]  # mean rates of each group, of OVERALL, and of neurons in NONE


def avalanche_statistics(
    results: Results,
    groups: Mapping[str, Array],
    begin_s: float,
    end_s: float,
    bin_s: float = BIN_S,
    threshold: int = THRESHOLD,
) -> Avalanches:
    """Of excitatory neurons in [begin_s, end_s); `groups` are gids by name.

    A last bin that would reach beyond `end_s` is left out. Raises ValueError if there is no bin,
    ResultsError if a group has a name of other neurons (RESERVED in groups.py).

    >>> results = load(small_recall)
    >>> found = avalanche_statistics(results, {"A": results.assembly}, 1.0, 1.1)
    >>> found.likelihood["A"]
    0.9
    """
    check_names(results, groups)
    bins = Bins.within(begin_s, end_s, bin_s)
    counted = {
        OVERALL: results.network.gids("excitatory"),
        NONE: in_no_group(results, groups),
        **groups,
    }
    counts = group_counts(results, counted, bins)
    overall = counts[OVERALL] > threshold
    active = {OVERALL: overall, NONE: ~overall}
    active |= {name: overall & (counts[name] > threshold) for name in groups}
    before = {name: bins_of[:-1] for name, bins_of in active.items()}
    after = {name: bins_of[1:] for name, bins_of in active.items()}
    n_active = {name: int(bins_of.sum()) for name, bins_of in before.items()}
    return Avalanches(
        bins,
        active,
        {name: n / bins.count for name, n in n_active.items()},
        {
            (source, target): int((before[source] & after[target]).sum()) / bins.count
            for source in active
            for target in active
            if target != NONE
        },
        {name: ratio((before[name] & after[OVERALL]).sum(), n) for name, n in n_active.items()},
        {name: ratio((before[name] & after[NONE]).sum(), n) for name, n in n_active.items()},
        {
            name: mean_rate_Hz(counts[name].sum(), len(neurons), bins.duration_s)
            for name, neurons in counted.items()
        },
    )
