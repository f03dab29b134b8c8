# SPDX-License-Identifier: Apache-2.0
"""Configurations as values of Python: what the program reads is written as files.

Arrays stand where the configuration names files: matrices, waveforms, spikes, initial weights.
"""

from __future__ import annotations

import copy
import hashlib
import json
import math
import os
import re
from pathlib import Path
from typing import Any, Callable, Iterator, Mapping, Sequence

import numpy as np
import yaml

from .arrays import Array
from .documents import read_yaml
from .edge_files import Block, write_edges, write_state
from .errors import Problem, ValueProblem
from .keys import Part
from .network import Network, Population
from .short_form import is_short_form

CONFIGURATION = "config.yaml"
Config = Mapping[str, Any] | Part
_WEIGHTS = {"h_mV": (0.0, 1e4), "z": (-0.5, 1e3)}  # of initial_weights, as matrices; their ranges


def as_map(config: Config) -> dict[str, Any]:
    """A copy as nested dicts, whatever objects it is made of.

    >>> from engram.keys import Configuration, Simulation
    >>> as_map(Configuration(simulation=Simulation(duration_s=25)))
    {'simulation': {'duration_s': 25}}
    """
    plain = _plain(config)
    if not isinstance(plain, dict):
        raise ValueProblem(f"a configuration must be a map, not {type(config).__name__}")
    return plain


def flat(overrides: Mapping[str, Any]) -> dict[str, Any]:
    """Values by their full keys; sections may be maps, and `__` stands for the dot.

    >>> flat({"simulation__seed": 2, "neuron": {"t_ref_ms": 3}, "trials": 10})
    {'simulation.seed': 2, 'neuron.t_ref_ms': 3, 'trials': 10}
    """
    found: dict[str, Any] = {}
    for name, value in overrides.items():
        key = name.replace("__", ".")
        value = value.to_dict() if isinstance(value, Part) else value
        if isinstance(value, Mapping) and value and "." not in key and key != "sweep":
            found |= {f"{key}.{inner}": item for inner, item in value.items()}
        else:
            found[key] = value
    return found


def merged(config: Mapping[str, Any], overrides: Mapping[str, Any]) -> dict[str, Any]:
    """A copy with values replaced, by their full keys; None takes a key away.

    >>> merged({"simulation": {"seed": 1}}, {"simulation.seed": 2, "groups.A.count": 3})
    {'simulation': {'seed': 2}, 'groups': {'A': {'count': 3}}}
    """
    whole = dict(config)
    for key, value in overrides.items():
        *path, last = key.split(".")
        place = whole
        for part in path:
            inner = place.get(part)
            place[part] = dict(inner) if isinstance(inner, Mapping) else {}
            place = place[part]
        if value is None:
            place.pop(last, None)
        else:
            place[last] = value
    return whole


def write_configuration(config: Config, overrides: Mapping[str, Any], directory: Path) -> Path:
    """Writes a configuration and the files that its values need; returns the path of the former."""
    whole = merged(as_map(config), {key: _plain(value) for key, value in overrides.items()})
    with_files = _Files(_with_absolute_paths(whole), directory).replaced()
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / CONFIGURATION
    path.write_text(yaml.safe_dump(with_files, sort_keys=False, allow_unicode=True), "utf-8")
    return path


def settings(path: Path, overrides: Mapping[str, Any], directory: Path) -> list[str]:
    """The options --set of values by their full keys, for a configuration that is a file."""
    plain = {key: _plain(value) for key, value in overrides.items()}
    if any(_needs_files(key, value) for key, value in plain.items()):
        whole = merged(read_yaml(path), plain)
        replaced = _Files(whole, directory).replaced()
        plain = {key: _at(replaced, key) for key in plain}
        if "initial_state" in replaced and any(k.startswith("initial_weights") for k in plain):
            plain = {k: v for k, v in plain.items() if not k.startswith("initial_weights")}
            plain["initial_weights"] = None
            for section in ("initial_state", "connectivity"):
                for key, value in replaced.get(section, {}).items():
                    given = _at(whole, f"{section}.{key}")
                    if _is_array(given) or value != given:
                        plain[f"{section}.{key}"] = value
    options = []
    for key, value in plain.items():
        options += ["--set", f"{key}={json.dumps(value, allow_nan=False)}"]
    return options


def _at(config: Mapping[str, Any], key: str) -> Any:
    value: Any = config
    for part in key.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


