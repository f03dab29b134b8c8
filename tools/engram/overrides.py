# SPDX-License-Identifier: Apache-2.0
"""Values of a configuration by their full keys."""

from __future__ import annotations

from typing import Any, Mapping

from .keys import Part


def flat(overrides: Mapping[str, Any]) -> dict[str, Any]:
    """Values by their full keys; sections may be maps, and `__` stands for the dot.

    >>> flat({"simulation__seed": 2, "neuron": {"t_ref_ms": 3}, "trials": 10})
    {'simulation.seed': 2, 'neuron.t_ref_ms': 3, 'trials': 10}
    >>> flat({"sweep": {"groups__A__count": [10, 20]}})
    {'sweep': {'groups.A.count': [10, 20]}}
    """
    found: dict[str, Any] = {}
    for name, value in overrides.items():
        key = name.replace("__", ".")
        value = value.to_dict() if isinstance(value, Part) else value
        if isinstance(value, Mapping) and value and "." not in key and key != "sweep":
            found |= {f"{key}.{inner}": item for inner, item in value.items()}
        else:
            found[key] = _with_dots(value) if key == "sweep" else value
    return found


def _with_dots(sweep: Any) -> Any:
    """The keys within a sweep, too."""
    if isinstance(sweep, (list, tuple)):
        return [_with_dots(part) for part in sweep]
    if isinstance(sweep, Mapping):
        return {str(key).replace("__", "."): value for key, value in sweep.items()}
    return sweep


def merged(config: Mapping[str, Any], overrides: Mapping[str, Any]) -> dict[str, Any]:
    """A copy with values replaced, by their full keys; None takes a key away.

    >>> merged({"simulation": {"seed": 1}}, {"simulation.seed": 2, "groups.A.count": 3})
    {'simulation': {'seed': 2}, 'groups': {'A': {'count': 3}}}
    """
    whole = dict(config)
    for key, value in overrides.items():
        *path, last = key.split(".")
        place = whole
        for part in path:
            inner = place.get(part)
            place[part] = dict(inner) if isinstance(inner, Mapping) else {}
            place = place[part]
        if value is None:
            place.pop(last, None)
        else:
            place[last] = value
    return whole


def value_at(config: Mapping[str, Any], key: str) -> Any:
    value: Any = config
    for part in key.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value
