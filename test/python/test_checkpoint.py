# SPDX-License-Identifier: Apache-2.0
"""An interrupted and resumed run gives the bytes of an uninterrupted one; damage never passes."""

import json
import os
import random
import shutil
import signal
import subprocess
import time
from pathlib import Path
from typing import Any, Callable, Sequence

import h5py
import pytest
from conftest import MPI_ENVIRONMENT, PATIENCE_S, RECALL_200, launcher, run_program
from held import Started, has_pending, holding, is_held, rank_pids, text_of
from held import wait_for as wait_until
from results_equal import assert_equal

NETWORK = RECALL_200
STEPS_PER_S = 5000


def mpirun(ranks: int, *command: Any) -> list[str]:
    return [str(part) for part in [*launcher(ranks), *command]]


def start(
    engram: Path,
    output: Path,
    ranks: int,
    *settings: str,
    device: str = "cpu",
    network: Path = NETWORK,
    arguments: Sequence[str] = (),
    prefix: Sequence[str] = (),
) -> Started:
    """Starts a run in its own session, so that all of it can be ended."""
    sets = [part for setting in settings for part in ("--set", setting)]
    command = mpirun(
        ranks,
        *prefix,
        engram,
        "run",
        network,
        "--output",
        output,
        "--device",
        device,
        *arguments,
        *sets,
    )
    return launch(command)


