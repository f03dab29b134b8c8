# SPDX-License-Identifier: Apache-2.0
"""Groups of neurons, as a configuration tells them."""

from __future__ import annotations

import math
from contextlib import contextmanager
from typing import Any, Callable, Iterator, Mapping, Sequence, TypeVar, Union

import numpy as np

from .arrays import Array
from .documents import fault
from .network import ALL_NEURONS, Network

MAX_CHAIN = 100  # groups that are made from each other

Members = Union[range, Array]  # gids, ascending; those that are consecutive take no memory
Value = TypeVar("Value")


def group_names(config: Mapping[str, Any]) -> list[str]:
    """Of all groups: the built-in ones, which are the populations and `all`, and the others."""
    populations = [population.name for population in Network.of(config).populations]
    return [*populations, ALL_NEURONS, *(config.get("groups") or {})]


def group_members(config: Mapping[str, Any], *names: str) -> Array:
    """The gids of the neurons of some groups, each once and ascending.

    Raises ResultsError for groups that are drawn at random: resolved configurations list them.
    """
    groups = _Groups(config)
    if len(names) == 1:
        return np.array(groups.members(names[0]), dtype=np.int64)
    return _union([groups.members(name) for name in names])


def group_size(config: Mapping[str, Any], *names: str) -> int:
    """The number of neurons of some groups; if only each run tells, the largest it may be."""
    return _Groups(config).union_size(names)


def excitatory_size(config: Mapping[str, Any], *names: str) -> int:
    """The number of excitatory neurons of some groups.

    If neurons of both kinds may be drawn into them, only each run tells; then it is that of all.
    """
    groups = _Groups(config)
    if any(map(groups.is_drawn, names)):
        return groups.union_size(names)
    return groups.excitatory_size(names)


def may_be_excitatory(config: Mapping[str, Any], *names: str) -> bool:
    """Whether groups have excitatory neurons; of those drawn at random: whether they may have."""
    groups = _Groups(config)
    return any(map(groups.may_be_excitatory, names))