class _Files:
    """Replaces arrays in a configuration by the names of files that it writes into a directory."""

    def __init__(self, config: dict[str, Any], directory: Path) -> None:
        self._config = copy.copy(config)
        self._directory = directory

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

        return self._written(name, write_or_say)

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
            if _names_file(key) and _needs_files(f"sweep.{key}", values):
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

    def _written(self, name: str, write: Callable[[Path], None]) -> str:
        """The name has a digest of the content: what another run was given stays as it is."""
        self._directory.mkdir(parents=True, exist_ok=True)
        draft = self._directory.resolve() / f"{name}.tmp"
        try:
            write(draft)
            digest = hashlib.sha256(draft.read_bytes()).hexdigest()[:12]
            path = draft.with_name(f"{Path(name).stem}-{digest}{Path(name).suffix}")
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
        return str(path)

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
        _require_others(pre, post, "connectivity.file")
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
                _require_others(pre, post, place)
            write_edges(path, [Block(source, target, pre, post)])

        return write

    def _state(self) -> None:
        """Initial weights as matrices are the state of a network.h5 at time 0."""
        given = self._config.get("initial_weights")
        if not isinstance(given, Mapping) or not any(key in given for key in _WEIGHTS):
            return
        others = sorted(set(given) - set(_WEIGHTS))
        if others:
            raise ValueProblem(
                f"initial_weights: has matrices and {', '.join(others)}; give one of the two"
            )
        network = self._network()
        shape = (network.size, network.size)
        section = self._config.get("synapses") or {}
        h_0_mV = section.get("h_0_mV", 4.20075) if isinstance(section, Mapping) else 4.20075
        pre, post, values = _weights(given, shape, float(h_0_mV))
        blocks = [
            block
            for block in blocks_of(network.populations, pre, post, values)
            if any((p.source, p.target) == (block.source, block.target) for p in network.plastic)
        ]
        path = self._written("initial_weights.h5", lambda path: write_state(path, blocks))
        if is_short_form(self._config.get("populations") or {}):
            wiring = self._config.get("connectivity") or {}
            if "file" not in wiring and "probability" not in wiring:
                self._set(("connectivity", "probability"), 0.1)  # else only these have synapses
        self._config.pop("initial_weights")
        self._set(("initial_state",), {"from": path, "at_s": 0, "proteins": False})


def _weights(
    given: Mapping[str, Any], shape: tuple[int, int], h_0_mV: float
) -> tuple[Array, Array, dict[str, Array]]:
    """Entries of one of the matrices, or of both, which then must have the same."""
    found = {
        name: entries(given[name], shape, f"initial_weights.{name}", zeros=True)
        for name in _WEIGHTS
        if given.get(name) is not None
    }
    for name, (rows, columns, numbers) in found.items():
        _require_others(rows, columns, f"initial_weights.{name}")
        low, high = _WEIGHTS[name]
        wrong = np.flatnonzero((numbers < low) | (numbers > high))
        if len(wrong):
            k = wrong[0]
            raise ValueProblem(
                f"initial_weights.{name}: must be in [{low:g}, {high:g}] (is {numbers[k]:g} from "
                f"neuron {rows[k]} to {columns[k]})"
            )
    pre, post, first = next(iter(found.values()))
    values = {"h_mV": np.full(len(first), h_0_mV), "z": np.zeros(len(first))}
    for name, (rows, columns, numbers) in found.items():
        if not (np.array_equal(rows, pre) and np.array_equal(columns, post)):
            raise ValueProblem("initial_weights: h_mV and z are not those of the same synapses")
        values[name] = numbers
    return pre, post, values


def entries(
    matrix: Any, shape: tuple[int, int], place: str, zeros: bool = False
) -> tuple[Array, Array, Array]:
    """Rows, columns and values of a matrix (numpy, scipy.sparse, nested lists), by column, then row.

    Of a dense one all that are not 0; with `zeros` all that are numbers, but for the diagonal.
    Entries that a sparse one has twice are added up, as scipy does it.

    >>> entries(np.array([[0, 1], [1, 0]]), (2, 2), "a matrix")[:2]
    (array([1, 0]), array([0, 1]))
    """
    if hasattr(matrix, "tocoo"):
        coordinates = matrix.tocoo(copy=True)
        coordinates.sum_duplicates()
        found_shape = tuple(coordinates.shape)
        rows, columns, values = coordinates.row, coordinates.col, coordinates.data
        _require_finite(values, place, zeros)
        if not zeros:
            rows, columns, values = (part[values != 0] for part in (rows, columns, values))
    else:
        if isinstance(matrix, np.ma.MaskedArray):
            mask = np.ma.getmaskarray(matrix)  # type: ignore[no-untyped-call]
            matrix = np.where(mask, math.nan if zeros else 0.0, np.asarray(matrix))
        dense = np.asarray(matrix)
        if dense.dtype.kind not in "biuf":
            raise ValueProblem(f"{place}: a matrix holds numbers (these are of type {dense.dtype})")
        found_shape = dense.shape
        _require_finite(dense[~np.isnan(dense)] if zeros else dense, place, zeros)
        if dense.ndim == 2:
            mask = np.isfinite(dense) if zeros else dense != 0
            if zeros and shape[0] == shape[1]:
                mask &= ~np.eye(len(mask), dtype=bool) if len(mask) == mask.shape[1] else True
            rows, columns = np.nonzero(mask)
            values = dense[rows, columns]
    if found_shape != shape:
        raise ValueProblem(
            f"{place}: the matrix has the shape {found_shape}, but {shape[0]} neurons project to "
            f"{shape[1]}; rows are presynaptic, columns postsynaptic"
        )
    order = np.lexsort((rows, columns))
    return rows[order].astype(np.int64), columns[order].astype(np.int64), values[order]


