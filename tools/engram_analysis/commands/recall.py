# SPDX-License-Identifier: Apache-2.0
"""engram-recall: a table of the measures of recall of a run or an ensemble."""

from __future__ import annotations

import argparse
import csv
import io
import json
import math
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Sequence

from ..durations import duration_text
from ..ensemble import Ensemble, is_ensemble
from ..errors import ResultsError
from ..losses import note_losses
from ..published import read_published
from ..recall_table import Entry, RecallRow, ensemble_rows, run_row
from ..results import Results
from ..streams import write
from ..visible import visible
from .program import EXIT_CODES, Parser, run

CSV_COLUMNS = (
    "job", "assembly", "recall_delay_s", "trials", "measure", "units", "n", "mean", "sd", "sem",
    "error", "published", "published_sem", "difference",
)  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> int:
    return run(_parser(), _recall, arguments)


def _parser() -> Parser:
    parser = Parser(
        prog="engram-recall",
        description="Prints rates of subpopulations, pattern completion Q, mutual information MI "
        "and mean weights: of one run, or means, s.d. and s.e.m. over the trials of an ensemble.",
        epilog=EXIT_CODES,
    )
    parser.add_argument(
        "results", type=Path, metavar="RESULTS_DIR", help="output directory of a job"
    )
    parser.add_argument("--format", choices=("text", "csv", "json"), default="text")
    parser.add_argument("-o", "--output", type=Path, metavar="FILE", help="instead of the terminal")
    parser.add_argument(
        "--measures",
        nargs="+",
        metavar="NAME",
        help="only these, e.g. Q MI nu_as h_within@t_20s; h_within stands for all snapshots",
    )
    parser.add_argument(
        "--published",
        type=Path,
        metavar="FILE",
        help="table of published measures (CSV) to compare with, by assembly size and time of "
        "recall; differences are in combined standard errors",
    )
    return parser


def _recall(options: argparse.Namespace) -> None:
    published = read_published(options.published) if options.published else []
    if is_ensemble(options.results):
        rows = ensemble_rows(Ensemble(options.results), published)
    else:
        results = Results(options.results)
        note_losses("engram-recall", results)
        rows = [run_row(results, published)]
    if published and not any(math.isfinite(e.published) for row in rows for e in row.entries):
        raise ResultsError(
            f"{options.published}: has no row for the assembly sizes and times of recall of "
            f"{options.results}"
        )
    if options.measures:
        rows = [_choose(row, options) for row in rows]
    text = {"text": as_text, "csv": as_csv, "json": as_json}[options.format](rows)
    if options.output:
        options.output.write_text(text, encoding="utf-8")
    else:
        write(text)


def _choose(row: RecallRow, options: argparse.Namespace) -> RecallRow:
    known = {name for entry in row.entries for name in (entry.name, entry.name.split("@")[0])}
    for name in options.measures:
        if name not in known:
            raise ResultsError(f"{options.results}: there is no measure '{name}'")
    chosen = [e for e in row.entries if {e.name, e.name.split("@")[0]} & set(options.measures)]
    return replace(row, entries=chosen)


def as_text(rows: Sequence[RecallRow]) -> str:
    return "\n".join(_block(row) for row in rows)


def _block(row: RecallRow) -> str:
    delay = duration_text(row.recall_delay_s) if math.isfinite(row.recall_delay_s) else "-"
    trials = "1 run" if row.trials == 1 else f"{row.trials} trials"
    lines = [
        f"{visible(row.name)}  (assembly of {row.assembly_size}, recall after {delay}, {trials})"
    ]
    columns = {"mean": "mean", "sem": "s.e.m.", "sd": "s.d.", "error": "error"}
    columns |= {"published": "published", "published_sem": "s.e.m.", "difference": "difference"}
    shown = [c for c in columns if c == "mean" or any(_has(e, c) for e in row.entries)]
    width = max((len(visible(entry.name)) for entry in row.entries), default=0)
    header = "".join(
        f"{columns[c] if row.trials > 1 or c != 'mean' else 'value':>12}" for c in shown
    )
    lines.append(f"  {'measure':{width}} {'units':5}{header}")
    for entry in row.entries:
        cells = "".join(f"{_cell(entry, column):>12}" for column in shown)
        missing = f"   ({entry.n} of {row.trials})" if entry.n < row.trials else ""
        name, units = visible(entry.name), visible(entry.units)
        lines.append(f"  {name:{width}} {units:5}{cells}{missing}".rstrip())
    return "\n".join(lines) + "\n"


def _has(entry: Entry, column: str) -> bool:
    return math.isfinite(getattr(entry, column))


def _cell(entry: Entry, column: str) -> str:
    value = getattr(entry, column)
    if not math.isfinite(value):
        return "-" if column == "mean" else ""
    return f"{value:+.2f}" if column == "difference" else f"{value:.5g}"


def as_csv(rows: Sequence[RecallRow]) -> str:
    """One line for each measure; what is undefined is empty."""
    text = io.StringIO()
    writer = csv.DictWriter(text, CSV_COLUMNS, lineterminator="\n")
    writer.writeheader()
    for row in rows:
        job = {"job": visible(row.name), "assembly": row.assembly_size, "trials": row.trials}
        job["recall_delay_s"] = row.recall_delay_s
        for entry in row.entries:
            values = job | asdict(entry)
            values["measure"], values["units"] = visible(values.pop("name")), visible(entry.units)
            writer.writerow({name: _defined(value, "") for name, value in values.items()})
    return text.getvalue()


def as_json(rows: Sequence[RecallRow]) -> str:
    """A list of jobs; what is undefined is null."""
    jobs = [
        {
            "job": row.name,
            "assembly": row.assembly_size,
            "recall_delay_s": _defined(row.recall_delay_s, None),
            "trials": row.trials,
            "measures": {
                entry.name: {
                    name: _defined(value, None)
                    for name, value in asdict(entry).items()
                    if name != "name"
                }
                for entry in row.entries
            },
        }
        for row in rows
    ]
    return json.dumps(jobs, indent=2, allow_nan=False) + "\n"


def _defined(value: Any, otherwise: Any) -> Any:
    return otherwise if isinstance(value, float) and not math.isfinite(value) else value
