# SPDX-License-Identifier: Apache-2.0
"""Configurations as values of Python: files and options that the program takes."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Mapping

import numpy as np
import yaml

from .documents import read_yaml
from .errors import Problem, ValueProblem
from .input_files import is_array, needs_files, with_absolute_paths, with_files
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
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / CONFIGURATION
    path.write_text(yaml.safe_dump(replaced, sort_keys=False, allow_unicode=True), "utf-8")
    return path


def settings(path: Path, overrides: Mapping[str, Any], directory: Path) -> list[str]:
    """The options --set of values by their full keys, for a configuration that is a file."""
    plain = {key: _plain(value) for key, value in overrides.items()}
    if any(needs_files(key, value) for key, value in plain.items()):
        whole = merged(read_yaml(path), plain)
        replaced = with_files(whole, directory)
        plain = {key: value_at(replaced, key) for key in plain}
        if "initial_state" in replaced and any(k.startswith("initial_weights") for k in plain):
            plain = {k: v for k, v in plain.items() if not k.startswith("initial_weights")}
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
