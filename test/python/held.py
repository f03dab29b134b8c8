# SPDX-License-Identifier: Apache-2.0
"""Ensembles that are stopped in their midst, on fast machines and on slow ones alike."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from conftest import MPI_ENVIRONMENT, PATIENCE_S
from failing_calls import Fault

Started = subprocess.Popen[str]


def text_of(path: Path) -> str:
    """Of a file in /proc, which may be gone already."""
    try:
        return path.read_text()
    except OSError:
        return ""


def rank_pids(run: Started) -> list[int]:
    """Processes of the ranks: children of mpirun, or the run itself."""
    lists = Path(f"/proc/{run.pid}/task").glob("*/children")  # any thread of mpirun may have forked
    pids = sorted(int(pid) for path in lists for pid in text_of(path).split())
    return [pid for pid in pids if "engram" in text_of(Path(f"/proc/{pid}/comm"))] or [run.pid]


def wait_for(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < end, "what was waited for did not happen"
        time.sleep(0.005)


def has_trials(output: Path, n: int) -> bool:
    """Whether a job has told of so many finished trials."""
    try:
        return json.loads((output / "progress.json").read_text())["trials"]["done"] >= n
    except (OSError, ValueError, KeyError):
        return False


def holding(
    engram: Path, output: Path, call: str, nth: int, name: str, behind: str = "", rank: int = 0
) -> list[str]:
    """What starts the program so that it stops (SIGSTOP) before its nth call of a kind.

    For files whose names begin with `name` and come `behind` another; rank -1: each. Nothing where the library that does it is not built, with sanitizers.
    """
    library = engram.with_name("engram_failing_calls.so")
    if not library.exists():
        return []
    variables = Fault(call, nth, "hold", rank=rank).environment() | {
        "LD_PRELOAD": str(library),
        "ENGRAM_FAIL_DIRECTORY": str(output.resolve()),
        "ENGRAM_FAIL_REPORT": "/dev/null",
        "ENGRAM_FAIL_NAME": name,
        "ENGRAM_FAIL_BEHIND": behind,
    }
    return ["env", *(f"{key}={value}" for key, value in variables.items())]


def is_held(pid: int) -> bool:
    return _status(pid, "State").startswith("T")


class HeldEnsemble:
    """A job that waits where each group of ranks has finished a first trial, and not yet noted it.

    Or its nth. Where the library that holds it is not built, with sanitizers, it works on; it is
    slow there.
    """

    def __init__(
        self,
        engram: Path,
        output: Path,
        *arguments: object,
        ranks: int = 2,
        groups: int = 0,
        nth: int = 1,
    ) -> None:
        self.output = output
        prefix = holding(engram, output, "write", nth, "trials-", rank=-1)
        self._is_held = bool(prefix)
        command = [*prefix, engram, *arguments, "--output", output]
        self.run = subprocess.Popen(
            ["mpirun", "-n", str(ranks), *map(str, command)],
            env=dict(os.environ, **MPI_ENVIRONMENT),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        n_held = groups or ranks
        if self._is_held:
            wait_for(lambda: len(self._held()) == n_held or self.run.poll() is not None)
        else:
            wait_for(lambda: has_trials(output, 1) or self.run.poll() is not None)
        assert self.run.poll() is None, self.run.communicate()

    def _held(self) -> list[int]:
        return [pid for pid in rank_pids(self.run) if is_held(pid)]

    def stop(self, to_one_rank: bool = False) -> str:
        """Asks for a stop, lets the job go on to it, and returns what it has said."""
        held, last = self._held(), rank_pids(self.run)[-1]
        os.kill(last if to_one_rank else self.run.pid, signal.SIGUSR1)
        reached = {last} if to_one_rank else set(held)
        wait_for(lambda: all(has_pending(pid, signal.SIGUSR1) for pid in reached & set(held)))
        for pid in held:
            os.kill(pid, signal.SIGCONT)
        _, messages = self.run.communicate(timeout=PATIENCE_S)
        if not self._is_held and self.run.returncode == 0:
            pytest.skip("the job was done before it could be stopped")
        assert self.run.returncode == 75, messages
        return messages


def _status(pid: int, name: str) -> str:
    lines = text_of(Path(f"/proc/{pid}/status")).splitlines()
    return next((line.partition(":\t")[2] for line in lines if line.startswith(f"{name}:")), "")


def has_pending(pid: int, number: signal.Signals) -> bool:
    return bool(int(_status(pid, "ShdPnd") or "0", 16) >> (number - 1) & 1)
