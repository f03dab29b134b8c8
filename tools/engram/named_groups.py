# SPDX-License-Identifier: Apache-2.0
"""Named groups of excitatory neurons that are compared with each other; they may overlap."""

from __future__ import annotations

from typing import Mapping, Sequence

import numpy as np

from .arrays import Array
from .errors import ResultsError
from .results import Results

# What measures call the neurons of no group, and others; a group of this name could not be told.
RESERVED = ("none", "any", "overall")


def named_groups(results: Results, names: Sequence[str]) -> dict[str, Array]:
    """Gids of the excitatory neurons of groups of the configuration, in the order of the names.

    Raises ResultsError for a group that there is not, or that is named twice.

    >>> {name: len(gids) for name, gids in named_groups(load(small_recall), ["assembly", "recalled"]).items()}
    {'assembly': 20, 'recalled': 10}
    """
    groups: dict[str, Array] = {}
    for name in names:
        if name in groups:
            raise ResultsError(f"{results.path}: group '{name}' is named twice")
        gids = results.group(name)
        groups[name] = gids[results.network.is_excitatory(gids)]
    return groups


def check_names(results: Results, groups: Mapping[str, Array]) -> None:
    """Raises ResultsError for a group whose name has a meaning of its own (RESERVED)."""
    for name in groups:
        if name in RESERVED:
            raise ResultsError(
                f"{results.path}: group '{name}' has a name that measures give to other neurons; "
                "give it another one in the configuration"
            )


def in_no_group(results: Results, groups: Mapping[str, Array]) -> Array:
    """Gids of the excitatory neurons that none of the groups has, ascending.

    >>> results = load(small_recall)
    >>> in_no_group(results, {"A": results.assembly})[:3].tolist()
    [20, 21, 22]
    """
    members = [np.asarray(gids, dtype=np.int64) for gids in groups.values()]
    grouped = np.concatenate(members) if members else np.empty(0, dtype=np.int64)
    return np.setdiff1d(results.network.gids("excitatory"), grouped)
