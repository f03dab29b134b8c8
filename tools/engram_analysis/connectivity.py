"""Degrees of neurons in the wiring."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from . import files
from .results import BLOCK_EDGES, POPULATIONS, Results


@dataclass(frozen=True)
class DegreeStatistics:
    """Of the numbers of connections of each neuron of a population."""

    mean: float
    sd: float  # across neurons
    minimum: int
    maximum: int

    @classmethod
    def of(cls, degrees: np.ndarray) -> DegreeStatistics:
        if len(degrees) == 0:
            return cls(float("nan"), float("nan"), 0, 0)
        return cls(
            float(degrees.mean()), float(degrees.std()), int(degrees.min()), int(degrees.max())
        )


def degrees(results: Results, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Out-degrees of the sources and in-degrees of the targets of 'exc_exc', 'exc_inh', ..."""
    pre, post = name.split("_")
    size = {"exc": results.n_exc, "inh": results.n_inh}
    found = [np.zeros(size[pre], dtype=np.int64), np.zeros(size[post], dtype=np.int64)]
    with files.open_hdf5(results.path / "network.h5", "engram network") as file:
        group = file["edges"][name]
        for end, counts in zip(("source_node_id", "target_node_id"), found):
            for first in range(0, len(group[end]), BLOCK_EDGES):
                ids = group[end][first : first + BLOCK_EDGES].astype(np.int64)
                counts += np.bincount(ids, minlength=len(counts))
    return found[0], found[1]


def degree_statistics(results: Results) -> dict[str, dict[str, DegreeStatistics]]:
    """'out' and 'in' of each pair of populations: {'exc_exc': {'out': ..., 'in': ...}, ...}."""
    statistics = {}
    for pre in POPULATIONS:
        for post in POPULATIONS:
            out, into = degrees(results, f"{pre}_{post}")
            statistics[f"{pre}_{post}"] = {
                "out": DegreeStatistics.of(out),
                "in": DegreeStatistics.of(into),
            }
    return statistics
