# SPDX-License-Identifier: Apache-2.0
"""Measures with their statistics over trials, and rows of them: one for each run or point."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar, Sequence

import numpy as np


@dataclass(frozen=True)
class Entry:
    """One measure. `sd` and `sem` are over trials; not a number for a single run."""

    name: str
    units: str
    n: int  # trials in which it is defined
    mean: float
    sd: float
    sem: float
    error: float = math.nan  # of a single run: across neurons; of Q propagated from them
    published: float = math.nan
    published_sem: float = math.nan
    difference: float = math.nan  # from the published mean, in combined standard errors


def of_run(name: str, units: str, value: float, error: float = math.nan) -> Entry:
    """A measure of a single run; not a number where it is undefined."""
    return Entry(name, units, int(math.isfinite(value)), value, math.nan, math.nan, error)


def over_trials(trials: Sequence[Sequence[Entry]]) -> list[Entry]:
    """Of the measures of each trial the statistics over those in which it is defined (n - 1).

    A measure may be missing in some trials. The order is that in which they first appear.
    """
    values: dict[tuple[str, str], list[float]] = {}
    for entries in trials:
        for entry in entries:
            values.setdefault((entry.name, entry.units), []).append(entry.mean)
    return [_statistics(name, units, found) for (name, units), found in values.items()]


def _statistics(name: str, units: str, values: list[float]) -> Entry:
    defined = np.array([value for value in values if math.isfinite(value)])
    n = len(defined)
    sd = float(defined.std(ddof=1)) if n > 1 else math.nan
    mean = float(defined.mean()) if n else math.nan
    return Entry(name, units, n, mean, sd, sd / math.sqrt(n) if n else math.nan)


@dataclass(frozen=True)
class Row:
    """Measures of one run, or of one point of an ensemble."""

    name: str
    trials: int
    entries: list[Entry]

    # What is told of each entry.
    columns: ClassVar[tuple[str, ...]] = ("units", "n", "mean", "sd", "sem", "error")

    def facts(self) -> dict[str, Any]:
        """What the row is about, beside its name, by column of a table."""
        return {}

    def about(self) -> list[str]:
        """The same in words."""
        return []
