# SPDX-License-Identifier: Apache-2.0
"""Trials that take turns on a device and launch together; kernels of the GPU, run on the host."""

from __future__ import annotations

from pathlib import Path

import pytest

from conftest import RECALL_200, run_program
from held import HeldEnsemble
from results_equal import content, differences
from test_ensemble import summary

NETWORK = RECALL_200
# Points of different lengths, so that trials do not end together.
ENSEMBLE = """
trials: 3
sweep:
  - {groups.assembly.count: [20, 30], simulation.duration_s: [30, 30.4]}
"""
KERNELS = ["--device", "host-kernels"]


@pytest.fixture(scope="module")
def configuration(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("ensemble") / "ensemble.yaml"
    path.write_text(ENSEMBLE + NETWORK.read_text())
    return path


@pytest.fixture(scope="module")
def on_cpu(run_engram, configuration, tmp_path_factory) -> Path:
    return run_engram(configuration, tmp_path_factory.mktemp("whole") / "results", ranks=2)


@pytest.mark.parametrize(
    "ranks,arguments",
    [
        (1, ["--trials-at-once", "3"]),
        pytest.param(2, ["--trials-at-once", "3"], marks=pytest.mark.slow),
        pytest.param(1, [], marks=pytest.mark.slow),
        pytest.param(1, ["--trials-at-once", "1"], marks=pytest.mark.slow),
    ],
)
def test_equal_to_the_processor(
    run_engram, configuration, on_cpu, tmp_path, ranks, arguments
) -> None:
    results = run_engram(
        configuration,
        tmp_path / "results",
        ranks=ranks,
        arguments=["--set", "trial_results=none", *KERNELS, *arguments],
    )
    assert content(results / "ensemble.h5") == content(on_cpu / "ensemble.h5")


def test_stopped_with_several_unfinished(engram, configuration, on_cpu, tmp_path) -> None:
    """Each of them has a checkpoint, from which the processor goes on."""
    output = tmp_path / "results"
    asked = [*KERNELS, "--trials-at-once", "3"]
    # The first three end together; then the others are under way.
    HeldEnsemble(engram, output, "run", configuration, *asked, ranks=1, nth=3).stop()
    unfinished = [path.parent for path in output.glob("trials/*/*/partial")]
    assert len(unfinished) > 1
    assert all(list(path.glob("checkpoint-*.h5")) for path in unfinished)
    resumed = run_program([engram, "resume", output])
    assert resumed.returncode == 0, resumed.stderr
    assert content(output / "ensemble.h5") == content(on_cpu / "ensemble.h5")
    for path in unfinished:
        assert not differences(path, on_cpu / path.relative_to(output))
    assert summary(output)["trials_of_last_run"] < 6


def test_a_trial_that_fails_ends_all(engram, configuration, tmp_path) -> None:
    result = run_program(
        [
            engram,
            "run",
            configuration,
            "--output",
            tmp_path / "results",
            *KERNELS,
            "--set",
            "record.synapses=[[0, 1], [1, 0], [2, 3]]",
        ]
    )
    assert result.returncode == 2
    assert "there is no synapse" in result.stderr and "seed" in result.stderr


def test_bad_number(engram, configuration, tmp_path) -> None:
    result = run_program(
        [
            engram,
            "run",
            configuration,
            "--output",
            tmp_path / "results",
            *KERNELS,
            "--trials-at-once",
            "0",
        ]
    )
    assert result.returncode == 1
    assert "--trials-at-once must be at least 1" in result.stderr
    assert not (tmp_path / "results").exists()
