# SPDX-License-Identifier: Apache-2.0
"""The populations of a network and the projections between them, as a configuration tells them."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, Mapping, Sequence

import numpy as np

from .arrays import Array
from .documents import fault
from .errors import ResultsError
from .schemas import MAX_NEURONS
from .short_form import is_short_form, long_populations, long_projections

Kind = Literal["excitatory", "inhibitory"]
KINDS: tuple[Kind, Kind] = ("excitatory", "inhibitory")
ALL_NEURONS = "all"  # built-in group, beside one for each population
MAX_POPULATIONS = 255


@dataclass(frozen=True)
class Population:
    """Neurons of one kind with common parameters; their gids are consecutive."""

    name: str
    kind: Kind
    first: int  # gid
    count: int
    neuron: Mapping[str, Any] = field(repr=False, compare=False)  # parameters, with defaults
    background: Mapping[str, Any] = field(repr=False, compare=False)
    title: str = ""  # in figures: its name, or its kind where the short form gives it no name

    @property
    def end(self) -> int:
        return self.first + self.count

    @property
    def gids(self) -> Array:
        return np.arange(self.first, self.end, dtype=np.int64)

    @property
    def is_excitatory(self) -> bool:
        return self.kind == "excitatory"


@dataclass(frozen=True)
class Projection:
    """Synapses from one population to another, or to itself."""

    source: Population
    target: Population
    is_plastic: bool

    @property
    def name(self) -> str:
        """Of its edges in network.h5."""
        return f"{self.source.name}_{self.target.name}"


@dataclass(frozen=True)
class Network:
    """All populations and projections, in the order of the configuration."""

    populations: Sequence[Population]
    projections: Sequence[Projection]

    @classmethod
    def of(cls, config: Mapping[str, Any]) -> Network:
        """Of a configuration in the short or the long form.

        Raises ResultsError if its populations or projections cannot be understood.
        """
        populations = _read_populations(config)
        return cls(populations, _read_projections(config, {p.name: p for p in populations}))

    @property
    def size(self) -> int:
        """The number of all neurons."""
        return self.populations[-1].end if self.populations else 0

    def count(self, kind: Kind) -> int:
        """The number of neurons of a kind."""
        return sum(population.count for population in self.of_kind(kind))

    def of_kind(self, kind: Kind) -> list[Population]:
        return [population for population in self.populations if population.kind == kind]

    def gids(self, kind: Kind) -> Array:
        """All neurons of a kind, ascending."""
        parts = [population.gids for population in self.of_kind(kind)]
        return np.concatenate(parts) if parts else np.empty(0, dtype=np.int64)

    def population(self, name: str) -> Population:
        """Raises ResultsError if there is none of this name."""
        for population in self.populations:
            if population.name == name:
                return population
        raise ResultsError(
            f"there is no population '{name}' (there are {_listed(self.populations)})"
        )

    def population_of(self, gid: int) -> Population:
        """The population of a neuron. Raises ResultsError if the network does not have it."""
        for population in self.populations:
            if population.first <= gid < population.end:
                return population
        raise ResultsError(f"there is no neuron {gid} (the network has {self.size})")

    def is_excitatory(self, gids: Array) -> Array:
        """Of each of the neurons; False of those that the network does not have."""
        kinds = [population.is_excitatory for population in self.populations]
        index = np.searchsorted(self._ends, np.asarray(gids), side="right")
        return np.array([*kinds, False])[index]

    def projection(self, name: str) -> Projection:
        """By the name of its edges. Raises ResultsError if there is none of this name."""
        for projection in self.projections:
            if projection.name == name:
                return projection
        raise ResultsError(
            f"there is no projection '{name}' (there are {_listed(self.projections)})"
        )

    @property
    def plastic(self) -> list[Projection]:
        return [projection for projection in self.projections if projection.is_plastic]

    @property
    def has_one_of_each_kind(self) -> bool:
        """At most: then the kind of a neuron says as much as the name of its population."""
        return all(len(self.of_kind(kind)) <= 1 for kind in KINDS)

    @cached_property
    def _ends(self) -> Array:
        return np.array([population.end for population in self.populations], dtype=np.int64)


def _read_populations(config: Mapping[str, Any]) -> list[Population]:
    section = _section(config, "populations")
    is_short = is_short_form(section)
    entries = long_populations(section) if is_short else section
    populations: list[Population] = []
    if len(entries) > MAX_POPULATIONS:
        raise fault(config, f"populations: are more than {MAX_POPULATIONS}")
    first = 0
    for name, entry in entries.items():
        try:
            count, kind = int(entry["count"]), entry["kind"]
        except (KeyError, TypeError, ValueError, ResultsError) as error:
            raise fault(config, f"populations.{name}: has no count and kind") from error
        if kind not in KINDS:
            raise fault(config, f"populations.{name}.kind: is neither {' nor '.join(KINDS)}")
        if count < 0 or first + count > MAX_NEURONS:
            raise fault(config, f"populations.{name}.count: is {count} (at most {MAX_NEURONS})")
        parameters = {
            part: _section(config, part) | _section(entry, part)
            for part in ("neuron", "background")
        }
        title = kind if is_short else str(name)
        populations.append(Population(str(name), kind, first, count, **parameters, title=title))
        first += count
    return populations


def _read_projections(
    config: Mapping[str, Any], populations: Mapping[str, Population]
) -> list[Projection]:
    # The short form of populations may go with projections that are listed.
    is_listed = "projections" in config or not is_short_form(_section(config, "populations"))
    entries = _section(config, "projections") if is_listed else long_projections()
    projections = []
    for name, entry in entries.items():
        if not isinstance(entry, Mapping) or not {"from", "to"} <= set(entry):
            raise fault(config, f"projections.{name}: needs 'from' and 'to', names of populations")
        try:
            source, target = populations[entry["from"]], populations[entry["to"]]
        except (KeyError, TypeError, ResultsError) as error:
            raise fault(config, f"projections.{name}: has no population {error}") from error
        projections.append(Projection(source, target, bool(entry.get("plastic", False))))
    return projections


def _section(config: Mapping[str, Any], name: str) -> dict[str, Any]:
    return config.get(name) or {}


def _listed(items: Sequence[Population] | Sequence[Projection]) -> str:
    return ", ".join(item.name for item in items) or "none"
