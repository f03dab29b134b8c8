# SPDX-License-Identifier: Apache-2.0
"""The program engram: where it is, how it is started, and what it says."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sysconfig
from dataclasses import replace
from pathlib import Path
from typing import Mapping, Sequence

import numpy as np

from .errors import ConfigurationError, Problem, ProgramError, ProgramNotFound, ValueProblem

EXIT_CONFIGURATION = 2
EXIT_STOPPED = 75
_MOST_RANKS_PER_CORE = 16
_BUILDS = ("build/release/engram", "build/ci/engram", "build/cuda/engram")


def find_program(program: str | Path | None = None) -> Path:
    """The program that is named, or $ENGRAM, or that of this installation, or in the PATH.

    Raises ProgramNotFound, which says what to do.
    """
    named = program or os.environ.get("ENGRAM")
    if named:
        found = shutil.which(str(named))
        if found is None:
            raise ProgramNotFound(f"{named}: there is no such program")
        return Path(found).resolve()
    root = Path(__file__).resolve().parents[2]
    candidates = [Path(sysconfig.get_path("scripts")) / "engram", *(root / b for b in _BUILDS)]
    candidates.append(root.parents[1] / "bin/engram")  # of cmake --install: share/engram/tools
    for candidate in candidates:
        if candidate.is_file() and os.access(candidate, os.X_OK):
            return candidate
    found = shutil.which("engram")
    if found is None:
        raise ProgramNotFound(
            "the program engram was not found: build it (cmake --preset release && cmake --build "
            "--preset release --target engram), or name it by the variable ENGRAM of the "
            "environment. Results can be read without it"
        )
    return Path(found)


def command(
    program: Path, arguments: Sequence[str], ranks: int, launcher: Sequence[str]
) -> list[str]:
    """The command line that starts the program; alone it needs no launcher."""
    if not isinstance(ranks, (int, np.integer)) or ranks < 1:
        raise ValueProblem(f"ranks must be a whole number, at least 1 (is {ranks!r})")
    start = [] if ranks == 1 else [*launcher, "-n", str(ranks)]
    cores = len(os.sched_getaffinity(0))
    if start and ranks > _MOST_RANKS_PER_CORE * cores and _is_of_this_machine(launcher):
        raise ValueProblem(
            f"ranks={ranks} would start {ranks} processes on the {cores} cores of this machine; "
            f"results do not depend on it: use ranks={cores}, or a launcher that names hosts"
        )
    return [*start, str(program), *arguments]


def _is_of_this_machine(launcher: Sequence[str]) -> bool:
    """Whether nothing tells it of other machines, as far as can be seen from here."""
    return len(launcher) == 1 and not any(
        name.endswith(("_JOBID", "_JOB_ID", "hostfile")) for name in os.environ
    )


def environment(ranks: int) -> Mapping[str, str]:
    """More ranks than cores wait for each other without taking the time of those that work."""
    variables = dict(os.environ)
    if ranks > 1:
        variables.setdefault("OMPI_MCA_rmaps_base_oversubscribe", "1")
        if ranks > len(os.sched_getaffinity(0)):
            variables.setdefault("OMPI_MCA_mpi_yield_when_idle", "1")
    return variables


def ask(program: Path, arguments: Sequence[str]) -> tuple[str, str]:
    """What a command that simulates nothing prints on both streams. Raises ProgramError."""
    ended = subprocess.run(
        [str(program), *arguments], capture_output=True, encoding="utf-8", errors="replace"
    )
    if ended.returncode != 0:
        raise error_of(ended.returncode, ended.stderr)
    return ended.stdout, ended.stderr


def error_of(exit_code: int, stderr: str) -> ProgramError:
    """The error that the program has told on standard error."""
    kind = ConfigurationError if exit_code == EXIT_CONFIGURATION else ProgramError
    problems = problems_of(stderr)
    if not problems:  # of a launcher, or none: its last words
        problems = [Problem(line) for line in stderr.strip().splitlines()[-10:]]
    return kind(exit_code, problems)


# Options of the command line as arguments of functions, where they are not part of a command.
_OPTIONS = (
    (re.compile(r"another --output"), "another output"),
    (re.compile(r"pass --force"), "pass force=True"),
    (re.compile(r"(?<!engram run )--device (cpu|gpu|auto)"), r"device='\1'"),
    (re.compile(r"^--device\b"), "device"),
)


def in_python(problem: Problem) -> Problem:
    """With the remedies of the command line in the words of this package.

    >>> in_python(Problem("the directory holds results already; pass --force")).message
    'the directory holds results already; pass force=True'
    """
    message = problem.message
    for option, argument in _OPTIONS:
        message = option.sub(argument, message)
    return replace(problem, message=message)


def problems_of(stderr: str) -> list[Problem]:
    """All errors in what the program has printed.

    >>> problems_of("engram: error: x.yaml:3: neuron.t_ref_ms: must be greater than 0 (is -2)")
    [Problem(message='must be greater than 0 (is -2)', key='neuron.t_ref_ms', file='x.yaml', line=3)]
    """
    texts = (line.partition("engram: error: ")[2] for line in stderr.splitlines())
    return [_problem(text) for text in texts if text]


_PLACED = re.compile(
    r"(?P<file>.+?)(?::(?P<line>[1-9]\d*))?: (?P<key>[\w.\[\]-]+): (?P<message>.+)"
)
_KEYED = re.compile(r"(?P<key>[a-z_]+(?:\.[\w-]+|\[\d+\])+): (?P<message>.+)")


def _problem(text: str) -> Problem:
    keyed = _KEYED.fullmatch(text)
    if keyed:
        return Problem(keyed["message"], keyed["key"])
    placed = _PLACED.fullmatch(text)
    if placed:
        return Problem(placed["message"], placed["key"], placed["file"], int(placed["line"] or 0))
    return Problem(text)
