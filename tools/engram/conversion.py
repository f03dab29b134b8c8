# SPDX-License-Identifier: Apache-2.0
"""Connections of other tools as a file that the program reads: wiring, and initial weights."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Mapping

import numpy as np

from .arrays import Array
from .connection_files import Edges, Kind, is_hdf5, read_connections
from .edge_files import Block, write_edges, write_state
from .errors import ValueProblem
from .files import replaced
from .matrices import blocks_of
from .network import Network
from .sonata_edges import ALL, read_sonata
from .sonata_nodes import SplitNodes

Multapses = Literal["refuse", "once", "sum"]
Autapses = Literal["refuse", "drop"]


@dataclass(frozen=True)
class Rules:
    """What becomes of what the model does not have."""

    multapses: Multapses = "refuse"  # once: the first edge counts; sum: their weights are added up
    autapses: Autapses = "refuse"
    h_mV_per_weight: float | None = (
        None  # weights are initial ones, h in mV; None: they are not used
    )


@dataclass(frozen=True)
class Source:
    """How a file is to be understood."""

    kind: Kind = "auto"
    first_id: int = 0
    names: Mapping[str, str] = field(default_factory=dict)  # of SONATA populations
    types: Path | None = None  # table of SONATA edge types
    nodes: SplitNodes | None = None  # whose population is both of the network


@dataclass(frozen=True)
class Conversion:
    """What was written."""

    n_edges: dict[str, int]  # by projection
    n_merged: int
    n_autapses: int
    left_out: list[str]
    unconnected: list[str]  # what of which populations is without synapses


def convert(
    path: str | Path,
    output: str | Path,
    network: Network,
    source: Source = Source(),
    rules: Rules = Rules(),
) -> Conversion:
    """Reads any file of connections, and writes one of SONATA edges with its index.

    The file serves as connectivity.file, or as file of projections. With h_mV_per_weight it also
    holds a state at time 0, for initial_state.from. Raises FileError and ValueProblem.
    """
    path, output = Path(path), Path(output)
    left_out: list[str] = []
    if path.is_file() and is_hdf5(path):
        wants_weights = rules.h_mV_per_weight is not None
        names = dict(source.names)
        if source.nodes is not None:
            names[source.nodes.name] = ALL
        found = read_sonata(path, network, names, wants_weights, source.types)
        edges, left_out = found.edges, found.left_out
        if source.nodes is not None:
            gid = source.nodes.gid
            edges = Edges(gid[edges.pre], gid[edges.post], edges.weight)
    else:
        edges = read_connections(path, network.size, source.kind, source.first_id)
    if rules.h_mV_per_weight is not None and edges.weight is None:
        raise ValueProblem(f"{path}: has no weights (a column called 'weight')")
    edges, n_autapses = _without_autapses(edges, path, rules.autapses)
    edges, n_merged = _without_multapses(edges, path, rules.multapses)
    values = {}
    if rules.h_mV_per_weight is not None and edges.weight is not None:
        values = {"h_mV": rules.h_mV_per_weight * edges.weight, "z": np.zeros(len(edges))}
    blocks = blocks_of(network.populations, edges.pre, edges.post, values)
    known = {(p.source.name, p.target.name): p for p in network.projections}
    for block in blocks:
        if (block.source.name, block.target.name) not in known:
            raise ValueProblem(
                f"{path}: has synapses from {block.source.name} to {block.target.name}, but the "
                "configuration has no such projection"
            )
    with replaced(output) as temporary:
        if values:
            write_state(temporary, *_plastic_first(blocks, network, path))
        else:
            write_edges(temporary, blocks)
    return Conversion(
        {block.name: len(block.pre) for block in blocks},
        n_merged,
        n_autapses,
        left_out,
        _unconnected(network, {(b.source.name, b.target.name) for b in blocks}),
    )


def _plastic_first(
    blocks: list[Block], network: Network, path: Path
) -> tuple[list[Block], list[Block]]:
    """Blocks of plastic projections, whose weights count, and the others."""
    names = {projection.name for projection in network.plastic}
    plastic = [block for block in blocks if block.name in names]
    for block in plastic:
        if len(block.pre) and block.values["h_mV"].min() < 0:
            raise ValueProblem(
                f"{path}: has weights below 0 from {block.source.name} to {block.target.name}, "
                "whose plastic synapses excite"
            )
    return plastic, [block for block in blocks if block.name not in names]


def _without_autapses(edges: Edges, path: Path, rule: Autapses) -> tuple[Edges, int]:
    own = edges.pre == edges.post
    count = int(own.sum())
    if count and rule == "refuse":
        raise ValueProblem(
            f"{path}: connects {count} neurons with themselves, the first is "
            f"{edges.pre[own][0]}; leave such edges out with --autapses drop"
        )
    return (_chosen(edges, ~own) if count else edges), count


def _without_multapses(edges: Edges, path: Path, rule: Multapses) -> tuple[Edges, int]:
    """Sorted by target, then source; of equal ones in their order."""
    edges = _chosen(edges, np.lexsort((edges.pre, edges.post)))
    again = np.zeros(len(edges), dtype=bool)
    again[1:] = (np.diff(edges.pre) == 0) & (np.diff(edges.post) == 0)
    count = int(again.sum())
    if not count:
        return edges, 0
    if rule == "refuse":
        k = int(np.flatnonzero(again)[0])
        n_pairs = int((again[1:] & ~again[:-1]).sum())
        raise ValueProblem(
            f"{path}: connects {n_pairs} pairs of neurons more than once, the first is "
            f"{edges.pre[k]} to {edges.post[k]}; a pair has one synapse here: keep the first edge "
            "with --multapses once, or add their weights up with --multapses sum"
        )
    weight = edges.weight
    if weight is not None and rule == "sum":
        weight = np.add.reduceat(weight, np.flatnonzero(~again))
    elif weight is not None:
        weight = weight[~again]
    return Edges(edges.pre[~again], edges.post[~again], weight), count


def _chosen(edges: Edges, which: Array) -> Edges:
    weight = None if edges.weight is None else edges.weight[which]
    return Edges(edges.pre[which], edges.post[which], weight)


def _unconnected(network: Network, pairs: set[tuple[str, str]]) -> list[str]:
    texts = []
    for population in network.populations:
        begins = any(pre == population.name for pre, _ in pairs)
        ends = any(post == population.name for _, post in pairs)
        if population.count and not (begins and ends):
            what = "begins at" if ends else "ends at" if begins else "begins or ends at"
            texts.append(f"no synapse {what} the {population.count} neurons of {population.name}")
    return texts
