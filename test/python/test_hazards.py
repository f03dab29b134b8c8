# SPDX-License-Identifier: Apache-2.0
"""Attempts to lose a run: two at once, ends at the worst moments, places where nothing may be written."""

import os
import random
import shutil
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
from conftest import MPI_ENVIRONMENT, PATIENCE_S, run_program
from results_equal import assert_equal
from test_checkpoint import (
    NETWORK,
    checkpoints,
    interrupted_at,
    kill_all,
    mpirun,
    rank_pids,
    resume,
    start,
    started_long,
    state_of,
    text_of,
)


def started_resume(engram: Path, output: Path, ranks: int) -> Any:
    return subprocess.Popen(
        mpirun(ranks, engram, "resume", output),
        env=dict(os.environ, **MPI_ENVIRONMENT),
        text=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


@pytest.fixture(scope="session")
def late(engram: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Interrupted shortly before its end; tests copy it."""
    return interrupted_at(engram, tmp_path_factory.mktemp("late") / "run", 1, 29.9, 0.2)


@pytest.fixture
def copy(late: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(late, tmp_path / "copy"))


def test_no_second_job_in_a_directory(engram: Path, tmp_path: Path) -> None:
    output = tmp_path / "run"
    run = started_long(engram, output, 2)
    try:
        for second in (
            resume(engram, output, 2),
            resume(engram, output, 1, "--set", "simulation.seed=9"),
            run_program([engram, "run", NETWORK, "-o", output, "--force"]),
        ):
            assert second.returncode == 3 and "another engram is at work" in second.stderr
        assert run.poll() is None
        os.kill(rank_pids(run)[0], signal.SIGUSR1)
        assert run.wait(timeout=PATIENCE_S) == 75
    finally:
        kill_all(run)
    assert run_program([engram, "inspect", checkpoints(output)[-1]]).returncode == 0


def test_two_resumes_at_once(engram: Path, whole: Path, copy: Path) -> None:  # noqa: F811
    """One of them works; the other one finds it at work, or the run complete."""
    both = [started_resume(engram, copy, 1) for _ in range(2)]
    outcomes = [(run.wait(timeout=PATIENCE_S), run.stderr.read()) for run in both]
    assert 0 in [code for code, _ in outcomes]
    for code, message in outcomes:
        assert code == 0 or (code == 3 and "another engram is at work" in message)
    assert_equal(whole, copy)


def test_recordings_left_by_a_complete_run_are_removed(
    engram: Path, whole: Path, tmp_path: Path
) -> None:  # noqa: F811
    """It was killed between its summary and the removal."""
    copy = Path(shutil.copytree(whole, tmp_path / "copy"))
    before = state_of(copy)
    (copy / "partial").mkdir()
    (copy / "partial/spikes.bin").write_bytes(b"left")
    assert resume(engram, copy).returncode == 0
    assert not (copy / "partial").exists() and state_of(copy) == before


def test_the_reader_of_the_log_may_go_away(engram: Path, tmp_path: Path) -> None:
    output = tmp_path / "run"
    run = started_long(engram, output, 1)
    assert run.stderr.readline()
    run.stderr.close()
    time.sleep(0.5)
    run.send_signal(signal.SIGINT)
    assert run.wait(timeout=PATIENCE_S) == 75
    assert run_program([engram, "inspect", checkpoints(output)[-1]]).returncode == 0


@pytest.mark.parametrize("ignored", [False, True])
def test_hang_up(engram: Path, tmp_path: Path, ignored: bool) -> None:
    """Stops as other signals do, but not under nohup."""
    before = signal.signal(
        signal.SIGHUP, signal.SIG_IGN if ignored else signal.SIG_DFL
    )  # inherited
    try:
        run = started_long(engram, tmp_path / "run", 1)
    finally:
        signal.signal(signal.SIGHUP, before)
    run.send_signal(signal.SIGHUP)
    if ignored:
        with pytest.raises(subprocess.TimeoutExpired):
            run.wait(timeout=2)
        run.send_signal(signal.SIGTERM)
    assert run.wait(timeout=PATIENCE_S) == 75


MOMENTS = (
    "spikes.h5.tmp",
    "spikes.h5",
    "traces.h5.tmp",
    "traces.h5",
    "network.h5.tmp",
    "network.h5",
    "summary.json.tmp",
    "summary.json",
)


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("ranks", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_killed_at_the_end(
    engram: Path, whole: Path, copy: Path, moment: str, ranks: int
) -> None:  # noqa: F811
    run = started_resume(engram, copy, ranks)
    path, end = str(copy / moment), time.monotonic() + PATIENCE_S
    while not os.path.exists(path) and run.poll() is None and time.monotonic() < end:
        pass
    kill_all(run)
    assert resume(engram, copy, 3).returncode == 0
    assert_equal(whole, copy)


def await_end(run: Any) -> None:
    """All ranks must end. mpirun itself may not: when a rank dies while it starts, PMIx 4.2 of Debian 12 may wait
    for its own lock in PMIx_server_finalize."""
    end = time.monotonic() + PATIENCE_S
    while True:
        try:
            run.wait(timeout=60)
            return
        except subprocess.TimeoutExpired:
            ranks = [pid for pid in rank_pids(run) if pid != run.pid]  # itself, if there are none
            states = [
                text_of(Path(f"/proc/{pid}/stat")).rpartition(")")[2].split()[:1] for pid in ranks
            ]
            if run.args[0] == "mpirun" and all(state in (["Z"], []) for state in states):
                return
            assert time.monotonic() < end, states


@pytest.mark.parametrize(
    "seed", [0, *(pytest.param(i, marks=pytest.mark.slow) for i in range(1, 40))]
)
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_signal_while_resuming(
    engram: Path, whole: Path, copy: Path, number: signal.Signals, seed: int  # noqa: F811
) -> None:
    """Three attempts in a row that are ended while they start up, then one that is left alone."""
    source = random.Random(seed)
    for _ in range(3):
        run = started_resume(engram, copy, source.choice([1, 2]))
        time.sleep(source.uniform(0, 0.6))
        for pid in rank_pids(run):
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                pass
        try:
            await_end(run)
        finally:
            kill_all(run)
    assert resume(engram, copy, source.choice([1, 2, 3])).returncode == 0
    assert_equal(whole, copy)


def test_signal_while_starting(engram: Path, whole: Path, tmp_path: Path) -> None:  # noqa: F811
    source = random.Random(7)
    for attempt in range(8):
        output = tmp_path / f"run{attempt}"
        run = start(engram, output, 1)
        time.sleep(source.uniform(0, 0.4))
        run.send_signal(signal.SIGTERM)
        assert run.wait(timeout=PATIENCE_S) in (75, -signal.SIGTERM, 0)
        if (output / "config.yaml").exists():
            assert resume(engram, output).returncode == 0
            assert_equal(whole, output)
        else:
            assert not output.exists() or not checkpoints(output)


def test_copied_elsewhere(
    engram: Path, whole: Path, copy: Path, tmp_path: Path
) -> None:  # noqa: F811
    """Both the copy and the original can be resumed; neither touches the other."""
    other = Path(shutil.copytree(copy, tmp_path / "elsewhere" / "deep", symlinks=True))
    before = state_of(copy)
    assert resume(engram, other, 2).returncode == 0
    assert state_of(copy) == before
    assert resume(engram, copy).returncode == 0
    assert_equal(whole, copy)
    assert_equal(whole, other)


@pytest.fixture
def as_nobody(engram: Path, tmp_path: Path) -> Any:
    """Runs the program as a user who owns nothing."""
    if os.geteuid() != 0 or shutil.which("setpriv") is None:
        pytest.skip("needs root and setpriv to become another user")
    program = tmp_path / "engram"
    shutil.copy(engram, program)
    for directory in [tmp_path, *list(tmp_path.parents)[:-2]]:
        directory.chmod(directory.stat().st_mode | 0o011)
    become = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "env", "HOME=/tmp"]
    return lambda *arguments: run_program([*become, program, *arguments], cwd="/")


def test_directory_of_another_user(
    engram: Path, whole: Path, copy: Path, as_nobody: Any
) -> None:  # noqa: F811
    for path in [copy, *copy.rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)
    before = state_of(copy)
    result = as_nobody("resume", copy)
    assert result.returncode == 3 and "Permission denied" in result.stderr
    assert "permissions" in result.stderr
    assert state_of(copy) == before
    assert "no usable checkpoint" not in result.stderr, "nothing is wrong with the checkpoints"
    for path in checkpoints(copy):
        path.chmod(0o600)
    for command in ["resume", copy], ["inspect", checkpoints(copy)[-1]]:
        result = as_nobody(*command)
        assert (
            result.returncode == 3 and "cannot open the file (Permission denied)" in result.stderr
        )
        assert "damaged" not in result.stderr
    assert state_of(copy) == before
    assert resume(engram, copy).returncode == 0
    assert_equal(whole, copy)


def test_newest_checkpoint_and_recordings_damaged(
    engram: Path, whole: Path, copy: Path
) -> None:  # noqa: F811
    """What the previous checkpoint needs is whole: the damage lies behind."""
    previous, newest = checkpoints(copy)[-2:]
    newest.write_bytes(newest.read_bytes()[:-100])
    with (copy / "partial/traces.bin").open("r+b") as file:
        file.seek(-40, os.SEEK_END)
        file.write(bytes(40))
    result = resume(engram, copy, 2)
    assert result.returncode == 0 and f"continuing from {previous}" in result.stderr
    assert_equal(whole, copy)
