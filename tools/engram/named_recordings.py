# SPDX-License-Identifier: Apache-2.0
"""Named recordings: traces at times of their own, beside those of the section `record` itself."""

from __future__ import annotations

from dataclasses import dataclass

from .arrays import Array
from .hdf5 import Group


@dataclass(frozen=True)
class Recording:
    """Recorded variables by name, such as V_mV, h_mV, p; each has one value per time."""

    time_s: Array
    neurons: dict[int, dict[str, Array]]  # by gid
    synapses: dict[tuple[int, int], dict[str, Array]]  # by (pre, post)


def read_recordings(file: Group) -> dict[str, Recording]:
    """Those of a traces.h5, by name."""
    if "recordings" not in file:
        return {}
    return {name: _read(group) for name, group in file.groups("recordings").items()}


def _read(recording: Group) -> Recording:
    time_s = recording.dataset("time_ms").numbers() / 1000.0
    neurons = {
        group.whole_number("gid"): _variables(group, len(time_s))
        for group in recording.groups("neurons").values()
    }
    synapses = {
        (group.whole_number("pre"), group.whole_number("post")): _variables(group, len(time_s))
        for group in recording.groups("synapses").values()
    }
    return Recording(time_s, dict(sorted(neurons.items())), dict(sorted(synapses.items())))


def _variables(group: Group, n_times: int) -> dict[str, Array]:
    return {name: group.dataset(name, (n_times,)).numbers() for name in group.names()}
