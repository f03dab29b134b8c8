# SPDX-License-Identifier: Apache-2.0
"""The phases that follow from the stimuli: the rules of docs/configuration.md."""

from __future__ import annotations

from typing import Any, Mapping

from .results import Phase
from .stimuli import Stimulus, read_stimuli

WINDOW_S = 5.0  # simulated in detail before and after each stimulus
SHORTEST_CONSOLIDATION_S = 25.0  # a shorter run without stimuli is simulated in detail


def phases_of(config: Mapping[str, Any], summary: Mapping[str, Any] | None = None) -> list[Phase]:
    """The phases of a resolved configuration; Results.phases tells those of a finished run."""
    stimuli = read_stimuli(config, summary)
    duration_s = config["simulation"]["duration_s"]
    if config["simulation"].get("fast_forward") in ("off", False):  # as YAML reads it
        return [Phase(_label(stimuli), "spiking", 0.0, duration_s)]
    if not stimuli:
        spiking = duration_s < SHORTEST_CONSOLIDATION_S
        kind, label = ("spiking", "background") if spiking else ("consolidation", "consolidate")
        return [Phase(label, kind, 0.0, duration_s)]
    phases: list[Phase] = []
    time_s = 0.0
    for begin_s, end_s, inside in _windows(stimuli, duration_s):
        if time_s == 0.0 and any(s.role == "learn" for s in inside):
            begin_s = 0.0
        if begin_s > time_s:
            phases.append(Phase("consolidate", "consolidation", time_s, begin_s))
        phases.append(Phase(_label(inside), "spiking", begin_s, end_s))
        time_s = end_s
    if time_s < duration_s:
        phases.append(Phase("consolidate", "consolidation", time_s, duration_s))
    return phases


def _windows(
    stimuli: list[Stimulus], duration_s: float
) -> list[tuple[float, float, list[Stimulus]]]:
    """Merged windows around stimuli, and the stimuli in each."""
    merged: list[tuple[float, float, list[Stimulus]]] = []
    for stimulus in stimuli:  # in the order of their onsets
        begin_s = round(max(0.0, stimulus.onset_s - WINDOW_S), 9)
        end_s = round(min(duration_s, stimulus.intervals_s[-1][1] + WINDOW_S), 9)
        if merged and begin_s <= merged[-1][1]:
            last = merged.pop()
            merged.append((last[0], max(last[1], end_s), [*last[2], stimulus]))
        else:
            merged.append((begin_s, end_s, [stimulus]))
    return merged


def _label(stimuli: list[Stimulus]) -> str:
    roles = [role for role in ("learn", "recall") if any(s.role == role for s in stimuli)]
    return "+".join(roles) or "background"
