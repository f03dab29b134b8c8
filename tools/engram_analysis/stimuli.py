# SPDX-License-Identifier: Apache-2.0
"""Stimuli of a configuration: who receives them, and when."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Mapping, Sequence

import numpy as np

from .documents import fault
from .network import ALL_NEURONS, Network

MAX_CHAIN = 100  # groups that are made from each other


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
    return np.array(_members(config, name), dtype=np.int64)


def group_size(config: Mapping[str, Any], name: str, path: tuple[str, ...] = ()) -> int:
    """The number of neurons of a group; `path`: of the groups that are made from it."""
    group = _definition(config, name, path)
    group = group.get("random", group)
    if "ids" not in group and "count" in group:
        return int(group["count"])
    if "of" in group:
        return _share(group, group_size(config, group["of"], (*path, name)))
    return len(_members(config, name))


def excitatory_size(config: Mapping[str, Any], name: str) -> int:
    """The number of excitatory neurons of a group.

    If neurons of both kinds may be drawn into it, only each run tells; then it is that of all.
    """
    if _is_drawn(config, name):
        return group_size(config, name)
    members = _members(config, name)
    network = Network.of(config)
    if isinstance(members, list):
        return int(network.is_excitatory(np.array(members, dtype=np.int64)).sum())
    return sum(
        max(0, min(members.stop, population.end) - max(members.start, population.first))
        for population in network.of_kind("excitatory")
    )


def _members(config: Mapping[str, Any], name: str, path: tuple[str, ...] = ()) -> range | list[int]:
    """The gids of a group, ascending; those that are consecutive take no memory."""
    network = Network.of(config)
    if name == ALL_NEURONS:
        return range(network.size)
    for population in network.populations:
        if population.name == name:
            return range(population.first, population.end)
    group = _definition(config, name, path)
    members: range | list[int]
    if "ids" in group:
        members = sorted(group["ids"])
    elif "random" in group:
        raise fault(config, f"group '{name}' is drawn at random; only each run tells its neurons")
    elif "of" in group:
        others = _members(config, group["of"], (*path, name))
        members = others[: group["count"] if "count" in group else _share(group, len(others))]
    else:
        members = range(group["first"], group["first"] + group["count"])
    if len(members) and members[-1] >= network.size:
        raise fault(
            config,
            f"group '{name}' has neuron {members[-1]}, but the network has {network.size} neurons",
        )
    return members


def _share(group: Mapping[str, Any], n_others: int) -> int:
    """As many neurons of another group as belong to one."""
    return int(group["fraction"] * n_others + 0.5)


def _is_drawn(config: Mapping[str, Any], name: str, path: tuple[str, ...] = ()) -> bool:
    """Whether a group, or one that it is made from, is drawn at random."""
    group = _definition(config, name, path)
    if "random" in group:
        return True
    return "of" in group and _is_drawn(config, group["of"], (*path, name))


def _definition(
    config: Mapping[str, Any], name: str, path: tuple[str, ...] = ()
) -> Mapping[str, Any]:
    """What the configuration says of a group; nothing of built-in ones."""
    if name in path or len(path) > MAX_CHAIN:
        raise fault(config, f"group '{name}' is made from itself, or from too many others")
    groups = config.get("groups") or {}
    if name not in groups and name not in group_names(config):
        raise fault(config, f"there is no group '{name}'")
    return groups.get(name, {})


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


def _may_be_excitatory(config: Mapping[str, Any], name: str, path: tuple[str, ...] = ()) -> bool:
    """Whether a group has excitatory neurons; of one that is drawn at random: whether it may have."""
    if not _is_drawn(config, name):
        return excitatory_size(config, name) > 0
    group = _definition(config, name, path)
    other = group.get("random", group).get("of", ALL_NEURONS)
    return _may_be_excitatory(config, other, (*path, name))


def intervals_s(
    stimulus: Mapping[str, Any], simulation: Mapping[str, Any]
) -> list[tuple[float, float]]:
    """When a stimulus is switched on, where no summary tells: of 0.1.0, and of an unfinished run."""
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
    if scheme == "SLFS":
        return [(start + 1.15 * i, start + 1.15 * i + 0.15) for i in range(900)]
    if scheme == "WLFS":
        return [(start, start + 900.0)]
    if scheme == "POISSON":
        delays = (stimulus["period_s"] * i for i in range(stimulus["repeats"]))
        return [(start + delay, start + delay + stimulus["train_s"]) for delay in delays]
    if scheme == "FULL":
        return [(start, simulation["duration_s"])]
    raise fault(
        stimulus, f"only the summary of a run tells when a stimulus of scheme {scheme} is on"
    )
