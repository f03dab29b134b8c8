# SPDX-License-Identifier: Apache-2.0
"""A complete run that is resumed with a later end gives the bytes of a run that had this end from the start."""

import json
import os
import random
import shutil
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import h5py
import pytest
from conftest import MPI_ENVIRONMENT, PATIENCE_S, run_program
from results_equal import RESULTS, assert_equal, differences
from test_checkpoint import (
    NETWORK,
    checkpoints,
    kill_all,
    mpirun,
    rank_pids,
    resume,
    launch,
    state_of,
)

LEARN = (
    "stimuli={learn: {scheme: TRIPLET, group: assembly, start_s: 0.1, n_inputs: 25, rate_Hz: 100}}"
)
# Cut by the first end: the second pulse of one stimulus, and the only one of another.
CUT = (
    "stimuli={a: {scheme: TRIPLET, group: assembly, start_s: 0.1, n_inputs: 25, rate_Hz: 100},"
    " b: {scheme: RECT, group: recalled, start_s: 0.2, duration_s: 0.9, n_inputs: 25, rate_Hz: 90}}"
)
SILENT = "stimuli={}"
SNAPSHOTS = "record.snapshots_s=[0, 0.5]"

# Name: first end, last end, settings of both.
CASES: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "within recall": ("30", "33", ("record.snapshots_s=[0.5, 20, 29.7, 30]",)),
    "consolidation": ("20", "31.2", (LEARN, SNAPSHOTS)),
    "consolidation begins": ("4", "31.2", (LEARN, SNAPSHOTS)),
    "consolidation after recall": ("40", "52", ()),
    "recall begins anew": ("30", "60", ()),
    "background": ("2", "3", (SILENT, SNAPSHOTS)),
    "background, epoch cut": ("2.0002", "3.0004", (SILENT, SNAPSHOTS)),
    "all spiking": ("3", "4.5", (SILENT, "simulation.fast_forward=off", SNAPSHOTS)),
    "nothing but consolidation": ("30", "80", (SILENT, "record.snapshots_s=[0, 20, 30]")),
    "pulses cut": ("0.65", "2", (CUT, SNAPSHOTS)),
    "one checkpoint kept": ("2", "3", (SILENT, SNAPSHOTS, "checkpoint.keep=1")),
}


def run(engram: Path, output: Path, ranks: int, *settings: str) -> Path:
    sets = [part for setting in settings for part in ("--set", setting)]
    result = run_program(mpirun(ranks, engram, "run", NETWORK, "-o", output, "-q", *sets))
    assert result.returncode == 0, result.stderr
    return output


def extend(engram: Path, output: Path, ranks: int, end_s: str) -> Any:
    return resume(engram, output, ranks, "--set", f"simulation.duration_s={end_s}")


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize(
    "before,after",
    [
        (2, 1),
        pytest.param(3, 1, marks=pytest.mark.slow),
        pytest.param(1, 2, marks=pytest.mark.slow),
        pytest.param(2, 3, marks=pytest.mark.slow),
        pytest.param(1, 1, marks=pytest.mark.slow),
    ],
)
def test_extension(engram: Path, tmp_path: Path, case: str, before: int, after: int) -> None:
    first, last, settings = CASES[case]
    output = run(engram, tmp_path / "run", before, *settings, f"simulation.duration_s={first}")
    result = extend(engram, output, after, last)
    assert result.returncode == 0 and "continuing from" in result.stderr, result.stderr
    whole_run = run(engram, tmp_path / "whole", 1, *settings, f"simulation.duration_s={last}")
    assert_equal(whole_run, output)
    assert not (output / "partial").exists() and (output / "summary.json").exists()


def test_extended_again_and_again(engram: Path, tmp_path: Path) -> None:
    output = run(engram, tmp_path / "run", 1, SILENT, SNAPSHOTS, "simulation.duration_s=1")
    for end_s in ("1.0006", "1.7", "2.5"):
        assert extend(engram, output, 1, end_s).returncode == 0
    whole_run = run(engram, tmp_path / "whole", 1, SILENT, SNAPSHOTS, "simulation.duration_s=2.5")
    assert_equal(whole_run, output)


@pytest.mark.parametrize(
    "first,last,settings",
    [
        ("20", "30", (SILENT, SNAPSHOTS)),  # background becomes consolidation
        ("20", "22", (LEARN, SNAPSHOTS, "checkpoint.phase_ends=false")),  # no checkpoint at all
    ],
)
def test_impossible_extension(
    engram: Path, tmp_path: Path, first: str, last: str, settings: tuple[str, ...]
) -> None:
    output = run(engram, tmp_path / "run", 1, *settings, f"simulation.duration_s={first}")
    before = state_of(output)
    result = extend(engram, output, 2, last)
    assert result.returncode == 2
    assert "start a new run" in result.stderr and "simulation.duration_s" in result.stderr
    assert state_of(output) == before


@pytest.fixture
def complete(whole: Path, tmp_path: Path) -> Path:  # noqa: F811
    return Path(shutil.copytree(whole, tmp_path / "complete"))


