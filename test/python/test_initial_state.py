# SPDX-License-Identifier: Apache-2.0
"""A run that begins with the state of another one: from what, on what, and what is refused.

What a state does to a run is tested in C++ against the oracle.
"""

import json
import shutil
from pathlib import Path

import h5py
import numpy as np
import pytest
import yaml
from conftest import RECALL_200, launcher, run_program
from engram import Results
from held import HeldEnsemble
from results_equal import assert_equal
from test_checkpoint import checkpoints, interrupted_at

# A pulse to other neurons than those that have learnt, and half a minute of consolidation.
BRANCH = """
simulation: {description: Branch, duration_s: 40, seed: 9, margin_after_s: 1}
populations: {n_exc: 160, n_inh: 40}
connectivity: {w_ei: 2}
groups: {others: {first: 60, count: 40}}
stimuli: {learn: {scheme: ONEPULSE, group: others, start_s: 1, n_inputs: 25, rate_Hz: 100}}
synapses: {tau_p_s: 5, tau_z_s: 5}
record: {snapshots_s: [0]}
"""
SOURCE = ("synapses.tau_p_s=5", "synapses.tau_z_s=5", "record.snapshots_s=[0.5, 12]")


def settings(*texts):
    return tuple(part for text in texts for part in ("--set", text))


@pytest.fixture(scope="module")
def source(run_engram, tmp_path_factory):
    output = tmp_path_factory.mktemp("source") / "results"
    return run_engram(RECALL_200, output, arguments=settings(*SOURCE, "checkpoint.keep=9"))


@pytest.fixture(scope="module")
def branch(tmp_path_factory):
    path = tmp_path_factory.mktemp("branch") / "branch.yaml"
    path.write_text(BRANCH)
    return path


@pytest.fixture(scope="module")
def branched(run_engram, branch, source, tmp_path_factory):
    output = tmp_path_factory.mktemp("branched") / "results"
    return run_engram(branch, output, arguments=("--from", source))


def refused(engram, *arguments, code=2):
    result = run_program([engram, "check", *arguments])
    assert result.returncode == code, result.stderr
    assert result.stderr.count("\n") == 1, result.stderr
    return result.stderr


def weights(output, label):
    with h5py.File(output / "network.h5") as file:
        edges = file["edges/exc_exc"]
        snapshot = edges[f"snapshots/{label}"]
        ids = zip(edges["source_node_id"][()].tolist(), edges["target_node_id"][()].tolist())
        return dict(zip(ids, zip(snapshot["h_mV"][()].tolist(), snapshot["z"][()].tolist())))


def assert_weights(found, expected, tolerance=1e-14):
    """Of the same synapses, in whatever order."""
    assert found.keys() == expected.keys()
    values = [found[pair] for pair in expected], list(expected.values())
    np.testing.assert_allclose(*values, rtol=0, atol=tolerance)


def last_label(output):
    return (
        f"t_{yaml.safe_load((output / 'config.yaml').read_text())['simulation']['duration_s']:g}s"
    )


def test_weights_are_taken_by_neuron(source, branched):
    """And the wiring with them, though the seed is another one."""
    taken = weights(branched, "t_0s")
    assert_weights(taken, weights(source, last_label(source)))
    assert np.ptp([z for _, z in taken.values()]) > 0.1


def test_what_results_tell(source, branched):
    config = yaml.safe_load((branched / "config.yaml").read_text())
    assert config["initial_state"] == {
        "from": str(source.resolve()),
        "at_s": float(last_label(source)[2:-1]),
        "proteins": True,
        "file_checksum": config["initial_state"]["file_checksum"],
    }
    assert config["connectivity"]["file"] == str(source.resolve() / "network.h5")
    summary = json.loads((branched / "summary.json").read_text())
    assert summary["initial_state"]["from"] == str(source.resolve())
    assert summary["initial_state"]["at_s"] == config["initial_state"]["at_s"]
    checksum = config["initial_state"]["file_checksum"]
    assert checksum.startswith("sum-") and len(checksum) == 20
    assert summary["initial_state"]["file_checksum"] == checksum


@pytest.mark.parametrize(
    "ranks,device",
    [(3, "cpu"), *(pytest.param(2, on, marks=pytest.mark.slow) for on in ("cpu", "host-kernels"))],
)
def test_ranks_and_devices(run_engram, branch, source, branched, tmp_path, ranks, device):
    arguments = ("--from", source, "--device", device)
    assert_equal(branched, run_engram(branch, tmp_path / "run", ranks, arguments))


