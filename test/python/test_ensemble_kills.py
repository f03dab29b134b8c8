# SPDX-License-Identifier: Apache-2.0
"""An ensemble that is killed at any moment, again and again, ends with the results of an undisturbed one."""

import random
import time
from pathlib import Path
from typing import Any

import pytest
from conftest import PATIENCE_S, run_program
from results_equal import content, differences
from test_checkpoint import kill_all, launch, mpirun, rank_pids
from test_faults import VICTIMS, kill

# Trials of some tenths of a second, with checkpoints every few milliseconds.
ENSEMBLE = """
simulation: {duration_s: 60.5, seed: 7}
populations: {n_exc: 80, n_inh: 20}
connectivity: {probability: 0.2}
synapses: {theta_pro_mV: 0.5, theta_tag_mV: 0.05}
groups: {assembly: {first: 0, count: 12}}
stimuli:
  learn: {scheme: TRIPLET, group: assembly, start_s: 0.1, n_inputs: 25, rate_Hz: 100}
  recall: {scheme: ONEPULSE, group: assembly, start_s: 60.1, n_inputs: 25, rate_Hz: 100}
record: {neurons: [1, 81], every_steps: 20, snapshots_s: [0.5, 30]}
checkpoint: {every_simulated_s: 0.5}
trials: 3
sweep: {groups.assembly.count: [12, 20]}
"""
LONGEST_DELAY_S = 1.5


@pytest.fixture(scope="module")
def configuration(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("ensemble") / "ensemble.yaml"
    path.write_text(ENSEMBLE)
    return path


@pytest.fixture(scope="module")
def undisturbed(run_engram: Any, configuration: Path, tmp_path_factory: Any) -> Path:
    return Path(run_engram(configuration, tmp_path_factory.mktemp("undisturbed") / "results"))


def on_some_ranks(engram: Path, source: random.Random, *arguments: Any) -> list[str]:
    ranks = source.randint(1, 4)
    shared = source.randint(1, ranks)
    return mpirun(ranks, engram, *arguments, "--quiet", "--set", f"ranks_per_trial={shared}")


def killed(command: list[str], output: Path, victim: str, source: random.Random) -> str:
    """What it said until then; it may have come to its end before."""
    run = launch(command)
    end = time.monotonic() + PATIENCE_S
    while run.poll() is None and not (output / "config.yaml").exists() and time.monotonic() < end:
        time.sleep(0.002)
    time.sleep(source.uniform(0, LONGEST_DELAY_S))
    pids = rank_pids(run)
    kill(victim, pids, run.pid, source)
    try:
        _, messages = run.communicate(timeout=PATIENCE_S)
    finally:
        kill_all(run)
    end = time.monotonic() + 30  # some containers keep what has ended
    while any(Path(f"/proc/{pid}").exists() for pid in pids) and time.monotonic() < end:
        time.sleep(0.01)
    return messages


@pytest.mark.parametrize(
    "seed", [0, *(pytest.param(i, marks=pytest.mark.slow) for i in range(1, 50))]
)
def test_kills(
    engram: Path, configuration: Path, undisturbed: Path, tmp_path: Path, seed: int
) -> None:
    source = random.Random(seed)
    output = tmp_path / "results"
    kept = seed % 2 == 0
    results = ["--set", f"trial_results={'all' if kept else 'none'}"]
    command = on_some_ranks(engram, source, "run", configuration, "--output", output, *results)
    messages = [killed(command, output, VICTIMS[seed % 3], source)]
    for _ in range(source.choice([0, 1, 3])):
        again = on_some_ranks(engram, source, "resume", output)
        messages.append(killed(again, output, source.choice(VICTIMS), source))
    last = run_program(["timeout", PATIENCE_S, *on_some_ranks(engram, source, "resume", output)])
    assert last.returncode == 0, (last.stderr, messages)
    # What a kill leaves is whole.
    assert "not usable" not in last.stderr + "".join(messages)
    assert content(output / "ensemble.h5") == content(undisturbed / "ensemble.h5")
    trials = [path.relative_to(undisturbed) for path in undisturbed.glob("trials/*/*")]
    assert len(trials) == 6 and (output / "trials").exists() == kept
    for trial in trials if kept else []:
        assert not differences(undisturbed / trial, output / trial)
    assert not (output / "partial").exists() and not list(output.rglob("*.unused"))
