# SPDX-License-Identifier: Apache-2.0
"""Configurations that are not resolved, such as the base of an ensemble: what was left out.

Only what analyses read is completed; docs/configuration.md has all defaults.
"""

from __future__ import annotations

import copy
from typing import Any, Mapping

from .documents import Section, as_section, parse_yaml
from .errors import COPY_AGAIN, FileError

MAX_KEY_PARTS = 10
_DEFAULTS: dict[str, dict[str, Any]] = {
    "simulation": {"dt_ms": 0.2, "fast_forward": "auto"},
    "synapses": {"h_0_mV": 4.20075, "theta_tag_mV": 0.840149},
}
_SCHEME_DEFAULTS: dict[str, dict[str, Any]] = {
    "STET": {"duration_s": 1200.0},
    "FULL": {"start_s": 0.0},
}


def completed(config: Section) -> Section:
    """A copy with the defaults of the values that analyses need."""
    whole = copy.deepcopy(config)
    for section, values in _DEFAULTS.items():
        whole[section] = Section(values, config.path, section) | (whole.get(section) or {})
    for name, stimulus in (whole.get("stimuli") or {}).items():
        role = "recall" if name.startswith("recall") else "learn"
        defaults = {"role": role} | (_SCHEME_DEFAULTS.get(stimulus["scheme"]) or {})
        whole["stimuli"][name] = Section(defaults, config.path, stimulus.place) | stimulus
    return whole


def with_settings(config: Section, settings: Mapping[str, str]) -> Section:
    """A copy with the values (YAML) of some keys, such as groups.assembly.count, replaced.

    null takes a key away.
    """
    changed: dict[str, Any] = copy.deepcopy(config)
    for key, text in settings.items():
        *path, last = key.split(".")
        if len(path) > MAX_KEY_PARTS:
            raise FileError(config.path, "is swept over a key of too many parts", COPY_AGAIN)
        place = changed
        for name in path:
            if not isinstance(place.get(name), dict):
                place[name] = {}
            place = place[name]
        value = parse_yaml(text, config.path)
        if value is None:
            place.pop(last, None)
        else:
            place[last] = value
    return as_section(changed, config.path)
