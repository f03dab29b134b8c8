# SPDX-License-Identifier: Apache-2.0
"""The states between phases as the published Arbor program writes them: state_after_phase_N."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .errors import ResultsError
from .files import own_directory, replaced
from .results import Results

MAX_NEURONS = 20_000  # excitatory; matrices of 3 GB in memory, and as much in text


@dataclass(frozen=True)
class PhaseEnd:
    """The end of a phase that another follows on."""

    number: int  # of the phase, from 1
    time_s: float
    has_snapshot: bool


def phase_ends(results: Results) -> list[PhaseEnd]:
    """Those that the published program writes the state of.

    >>> [(end.number, end.time_s) for end in phase_ends(load(small_recall))]
    [(1, 7.1), (2, 85.0), (3, 95.1)]
    """
    taken = results.snapshot_times_s
    ends = [phase.end_s for phase in results.phases[:-1]]
    return [
        PhaseEnd(i, time_s, any(abs(time_s - t) < 1e-9 for t in taken))
        for i, time_s in enumerate(ends, 1)
    ]


def write_state(results: Results, time_s: float, directory: Path) -> list[Path]:
    """Matrices of h in mV and of z, row = presynaptic neuron, zero where there is no synapse; proteins.

    Raises ResultsError for networks whose matrices no script could read.
    """
    size = results.n_exc
    if size > MAX_NEURONS:
        raise ResultsError(
            f"{results.path}: matrices of {size} neurons are too large for text (at most "
            f"{MAX_NEURONS}); network.h5 holds the weights as a list"
        )
    time_s = min(results.snapshot_times_s, key=lambda taken: abs(taken - time_s))
    h_mV, z = np.zeros((size, size)), np.zeros((size, size))
    for block in results.edge_blocks([time_s]):
        h_mV[block.source, block.target] = block.h_mV[time_s]
        z[block.source, block.target] = block.z[time_s]
    tables = {"h_synapses": h_mV, "z_synapses": z}
    amounts = results.proteins(time_s)[results.network.of_kind("excitatory")[0].name]
    protein = amounts.get("p", amounts.get("p_C"))
    if protein is not None:
        tables["p_compartments"] = protein
    own_directory(directory)
    paths = []
    for name, values in tables.items():
        paths.append(directory / f"{name}.txt")
        with replaced(paths[-1]) as temporary:
            np.savetxt(temporary, values, fmt="%.4f")
    return paths
