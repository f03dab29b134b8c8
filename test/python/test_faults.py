"""Whatever kills a run or fills its disk, what was saved stays usable."""

import os
import random
import signal
import subprocess
import time
from pathlib import Path
from typing import Iterator

import pytest
from conftest import run_program
from results_equal import assert_equal
from test_checkpoint import checkpoints, kill_all, rank_pids, resume, start
from test_checkpoint import whole  # noqa: F401  (a fixture)

VICTIMS = ("one rank", "all ranks", "mpirun")


def kill(victim: str, pids: list[int], mpirun_pid: int, source: random.Random) -> None:
    chosen = {"one rank": [source.choice(pids)], "all ranks": pids, "mpirun": [mpirun_pid]}[victim]
    for pid in chosen:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass


def killed_run(engram: Path, output: Path, victim: str, source: random.Random) -> None:
    """Most of its time goes into checkpoints, so that most kills fall into writing one."""
    run = start(engram, output, 2, "checkpoint.every_simulated_s=0.01", "checkpoint.keep=3")
    end = time.monotonic() + 30
    while not (output / "config.yaml").exists() and time.monotonic() < end:
        time.sleep(0.002)
    pids = rank_pids(run)
    time.sleep(source.uniform(0, 2))
    kill(victim, pids, run.pid, source)
    try:
        assert run.wait(timeout=30) != 75
    finally:
        kill_all(run)
    while any(Path(f"/proc/{pid}").exists() for pid in pids) and time.monotonic() < end + 30:
        time.sleep(0.01)


@pytest.mark.parametrize("seed", [*range(5), *(pytest.param(i, marks=pytest.mark.slow)
                                               for i in range(5, 50))])
def test_kill(engram: Path, whole: Path, tmp_path: Path, seed: int) -> None:  # noqa: F811
    source = random.Random(seed)
    output = tmp_path / "run"
    killed_run(engram, output, VICTIMS[seed % 3], source)
    for path in checkpoints(output):
        assert run_program([engram, "inspect", path]).returncode == 0, "renamed before it was whole"
    result = resume(engram, output, source.choice([1, 2, 3]), "--set", "checkpoint.every_simulated_s=0")
    assert result.returncode == 0, f"{result.returncode} {result.stderr}"
    assert_equal(whole, output)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Room for the recordings and a few checkpoints; filled up by the test."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "none", str(disk)],
                             capture_output=True, text=True, check=False)
    if mounted.returncode != 0:
        pytest.skip(f"mounting is not allowed here: {mounted.stderr.strip()}")
    yield disk
    subprocess.run(["umount", "--lazy", str(disk)], check=True)


def fill(path: Path) -> None:
    with path.open("wb", buffering=0) as file:
        try:
            while file.write(bytes(4096)):
                pass
        except OSError:
            pass


@pytest.mark.parametrize("ranks", [1, 2])
def test_full_disk(engram: Path, whole: Path, small_disk: Path, ranks: int) -> None:  # noqa: F811
    output = small_disk / "run"
    run = start(engram, output, ranks, "checkpoint.every_simulated_s=0.02")
    end = time.monotonic() + 30
    while not checkpoints(output) and time.monotonic() < end:
        time.sleep(0.001)
    fill(small_disk / "ballast")
    try:
        assert run.wait(timeout=60) == 3
        assert run.stderr is not None
        message = run.stderr.read()
        assert "No space left on device" in message or "the disk has" in message
    finally:
        kill_all(run)
    good = checkpoints(output)
    assert good and all(run_program([engram, "inspect", path]).returncode == 0 for path in good)
    (small_disk / "ballast").unlink()
    result = resume(engram, output, ranks, "--set", "checkpoint.every_simulated_s=0")
    assert result.returncode == 0, result.stderr
    assert_equal(whole, output)