def _require_finite(values: Array, place: str, is_weight: bool) -> None:
    """Raises ValueProblem for NaN and infinities."""
    count = int((~np.isfinite(values)).sum())
    if count:
        nothing = "leave out or give NaN" if is_weight else "give 0"
        raise ValueProblem(
            f"{place}: {count} entries are not finite; {nothing} where there is no synapse"
        )


def _require_others(pre: Array, post: Array, place: str) -> None:
    """Raises ValueProblem if a neuron is connected with itself."""
    same = np.flatnonzero(pre == post)
    if len(same):
        more = f", and {len(same) - 1} more," if len(same) > 1 else ""
        raise ValueProblem(
            f"{place}: neuron {pre[same[0]]}{more} would be connected with itself, which the model "
            "has not; clear the diagonal"
        )


def blocks_of(
    populations: Sequence[Population],
    pre: Array,
    post: Array,
    values: Mapping[str, Array] | None = None,
) -> list[Block]:
    """Edges by gid, dealt out to the pairs of populations that have any."""
    ends = np.array([population.end for population in populations])
    source_of, target_of = (np.searchsorted(ends, gids, side="right") for gids in (pre, post))
    blocks = []
    for s, source in enumerate(populations):
        for t, target in enumerate(populations):
            chosen = (source_of == s) & (target_of == t)
            if chosen.any():
                blocks.append(
                    Block(
                        source,
                        target,
                        pre[chosen] - source.first,
                        post[chosen] - target.first,
                        {name: numbers[chosen] for name, numbers in (values or {}).items()},
                    )
                )
    return blocks


def _write_waveform(path: Path, values: Any) -> None:
    """A value on each line, or time in ms and value."""
    if np.iscomplexobj(values):
        raise ValueProblem("a waveform has values in nA; these are complex numbers")
    numbers = np.asarray(values, dtype=float)
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


def _is_array(value: Any) -> bool:
    """What only a file can hold, or a file should."""
    return isinstance(value, np.ndarray) or hasattr(value, "tocoo")


def _names_file(key: str) -> bool:
    return key.endswith(".file") or key == "initial_state.from"


def _needs_files(key: str, value: Any) -> bool:
    """Whether a value, or one within it, must be written to a file: all but text where one is named."""
    if _names_file(key) and value is not None and not isinstance(value, str):
        is_list = key.startswith("sweep.") and isinstance(value, list)
        return not is_list or any(not isinstance(item, str) for item in value)
    if isinstance(value, Mapping):
        return any(_needs_files(f"{key}.{inner}", item) for inner, item in value.items())
    if key == "sweep" and isinstance(value, list):
        return any(_needs_files(key, item) for item in value)
    return _holds_array(value) or key in (f"initial_weights.{name}" for name in _WEIGHTS)


def _with_absolute_paths(value: Any, key: str = "") -> Any:
    """Files are looked for from the present directory, wherever the configuration is written."""
    if isinstance(value, Mapping):
        return {
            name: _with_absolute_paths(item, f"{key}.{name}" if key else str(name))
            for name, item in value.items()
        }
    if isinstance(value, str) and _names_file(key.removeprefix("sweep.")):
        return os.path.abspath(value)
    if isinstance(value, list) and (key == "sweep" or key.startswith("sweep.")):
        return [_with_absolute_paths(item, key) for item in value]
    return value


def _holds_array(value: Any) -> bool:
    if _is_array(value):
        return True
    parts = value.values() if isinstance(value, Mapping) else value
    return isinstance(value, (Mapping, list, tuple)) and any(map(_holds_array, parts))


def about_matrices(problem: Problem, inputs: Path) -> Problem:
    """What the program says of the state that initial weights were written as, in the user's words."""
    found = re.search(re.escape(f"{inputs.resolve()}/initial_weights-") + r"\w+\.h5", str(problem))
    if found is None:
        return problem
    state = found[0]
    message, _, remedy = problem.message.replace(state, "initial_weights").partition("; ")
    if "no match" in message:
        remedy = "give each of them a value, or the synapses too, as connectivity.file"
    return Problem(f"{message}; {remedy}", "initial_weights")


def _is_object(value: Any) -> bool:
    return isinstance(value, (Part, Mapping, np.generic, Path, tuple)) or hasattr(value, "tocoo")


def _plain(value: Any) -> Any:
    """Objects as maps, numbers of numpy as those of Python; arrays stay."""
    if isinstance(value, Part):
        value = value.to_dict()
    if hasattr(value, "tocoo"):
        return value.tocoo()  # some sparse matrices are maps as well
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list) and any(map(_is_object, value)):
        return [_plain(item) for item in value]
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, (tuple, range, set)):
        return [_plain(item) for item in (sorted(value) if isinstance(value, set) else value)]
    return value


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
