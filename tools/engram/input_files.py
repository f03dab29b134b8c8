# SPDX-License-Identifier: Apache-2.0
"""The arrays in a configuration as files that the program reads.

Arrays stand where the configuration names files: matrices, waveforms, spikes, initial weights.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any, Callable, Iterator, Mapping

import numpy as np

from .edge_files import Block, write_edges, write_state
from .errors import FileError, ValueProblem
from .matrices import WEIGHTS, blocks_of, entries, require_others, weights
from .network import Network
from .overrides import merged
from .short_form import is_short_form


_WEIGHT_KEYS = tuple(f"initial_weights.{name}" for name in WEIGHTS)


def with_files(config: Mapping[str, Any], directory: Path) -> dict[str, Any]:
    """A configuration whose arrays are replaced by the names of files, written into a directory.

    Raises ValueProblem for what is no such array.
    """
    return _Files(config, directory).replaced()


def needs_files(key: str, value: Any) -> bool:
    """Whether a value, or one within it, must be written to a file: all but text where one is named."""
    if _names_file(key) and value is not None and not isinstance(value, str):
        is_list = key.startswith("sweep.") and isinstance(value, list)
        return not is_list or any(not isinstance(item, str) for item in value)
    if isinstance(value, Mapping):
        return any(needs_files(f"{key}.{inner}", item) for inner, item in value.items())
    if key == "sweep" and isinstance(value, list):
        return any(needs_files(key, item) for item in value)
    return _holds_array(value) or key.removeprefix("sweep.") in _WEIGHT_KEYS


def is_array(value: Any) -> bool:
    """What only a file can hold, or a file should."""
    return isinstance(value, np.ndarray) or hasattr(value, "tocoo")


def with_absolute_paths(value: Any, key: str = "") -> Any:
    """Files are looked for from the present directory, wherever the configuration is written."""
    if isinstance(value, Mapping):
        return {
            name: with_absolute_paths(item, f"{key}.{name}" if key else str(name))
            for name, item in value.items()
        }
    if isinstance(value, str) and _names_file(key.removeprefix("sweep.")):
        return os.path.abspath(value)
    if isinstance(value, list) and (key == "sweep" or key.startswith("sweep.")):
        return [with_absolute_paths(item, key) for item in value]
    return value


def written(directory: Path, name: str, write: Callable[[Path], None]) -> str:
    """The path of a new file, whose name has a digest of its content.

    What another job was given stays as it is. Raises FileError where nothing can be written.
    """
    try:
        directory.mkdir(parents=True, exist_ok=True)
        draft = directory.resolve() / f"{name}.tmp"
        try:
            write(draft)
            digest = hashlib.sha256(draft.read_bytes()).hexdigest()[:12]
            path = draft.with_name(f"{Path(name).stem}-{digest}{Path(name).suffix}")
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as error:
        raise FileError(
            directory, f"cannot be written ({error.strerror or error})", "choose another output"
        ) from error
    return str(path)


class _Files:
    """Replaces arrays in a configuration by the names of files that it writes into a directory."""

    def __init__(self, config: Mapping[str, Any], directory: Path) -> None:
        self._config = dict(config)
        self._directory = directory
        self._weights = config.get("initial_weights")

    def replaced(self) -> dict[str, Any]:
        self._state()
        self._file(("connectivity",), "connectivity.h5", self._matrix)
        for name, entry in _maps(self._config.get("projections")):
            self._file(("projections", name), f"{name}.h5", self._projection(entry))
        for name, entry in _maps(self._config.get("stimuli")):
            self._file(("stimuli", name), f"{name}.txt", self._stimulus(entry))
        self._swept()
        return {key: _lists(value, key) for key, value in self._config.items()}

    def _file(self, place: tuple[str, ...], name: str, write: Callable[[Path, Any], None]) -> None:
        section: Any = self._config
        for part in place:
            section = section.get(part)
            if not isinstance(section, Mapping):
                return
        value = section.get("file")
        if value is None or isinstance(value, str):
            return
        self._set((*place, "file"), self._value(".".join((*place, "file")), value, name, write))

    def _value(self, key: str, value: Any, name: str, write: Callable[[Path, Any], None]) -> str:
        """The path of the file that holds the value of a key."""

        def write_or_say(path: Path) -> None:
            try:
                write(path, value)
            except ValueProblem as problem:
                text = str(problem)
                raise ValueProblem(text if text.startswith(key) else f"{key}: {text}") from problem
            except (TypeError, ValueError) as error:
                raise ValueProblem(
                    f"{key}: holds what is no number, or no list ({error})"
                ) from error

        return written(self._directory, name, write_or_say)

    def _swept(self) -> None:
        """Arrays among the values of a sweep; each has a file of its own."""
        sweep = self._config.get("sweep")
        if isinstance(sweep, Mapping):
            self._config["sweep"] = self._of_sweep(sweep, "")
        elif isinstance(sweep, list):
            self._config["sweep"] = [
                self._of_sweep(part, f"{i}-") if isinstance(part, Mapping) else part
                for i, part in enumerate(sweep)
            ]

    def _of_sweep(self, sweep: Mapping[str, Any], prefix: str) -> dict[str, Any]:
        replaced = {}
        for key, values in _lists_of(sweep):
            if key in _WEIGHT_KEYS:
                if len({"initial_state.from", *_WEIGHT_KEYS} & dict(_lists_of(sweep)).keys()) > 1:
                    raise ValueProblem(f"sweep.{key}: give states, or matrices of h_mV or of z")
                key, values = "initial_state.from", self._states(key, values, prefix)
                self._begin_with(values[0])
            elif _names_file(key) and needs_files(f"sweep.{key}", values):
                name, suffix, write = self._writer(key)
                is_matrix = isinstance(values, np.ndarray) and values.ndim == 2
                if (
                    isinstance(values, Mapping)
                    or hasattr(values, "tocoo")
                    or (is_matrix and not key.startswith("stimuli"))
                ):
                    raise ValueProblem(f"sweep.{key}: give a list of arrays, not one of them")
                values = [
                    value
                    if isinstance(value, str)
                    else self._value(f"sweep.{key}", value, f"{prefix}{name}-{i}{suffix}", write)
                    for i, value in enumerate(values)
                ]
            replaced[key] = values
        return replaced

    def _states(self, key: str, values: Any, prefix: str) -> list[str]:
        """A file for each of the matrices of a sweep, with what all have of the other kind."""
        if not isinstance(values, (list, tuple)) or not values:
            raise ValueProblem(f"sweep.{key}: give a list of matrices, not one of them")
        common = self._weights if isinstance(self._weights, Mapping) else {}
        name = key.removeprefix("initial_weights.")
        return [
            self._state_of({**common, name: value}, f"{prefix}initial_weights-{i}.h5")
            for i, value in enumerate(values)
        ]

    def _writer(self, key: str) -> tuple[str, str, Callable[[Path, Any], None]]:
        """Name and suffix of files of a key, and what writes them."""
        section, _, inner = key.partition(".")
        name = inner.removesuffix(".file")
        entry = (self._config.get(section) or {}).get(name)
        if key == "connectivity.file":
            return section, ".h5", self._matrix
        if section == "projections" and isinstance(entry, Mapping):
            return name, ".h5", self._projection(entry)
        if section == "stimuli" and isinstance(entry, Mapping):
            return name, ".txt", self._stimulus(entry)
        raise ValueProblem(f"sweep.{key}: the configuration has no '{section}.{name}'")

    def _set(self, place: tuple[str, ...], value: Any) -> None:
        self._config = merged(self._config, {".".join(place): value})

    def _network(self) -> Network:
        config = {key: self._config.get(key) for key in ("populations", "neuron", "background")}
        if "projections" in self._config:
            config["projections"] = self._config["projections"]
        return Network.of(config)

    def _stimulus(self, entry: Mapping[str, Any]) -> Callable[[Path, Any], None]:
        scheme = str(entry.get("scheme"))
        return _STIMULI.get(scheme, _no_file(scheme))

    def _matrix(self, path: Path, matrix: Any) -> None:
        """Of all neurons, by gid, in the short form."""
        network = self._network()
        pre, post, _ = entries(matrix, (network.size, network.size), "connectivity.file")
        require_others(pre, post, "connectivity.file")
        blocks = blocks_of(network.populations, pre, post)
        first = network.populations[0]
        write_edges(path, blocks or [Block(first, first, pre, post)])

    def _projection(self, entry: Mapping[str, Any]) -> Callable[[Path, Any], None]:
        def write(path: Path, matrix: Any) -> None:
            network = self._network()
            source = network.population(str(entry.get("from")))
            target = network.population(str(entry.get("to")))
            place = f"projections of {source.name} to {target.name}"
            pre, post, _ = entries(matrix, (source.count, target.count), place)
            if source == target:
                require_others(pre, post, place)
            write_edges(path, [Block(source, target, pre, post)])

        return write

    def _state(self) -> None:
        if isinstance(self._weights, Mapping) and any(key in self._weights for key in WEIGHTS):
            self._begin_with(self._state_of(self._weights, "initial_weights.h5"))

    def _state_of(self, given: Mapping[str, Any], name: str) -> str:
        """Initial weights as matrices are the state of a network.h5 at time 0."""
        others = sorted(set(given) - set(WEIGHTS))
        if others:
            raise ValueProblem(
                f"initial_weights: has matrices and {', '.join(others)}; give one of the two"
            )
        network = self._network()
        shape = (network.size, network.size)
        h_0_mV, z_max = self._of_synapses("h_0_mV", 4.20075), self._of_synapses("z_max", 1.0)
        pre, post, values = weights(given, shape, h_0_mV, z_max)
        blocks = [
            block
            for block in blocks_of(network.populations, pre, post, values)
            if any((p.source, p.target) == (block.source, block.target) for p in network.plastic)
        ]
        return written(self._directory, name, lambda path: write_state(path, blocks))

    def _of_synapses(self, key: str, default: float) -> float:
        section = self._config.get("synapses")
        value = section.get(key) if isinstance(section, Mapping) else None
        try:
            return default if value is None else float(value)
        except (TypeError, ValueError):
            raise ValueProblem(f"synapses.{key}: must be a number (is {value!r})") from None

    def _begin_with(self, state: str) -> None:
        if is_short_form(self._config.get("populations") or {}):
            wiring = self._config.get("connectivity") or {}
            if "file" not in wiring and "probability" not in wiring:
                self._set(("connectivity", "probability"), 0.1)  # else only these have synapses
        self._config.pop("initial_weights", None)
        self._set(("initial_state",), {"from": state, "at_s": 0, "proteins": False})


def _write_waveform(path: Path, values: Any) -> None:
    """A value on each line, or time in ms and value."""
    if np.iscomplexobj(values):
        raise ValueProblem("a waveform has values in nA; these are complex numbers")
    numbers = np.asarray(values, dtype=float)
    if not numbers.size or not np.isfinite(numbers).all():
        raise ValueProblem("a waveform has values, all of them finite")
    if numbers.ndim == 2 and numbers.shape[1] != 2 or numbers.ndim not in (1, 2):
        raise ValueProblem(
            f"a waveform has one column of values in nA, or two, time in ms and value (has the "
            f"shape {numbers.shape})"
        )
    np.savetxt(path, numbers, fmt="%.17g")


def _write_spikes(path: Path, spikes: Any) -> None:
    """A time in ms and a neuron on each line.

    Given as two columns, as a map from neurons to times, or as a list of the times of each neuron.
    """
    if isinstance(spikes, np.ndarray) and spikes.ndim == 2:
        if spikes.shape[1] != 2 or not (np.floor(spikes[:, 1]) == spikes[:, 1]).all():
            raise ValueProblem(
                "an array of spikes has two columns, time in ms and neuron (has the shape "
                f"{spikes.shape}{'' if spikes.shape[1] != 2 else ', and no whole neurons'})"
            )
        times, neurons = spikes[:, 0].astype(float), spikes[:, 1].astype(np.int64)
    else:
        trains = spikes.items() if isinstance(spikes, Mapping) else enumerate(spikes)
        parts = [(int(neuron), np.atleast_1d(np.asarray(t, dtype=float))) for neuron, t in trains]
        times = np.concatenate([t for _, t in parts]) if parts else np.empty(0)
        neurons = np.repeat([n for n, _ in parts], [len(t) for _, t in parts]).astype(np.int64)
    if not (np.isfinite(times) & (times >= 0)).all():
        raise ValueProblem("spikes have finite times from 0 on")
    order = np.lexsort((neurons, times))
    lines = (f"{float(times[i])!r} {neurons[i]}\n" for i in order)
    path.write_text("".join(lines), "ascii")


_STIMULI: dict[str, Callable[[Path, Any], None]] = {
    "WAVEFORM": _write_waveform,
    "SPIKES": _write_spikes,
}


def _no_file(scheme: str) -> Callable[[Path, Any], None]:
    def write(path: Path, values: Any) -> None:
        raise ValueProblem(f"the scheme {scheme} takes no file")

    return write


def _maps(section: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    if isinstance(section, Mapping):
        for name, entry in section.items():
            if isinstance(entry, Mapping):
                yield str(name), entry


def _lists_of(sweep: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """What is swept over, by full keys."""
    for key, value in sweep.items():
        if isinstance(value, Mapping) and value and not f"{prefix}{key}".endswith(".file"):
            yield from _lists_of(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def _names_file(key: str) -> bool:
    return key.endswith(".file") or key == "initial_state.from"


def _holds_array(value: Any) -> bool:
    if is_array(value):
        return True
    parts = value.values() if isinstance(value, Mapping) else value
    return isinstance(value, (Mapping, list, tuple)) and any(map(_holds_array, parts))


def _lists(value: Any, place: str) -> Any:
    """What is written as it is: arrays as lists. Raises ValueProblem for what YAML has no word for."""
    if isinstance(value, Mapping):
        return {key: _lists(item, f"{place}.{key}") for key, item in value.items()}
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, (list, tuple)):
        return [_lists(item, place) for item in value]
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    raise ValueProblem(f"{place}: a value of type {type(value).__name__} cannot be written")
