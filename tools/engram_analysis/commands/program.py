# SPDX-License-Identifier: Apache-2.0
"""What all programs share: options, exit codes, and errors in one line."""

from __future__ import annotations

import argparse
import io
import os
import sys
from typing import Callable, NoReturn, Sequence, TextIO

from ..errors import ResultsError
from ..visible import visible

EXIT_USAGE = 2
EXIT_FILE = 3
MAX_MESSAGE = 5000  # characters: names in files may be long, those of paths 4096

EXIT_CODES = "Exit codes: 0 done, 2 wrong command line, 3 a file is missing or cannot be used."


class Parser(argparse.ArgumentParser):
    """With the message of a wrong command line in one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(EXIT_USAGE, f"{self.prog}: error: {visible(message)}; see --help\n")


def run(
    parser: Parser,
    work: Callable[[argparse.Namespace], int | None],
    arguments: Sequence[str] | None = None,
) -> int:
    """Parses the command line and does the work; returns the exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # not all that is printable is in ASCII
    options = parser.parse_args(arguments)
    try:
        code = work(options) or 0
        sys.stdout.flush()
        return code
    except BrokenPipeError:
        # The reader of our output, such as head, has had enough.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except ResultsError as error:
        message = str(error)
    except OSError as error:
        place = error.filename or getattr(options, "results", "input or output")
        message = f"{place}: {error.strerror or error}"
    except KeyboardInterrupt:
        return 130
    if len(message) > MAX_MESSAGE:
        message = message[: MAX_MESSAGE - 3] + "..."
    say(f"{parser.prog}: error: {message}", sys.stderr)
    return EXIT_FILE


def say(line: object, stream: TextIO | None = None) -> None:
    """Prints a line, on standard output unless told otherwise; what it has of files is harmless."""
    print(visible(line), file=stream or sys.stdout, flush=True)
