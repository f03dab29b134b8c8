# SPDX-License-Identifier: Apache-2.0
"""Traces averaged over the trials of an ensemble, as the published scripts for batches write them.

A file for each batch, averaged_traces/<batch>.txt: time in ms, then mean and s.d. of V, h, h_0*z,
Ca and p^C of one block of columns of traces.txt; of several batches also the means and s.d. of
these over batches (meta_mean_averaged_traces.txt, meta_stdev_averaged_traces.txt).
"""

from __future__ import annotations

from pathlib import Path
from typing import Iterable

import numpy as np

from .arbor_text import check_network, trace_table
from .arrays import Array
from .ensemble import Ensemble, TraceStatistics
from .errors import ResultsError
from .files import own_directory, replaced
from .results import Results

DIRECTORY = "averaged_traces"
_COLUMNS = (0, 2, 3, 4, 6)  # of the seven of a block: V, h, z, Ca, p^C


class _Moments:
    """Mean and s.d. of tables that come one by one."""

    def __init__(self) -> None:
        self.count = 0
        self.mean: Array = np.zeros(())
        self._squares: Array = np.zeros(())

    def add(self, table: Array) -> None:
        if self.count and table.shape != self.mean.shape:
            raise ResultsError(
                f"a trial has {len(table)} samples where others have {len(self.mean)}; only "
                "trials of one length can be averaged"
            )
        self.count += 1
        change = table - self.mean
        self.mean = self.mean + change / self.count
        self._squares = self._squares + change * (table - self.mean)

    @property
    def sd(self) -> Array:
        if self.count < 2:
            return np.full(self.mean.shape, np.nan)
        return np.asarray(np.sqrt(self._squares / (self.count - 1)))


def _of_trials(trials: Iterable[Results], block: int) -> Array:
    moments, time_ms = _Moments(), np.empty(0)
    for results in trials:
        check_network(results)
        names, table = trace_table(results)
        n_blocks = (len(names) - 1) // 7
        if block >= n_blocks:
            raise ResultsError(f"{results.path}: there are {n_blocks} blocks of columns")
        time_ms = table[:, 0]
        moments.add(table[:, [1 + 7 * block + column for column in _COLUMNS]])
    return _interleaved(time_ms, moments.mean, moments.sd)


def _interleaved(time_ms: Array, mean: Array, sd: Array) -> Array:
    pairs = np.stack([mean, sd], axis=2).reshape(len(time_ms), -1)
    return np.column_stack([time_ms, pairs])


def _of_statistics(ensemble: Ensemble, point: int) -> Array:
    """Of the first recorded synapse, or else neuron, where trials were not kept."""
    neurons = {trace.label: trace for trace in ensemble.neuron_traces(point)}
    synapses = ensemble.synapse_traces(point)
    neuron, synapse = _first_block(ensemble, neurons, synapses)
    time_ms = 1e3 * ensemble.trace_time_s(point)
    h_0 = ensemble.points[point].config["synapses"].get("h_0_mV", 4.20075)
    zero = np.zeros(len(time_ms))
    columns = []
    for trace, names, factor in (
        (neuron, ("V_mV",), 1.0),
        (synapse, ("h_mV",), 1.0),
        (synapse, ("z",), float(h_0)),
        (synapse, ("Ca",), 1.0),
        (neuron if synapse else None, ("p", "p_C"), 1.0),
    ):
        found = [trace.variables[n] for n in names if n in trace.variables] if trace else []
        columns += [factor * found[0].mean, factor * found[0].sd] if found else [zero, zero]
    return np.column_stack([time_ms, *columns])


def _first_block(
    ensemble: Ensemble, neurons: dict[str, TraceStatistics], synapses: list[TraceStatistics]
) -> tuple[TraceStatistics | None, TraceStatistics | None]:
    for synapse in synapses:
        target = synapse.label.split("_")[-1]
        if target in neurons:
            return neurons[target], synapse
    if neurons:
        return next(iter(neurons.values())), None
    raise ResultsError(f"{ensemble.path}: has recorded no neuron; set record.neurons")


def averaged_traces(ensemble: Ensemble, point: int, block: int = 0) -> list[Array]:
    """A table for each batch of trials at a point; without trials_per_batch they are one batch.

    >>> averaged_traces(load(small_ensemble), 0)[0].shape[1]
    11
    """
    per_batch = ensemble.trials_per_batch or ensemble.n_trials
    if not (ensemble.path / "trials").is_dir():
        if per_batch < ensemble.n_trials or block:
            raise ResultsError(
                f"{ensemble.path}: traces of batches, and of other blocks than the first, need "
                "the traces of each trial, which are kept with 'trial_results: all'"
            )
        return [_of_statistics(ensemble, point)]
    starts = range(0, ensemble.n_trials, per_batch)
    return [
        _of_trials(
            (
                ensemble.trial(point, k)
                for k in range(start, min(start + per_batch, ensemble.n_trials))
            ),
            block,
        )
        for start in starts
    ]


def write_averages(tables: list[Array], directory: Path) -> list[Path]:
    """Writes the tables of batches and, if there are several, what is averaged over them."""
    inner = own_directory(directory / DIRECTORY)
    paths = [_write(inner / f"{k}.txt", table) for k, table in enumerate(tables, 1)]
    if len(tables) > 1:
        for name, columns in (("mean", slice(1, None, 2)), ("stdev", slice(2, None, 2))):
            moments = _Moments()
            for table in tables:
                moments.add(table[:, columns])
            path = directory / f"meta_{name}_{DIRECTORY}.txt"
            paths.append(_write(path, _interleaved(tables[0][:, 0], moments.mean, moments.sd)))
    return paths


def _write(path: Path, table: Array) -> Path:
    with replaced(path) as temporary:
        np.savetxt(temporary, table, fmt="%.10g")
    return path
