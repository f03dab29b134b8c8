# SPDX-License-Identifier: Apache-2.0
"""Files of SONATA edges that the program reads: wiring, and initial weights."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Mapping, Sequence

import h5py
import numpy as np

from .arrays import Array
from .network import Population

TIME_S, LABEL = 0.0, "t_0s"  # of the snapshot that initial weights are


@dataclass(frozen=True)
class Block:
    """Edges from one population to another by node id, sorted by target, then source."""

    source: Population
    target: Population
    pre: Array
    post: Array
    values: Mapping[str, Array] = field(default_factory=dict)  # of each edge, by name

    @property
    def name(self) -> str:
        return f"{self.source.name}_{self.target.name}"


def write_edges(path: Path, blocks: Sequence[Block]) -> None:
    """Who is connected to whom, with the index by target."""
    with h5py.File(path, "w") as file:
        _mark(file, "edges")
        file.create_group("edges")
        for block in blocks:
            _write_block(file, block)


def write_state(path: Path, blocks: Sequence[Block], fixed: Sequence[Block] = ()) -> None:
    """The same with weights h_mV and z, as a network.h5 with a snapshot at time 0.

    Blocks that are `fixed` have none.
    """
    with h5py.File(path, "w") as file:
        _mark(file, "engram network")
        file.create_group("edges")
        for block in blocks:
            group = _write_block(file, block)
            snapshot = group.create_group(f"snapshots/{LABEL}")
            snapshot.attrs["time_s"] = TIME_S
            for name, values in block.values.items():
                snapshot[name] = np.asarray(values, dtype=np.float64)
        for block in fixed:
            _write_block(file, block)


def _mark(file: h5py.File, filetype: str) -> None:
    file.attrs["filetype"] = filetype
    file.attrs["format_version"] = np.uint32(2)
    file.attrs["magic"] = np.uint32(0x0A7A)
    file.attrs["version"] = np.array([0, 1], dtype=np.uint32)


def _write_block(file: h5py.File, block: Block) -> h5py.Group:
    group = file.create_group(f"edges/{block.name}")
    ends = (("source", block.pre, block.source), ("target", block.post, block.target))
    for end, ids, population in ends:
        dataset = group.create_dataset(f"{end}_node_id", data=ids.astype(np.uint32))
        dataset.attrs["node_population"] = population.name
    # The format asks for them, and public readers do: all edges are of one type and group.
    group.create_group("0")
    for name in ("edge_type_id", "edge_group_id"):
        group.create_dataset(name, data=np.zeros(len(block.pre), np.uint32), compression="gzip")
    place = np.arange(len(block.pre), dtype=np.uint64)
    group.create_dataset("edge_group_index", data=place, compression="gzip", shuffle=True)
    counts = np.bincount(block.post, minlength=block.target.count)
    last = np.cumsum(counts)
    filled = counts > 0
    # One range for each target that has edges, since these follow each other.
    row = np.cumsum(filled)
    index = group.create_group("indices/target_to_source")
    index["node_id_to_ranges"] = np.stack([row - filled, row], axis=1).astype(np.uint64)
    index["node_id_to_range"] = index["node_id_to_ranges"][()]  # the name that bmtk asks for
    ranges = np.stack([last - counts, last], axis=1)[filled]
    index["range_to_edge_id"] = ranges.astype(np.uint64)
    return group
