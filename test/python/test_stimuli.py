# SPDX-License-Identifier: Apache-2.0
"""Currents and spikes from files, and backgrounds for a time: ranks, kernels, resuming, sweeps, files that change.

What they do to neurons is tested in C++ against the oracle.
"""

import json

import h5py
import numpy as np
import pytest
import yaml
from conftest import RECALL_200, run_program
from results_equal import assert_equal
from test_checkpoint import interrupted_at, resume


def settings(*texts):
    return tuple(part for text in texts for part in ("--set", text))


@pytest.fixture(scope="module")
def stimulated(tmp_path_factory):
    """Settings, with files, for stimuli of every new kind during learning and recall of RECALL_200."""
    directory = tmp_path_factory.mktemp("inputs")
    rng = np.random.default_rng(3)
    (directory / "wave.txt").write_text(
        "# nA\n" + "\n".join(f"{value:.6f}" for value in rng.normal(0.2, 0.4, 400)) + "\n"
    )
    n = 3000
    with h5py.File(directory / "spikes.h5", "w") as file:
        for name in ("exc", "other"):
            population = file.create_group(f"spikes/{name}")
            population["timestamps"] = rng.uniform(0, 1500, n)
            population["timestamps"].attrs["units"] = "milliseconds"
            population["node_ids"] = rng.integers(0, 20, n).astype(np.uint64)
    lines = [
        f"{time:.3f} {node}"
        for time, node in zip(rng.uniform(0, 900, 300), rng.integers(0, 8, 300))
    ]
    (directory / "spikes.txt").write_text("\n".join(lines))
    return directory, (
        "stimuli.push={scheme: CURRENT, group: exc, start_s: 0.2, train_s: 0.05, period_s: 0.1002,"
        " repeats: 20, mean_nA: -0.4, sigma_wn_nA_sqrt_s: 0.05, margin_before_s: 0, margin_after_s: 0}",
        "stimuli.rhythm={scheme: SINE, group: inh, start_s: 0.1, duration_s: 1.5, amplitude_nA: 0.8,"
        " frequency_Hz: 8, margin_after_s: 0}",
        f"stimuli.wave={{scheme: WAVEFORM, group: inh, start_s: 29.2, duration_s: 0.7,"
        f" file: {directory}/wave.txt, interval_ms: 1, interpolation: linear}}",
        f"stimuli.input={{scheme: SPIKES, group: [assembly], start_s: 0.5, duration_s: 1.2,"
        f" file: {directory}/spikes.h5, population: exc, weight_h_0: 3}}",
        f"stimuli.forced={{scheme: SPIKES, group: recalled, start_s: 29.1, duration_s: 0.8,"
        f" file: {directory}/spikes.txt}}",
        "background_changes={off: {group: exc, start_s: 0.3002, duration_s: 0.4, mean_nA: 0,"
        " sigma_wn_nA_sqrt_s: 0}, strong: {group: [exc, inh], start_s: 29.3, mean_nA: 0.3,"
        " sigma_wn_nA_sqrt_s: 0.1}, part: {group: apart, start_s: 0.8, duration_s: 0.3, mean_nA: 1,"
        " sigma_wn_nA_sqrt_s: 0.1}, beside: {group: assembly, start_s: 1.1, duration_s: 0.2,"
        " mean_nA: 0, sigma_wn_nA_sqrt_s: 0}}",
        "groups.apart={ids: [3, 5-9, 40, 77-150, 165, 170-180]}",
    )


@pytest.fixture(scope="module")
def whole_run(run_engram, stimulated, tmp_path_factory):
    output = tmp_path_factory.mktemp("stimulated") / "results"
    return run_engram(RECALL_200, output, arguments=settings(*stimulated[1]))


def test_what_results_tell(whole_run, stimulated):
    summary = json.loads((whole_run / "summary.json").read_text())
    assert len(summary["stimuli"]["push"]["intervals_s"]) == 20
    assert summary["stimuli"]["input"]["intervals_s"] == [[0.5, 1.7]]
    changes = summary["conditions"]["background_changes"]
    assert changes["off"]["interval_s"] == pytest.approx([0.3002, 0.7002])
    assert (changes["strong"]["mean_nA"], changes["strong"]["group"]) == (0.3, ["exc", "inh"])
    assert changes["part"]["interval_s"] == pytest.approx([0.8, 1.1])
    config = yaml.safe_load((whole_run / "config.yaml").read_text())
    assert config["stimuli"]["wave"]["file_checksum"].startswith("sum-")
    assert (
        config["stimuli"]["input"]["file_checksum"] != config["stimuli"]["forced"]["file_checksum"]
    )


