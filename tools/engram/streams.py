# SPDX-License-Identifier: Apache-2.0
"""Standard output, where a failure is an error, and standard error, where it is none."""

from __future__ import annotations

import os
import sys
from typing import TextIO

from .visible import visible


class OutputError(Exception):
    """Standard output cannot be written. The reason is its cause, an OSError."""


def keep_standard_streams() -> None:
    """Opens those that are closed, so that no other file takes their place, and their output."""
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:  # the lowest free descriptor is taken; open in the wrong direction
            os.open(os.devnull, os.O_WRONLY if descriptor == 0 else os.O_RDONLY)
    # Python has None in the place of closed ones, whatever mypy says.
    if getattr(sys, "stdout") is None:
        sys.stdout = open(os.open(os.devnull, os.O_RDONLY), "w", encoding="utf-8")
    if getattr(sys, "stderr") is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")


def write(text: str) -> None:
    """Writes to standard output, at once. Raises OutputError."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except OSError as error:
        _discard(sys.stdout)
        raise OutputError from error


def say(line: object) -> None:
    """Prints a line; what it has of files is harmless. Raises OutputError."""
    write(visible(line) + "\n")


def warn(line: object) -> None:
    """The same on standard error; if that cannot be written, nobody wants to know."""
    try:
        print(visible(line), file=sys.stderr, flush=True)
    except OSError:
        _discard(sys.stderr)


def _discard(stream: TextIO) -> None:
    """What could not be written would be tried again at the end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
