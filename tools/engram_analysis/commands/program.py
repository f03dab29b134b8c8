# SPDX-License-Identifier: Apache-2.0
"""What all programs share: options, exit codes, and errors in one line."""

from __future__ import annotations

import argparse
import os
import sys
from typing import Callable, NoReturn, Sequence

from ..errors import ResultsError

EXIT_USAGE = 2
EXIT_FILE = 3

EXIT_CODES = "Exit codes: 0 done, 2 wrong command line, 3 a file is missing or cannot be used."


class Parser(argparse.ArgumentParser):
    """With the message of a wrong command line in one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(EXIT_USAGE, f"{self.prog}: error: {message}; see --help\n")


def run(
    parser: Parser,
    work: Callable[[argparse.Namespace], int | None],
    arguments: Sequence[str] | None = None,
) -> int:
    """Parses the command line and does the work; returns the exit code."""
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
        # HDF5 tells neither the file nor a short reason.
        place = error.filename or getattr(options, "results", "input or output")
        message = f"{place}: {' '.join(str(error.strerror or error).split())}"
    except KeyError as error:
        what = str(error.args[0]) if error.args else "a key"
        # A key of a configuration, or a sentence of HDF5.
        text = what if " " in what else f"'{what}' is missing"
        message = f"{getattr(options, 'results', 'input')}: {text}"
    except KeyboardInterrupt:
        return 130
    print(f"{parser.prog}: error: {message}", file=sys.stderr)
    return EXIT_FILE
