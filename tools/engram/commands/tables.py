# SPDX-License-Identifier: Apache-2.0
"""Rows of measures as text, CSV and JSON."""

from __future__ import annotations

import csv
import io
import json
import math
from dataclasses import asdict
from typing import Any, Callable, Sequence

from ..entries import Entry, Row
from ..visible import visible

TITLES = {
    "mean": "mean",
    "sem": "s.e.m.",
    "sd": "s.d.",
    "error": "error",
    "published": "published",
    "published_sem": "s.e.m.",
    "difference": "difference",
}


def as_text(rows: Sequence[Row]) -> str:
    return "\n".join(_block(row) for row in rows)


def _block(row: Row) -> str:
    trials = "1 run" if row.trials == 1 else f"{row.trials} trials"
    about = ", ".join([*map(visible, row.about()), trials])
    lines = [f"{visible(row.name)}  ({about})"]
    shown = [c for c in TITLES if c == "mean" or any(_has(e, c) for e in row.entries)]
    width = max((len(visible(entry.name)) for entry in row.entries), default=0)
    header = "".join(
        f"{TITLES[c] if row.trials > 1 or c != 'mean' else 'value':>12}" for c in shown
    )
    lines.append(f"  {'measure':{width}} {'units':5}{header}")
    for entry in row.entries:
        cells = "".join(f"{_cell(entry, column):>12}" for column in shown)
        missing = f"   ({entry.n} of {row.trials})" if entry.n < row.trials else ""
        name, units = visible(entry.name), visible(entry.units)
        lines.append(f"  {name:{width}} {units:5}{cells}{missing}".rstrip())
    if row.trials == 1 and any(entry.name.partition(".")[0] == "Q" for entry in row.entries):
        lines += ["  Q of one run is one sample: others differ with the seed. For mean and s.e.m.:",
                  "  engram run CONFIG --set trials=10"]  # fmt: skip
    return "\n".join(lines) + "\n"


def _has(entry: Entry, column: str) -> bool:
    return math.isfinite(getattr(entry, column))


def _cell(entry: Entry, column: str) -> str:
    value = getattr(entry, column)
    if not math.isfinite(value):
        return "-" if column == "mean" else ""
    return f"{value:+.2f}" if column == "difference" else f"{value:.5g}"


def as_csv(rows: Sequence[Row]) -> str:
    """One line for each measure; what is undefined is empty. All rows are of one kind."""
    text = io.StringIO()
    facts = list(rows[0].facts()) if rows else []
    columns = ["job", *facts, "trials", "measure", *(rows[0].columns if rows else Row.columns)]
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    for row in rows:
        job = {"job": visible(row.name), "trials": row.trials}
        job |= {
            name: visible(fact) if isinstance(fact, str) else fact
            for name, fact in row.facts().items()
        }
        for entry in row.entries:
            values = job | {"measure": visible(entry.name)}
            values |= _columns(row, entry) | {"units": visible(entry.units)}
            writer.writerow({name: _defined(value, "") for name, value in values.items()})
    return text.getvalue()


def as_json(rows: Sequence[Row]) -> str:
    """A list of jobs; what is undefined is null."""
    jobs = [
        {
            "job": row.name,
            **{name: _defined(fact, None) for name, fact in row.facts().items()},
            "trials": row.trials,
            "measures": {
                entry.name: {
                    name: _defined(value, None) for name, value in _columns(row, entry).items()
                }
                for entry in row.entries
            },
        }
        for row in rows
    ]
    return json.dumps(jobs, indent=2, allow_nan=False) + "\n"


FORMATS: dict[str, Callable[[Sequence[Row]], str]] = {
    "text": as_text,
    "csv": as_csv,
    "json": as_json,
}


def _columns(row: Row, entry: Entry) -> dict[str, Any]:
    values = asdict(entry)
    return {name: values[name] for name in row.columns}


def _defined(value: Any, otherwise: Any) -> Any:
    return otherwise if isinstance(value, float) and not math.isfinite(value) else value