def launch(command: list[str]) -> Started:
    """In a session of its own, so that all of it can be ended."""
    return subprocess.Popen(
        command,
        env=dict(os.environ, **MPI_ENVIRONMENT),
        text=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def interrupt_resumed(engram: Path, output: Path, *arguments: str) -> None:
    """Resumes on one rank, and kills that behind its next checkpoint."""
    run = launch(mpirun(1, engram, "resume", output, *arguments))
    newest = checkpoints(output)[-1]
    wait_for(lambda: checkpoints(output)[-1] != newest, run)
    kill_all(run)


def is_alive(pid: int) -> bool:
    """Until its last thread has ended, a process keeps its files and their locks."""
    state = text_of(Path(f"/proc/{pid}/stat")).rpartition(")")[2].split()[:1]
    return state not in ([], ["Z"]) or len(list(Path(f"/proc/{pid}/task").glob("*"))) > 1


def kill_all(run: Started) -> None:
    """Ends the ranks too: mpirun is not there any more to wait for them."""
    pids = {run.pid, *rank_pids(run)}
    for pid in pids:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
    run.wait(timeout=PATIENCE_S)
    while any(is_alive(pid) for pid in pids):
        time.sleep(0.001)


def wait_for(condition: Callable[[], bool], run: Started) -> None:
    end = time.monotonic() + PATIENCE_S
    while not condition():
        if run.poll() is not None or time.monotonic() > end:
            kill_all(run)
            pytest.fail(f"the run ended or hung (code {run.returncode}) before the awaited event")
        time.sleep(0.001)


def checkpoints(output: Path) -> list[Path]:
    return sorted(output.glob("checkpoint-*.h5"))


def step_of(checkpoint: Path) -> int:
    return int(checkpoint.stem.split("-")[1])


def interrupted_at(
    engram: Path,
    output: Path,
    ranks: int,
    time_s: float,
    every_s: float,
    *settings: str,
    device: str = "cpu",
    network: Path = NETWORK,
    arguments: Sequence[str] = (),
) -> Path:
    """A killed run whose newest checkpoint is the last up to a simulated time.

    It is held before the next one is in its place: fast machines would be done before the kill.
    """
    last = round(time_s * STEPS_PER_S)
    prefix = holding(engram, output, "rename", 1, "checkpoint-", behind=f"checkpoint-{last:016}.i")
    run = start(
        engram,
        output,
        ranks,
        f"checkpoint.every_simulated_s={every_s}",
        "checkpoint.keep=1000",
        *settings,
        device=device,
        network=network,
        arguments=arguments,
        prefix=prefix,
    )
    if prefix:
        wait_for(lambda: any(map(is_held, rank_pids(run))), run)
    else:
        wait_for(lambda: any(step_of(path) >= last for path in checkpoints(output)), run)
    kill_all(run)
    assert not (output / "summary.json").exists(), "the run was complete before it was killed"
    for path in checkpoints(output):
        if step_of(path) > last:
            path.unlink()
    assert checkpoints(output)
    return output


def resume(engram: Path, output: Path, ranks: int = 1, *arguments: Any) -> Any:
    """A hang must fail, not stop the suite."""
    return run_program(
        ["timeout", PATIENCE_S, *mpirun(ranks, engram, "resume", output, *arguments)]
    )


def assert_resumes(engram: Path, output: Path, ranks: int, reference: Path) -> None:
    result = resume(engram, output, ranks)
    assert result.returncode == 0, f"{result.returncode} {result.stderr}"
    assert_equal(reference, output)
    assert not (output / "partial").exists()


@pytest.fixture(scope="session")
def unfinished(engram: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An interrupted run; tests copy it."""
    return interrupted_at(engram, tmp_path_factory.mktemp("unfinished") / "run", 1, 1.2, 0.1)


@pytest.fixture
def copy(unfinished: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(unfinished, tmp_path / "copy"))


PHASES = {
    "pulse": (0.16, 0.05),
    "between": (0.4, 0.1),
    "learnt": (6.2, 2),
    "consolidated": (24.5, 2),
    "recall": (29.6, 0.08),
}


@pytest.mark.parametrize(
    "before,after,phase",
    [
        pytest.param(
            *ranks,
            phase,
            marks=[] if ranks == (2, 3) or phase == "consolidated" else [pytest.mark.slow],
        )
        for ranks in ((1, 1), (2, 3), (4, 1), (3, 2))
        for phase in PHASES
    ],
)
def test_resume(
    engram: Path, whole: Path, tmp_path: Path, phase: str, before: int, after: int
) -> None:
    time_s, every_s = PHASES[phase]
    output = interrupted_at(engram, tmp_path / "run", before, time_s, every_s)
    with h5py.File(checkpoints(output)[-1]) as file:
        pulses = [name for name in file["neurons"] if name.startswith("pulse_")]
    assert bool(pulses) == (phase in ("pulse", "recall")), "stopped in another phase than meant"
    assert_resumes(engram, output, after, whole)


def test_several_interruptions(engram: Path, whole: Path, copy: Path) -> None:
    for _ in range(4):
        interrupt_resumed(engram, copy)
    assert not (copy / "summary.json").exists()
    assert_resumes(engram, copy, 1, whole)


def test_damaged_newest_falls_back(engram: Path, whole: Path, copy: Path) -> None:
    newest, previous = checkpoints(copy)[-1], checkpoints(copy)[-2]
    newest.write_bytes(newest.read_bytes()[:5000])
    result = resume(engram, copy)
    assert result.returncode == 0
    assert f"checkpoint not usable: {newest}" in result.stderr
    assert f"continuing from {previous}" in result.stderr
    assert_equal(whole, copy)


def test_changed_configuration_is_refused(engram: Path, copy: Path) -> None:
    result = resume(
        engram,
        copy,
        1,
        "--set",
        "simulation.seed=4",
        "--set",
        "neuron.t_ref_ms=3",
        "--set",
        "simulation.duration_s=29.9",
    )
    assert result.returncode == 2
    for key in ("simulation.seed", "neuron.t_ref_ms", "simulation.duration_s"):
        assert sum(key in line for line in result.stderr.splitlines()) == 1, result.stderr


def test_allowed_changes(engram: Path, copy: Path, tmp_path: Path) -> None:
    moved = copy.rename(tmp_path / "moved")
    arguments = ("--set", "simulation.duration_s=31", "--set", "checkpoint.keep=3")
    assert resume(engram, moved, 1, *arguments).returncode == 0
    whole = tmp_path / "long"
    assert run_program([engram, "run", NETWORK, "-o", whole, *arguments[:2]]).returncode == 0
    assert_equal(whole, moved)


def state_of(directory: Path) -> dict[str, tuple[bytes, int]]:
    return {
        str(p): (p.read_bytes(), p.stat().st_mtime_ns) for p in directory.rglob("*") if p.is_file()
    }


def test_complete_run_is_left_alone(engram: Path, whole: Path) -> None:
    before = state_of(whole)
    result = resume(engram, whole)
    assert result.returncode == 0 and "complete" in result.stdout
    assert state_of(whole) == before


def test_directory_without_run(engram: Path, tmp_path: Path) -> None:
    assert resume(engram, tmp_path).returncode == 3
    absent = resume(engram, tmp_path / "absent")
    assert absent.returncode == 3 and "does not exist" in absent.stderr
    assert not (tmp_path / "absent").exists()


def test_before_first_checkpoint(engram: Path, whole: Path, copy: Path) -> None:
    for path in checkpoints(copy):
        path.unlink()
    assert_resumes(engram, copy, 1, whole)


@pytest.mark.parametrize("ranks", [1, 2])
def test_line_breaks_in_names(
    engram: Path, whole: Path, unfinished: Path, tmp_path: Path, ranks: int  # noqa: F811
) -> None:
    """Of the directory, and of one that it is in."""
    parent = tmp_path / "two\nlines"
    parent.mkdir()
    assert_resumes(engram, Path(shutil.copytree(unfinished, parent / "r\nun")), ranks, whole)


def test_text_is_not_inspected(engram: Path, whole: Path) -> None:  # noqa: F811
    for name in ("summary.json", "config.yaml"):
        result = run_program([engram, "inspect", whole / name])
        assert result.returncode == 3
        assert f"{name}: is text, to be read as it is; give an HDF5 file" in result.stderr


def test_inspect(engram: Path, unfinished: Path) -> None:
    path = checkpoints(unfinished)[-1]
    result = run_program([engram, "inspect", path])
    assert result.returncode == 0
    assert f"step {step_of(path)}" in result.stdout and "checksum verified" in result.stdout
    with h5py.File(path) as file:
        assert json.loads(file["header"][()].tobytes())["step"] == step_of(path)


@pytest.mark.parametrize("keep", [1, 3])
def test_keep(engram: Path, tmp_path: Path, keep: int) -> None:
    result = run_program(
        [
            engram,
            "run",
            NETWORK,
            "-o",
            tmp_path / "run",
            "--set",
            f"checkpoint.keep={keep}",
            "--set",
            "checkpoint.every_simulated_s=1",
        ]
    )
    assert result.returncode == 0 and len(checkpoints(tmp_path / "run")) == keep


# Hours of simulated time: no machine is done before the signal arrives.
LONG = ("simulation.duration_s=36000", "simulation.fast_forward=off")


def started_long(engram: Path, output: Path, ranks: int) -> Started:
    run = start(engram, output, ranks, *LONG)
    wait_for((output / "partial/traces.bin").exists, run)
    time.sleep(1)
    return run


@pytest.mark.parametrize("number", [signal.SIGUSR1, signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("receiver", ["rank", "mpirun"])
def test_stop_signal(engram: Path, tmp_path: Path, number: signal.Signals, receiver: str) -> None:
    output = tmp_path / "run"
    run = started_long(engram, output, 2)
    os.kill(rank_pids(run)[-1] if receiver == "rank" else run.pid, number)
    try:
        code = run.wait(timeout=PATIENCE_S)
    except subprocess.TimeoutExpired:
        kill_all(run)
        pytest.fail("did not stop")
    if receiver == "mpirun" and number != signal.SIGUSR1:
        # Open MPI ends a job on these itself: it passes SIGTERM on, but gives little time and an
        # exit code of its own.
        assert code != 0
    else:
        assert code == 75
        assert run_program([engram, "inspect", checkpoints(output)[-1]]).returncode == 0
    assert not (output / "summary.json").exists()


def test_second_interrupt_stops_at_once(engram: Path, tmp_path: Path) -> None:
    """Rank 0 is held, so that the first signal cannot be obeyed: the second must be."""
    output = tmp_path / "run"
    run = started_long(engram, output, 2)
    first, second = rank_pids(run)
    os.kill(first, signal.SIGSTOP)
    os.kill(second, signal.SIGINT)
    wait_for(lambda: not has_pending(second, signal.SIGINT), run)
    time.sleep(2.5)  # sooner it would be an echo of the first
    assert run.poll() is None, "obeyed the first signal"
    os.kill(second, signal.SIGINT)
    wait_until(lambda: not is_alive(second))  # mpirun may end with it
    if is_alive(first):
        os.kill(first, signal.SIGCONT)
    try:
        assert run.wait(timeout=PATIENCE_S) not in (0, 75)
    finally:
        kill_all(run)
    assert not list(output.glob("*.tmp"))


FOREIGN: dict[str, Callable[[Path], Any]] = {
    "empty": lambda path: path.write_bytes(b""),
    "text": lambda path: path.write_text("no checkpoint\n"),
    "truncated": lambda path: path.write_bytes(path.read_bytes()[:-1000]),
}


def rewrite(path: Path, **attributes: Any) -> None:
    with h5py.File(path, "w" if not attributes else "r+", libver="latest") as file:
        for name, value in attributes.items():
            file.attrs.modify(name, value)


FOREIGN["hdf5"] = lambda path: rewrite(path)
FOREIGN["newer"] = lambda path: rewrite(path, format_version=7)
FOREIGN["older"] = lambda path: rewrite(path, format_version=3)
FOREIGN["other results"] = lambda path: rewrite(path, results_version=1)
MESSAGES = {
    "other results": "results of version 1, and this program computes those of version 4",
    "newer": "is newer than version 6",
    "older": "version 3, is that of Engram 0.1.0, which can resume it",
    "hdf5": "not a file of Engram",
    "text": "cannot open it as an HDF5 file",
    "empty": "cannot open it as an HDF5 file",
    "truncated": "cannot open it as an HDF5 file",
}


@pytest.mark.parametrize("kind", FOREIGN)
def test_unusable_checkpoint(engram: Path, copy: Path, kind: str) -> None:
    for path in checkpoints(copy)[:-1]:
        path.unlink()
    FOREIGN[kind](checkpoints(copy)[0])
    result = resume(engram, copy)
    assert result.returncode == 3
    assert MESSAGES[kind] in result.stderr and "no usable checkpoint" in result.stderr


def positions(path: Path, n: int) -> list[int]:
    """Three quarters from all that holds values, the rest from the metadata before the first of them."""
    chunks: list[range] = []

    def add(_: str, node: Any) -> None:
        if isinstance(node, h5py.Dataset) and node.size > 0:
            first = node.id.get_offset()
            chunks.append(range(first, first + node.id.get_storage_size()))

    with h5py.File(path) as file:
        file.visititems(add)
    source = random.Random(1)
    places = [source.choice(source.choice(chunks)) for _ in range(n * 3 // 4)]
    return places + [source.randrange(min(c.start for c in chunks)) for _ in range(n - n * 3 // 4)]


def everything(path: Path) -> dict[str, bytes]:
    """Whatever HDF5 finds in a checkpoint, by name."""
    found: dict[str, bytes] = {}
    with h5py.File(path) as file:
        for name, value in file.attrs.items():
            found[f"@{name}"] = repr(value).encode()
        file.visititems(
            lambda name, node: found.update(
                {name: node[()].tobytes() if isinstance(node, h5py.Dataset) else b""}
            )
        )
    return found


@pytest.mark.parametrize("n_flips", [40, pytest.param(200, marks=pytest.mark.slow)])
def test_flipped_bytes(engram: Path, unfinished: Path, tmp_path: Path, n_flips: int) -> None:
    """Every flip is detected, or lies where it changes nothing that HDF5 reads (unused space)."""
    original = checkpoints(unfinished)[-1]
    damaged, undetected, n_detected = tmp_path / original.name, [], 0
    intact = original.read_bytes()
    for position in positions(original, n_flips):
        data = bytearray(intact)
        data[position] ^= 0x10
        damaged.write_bytes(data)
        result = run_program([engram, "inspect", damaged])
        assert result.returncode in (
            0,
            3,
        ), f"flip at {position}: {result.returncode} {result.stderr}"
        n_detected += result.returncode == 3
        if result.returncode == 0 and everything(damaged) != everything(original):
            undetected.append(position)
    assert not undetected
    assert n_detected >= n_flips * 3 // 4
