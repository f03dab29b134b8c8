# SPDX-License-Identifier: Apache-2.0
"""The results of an ensemble: many trials of one or several settings, summarised in ensemble.h5."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from . import files
from .configuration import completed, with_settings
from .errors import ResultsError
from .results import Results
from .stimuli import Stimulus, first_stimulus, group_size, last_stimulus, read_stimuli

FILE = "ensemble.h5"
FILETYPE = "engram ensemble"


@dataclass(frozen=True)
class Point:
    """One setting of the swept keys."""

    index: int
    name: str
    settings: dict[str, str]  # value of each swept key, as text
    config: dict[str, Any]  # base configuration with these settings; groups as they were written
    summary: dict[str, Any]  # of this point, in summary.json

    @property
    def stimuli(self) -> list[Stimulus]:
        """All stimuli of its runs, in the order of their first onset."""
        return read_stimuli(self.config, self.summary)

    @property
    def assembly_size(self) -> int:
        """Number of neurons of the first learning stimulus."""
        learn = first_stimulus(self.stimuli, "learn")
        return group_size(self.config, learn.group) if learn else 0

    @property
    def recall_delay_s(self) -> float:
        """From the first onset of learning to the last of recall; not a number without both."""
        stimuli = self.stimuli
        learn, recall = first_stimulus(stimuli, "learn"), last_stimulus(stimuli, "recall")
        return recall.onset_s - learn.onset_s if learn and recall else math.nan


@dataclass(frozen=True)
class Measure:
    """A measure of all trials; statistics are over the trials in which it is defined."""

    name: str
    units: str
    description: str
    trials: np.ndarray  # [points, trials], not a number where undefined
    mean: np.ndarray  # [points]; so are all that follow
    sd: np.ndarray
    sem: np.ndarray
    batch_mean: np.ndarray | None  # of means of batches; None without batches
    batch_sd: np.ndarray | None
    batch_sem: np.ndarray | None

    @property
    def n_defined(self) -> np.ndarray:
        """Number of trials of each point in which it is defined."""
        return np.isfinite(self.trials).sum(axis=1)


@dataclass(frozen=True)
class Statistics:
    """Of one recorded variable over the trials, one value per time."""

    mean: np.ndarray
    sd: np.ndarray
    sem: np.ndarray


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
        if not (self.path / FILE).is_file():
            raise ResultsError(f"{self.path}: there is no {FILE} (one run, not an ensemble)")
        self.summary = files.read_json(self.path / files.SUMMARY)
        with self._open() as file:
            self.n_points = int(file.attrs["n_points"])
            self.n_trials = int(file.attrs["n_trials"])
            self.trials_per_batch = int(file.attrs["trials_per_batch"])
            self.measure_names = sorted(file["measures"])

    @cached_property
    def config(self) -> dict[str, Any]:
        """The base configuration as it was given, with trials and sweep."""
        return files.read_yaml(self.path / files.CONFIGURATION)

    @cached_property
    def seeds(self) -> np.ndarray:
        """Of each trial; the same at every point."""
        with self._open() as file:
            return file["trials/seed"][()]

    @cached_property
    def points(self) -> list[Point]:
        with self._open() as file:
            group = file["points"]
            names, keys = group["names"].asstr()[()], group["keys"].asstr()[()]
            values = group["values"].asstr()[()].reshape(self.n_points, len(keys))
        points = []
        summaries = self.summary.get("points", [])
        for index, (name, row) in enumerate(zip(names, values)):
            settings = {str(key): str(value) for key, value in zip(keys, row)}
            config = completed(with_settings(self.config, settings))
            summary = summaries[index] if index < len(summaries) else {}
            points.append(Point(index, str(name), settings, config, summary))
        return points

    def measure(self, name: str) -> Measure:
        """One of measure_names."""
        with self._open() as file:
            if name not in file["measures"]:
                raise ResultsError(f"{self.path / FILE}: there is no measure '{name}'")
            group = file["measures"][name]
            batch = {key: group[key][()] if key in group else None for key in _BATCH}
            return Measure(
                name,
                str(group.attrs["units"]),
                str(group.attrs.get("description", "")),
                group["trials"][()],
                group["mean"][()],
                group["sd"][()],
                group["sem"][()],
                **batch,
            )

    def trace_time_s(self, point: int) -> np.ndarray:
        """The times of all samples of traces at a point."""
        with self._open() as file:
            return self._traces(file, point)["time_ms"][()] / 1000.0

    def neuron_traces(self, point: int) -> list[TraceStatistics]:
        """Statistics over the trials of the traces of the recorded neurons, by gid."""
        return self._statistics(point, "neurons")

    def synapse_traces(self, point: int) -> list[TraceStatistics]:
        """The same of the recorded synapses, by (pre, post)."""
        return self._statistics(point, "synapses")

    def has_traces(self, point: int) -> bool:
        with self._open() as file:
            return f"traces/{point:03d}" in file

    def trial(self, point: int, trial: int) -> Results:
        """The full results of one trial, if they were kept (trial_results: all)."""
        path = self.path / "trials" / f"{point:03d}" / f"{trial:04d}"
        if not path.is_dir():
            raise ResultsError(f"{path}: no such directory (kept only with 'trial_results: all')")
        return Results(path)

    def _statistics(self, point: int, kind: str) -> list[TraceStatistics]:
        with self._open() as file:
            group = self._traces(file, point).get(kind, {})
            traces = [
                TraceStatistics(
                    label,
                    {
                        name: Statistics(*(item[part][()] for part in ("mean", "sd", "sem")))
                        for name, item in variables.items()
                    },
                )
                for label, variables in group.items()
            ]
        return sorted(traces, key=lambda trace: _label_key(trace.label))

    def _traces(self, file: h5py.File, point: int) -> h5py.Group:
        name = f"traces/{point:03d}"
        if name not in file:
            raise ResultsError(f"{self.path / FILE}: there are no traces of point {point}")
        return file[name]

    def _open(self) -> h5py.File:
        return files.open_hdf5(self.path / FILE, FILETYPE)


def _label_key(label: str) -> list[tuple[bool, int, str]]:
    """Numbers in a label by value, before words."""
    return [
        (not part.isdigit(), int(part) if part.isdigit() else 0, part) for part in label.split("_")
    ]


_BATCH = ("batch_mean", "batch_sd", "batch_sem")