def test_snapshot_by_time(run_engram, branch, source, tmp_path):
    arguments = ("--from", source, *settings("initial_state.at_s=12"))
    output = run_engram(branch, tmp_path / "run", arguments=arguments)
    assert_weights(weights(output, "t_0s"), weights(source, "t_12s"))


@pytest.mark.parametrize("ranks", [1, 3])
def test_checkpoint_gives_what_the_run_itself_goes_on_with(run_engram, source, tmp_path, ranks):
    """The rest of a run, as a new one from a checkpoint at the end of its first phase."""
    config = yaml.safe_load((source / "config.yaml").read_text())
    first, *_ = checkpoints(source)
    phases = json.loads((source / "summary.json").read_text())["phases"]
    assert phases[1]["label"] == "consolidate"
    begin_s, end_s = phases[1]["begin_s"], phases[1]["end_s"]
    path = tmp_path / "rest.yaml"
    path.write_text(
        yaml.safe_dump(
            {
                "simulation": {"duration_s": end_s - begin_s + 0.1, "seed": 77},
                "spiking_windows": {"end": {"start_s": end_s - begin_s}},
                "record": {"snapshots_s": [end_s - begin_s]},
                "populations": config["populations"],
                "synapses": config["synapses"],
            }
        )
    )
    output = run_engram(path, tmp_path / "rest", ranks, ("--from", first))
    config = yaml.safe_load((output / "config.yaml").read_text())
    assert config["initial_state"]["at_s"] == begin_s
    assert config["simulation"]["wiring_seed"] == 3
    again = run_engram(
        RECALL_200,
        tmp_path / "whole",
        arguments=settings(*SOURCE[:2], f"record.snapshots_s=[{end_s}]"),
    )
    expected = weights(again, f"t_{end_s:g}s")
    found = weights(output, f"t_{end_s - begin_s:g}s")
    assert_weights(found, expected, 1e-9)
    moved = [abs(expected[k][1] - weights(source, "t_0.5s")[k][1]) for k in list(expected)[:500]]
    assert max(moved) > 0.05


def test_resume_needs_no_source(engram, run_engram, source, branch, branched, tmp_path):
    """But its wiring, which lies there: that is said. From a checkpoint nothing is needed."""
    copied = shutil.copytree(source, tmp_path / "source")
    network = ("--from", checkpoints(copied)[-1], *settings("simulation.duration_s=40"))
    whole = run_engram(branch, tmp_path / "whole", arguments=network)
    output = interrupted_at(
        engram, tmp_path / "run", 1, 1.2, 0.1, network=branch, arguments=network[:2]
    )
    shutil.rmtree(copied)
    seldom = settings("checkpoint.every_simulated_s=10")
    result = run_program(["mpirun", "-n", 2, engram, "resume", output, *seldom])
    assert result.returncode == 0, result.stderr
    assert_equal(whole, output)


def test_wiring_in_a_file_that_is_gone(engram, source, branch, tmp_path):
    copied = shutil.copytree(source, tmp_path / "source")
    output = interrupted_at(
        engram, tmp_path / "run", 1, 1.2, 0.1, network=branch, arguments=("--from", copied)
    )
    shutil.rmtree(copied)
    result = run_program([engram, "resume", output])
    assert result.returncode == 2
    assert f"connectivity.file: there is no file {copied}/network.h5" in result.stderr


def test_trials_branch_from_one_state(run_engram, branch, source, tmp_path):
    arguments = ("--from", source, *settings("trials=3", "trials_vary=noise_seed"))
    output = run_engram(branch, tmp_path / "run", 2, arguments)
    given = weights(source, last_label(source))
    ends = []
    for trial in range(3):
        directory = output / f"trials/000/{trial:04}"
        assert_weights(weights(directory, "t_0s"), given)
        ends.append(weights(directory, "t_40s"))
    assert ends[0].keys() == given.keys()
    assert ends[0] != ends[1] != ends[2]


def test_no_run_begins_with_another_state_than_it_says(engram, branch, source, branched, tmp_path):
    """Of a configuration that names the content, and of an ensemble that is resumed."""
    copied = tmp_path / "copied"
    shutil.copytree(source, copied)
    trials = settings("trials=6", "trials_vary=noise_seed", "trial_results=none", "record=null")
    output = tmp_path / "run"
    HeldEnsemble(engram, output, "run", branch, "--from", copied, "--quiet", *trials).stop()
    checksum = yaml.safe_load((branched / "config.yaml").read_text())["initial_state"][
        "file_checksum"
    ]
    noted = settings(f"initial_state.file_checksum={checksum}")
    again = ["check", branch, "--from", copied, *noted]
    assert run_program([engram, *again]).returncode == 0
    with h5py.File(copied / "network.h5", "r+") as file:
        file.attrs["note"] = 1
    refused = run_program([engram, *again])
    assert refused.returncode == 3
    assert "does not hold what it held when initial_state.file_checksum was noted" in refused.stderr
    refused = run_program([engram, "resume", output])
    assert refused.returncode == 3
    place = f"{copied / 'network.h5'}: has changed since the ensemble began (initial_state.from)"
    assert place in refused.stderr


