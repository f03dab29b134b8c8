# SPDX-License-Identifier: Apache-2.0
"""The short form of a network: excitatory and inhibitory neurons, and all four projections.

Everything else knows the long form only, in which populations and projections have names.
"""

from __future__ import annotations

from typing import Any, Mapping

_DEFAULT_COUNTS = {"n_exc": 1600, "n_inh": 400}
_POPULATIONS = {"exc": ("n_exc", "excitatory"), "inh": ("n_inh", "inhibitory")}


def is_short_form(populations: Mapping[str, Any]) -> bool:
    """Whether a section `populations` has numbers of neurons instead of named populations."""
    return not any(isinstance(value, Mapping) for value in populations.values())


def long_populations(populations: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The same section in the long form; numbers that are left out are the published ones."""
    counts = _DEFAULT_COUNTS | dict(populations)
    return {
        name: {"count": counts[key], "kind": kind} for name, (key, kind) in _POPULATIONS.items()
    }


def long_projections() -> dict[str, dict[str, Any]]:
    """The projections that the short form stands for; only excitatory neurons learn."""
    return {
        f"{source}_{target}": {
            "from": source,
            "to": target,
            "plastic": kind == target_kind == "excitatory",
        }
        for source, (_, kind) in _POPULATIONS.items()
        for target, (_, target_kind) in _POPULATIONS.items()
    }
