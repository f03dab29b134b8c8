# SPDX-License-Identifier: Apache-2.0
"""Recall measures of a run or an ensemble as rows, beside published ones."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Sequence

from .ensemble import Ensemble
from .published import PublishedRow, find_published
from .recall import UNITS, recall_measures
from .results import Results
from .weights import DIRECTIONS, mean_by_direction


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


@dataclass(frozen=True)
class RecallRow:
    """All measures of one run, or of one point of an ensemble."""

    name: str
    assembly_size: int
    recall_delay_s: float
    trials: int
    entries: list[Entry]


def run_row(results: Results, published: Sequence[PublishedRow] = ()) -> RecallRow:
    """Raises ResultsError if the run has no recall to measure."""
    measures = recall_measures(results)
    entries = [
        Entry(name, UNITS[name], int(math.isfinite(value)), value, math.nan, math.nan,
              measures.errors.get(name, math.nan))
        for name, value in measures.values.items()
    ]  # fmt: skip
    for means in mean_by_direction(results):
        label = results.snapshot(means.time_s).label
        for letter, units, values in (("h", "mV", means.h_mV), ("z", "1", means.z)):
            entries += [
                Entry(f"{letter}_{direction}@{label}", units, int(means.count[direction] > 0),
                      values[direction], math.nan, math.nan)
                for direction in DIRECTIONS
            ]  # fmt: skip
    row = RecallRow(
        results.path.name, measures.assembly_size, measures.recall_delay_s, 1, _in_order(entries)
    )
    return _compared(row, published)


def ensemble_rows(ensemble: Ensemble, published: Sequence[PublishedRow] = ()) -> list[RecallRow]:
    """One row for each point."""
    measures = [ensemble.measure(name) for name in ensemble.measure_names]
    rows = []
    for point in ensemble.points:
        i = point.index
        entries = [
            Entry(m.name, m.units, int(m.n_defined[i]), float(m.mean[i]), float(m.sd[i]),
                  float(m.sem[i]))
            for m in measures
            if m.n_defined[i] or "@" not in m.name  # else a snapshot that this point has not
        ]  # fmt: skip
        row = RecallRow(
            point.name, point.assembly_size, point.recall_delay_s, ensemble.n_trials,
            _in_order(entries),
        )  # fmt: skip
        rows.append(_compared(row, published))
    return rows


def _in_order(entries: list[Entry]) -> list[Entry]:
    """Rates and recall first, then weights by time and direction."""
    known = {name: i for i, name in enumerate(UNITS)}

    def key(entry: Entry) -> tuple[int, float, str, int]:
        if "@" not in entry.name:
            return known.get(entry.name, len(known)), 0.0, entry.name, 0
        kind, _, label = entry.name.partition("@")
        letter, _, direction = kind.partition("_")
        order = DIRECTIONS.index(direction) if direction in DIRECTIONS else len(DIRECTIONS)
        return len(known) + 1, _label_time_s(label), letter, order

    return sorted(entries, key=key)


def _label_time_s(label: str) -> float:
    """Of a snapshot label such as t_28810.5s."""
    try:
        return float(label.removeprefix("t_").removesuffix("s"))
    except ValueError:
        return math.inf


def _compared(row: RecallRow, published: Sequence[PublishedRow]) -> RecallRow:
    reference = find_published(list(published), row.assembly_size, row.recall_delay_s)
    if reference is None:
        return row
    entries = []
    for entry in row.entries:
        if entry.name in reference.mean:
            # One run scatters as one published trial does.
            sem = reference.sd[entry.name] if row.trials == 1 else entry.sem
            combined = math.hypot(sem, reference.sem(entry.name))
            difference = entry.mean - reference.mean[entry.name]
            entry = replace(
                entry,
                published=reference.mean[entry.name],
                published_sem=reference.sem(entry.name),
                difference=difference / combined if combined > 0 else math.nan,
            )
        entries.append(entry)
    return replace(row, entries=entries)
