# SPDX-License-Identifier: Apache-2.0
"""Opening the files of a run, with one clear message for whatever is wrong with them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Callable

import h5py
import yaml

from .errors import ResultsError

FORMAT_VERSION = 1
SUMMARY = "summary.json"
CONFIGURATION = "config.yaml"


def check_finished(path: Path) -> None:
    """Raises ResultsError unless the directory holds the results of a finished job."""
    if not path.is_dir():
        reason = "is a file, not an output directory" if path.exists() else "no such directory"
        raise ResultsError(f"{path}: {reason}")
    if not (path / SUMMARY).is_file():
        reason = (
            "the run is not finished"
            if (path / CONFIGURATION).is_file()
            else "it is no output directory of 'engram run'"
        )
        raise ResultsError(f"{path}: there is no {SUMMARY} ({reason})")


def is_ensemble(path: str | Path) -> bool:
    """Whether a directory holds the results of an ensemble rather than of one run."""
    path = Path(path)
    if (path / "ensemble.h5").is_file():
        return True
    try:
        return read_json(path / SUMMARY).get("kind") == "ensemble"
    except ResultsError:
        return False


def read_json(path: Path) -> dict[str, Any]:
    return _parse(path, json.loads)


def read_yaml(path: Path) -> dict[str, Any]:
    return _parse(path, yaml.safe_load)


def _parse(path: Path, parse: Callable[[str], Any]) -> dict[str, Any]:
    try:
        content = parse(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ResultsError(f"{path}: no such file") from error
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise ResultsError(f"{path}: cannot be read ({_one_line(error)})") from error
    if not isinstance(content, dict):
        raise ResultsError(f"{path}: holds no map of keys")
    return content


def open_hdf5(path: Path, filetype: str | None = None) -> h5py.File:
    """Opens a file for reading; with `filetype`, checks that it is what it should be."""
    if not path.is_file():
        raise ResultsError(f"{path}: no such file")
    try:
        file = h5py.File(path, "r")
    except OSError as error:
        raise ResultsError(f"{path}: cannot be read ({_one_line(error)})") from error
    if filetype is not None:
        found = file.attrs.get("filetype")
        version = int(file.attrs.get("format_version", 0))
        if found != filetype or version > FORMAT_VERSION:
            file.close()
            raise ResultsError(
                f"{path}: is '{found}' of format version {version} "
                f"(expected '{filetype}' of version {FORMAT_VERSION})"
            )
    return file


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())
