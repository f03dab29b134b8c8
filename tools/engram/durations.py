# SPDX-License-Identifier: Apache-2.0
"""Durations as text."""

from __future__ import annotations

import re

_UNITS_S = {"ms": 1e-3, "s": 1.0, "min": 60.0, "h": 3600.0, "d": 86400.0}


def parse_duration_s(text: str) -> float:
    """Seconds of a duration such as 10s, 8h or 90 min."""
    match = re.fullmatch(r"\s*([0-9.]+)\s*([a-z]+)\s*", text)
    if match is None or match[2] not in _UNITS_S:
        raise ValueError(f"'{text}' is no duration such as 10s or 8h")
    return float(match[1]) * _UNITS_S[match[2]]


def duration_text(time_s: float) -> str:
    """Such as 8 h 10 s, or -0.5 s."""
    if time_s < 0:
        return "-" + duration_text(-time_s)
    hours, rest = divmod(time_s, 3600.0)
    minutes, seconds = divmod(rest, 60.0)
    parts = ((hours, "h"), (minutes, "min"), (seconds, "s"))
    return " ".join(f"{value:.6g} {unit}" for value, unit in parts if value) or "0 s"
