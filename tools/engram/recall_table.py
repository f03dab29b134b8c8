# SPDX-License-Identifier: Apache-2.0
"""Recall measures of a run or an ensemble as rows, beside published ones."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Sequence


from .arrays import Array
from .durations import duration_text
from .ensemble import Ensemble
from .entries import Entry, Row, of_run
from .published import PublishedRow, find_published
from .recall import UNITS, RecallMeasures, recall_measures
from .results import Results, lacks_network
from .weights import DIRECTIONS, mean_by_direction


@dataclass(frozen=True)
class RecallRow(Row):
    """All measures of one run, or of one point of an ensemble."""

    assembly_size: int
    recall_delay_s: float

    columns: ClassVar[tuple[str, ...]] = (
        *Row.columns, "published", "published_sem", "difference",
    )  # fmt: skip

    def facts(self) -> dict[str, Any]:
        return {"assembly": self.assembly_size, "recall_delay_s": self.recall_delay_s}

    def about(self) -> list[str]:
        is_recalled = math.isfinite(self.recall_delay_s)
        delay = duration_text(self.recall_delay_s) if is_recalled else "-"
        return [f"assembly of {self.assembly_size}", f"recall after {delay}"]


def run_row(results: Results, published: Sequence[PublishedRow] = ()) -> RecallRow:
    """Raises ResultsError if the run has no recall to measure."""
    measures = recall_measures(results)
    row = RecallRow(
        results.path.name,
        1,
        recall_entries(results, measures, results.assembly),
        measures.assembly_size,
        measures.recall_delay_s,
    )
    return _compared(row, published)


def recall_entries(results: Results, measures: RecallMeasures, assembly: Array) -> list[Entry]:
    """The measures of a recall, and mean weights by direction in all snapshots there are.

    There are none without network.h5.
    """
    entries = [
        of_run(name, UNITS[name], value, measures.errors.get(name, math.nan))
        for name, value in measures.values.items()
    ]
    if lacks_network(results.path):
        return in_order(entries)
    for means in mean_by_direction(results, assembly=assembly):
        label = results.snapshot(means.time_s).label
        for letter, units, values in (("h", "mV", means.h_mV), ("z", "1", means.z)):
            entries += [
                of_run(f"{letter}_{direction}@{label}", units, values[direction])
                for direction in DIRECTIONS
            ]
    return in_order(entries)


def ensemble_rows(ensemble: Ensemble, published: Sequence[PublishedRow] = ()) -> list[RecallRow]:
    """One row for each point, of all measures there are."""
    return [
        _compared(
            RecallRow(
                point.name,
                ensemble.n_trials,
                in_order(entries),
                point.assembly_size,
                point.recall_delay_s,
            ),
            published,
        )
        for point, entries in zip(ensemble.points, entries_by_point(ensemble))
    ]


def entries_by_point(ensemble: Ensemble) -> list[list[Entry]]:
    """All measures of each point, but for those of snapshots that it has not."""
    measures = [ensemble.measure(name) for name in ensemble.measure_names]
    return [
        [
            Entry(m.name, m.units, int(m.n_defined[i]), float(m.mean[i]), float(m.sd[i]),
                  float(m.sem[i]))
            for m in measures
            if m.n_defined[i] or "@" not in m.name
        ]
        for i in range(ensemble.n_points)
    ]  # fmt: skip


def in_order(entries: list[Entry]) -> list[Entry]:
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