@pytest.fixture(scope="session")
def longer(engram: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return run(engram, tmp_path_factory.mktemp("longer") / "run", 1, "simulation.duration_s=32")


def test_killed_before_it_was_said_to_be_complete(engram: Path, complete: Path) -> None:
    progress = complete / "progress.json"
    told = json.loads(progress.read_text())
    assert resume(engram, complete, 1).returncode == 0
    assert told["state"] == "complete" and json.loads(progress.read_text()) == told
    progress.write_text(json.dumps(told | {"state": "running"}, indent=2))
    progress.with_name("progress.json.tmp").write_text("{")
    assert resume(engram, complete, 1).returncode == 0
    assert not list(complete.glob("progress.json*")), "engram-watch believes it"


@pytest.mark.parametrize("settings", [(), ("simulation.duration_s=30",), ("checkpoint.keep=3",)])
def test_nothing_to_resume(engram: Path, complete: Path, settings: tuple[str, ...]) -> None:
    before = state_of(complete)
    result = resume(
        engram, complete, 1, *(part for setting in settings for part in ("--set", setting))
    )
    assert result.returncode == 0 and "nothing to resume" in result.stdout
    assert ("the changes have no effect" in result.stdout) == bool(settings)
    assert state_of(complete) == before


def test_a_directory_is_moved_not_set(engram: Path, complete: Path, longer: Path) -> None:
    before = state_of(complete)
    for settings in (
        ["output.directory=/tmp/elsewhere"],
        ["simulation.duration_s=32", "output={directory: x}"],
    ):
        result = resume(
            engram, complete, 1, *(part for setting in settings for part in ("--set", setting))
        )
        assert result.returncode == 2, result.stderr
        assert "output.directory: a run goes on in the directory that is resumed" in result.stderr
        assert state_of(complete) == before
    moved = complete.rename(complete.parent / "moved")
    result = resume(
        engram, moved, 1, "--set", "simulation.duration_s=32", "--set", f"output.directory={moved}"
    )
    assert result.returncode == 0, result.stderr
    assert_equal(longer, moved)


def test_refused_changes_of_a_complete_run(engram: Path, complete: Path) -> None:
    before = state_of(complete)
    result = resume(
        engram,
        complete,
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
    assert state_of(complete) == before


def test_extension_in_config_yaml(engram: Path, complete: Path, longer: Path) -> None:
    text = (complete / "config.yaml").read_text()
    assert "duration_s: 30" in text
    (complete / "config.yaml").write_text(text.replace("duration_s: 30", "duration_s: 32", 1))
    assert resume(engram, complete).returncode == 0
    assert_equal(longer, complete)


def test_unusable_results_are_not_lost(engram: Path, complete: Path, longer: Path) -> None:
    """Recordings cannot be made again from a damaged file: nothing is changed."""
    intact = (complete / "traces.h5").read_bytes()
    with h5py.File(complete / "traces.h5", "r+") as file:
        file["traces/neurons/5/V_mV"][100] += 1e-9
    before = state_of(complete)
    result = extend(engram, complete, 1, "32")
    assert result.returncode == 3 and "traces.h5" in result.stderr
    assert state_of(complete) == before
    (complete / "traces.h5").write_bytes(intact)
    assert extend(engram, complete, 1, "32").returncode == 0
    assert_equal(longer, complete)


@pytest.mark.parametrize("name", ["spikes.h5", "traces.h5", "network.h5"])
def test_missing_results(engram: Path, complete: Path, name: str) -> None:
    (complete / name).unlink()
    before = state_of(complete)
    plain = resume(engram, complete, 2)
    assert plain.returncode == 3 and "nothing to resume" not in plain.stdout
    assert f"{complete / name}: is missing, though the run is complete" in plain.stderr
    extended = extend(engram, complete, 2, "32")
    assert extended.returncode == 3 and f"{complete / name}: is missing" in extended.stderr
    assert state_of(complete) == before
    assert not (complete / "partial").exists()


@pytest.mark.parametrize(
    "name,dataset",
    [("spikes.h5", "spikes/exc/timestamps"), ("network.h5", "edges/exc_exc/snapshots/t_0.5s/h_mV")],
)
def test_damaged_results(engram: Path, complete: Path, name: str, dataset: str) -> None:
    with h5py.File(complete / name, "r+") as file:
        file[dataset][0] += 1.0
    before = state_of(complete)
    result = extend(engram, complete, 2, "32")
    assert result.returncode == 3 and f"{complete / name}: " in result.stderr, result.stderr
    assert state_of(complete) == before
    assert not (complete / "partial").exists()


@pytest.mark.parametrize("name", ["spikes.h5", "traces.h5", "network.h5"])
def test_truncated_results_are_no_complete_run(engram: Path, complete: Path, name: str) -> None:
    os.truncate(complete / name, (complete / name).stat().st_size // 2)
    result = resume(engram, complete, 1)
    assert result.returncode == 3 and f"{complete / name}: is not usable" in result.stderr
    assert "though the run is complete" in result.stderr


def test_shortening_is_blamed_on_the_command_line(engram: Path, complete: Path) -> None:
    """Though the recall that begins too late now is written in config.yaml."""
    before = state_of(complete)
    result = resume(engram, complete, 1, "--set", "simulation.duration_s=10")
    assert (
        result.returncode == 2
        and "--set: stimuli.recall.start_s: must be less than" in result.stderr
    )
    assert "config.yaml" not in result.stderr and "remove the file" not in result.stderr
    assert state_of(complete) == before


def started_extension(engram: Path, output: Path, ranks: int, *settings: str) -> Any:
    command = mpirun(
        ranks,
        engram,
        "resume",
        output,
        "--set",
        "simulation.duration_s=32",
        *(part for setting in settings for part in ("--set", setting)),
    )
    return launch(command)


@pytest.mark.parametrize(
    "seed", [*range(2), *(pytest.param(i, marks=pytest.mark.slow) for i in range(2, 50))]
)
def test_killed_extension(
    engram: Path, whole: Path, complete: Path, longer: Path, seed: int  # noqa: F811
) -> None:
    """Whenever it is killed, the run is either complete or can be resumed, to either end."""
    source = random.Random(seed)
    attempt = started_extension(
        engram, complete, source.choice([1, 2]), "checkpoint.every_simulated_s=0.5"
    )
    pids = rank_pids(attempt)
    time.sleep(source.uniform(0, 2.5))
    for pid in pids:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
    kill_all(attempt)
    if (complete / "summary.json").exists():
        assert not differences(whole, complete) or not differences(longer, complete)
    result = extend(engram, complete, source.choice([1, 2, 3]), "32")
    assert result.returncode == 0, result.stderr
    assert_equal(longer, complete)


def test_killed_before_it_begins_an_extension_is_remembered(
    engram: Path, complete: Path, longer: Path, tmp_path: Path
) -> None:
    library = engram.with_name("engram_failing_calls.so")
    if not library.exists():
        pytest.skip(f"no {library}")
    # Whenever it removes a file; one of these moments is the right one.
    for number in range(1, 20):
        copy = Path(shutil.copytree(complete, tmp_path / f"copy{number}"))
        killed = {
            "LD_PRELOAD": str(library),
            "ENGRAM_FAIL_DIRECTORY": str(copy),
            "ENGRAM_FAIL_CALL": "unlink",
            "ENGRAM_FAIL_NTH": str(number),
            "ENGRAM_FAIL_HOW": "kill",
        }
        attempt = subprocess.run(
            [engram, "resume", copy, "--set", "simulation.duration_s=32", "--quiet"],
            env=dict(os.environ, **MPI_ENVIRONMENT, **killed),
            capture_output=True,
            timeout=PATIENCE_S,
            check=False,
        )
        assert attempt.returncode == -signal.SIGKILL
        if "duration_s: 32" in (copy / "config.yaml").read_text():
            assert (copy / "summary.json").exists()
            break
    else:
        pytest.fail("it is not announced before the complete run is reopened")
    result = resume(engram, copy)
    assert result.returncode == 0, result.stderr
    assert_equal(longer, copy)
    assert not (copy / "partial").exists()


def test_stopped_extension_remembers_its_end(engram: Path, complete: Path, longer: Path) -> None:
    """The next start of a job does not repeat --set."""
    attempt = started_extension(engram, complete, 1)
    end = time.monotonic() + PATIENCE_S
    while (complete / "summary.json").exists() and time.monotonic() < end:
        time.sleep(0.001)
    while "duration_s: 32" not in (complete / "config.yaml").read_text() and time.monotonic() < end:
        time.sleep(0.001)
    attempt.send_signal(signal.SIGUSR1)
    assert attempt.wait(timeout=PATIENCE_S) == 75
    # The results of the shorter run stay until the longer one is complete.
    assert all((complete / name).exists() for name in RESULTS)
    assert resume(engram, complete, 2).returncode == 0
    assert_equal(longer, complete)


def test_lost_summary_is_written_again(
    engram: Path, whole: Path, complete: Path
) -> None:  # noqa: F811
    (complete / "summary.json").unlink()
    assert resume(engram, complete).returncode == 0
    assert (complete / "summary.json").exists()
    assert_equal(whole, complete)


def test_results_without_checkpoint_are_kept(engram: Path, complete: Path) -> None:
    (complete / "summary.json").unlink()
    for path in checkpoints(complete):
        path.unlink()
    before = state_of(complete)
    result = resume(engram, complete)
    assert result.returncode == 3 and "--force" in result.stderr
    assert state_of(complete) == before


@pytest.mark.slow
def test_more_than_this_machine_can_do(engram: Path, tmp_path: Path) -> None:
    """Refused as `run` refuses it, before the results are touched."""
    output = run(
        engram,
        tmp_path / "run",
        1,
        SILENT,
        SNAPSHOTS,
        "populations.n_exc=2000",
        "simulation.duration_s=1",
        "simulation.fast_forward=off",
    )
    before = sorted((path.name, path.stat().st_mtime_ns) for path in output.iterdir())
    result = extend(engram, output, 1, "1e10")
    assert result.returncode == 1, result.stderr
    assert "the run would take about" in result.stderr
    after = sorted((path.name, path.stat().st_mtime_ns) for path in output.iterdir())
    assert before == after
