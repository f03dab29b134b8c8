# SPDX-License-Identifier: Apache-2.0
"""Subsets that groups of neurons cut each other into, and the weights between these."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Mapping, Sequence

import numpy as np

from .arrays import Array
from .avalanches import NONE
from .named_groups import check_names
from .results import Results
from .weights import WeightStatistics, weights_between


@dataclass(frozen=True)
class Subsets:
    """Excitatory neurons by the groups that have them: A alone, A and B, ..., none."""

    # Gids by label, such as A (and no other group), A+B, none; each has neurons. Those of fewer
    # groups come first, then in the order of the groups; none comes last.
    neurons: dict[str, Array]

    @classmethod
    def of(cls, results: Results, groups: Mapping[str, Array]) -> Subsets:
        """`groups` are gids by name; they may overlap, and be empty.

        Raises ResultsError if one has a name of other neurons (RESERVED in groups.py).
        """
        check_names(results, groups)
        excitatory = results.network.gids("excitatory")
        member = np.zeros((results.network.size, len(groups)), dtype=bool)
        for column, gids in enumerate(groups.values()):
            member[np.asarray(gids, dtype=np.int64), column] = True
        names = list(groups)
        kinds, index = np.unique(member[excitatory], axis=0, return_inverse=True)
        index = index.reshape(-1)  # some versions of numpy keep a dimension
        columns = [np.flatnonzero(kind).tolist() for kind in kinds]
        order = sorted(
            range(len(kinds)), key=lambda i: (not columns[i], len(columns[i]), columns[i])
        )
        labels = {i: "+".join(names[column] for column in columns[i]) or NONE for i in order}
        return cls({labels[i]: excitatory[index == i] for i in order})

    @property
    def labels(self) -> list[str]:
        return list(self.neurons)


def weights_between_subsets(
    results: Results, subsets: Subsets, times_s: Sequence[float] | None = None
) -> list[WeightStatistics]:
    """Mean and s.d. of h and z from each subset (row) to each (column), in the order of labels.

    In snapshots (all unless chosen), in one pass over the synapses.

    >>> results = load(small_recall)
    >>> subsets = Subsets.of(results, named_groups(results, ["assembly", "recalled"]))
    >>> weights_between_subsets(results, subsets)[0].h_mV.mean.shape == (len(subsets.labels),) * 2
    True
    """
    class_of_neuron = np.full(results.network.size, -1, dtype=np.int64)
    for index, neurons in enumerate(subsets.neurons.values()):
        class_of_neuron[neurons] = index
    return weights_between(results, class_of_neuron, len(subsets.neurons), times_s)


@dataclass(frozen=True)
class PairWeights:
    """Mean weights from one group to another at one time; not a number without synapses."""

    time_s: float
    source: str
    target: str
    h_mV: float
    z: float


def weights_between_groups(
    results: Results, groups: Mapping[str, Array], times_s: Sequence[float] | None = None
) -> list[PairWeights]:
    """Mean h and z from each group to each, in the order of the groups, in snapshots.

    Groups may overlap: a neuron of several counts for each of them.
    """
    member = np.zeros((results.network.size, len(groups)), dtype=bool)
    for column, gids in enumerate(groups.values()):
        member[np.asarray(gids, dtype=np.int64), column] = True
    kinds, class_of_neuron = np.unique(member, axis=0, return_inverse=True)
    class_of_neuron = class_of_neuron.reshape(-1)  # some versions of numpy keep a dimension
    found = []
    for weights in weights_between(results, class_of_neuron, len(kinds), times_s):
        sums_h = np.nan_to_num(weights.h_mV.mean) * weights.count
        sums_z = np.nan_to_num(weights.z.mean) * weights.count
        for i, source in enumerate(groups):
            for j, target in enumerate(groups):
                inside = np.outer(kinds[:, i], kinds[:, j])
                count = int(weights.count[inside].sum())
                h_mV, z = (
                    float(sums[inside].sum()) / count if count else np.nan
                    for sums in (sums_h, sums_z)
                )
                found.append(PairWeights(weights.time_s, source, target, h_mV, z))
    return found
