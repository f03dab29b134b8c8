# SPDX-License-Identifier: Apache-2.0
"""Running the programs of tools/ as a user does, but without importing everything each time."""

from __future__ import annotations

import importlib
import logging
import os
import signal
import subprocess
import sys
import tempfile
import time
import traceback
import warnings
from collections.abc import Callable
from typing import IO, cast

from conftest import MPI_ENVIRONMENT, PATIENCE_S

Completed = subprocess.CompletedProcess[str]

# What takes longest to import, for those that draw.
importlib.import_module("matplotlib.pyplot")


def run_tool(name: str, *arguments: object) -> Completed:
    """Runs the main function of engram-<name> in a process of its own, a copy of this one.

    That the files in tools/ start it is for test_package.py to see."""
    return run_in_copy(name, [str(argument) for argument in arguments])


def run_in_copy(
    name: str, arguments: list[str], prepare: Callable[[], object] = lambda: None
) -> Completed:
    """Also: calls `prepare` in the new process, first of all."""
    command = importlib.import_module(f"engram.commands.{name}")
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        child = os.fork()
        if child == 0:
            _be_the_tool(lambda: command.main(arguments), prepare, out, err)
        status = _wait(child)
        texts = [_text(file) for file in (out, err)]
    code = -os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)
    return subprocess.CompletedProcess([f"engram-{name}", *arguments], code, *texts)


def _be_the_tool(
    main: Callable[[], int], prepare: Callable[[], object], out: IO[bytes], err: IO[bytes]
) -> None:
    """Ends this process with the exit code."""
    code = 99
    covered = _begin_coverage()
    try:
        os.dup2(out.fileno(), 1)
        os.dup2(err.fileno(), 2)
        sys.stdout = open(1, "w", encoding="utf-8", closefd=False)
        sys.stderr = open(2, "w", encoding="utf-8", closefd=False)
        # What pytest keeps for itself.
        importlib.reload(warnings)
        logging.getLogger().handlers.clear()
        os.environ.update(MPI_ENVIRONMENT)
        prepare()
        try:
            code = int(main())
        except SystemExit as end:
            code = int(end.code or 0)
        sys.stdout.flush()
        sys.stderr.flush()
    except BaseException:  # noqa: B902
        os.write(2, traceback.format_exc().encode("ascii", "backslashreplace"))
    finally:
        covered()
        os._exit(code)


def _begin_coverage() -> Callable[[], object]:
    """Where pytest measures coverage: of this copy too, written by what is returned."""
    if "COV_CORE_SOURCE" not in os.environ:
        return lambda: None
    from pytest_cov import embed

    embed.init()
    return cast(Callable[[], object], embed.cleanup)


def _wait(child: int) -> int:
    """The status of a process; one that waits for something is ended."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return status
        if time.monotonic() > deadline:
            os.kill(child, signal.SIGKILL)
            return os.waitpid(child, 0)[1]
        time.sleep(0.005)


def _text(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode("utf-8", errors="surrogateescape")


def check_failure(result: Completed, code: int, text: str) -> None:
    """One line that names the program and the problem; no traceback."""
    assert result.returncode == code, result.stderr
    assert result.stderr.startswith("engram-")
    assert ": error: " in result.stderr
    assert text in result.stderr
    assert len(result.stderr.splitlines()) == 1
