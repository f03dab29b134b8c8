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


def ranks_of(run: subprocess.Popen) -> list[int]:
    children = subprocess.run(
        ["pgrep", "-P", str(run.pid)], capture_output=True, text=True, check=False
    )
    return [int(pid) for pid in children.stdout.split()]


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


def holding(engram: Path, output: Path, call: str, nth: int, **more: str) -> list[str]:
    """What starts the program so that it stops (SIGSTOP) before its nth call of a kind.

    Nothing where the library that does it is not built, with sanitizers.
    """
    library = engram.with_name("engram_failing_calls.so")
    if not library.exists():
        return []
    what = {"DIRECTORY": output.resolve(), "CALL": call, "NTH": nth, "HOW": "hold"}
    what |= {"REPORT": "/dev/null", **more}
    variables = [f"ENGRAM_FAIL_{name}={value}" for name, value in what.items()]
    return ["env", f"LD_PRELOAD={library}", *variables]


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
        prefix = holding(engram, output, "write", nth, NAME="trials-", RANK="-1")
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
        return [pid for pid in ranks_of(self.run) if is_held(pid)]

    def stop(self, to_one_rank: bool = False) -> str:
        """Asks for a stop, lets the job go on to it, and returns what it has said."""
        held, last = self._held(), ranks_of(self.run)[-1]
        os.kill(last if to_one_rank else self.run.pid, signal.SIGUSR1)
        reached = {last} if to_one_rank else set(held)
        wait_for(lambda: all(_has_pending(pid, signal.SIGUSR1) for pid in reached & set(held)))
        for pid in held:
            os.kill(pid, signal.SIGCONT)
        _, messages = self.run.communicate(timeout=PATIENCE_S)
        if not self._is_held and self.run.returncode == 0:
            pytest.skip("the job was done before it could be stopped")
        assert self.run.returncode == 75, messages
        return messages


def _status(pid: int, name: str) -> str:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return ""
    return next((line.partition(":\t")[2] for line in lines if line.startswith(f"{name}:")), "")


def _has_pending(pid: int, number: signal.Signals) -> bool:
    return bool(int(_status(pid, "ShdPnd") or "0", 16) >> (number - 1) & 1)
