# SPDX-License-Identifier: Apache-2.0
"""Weights of plastic synapses in snapshots: means by direction, and matrices."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Sequence

import numpy as np

from .arrays import Array
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


@dataclass(frozen=True)
class Moments:
    """Mean and standard deviation (with n) of the synapses from each class (row) to each (column).

    Not a number where there is no synapse.
    """

    mean: Array
    sd: Array


@dataclass(frozen=True)
class WeightStatistics:
    """Weights between classes of neurons at one time; [classes, classes]."""

    time_s: float
    count: Array  # synapses
    h_mV: Moments
    z: Moments


class _Accumulator:
    """Sums, and squared deviations from the mean, of values that come in blocks."""

    def __init__(self, n: int) -> None:
        self.count = np.zeros(n, dtype=np.int64)
        self.total = np.zeros(n)
        self.squares = np.zeros(n)  # of deviations

    def add(self, index: Array, values: Array) -> None:
        n = len(self.count)
        count, total = np.bincount(index, minlength=n), np.bincount(index, values, minlength=n)
        mean = total / np.maximum(count, 1)
        squares = np.bincount(index, (values - mean[index]) ** 2, minlength=n)
        # The means of what came before and of this block differ.
        between = mean - self.total / np.maximum(self.count, 1)
        weight = self.count * count / np.maximum(self.count + count, 1)
        self.squares += squares + between**2 * weight
        self.count += count
        self.total += total

    def moments(self, shape: tuple[int, int]) -> Moments:
        n = np.where(self.count > 0, self.count, np.nan)
        return Moments((self.total / n).reshape(shape), np.sqrt(self.squares / n).reshape(shape))


def weights_between(
    results: Results,
    class_of_neuron: Array,
    n_classes: int,
    times_s: Sequence[float] | None = None,
) -> list[WeightStatistics]:
    """Weights between classes in snapshots (all unless chosen), in one pass over the synapses.

    `class_of_neuron` has the class of each neuron by gid, from 0; synapses from and to those of
    class -1 are left out.

    >>> results = load(small_recall)
    >>> weights_between(results, np.where(np.arange(100) < 20, 0, 1), 2)[0].h_mV.mean.shape
    (2, 2)
    """
    times = results.snapshot_times_s if times_s is None else list(times_s)
    sums = {time: (_Accumulator(n_classes**2), _Accumulator(n_classes**2)) for time in times}
    for block in results.edge_blocks(times):
        source, target = class_of_neuron[block.source], class_of_neuron[block.target]
        inside = (source >= 0) & (target >= 0)
        index = (source * n_classes + target)[inside]
        for time, (h_mV, z) in sums.items():
            h_mV.add(index, block.h_mV[time][inside])
            z.add(index, block.z[time][inside])
    shape = (n_classes, n_classes)
    return [
        WeightStatistics(time, h_mV.count.reshape(shape), h_mV.moments(shape), z.moments(shape))
        for time, (h_mV, z) in sums.items()
    ]


def mean_by_direction(
    results: Results,
    times_s: Sequence[float] | None = None,
    assembly: Array | None = None,
) -> list[DirectionMeans]:
    """Mean h and z by direction in snapshots (all unless chosen) in one pass over the synapses.

    >>> before, after = mean_by_direction(load(small_recall), [0.5, 5.0])
    >>> before.h_mV["within"] < after.h_mV["within"]
    True
    """
    member = membership(results.assembly if assembly is None else assembly, results.network.size)
    # From class to class: within 0, out of it 1, into it 2, elsewhere 3
    return [
        DirectionMeans(
            weights.time_s,
            dict(zip(DIRECTIONS, weights.h_mV.mean.ravel().tolist())),
            dict(zip(DIRECTIONS, weights.z.mean.ravel().tolist())),
            dict(zip(DIRECTIONS, weights.count.ravel().tolist())),
        )
        for weights in weights_between(results, np.where(member, 0, 1), 2, times_s)
    ]


def membership(neurons: Array, size: int) -> Array:
    """True for each of `size` neurons that is listed."""
    member = np.zeros(size, dtype=bool)
    member[np.asarray(neurons, dtype=np.int64)] = True
    return member


def weight_matrix(
    results: Results, time_s: float, quantity: str = "h_mV", neurons: Array | None = None
) -> Array:
    """'h_mV', 'z' or the total weight 'w_mV' = h + h_0*z of all synapses between neurons.

    Row = presynaptic, column = postsynaptic neuron, in the order of `neurons` (all excitatory
    ones unless given); not a number where there is no synapse.

    >>> results = load(small_recall)
    >>> weight_matrix(results, 5.0, neurons=results.assembly).shape
    (20, 20)
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
    results: Results, time_s: float, quantity: str, bin_of_neuron: Array, n_bins: int
) -> Array:
    """Mean of a quantity of weight_matrix over the synapses between bins of neurons.

    `bin_of_neuron` has the bin of each neuron by gid; inhibitory ones have no plastic synapses.
    Row = presynaptic, column = postsynaptic bin; not a number where there is no synapse.

    >>> binned_weights(load(small_recall), 5.0, "h_mV", np.arange(100) // 20, 5).shape
    (5, 5)
    """
    total, count = np.zeros(n_bins * n_bins), np.zeros(n_bins * n_bins)
    for block in results.edge_blocks([time_s]):
        index = bin_of_neuron[block.source] * n_bins + bin_of_neuron[block.target]
        values = _quantity(results, block, time_s, quantity)
        total += np.bincount(index, values, minlength=n_bins * n_bins)
        count += np.bincount(index, minlength=n_bins * n_bins)
    with np.errstate(invalid="ignore"):
        return np.asarray((total / np.where(count > 0, count, np.nan)).reshape(n_bins, n_bins))


def _quantity(results: Results, block: EdgeBlock, time_s: float, name: str) -> Array:
    if name == "w_mV":
        return np.asarray(
            block.h_mV[time_s] + results.config["synapses"]["h_0_mV"] * block.z[time_s]
        )
    if name not in ("h_mV", "z"):
        raise ValueError(f"'{name}' is none of h_mV, z, w_mV")
    return np.asarray(getattr(block, name)[time_s])
