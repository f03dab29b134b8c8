# SPDX-License-Identifier: Apache-2.0
"""Results as tables of pandas, which is needed for these alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Mapping, Sequence

import numpy as np

from .arrays import Array
from .entries import Entry
from .errors import MissingPackage

if TYPE_CHECKING:
    import pandas

    from .ensemble import Ensemble
    from .results import Results


def frame(columns: Mapping[Any, Any], **options: Any) -> pandas.DataFrame:
    """A table of columns. Raises MissingPackage without pandas.

    >>> frame({"time_ms": [0.2, 0.4]}).shape
    (2, 1)
    """
    return _pandas().DataFrame(columns, **options)


def _pandas() -> Any:
    try:
        import pandas
    except ImportError as error:
        raise MissingPackage(
            "tables need the package pandas: apt-get install python3-pandas, or "
            "python3 -m pip install pandas"
        ) from error
    return pandas


def entries_frame(entries: Sequence[Entry]) -> pandas.DataFrame:
    """Measures of one run by name, with what one run tells of their scatter."""
    return frame(
        {
            "value": [entry.mean for entry in entries],
            "error": [entry.error for entry in entries],
            "units": [entry.units for entry in entries],
        },
        index=_named([entry.name for entry in entries], "measure"),
    )


def _named(values: Any, name: str) -> Any:
    return _pandas().Index(values, name=name)


def edges_frame(results: Results, time_s: float | None = None) -> pandas.DataFrame:
    """All synapses by gid; of plastic ones h and z in a snapshot (unless given the last one)."""
    times_s = results.snapshot_times_s
    label = None
    if time_s is not None:
        label = results.snapshot(time_s).label
    elif times_s:
        label = results.snapshot(times_s[-1]).label
    columns: dict[str, list[Any]] = {
        name: [] for name in ("projection", "pre", "post", "h_mV", "z")
    }
    for projection in results.network.projections:
        pre, post = results.network_file.edges(projection)
        columns["projection"].append(np.full(len(pre), projection.name, dtype=object))
        columns["pre"].append(pre.astype(np.int64) + projection.source.first)
        columns["post"].append(post.astype(np.int64) + projection.target.first)
        for name in ("h_mV", "z"):
            if projection.is_plastic and label is not None:
                values = results.network_file.weights(projection, label, name)
            else:
                values = np.full(len(pre), np.nan)
            columns[name].append(values)
    table = frame({name: np.concatenate(parts) for name, parts in columns.items() if parts})
    return table.astype({"projection": "category"}) if len(table) else table


def traces_frame(results: Results) -> pandas.DataFrame:
    """All recorded traces: a column (owner, variable) for each, time in s as the index."""
    columns: dict[tuple[str, str], Array] = {}
    from .results import MEMBRANE

    for neuron in results.neuron_traces:
        variables = {name: getattr(neuron, name) for name in MEMBRANE} | neuron.late_phase
        columns |= {(str(neuron.gid), name): values for name, values in variables.items()}
    for synapse in results.synapse_traces:
        owner = f"{synapse.pre}->{synapse.post}"
        columns |= {(owner, name): getattr(synapse, name) for name in ("Ca", "h_mV", "z")}
    return frame(columns, index=_named(results.trace_time_s, "time_s"))


def ensemble_frame(ensemble: Ensemble, measures: Sequence[str] | None = None) -> pandas.DataFrame:
    """A row for each point, measure: the settings of the point, mean, sd, sem and n."""
    names = ensemble.measure_names if measures is None else measures
    rows = []
    for name in names:
        measure = ensemble.measure(name)
        for point in ensemble.points:
            i = point.index
            rows.append(
                {
                    **{key: _number(text) for key, text in point.settings.items()},
                    "point": i,
                    "measure": name,
                    "mean": measure.mean[i],
                    "sd": measure.sd[i],
                    "sem": measure.sem[i],
                    "n": int(measure.n_defined[i]),
                    "units": measure.units,
                }
            )
    return frame({key: [row[key] for row in rows] for key in (rows[0] if rows else {})})


def trials_frame(ensemble: Ensemble, measures: Sequence[str]) -> pandas.DataFrame:
    """A row for each trial at each point: its settings, seed, and these measures."""
    columns: dict[str, Any] = {}
    n = ensemble.n_trials
    for key in ensemble.points[0].settings:
        columns[key] = np.repeat([_number(p.settings[key]) for p in ensemble.points], n)
    columns["point"] = np.repeat(np.arange(ensemble.n_points), n)
    columns["trial"] = np.tile(np.arange(n), ensemble.n_points)
    columns["seed"] = np.tile(ensemble.seeds, ensemble.n_points)
    for name in measures:
        columns[name] = ensemble.measure(name).trials.ravel()
    return frame(columns)


def _number(text: str) -> float | int | str:
    kinds: tuple[type[int], type[float]] = (int, float)
    for kind in kinds:
        try:
            return kind(text)
        except ValueError:
            continue
    return text
