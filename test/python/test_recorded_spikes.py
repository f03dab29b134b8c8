# SPDX-License-Identifier: Apache-2.0
"""Spikes of some neurons alone, or of nobody: recorded, resumed, and asked for."""

from __future__ import annotations

import os
import signal
import subprocess
import time

import h5py
import numpy as np
import pytest
from conftest import run_program
from engram import Results, ResultsError
from tool import check_failure, run_tool

CONFIGURATION = """
simulation: {duration_s: 30, fast_forward: "off"}
populations: {n_exc: 160, n_inh: 40}
groups:
  assembly: {first: 0, count: 40}
stimuli:
  learn: {scheme: TRIPLET, group: assembly, start_s: 0.2, n_inputs: 25, rate_Hz: 100}
  recall: {scheme: ONEPULSE, group: assembly, start_s: 2, n_inputs: 25, rate_Hz: 100}
record: {neurons: [0], from_s: 1, to_s: 2}
checkpoint: {every_simulated_s: 0.5, every_wall_min: 0}
"""


@pytest.fixture(scope="module")
def runs(run_engram, tmp_path_factory):
    directory = tmp_path_factory.mktemp("spikes")
    path = directory / "c.yaml"
    path.write_text(CONFIGURATION)
    some = ("--set", "record.spikes=[inh, assembly]")
    return {
        "configuration": path,
        "all": run_engram(path, directory / "all"),
        "some": run_engram(path, directory / "some", ranks=2, arguments=some),
        "none": run_engram(path, directory / "none", arguments=("--set", "record.spikes=[]")),
    }


def recorded(path, population):
    with h5py.File(path / "spikes.h5") as file:
        group = file[f"spikes/{population}"]
        return group["timestamps"][()], group["node_ids"][()]


def test_only_they_are_recorded(runs) -> None:
    times, ids = recorded(runs["all"], "exc")
    chosen = ids < 40
    assert 0 < chosen.sum() < len(ids)
    for got, wanted in zip(recorded(runs["some"], "exc"), (times[chosen], ids[chosen])):
        assert np.array_equal(got, wanted)
    for got, wanted in zip(recorded(runs["some"], "inh"), recorded(runs["all"], "inh")):
        assert np.array_equal(got, wanted)
    assert len(recorded(runs["none"], "exc")[0]) == 0
    # What is simulated, and counted, is the same.
    counts = [Results(runs[name]).summary["spikes"] for name in ("all", "some", "none")]
    assert counts[0] == counts[1] == counts[2]
    with h5py.File(runs["none"] / "traces.h5") as file:
        time_ms = file["traces/time_ms"][()]
        assert (time_ms[0], time_ms[-1]) == (1000, 2000)


def test_silence_is_not_made_up(runs) -> None:
    results = Results(runs["some"])
    assert len(results.spikes("inh").time_ms)
    with pytest.raises(ResultsError, match="spikes of 'exc' were not recorded"):
        results.spikes("exc")
    check_failure(run_tool("recall", runs["none"]), 3, "were not recorded")
    plots = run_tool("plot", runs["none"], "-o", runs["none"] / "p")
    assert plots.returncode == 0, plots.stderr
    drawn = {path.stem for path in (runs["none"] / "p").iterdir()}
    assert "membrane" in drawn and "raster" not in drawn
    assert "raster.png: left out" in plots.stdout and "were not recorded" in plots.stdout


def test_resumed_in_the_middle(engram, runs, tmp_path) -> None:
    output = tmp_path / "stopped"
    command = [engram, "run", runs["configuration"], "--output", output, "--quiet"]
    process = subprocess.Popen([*map(str, command), "--set", "record.spikes=[inh, assembly]"])
    while not list(output.glob("checkpoint-*.h5")) and process.poll() is None:
        time.sleep(0.002)
    if process.poll() is None:
        os.kill(process.pid, signal.SIGTERM)
    assert process.wait() in (0, 75)
    if not (output / "summary.json").exists():
        result = run_program([engram, "resume", output, "--quiet"])
        assert result.returncode == 0, result.stderr
    for population in ("exc", "inh"):
        for got, wanted in zip(recorded(output, population), recorded(runs["some"], population)):
            assert np.array_equal(got, wanted)


def test_ensembles_measure_all_spikes(engram, run_engram, runs, tmp_path) -> None:
    arguments = ("--set", "trials=2", "--set", "record.spikes=[]")
    result = run_program(
        [engram, "run", runs["configuration"], "--output", tmp_path / "x", *arguments]
    )
    assert result.returncode == 2
    assert "record.spikes: must be left out" in result.stderr
    assert not (tmp_path / "x").exists()
    measured = []
    for extra in ((), ("--set", "record.spikes=[]")):
        output = run_engram(
            runs["configuration"], tmp_path / f"e{len(measured)}",
            arguments=("--set", "trials=2", "--set", "trial_results=none", *extra),
        )  # fmt: skip
        with h5py.File(output / "ensemble.h5") as file:
            measured.append(file["measures/rate_exc/trials"][()])
    assert np.array_equal(*measured) and (measured[0] > 0).all()
