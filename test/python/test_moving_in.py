# SPDX-License-Identifier: Apache-2.0
"""Configurations of the published program run unchanged and give what our own ones give."""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np
import pytest
import yaml
from conftest import ROOT, run_program
from published_json import (
    BACKGROUND,
    SMALLNET3,
    TRIPLET,
    basic_early,
    published,
    smallnet3,
    write,
)


def dataset(path: Path, name: str) -> np.ndarray:
    with h5py.File(path) as file:
        return file[name][()]


def trace(directory: Path, name: str) -> np.ndarray:
    return dataset(directory / "traces.h5", f"traces/{name}")


DRIVEN = {"learn_protocol": {"scheme": "FULL", "freq": 1, "N_stim": 5000}, "runtime": 0.5}
TETANUS = {
    "runtime": 6000,
    "learn_protocol": {
        "scheme": "STET", "time_start": 3600, "duration": 1200, "freq": 100,
        "explicit_input": {"receivers": [0], "stim_times": []},
    },
}  # fmt: skip
NETWORK = {"N_exc": 1600, "N_inh": 400, "N_CA": 1, "p_c": 0.1, "conn_file": "absent.txt"}


@pytest.mark.parametrize(
    "config",
    [
        published(DRIVEN, NETWORK),
        published(TETANUS),
        published(DRIVEN | {"bg_protocol": BACKGROUND}, {"N_CA": 4}),
    ],
    ids=["network", "tetanus", "background"],
)
def test_runs_unchanged(run_engram, tmp_path, config) -> None:
    output = run_engram(write(tmp_path / "config.json", config), tmp_path / "results")
    assert len(dataset(output / "spikes.h5", "spikes/exc/timestamps")) > 100


def test_basic_early(run_engram, tmp_path) -> None:
    source = write(tmp_path / "early.json", basic_early(noise=False))
    imported = run_engram(source, tmp_path / "a")
    ours = run_engram(ROOT / "configs/basic_early_det.yaml", tmp_path / "b")
    for name in ("timestamps", "node_ids"):
        np.testing.assert_array_equal(
            dataset(imported / "spikes.h5", f"spikes/exc/{name}"),
            dataset(ours / "spikes.h5", f"spikes/exc/{name}"),
        )
    for name in ("h_mV", "Ca", "z"):
        np.testing.assert_array_equal(
            trace(imported, f"synapses/0_1/{name}")[-1], trace(ours, f"synapses/0_1/{name}")[-1]
        )


def test_published_command_line(run_engram, tmp_path) -> None:
    """The options of the published 8 h recall script, as docs/moving_in.md translates them."""
    settings = [
        "simulation.duration_s=28820",
        "simulation.dt_ms=0.2",
        "stimuli.learn={scheme: TRIPLET, group: assembly, start_s: 10, rate_Hz: 100, n_inputs: 25}",
        "stimuli.recall={scheme: ONEPULSE, group: recalled, start_s: 28810, rate_Hz: 100, "
        "n_inputs: 25}",
        "record.every_steps=10",
    ]
    imported = run_engram(
        write(tmp_path / "smallnet3.json", smallnet3()),
        tmp_path / "a",
        arguments=[a for text in settings for a in ("--set", text)],
    )
    ours = run_engram(ROOT / "configs/smallnet3_8h_recall.yaml", tmp_path / "b")
    for population in ("exc", "inh"):
        np.testing.assert_array_equal(
            dataset(imported / "spikes.h5", f"spikes/{population}/timestamps"),
            dataset(ours / "spikes.h5", f"spikes/{population}/timestamps"),
        )
    for synapse in ("0_1", "0_2"):
        np.testing.assert_array_equal(
            trace(imported, f"synapses/{synapse}/z")[-1], trace(ours, f"synapses/{synapse}/z")[-1]
        )


def test_no_learning_after_the_end(run_engram, tmp_path) -> None:
    """The run is what it is without the protocol, until there; with a longer runtime it learns."""
    late = published({"runtime": 3, "learn_protocol": TRIPLET, "bg_protocol": BACKGROUND})
    never = published({"runtime": 3, "bg_protocol": BACKGROUND})
    outputs = [
        run_engram(write(tmp_path / f"{name}.json", config), tmp_path / name)
        for name, config in (("late", late), ("never", never))
    ]
    times = [dataset(path / "spikes.h5", "spikes/exc/timestamps") for path in outputs]
    np.testing.assert_array_equal(*times)
    longer = run_engram(
        tmp_path / "late.json", tmp_path / "longer", arguments=["--set", "simulation.duration_s=12"]
    )
    spikes = dataset(longer / "spikes.h5", "spikes/exc/timestamps")
    assert (spikes > 10_000).sum() > 100


