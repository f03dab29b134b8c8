# SPDX-License-Identifier: Apache-2.0
"""Ensembles: trials equal single runs, survive interruptions, and are summarised correctly."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import h5py
import numpy as np
import pytest

from conftest import MPI_ENVIRONMENT, PATIENCE_S, RECALL_200, ROOT, run_program
from held import HeldEnsemble, has_trials, rank_pids, wait_for
from results_equal import content, differences

NETWORK = RECALL_200
SWEEP = """
trials: 3
sweep: {groups.assembly.count: [20, 30]}
"""


@pytest.fixture(scope="module")
def configuration(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("ensemble") / "ensemble.yaml"
    path.write_text(SWEEP + NETWORK.read_text())
    return path


@pytest.fixture(scope="module")
def whole(run_engram, configuration, tmp_path_factory) -> Path:
    return run_engram(configuration, tmp_path_factory.mktemp("whole") / "results", ranks=2)


def summary(directory: Path) -> dict:
    return json.loads((directory / "summary.json").read_text())


def test_trials_equal_single_runs(run_engram, whole, tmp_path) -> None:
    with h5py.File(whole / "ensemble.h5") as file:
        seeds = file["trials/seed"][()]
    for point, trial in ((0, 1), (1, 2)):
        single = run_engram(
            NETWORK,
            tmp_path / f"{point}",
            ranks=3,
            arguments=[
                "--set",
                f"groups.assembly.count={(20, 30)[point]}",
                "--set",
                f"simulation.seed={seeds[trial]}",
            ],
        )
        assert not differences(whole / f"trials/{point:03}/{trial:04}", single)


@pytest.mark.parametrize(
    "ranks,per_trial",
    [
        (1, 1),
        (2, 1),
        pytest.param(3, 2, marks=pytest.mark.slow),
        pytest.param(5, 1, marks=pytest.mark.slow),
    ],
)
def test_layout_of_ranks_does_not_matter(
    run_engram, configuration, whole, tmp_path, ranks, per_trial
) -> None:
    other = run_engram(
        configuration,
        tmp_path / "other",
        ranks=ranks,
        arguments=["--set", f"ranks_per_trial={per_trial}", "--set", "trial_results=none"],
    )
    assert content(other / "ensemble.h5") == content(whole / "ensemble.h5")
    assert not (other / "trials").exists()
    assert summary(other)["ranks"] == ranks


def rates(directory: Path, time_s: float) -> tuple[np.ndarray, np.ndarray]:
    found = []
    with h5py.File(directory / "spikes.h5") as file:
        for population, size in (("exc", 160), ("inh", 40)):
            times = file[f"spikes/{population}/timestamps"][()]
            within = (times >= 1000 * time_s - 250 - 1e-6) & (times < 1000 * time_s + 250 - 1e-6)
            ids = file[f"spikes/{population}/node_ids"][()][within].astype(int)
            found.append(np.bincount(ids, minlength=size) / 0.5)
    return found[0], found[1]


def test_measures_are_those_of_the_files(whole) -> None:
    """Everything in ensemble.h5 again from the results of the trials, by other means."""
    n_assembly = (20, 30)
    with h5py.File(whole / "ensemble.h5") as file:
        for point in (0, 1):
            for trial in (0, 1, 2):
                directory = whole / f"trials/{point:03}/{trial:04}"
                got = {
                    name: group["trials"][point, trial] for name, group in file["measures"].items()
                }
                with h5py.File(directory / "network.h5") as network:
                    edges = network["edges/exc_exc"]
                    pre = edges["source_node_id"][()] < n_assembly[point]
                    post = edges["target_node_id"][()] < n_assembly[point]
                    for label, snapshot in edges["snapshots"].items():
                        for short, name in (("h", "h_mV"), ("z", "z")):
                            values = snapshot[name][()]
                            for direction, chosen in (
                                ("within", pre & post),
                                ("out", pre & ~post),
                                ("into", ~pre & post),
                                ("elsewhere", ~pre & ~post),
                            ):
                                assert got[f"{short}_{direction}@{label}"] == pytest.approx(
                                    values[chosen].mean(), abs=1e-7 if short == "h" else 1e-9
                                )
                excitatory, inhibitory = rates(directory, 29.6)
                assert got["nu_exc"] == pytest.approx(excitatory.mean())
                assert got["nu_inh"] == pytest.approx(inhibitory.mean())
                control = excitatory[n_assembly[point] :].mean()
                assert got["nu_ctrl"] == pytest.approx(control)
                config = (directory / "config.yaml").read_text()
                line = next(text for text in config.splitlines() if "recalled:" in text)
                recalled = []
                for part in line[line.index("[") + 1 : line.index("]")].split(","):
                    first, _, last = part.strip().partition("-")
                    recalled += range(int(first), int(last or first) + 1)
                others = [i for i in range(n_assembly[point]) if i not in recalled]
                stimulated = excitatory[recalled].mean()
                assert got["nu_as"] == pytest.approx(stimulated)
                assert got["Q"] == pytest.approx((excitatory[others].mean() - control) / stimulated)


def test_statistics_over_trials(whole) -> None:
    with h5py.File(whole / "ensemble.h5") as file:
        for group in file["measures"].values():
            trials = group["trials"][()]
            np.testing.assert_allclose(group["mean"][()], trials.mean(axis=1), rtol=1e-12)
            np.testing.assert_allclose(group["sd"][()], trials.std(axis=1, ddof=1), rtol=1e-9)
            np.testing.assert_allclose(
                group["sem"][()], trials.std(axis=1, ddof=1) / np.sqrt(3), rtol=1e-9
            )
            assert group.attrs["units"] and group.attrs["description"]
        for point in (0, 1):
            for neuron in ("0", "199"):
                for column in ("V_mV", "I_total_nA", "S_mV", "p"):
                    traces = []
                    for trial in (0, 1, 2):
                        with h5py.File(whole / f"trials/{point:03}/{trial:04}/traces.h5") as one:
                            traces.append(one[f"traces/neurons/{neuron}/{column}"][()])
                    group = file[f"traces/{point:03}/neurons/{neuron}/{column}"]
                    np.testing.assert_allclose(
                        group["mean"][()], np.mean(traces, axis=0), rtol=1e-10, atol=1e-12
                    )
                    np.testing.assert_allclose(
                        group["sd"][()], np.std(traces, axis=0, ddof=1), rtol=1e-6, atol=1e-9
                    )


def test_small_network_in_batches(run_engram, tmp_path) -> None:
    """The published average of averages; deterministic within its standard error."""
    output = run_engram(
        ROOT / "configs/basic_early.yaml",
        tmp_path / "results",
        ranks=2,
        arguments=[
            "--set",
            "trials=400",
            "--set",
            "trials_per_batch=40",
            "--set",
            "trial_results=none",
        ],
    )
    with h5py.File(output / "ensemble.h5") as file:
        group = file["traces/000/synapses/0_1/h_mV"]
        mean, sem = group["mean"][()], group["sem"][()]
        np.testing.assert_allclose(group["batch_mean"][()], mean, rtol=1e-9)
        # The means of batches of 40 scatter as single trials do, divided by the root of 40.
        moving = sem > 0
        ratio = group["batch_sd"][()][moving] * np.sqrt(40) / group["sd"][()][moving]
        assert 0.6 < np.median(ratio) < 1.4
        time_ms = file["traces/000/time_ms"][()]
        i = np.argmin(np.abs(time_ms - 90.4))
        # 200 trials of the published program: 4.3660, standard deviation 0.0264.
        assert abs(mean[i] - 4.3660) < 3 * np.hypot(sem[i], 0.0264 / np.sqrt(200))


def start(engram, *arguments, ranks=2) -> subprocess.Popen:
    return subprocess.Popen(
        ["mpirun", "-n", str(ranks), str(engram), *map(str, arguments)],
        env=dict(os.environ, **MPI_ENVIRONMENT),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


LONGER = ["--set", "trials=10"]


@pytest.fixture(scope="module")
def longer(run_engram, configuration, tmp_path_factory) -> Path:
    return run_engram(
        configuration, tmp_path_factory.mktemp("longer") / "results", ranks=2, arguments=LONGER
    )


@pytest.mark.parametrize(
    "target,results",
    [
        ("one rank", "all"),
        pytest.param("mpirun", "none", marks=pytest.mark.slow),
        pytest.param("one rank", "none", marks=pytest.mark.slow),
        pytest.param("mpirun", "all", marks=pytest.mark.slow),
    ],
)
def test_stop_and_resume(engram, configuration, longer, tmp_path, results, target) -> None:
    output = tmp_path / "results"
    asked = ["--quiet", *LONGER, "--set", f"trial_results={results}"]
    held = HeldEnsemble(engram, output, "run", configuration, *asked)
    messages = held.stop(to_one_rank=target == "one rank")
    assert "continue with: engram resume" in messages
    assert not (output / "ensemble.h5").exists()
    progress = json.loads((output / "progress.json").read_text())
    assert progress["state"] == "stopped"
    assert 1 <= progress["trials"]["done"] < 20
    resumed = run_program(["mpirun", "-n", 3, engram, "resume", output])
    assert resumed.returncode == 0, resumed.stderr
    assert summary(output)["trials_of_last_run"] == 20 - progress["trials"]["done"]
    assert content(output / "ensemble.h5") == content(longer / "ensemble.h5")
    if results == "all":
        for trial in range(0, 10, 3):
            assert not differences(
                output / f"trials/001/{trial:04}", longer / f"trials/001/{trial:04}"
            )
    assert not (output / "partial").exists()


def test_a_changed_ensemble_is_not_resumed(engram, configuration, tmp_path) -> None:
    """Trials of two experiments would be averaged."""
    output = tmp_path / "results"
    held = HeldEnsemble(engram, output, "run", configuration, "--quiet", *LONGER)
    for command in (["resume", output], ["run", configuration, "--force", "--output", output]):
        second = run_program([engram, *command])
        assert second.returncode == 3 and "another engram is at work" in second.stderr
    held.stop()
    text = (output / "config.yaml").read_text()
    (output / "config.yaml").write_text(text.replace("n_inputs: 25", "n_inputs: 5"))
    refused = run_program([engram, "resume", output])
    assert refused.returncode == 3 and "was changed since the ensemble began" in refused.stderr
    (output / "config.yaml").write_text(text)
    other = tmp_path / "other.yaml"
    other.write_text(text.replace("n_inputs: 25", "n_inputs: 5"))
    for arguments in (["--set", "stimuli.learn.n_inputs=5"], ["--config", other]):
        refused = run_program([engram, "resume", output, *arguments])
        assert refused.returncode == 2, refused.stderr
        assert (
            "stimuli.learn.n_inputs: cannot be changed when the ensemble is resumed (was 25, is 5)"
            in refused.stderr
        )
    resumed = run_program([engram, "resume", output, "--set", "stimuli.learn.n_inputs=25"])
    assert resumed.returncode == 0, resumed.stderr


@pytest.fixture
def with_files(tmp_path) -> Path:
    """A configuration with the paths of files beside it, one of them swept."""
    directory = tmp_path / "given"
    directory.mkdir()
    rng = np.random.default_rng(5)
    for name in ("wave.txt", "other.txt"):
        np.savetxt(directory / name, rng.normal(0, 1, 100))
    np.savetxt(
        directory / "spikes.txt", np.column_stack([rng.uniform(0, 400, 50), np.zeros(50)]), "%g"
    )
    np.savetxt(directory / "wiring.txt", rng.random((50, 50)) < np.tri(50, k=-1) * 0.2, "%d")
    path = directory / "files.yaml"
    path.write_text(
        "simulation: {duration_s: 0.5}\npopulations: {n_exc: 40, n_inh: 10}\n"
        "connectivity: {file: wiring.txt}\ntrials: 6\n"
        "stimuli:\n"
        "  wave: {scheme: WAVEFORM, group: exc, start_s: 0, duration_s: 0.4, file: wave.txt,"
        " interval_ms: 4}\n"
        "  forced: {scheme: SPIKES, group: exc, start_s: 0, duration_s: 0.4, file: spikes.txt}\n"
        "sweep: {stimuli.wave.file: [wave.txt, other.txt]}\n"
    )
    return path


def changed(path: Path) -> str:
    """Changes a number of a file, and returns what it held."""
    text = path.read_text()
    path.write_text(text.replace("1", "0", 1))
    return text


KEYS = {
    "wave.txt": "stimuli.wave.file",
    "other.txt": "stimuli.wave.file",
    "spikes.txt": "stimuli.forced.file",
    "wiring.txt": "connectivity.file",
}


@pytest.mark.parametrize("results", ["all", "none"])
def test_files_that_trials_read_stay_what_they_were(engram, with_files, tmp_path, results) -> None:
    """Whether or not the trials have begun that would read something else."""
    output = tmp_path / "results"
    asked = ["--quiet", "--set", f"trial_results={results}"]
    HeldEnsemble(engram, output, "run", with_files, *asked).stop()
    for name, key in KEYS.items():
        path = with_files.parent / name
        text = changed(path)
        refused = run_program([engram, "resume", output])
        assert refused.returncode == 3
        assert f"{path}: has changed since the ensemble began ({key})" in refused.stderr
        path.write_text(text)
    resumed = run_program(["mpirun", "-n", 2, engram, "resume", output])
    assert resumed.returncode == 0, resumed.stderr
    inputs = summary(output)["inputs"]
    assert {Path(path).name: entry["key"] for path, entry in inputs.items()} == KEYS
    assert all(entry["checksum"].startswith("sum-") for entry in inputs.values())
    assert len({entry["checksum"] for entry in inputs.values()}) == len(KEYS)
    if results == "all":
        configs = [(output / f"trials/{point:03}/0000/config.yaml").read_text() for point in (0, 1)]
        assert "given/wave.txt" in configs[0] and "given/other.txt" in configs[1]


@pytest.mark.parametrize("readable", [True, False])
def test_a_file_that_changes_meanwhile_ends_the_ensemble(
    engram, with_files, tmp_path, readable
) -> None:
    """The change is what is told, also where the file can no longer be read."""
    output = tmp_path / "results"
    run = start(
        engram,
        "run",
        with_files,
        "--output",
        output,
        "--quiet",
        "--set",
        "trials=100000",
        "--set",
        "trial_results=none",
    )
    wait_for(lambda: has_trials(output, 1))
    wiring = with_files.parent / "wiring.txt"
    if readable:
        changed(wiring)
    else:
        wiring.write_text("0 0\n0 x\n")
    _, messages = run.communicate(timeout=PATIENCE_S)
    assert run.returncode == 3, messages
    assert "wiring.txt: has changed since the ensemble began (connectivity.file)" in messages
    assert "trial " in messages


@pytest.mark.parametrize(
    "damage", [None, "spikes.bin", pytest.param("snapshot-0.h5", marks=pytest.mark.slow)]
)
def test_killed_within_a_trial(engram, tmp_path, damage) -> None:
    """A long trial goes on from its own checkpoint, its measures included; if need be, anew."""
    arguments = ["--set", "trials=2", "--set", "checkpoint.every_simulated_s=0.2"]
    whole = tmp_path / "whole"
    result = run_program([engram, "run", NETWORK, "--output", whole, *arguments])
    assert result.returncode == 0, result.stderr
    output = tmp_path / "results"
    run = start(engram, "run", NETWORK, "--output", output, *arguments, ranks=2)
    end = time.monotonic() + PATIENCE_S
    # Behind the first snapshot, at 0.5 s.
    while (
        not any(
            int(path.stem.split("-")[1]) >= 3000
            for path in output.glob("trials/000/*/checkpoint-*.h5")
        )
        and time.monotonic() < end
    ):
        time.sleep(0.002)
    for pid in rank_pids(run):
        os.kill(pid, signal.SIGKILL)
    run.communicate(timeout=PATIENCE_S)
    damaged = sorted(output.glob(f"trials/000/*/partial/{damage}"))
    for path in damaged:
        if path.stat().st_size >= 80:
            path.write_bytes(bytes([path.read_bytes()[0] ^ 1]) + path.read_bytes()[1:])
    assert bool(damaged) == (damage is not None)
    resumed = run_program([engram, "resume", output])
    if damage == "snapshot-0.h5":
        assert "snapshot-0.h5: " in resumed.stderr
    if damage == "spikes.bin":
        assert "spikes.bin: the recording is damaged" in resumed.stderr
    assert resumed.returncode == 0, resumed.stderr
    assert content(output / "ensemble.h5") == content(whole / "ensemble.h5")


def test_missing_configuration(engram, configuration, longer, tmp_path) -> None:
    output = tmp_path / "results"
    HeldEnsemble(engram, output, "run", configuration, "--quiet", *LONGER).stop()
    (output / "config.yaml").unlink()
    refused = run_program([engram, "resume", output])
    assert refused.returncode == 3 and f"copy {output}/partial/config.yaml" in refused.stderr
    shutil.copy(output / "partial/config.yaml", output)
    assert run_program([engram, "resume", output]).returncode == 0
    assert content(output / "ensemble.h5") == content(longer / "ensemble.h5")


def test_complete_ensemble_is_left_alone(engram, whole) -> None:
    before = (whole / "ensemble.h5").stat().st_mtime_ns
    for same in ([], ["--set", "stimuli.learn.n_inputs=25"]):
        result = run_program([engram, "resume", whole, *same])
        assert result.returncode == 0 and "is complete" in result.stdout, result.stderr
    refused = run_program([engram, "resume", whole, "--set", "trials=4"])
    assert refused.returncode == 2 and "trials: cannot be changed" in refused.stderr
    assert (whole / "ensemble.h5").stat().st_mtime_ns == before


@pytest.mark.parametrize("lost", ["ensemble.h5", "trials/001/0001"])
def test_what_a_complete_ensemble_lacks_is_named(engram, whole, tmp_path, lost) -> None:
    copy = Path(shutil.copytree(whole, tmp_path / "copy"))
    shutil.rmtree(copy / lost) if (copy / lost).is_dir() else (copy / lost).unlink()
    result = run_program([engram, "resume", copy])
    assert result.returncode == 3, result.stdout
    assert (
        f"{copy / lost}" in result.stderr
        and "is missing, though the ensemble is complete" in result.stderr
    )


@pytest.mark.parametrize(
    "damage",
    [
        "directory",
        pytest.param("file", marks=pytest.mark.slow),
        pytest.param("truncated", marks=pytest.mark.slow),
    ],
)
def test_lost_results_of_a_trial_are_made_again(
    engram, configuration, longer, tmp_path, damage
) -> None:
    output = tmp_path / "results"
    HeldEnsemble(engram, output, "run", configuration, "--quiet", *LONGER).stop()
    if damage == "directory":
        shutil.rmtree(output / "trials/000/0000")
    elif damage == "file":
        (output / "trials/000/0000/spikes.h5").unlink()
    else:
        os.truncate(output / "trials/000/0000/traces.h5", 5000)
    lost = output / "partial"
    lost.rename(tmp_path / "partial")
    refused = run_program([engram, "resume", output])
    assert refused.returncode == 3 and f"{lost}/config.yaml: is missing" in refused.stderr
    (tmp_path / "partial").rename(lost)
    assert run_program([engram, "resume", output]).returncode == 0
    assert content(output / "ensemble.h5") == content(longer / "ensemble.h5")
    assert not differences(output / "trials/000/0000", longer / "trials/000/0000")


def test_resume_on_fewer_ranks_than_shared_a_trial(engram, configuration, longer, tmp_path) -> None:
    output = tmp_path / "results"
    asked = ["--quiet", *LONGER, "--set", "ranks_per_trial=2"]
    HeldEnsemble(engram, output, "run", configuration, *asked, groups=1).stop()
    refused = run_program([engram, "resume", output])
    assert refused.returncode == 1 and "lower ranks_per_trial" in refused.stderr
    result = run_program([engram, "resume", output, "--set", "ranks_per_trial=1"])
    assert result.returncode == 0, result.stderr
    assert content(output / "ensemble.h5") == content(longer / "ensemble.h5")


def test_existing_results_are_not_replaced(engram, configuration, whole, tmp_path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(whole, copy)
    refused = run_program([engram, "run", configuration, "--output", copy])
    assert refused.returncode == 3 and "--force" in refused.stderr
    forced = run_program(
        [engram, "run", configuration, "--output", copy, "--force", "--set", "trials=1"]
    )
    assert forced.returncode == 0, forced.stderr
    assert sorted(path.name for path in (copy / "trials/000").iterdir()) == ["0000"]


def test_errors(engram, configuration, tmp_path) -> None:
    few = run_program(
        [engram, "run", configuration, "--output", tmp_path / "a", "--set", "ranks_per_trial=4"]
    )
    assert few.returncode == 1 and "ranks_per_trial is 4, but there is 1 rank" in few.stderr
    assert not (tmp_path / "a").exists()
    wrong = run_program(
        [
            engram,
            "check",
            configuration,
            "--set",
            "sweep.groups.assembly.count=[5, 500]",
            "--set",
            "trials=-3",
        ]
    )
    assert wrong.returncode == 2
    assert "trials: must be an integer" in wrong.stderr
    assert "groups.assembly.count" in wrong.stderr and "500" in wrong.stderr
    # One trial that fails ends all of them, with the name of the trial.
    missing = run_program(
        [
            "mpirun",
            "-n",
            2,
            engram,
            "run",
            configuration,
            "--output",
            tmp_path / "b",
            "--set",
            "record.synapses=[[0, 1], [1, 0], [2, 3]]",
        ]
    )
    assert missing.returncode == 2
    assert "there is no synapse" in missing.stderr and "seed" in missing.stderr


def test_check_and_plan(engram, configuration) -> None:
    check = run_program([engram, "check", configuration])
    assert check.returncode == 0
    assert "3 trials at each of 2 points" in check.stderr
    assert "point 1: groups.assembly.count=30" in check.stderr
    plan = run_program([engram, "plan", configuration, "--ranks", 4])
    assert plan.returncode == 0 and "4 at a time" in plan.stdout and "--ntasks=4" in plan.stdout
    plan = run_program([engram, "plan", configuration, "--ranks", 9])
    assert "6 at a time; 3 ranks idle (see ranks_per_trial)" in plan.stdout


def test_many_points_are_not_all_listed(engram) -> None:
    check = run_program([engram, "check", ROOT / "configs/rate_map.yaml"])
    assert check.returncode == 0
    assert "and 1550 points more" in check.stderr and "point 49:" in check.stderr
    assert "point 50:" not in check.stderr


def test_summary_fits_a_terminal(engram, configuration, tmp_path) -> None:
    options = ["--set", "trials=2", "--set", "trial_results=none"]
    result = run_program([engram, "run", configuration, "-q", "-o", tmp_path / "r", *options])
    assert result.returncode == 0 and " nu_inh " in result.stdout and " +- " in result.stdout
    values = [line for line in result.stdout.splitlines() if " +- " in line]
    assert max(map(len, values)) <= 100 and all(line.startswith("    ") for line in values)
