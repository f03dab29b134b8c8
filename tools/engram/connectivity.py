# SPDX-License-Identifier: Apache-2.0
"""Degrees of neurons in the wiring."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .arrays import Array
from .network_file import BLOCK_EDGES
from .results import Results


@dataclass(frozen=True)
class DegreeStatistics:
    """Of the numbers of connections of each neuron of a population."""

    mean: float
    sd: float  # across neurons
    minimum: int
    maximum: int

    @classmethod
    def of(cls, degrees: Array) -> DegreeStatistics:
        if len(degrees) == 0:
            return cls(float("nan"), float("nan"), 0, 0)
        return cls(
            float(degrees.mean()), float(degrees.std()), int(degrees.min()), int(degrees.max())
        )


def degrees(results: Results, name: str) -> tuple[Array, Array]:
    """Out-degrees of the sources and in-degrees of the targets of a projection ('exc_inh').

    >>> out, into = degrees(load(small_recall), "exc_inh")
    >>> len(out), len(into), out.sum() == into.sum()
    (80, 20, True)
    """
    projection = results.network.projection(name)
    out = np.zeros(projection.source.count, dtype=np.int64)
    into = np.zeros(projection.target.count, dtype=np.int64)
    for first in range(0, results.network_file.n_edges(projection), BLOCK_EDGES):
        rows = slice(first, first + BLOCK_EDGES)
        for counts, ids in zip((out, into), results.network_file.edges(projection, rows)):
            counts += np.bincount(ids.astype(np.int64), minlength=len(counts))
    return out, into


def degree_statistics(results: Results) -> dict[str, dict[str, DegreeStatistics]]:
    """'out' and 'in' of each projection: {'exc_exc': {'out': ..., 'in': ...}, ...}.

    >>> degree_statistics(load(small_recall))["exc_exc"]["in"].mean
    25.4
    """
    statistics = {}
    for projection in results.network.projections:
        out, into = degrees(results, projection.name)
        statistics[projection.name] = {
            "out": DegreeStatistics.of(out),
            "in": DegreeStatistics.of(into),
        }
    return statistics
