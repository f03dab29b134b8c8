# SPDX-License-Identifier: Apache-2.0
"""Stimuli of a configuration: who receives them, and when."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Mapping, Sequence

import numpy as np

from .errors import ResultsError
from .network import ALL_NEURONS, Network


@dataclass(frozen=True)
class Stimulus:
    """A stimulus and the neurons that receive it."""

    name: str
    role: str  # learn or recall
    group: str
    intervals_s: list[tuple[float, float]]  # when it is switched on
    config: Mapping[str, Any] = field(repr=False, compare=False)

    @cached_property
    def neurons(self) -> np.ndarray:
        """The gids of its group. Raises ResultsError if only a resolved configuration tells."""
        return group_members(self.config, self.group)

    @property
    def onset_s(self) -> float:
        return self.intervals_s[0][0]


def group_names(config: Mapping[str, Any]) -> list[str]:
    """Of all groups: the built-in ones, which are the populations and `all`, and the others."""
    populations = [population.name for population in Network.of(config).populations]
    return [*populations, ALL_NEURONS, *(config.get("groups") or {})]


def group_members(config: Mapping[str, Any], name: str) -> np.ndarray:
    """The gids of a group, ascending.

    Raises ResultsError for groups that are drawn at random: resolved configurations list them.
    """
    network = Network.of(config)
    if name == ALL_NEURONS:
        return np.arange(network.size, dtype=np.int64)
    for population in network.populations:
        if population.name == name:
            return population.gids
    group = config["groups"][name]
    if "ids" in group:
        return np.array(sorted(group["ids"]), dtype=np.int64)
    if "random" in group:
        raise ResultsError(f"group '{name}' is drawn at random; only each run tells its neurons")
    if "of" in group:
        return group_members(config, group["of"])[: group_size(config, name)]
    return np.arange(group["first"], group["first"] + group["count"])


def group_size(config: Mapping[str, Any], name: str) -> int:
    """The number of neurons of a group."""
    group = (config.get("groups") or {}).get(name, {})
    group = group.get("random", group)
    if "of" not in group or "count" in group:
        return int(group["count"]) if "count" in group else len(group_members(config, name))
    share = group["fraction"] * group_size(config, group["of"])
    return int(share + 0.5)


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
        stimuli.append(Stimulus(name, entry["role"], entry["group"], intervals, config))
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
    return [s for s in stimuli if s.role == role and _may_be_excitatory(s.config, s.group)]


def _may_be_excitatory(config: Mapping[str, Any], name: str) -> bool:
    """Whether a group has excitatory neurons; of one that is drawn at random: whether it may have."""
    group = (config.get("groups") or {}).get(name, {})
    if "random" in group:
        return _may_be_excitatory(config, group["random"].get("of", "all"))
    return bool(Network.of(config).is_excitatory(group_members(config, name)).any())


def intervals_s(
    stimulus: Mapping[str, Any], simulation: Mapping[str, Any]
) -> list[tuple[float, float]]:
    """When a stimulus is switched on, where no summary tells: before 0.2.0, and of an unfinished run."""
    scheme = stimulus["scheme"]
    if scheme == "EXPLICIT":
        dt_ms = simulation["dt_ms"]
        return [(t / 1000.0, (t + dt_ms) / 1000.0) for t in stimulus["spike_times_ms"]]
    start = stimulus["start_s"]
    if scheme == "RECT":
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
    if scheme == "FULL":
        return [(start, simulation["duration_s"])]
    raise ResultsError(f"only the summary of a run tells when a stimulus of scheme {scheme} is on")
