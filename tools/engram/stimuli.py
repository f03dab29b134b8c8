# SPDX-License-Identifier: Apache-2.0
"""Stimuli of a configuration: who receives them, and when."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Mapping, Sequence


from .arrays import Array
from .documents import fault
from .groups import as_names, group_members, may_be_excitatory


@dataclass(frozen=True)
class Stimulus:
    """A stimulus and the neurons that receive it."""

    name: str
    role: str  # learn or recall
    groups: tuple[str, ...]  # who receives it: the neurons of all of them
    intervals_s: list[tuple[float, float]]  # when it is switched on
    config: Mapping[str, Any] = field(repr=False, compare=False)

    @cached_property
    def neurons(self) -> Array:
        """The gids of its groups. Raises ResultsError if only a resolved configuration tells."""
        return group_members(self.config, *self.groups)

    @property
    def onset_s(self) -> float:
        return self.intervals_s[0][0]


def read_stimuli(
    config: Mapping[str, Any], summary: Mapping[str, Any] | None = None
) -> list[Stimulus]:
    """All stimuli of a configuration, in the order of their first onset.

    The summary of a run tells when they are on, whatever their schemes.
    """
    told = (summary or {}).get("stimuli", {})
    stimuli = []
    for name, entry in (config.get("stimuli") or {}).items():
        if name in told:
            intervals = [(begin, end) for begin, end in told[name]["intervals_s"]]
        else:
            intervals = intervals_s(entry, config["simulation"])
        if intervals:  # else it is never on
            groups = tuple(as_names(entry["group"]))
            stimuli.append(Stimulus(name, entry["role"], groups, intervals, config))
    return sorted(stimuli, key=lambda stimulus: stimulus.onset_s)


def first_stimulus(stimuli: Sequence[Stimulus], role: str) -> Stimulus | None:
    """The stimulus of this role that begins first and reaches excitatory neurons.

    At the same onset the first in the configuration, here and below.
    """
    exciting = _exciting(stimuli, role)
    return min(exciting, key=lambda stimulus: stimulus.onset_s) if exciting else None


def last_stimulus(stimuli: Sequence[Stimulus], role: str) -> Stimulus | None:
    """The stimulus of this role that begins last and reaches excitatory neurons."""
    exciting = _exciting(stimuli, role)
    return max(exciting, key=lambda stimulus: stimulus.onset_s) if exciting else None


def _exciting(stimuli: Sequence[Stimulus], role: str) -> list[Stimulus]:
    return [s for s in stimuli if s.role == role and may_be_excitatory(s.config, *s.groups)]


def intervals_s(
    stimulus: Mapping[str, Any], simulation: Mapping[str, Any]
) -> list[tuple[float, float]]:
    """When a stimulus is switched on, where no summary tells: of 0.1.0, and of an unfinished run.

    Within the run, as in summaries.
    """
    end_s = simulation["duration_s"]
    all_of_them = _intervals_of_scheme(stimulus, simulation)
    return [(begin, min(end, end_s)) for begin, end in all_of_them if begin < end_s]


def _intervals_of_scheme(
    stimulus: Mapping[str, Any], simulation: Mapping[str, Any]
) -> list[tuple[float, float]]:
    scheme = stimulus["scheme"]
    if scheme == "EXPLICIT":
        dt_ms = simulation["dt_ms"]
        return [(t / 1000.0, (t + dt_ms) / 1000.0) for t in stimulus["spike_times_ms"]]
    start = stimulus["start_s"]
    if scheme in ("RECT", "SINE", "WAVEFORM", "SPIKES"):
        return [(start, start + stimulus["duration_s"])]
    if scheme == "ONEPULSE":
        return [(start, start + 0.1)]
    if scheme == "TRIPLET":
        return [(start + delay, start + delay + 0.1) for delay in (0.0, 0.5, 1.0)]
    if scheme == "STET":
        delays = (0.0, 0.5 * stimulus["duration_s"], stimulus["duration_s"])
        return [(start + delay, start + delay + 1.0) for delay in delays]
    if scheme == "WTET":
        return [(start, start + 0.2)]
    if scheme == "SLFS":
        return [(start + 1.15 * i, start + 1.15 * i + 0.15) for i in range(900)]
    if scheme == "WLFS":
        return [(start, start + 900.0)]
    if scheme in ("POISSON", "CURRENT"):
        starts = [start + stimulus["period_s"] * i for i in range(stimulus["repeats"])]
        return [(begin, begin + stimulus["train_s"]) for begin in starts]
    if scheme == "FULL":
        return [(start, simulation["duration_s"])]
    raise fault(
        stimulus, f"only the summary of a run tells when a stimulus of scheme {scheme} is on"
    )
