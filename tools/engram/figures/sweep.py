# SPDX-License-Identifier: Apache-2.0
"""The axes of figures over a sweep: the keys that it varies, and means of a measure at its points."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ..arrays import Array
from ..analyses import ANALYSES, Settings
from ..analysis_table import ensemble_rows
from ..ensemble import Ensemble
from ..errors import ResultsError


@dataclass(frozen=True)
class SweepAxis:
    """A key that a sweep varies; of keys that change together the first stands for all."""

    key: str
    values: list[str]  # as text, each once: numbers ascending, others in the order of the points
    of_point: list[int]  # index of the value of each point

    @property
    def numbers(self) -> Array | None:
        """The values as numbers; None if one is none."""
        return _numbers(self.values)


def sweep_axes(ensemble: Ensemble) -> list[SweepAxis]:
    """In the order of the sweep."""
    axes: list[SweepAxis] = []
    for key in list(ensemble.points[0].settings) if ensemble.points else []:
        found = [point.settings[key] for point in ensemble.points]
        values = list(dict.fromkeys(found))
        if len(values) == 1:
            continue
        numbers = _numbers(values)
        if numbers is not None:
            values = [values[i] for i in np.argsort(numbers, kind="stable")]
        axis = SweepAxis(key, values, [values.index(value) for value in found])
        pairs = [set(zip(axis.of_point, other.of_point)) for other in axes]
        # One to one with another key: they change together.
        if all(
            len(each) != len(values) or len(other.values) != len(values)
            for each, other in zip(pairs, axes)
        ):
            axes.append(axis)
    return axes


@dataclass(frozen=True)
class PointMeasure:
    """A measure of each point of an ensemble; not a number where it is undefined."""

    name: str
    units: str
    mean: Array
    sem: Array
    sd: Array

    @property
    def label(self) -> str:
        return self.name + (f" ({self.units})" if self.units not in ("", "1") else "")


def measure_of_points(ensemble: Ensemble, name: str) -> PointMeasure:
    """A measure of ensemble.h5, or one of the first recorded synapse, such as h_change.

    The latter is told by ensemble.h5 (h_change.0_1) or by the results of all trials, if they were
    kept. Raises ResultsError if there is none.
    """
    names = ensemble.measure_names
    stored = [known for known in names if known == name or known.startswith(f"{name}.")]
    if stored:
        measure = ensemble.measure(stored[0])
        return PointMeasure(name, measure.units, measure.mean, measure.sem, measure.sd)
    if not ensemble.keeps_trials:
        known = ", ".join(sorted({known.partition(".")[0] for known in names}))
        raise ResultsError(
            f"{ensemble.path}: there is no measure '{name}', and trials that others could be read "
            f"from were not kept (trial_results: all); there are {known}"
        )
    rows = ensemble_rows(ensemble, ANALYSES["induction"], Settings())
    found = {
        row.name: entry for row in reversed(rows) for entry in row.entries if entry.name == name
    }
    if not found:
        raise ResultsError(f"{ensemble.path}: there is no measure '{name}'")
    columns = [
        (entry.mean, entry.sem, entry.sd) if entry else (math.nan, math.nan, math.nan)
        for entry in (found.get(point.name) for point in ensemble.points)
    ]
    mean, sem, sd = np.array(columns).T
    return PointMeasure(name, next(iter(found.values())).units, mean, sem, sd)


def _numbers(values: list[str]) -> Array | None:
    try:
        return np.array([float(value) for value in values])
    except ValueError:
        return None
