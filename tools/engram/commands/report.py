# SPDX-License-Identifier: Apache-2.0
"""engram-report: one page that shows a run or an ensemble."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Sequence

import matplotlib

from ..files import require_new
from ..report import write_report
from ..streams import say
from .program import EXIT_CODES, Parser, run


def main(arguments: Sequence[str] | None = None) -> int:
    matplotlib.use("Agg")  # there may be no screen
    parser = Parser(
        prog="engram-report",
        description="Writes one HTML page that shows a run or an ensemble: what was run, spikes and "
        "traces that can be zoomed, all figures, measures, version, seed and configuration. It "
        "needs no other file and no network.",
        epilog=EXIT_CODES,
    )
    parser.add_argument(
        "results", type=Path, metavar="RESULTS_DIR", help="output directory of a job"
    )
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        metavar="FILE",
        help="where to (default: RESULTS_DIR/report.html)",
    )
    parser.add_argument("--force", action="store_true", help="replace FILE")
    return run(parser, _report, arguments)


def _report(options: argparse.Namespace) -> None:
    if options.output is not None:
        require_new(options.output, options.force)
    say(write_report(options.results, options.output))