def test_states_are_swept(run_engram, branch, source, tmp_path):
    sweep = "sweep={initial_state.at_s: [0.5, 12]}"
    output = run_engram(branch, tmp_path / "run", 1, ("--from", source, *settings(sweep)))
    for point, label in enumerate(("t_0.5s", "t_12s")):
        taken = weights(output / f"trials/{point:03}/0000", "t_0s")
        assert_weights(taken, weights(source, label))


def test_what_there_is_not(engram, branch, source, tmp_path):
    missing = tmp_path / "missing"
    message = refused(engram, branch, "--from", missing)
    assert f"initial_state.from: there is no file or directory {missing}" in message
    message = refused(engram, branch, "--from", source, "--set", "initial_state.at_s=13")
    assert "initial_state.at_s: there is no state of 13 s" in message
    assert "there is one of 0.5, " in message and ", 12" in message
    message = refused(engram, branch, "--set", "initial_state.at_s=1")
    assert "initial_state.at_s: needs initial_state.from" in message
    message = refused(engram, branch, "--from", tmp_path, code=3)
    assert "holds no run of Engram" in message
    message = refused(engram, branch, "--from", source / "spikes.h5", code=3)
    assert "is of type 'engram spikes'" in message
    message = refused(engram, branch, "--from", source, "--set", "initial_weights.h_sigma=0.1")
    assert "cannot be given together with initial_state.from" in message


def test_other_populations(engram, branch, source):
    message = refused(engram, branch, "--from", source, "--set", "populations.n_exc=150", code=3)
    assert "population exc has 150 neurons" in message
    message = refused(
        engram, branch, "--from", checkpoints(source)[-1], "--set", "populations.n_exc=150"
    )
    assert "populations: must be those of the run of initial_state.from, 160 excitatory" in message


def test_wiring_that_does_not_match(engram, branch, source, tmp_path):
    arguments = ["--from", source, "--set", "connectivity.probability=0.1", "-o", tmp_path / "run"]
    result = run_program([engram, "run", branch, *arguments])
    assert result.returncode == 2
    assert "plastic synapses have no match in" in result.stderr
    assert "the first of them from neuron 0 to neuron" in result.stderr
    assert not (tmp_path / "run" / "config.yaml").exists()


def test_run_that_goes_on(engram, branch, tmp_path):
    output = interrupted_at(engram, tmp_path / "run", 1, 0.5, 0.1)
    message = refused(engram, branch, "--from", output, code=3)
    assert "holds a run that is not complete" in message
    assert "checkpoint-" in message


def test_a_run_does_not_replace_what_it_begins_with(engram, branch, source):
    arguments = [branch, "--from", source, "-o", source, "--force"]
    result = run_program([engram, "run", *arguments])
    assert result.returncode == 3
    assert "would replace" in result.stderr
    assert (source / "summary.json").exists()


@pytest.mark.parametrize(
    "dataset,row,value,message",
    [
        ("h_mV", 7, float("nan"), "h = nan mV"),
        ("h_mV", 7, 1e9, "h = 1000000000 mV"),
        ("z", 3, 1.5, "z = 1.5, which is not between -0.5 and 1"),
        ("z", 3, float("inf"), "z = inf"),
    ],
)
def test_impossible_values(engram, branch, source, tmp_path, dataset, row, value, message):
    copied = shutil.copytree(source, tmp_path / "source")
    with h5py.File(copied / "network.h5", "r+") as file:
        file[f"edges/exc_exc/snapshots/t_12s/{dataset}"][row] = value
    arguments = ["--from", copied, "--set", "initial_state.at_s=12", "-o", tmp_path / "run"]
    result = run_program([engram, "run", branch, *arguments])
    assert result.returncode == 3, result.stderr
    assert message in result.stderr


