# SPDX-License-Identifier: Apache-2.0
"""What analyses expect of the documents of a job: the types and ranges of the values they use.

Keys may be absent: Section tells when one is asked for. Others may have any value.
"""

from __future__ import annotations

import reprlib
from dataclasses import dataclass
from typing import Any, Callable, Iterator

from .documents import Section, below
from .errors import COPY_AGAIN, FileError

LARGEST = 1e100  # no quantity comes near, and its square is still a number
LONGEST_S = 1e15
MAX_NEURONS = 10**8
MAX_COUNT = 2**63 - 1


@dataclass(frozen=True)
class Kind:
    """A kind of values."""

    name: str  # completes 'is not ...'
    accepts: Callable[[Any], bool]


@dataclass(frozen=True)
class Map:
    """A map of any keys with values of one schema."""

    of: Any


@dataclass(frozen=True)
class Maybe:
    """A value, or null."""

    of: Any


@dataclass(frozen=True)
class OneOf:
    """A map of the keys, or another value."""

    keys: dict[str, Any]
    other: Any


def _is_number(value: Any) -> bool:
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return is_number and abs(value) < LARGEST  # false of what is not a number


def _is_whole(value: Any, last: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= last


def _is_range(value: Any) -> bool:
    if not isinstance(value, str) or len(value) > 20:
        return False
    first, hyphen, last = value.partition("-")
    if not (hyphen and first.isdecimal() and last.isdecimal() and value.isascii()):
        return False
    return int(first) <= int(last) <= MAX_NEURONS


NUMBER = Kind("a number", _is_number)
POSITIVE = Kind("a number above 0", lambda v: _is_number(v) and v > 0)
NONNEGATIVE = Kind("a number from 0", lambda v: _is_number(v) and v >= 0)
SHARE = Kind("a number from 0 to 1", lambda v: _is_number(v) and 0 <= v <= 1)
TIME = Kind("a time from 0", lambda v: _is_number(v) and 0 <= v <= LONGEST_S)
COUNT = Kind("a whole number from 0", lambda v: _is_whole(v, MAX_COUNT))
NEURONS = Kind(f"a whole number from 0 to {MAX_NEURONS}", lambda v: _is_whole(v, MAX_NEURONS))
TEXT = Kind("text", lambda v: isinstance(v, str))
FLAG = Kind("true or false", lambda v: isinstance(v, bool))
SWITCH = Kind("auto or off", lambda v: isinstance(v, (str, bool)))  # YAML takes off for false
ANYTHING = Kind("a value", lambda v: True)
INTERVAL = Kind(
    "a pair [begin, end] of times",
    lambda v: isinstance(v, list) and len(v) == 2 and all(map(TIME.accepts, v)) and v[0] <= v[1],
)
PAIR = Kind(
    "a pair of neurons",
    lambda v: isinstance(v, list) and len(v) == 2 and all(map(NEURONS.accepts, v)),
)

BLOCK = Kind(
    "a pair [neuron or -1, neuron]",
    lambda v: isinstance(v, list)
    and len(v) == 2
    and (NEURONS.accepts(v[0]) or v[0] == -1)
    and NEURONS.accepts(v[1]),
)
IDS = Kind(
    f"a whole number from 0 to {MAX_NEURONS}, or two with a hyphen between them",
    lambda v: NEURONS.accepts(v) or _is_range(v),
)
NAME_LIST = Kind(
    "a list of names",
    lambda v: isinstance(v, list) and len(v) > 0 and all(isinstance(name, str) for name in v),
)
NAMES = Kind("a name, or a list of names", lambda v: isinstance(v, str) or NAME_LIST.accepts(v))

SOME_NAMES = Kind(
    "a name, or a list of names", lambda v: NAMES.accepts(v) or (isinstance(v, list) and not v)
)

_NEURON = {
    "V_rev_mV": NUMBER,
    "V_reset_mV": NUMBER,
    "V_th_mV": NUMBER,
    "R_leak_MOhm": POSITIVE,
}
_INTERVAL = {"start_s": TIME, "duration_s": Maybe(TIME)}
_GROUP: dict[str, Any] = {
    "first": NEURONS,
    "count": NEURONS,
    "ids": [IDS],
    "of": TEXT,
    "except": NAMES,
    "union": NAME_LIST,
    "intersection": NAME_LIST,
    "fraction": SHARE,
    "round": TEXT,
}
CONFIGURATION: dict[str, Any] = {
    "simulation": {
        "duration_s": POSITIVE,
        "dt_ms": POSITIVE,
        "description": Maybe(TEXT),
        "fast_forward": SWITCH,
        "margin_before_s": Maybe(TIME),
        "margin_after_s": Maybe(TIME),
    },
    "populations": Maybe(
        Map(
            OneOf(
                {
                    "count": NEURONS,
                    "kind": TEXT,
                    "neuron": Maybe(_NEURON),
                    "background": Maybe(Map(ANYTHING)),
                },
                NEURONS,
            )
        )
    ),
    "projections": Maybe(Map({"from": TEXT, "to": TEXT, "plastic": FLAG})),
    "groups": Maybe(Map(_GROUP | {"random": _GROUP})),
    "stimuli": Maybe(
        Map(
            {
                "scheme": TEXT,
                "role": TEXT,
                "group": NAMES,
                "start_s": TIME,
                "duration_s": TIME,
                "spike_times_ms": [TIME],
                "margin_before_s": Maybe(TIME),
                "margin_after_s": Maybe(TIME),
            }
        )
    ),
    "neuron": Maybe(_NEURON),
    "background": Maybe(Map(ANYTHING)),
    "neuromodulation": Maybe(Map(_INTERVAL | {"amplitude": NONNEGATIVE})),
    "spiking_windows": Maybe(Map(_INTERVAL)),
    "measures": Maybe(
        {
            "groups": Maybe(NAMES),
            "recall_begin_s": NUMBER,
            "recall_end_s": NUMBER,
            "from_onset": FLAG,
        }
    ),
    "synapses": Maybe(
        {
            "h_0_mV": POSITIVE,
            "theta_tag_mV": NUMBER,
            "theta_pro_mV": NUMBER,
            "theta_p": NUMBER,
            "theta_d": NUMBER,
            "p_max_umol_per_l": NUMBER,
        }
    ),
}
RESOLVED = CONFIGURATION | {
    "record": Maybe(
        {
            "neurons": [NEURONS],
            "synapses": [PAIR],
            "export_blocks": Maybe([BLOCK]),
            "spikes": Maybe(SOME_NAMES),
        }
    )
}

_STIMULI = Map({"intervals_s": [INTERVAL]})
SUMMARY: dict[str, Any] = {
    "schedule": TEXT,
    "duration_s": TIME,
    "ranks": COUNT,
    "phases": [{"label": TEXT, "kind": TEXT, "begin_s": TIME, "end_s": TIME}],
    "neurons": Map(COUNT),
    "synapses": Map(COUNT),
    "spikes": Map(COUNT),
    "stimuli": _STIMULI,
    "points": [{"stimuli": _STIMULI}],
    "wall_s": Map(NUMBER),
    "real_time_factor": Maybe(NUMBER),
    "peak_memory_MB": [NUMBER],
}

PROGRESS: dict[str, Any] = {
    "state": TEXT,
    "updated_unix_s": Maybe(NUMBER),
    "started_unix_s": Maybe(NUMBER),
    "fraction": Maybe(NUMBER),
    "simulated_s": Maybe(NUMBER),
    "duration_s": Maybe(NUMBER),
    "schedule": Maybe(TEXT),
    "phase": Maybe({"name": TEXT, "kind": TEXT, "index": COUNT, "count": COUNT}),
    "realtime_factor": Maybe(NUMBER),
    "eta_s": Maybe(NUMBER),
    "ranks": Maybe(COUNT),
    "trials": Maybe(Map(COUNT)),
    "checkpoint": Maybe({"simulated_s": Maybe(NUMBER)}),
}


def check(document: Section, schema: dict[str, Any]) -> None:
    """Raises FileError for the first value that the schema does not allow."""
    for place, value, wanted in _problems(document, schema, ""):
        raise FileError(
            document.path, f"{place} is not {wanted} (is {reprlib.repr(value)})", COPY_AGAIN
        )


def _problems(value: Any, schema: Any, place: str) -> Iterator[tuple[str, Any, str]]:
    """Places, values, and what they should be."""
    if isinstance(schema, Maybe):
        if value is not None:
            yield from _problems(value, schema.of, place)
    elif isinstance(schema, OneOf):
        is_map = isinstance(value, dict)
        yield from _problems(value, schema.keys if is_map else schema.other, place)
    elif isinstance(schema, Kind):
        if not schema.accepts(value):
            yield place, value, schema.name
    elif isinstance(schema, list):
        if not isinstance(value, list):
            yield place, value, "a list"
            return
        for i, item in enumerate(value):
            yield from _problems(item, schema[0], f"{place}[{i}]")
    elif not isinstance(value, dict):
        yield place or "it", value, "a map"
    elif isinstance(schema, Map):
        for key, item in value.items():
            yield from _problems(item, schema.of, below(place, key))
    else:
        for key, wanted in schema.items():
            if key in value:
                yield from _problems(value[key], wanted, below(place, key))
