# SPDX-License-Identifier: Apache-2.0
"""What can be wrong with the files that are analysed."""

from __future__ import annotations

from pathlib import Path


class ResultsError(Exception):
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
