# SPDX-License-Identifier: Apache-2.0
"""Configurations of the published program run unchanged and give what our own ones give."""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np
import pytest

from conftest import ROOT, run_program

ARBOR = ROOT / "test/data/arbor"


def dataset(path: Path, name: str) -> np.ndarray:
    with h5py.File(path) as file:
        return file[name][()]


def trace(directory: Path, name: str) -> np.ndarray:
    return dataset(directory / "traces.h5", f"traces/{name}")


@pytest.mark.parametrize(
    "name",
    [
        "defaultnet_no_bg",
        "defaultnet_det_max_activity",
        "smallnet2_basic_late_STET",
        "smallnetX_non-det",
    ],
)
def test_runs_unchanged(run_engram, tmp_path, name) -> None:
    output = run_engram(ARBOR / f"config_{name}.json", tmp_path / "results")
    assert len(dataset(output / "spikes.h5", "spikes/exc/timestamps")) > 100


def test_basic_early(run_engram, tmp_path) -> None:
    imported = run_engram(ARBOR / "config_smallnet2_basic_early_det.json", tmp_path / "a")
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
        ARBOR / "config_smallnet3_det.json",
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


def test_import_command(engram, run_engram, tmp_path) -> None:
    source = ARBOR / "config_smallnet2_basic_early.json"
    target = tmp_path / "early.yaml"
    written = run_program([engram, "import", source, "--output", target])
    assert written.returncode == 0, written.stderr
    a = run_engram(source, tmp_path / "a")
    b = run_engram(target, tmp_path / "b")
    np.testing.assert_array_equal(trace(a, "synapses/0_1/h_mV"), trace(b, "synapses/0_1/h_mV"))
    again = run_program([engram, "import", source, "--output", target])
    assert again.returncode == 3 and "exists already" in again.stderr
    printed = run_program([engram, "import", ARBOR / "config_defaultnet.json"])
    assert "# Note: there is no file connections_default.txt" in printed.stdout
    assert "engram: note: there is no file connections_default.txt" in printed.stderr
    wrong = run_program([engram, "import", target])
    assert wrong.returncode == 1 and "does not end in .json" in wrong.stderr


def test_ensemble_of_a_published_configuration(run_engram, tmp_path) -> None:
    output = run_engram(
        ARBOR / "config_smallnet2_basic_early.json",
        tmp_path / "results",
        ranks=2,
        arguments=["--set", "trials=6"],
    )
    assert dataset(output / "ensemble.h5", "measures/rate_exc/trials").shape == (1, 6)
