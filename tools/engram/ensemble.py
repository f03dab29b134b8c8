# SPDX-License-Identifier: Apache-2.0
"""The results of an ensemble: many trials of one or several settings, summarised in ensemble.h5."""

from __future__ import annotations

import math
import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, ContextManager, Sequence

import numpy as np

from .arrays import Array
from . import files, tables
from .configuration import completed, with_settings
from .documents import Section, read_json, read_yaml
from .errors import ResultsError
from .groups import excitatory_size
from .hdf5 import Group, open_hdf5
from .results import Results
from .schemas import CONFIGURATION, SUMMARY, check
from .stimuli import Stimulus, first_stimulus, last_stimulus, read_stimuli

if TYPE_CHECKING:
    import pandas

FILE = "ensemble.h5"
FILETYPE = "engram ensemble"
TRIALS = "trials"  # directory of their results


@dataclass(frozen=True)
class Point:
    """One setting of the swept keys."""

    index: int
    name: str
    settings: dict[str, str]  # value of each swept key, as text
    config: Section  # base configuration with these settings; groups as they were written
    summary: Section  # of this point, in summary.json

    @property
    def stimuli(self) -> list[Stimulus]:
        """All stimuli of its runs, in the order of their first onset."""
        return read_stimuli(self.config, self.summary)

    @property
    def assembly_size(self) -> int:
        """Number of excitatory neurons of the first learning stimulus."""
        learn = first_stimulus(self.stimuli, "learn")
        return excitatory_size(self.config, *learn.groups) if learn else 0

    @property
    def recall_delay_s(self) -> float:
        """From the first onset of learning to the last of recall; not a number without both."""
        stimuli = self.stimuli
        learn, recall = first_stimulus(stimuli, "learn"), last_stimulus(stimuli, "recall")
        return round(recall.onset_s - learn.onset_s, 9) if learn and recall else math.nan


@dataclass(frozen=True)
class Measure:
    """A measure of all trials; statistics are over the trials in which it is defined."""

    name: str
    units: str
    description: str
    trials: Array  # [points, trials], not a number where undefined
    mean: Array  # [points]; so are all that follow
    sd: Array
    sem: Array
    batch_mean: Array | None = None  # of means of batches; None without batches
    batch_sd: Array | None = None
    batch_sem: Array | None = None

    @property
    def n_defined(self) -> Array:
        """Number of trials of each point in which it is defined."""
        return np.asarray(np.isfinite(self.trials).sum(axis=1))


@dataclass(frozen=True)
class Statistics:
    """Of one recorded variable over the trials, one value per time."""

    mean: Array
    sd: Array
    sem: Array


@dataclass(frozen=True)
class TraceStatistics:
    """Of all recorded variables of a neuron or synapse."""

    label: str  # gid, or pre_post; selected_<i> of synapses that differ from trial to trial
    variables: dict[str, Statistics]


