# SPDX-License-Identifier: Apache-2.0
"""What a protocol has induced in a synapse: how far its early phase went, and what was consolidated.

Classes are those of the published induction studies (Luboeinski & Tetzlaff 2021): potentiation or
depression by the largest deviation of h from h_0, which is early only, or has set a tag, or is late
if proteins were synthesised as well.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from .arrays import Array
from .errors import ResultsError
from .ratios import ratio
from .results import NeuronTrace, Results, SynapseTrace

Sign = Literal["LTP", "LTD", "unchanged"]
Stage = Literal["early", "tagged", "late"]
SIGNS: tuple[Sign, ...] = ("LTP", "LTD")
STAGES: tuple[Stage, ...] = ("early", "tagged", "late")


@dataclass(frozen=True)
class Induction:
    """Of one synapse, as far as the samples of its trace tell."""

    pre: int
    post: int
    largest_change_mV: float  # h - h_0 where it is furthest from 0, with its sign
    largest_change_s: float  # when
    z_end: float
    weight_end: float  # h/h_0 + z
    protein_highest: float  # of the postsynaptic neuron, per p_max; not a number if not recorded
    protein_highest_s: float  # when
    sign: Sign
    stage: Stage

    @property
    def name(self) -> str:
        """Of its class, such as late LTP."""
        return self.sign if self.sign == "unchanged" else f"{self.stage} {self.sign}"


def largest_change(values: Array, initial: float) -> tuple[float, int]:
    """The deviation from `initial` that is furthest from 0, with its sign; and its index.

    Of equal ones the first. Not a number, and 0, of no values.

    >>> largest_change(np.array([1.0, 3.0, -4.0]), 1.0)
    (-5.0, 2)
    """
    if len(values) == 0:
        return math.nan, 0
    deviation = np.asarray(values, dtype=np.float64) - initial
    index = int(np.argmax(np.abs(deviation)))
    return float(deviation[index]), index


def induction_of(results: Results, trace: SynapseTrace) -> Induction:
    """What the recorded trace of a synapse tells.

    A tag was set if abs(h - h_0) exceeds its threshold in any sample. Proteins were synthesised if
    their amount in the postsynaptic neuron rises between any two samples; if that is not recorded,
    if z changes, for which they are needed.

    >>> results = load(small_recall)
    >>> induction_of(results, results.synapse_traces[0]).name.split()[-1]
    'LTP'
    """
    synapses = results.config["synapses"]
    h_0_mV = synapses["h_0_mV"]
    time_s = results.trace_time_s
    change_mV, index = largest_change(trace.h_mV, h_0_mV)
    if math.isnan(change_mV):
        raise ResultsError(f"{results.path}: the traces have no samples")
    is_tagged = bool((np.abs(trace.h_mV - h_0_mV) > synapses["theta_tag_mV"]).any())
    neuron = next((n for n in results.neuron_traces if n.gid == trace.post), None)
    if neuron is None:
        has_protein = bool((trace.z != trace.z[0]).any())
        highest, highest_s = math.nan, math.nan
    else:
        has_protein = any((np.diff(amount) > 0).any() for amount in neuron.proteins.values())
        highest, at = _highest_protein(neuron)
        highest, highest_s = ratio(highest, synapses["p_max_umol_per_l"]), float(time_s[at])
    return Induction(
        trace.pre,
        trace.post,
        change_mV,
        float(time_s[index]),
        float(trace.z[-1]),
        float(trace.h_mV[-1] / h_0_mV + trace.z[-1]),
        highest,
        highest_s,
        "LTP" if change_mV > 0 else "LTD" if change_mV < 0 else "unchanged",
        "late" if is_tagged and has_protein else "tagged" if is_tagged else "early",
    )


def _highest_protein(neuron: NeuronTrace) -> tuple[float, int]:
    """Of any pool, and its index."""
    amounts = np.max(list(neuron.proteins.values()), axis=0)
    index = int(np.argmax(amounts))
    return float(amounts[index]), index
