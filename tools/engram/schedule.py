# SPDX-License-Identifier: Apache-2.0
"""The phases that follow from stimuli and spiking windows: the rules of docs/configuration.md."""

from __future__ import annotations

from typing import Any, Mapping

from .results import Phase
from .stimuli import Stimulus, read_stimuli

MARGIN_S = 5.0  # simulated in detail before and after each stimulus, unless told otherwise
SHORTEST_CONSOLIDATION_S = 25.0  # a shorter run without stimuli is simulated in detail


def phases_of(config: Mapping[str, Any], summary: Mapping[str, Any] | None = None) -> list[Phase]:
    """The phases of a resolved configuration; Results.phases tells those of a finished run."""
    stimuli = read_stimuli(config, summary)
    duration_s = config["simulation"]["duration_s"]
    if config["simulation"].get("fast_forward") in ("off", False):  # as YAML reads it
        return [Phase(_label(stimuli), "spiking", 0.0, duration_s)]
    windows = _windows(config, stimuli, duration_s)
    if not windows:
        spiking = duration_s < SHORTEST_CONSOLIDATION_S
        kind, label = ("spiking", "background") if spiking else ("consolidation", "consolidate")
        return [Phase(label, kind, 0.0, duration_s)]
    phases: list[Phase] = []
    time_s = 0.0
    for begin_s, end_s, inside in windows:
        if time_s == 0.0 and any(s.role == "learn" for s in inside):
            begin_s = 0.0
        if begin_s > time_s:
            phases.append(Phase("consolidate", "consolidation", time_s, begin_s))
        phases.append(Phase(_label(inside), "spiking", begin_s, end_s))
        time_s = end_s
    if time_s < duration_s:
        phases.append(Phase("consolidate", "consolidation", time_s, duration_s))
    return phases


Window = tuple[float, float, list[Stimulus]]


def _windows(config: Mapping[str, Any], stimuli: list[Stimulus], duration_s: float) -> list[Window]:
    """Merged windows: named ones, and those around stimuli; and the stimuli in each."""
    windows: list[Window] = []
    for stimulus in stimuli:
        before_s, after_s = (_margin_s(config, stimulus, side) for side in ("before", "after"))
        begin_s = max(0.0, stimulus.onset_s - before_s)
        end_s = min(duration_s, stimulus.intervals_s[-1][1] + after_s)
        windows.append((round(begin_s, 9), round(end_s, 9), [stimulus]))
    for entry in (config.get("spiking_windows") or {}).values():
        begin_s = entry.get("start_s", 0.0)
        length_s = entry.get("duration_s")
        end_s = duration_s if length_s is None else min(duration_s, begin_s + length_s)
        windows.append((round(begin_s, 9), round(end_s, 9), []))
    merged: list[Window] = []
    for begin_s, end_s, inside in sorted(windows, key=lambda window: window[0]):
        if merged and begin_s <= merged[-1][1]:
            last = merged.pop()
            merged.append((last[0], max(last[1], end_s), [*last[2], *inside]))
        else:
            merged.append((begin_s, end_s, inside))
    return merged


def _margin_s(config: Mapping[str, Any], stimulus: Stimulus, side: str) -> float:
    """How much is simulated in detail before or after a stimulus."""
    key = f"margin_{side}_s"
    for section in (config["stimuli"][stimulus.name], config["simulation"]):
        if section.get(key) is not None:
            return float(section[key])
    return MARGIN_S


def _label(stimuli: list[Stimulus]) -> str:
    roles = [role for role in ("learn", "recall") if any(s.role == role for s in stimuli)]
    return "+".join(roles) or "background"
