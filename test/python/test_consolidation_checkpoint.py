# SPDX-License-Identifier: Apache-2.0
"""Within a consolidation of many samples a run can be stopped, saved, and continued, to the bit."""

import json
import os
import signal
import subprocess
from pathlib import Path
from typing import Any

import h5py
import pytest
from conftest import PATIENCE_S, run_program
from results_equal import assert_equal
from test_checkpoint import (
    NETWORK,
    assert_resumes,
    checkpoints,
    interrupted_at,
    kill_all,
    resume,
    start,
    step_of,
    wait_for,
)
from test_extension import LEARN

SAMPLED = ("simulation.dt_fast_forward_s=0.0004", "record.snapshots_s=[20]")


def header(checkpoint: Path) -> dict[str, Any]:
    with h5py.File(checkpoint) as file:
        return json.loads(file["header"][()].tobytes())


def is_within_consolidation(checkpoint: Path) -> bool:
    position = header(checkpoint)
    phase = position["phases"][-1]
    return (
        position["within_phase"]
        and phase["kind"] == "consolidation"
        and phase["begin"] < position["step"] < phase["end"]
    )


def interrupted(engram: Path, output: Path, ranks: int) -> Path:
    interrupted_at(engram, output, ranks, 15, 1, *SAMPLED)
    assert is_within_consolidation(checkpoints(output)[-1])
    return output


@pytest.fixture(scope="module")
def whole(engram: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    output = tmp_path_factory.mktemp("whole") / "results"
    sets = [part for setting in SAMPLED for part in ("--set", setting)]
    result = run_program([engram, "run", NETWORK, "-o", output, "-q", *sets])
    assert result.returncode == 0, result.stderr
    return output


@pytest.mark.parametrize(
    "before,after",
    [(1, 1), (2, 1), (1, 2), *(pytest.param(*n, marks=pytest.mark.slow) for n in ((2, 3), (3, 2)))],
)
def test_resume(engram: Path, whole: Path, tmp_path: Path, before: int, after: int) -> None:
    output = interrupted(engram, tmp_path / "run", before)
    assert_resumes(engram, output, after, whole)


def test_checkpoints_on_the_way_change_nothing(engram: Path, whole: Path, tmp_path: Path) -> None:
    output = tmp_path / "run"
    sets = [
        part
        for setting in (*SAMPLED, "checkpoint.every_simulated_s=1", "checkpoint.keep=99")
        for part in ("--set", setting)
    ]
    result = run_program([engram, "run", NETWORK, "-o", output, "-q", *sets])
    assert result.returncode == 0, result.stderr
    assert sum(is_within_consolidation(path) for path in checkpoints(output)) >= 4
    assert_equal(whole, output)


def test_the_consolidation_may_become_longer(engram: Path, tmp_path: Path) -> None:
    """The run was interrupted within its last phase, which the new end prolongs."""
    settings = (LEARN, *SAMPLED)
    output = interrupted_at(engram, tmp_path / "run", 2, 15, 1, *settings)
    assert is_within_consolidation(checkpoints(output)[-1])
    shorter = resume(engram, output, 1, "--set", "simulation.duration_s=8")
    assert shorter.returncode == 2 and "simulation.duration_s" in shorter.stderr
    longer = ("--set", "simulation.duration_s=33")
    result = resume(engram, output, 1, *longer)
    assert result.returncode == 0, result.stderr
    sets = [part for setting in settings for part in ("--set", setting)]
    whole_run = run_program(
        [engram, "run", NETWORK, "-o", tmp_path / "whole", "-q", *sets, *longer]
    )
    assert whole_run.returncode == 0, whole_run.stderr
    assert_equal(tmp_path / "whole", output)


@pytest.mark.parametrize("ranks", [1, 2])
def test_stop_signal(engram: Path, tmp_path: Path, ranks: int) -> None:
    """The samples are too many for any machine to be done before the signal arrives."""
    output = tmp_path / "run"
    run = start(
        engram,
        output,
        ranks,
        "simulation.duration_s=1e9",
        "simulation.dt_fast_forward_s=0.1",
        "stimuli={}",
        "record={neurons: [3]}",
    )
    wait_for(
        lambda: (output / "partial/traces.bin").exists()
        and (output / "partial/traces.bin").stat().st_size > 1e6,
        run,
    )
    os.kill(run.pid, signal.SIGUSR1)
    try:
        code = run.wait(timeout=PATIENCE_S)
    except subprocess.TimeoutExpired:
        kill_all(run)
        pytest.fail("did not stop")
    assert code == 75
    newest = checkpoints(output)[-1]
    assert is_within_consolidation(newest)
    inspected = run_program([engram, "inspect", newest])
    assert inspected.returncode == 0
    assert f"step {step_of(newest)}, phase 0 (within)" in inspected.stdout
