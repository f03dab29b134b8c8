# SPDX-License-Identifier: Apache-2.0
"""Matrices of connections and of initial weights as edges between populations."""

from __future__ import annotations

import math
from typing import Any, Mapping, Sequence

import numpy as np

from .arrays import Array
from .edge_files import Block
from .errors import ValueProblem
from .network import Population

WEIGHTS = {"h_mV": 0.0, "z": -0.5}  # of initial_weights, as matrices; the lowest values
MAX_H_MV = 1e4


def entries(
    matrix: Any, shape: tuple[int, int], place: str, zeros: bool = False
) -> tuple[Array, Array, Array]:
    """Rows, columns and values of a matrix (numpy, scipy.sparse, nested lists), by column, then row.

    Of a dense one all that are not 0; with `zeros` all that are numbers, but for the diagonal.
    Entries that a sparse one has twice are added up, as scipy does it.

    >>> entries(np.array([[0, 1], [1, 0]]), (2, 2), "a matrix")[:2]
    (array([1, 0]), array([0, 1]))
    """
    if hasattr(matrix, "tocoo"):
        coordinates = matrix.tocoo(copy=True)
        coordinates.sum_duplicates()
        found_shape = tuple(coordinates.shape)
        rows, columns, values = coordinates.row, coordinates.col, coordinates.data
        _require_finite(values, place, zeros)
        if not zeros:
            rows, columns, values = (part[values != 0] for part in (rows, columns, values))
    else:
        if isinstance(matrix, np.ma.MaskedArray):
            mask = np.ma.getmaskarray(matrix)  # type: ignore[no-untyped-call]
            matrix = np.where(mask, math.nan if zeros else 0.0, np.asarray(matrix))
        dense = np.asarray(matrix)
        if dense.dtype.kind not in "biuf":
            raise ValueProblem(f"{place}: a matrix holds numbers (these are of type {dense.dtype})")
        found_shape = dense.shape
        _require_finite(dense[~np.isnan(dense)] if zeros else dense, place, zeros)
        if dense.ndim == 2:
            mask = np.isfinite(dense) if zeros else dense != 0
            if zeros and shape[0] == shape[1]:
                mask &= ~np.eye(len(mask), dtype=bool) if len(mask) == mask.shape[1] else True
            rows, columns = np.nonzero(mask)
            values = dense[rows, columns]
    if found_shape != shape:
        raise ValueProblem(
            f"{place}: the matrix has the shape {found_shape}, but {shape[0]} neurons project to "
            f"{shape[1]}; rows are presynaptic, columns postsynaptic"
        )
    order = np.lexsort((rows, columns))
    return rows[order].astype(np.int64), columns[order].astype(np.int64), values[order]


def weights(
    given: Mapping[str, Any], shape: tuple[int, int], h_0_mV: float, z_max: float
) -> tuple[Array, Array, dict[str, Array]]:
    """Entries of one of the matrices, or of both, which then must have the same."""
    found = {
        name: entries(given[name], shape, f"initial_weights.{name}", zeros=True)
        for name in WEIGHTS
        if given.get(name) is not None
    }
    for name, (rows, columns, numbers) in found.items():
        require_others(rows, columns, f"initial_weights.{name}")
        low, high = WEIGHTS[name], MAX_H_MV if name == "h_mV" else z_max
        wrong = np.flatnonzero((numbers < low) | (numbers > high))
        if len(wrong):
            k = wrong[0]
            raise ValueProblem(
                f"initial_weights.{name}: must be in [{low:g}, {high:g}] (is {numbers[k]:g} from "
                f"neuron {rows[k]} to {columns[k]})"
            )
    pre, post, first = next(iter(found.values()))
    values = {"h_mV": np.full(len(first), h_0_mV), "z": np.zeros(len(first))}
    for name, (rows, columns, numbers) in found.items():
        if not (np.array_equal(rows, pre) and np.array_equal(columns, post)):
            raise ValueProblem("initial_weights: h_mV and z are not those of the same synapses")
        values[name] = numbers
    return pre, post, values


def blocks_of(
    populations: Sequence[Population],
    pre: Array,
    post: Array,
    values: Mapping[str, Array] | None = None,
) -> list[Block]:
    """Edges by gid, dealt out to the pairs of populations that have any."""
    ends = np.array([population.end for population in populations])
    source_of, target_of = (np.searchsorted(ends, gids, side="right") for gids in (pre, post))
    blocks = []
    for s, source in enumerate(populations):
        for t, target in enumerate(populations):
            chosen = (source_of == s) & (target_of == t)
            if chosen.any():
                blocks.append(
                    Block(
                        source,
                        target,
                        pre[chosen] - source.first,
                        post[chosen] - target.first,
                        {name: numbers[chosen] for name, numbers in (values or {}).items()},
                    )
                )
    return blocks


def require_others(pre: Array, post: Array, place: str) -> None:
    """Raises ValueProblem if a neuron is connected with itself."""
    same = np.flatnonzero(pre == post)
    if len(same):
        more = f", and {len(same) - 1} more," if len(same) > 1 else ""
        raise ValueProblem(
            f"{place}: neuron {pre[same[0]]}{more} would be connected with itself, which the model "
            "has not; clear the diagonal"
        )


def _require_finite(values: Array, place: str, is_weight: bool) -> None:
    """Raises ValueProblem for NaN and infinities."""
    count = int((~np.isfinite(values)).sum())
    if count:
        nothing = "leave out or give NaN" if is_weight else "give 0"
        raise ValueProblem(
            f"{place}: {count} entries are not finite; {nothing} where there is no synapse"
        )
