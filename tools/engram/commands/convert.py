# SPDX-License-Identifier: Apache-2.0
"""engram-convert: connections of other tools as a file of SONATA edges that the program reads."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Sequence

from ..connection_files import is_hdf5
from ..conversion import Conversion, Rules, Source, convert
from ..documents import read_yaml
from ..errors import FileError
from ..files import require_new
from ..network import Network
from ..schemas import MAX_NEURONS
from ..sonata_nodes import SplitNodes, split_nodes
from ..streams import say, warn
from .program import EXIT_CODES, Parser, UsageError, run


def main(arguments: Sequence[str] | None = None) -> int:
    return run(_parser(), _convert, arguments)


def _parser() -> Parser:
    parser = Parser(
        prog="engram-convert",
        description="Converts connections to SONATA edges with the index that the program needs "
        "(connectivity.file, or file of projections). Reads matrices and lists of edges as text "
        "(blanks, commas, semicolons, .gz, Matrix Market), arrays of numpy (.npy, .npz), sparse "
        "matrices of scipy (.npz), and SONATA edges of any tool. Rows are presynaptic.",
        epilog=EXIT_CODES,
    )
    parser.add_argument("connections", type=Path, metavar="FILE", help="what is converted")
    parser.add_argument(
        "-o", "--output", type=Path, metavar="FILE.h5", help="default: FILE.edges.h5 beside FILE"
    )
    parser.add_argument("--force", action="store_true", help="replace the output")
    sizes = parser.add_argument_group("the network")
    sizes.add_argument(
        "--config", type=Path, metavar="CONFIG.yaml", help="configuration that has its populations"
    )
    sizes.add_argument("--n-exc", type=int, default=1600, metavar="N", help="(default: 1600)")
    sizes.add_argument("--n-inh", type=int, default=400, metavar="N", help="(default: 400)")
    reading = parser.add_argument_group("what the file means")
    reading.add_argument(
        "--kind",
        choices=("auto", "matrix", "edges"),
        default="auto",
        help="auto: a matrix if it has as many rows and columns as neurons, else edges",
    )
    reading.add_argument(
        "--first-id", type=int, default=0, metavar="N", help="of a list of edges (default: 0)"
    )
    reading.add_argument(
        "--map",
        nargs="+",
        default=[],
        metavar="NAME=POPULATION",
        help="of SONATA: which population of the file is which of the network; all: its ids count "
        "through the whole network; none: it is left out",
    )
    reading.add_argument(
        "--edge-types", type=Path, metavar="FILE.csv", help="of SONATA: table with syn_weight"
    )
    reading.add_argument(
        "--nodes", type=Path, metavar="FILE.h5", help="of SONATA: nodes, of which --exc excite"
    )
    reading.add_argument("--node-types", type=Path, metavar="FILE.csv", help="their table")
    reading.add_argument(
        "--exc",
        default="ei=e",
        metavar="COLUMN=VALUE",
        help="attribute of nodes that excite (default: ei=e); with --nodes one population of the "
        "file becomes the excitatory and the inhibitory one, and gives their sizes",
    )
    rules = parser.add_argument_group("what the model does not have")
    rules.add_argument(
        "--multapses",
        choices=("refuse", "once", "sum"),
        default="refuse",
        help="several edges of a pair: keep the first, or one with the sum of their weights",
    )
    rules.add_argument(
        "--autapses", choices=("refuse", "drop"), default="refuse", help="edges to oneself"
    )
    rules.add_argument(
        "--initial-weights",
        type=float,
        metavar="H_MV",
        help="weights are initial ones of plastic synapses: h in mV of a weight of 1",
    )
    return parser


def _convert(options: argparse.Namespace) -> None:
    path: Path = options.connections
    output = (
        options.output or path.absolute().with_name(path.absolute().name + ".edges.h5")
    ).absolute()
    if output.exists() and path.exists() and output.samefile(path):
        raise FileError(output, "is what is converted", "choose another --output")
    require_new(output, options.force)
    names, attribute = _names(options.map), _attribute(options.exc)
    _require_meaning(options)
    nodes = None
    if options.nodes is not None:
        nodes = split_nodes(options.nodes, *attribute, options.node_types)
    source = Source(options.kind, options.first_id, names, options.edge_types, nodes)
    rules = Rules(options.multapses, options.autapses, options.initial_weights)
    _report(convert(path, output, _network(options, nodes), source, rules))
    say(output)
    if nodes is not None:
        say(f"populations: {{n_exc: {nodes.n_exc}, n_inh: {nodes.n_inh}}}")
    if options.initial_weights is not None:
        say(f"initial_state: {{from: {output}, proteins: false}}")
    else:
        say(f"connectivity: {{file: {output}}}")


def _require_meaning(options: argparse.Namespace) -> None:
    """Raises UsageError for options that the form of the file leaves without effect."""
    path: Path = options.connections
    if not path.is_file():
        return
    is_sonata = is_hdf5(path)
    of_sonata = {"--map": options.map, "--edge-types": options.edge_types,
                 "--nodes": options.nodes, "--node-types": options.node_types}  # fmt: skip
    of_others = {"--kind": options.kind != "auto", "--first-id": options.first_id}
    for name, given in (of_others if is_sonata else of_sonata).items():
        if given:
            raise UsageError(
                f"argument {name}: has no meaning for {path}, which is "
                f"{'a file of' if is_sonata else 'not in the format'} SONATA edges"
            )


def _attribute(text: str) -> tuple[str, str]:
    column, equals, value = text.partition("=")
    if not (column and equals and value):
        raise UsageError(f"argument --exc: must have the form COLUMN=VALUE (is {text})")
    return column, value


def _network(options: argparse.Namespace, nodes: SplitNodes | None) -> Network:
    if nodes is not None:
        return Network.of({"populations": {"n_exc": nodes.n_exc, "n_inh": nodes.n_inh}})
    if options.config is not None:
        return Network.of(read_yaml(options.config))
    for name, count in (("--n-exc", options.n_exc), ("--n-inh", options.n_inh)):
        if not 0 <= count <= MAX_NEURONS:
            raise UsageError(f"argument {name}: must be from 0 to {MAX_NEURONS} (is {count})")
    return Network.of({"populations": {"n_exc": options.n_exc, "n_inh": options.n_inh}})


def _names(pairs: Sequence[str]) -> dict[str, str]:
    names = {}
    for pair in pairs:
        name, equals, population = pair.partition("=")
        if not (name and equals and population):
            raise UsageError(f"argument --map: must have the form NAME=POPULATION (is {pair})")
        names[name] = population
    return names


def _report(conversion: Conversion) -> None:
    for name, count in conversion.n_edges.items():
        say(f"{name}: {count} synapses")
    notes = list(conversion.left_out) + conversion.unconnected
    if conversion.n_merged:
        notes.append(f"{conversion.n_merged} further edges of pairs were merged")
    if conversion.n_autapses:
        notes.append(f"{conversion.n_autapses} edges of neurons to themselves were dropped")
    for note in notes:
        warn(f"engram-convert: note: {note}")
