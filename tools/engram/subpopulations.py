# SPDX-License-Identifier: Apache-2.0
"""Subpopulations of a memory: who learnt, who was stimulated at recall, and the rest."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .arrays import Array
from .results import Results


# As published. Whatever the populations are called: exc is all excitatory neurons, inh all others.
ABBREVIATIONS = ("exc", "as", "ans", "ctrl", "inh")


@dataclass(frozen=True)
class Subpopulations:
    """Gids of the published subpopulations; each may be empty."""

    excitatory: Array  # exc: all of them
    stimulated: Array  # as: assembly, stimulated at recall
    unstimulated: Array  # ans: assembly, not stimulated at recall
    control: Array  # ctrl: other excitatory neurons, of no memory
    inhibitory: Array  # inh: all of them

    @classmethod
    def of(
        cls,
        results: Results,
        assembly: Array | None = None,
        recalled: Array | None = None,
        others: Array | None = None,
    ) -> Subpopulations:
        """Of the first memory that is learnt, at the last recall, unless given.

        `others` are further neurons that are no control, such as those of other memories.
        """
        assembly = results.assembly if assembly is None else np.asarray(assembly)
        recalled = results.recalled if recalled is None else np.asarray(recalled)
        excitatory = results.network.gids("excitatory")
        learnt = assembly if others is None else np.union1d(assembly, others)
        return cls(
            excitatory=excitatory,
            stimulated=np.intersect1d(assembly, recalled),
            unstimulated=np.setdiff1d(assembly, recalled),
            control=np.setdiff1d(excitatory, np.union1d(learnt, recalled)),
            inhibitory=results.network.gids("inhibitory"),
        )

    def by_name(self) -> dict[str, Array]:
        """By the published abbreviation."""
        groups = (
            self.excitatory,
            self.stimulated,
            self.unstimulated,
            self.control,
            self.inhibitory,
        )
        return dict(zip(ABBREVIATIONS, groups))
