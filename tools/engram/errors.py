# SPDX-License-Identifier: Apache-2.0
"""What can go wrong: with files that are analysed, and with jobs that are run."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Sequence


class EngramError(Exception):
    """Base of all errors of this package."""


class ResultsError(EngramError):
    """A directory or file that cannot be read as results, or that lacks what is asked for."""


class NotRecorded(ResultsError):
    """The run was told not to record what is asked for."""


class FileError(ResultsError):
    """A file that is not what it should be."""

    def __init__(self, path: str | Path, problem: str, remedy: str = "") -> None:
        self.path = Path(path)
        self.problem = problem
        self.remedy = remedy  # what the reader can do; empty if that is obvious
        super().__init__(f"{path}: {problem}" + (f"; {remedy}" if remedy else ""))


COPY_AGAIN = "copy the file again, or run the job again"  # the remedy for damage
CORRECT_IT = "correct it with the tool that has written the file"  # the same of files of others


class MissingPackage(EngramError):
    """An optional package of Python that is needed, and not installed."""


class ValueProblem(EngramError, ValueError):
    """A value of a configuration that cannot be written for the program."""


@dataclass(frozen=True)
class Problem:
    """One thing that the program has found wrong."""

    message: str
    key: str = ""  # of the configuration, such as stimuli.learn.rate_Hz; empty if it is about none
    file: str = ""  # where it is written, or the override
    line: int = 0  # from 1; 0 if there is none

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return ": ".join(part for part in (place, self.key, self.message) if part)


class ProgramError(EngramError):
    """The program has ended with an error; `problems` are all that it has found."""

    def __init__(self, exit_code: int, problems: Sequence[Problem]) -> None:
        self.exit_code = exit_code  # as README.md lists them; negative: killed by this signal
        self.problems = list(problems)
        text = "\n".join(map(str, self.problems))
        super().__init__(text or f"the program has ended with exit code {exit_code}")


class ConfigurationError(ProgramError):
    """The configuration is invalid; each of `problems` names a key."""


class ProgramNotFound(EngramError):
    """There is no program to run."""


class JobStopped(KeyboardInterrupt):
    """A job was stopped on request after a complete checkpoint; engram.resume(path) continues it.

    Like its base no Exception, so that loops over jobs end too.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        super().__init__(f"stopped; engram.resume({str(path)!r}) continues the run")
