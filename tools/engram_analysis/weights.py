# SPDX-License-Identifier: Apache-2.0
"""Weights of plastic synapses in snapshots: means by direction, and matrices."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Sequence

import numpy as np

from .errors import ResultsError
from .network_file import EdgeBlock
from .results import Results

DIRECTIONS = ("within", "out", "into", "elsewhere")  # seen from the assembly
MAX_MATRIX_NEURONS = 10_000  # a dense matrix of them has 800 MB


@dataclass(frozen=True)
class DirectionMeans:
    """Mean weights of the synapses within, out of, into and outside an assembly at one time."""

    time_s: float
    h_mV: dict[str, float]  # by direction; not a number without synapses
    z: dict[str, float]
    count: dict[str, int]


def direction_index(source: np.ndarray, target: np.ndarray, member: np.ndarray) -> np.ndarray:
    """Index into DIRECTIONS of each synapse; `member` tells who belongs to the assembly."""
    # within 0, out of it 1, into it 2, elsewhere 3
    return np.where(member[source], 0, 2) + np.where(member[target], 0, 1)


def mean_by_direction(
    results: Results,
    times_s: Sequence[float] | None = None,
    assembly: np.ndarray | None = None,
) -> list[DirectionMeans]:
    """Mean h and z by direction in snapshots (all unless chosen) in one pass over the synapses."""
    times = results.snapshot_times_s if times_s is None else list(times_s)
    member = membership(results.assembly if assembly is None else assembly, results.network.size)
    n = len(DIRECTIONS)
    count = np.zeros(n, dtype=np.int64)
    sums = {time: np.zeros((2, n)) for time in times}
    for block in results.edge_blocks(times):
        index = direction_index(block.source, block.target, member)
        count += np.bincount(index, minlength=n)
        for time in times:
            for row, values in enumerate((block.h_mV[time], block.z[time])):
                sums[time][row] += np.bincount(index, values, minlength=n)
    with np.errstate(invalid="ignore"):
        means = {time: total / np.where(count > 0, count, np.nan) for time, total in sums.items()}
    counts = dict(zip(DIRECTIONS, count.tolist()))
    return [
        DirectionMeans(
            time,
            dict(zip(DIRECTIONS, means[time][0].tolist())),
            dict(zip(DIRECTIONS, means[time][1].tolist())),
            counts,
        )
        for time in times
    ]


def membership(neurons: np.ndarray, size: int) -> np.ndarray:
    """True for each of `size` neurons that is listed."""
    member = np.zeros(size, dtype=bool)
    member[np.asarray(neurons, dtype=np.int64)] = True
    return member


def weight_matrix(
    results: Results, time_s: float, quantity: str = "h_mV", neurons: np.ndarray | None = None
) -> np.ndarray:
    """'h_mV', 'z' or the total weight 'w_mV' = h + h_0*z of all synapses between neurons.

    Row = presynaptic, column = postsynaptic neuron, in the order of `neurons` (all excitatory
    ones unless given); not a number where there is no synapse.
    """
    if neurons is None:
        neurons = results.network.gids("excitatory")
    chosen = np.asarray(neurons, dtype=np.int64)
    if len(chosen) > MAX_MATRIX_NEURONS:
        raise ResultsError(
            f"{results.path}: a matrix of {len(chosen)} neurons is too large "
            f"(at most {MAX_MATRIX_NEURONS}); choose neurons or use binned_weights"
        )
    position = np.full(results.network.size, -1)
    position[chosen] = np.arange(len(chosen))
    matrix = np.full((len(chosen), len(chosen)), np.nan)
    for block in results.edge_blocks([time_s]):
        row, column = position[block.source], position[block.target]
        inside = (row >= 0) & (column >= 0)
        matrix[row[inside], column[inside]] = _quantity(results, block, time_s, quantity)[inside]
    return matrix


def binned_weights(
    results: Results, time_s: float, quantity: str, bin_of_neuron: np.ndarray, n_bins: int
) -> np.ndarray:
    """Mean of a quantity of weight_matrix over the synapses between bins of neurons.

    `bin_of_neuron` has the bin of each neuron by gid; inhibitory ones have no plastic synapses.
    Row = presynaptic, column = postsynaptic bin; not a number where there is no synapse.
    """
    total, count = np.zeros(n_bins * n_bins), np.zeros(n_bins * n_bins)
    for block in results.edge_blocks([time_s]):
        index = bin_of_neuron[block.source] * n_bins + bin_of_neuron[block.target]
        values = _quantity(results, block, time_s, quantity)
        total += np.bincount(index, values, minlength=n_bins * n_bins)
        count += np.bincount(index, minlength=n_bins * n_bins)
    with np.errstate(invalid="ignore"):
        return (total / np.where(count > 0, count, np.nan)).reshape(n_bins, n_bins)


def _quantity(results: Results, block: EdgeBlock, time_s: float, name: str) -> np.ndarray:
    if name == "w_mV":
        return block.h_mV[time_s] + results.config["synapses"]["h_0_mV"] * block.z[time_s]
    if name not in ("h_mV", "z"):
        raise ValueError(f"'{name}' is none of h_mV, z, w_mV")
    return getattr(block, name)[time_s]