class Ensemble:
    """The results of a finished ensemble."""

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        files.check_finished(self.path)
        if not os.path.lexists(self.path / FILE):
            raise ResultsError(f"{self.path}: there is no {FILE} (one run, not an ensemble)")
        self.summary = read_json(self.path / files.SUMMARY)
        check(self.summary, SUMMARY)
        with self._open() as file:
            self.n_points = file.whole_number("n_points")
            self.n_trials = file.whole_number("n_trials")
            self.trials_per_batch = file.whole_number("trials_per_batch")
            self.measure_names = sorted(file.group("measures").names())

    @cached_property
    def config(self) -> Section:
        """The base configuration as it was given, with trials and sweep."""
        config = read_yaml(self.path / files.CONFIGURATION)
        check(config, CONFIGURATION)
        return config

    @cached_property
    def seeds(self) -> Array:
        """Of each trial; the same at every point."""
        with self._open() as file:
            return file.dataset("trials/seed", (self.n_trials,)).whole_numbers()

    @cached_property
    def points(self) -> list[Point]:
        with self._open() as file:
            group = file.group("points")
            names = group.dataset("names", (self.n_points,)).texts()
            keys = group.dataset("keys").texts()
            values = group.dataset("values", (self.n_points, len(keys))).texts()
        points = []
        summaries = self.summary.get("points", [])
        nothing = Section({}, self.summary.path, "points")
        for index, (name, row) in enumerate(zip(names, values)):
            settings = {str(key): str(value) for key, value in zip(keys, row)}
            config = with_settings(self.config, settings)
            check(config, CONFIGURATION)
            config = completed(config)
            summary = summaries[index] if index < len(summaries) else nothing
            points.append(Point(index, str(name), settings, config, summary))
        return points

    def measure(self, name: str) -> Measure:
        """One of measure_names."""
        with self._open() as file:
            if name not in self.measure_names:
                raise ResultsError(f"{self.path / FILE}: there is no measure '{name}'")
            group = file.group(f"measures/{name}")
            n = self.n_points
            shapes = {"trials": (n, self.n_trials), "mean": (n,), "sd": (n,), "sem": (n,)}
            values = {key: group.dataset(key, shape) for key, shape in shapes.items()}
            values |= {key: group.dataset(key, (n,)) for key in _BATCH if key in group}
            return Measure(
                name,
                group.text("units"),
                group.text("description", ""),
                **{key: found.numbers(undefined=True) for key, found in values.items()},
            )

    def table(self, measures: Sequence[str] | None = None) -> pandas.DataFrame:
        """Mean, s.d., s.e.m. and n of measures (all unless named) at each point, one per row.

        >>> load(small_ensemble).table(["Q"]).columns.tolist()
        ['groups.assembly.count', 'point', 'measure', 'mean', 'sd', 'sem', 'n', 'units']
        """
        return tables.ensemble_frame(self, measures)

    def recall(self) -> pandas.DataFrame:
        """The same of Q, MI, and the rates of subpopulations at recall.

        >>> sorted(set(load(small_ensemble).recall().measure))
        ['MI', 'Q', 'nu_ans', 'nu_as', 'nu_ctrl']
        """
        return self.table(["Q", "MI", "nu_as", "nu_ans", "nu_ctrl"])

    def trials(self, *measures: str) -> pandas.DataFrame:
        """Measures of every single trial (Q unless named), with its seed and settings.

        >>> len(load(small_ensemble).trials("Q", "MI"))
        4
        """
        return tables.trials_frame(self, measures or ["Q"])

    def trace_time_s(self, point: int) -> Array:
        """The times of all samples of traces at a point."""
        with self._open() as file:
            return self._traces(file, point).dataset("time_ms").numbers() / 1000.0

    def neuron_traces(self, point: int) -> list[TraceStatistics]:
        """Statistics over the trials of the traces of the recorded neurons, by gid."""
        return self._statistics(point, "neurons")

    def synapse_traces(self, point: int) -> list[TraceStatistics]:
        """The same of the recorded synapses, by (pre, post)."""
        return self._statistics(point, "synapses")

    def has_traces(self, point: int) -> bool:
        with self._open() as file:
            return f"traces/{point:03d}" in file

    @property
    def keeps_trials(self) -> bool:
        """Whether there are results of single trials (trial_results: all)."""
        return (self.path / TRIALS).is_dir()

    def trial(self, point: int, trial: int) -> Results:
        """The full results of one trial, if they were kept (trial_results: all)."""
        path = self.path / TRIALS / f"{point:03d}" / f"{trial:04d}"
        if not path.is_dir():
            raise ResultsError(f"{path}: no such directory (kept only with 'trial_results: all')")
        return Results(path)

    def _statistics(self, point: int, kind: str) -> list[TraceStatistics]:
        with self._open() as file:
            group = self._traces(file, point)
            n_times = len(group.dataset("time_ms"))
            recorded = group.groups(kind) if kind in group else {}
            traces = [
                TraceStatistics(
                    label,
                    {
                        name: _statistics(variables.group(name), n_times)
                        for name in variables.names()
                    },
                )
                for label, variables in recorded.items()
            ]
        return sorted(traces, key=lambda trace: _label_key(trace.label))

    def _traces(self, file: Group, point: int) -> Group:
        name = f"traces/{point:03d}"
        if name not in file:
            raise ResultsError(f"{self.path / FILE}: there are no traces of point {point}")
        return file.group(name)

    def _open(self) -> ContextManager[Group]:
        return open_hdf5(self.path / FILE, FILETYPE)


def is_ensemble(path: str | Path) -> bool:
    """Whether a directory holds the results of an ensemble rather than of one run.

    >>> is_ensemble(small_ensemble), is_ensemble(small_recall)
    (True, False)
    """
    path = Path(path)
    if (path / FILE).is_file():
        return True
    try:
        return read_json(path / files.SUMMARY).get("kind") == "ensemble"
    except ResultsError:
        return False


def _statistics(group: Group, n_times: int) -> Statistics:
    parts = (group.dataset(part, (n_times,)) for part in ("mean", "sd", "sem"))
    return Statistics(*(part.numbers(undefined=True) for part in parts))


def is_gid(text: str) -> bool:
    """Whether a part of a label is the number of a neuron."""
    return text.isascii() and text.isdecimal() and len(text) <= 10


def _label_key(label: str) -> list[tuple[bool, int, str]]:
    """Numbers in a label by value, before words."""
    return [(not is_gid(part), int(part) if is_gid(part) else 0, part) for part in label.split("_")]


_BATCH = ("batch_mean", "batch_sd", "batch_sem")
