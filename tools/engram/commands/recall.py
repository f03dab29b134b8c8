# SPDX-License-Identifier: Apache-2.0
"""engram-recall: a table of measures of recall, or of another analysis, of a run or an ensemble."""

from __future__ import annotations

import argparse
import difflib
import math
from dataclasses import replace
from pathlib import Path
from typing import Sequence

from ..analyses import ANALYSES, Settings
from ..analysis_table import ensemble_rows as analysis_of_ensemble
from ..analysis_table import run_rows as analysis_of_run
from ..ensemble import Ensemble, is_ensemble
from ..entries import Entry, Row
from ..errors import ResultsError
from ..files import replaced, require_new
from ..losses import note_losses
from ..published import read_published
from ..recall import silent_parts
from ..recall_table import ensemble_rows, run_row
from ..results import Results
from ..stored_measures import has_stored, part_of, stored_rows
from ..streams import warn, write
from .analysis_options import add_options, settings_of
from .program import EXIT_CODES, Parser, run
from .tables import FORMATS

RECALL = "recall"  # the table that is shown unless another one is asked for


def main(arguments: Sequence[str] | None = None) -> int:
    parser = _parser()
    return run(parser, lambda options: _recall(parser, options), arguments)


def _parser() -> Parser:
    parser = Parser(
        prog="engram-recall",
        description="Prints rates of subpopulations, pattern completion Q, mutual information MI "
        "and mean weights, or what --show names: of one run, or means, s.d. and s.e.m. over the "
        "trials of an ensemble.",
        epilog=EXIT_CODES,
    )
    parser.add_argument(
        "results", type=Path, metavar="RESULTS_DIR", help="output directory of a job"
    )
    parser.add_argument("--format", choices=tuple(FORMATS), default="text")
    parser.add_argument("-o", "--output", type=Path, metavar="FILE", help="instead of the terminal")
    parser.add_argument("--force", action="store_true", help="replace FILE")
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
    parser.add_argument(
        "--show",
        choices=(RECALL, *ANALYSES),
        default=RECALL,
        metavar="WHAT",
        help=f"{RECALL}: of the first memory that is learnt, at the last recall (default); "
        + "; ".join(f"{name}: {analysis.description}" for name, analysis in ANALYSES.items())
        + ". Of ensembles all but the first need the results of all trials",
    )
    add_options(parser)
    return parser


def _recall(parser: Parser, options: argparse.Namespace) -> None:
    settings = settings_of(parser, options)
    if options.output and not _is_stream(options.output):
        require_new(options.output, options.force)
    if options.show != RECALL and options.published:
        parser.error(f"argument --published: is not used by --show {options.show}")
    rows: Sequence[Row]
    if options.show == RECALL:
        rows = _recall_rows(options)
    elif is_ensemble(options.results):
        ensemble = Ensemble(options.results)
        if settings == Settings() and has_stored(ensemble, options.show):
            rows = stored_rows(ensemble, options.show)
        else:
            rows = analysis_of_ensemble(ensemble, ANALYSES[options.show], settings)
    else:
        results = Results(options.results)
        note_losses("engram-recall", results)
        rows = analysis_of_run(results, ANALYSES[options.show], settings)
    if options.measures:
        _check_measures(rows, options)
        rows = [_choose(row, options) for row in rows]
    text = FORMATS[options.format](rows)
    if options.output and _is_stream(options.output):
        options.output.write_text(text, encoding="utf-8")
    elif options.output:
        with replaced(options.output) as temporary:
            temporary.write_text(text, encoding="utf-8")
    else:
        write(text)


def _is_stream(path: Path) -> bool:
    """Such as /dev/stdout, or a FIFO that another program reads."""
    return path.exists() and not path.is_file() and not path.is_dir()


def _recall_rows(options: argparse.Namespace) -> Sequence[Row]:
    published = read_published(options.published) if options.published else []
    if is_ensemble(options.results):
        rows = ensemble_rows(Ensemble(options.results), published)
        if not options.measures:
            # Those of memories and synapses are many: --show has them.
            rows = [
                replace(row, entries=[e for e in row.entries if part_of(e.name) is None])
                for row in rows
            ]
    else:
        results = Results(options.results)
        note_losses("engram-recall", results)
        for part in silent_parts(results):
            warn(f"engram-recall: note: {results.path}: {part}")
        rows = [run_row(results, published)]
    if published and not any(math.isfinite(e.published) for row in rows for e in row.entries):
        raise ResultsError(
            f"{options.published}: has no row for the assembly sizes and times of recall of "
            f"{options.results}"
        )
    return rows


def _check_measures(rows: Sequence[Row], options: argparse.Namespace) -> None:
    """A point of an ensemble may lack what others have, such as a snapshot."""
    known = {name for row in rows for entry in row.entries for name in _names(entry)}
    for name in options.measures:
        if name not in known:
            alike = difflib.get_close_matches(name, sorted(known), 1)
            suggestion = f"; did you mean '{alike[0]}'?" if alike else ""
            raise ResultsError(f"{options.results}: there is no measure '{name}'{suggestion}")


def _choose(row: Row, options: argparse.Namespace) -> Row:
    wanted = set(options.measures)
    return replace(row, entries=[entry for entry in row.entries if _names(entry) & wanted])


def _names(entry: Entry) -> set[str]:
    """With its snapshot, and without: h_within stands for all."""
    return {entry.name, entry.name.split("@")[0]}
