# SPDX-License-Identifier: Apache-2.0
"""How far a running or finished job has come: progress.json in its output directory."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from . import files
from .documents import read_json
from .errors import COPY_AGAIN, FileError, ResultsError
from .schemas import NUMBER, PROGRESS, SUMMARY, Maybe, check

FILE = "progress.json"
STATES = ("running", "complete", "stopped", "failed")


@dataclass(frozen=True)
class Totals:
    """What a complete job was, from its summary."""

    neurons: dict[str, int]  # by population
    synapses: int
    spikes: dict[str, int]  # by population
    rates_Hz: dict[str, float]  # over the time that was spiking, by population
    wall_s: float
    peak_memory_MB: float  # of the rank that took most


@dataclass(frozen=True)
class Progress:
    """A state of a job. What the file does not tell is None."""

    state: str
    updated_unix_s: float | None
    started_unix_s: float | None
    fraction: float | None  # 0 to 1
    simulated_s: float | None
    duration_s: float | None
    phase: str | None  # e.g. 'learn (1 of 3)'
    schedule: str | None
    realtime_factor: float | None
    rates_Hz: dict[str, float]  # such as exc, inh; by name
    eta_s: float | None
    ranks: int | None
    trials: dict[str, int] | None  # done, running, total; of ensembles
    checkpoint_s: float | None  # simulated time of the last checkpoint
    totals: Totals | None = None  # of a complete job

    @property
    def is_running(self) -> bool:
        return self.state == "running"


def read_progress(directory: str | Path) -> Progress:
    """Reads the state of a job. Raises ResultsError if the directory tells none.

    A job that left no progress.json but is complete is reported from its summary.
    """
    directory = Path(directory)
    files.check_directory(directory)
    if os.path.lexists(directory / FILE):
        content = read_json(directory / FILE)
        check(
            content, PROGRESS | {name: Maybe(NUMBER) for name in content if _RATE.fullmatch(name)}
        )
        if content.get("state") not in STATES:
            raise FileError(
                content.path,
                f"has no known state (is {content.get('state')!r}; expected {', '.join(STATES)})",
                COPY_AGAIN,
            )
        progress = _parse(content)
        is_complete = progress.state == "complete" and os.path.lexists(directory / files.SUMMARY)
        return replace(progress, totals=_totals(directory)) if is_complete else progress
    if os.path.lexists(directory / files.SUMMARY):
        summary = read_json(directory / files.SUMMARY)
        check(summary, SUMMARY)
        progress = _parse(
            {
                "state": "complete",
                "fraction": 1.0,
                "simulated_s": summary.get("duration_s"),
                "duration_s": summary.get("duration_s"),
                "schedule": summary.get("schedule"),
                "ranks": summary.get("ranks"),
            }
        )
        return replace(progress, totals=_totals(directory))
    raise ResultsError(f"{directory}: there is no {FILE} (no job has begun here)")


def _totals(directory: Path) -> Totals | None:
    """None of ensembles, whose summary tells others."""
    summary = read_json(directory / files.SUMMARY)
    check(summary, SUMMARY)
    if summary.get("kind") == "ensemble":
        return None
    spiking_s = sum(
        phase["end_s"] - phase["begin_s"]
        for phase in summary.get("phases", [])
        if phase["kind"] == "spiking"
    )
    neurons, spikes = summary.get("neurons", {}), summary.get("spikes", {})
    return Totals(
        dict(neurons),
        sum(summary.get("synapses", {}).values()),
        dict(spikes),
        {
            name: count / (neurons[name] * spiking_s)
            for name, count in spikes.items()
            if spiking_s > 0 and neurons.get(name)
        },
        sum(summary.get("wall_s", {}).values()),
        max(summary.get("peak_memory_MB", [0]), default=0),
    )


def _parse(content: dict[str, Any]) -> Progress:
    phase = content.get("phase")
    checkpoint = content.get("checkpoint")
    plain: dict[str, Any] = {name: content.get(name) for name in _PLAIN}
    return Progress(
        phase=_phase_text(phase) if isinstance(phase, dict) else None,
        rates_Hz={
            match[1]: value
            for name, value in content.items()
            if (match := _RATE.fullmatch(name)) and value is not None
        },
        checkpoint_s=checkpoint.get("simulated_s") if isinstance(checkpoint, dict) else None,
        **plain,
    )


_PLAIN = (
    "state", "updated_unix_s", "started_unix_s", "fraction", "simulated_s", "duration_s",
    "schedule", "realtime_factor", "eta_s", "ranks", "trials",
)  # fmt: skip


_RATE = re.compile("rate_(.+)_Hz")


def _phase_text(phase: dict[str, Any]) -> str:
    text = str(phase.get("name", "?"))
    if phase.get("kind") == "consolidation":
        text += " (fast-forward)" if "consolidat" not in text else ", fast-forward"
    if isinstance(phase.get("index"), int) and phase.get("count"):
        text += f", phase {phase['index'] + 1} of {phase['count']}"
    return text
