# SPDX-License-Identifier: Apache-2.0
"""Configurations that are not resolved, such as the base of an ensemble: what was left out.

Only what analyses read is completed; docs/configuration.md has all defaults.
"""

from __future__ import annotations

import copy
from typing import Any, Mapping

import yaml

_DEFAULTS: dict[str, dict[str, Any]] = {
    "simulation": {"dt_ms": 0.2, "fast_forward": "auto"},
    "synapses": {"h_0_mV": 4.20075, "theta_tag_mV": 0.840149},
}
_SCHEME_DEFAULTS: dict[str, dict[str, Any]] = {
    "STET": {"duration_s": 1200.0},
    "FULL": {"start_s": 0.0},
}


def completed(config: Mapping[str, Any]) -> dict[str, Any]:
    """A copy with the defaults of the values that analyses need."""
    whole = copy.deepcopy(dict(config))
    for section, values in _DEFAULTS.items():
        whole[section] = values | (whole.get(section) or {})
    for name, stimulus in (whole.get("stimuli") or {}).items():
        role = "recall" if name.startswith("recall") else "learn"
        whole["stimuli"][name] = {
            "role": role,
            **(_SCHEME_DEFAULTS.get(stimulus["scheme"]) or {}),
            **stimulus,
        }
    return whole


def with_settings(config: Mapping[str, Any], settings: Mapping[str, str]) -> dict[str, Any]:
    """A copy with the values (YAML) of some keys, such as groups.assembly.count, replaced."""
    changed = copy.deepcopy(dict(config))
    for key, text in settings.items():
        *path, last = key.split(".")
        place = changed
        for name in path:
            if not isinstance(place.get(name), dict):
                place[name] = {}
            place = place[name]
        place[last] = yaml.safe_load(text)
    return changed
