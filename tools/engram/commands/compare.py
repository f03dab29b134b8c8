# SPDX-License-Identifier: Apache-2.0
"""engram-compare: are two results equal; where do they first differ, and by how much."""

from __future__ import annotations

import argparse
import math
from pathlib import Path
from typing import Sequence

from ..comparison import (
    Difference,
    compare,
    configuration_differences,
    spike_divergence,
    trace_divergence,
)
from ..ensemble import is_ensemble
from ..losses import note_losses
from ..results import Results
from ..streams import say
from .program import Parser, run

EXIT_DIFFERENT = 1


def main(arguments: Sequence[str] | None = None) -> int:
    return run(_parser(), _compare, arguments)


def _parser() -> Parser:
    parser = Parser(
        prog="engram-compare",
        description="Compares two runs or ensembles (output directories), or two HDF5 files, to "
        "the last bit: spikes, traces, network and weights. Logs, speed and configurations may "
        "differ.",
        epilog="Exit codes: 0 equal, 1 different, 2 wrong command line, 3 cannot be compared.",
    )
    parser.add_argument("results", type=Path, metavar="A", help="output directory, or HDF5 file")
    parser.add_argument("other", type=Path, metavar="B", help="what it is compared with")
    parser.add_argument(
        "--max",
        type=int,
        default=20,
        metavar="N",
        dest="limit",
        help="how many differences to list (default %(default)s; 0: all)",
    )
    parser.add_argument("-q", "--quiet", action="store_true", help="only the exit code")
    return parser


def _compare(options: argparse.Namespace) -> int:
    first, second = options.results, options.other
    differences = compare(first, second)
    if options.quiet:
        return EXIT_DIFFERENT if differences else 0
    if not differences:
        say("equal")
        return 0
    n = len(differences)
    say(f"different: {n} object{'s' if n > 1 else ''}")
    if first.is_dir():
        _print_configuration(first, second)
        if not is_ensemble(first):
            for path in (first, second):
                note_losses("engram-compare", Results(path))
            _print_first(first, second, differences)
    shown = differences if options.limit <= 0 else differences[: options.limit]
    for difference in shown:
        size = f"; largest difference {difference.largest:.6g}"
        say(f"  {difference.where}: {difference.what}"
              + (size if math.isfinite(difference.largest) else ""))  # fmt: skip
    if len(shown) < n:
        say(f"  and {n - len(shown)} more (--max 0 lists all)")
    return EXIT_DIFFERENT


def _print_configuration(first: Path, second: Path) -> None:
    keys = configuration_differences(first, second)
    if keys:
        say("configurations differ in " + ", ".join(keys))


def _print_first(first: Path, second: Path, differences: Sequence[Difference]) -> None:
    """The earliest difference in simulated time, of spikes and of traces."""
    if any(d.where.startswith("spikes.h5:/spikes") for d in differences):
        spikes = spike_divergence(first, second)
        if spikes is not None:
            say(
                f"spikes first differ at {spikes.time_ms:.10g} ms: neuron {spikes.gid} fires only "
                f"in {spikes.only_in} ({spikes.common} common, {spikes.only_first} and "
                f"{spikes.only_second} others)"
            )
    names = [
        d.where.split(":/traces/")[-1]
        for d in differences
        if d.where.startswith("traces.h5:/traces/") and d.first_row is not None
    ]
    if not names:
        return
    traces = trace_divergence(first, second, names)
    if not traces.has_same_times:
        say(f"traces have {traces.n_common} times in common, which are compared; others are not")
    if traces.time_ms is not None:
        say(f"traces first differ at {traces.time_ms:.10g} ms: {traces.name}")
    elif not traces.has_same_times:
        say("traces are equal at the times that both have")
