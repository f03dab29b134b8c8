# SPDX-License-Identifier: Apache-2.0
"""Neurons whose input from an assembly stayed unpotentiated.

Published as fractions of neurons (Lehr, Luboeinski & Tetzlaff 2022), by the first two bins of a
histogram of mean inputs. That these end at 104 % of the initial weight is taken from the axis of
the figure, which begins there.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .arrays import Array
from .ratios import mean
from .results import Results

EDGE = 1.04  # of the initial weight


@dataclass(frozen=True)
class UnpotentiatedInput:
    """At one time. Neurons without a synapse from the assembly are left out."""

    time_s: float
    within: float  # fraction of the neurons of the assembly; not a number without any
    outgoing: float  # of the other excitatory neurons
    mean_input: Array  # of each neuron by gid: mean of h/h_0 + z; not a number if left out


def unpotentiated_input(
    results: Results, assembly: Array, times_s: list[float] | None = None, edge: float = EDGE
) -> list[UnpotentiatedInput]:
    """In snapshots (all unless chosen): fractions of neurons whose mean input is below `edge`.

    The input of a neuron is the mean of h/h_0 + z over its plastic synapses from the assembly.

    >>> results = load(small_recall)
    >>> [found.time_s for found in unpotentiated_input(results, results.assembly, [0.5, 5.0])]
    [0.5, 5.0]
    """
    times = results.snapshot_times_s if times_s is None else list(times_s)
    size = results.network.size
    member = np.zeros(size, dtype=bool)
    member[np.asarray(assembly, dtype=np.int64)] = True
    h_0_mV = results.config["synapses"]["h_0_mV"]
    count = np.zeros(size, dtype=np.int64)
    totals = {time: np.zeros(size) for time in times}
    for block in results.edge_blocks(times):
        chosen = member[block.source]
        target = block.target[chosen]
        count += np.bincount(target, minlength=size)
        for time, total in totals.items():
            weight = block.h_mV[time][chosen] / h_0_mV + block.z[time][chosen]
            total += np.bincount(target, weight, minlength=size)
    found = []
    for time, total in totals.items():
        mean_input = total / np.where(count > 0, count, np.nan)
        within, outgoing = (mean_input[(count > 0) & side] < edge for side in (member, ~member))
        found.append(UnpotentiatedInput(time, mean(within), mean(outgoing), mean_input))
    return found


def late_input(results: Results, assembly: Array, time_s: float) -> Array:
    """Mean z of the synapses from the assembly to each neuron in a snapshot, by gid.

    Not a number of neurons without such a synapse.
    """
    size = results.network.size
    member = np.zeros(size, dtype=bool)
    member[np.asarray(assembly, dtype=np.int64)] = True
    count, total = np.zeros(size), np.zeros(size)
    for block in results.edge_blocks([time_s]):
        chosen = member[block.source]
        target = block.target[chosen]
        count += np.bincount(target, minlength=size)
        total += np.bincount(target, block.z[time_s][chosen], minlength=size)
    return np.asarray(total / np.where(count > 0, count, np.nan))
