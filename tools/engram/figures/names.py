# SPDX-License-Identifier: Apache-2.0
"""Names of neurons and synapses in legends and titles."""

from __future__ import annotations

from ..network import Network
from ..results import Results
from ..visible import figure_text

MAX_PAIRS = 4  # projections in a title


def neuron_name(network: Network, gid: int) -> str:
    """Its gid; with its population where the kind of the neuron does not tell that."""
    if network.has_one_of_each_kind:
        return f"{gid}"
    return f"{gid} ({figure_text(network.population_of(gid).name)})"


def synapse_name(network: Network, pre: int, post: int) -> str:
    """Gids of both ends; with their populations where several learn."""
    if network.has_one_of_each_kind:
        return f"{pre} → {post}"
    source, target = network.population_of(pre), network.population_of(post)
    return f"{pre} → {post} ({figure_text(source.name)} → {figure_text(target.name)})"


def assembly_name(results: Results) -> str:
    """The group whose neurons the first learning stimulus makes an assembly."""
    first = results.first_stimulus("learn")
    if first is None or len(first.groups) > 2:
        return "assembly"
    return figure_text(" + ".join(first.groups))


def assembly_note(results: Results) -> str:
    """Which assembly a figure is about, where several groups learn."""
    names = {tuple(s.groups) for s in results.stimuli if s.role == "learn"}
    return f", the first of {len(names)} that learn" if len(names) > 1 else ""


def plastic_note(network: Network) -> str:
    """Which synapses a mean over all plastic ones is about, where that is not obvious."""
    if network.has_one_of_each_kind:
        return ""
    pairs = [
        f"{figure_text(p.source.name)} → {figure_text(p.target.name)}" for p in network.plastic
    ]
    more = f" and {len(pairs) - MAX_PAIRS} more" if len(pairs) > MAX_PAIRS else ""
    return f" (plastic synapses {', '.join(pairs[:MAX_PAIRS])}{more})"