def test_forced_spikes_are_those_of_the_file(run_engram, stimulated, tmp_path):
    """Of silent neurons: each spike of the file that does not fall into a refractory period."""
    directory = stimulated[0]
    path = tmp_path / "silent.yaml"
    path.write_text(
        "simulation: {duration_s: 1}\npopulations: {n_exc: 20, n_inh: 0}\n"
        "connectivity: {probability: 0}\nbackground: {mean_nA: 0, sigma_wn_nA_sqrt_s: 0}\n"
        "stimuli: {s: {scheme: SPIKES, group: exc, start_s: 0, duration_s: 1,"
        f" file: {directory}/spikes.txt}}}}\n"
    )
    output = run_engram(path, tmp_path / "results", ranks=2)
    with h5py.File(output / "spikes.h5") as file:
        times = file["spikes/exc/timestamps"][()]
        nodes = file["spikes/exc/node_ids"][()]
    given = np.loadtxt(directory / "spikes.txt")
    expected = set()
    for node in range(8):
        last = -10
        for step in np.unique(np.round(given[given[:, 1] == node, 0] / 0.2)):
            if step - last >= 10:
                expected.add((int(step), node))
                last = step
    assert {(round(time / 0.2), int(node)) for time, node in zip(times, nodes)} == expected
    assert len(times) == len(expected) > 250


@pytest.mark.parametrize("ranks,device", [(3, "cpu"), (2, "host-kernels")])
def test_ranks_and_devices(run_engram, whole_run, stimulated, tmp_path, ranks, device):
    arguments = (*settings(*stimulated[1]), "--device", device)
    assert_equal(whole_run, run_engram(RECALL_200, tmp_path / "run", ranks, arguments))


@pytest.mark.parametrize(
    "time_s,before,after",
    [
        (0.5, (1, "cpu"), (3, "cpu")),
        (0.6, (2, "host-kernels"), (1, "cpu")),
        (29.4, (3, "cpu"), (1, "host-kernels")),
        (1.0, (1, "host-kernels"), (3, "cpu")),
        (1.2, (2, "cpu"), (2, "host-kernels")),
    ],
)
def test_resume(engram, whole_run, stimulated, tmp_path, time_s, before, after):
    output = interrupted_at(
        engram, tmp_path / "run", before[0], time_s, 0.1, *stimulated[1], device=before[1]
    )
    seldom = settings("checkpoint.every_simulated_s=10")
    result = resume(engram, output, after[0], "--device", after[1], *seldom)
    assert result.returncode == 0, result.stderr
    assert_equal(whole_run, output)


def test_no_run_goes_on_with_another_file(engram, stimulated, tmp_path):
    directory, texts = stimulated
    output = interrupted_at(engram, tmp_path / "run", 1, 0.5, 0.1, *texts)
    wave = directory / "wave.txt"
    text = wave.read_text()
    try:
        wave.write_text(text.replace("0", "1", 1))
        result = resume(engram, output, 1)
        assert result.returncode == 3
        assert "wave.txt: does not hold what it held" in result.stderr
    finally:
        wave.write_text(text)
    result = resume(engram, output, 2)
    assert result.returncode == 0, result.stderr


def test_bad_files_are_told_by_line(engram, stimulated, tmp_path):
    bad = tmp_path / "bad.txt"
    bad.write_text("0 1\n1 nan\n0.5 2\n")
    stimulus = f"stimuli.w={{scheme: WAVEFORM, group: exc, start_s: 0, duration_s: 1, file: {bad}}}"
    result = run_program([engram, "check", RECALL_200, "--set", stimulus])
    assert result.returncode == 3
    assert f"{bad}:2: 'nan' is not a number" in result.stderr
    heavy = tmp_path / "heavy.txt"
    heavy.write_text("1 0\n" * 10)
    stimulus = (
        "stimuli.w={scheme: SPIKES, group: exc, start_s: 0, duration_s: 1, weight_h_0: 1000000,"
        f" file: {heavy}}}"
    )
    result = run_program([engram, "check", RECALL_200, "--set", stimulus])
    assert result.returncode == 2
    assert "stimuli.w.weight_h_0: up to 10 spikes reach a neuron in one time step" in result.stderr


def test_swept(run_engram, stimulated, tmp_path):
    """An amplitude, and the weight of spikes of a file."""
    directory = stimulated[0]
    path = tmp_path / "sweep.yaml"
    path.write_text(
        "simulation: {duration_s: 0.3}\npopulations: {n_exc: 40, n_inh: 10}\ntrials: 1\n"
        "stimuli:\n"
        "  rhythm: {scheme: SINE, group: inh, start_s: 0, duration_s: 0.3, amplitude_nA: 1, frequency_Hz: 10}\n"
        f"  input: {{scheme: SPIKES, group: exc, start_s: 0, duration_s: 0.3, file: {directory}/spikes.txt,"
        " weight_h_0: 1}\n"
        "sweep:\n  stimuli.rhythm.amplitude_nA: [0, 2]\n  stimuli.input.weight_h_0: [0, 4]\n"
    )
    output = run_engram(path, tmp_path / "results")
    n_spikes = set()
    for path in (output / "trials").rglob("spikes.h5"):
        with h5py.File(path) as file:
            n_spikes.add(tuple(len(file[f"spikes/{name}/timestamps"]) for name in ("exc", "inh")))
    assert len(n_spikes) == 4
