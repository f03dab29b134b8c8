# SPDX-License-Identifier: Apache-2.0
"""Whatever kills a run or fills its disk, what was saved stays usable."""

import ctypes
import os
import random
import shutil
import signal
import subprocess
import time
from pathlib import Path
from typing import Iterator

import pytest
from conftest import PATIENCE_S, run_program
from results_equal import RESULTS, assert_equal
from test_checkpoint import (
    NETWORK,
    checkpoints,
    interrupted_at,
    kill_all,
    rank_pids,
    resume,
    start,
    wait_for,
)

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
    end = time.monotonic() + PATIENCE_S
    while not (output / "config.yaml").exists() and time.monotonic() < end:
        time.sleep(0.002)
    pids = rank_pids(run)
    time.sleep(source.uniform(0, 2))
    kill(victim, pids, run.pid, source)
    try:
        assert run.wait(timeout=PATIENCE_S) != 75
    finally:
        kill_all(run)
    end = time.monotonic() + 30  # some containers keep what has ended
    while any(Path(f"/proc/{pid}").exists() for pid in pids) and time.monotonic() < end:
        time.sleep(0.01)


@pytest.mark.parametrize(
    "seed", [*range(2), *(pytest.param(i, marks=pytest.mark.slow) for i in range(2, 50))]
)
def test_kill(engram: Path, whole: Path, tmp_path: Path, seed: int) -> None:  # noqa: F811
    source = random.Random(seed)
    output = tmp_path / "run"
    killed_run(engram, output, VICTIMS[seed % 3], source)
    for path in checkpoints(output):
        assert run_program([engram, "inspect", path]).returncode == 0, "renamed before it was whole"
    result = resume(
        engram, output, source.choice([1, 2, 3]), "--set", "checkpoint.every_simulated_s=0"
    )
    assert result.returncode == 0, f"{result.returncode} {result.stderr}"
    assert_equal(whole, output)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Room for the recordings and a few checkpoints; filled up by the test."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=24m", "none", str(disk)],
        capture_output=True,
        text=True,
        check=False,
    )
    if mounted.returncode != 0:
        pytest.skip(f"mounting is not allowed here: {mounted.stderr.strip()}")
    yield disk
    subprocess.run(["umount", "--lazy", str(disk)], check=True)


def fill(path: Path) -> None:
    with path.open("wb", buffering=0) as file:
        for size in (1 << 20, 4096):
            try:
                while file.write(bytes(size)):
                    pass
            except OSError:
                pass


def leave_room(path: Path, room: int) -> None:
    """Fills a disk that nobody else writes to up but for some bytes."""
    disk = os.statvfs(path.parent)
    with path.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, disk.f_bavail * disk.f_frsize - room)


def assert_disk_is_named(message: str) -> None:
    assert "No space left on device" in message or "the disk has" in message, message


@pytest.mark.parametrize("ranks", [1, 2, 3])
def test_full_disk(engram: Path, whole: Path, small_disk: Path, ranks: int) -> None:  # noqa: F811
    output = small_disk / "run"
    run = start(engram, output, ranks, "checkpoint.every_simulated_s=0.02")
    wait_for(lambda: bool(checkpoints(output)), run)
    fill(small_disk / "ballast")
    try:
        assert run.wait(timeout=PATIENCE_S) == 3
        assert run.stderr is not None
        assert_disk_is_named(run.stderr.read())
    finally:
        kill_all(run)
    good = checkpoints(output)
    assert good and all(run_program([engram, "inspect", path]).returncode == 0 for path in good)
    assert not list(output.glob("*.tmp"))
    (small_disk / "ballast").unlink()
    result = resume(engram, output, ranks, "--set", "checkpoint.every_simulated_s=0")
    assert result.returncode == 0, result.stderr
    assert_equal(whole, output)


@pytest.mark.parametrize("ranks", [1, 2, pytest.param(3, marks=pytest.mark.slow)])
def test_disk_fills_up_at_the_end(
    engram: Path, whole: Path, small_disk: Path, ranks: int  # noqa: F811
) -> None:
    """More and more room, until the results fit: each of them fails in its turn, none half-written."""
    output = interrupted_at(engram, small_disk / "run", ranks, 29.9, 0.2)
    for path in output.glob("*.tmp"):  # killed while it was written
        path.unlink()
    need = sum((whole / name).stat().st_size for name in RESULTS)
    arguments = ("--set", "checkpoint.phase_ends=false", "--set", "checkpoint.every_simulated_s=0")
    refused: set[str] = set()
    for room in range(0, 2 * need, need // 8):
        leave_room(small_disk / "ballast", room)
        result = resume(engram, output, ranks, *arguments)
        (small_disk / "ballast").unlink()
        if result.returncode == 0:
            break
        assert result.returncode == 3, f"{result.returncode} {result.stderr}"
        assert_disk_is_named(result.stderr)
        refused |= {name for name in RESULTS if f"/{name}.tmp: " in result.stderr}
        assert not list(output.glob("*.tmp")) and not (output / "summary.json").exists()
    assert refused >= {"traces.h5", "network.h5"}
    assert_equal(whole, output)


@pytest.fixture
def stale_semaphores() -> Iterator[list[str]]:
    """What Open MPI leaves of each file that a killed process had open: a semaphore that stays locked."""
    library = ctypes.CDLL(None, use_errno=True)
    files = ("network.h5", "snapshot-0.h5", "checkpoint-0000000000031000.h5")
    names = [f"/OMPIO_{file}.tmp" for file in files]
    library.sem_open.restype = ctypes.c_void_p
    for name in names:
        library.sem_unlink(name.encode())
        assert library.sem_open(name.encode(), os.O_CREAT, 0o600, 0), os.strerror(
            ctypes.get_errno()
        )
    yield names
    for name in names:
        library.sem_unlink(name.encode())


def test_stale_semaphores_do_not_hang_a_run(
    engram: Path, whole: Path, tmp_path: Path, stale_semaphores: list[str]  # noqa: F811
) -> None:
    output = tmp_path / "run"
    run = start(engram, output, 2)
    try:
        assert run.wait(timeout=PATIENCE_S) == 0
    finally:
        kill_all(run)
    assert all(Path(f"/dev/shm/sem.{name[1:]}").exists() for name in stale_semaphores)
    assert_equal(whole, output)


@pytest.mark.parametrize("ranks", [1, 2])
def test_disk_is_too_small_for_an_extension(
    engram: Path, whole: Path, small_disk: Path, tmp_path: Path, ranks: int  # noqa: F811
) -> None:
    """The complete run stays one until its recordings are there again; no older checkpoint takes over."""
    arguments = ("--set", "simulation.duration_s=31")
    output = Path(shutil.copytree(whole, small_disk / "run"))
    before = {path: path.read_bytes() for path in output.iterdir()}
    for room in (100_000, 1_000_000, 2_800_000):  # spikes, traces, snapshots do not fit
        leave_room(small_disk / "ballast", room)
        result = resume(engram, output, ranks, *arguments)
        (small_disk / "ballast").unlink()
        assert result.returncode == 3, result.stderr
        assert_disk_is_named(result.stderr)
        assert "checkpoint not usable" not in result.stderr
        assert {path: path.read_bytes() for path in output.iterdir() if path.is_file()} == before
        assert not list(output.rglob("*.tmp"))
    assert resume(engram, output, ranks, *arguments).returncode == 0
    longer = tmp_path / "longer"
    assert run_program([engram, "run", NETWORK, "-o", longer, "-q", *arguments]).returncode == 0
    assert_equal(longer, output)
