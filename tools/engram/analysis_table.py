# SPDX-License-Identifier: Apache-2.0
"""An analysis of a run, or of the kept trials of an ensemble, as rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .analyses import Analysis, Settings
from .ensemble import Ensemble
from .entries import Entry, Row, over_trials
from .errors import ResultsError
from .results import Results


@dataclass(frozen=True)
class AnalysisRow(Row):
    """The measures of one part of a run, or of one point of an ensemble."""

    part: str  # such as a memory or a synapse; empty: the whole run

    def facts(self) -> dict[str, Any]:
        return {"part": self.part}

    def about(self) -> list[str]:
        return [self.part] if self.part else []


def run_rows(results: Results, analysis: Analysis, settings: Settings) -> list[AnalysisRow]:
    """A row for each part. Raises ResultsError if there is nothing to measure."""
    return [
        AnalysisRow(results.path.name, 1, entries, part)
        for part, entries in _parts(results, analysis, settings).items()
    ]


def ensemble_rows(ensemble: Ensemble, analysis: Analysis, settings: Settings) -> list[AnalysisRow]:
    """A row for each part of each point, over its trials, all of which must have been kept."""
    rows = []
    for point in ensemble.points:
        trials = [
            _parts(ensemble.trial(point.index, trial), analysis, settings)
            for trial in range(ensemble.n_trials)
        ]
        parts = dict.fromkeys(part for found in trials for part in found)
        rows += [
            AnalysisRow(
                point.name,
                ensemble.n_trials,
                over_trials([found.get(part, []) for found in trials]),
                part,
            )
            for part in parts
        ]
    return rows


def _parts(results: Results, analysis: Analysis, settings: Settings) -> dict[str, list[Entry]]:
    try:
        return {part.name: part.entries for part in analysis.measure(results, settings)}
    except ValueError as error:  # of settings that do not fit the run
        raise ResultsError(f"{results.path}: {error}") from error