@pytest.mark.parametrize("ranks", [1, 3])
def test_a_flipped_bit(engram, branch, source, tmp_path, ranks):
    copied = shutil.copytree(source, tmp_path / "source")
    with h5py.File(copied / "network.h5", "r+") as file:
        values = file["edges/exc_exc/snapshots/t_12s/h_mV"]
        values[100] = np.nextafter(values[100], 99)
    arguments = ["--from", copied, "--set", "initial_state.at_s=12", "-o", tmp_path / "run"]
    result = run_program([*launcher(ranks), engram, "run", branch, *arguments])
    assert result.returncode == 3, result.stderr
    assert "h_mV is damaged (its checksum does not match)" in result.stderr
    with h5py.File(copied / "network.h5", "r+") as file:
        del file["checksums"]
    result = run_program([engram, "run", branch, *arguments, "-q"])
    assert result.returncode == 0, result.stderr


def test_damaged_shapes(engram, branch, source, tmp_path):
    copied = shutil.copytree(source, tmp_path / "source")
    with h5py.File(copied / "network.h5", "r+") as file:
        snapshot = file["edges/exc_exc/snapshots/t_12s"]
        values = snapshot["h_mV"][()]
        del snapshot["h_mV"]
        snapshot["h_mV"] = values[:-1]
    arguments = ["--from", copied, "--set", "initial_state.at_s=12", "-o", tmp_path / "run"]
    result = run_program([engram, "run", branch, *arguments])
    assert result.returncode == 3, result.stderr
    assert "does not have a value for each of the" in result.stderr


def test_a_state_of_other_results_is_one(run_engram, branch, source, tmp_path):
    """Of an Engram that computes other bits, which this one does not go on with."""
    own = checkpoints(source)[-1]
    other = Path(shutil.copy(own, tmp_path / "other.h5"))
    with h5py.File(other, "r+", libver="latest") as file:
        file.attrs.modify("results_version", file.attrs["results_version"] - 1)
    found = [
        weights(run_engram(branch, tmp_path / path.stem, arguments=("--from", path)), "t_0s")
        for path in (own, other)
    ]
    assert found[0] and found[0] == found[1]


def test_damaged_checkpoint(engram, branch, source, tmp_path):
    path = tmp_path / "checkpoint.h5"
    content = bytearray(checkpoints(source)[-1].read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    result = run_program([engram, "run", branch, "--from", path, "-o", tmp_path / "run"])
    assert result.returncode == 3, result.stderr
    assert not (tmp_path / "run" / "config.yaml").exists()


def test_proteins_of_snapshots(source, run_engram, tmp_path):
    """They are those of the traces where neurons are recorded, in windows, consolidation, and at the end."""
    results = Results(source)
    times = results.snapshot_times_s
    assert times == [0.5, 12, 30]
    for time_s in times:
        amounts = results.proteins(time_s)
        assert amounts.keys() == {"exc"} and amounts["exc"].keys() == {"p"}
        assert amounts["exc"]["p"].shape == (160,)
        assert 0 <= amounts["exc"]["p"].min() and amounts["exc"]["p"].max() <= 10
    assert np.ptp(results.proteins(12)["exc"]["p"]) > 0.001
    neurons = [0, 5, 31, 159]
    sampled = settings(*SOURCE, f"record.neurons={neurons}", "record.every_steps=2")
    again = Results(run_engram(RECALL_200, tmp_path / "run", 2, sampled))
    n_compared = 0
    for time_s in times:
        found = again.proteins(time_s)["exc"]["p"]
        assert np.array_equal(found, results.proteins(time_s)["exc"]["p"])
        at = np.flatnonzero(np.abs(again.trace_time_s - time_s) < 1e-9)
        for trace in again.neuron_traces if at.size else []:
            np.testing.assert_allclose(found[trace.gid], trace.late_phase["p"][at[0]], atol=1e-12)
            n_compared += 1
    assert n_compared >= 4


def test_proteins_are_taken_over(engram, run_engram, source, branch, tmp_path):
    """The amounts of the beginning are those of the source at any pool; without them there are none."""
    at = settings("initial_state.at_s=12")
    given = Results(source).proteins(12)["exc"]["p"]
    taken = run_engram(branch, tmp_path / "with", 2, ("--from", source, *at))
    np.testing.assert_allclose(Results(taken).proteins(0)["exc"]["p"], given, atol=1e-15)
    bare = (*at, *settings("initial_state.proteins=false"))
    without = run_engram(branch, tmp_path / "without", arguments=("--from", source, *bare))
    assert not Results(without).proteins(0)["exc"]["p"].any()
    pools = (*at, *settings("synapses.protein_pools=P/D"))
    command = [engram, "run", branch, "--from", source, *pools, "-o", tmp_path / "pools"]
    result = run_program(command)
    assert result.returncode == 3
    assert "holds no amounts of the protein p_P" in result.stderr
