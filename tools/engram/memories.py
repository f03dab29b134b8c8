# SPDX-License-Identifier: Apache-2.0
"""The memories of a run: groups of neurons that learn, and the stimuli that teach and recall them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Mapping, Sequence

import numpy as np

from .arrays import Array
from .groups import as_names
from .named_groups import named_groups
from .results import Results
from .stimuli import Stimulus


@dataclass(frozen=True)
class Memory:
    """A group of excitatory neurons; a run need neither teach nor recall it."""

    name: str
    neurons: Array  # gids, ascending
    learn: Stimulus | None  # that begins first
    recall: Stimulus | None  # that begins last, after learning if there is any
    recalled: Array  # gids of the excitatory neurons that the recall reaches, of any group

    @property
    def learn_and_recall(self) -> tuple[Stimulus, Stimulus] | None:
        return (self.learn, self.recall) if self.learn and self.recall else None


def memories_of(results: Results, names: Sequence[str] | None = None) -> list[Memory]:
    """The groups of these names, in that order.

    Unless given, those that the configuration names under measures.groups, or else all that
    learn, in the order in which they first do.

    Stimuli belong to the memory of which they reach most neurons, or to several if they reach
    equally many of each: a cue for one of two memories that overlap is no recall of the other.

    >>> [(memory.name, len(memory.neurons)) for memory in memories_of(load(small_recall))]
    [('assembly', 20)]
    """
    groups = measured_groups(results) if names is None else named_groups(results, names)
    owned = _stimuli_of(results, groups)
    return [_memory(results, name, neurons, owned[name]) for name, neurons in groups.items()]


def measured_groups(results: Results) -> dict[str, Array]:
    """Gids of the excitatory neurons of the groups under measures.groups, or of all that learn."""
    names = (results.config.get("measures") or {}).get("groups")
    return learning_groups(results) if names is None else named_groups(results, as_names(names))


def learning_groups(results: Results) -> dict[str, Array]:
    """Gids of the excitatory neurons of each group that learns, by its name (of several: A + B).

    Groups of the same neurons are one; it has the name of that which learns first.
    """
    groups: dict[str, Array] = {}
    for stimulus in results.stimuli:  # in the order of their onsets
        neurons = _excitatory(results, stimulus)
        is_known = any(np.array_equal(neurons, known) for known in groups.values())
        if stimulus.role == "learn" and len(neurons) and not is_known:
            groups[" + ".join(stimulus.groups)] = neurons
    return groups


def _stimuli_of(results: Results, groups: Mapping[str, Array]) -> dict[str, list[Stimulus]]:
    """The stimuli of each group, in the order of their onsets."""
    member = np.zeros((len(groups), results.network.size), dtype=bool)
    for row, neurons in zip(member, groups.values()):
        row[neurons] = True
    owned: dict[str, list[Stimulus]] = {name: [] for name in groups}
    for stimulus in results.stimuli:
        shared = member[:, _excitatory(results, stimulus)].sum(axis=1)
        for name, n_shared in zip(groups, shared):
            if n_shared and n_shared == shared.max():
                owned[name].append(stimulus)
    return owned


def _memory(results: Results, name: str, neurons: Array, stimuli: Sequence[Stimulus]) -> Memory:
    learn = next((s for s in stimuli if s.role == "learn"), None)
    recalls = [
        s for s in stimuli if s.role == "recall" and (learn is None or s.onset_s > learn.onset_s)
    ]
    # Of those that begin together the first in the configuration.
    recall = max(recalls, key=lambda stimulus: stimulus.onset_s) if recalls else None
    reached = _excitatory(results, recall) if recall else np.empty(0, dtype=np.int64)
    return Memory(name, neurons, learn, recall, reached)


def _excitatory(results: Results, stimulus: Stimulus) -> Array:
    gids = stimulus.neurons
    return gids[results.network.is_excitatory(gids)]
