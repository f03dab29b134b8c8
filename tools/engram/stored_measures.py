# SPDX-License-Identifier: Apache-2.0
"""Measures of memories and synapses in ensemble.h5, as rows like those of an analysis.

Their names end with what they are of: Q.A, h_within.A@t_20s, h.A.B@t_20s, h_change.0_1.
"""

from __future__ import annotations

from dataclasses import replace

from .analyses import PAIRS
from .analysis_table import AnalysisRow
from .ensemble import TRIALS, Ensemble, is_gid
from .entries import Entry
from .recall import UNITS
from .recall_table import entries_by_point, in_order
from .weights import DIRECTIONS

_OF_MEMORIES = {*UNITS, *(f"{letter}_{direction}" for letter in "hz" for direction in DIRECTIONS)}


def part_of(measure: str) -> tuple[str, str, str] | None:
    """Analysis, part and name in it of a measure; None of those of a run as a whole."""
    name, _, snapshot = measure.partition("@")
    base, dot, owner = name.partition(".")
    if not dot:
        return None
    if base in ("h", "z"):
        return "memories", PAIRS, measure
    if base in _OF_MEMORIES:
        label = f"@{snapshot}" if snapshot else ""
        return "memories", f"memory {owner}", base + label
    pre, _, post = owner.partition("_")
    return "induction", f"synapse {pre} to {post}" if is_gid(pre) else f"synapse {owner}", base


def has_stored(ensemble: Ensemble, show: str) -> bool:
    """Whether ensemble.h5 tells what an analysis shows, and the trials do not, which tell more."""
    if (ensemble.path / TRIALS).is_dir():
        return False
    return any(
        part is not None and part[0] == show for part in map(part_of, ensemble.measure_names)
    )


def stored_rows(ensemble: Ensemble, show: str) -> list[AnalysisRow]:
    """A row for each part of each point."""
    rows = []
    for point, all_entries in zip(ensemble.points, entries_by_point(ensemble)):
        parts: dict[str, list[Entry]] = {}
        for entry in all_entries:
            found = part_of(entry.name)
            if found is not None and found[0] == show:
                _, part, name = found
                parts.setdefault(part, []).append(replace(entry, name=name))
        rows += [
            AnalysisRow(point.name, ensemble.n_trials, in_order(entries), part)
            for part, entries in parts.items()
        ]
    return rows
