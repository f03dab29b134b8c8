# SPDX-License-Identifier: Apache-2.0
"""Configurations as values of Python: files and options that the program takes."""

from __future__ import annotations

import json
import os
import re
from dataclasses import replace
from pathlib import Path
from typing import Any, Mapping

import numpy as np
import yaml

from .documents import read_yaml
from .errors import Problem, ValueProblem
from .input_files import is_array, needs_files, with_absolute_paths, with_files, written
from .keys import Part
from .overrides import merged, value_at

CONFIGURATION = "config.yaml"
Config = Mapping[str, Any] | Part


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


def write_configuration(config: Config, overrides: Mapping[str, Any], directory: Path) -> Path:
    """Writes a configuration and the files that its values need; returns the path of the former."""
    whole = merged(as_map(config), {key: _plain(value) for key, value in overrides.items()})
    replaced = with_files(with_absolute_paths(whole), directory)
    text = yaml.safe_dump(replaced, sort_keys=False, allow_unicode=True)

    def write(path: Path) -> None:
        path.write_text(text, "utf-8")

    return Path(written(directory, CONFIGURATION, write))


def settings(path: Path, overrides: Mapping[str, Any], directory: Path) -> list[str]:
    """The options --set of values by their full keys, for a configuration that is a file."""
    plain = {key: _plain(value) for key, value in overrides.items()}
    if any(needs_files(key, value) for key, value in plain.items()):
        whole = merged(read_yaml(path), plain)
        replaced = with_files(whole, directory)
        plain = {key: value_at(replaced, key) for key in plain}
        if replaced.get("initial_state") != whole.get("initial_state"):
            plain = {k: v for k, v in plain.items() if not k.startswith("initial_weights")}
            if "initial_weights" in whole:
                plain["initial_weights"] = None
            for section in ("initial_state", "connectivity"):
                for key, value in replaced.get(section, {}).items():
                    given = value_at(whole, f"{section}.{key}")
                    if is_array(given) or value != given:
                        plain[f"{section}.{key}"] = value
    options = []
    for key, value in plain.items():
        options += ["--set", f"{key}={json.dumps(value, allow_nan=False)}"]
    return options


def about_values(problem: Problem, inputs: Path) -> Problem:
    """What the program says of a file that was written from a value, as a problem of the value."""
    place = re.escape(f"{inputs.resolve()}{os.sep}")
    found = re.search(place + r"(?P<name>[^/]+)-[0-9a-f]{12}\.(?P<suffix>h5|txt)", str(problem))
    if found is None:
        return problem
    if found["name"].partition("initial_weights")[1]:
        return _about_weights(problem, found[0])
    section = "stimuli" if found["suffix"] == "txt" else "projections"
    is_matrix = found["name"] == "connectivity" and section == "projections"
    key = "connectivity.file" if is_matrix else f"{section}.{found['name']}.file"
    begin, _, rest = problem.message.partition(": ")
    line = re.fullmatch(re.escape(found[0]) + r"(?::(\d+))?", begin)
    if line is None:
        return replace(problem, key=problem.key or key)
    at = f" (line {line[1]} of {found[0]})" if line[1] else f" ({found[0]})"
    return Problem(rest + at, key)


def _about_weights(problem: Problem, state: str) -> Problem:
    message, _, remedy = problem.message.replace(state, "initial_weights").partition("; ")
    if "no match" in message:
        remedy = "give each of them a value, or the synapses too, as connectivity.file"
    elif "initial_state" in remedy:
        remedy = "give other weights"
    return Problem(f"{message.removeprefix('initial_weights: ')}; {remedy}", "initial_weights")


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
    if isinstance(value, np.floating):
        return float(str(value))  # 0.2 of few bits is 0.2
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, (tuple, range, set)):
        return [_plain(item) for item in (sorted(value) if isinstance(value, set) else value)]
    return value
