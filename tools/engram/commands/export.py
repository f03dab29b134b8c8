# SPDX-License-Identifier: Apache-2.0
"""engram-export: writes a run as the text files of the published Arbor program."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Callable, Sequence

from ..arbor_batches import averaged_traces, write_averages
from ..arbor_config import PublishedConfiguration, log_text, published_configuration
from ..arbor_state import phase_ends, write_state
from ..arbor_text import (
    check_network,
    samples,
    write_connections,
    write_spikes,
    write_traces,
)
from ..circuit import left_out, write_circuit
from ..ensemble import Ensemble, Point, is_ensemble
from ..files import own_directory, replaced, require_new
from ..losses import note_losses
from ..results import Results, lacks_network
from ..streams import say, warn
from .program import EXIT_CODES, Parser, run

FILES = ("traces", "spikes", "connections", "config", "log", "state")


MAX_NAME = 120  # characters of the name of a directory


def main(arguments: Sequence[str] | None = None) -> int:
    return run(_parser(), _export, arguments)


def _parser() -> Parser:
    parser = Parser(
        prog="engram-export",
        description="Writes traces.txt, spikes.txt, connections.txt, config.json, log.txt and "
        "state_after_phase_N with the columns, units and header of the published Arbor program "
        "(arbor_network_consolidation), of networks that it could simulate: excitatory neurons "
        "with plastic synapses, followed by inhibitory ones. Of an ensemble it writes the traces "
        "averaged over the trials of each batch (averaged_traces/N.txt). With --circuit it writes "
        "what NEST needs to build the network of any run from its network.h5.",
        epilog=EXIT_CODES,
    )
    parser.add_argument(
        "results", type=Path, metavar="RESULTS_DIR", help="output directory of a run or ensemble"
    )
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        metavar="DIR",
        help="where to (default: RESULTS_DIR/export, or circuit)",
    )
    parser.add_argument("--force", action="store_true", help="replace files in DIR")
    parser.add_argument(
        "--circuit",
        action="store_true",
        help="a SONATA circuit instead: circuit_config.json, nodes.h5, types and parameters, beside "
        "network.h5, for nest.SonataNetwork; without stimuli, noise and plasticity",
    )
    parser.add_argument(
        "--files",
        nargs="+",
        choices=FILES,
        help="only these files; state, of which there must be snapshots, says what is missing",
    )
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
    parser.add_argument(
        "--block",
        type=_index,
        default=0,
        metavar="N",
        help="of an ensemble: which block of columns is averaged, counted from 0 (default: 0)",
    )
    return parser


def _index(text: str) -> int:
    value = int(text)
    if value < 0:
        raise argparse.ArgumentTypeError(f"must be a whole number from 0 (is {text})")
    return value


def _export(options: argparse.Namespace) -> None:
    if options.circuit:
        results = Results(options.results)
        for path in write_circuit(results, _output(options, "circuit")):
            say(path)
        if sections := left_out(results):
            warn(f"engram-export: note: the circuit has no place for {', '.join(sections)}")
        return
    if is_ensemble(options.results) and not options.files:
        ensemble = Ensemble(options.results)
        _export_averages(ensemble, _output(options), options.block)
        return
    results = Results(options.results)
    check_network(results)
    note_losses("engram-export", results)
    _Run(results, _output(options), options).export()


def _output(options: argparse.Namespace, default: str = "export") -> Path:
    output: Path = options.output or own_directory(options.results / default)
    output.mkdir(parents=True, exist_ok=True)
    return output


def _export_averages(ensemble: Ensemble, output: Path, block: int) -> None:
    for point in ensemble.points:
        place = own_directory(output / _directory_of(point)) if len(ensemble.points) > 1 else output
        for path in write_averages(averaged_traces(ensemble, point.index, block), place):
            say(path)


class _Run:
    def __init__(self, results: Results, output: Path, options: argparse.Namespace) -> None:
        self._results = results
        self._output = output
        self._options = options

    def export(self) -> None:
        wanted = self._options.files or FILES
        matrix = f"{self._options.prefix}connections.txt" if "connections" in wanted else ""
        published = published_configuration(self._results, self._options.current, matrix)
        writers: dict[str, Callable[[Path], None]] = {
            "traces.txt": self._write_traces,
            "spikes.txt": lambda path: write_spikes(self._results, path),
            "connections.txt": lambda path: write_connections(self._results, path),
            "config.json": lambda path: _write_json(published, path),
            "log.txt": lambda path: _write_log(self._results, published, path),
        }
        paths = {
            self._output / f"{self._options.prefix}{name}": write
            for name, write in writers.items()
            if name.split(".")[0] in wanted
        }
        if self._options.output is not None:
            for path in paths:
                require_new(path, self._options.force)
        for path, write in paths.items():
            with replaced(path) as temporary:
                write(temporary)
            say(path)
        if "state" in wanted:
            self._write_states(is_asked_for=bool(self._options.files))

    def _write_traces(self, path: Path) -> None:
        _note_unrecorded(self._results)
        _note_pools(self._results)
        write_traces(self._results, path, self._options.current)

    def _write_states(self, is_asked_for: bool) -> None:
        """Those of which there are snapshots; what lacks them is said if it was asked for."""
        if lacks_network(self._results.path) and not is_asked_for:
            return
        ends = phase_ends(self._results)
        for end in ends:
            if end.has_snapshot:
                name = f"{self._options.prefix}state_after_phase_{end.number}"
                for path in write_state(self._results, end.time_s, self._output / name):
                    say(path)
        if is_asked_for and not all(end.has_snapshot for end in ends):
            times = ", ".join(f"{end.time_s:.12g}" for end in ends)
            warn(
                "engram-export: note: there are no snapshots of the ends of all phases; run it "
                f"with --set 'record.snapshots_s=[{times}]'"
            )


def _directory_of(point: Point) -> str:
    """Its name, if that can be one of a directory: of files that are swept over it has slashes."""
    name = point.name.replace("/", "_")
    return name if len(name) < MAX_NAME else f"point-{point.index:03}"


def _write_json(published: PublishedConfiguration, path: Path) -> None:
    if published.left_out:
        warn(
            "engram-export: note: config.json of the published program has no place for "
            f"{', '.join(published.left_out)}"
        )
    path.write_text(json.dumps(published.values, indent="\t") + "\n", "utf-8")


def _write_log(results: Results, published: PublishedConfiguration, path: Path) -> None:
    path.write_text(log_text(results, published.values), "utf-8")


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
        only = "" if results.config["record"].get("export_blocks") else ", only synapses onto them"
        warn(
            f"engram-export: note: neurons {shown} were not recorded{only}; their V, I, spsV and "
            "p^C are nan"
        )