def test_a_background_that_is_a_pulse(run_engram, tmp_path) -> None:
    """V goes to V_rev + R*I_0 while it lasts, and back; as of the published test of convergence."""
    pulse = {"scheme": "ONEPULSE", "time_start": 0, "I_0": 0.15, "sigma_WN": 0.0}
    config = published(
        {"runtime": 0.2, "bg_protocol": pulse, "sample_gid_list": [0], "sample_pre_list": [-1]},
        {"N_exc": 2, "N_inh": 1, "p_c": 0, "conn_file": ""},
    )
    output = run_engram(write(tmp_path / "conv.json", config), tmp_path / "results")
    time_ms = trace(output, "time_ms")
    V_mV, I_bg_nA = trace(output, "neurons/0/V_mV"), trace(output, "neurons/0/I_bg_nA")
    on = time_ms < 100
    assert (I_bg_nA[on] == 0.15).all() and not I_bg_nA[time_ms > 100].any()
    expected = -65 + 1.5 * (1 - np.exp(-time_ms[on] / 10))
    assert np.max(np.abs(V_mV[on] - expected)) < 1e-9
    after = time_ms >= 100.2
    decayed = -65 + (V_mV[after][0] + 65) * np.exp(-(time_ms[after] - time_ms[after][0]) / 10)
    assert np.max(np.abs(V_mV[after] - decayed)) < 1e-9


def test_import_command(engram, run_engram, tmp_path) -> None:
    source = write(tmp_path / "early.json", basic_early())
    target = tmp_path / "early.yaml"
    written = run_program([engram, "import", source, "--output", target])
    assert written.returncode == 0, written.stderr
    a = run_engram(source, tmp_path / "a")
    b = run_engram(target, tmp_path / "b")
    np.testing.assert_array_equal(trace(a, "synapses/0_1/h_mV"), trace(b, "synapses/0_1/h_mV"))
    again = run_program([engram, "import", source, "--output", target])
    assert again.returncode == 3 and "exists already" in again.stderr
    network = write(tmp_path / "network.json", published(populations=NETWORK))
    printed = run_program([engram, "import", network])
    assert "# Note: there is no file absent.txt" in printed.stdout
    assert "engram: note: there is no file absent.txt" in printed.stderr
    wrong = run_program([engram, "import", target])
    assert wrong.returncode == 1 and "does not end in .json" in wrong.stderr


def test_the_list_of_samples_is_replaced(engram, tmp_path) -> None:
    source = write(tmp_path / "smallnet3.json", smallnet3())
    whole = run_program([engram, "import", source])
    record = yaml.safe_load(whole.stdout)["record"]
    assert record["export_blocks"] == [[-1, 0], [0, 1], [0, 2], [3, 2], [0, 3], [2, 3], [-1, 4]]
    settings = ["--set", "record.neurons=[3]", "--set", "record.synapses=[[2, 3]]"]
    replaced = run_program([engram, "import", source, *settings])
    record = yaml.safe_load(replaced.stdout)["record"]
    assert record == {"every_steps": 1, "neurons": [3], "synapses": [[2, 3]]}


def test_connections_are_searched_in_the_present_directory(engram, tmp_path) -> None:
    config = smallnet3()
    config["populations"]["conn_file"] = SMALLNET3.name
    path = write(tmp_path / "config.json", config)
    there = run_program([engram, "check", path], cwd=SMALLNET3.parent)
    assert there.returncode == 0, there.stderr
    assert yaml.safe_load(there.stdout)["connectivity"]["file"] == str(SMALLNET3)
    elsewhere = run_program([engram, "check", path], cwd=tmp_path)
    assert elsewhere.returncode == 2 and "there is no file" in elsewhere.stderr


def test_ensemble_of_a_published_configuration(run_engram, tmp_path) -> None:
    output = run_engram(
        write(tmp_path / "early.json", basic_early()),
        tmp_path / "results",
        ranks=2,
        arguments=["--set", "trials=6"],
    )
    assert dataset(output / "ensemble.h5", "measures/rate_exc/trials").shape == (1, 6)