class _Groups:
    """What groups are made from is worked out once for each."""

    def __init__(self, config: Mapping[str, Any]) -> None:
        self._config = config
        self._network = Network.of(config)
        self._definitions = config.get("groups") or {}
        self._names = set(group_names(config))
        self._open: list[str] = []  # those that are being worked out
        self._known: dict[tuple[str, str], Any] = {}

    def members(self, name: str) -> Members:
        return self._once("members", name, self._members)

    def is_drawn(self, name: str) -> bool:
        """Whether a group, or one that it is made from, is drawn at random."""
        return self._once("drawn", name, self._is_drawn)

    def may_be_excitatory(self, name: str) -> bool:
        return self._once("excitatory", name, self._may_be_excitatory)

    def union_size(self, names: Sequence[str]) -> int:
        if len(names) > 1 and not any(map(self.is_drawn, names)):
            return len(_union([self.members(name) for name in names]))
        return min(sum(map(self._size_of, names)), self._network.size)

    def excitatory_size(self, names: Sequence[str]) -> int:
        if len(names) == 1:
            return self._count_excitatory(self.members(names[0]))
        return self._count_excitatory(_union([self.members(name) for name in names]))

    def _count_excitatory(self, members: Members) -> int:
        if isinstance(members, np.ndarray):
            return int(self._network.is_excitatory(members).sum())
        return sum(
            max(0, min(members.stop, population.end) - max(members.start, population.first))
            for population in self._network.of_kind("excitatory")
        )

    def _once(self, what: str, name: str, work_out: Callable[[str], Value]) -> Value:
        if (what, name) not in self._known:
            with self._opened(name):
                self._known[what, name] = work_out(name)
        known: Value = self._known[what, name]
        return known

    @contextmanager
    def _opened(self, name: str) -> Iterator[None]:
        if name in self._open or len(self._open) > MAX_CHAIN:
            raise fault(
                self._config, f"group '{name}' is made from itself, or from too many others"
            )
        if name not in self._names:
            raise fault(self._config, f"there is no group '{name}'")
        self._open.append(name)
        try:
            yield
        finally:
            self._open.pop()

    def _definition(self, name: str) -> Mapping[str, Any]:
        """What the configuration says of a group; nothing of built-in ones."""
        definition: Mapping[str, Any] = self._definitions.get(name, {})
        return definition

    def _size_of(self, name: str) -> int:
        return self._once("size", name, self._size)

    def _size(self, name: str) -> int:
        group = self._definition(name)
        group = group.get("random", group)
        if "ids" not in group and "count" in group:
            return int(group["count"])
        if "of" in group:
            exceptions = as_names(group.get("except"))
            if exceptions and not any(map(self.is_drawn, [group["of"], *exceptions])):
                return _share(group, len(self._rest(group)))
            return _share(group, self._size_of(group["of"]))
        if not self._is_drawn(name):
            return len(self._members(name))
        if "union" in group:
            return min(sum(map(self._size_of, group["union"])), self._network.size)
        return min(map(self._size_of, group["intersection"]))

    def _members(self, name: str) -> Members:
        if name == ALL_NEURONS:
            return range(self._network.size)
        for population in self._network.populations:
            if population.name == name:
                return range(population.first, population.end)
        group = self._definition(name)
        members: Members
        if "ids" in group:
            members = self._listed(name, group["ids"])
        elif "random" in group:
            raise fault(
                self._config, f"group '{name}' is drawn at random; only each run tells its neurons"
            )
        elif "union" in group:
            members = _union([self.members(other) for other in group["union"]])
        elif "intersection" in group:
            members = _intersection([self.members(other) for other in group["intersection"]])
        elif "of" in group:
            rest = self._rest(group)
            members = rest[: _share(group, len(rest))]
        else:
            members = range(group["first"], group["first"] + group["count"])
        if len(members):
            self._check_last(name, int(members[-1]))
        return members

    def _listed(self, name: str, items: Sequence[int | str]) -> Array:
        ranges = [id_range(item) for item in items]
        if ranges:
            self._check_last(name, max(last for _, last in ranges))
        listed = [np.arange(first, last + 1, dtype=np.int64) for first, last in ranges]
        return np.sort(np.concatenate(listed)) if listed else np.empty(0, dtype=np.int64)

    def _check_last(self, name: str, last: int) -> None:
        if last >= self._network.size:
            raise fault(
                self._config,
                f"group '{name}' has neuron {last}, but the network has "
                f"{self._network.size} neurons",
            )

    def _rest(self, group: Mapping[str, Any]) -> Members:
        """The neurons that a share is taken of."""
        whole = self.members(group["of"])
        exceptions = as_names(group.get("except"))
        if not exceptions:
            return whole
        return np.setdiff1d(_array(whole), _union([self.members(other) for other in exceptions]))

    def _is_drawn(self, name: str) -> bool:
        group = self._definition(name)
        return "random" in group or any(map(self.is_drawn, _parts(group)))

    def _may_be_excitatory(self, name: str) -> bool:
        if not self._is_drawn(name):
            return self._count_excitatory(self._members(name)) > 0
        group = self._definition(name)
        group = group.get("random", group)
        if "of" in group:
            return self.may_be_excitatory(group["of"])
        others = group.get("union") or group.get("intersection") or []
        combine = any if "union" in group else all
        return combine(map(self.may_be_excitatory, others))


def as_names(value: Any) -> list[str]:
    """The names of groups where one may stand for a list."""
    if value is None:
        return []
    return [value] if isinstance(value, str) else list(value)


def id_range(item: int | str) -> tuple[int, int]:
    """First and last id of an item of `ids`: 7, or 20-29."""
    if isinstance(item, int):
        return item, item
    first, last = item.split("-")
    return int(first), int(last)


def _parts(group: Mapping[str, Any]) -> list[str]:
    """The groups that one is made from."""
    others = [group["of"], *as_names(group.get("except"))] if "of" in group else []
    return others + list(group.get("union") or []) + list(group.get("intersection") or [])


def _share(group: Mapping[str, Any], n_others: int) -> int:
    """As many neurons of others as belong to a group."""
    if "count" in group:
        return int(group["count"])
    if "fraction" not in group:
        return n_others
    exact = float(group["fraction"] * n_others)
    return math.ceil(exact) if group.get("round") == "up" else int(exact + 0.5)


def _array(members: Members) -> Array:
    if isinstance(members, np.ndarray):
        return members
    return np.arange(members.start, members.stop, dtype=np.int64)


def _union(groups: Sequence[Members]) -> Array:
    return np.asarray(np.unique(np.concatenate([_array(members) for members in groups])))


def _intersection(groups: Sequence[Members]) -> Array:
    common = _array(groups[0])
    for members in groups[1:]:
        common = np.intersect1d(common, _array(members))
    return common
