# SPDX-License-Identifier: Apache-2.0
"""engram-export: writes a run as the text files of the published Arbor program."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Sequence

from ..arbor_text import check_network, samples, write_connections, write_spikes, write_traces
from ..files import own_directory, replaced
from ..losses import note_losses
from ..results import Results
from ..streams import say, warn
from .program import EXIT_CODES, Parser, run

FILES = ("traces", "spikes", "connections")


def main(arguments: Sequence[str] | None = None) -> int:
    return run(_parser(), _export, arguments)


def _parser() -> Parser:
    parser = Parser(
        prog="engram-export",
        description="Writes traces.txt, spikes.txt and connections.txt with the columns, units and "
        "header of the published Arbor program (arbor_network_consolidation), of networks that it "
        "could simulate: excitatory neurons with plastic synapses, followed by inhibitory ones.",
        epilog=EXIT_CODES,
    )
    parser.add_argument(
        "results", type=Path, metavar="RESULTS_DIR", help="output directory of a run"
    )
    parser.add_argument(
        "-o", "--output", type=Path, metavar="DIR", help="where to (default: RESULTS_DIR/export)"
    )
    parser.add_argument("--files", nargs="+", choices=FILES, default=FILES, help="only these files")
    parser.add_argument(
        "--prefix",
        default="",
        metavar="TEXT",
        help="before each file name, such as the time stamp 25-01-31_12-00-00_ of published files",
    )
    parser.add_argument(
        "--current",
        choices=("membrane", "stimulation", "background"),
        default="membrane",
        help="column I: the whole membrane current with leak (published sample_curr 0, default), "
        "the stimulus (1), or the background (2)",
    )
    return parser


def _export(options: argparse.Namespace) -> None:
    results = Results(options.results)
    check_network(results)
    note_losses("engram-export", results)
    output = options.output or own_directory(options.results / "export")
    output.mkdir(parents=True, exist_ok=True)
    paths = {name: output / f"{options.prefix}{name}.txt" for name in options.files}
    for name, path in paths.items():
        with replaced(path) as temporary:
            if name == "traces":
                _note_unrecorded(results)
                _note_pools(results)
                write_traces(results, temporary, options.current)
            elif name == "spikes":
                write_spikes(results, temporary)
            else:
                write_connections(results, temporary)
        say(path)


def _note_pools(results: Results) -> None:
    pools = {pool for trace in results.neuron_traces for pool in trace.proteins} - {"C"}
    if pools:
        warn(
            f"engram-export: note: proteins {' and '.join(sorted(pools))} have no column in "
            "traces.txt; spsV is the sum over changes of both signs, p^C the amount of C (nan "
            "without)"
        )


def _note_unrecorded(results: Results) -> None:
    recorded = {trace.gid for trace in results.neuron_traces}
    missing = sorted({s.gid for s in samples(results)} - recorded)
    if missing:
        shown = ", ".join(map(str, missing[:10])) + (", ..." if len(missing) > 10 else "")
        warn(
            f"engram-export: note: neurons {shown} were not recorded, only synapses onto them; "
            "their V, I, spsV and p^C are nan"
        )
