# SPDX-License-Identifier: Apache-2.0
"""What all programs share: options, exit codes, and errors in one line."""

from __future__ import annotations

import argparse
import io
import sys
from typing import Any, Callable, NoReturn, Sequence

from ..errors import EngramError
from ..release import __version__
from ..streams import OutputError, keep_standard_streams, warn, write

EXIT_USAGE = 2
EXIT_FILE = 3
MAX_MESSAGE = 5000  # characters: names in files may be long, those of paths 4096

EXIT_CODES = (
    "Exit codes: 0 done, 2 wrong command line, 3 a file is missing or cannot be used, or the output "
    "cannot be written."
)


class UsageError(EngramError):
    """An option whose value no parser can judge."""


class Parser(argparse.ArgumentParser):
    """With the message of a wrong command line in one line, and help that cannot be lost."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.add_argument("--version", action=_Version)

    def print_help(self, file: Any = None) -> None:
        write(self.format_help())

    def error(self, message: str) -> NoReturn:
        warn(f"{self.prog}: error: {message}; see --help")
        self.exit(EXIT_USAGE)


class _Version(argparse.Action):
    """Prints the version and ends, as --help does; what cannot be written is an error."""

    def __init__(self, option_strings: Sequence[str], dest: str, **options: Any) -> None:
        super().__init__(option_strings, argparse.SUPPRESS, nargs=0, help="print the version")

    def __call__(self, parser: argparse.ArgumentParser, *ignored: Any) -> None:
        write(f"{parser.prog} {__version__}\n")
        parser.exit()


def run(
    parser: Parser,
    work: Callable[[argparse.Namespace], int | None],
    arguments: Sequence[str] | None = None,
) -> int:
    """Parses the command line and does the work; returns the exit code."""
    keep_standard_streams()
    options = argparse.Namespace()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # not all that is printable is in ASCII
    try:
        options = parser.parse_args(arguments)
        return work(options) or 0
    except OutputError as error:
        reason = error.__cause__
        if isinstance(reason, BrokenPipeError):
            return 0  # the reader, such as head, has had enough
        message = f"standard output: cannot be written ({getattr(reason, 'strerror', reason)})"
    except UsageError as error:
        parser.error(str(error))
    except EngramError as error:
        message = str(error)
    except OSError as error:
        place = error.filename or getattr(options, "results", "input or output")
        message = f"{place}: {error.strerror or error}"
    except KeyboardInterrupt:
        return 130
    if len(message) > MAX_MESSAGE:
        message = message[: MAX_MESSAGE - 3] + "..."
    warn(f"{parser.prog}: error: {message}")
    return EXIT_FILE
