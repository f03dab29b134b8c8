# SPDX-License-Identifier: Apache-2.0
"""Published recall measures in a table (CSV) that others are compared with."""

from __future__ import annotations

import csv
import io
import math
from dataclasses import dataclass
from pathlib import Path

from .durations import parse_duration_s
from .errors import FileError
from .files import read_text
from .schemas import LARGEST


@dataclass(frozen=True)
class PublishedRow:
    """Mean and standard deviation over trials of each measure, for one assembly and recall."""

    assembly_size: int
    recall_delay_s: float  # from the onset of learning to that of recall
    trials: int
    mean: dict[str, float]
    sd: dict[str, float]

    def sem(self, name: str) -> float:
        return self.sd[name] / math.sqrt(self.trials)


def read_published(path: str | Path) -> list[PublishedRow]:
    """Reads columns assembly, recall (such as 10s, 8h), trials, and <measure>, <measure>_sd.

    Lines that begin with # are comments. Raises ResultsError if the file is no such table.
    """
    path = Path(path)
    lines = (line for line in io.StringIO(read_text(path)) if not line.startswith("#"))
    try:
        return [_row(row) for row in csv.DictReader(lines)]
    except (csv.Error, KeyError, ValueError, TypeError) as error:
        raise FileError(
            path,
            f"is no table of published recall measures ({error})",
            "expected columns assembly, recall, trials, Q, Q_sd, ...",
        ) from error


def find_published(
    rows: list[PublishedRow], assembly_size: int, recall_delay_s: float
) -> PublishedRow | None:
    """The row of an assembly and a time of recall, to the per mille; None if there is none."""
    for row in rows:
        same_time = math.isclose(row.recall_delay_s, recall_delay_s, rel_tol=1e-3)
        if row.assembly_size == assembly_size and same_time:
            return row
    return None


def _row(row: dict[str, str]) -> PublishedRow:
    names = [name for name in row if f"{name}_sd" in row]
    if not names:
        raise ValueError("there is no measure with a column '_sd'")
    trials = int(row["trials"])
    if trials < 1:
        raise ValueError("there is a row without trials")
    return PublishedRow(
        int(row["assembly"]),
        parse_duration_s(row["recall"]),
        trials,
        {name: _number(row[name]) for name in names},
        {name: _number(row[f"{name}_sd"]) for name in names},
    )


def _number(text: str) -> float:
    value = float(text)
    if not abs(value) < LARGEST:
        raise ValueError(f"'{text}' is no number")
    return value
