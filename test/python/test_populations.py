# SPDX-License-Identifier: Apache-2.0
"""Named populations and projections: the same network in both forms, and what is wrong with others."""

from __future__ import annotations

import json
import os
from pathlib import Path

import h5py
import numpy as np
import pytest

from conftest import PATIENCE_S, RECALL_200, ROOT, run_program
from results_equal import assert_equal
from test_checkpoint import interrupted_at

# The network of RECALL_200, not in its order.
SPELLED_OUT = """
populations:
  exc: {count: 160, kind: excitatory}
  inh: {count: 40, kind: inhibitory, background: {sigma_wn_nA_sqrt_s: 0.08}}
projections:
  inhibition: {from: inh, to: inh, probability: 0.2, weight_h_0: -4}
  plastic: {from: exc, to: exc, probability: 0.2, plastic: true}
  feedback: {from: inh, to: exc, probability: 0.2, weight_h_0: -4}
  drive: {from: exc, to: inh, probability: 0.2, weight_h_0: 2}
"""
TWO_REGIONS = ROOT / "configs/two_regions.yaml"


def spelled_out(directory: Path) -> Path:
    """RECALL_200 with named populations."""
    lines = [
        line
        for line in RECALL_200.read_text().splitlines()
        if not line.startswith(("populations", "connectivity"))
    ]
    path = directory / "spelled_out.yaml"
    path.write_text("\n".join(lines) + SPELLED_OUT)
    return path


@pytest.mark.parametrize("ranks", [1, 2, pytest.param(3, marks=pytest.mark.slow)])
def test_both_forms_are_one_network(run_engram, whole, tmp_path, ranks) -> None:
    results = run_engram(spelled_out(tmp_path), tmp_path / "results", ranks=ranks)
    assert_equal(whole, results)
    one, other = (json.loads((path / "summary.json").read_text()) for path in (whole, results))
    for key in ("neurons", "spikes", "synapses", "schedule"):
        assert one[key] == other[key]
    rates = [[phase.get("rate_Hz") for phase in summary["phases"]] for summary in (one, other)]
    assert rates[0] == rates[1]


def test_a_run_of_named_populations_can_be_extended(engram, run_engram, tmp_path) -> None:
    results = run_engram(spelled_out(tmp_path), tmp_path / "results")
    longer = run_engram(
        RECALL_200, tmp_path / "longer", arguments=["--set", "simulation.duration_s=31"]
    )
    extended = run_program(
        [
            "mpirun",
            "-n",
            2,
            engram,
            "resume",
            results,
            "--quiet",
            "--set",
            "simulation.duration_s=31",
        ]
    )
    assert extended.returncode == 0, extended.stderr
    assert_equal(longer, results)


def test_wiring_of_a_run_can_be_used_by_projection(run_engram, whole, tmp_path) -> None:
    """Relative to the configuration; what is not from the file is drawn as ever."""
    network = (whole / "network.h5").rename(tmp_path / "network.h5")
    try:
        results = run_engram(
            spelled_out(tmp_path),
            tmp_path / "results",
            arguments=[
                "--set",
                "projections.plastic={from: exc, to: exc, plastic: true, file: network.h5}",
                "--set",
                "projections.feedback={from: inh, to: exc, weight_h_0: -4, file: network.h5}",
            ],
        )
    finally:
        network.rename(whole / "network.h5")
    assert_equal(whole, results)


def test_ensembles_sweep_keys_of_projections(engram, run_engram, tmp_path) -> None:
    path = spelled_out(tmp_path)
    ends = "from: exc, to: inh, weight_h_0: 2"
    matrix = np.zeros((160, 40), dtype=int)
    matrix[3, 5] = 1
    np.savetxt(tmp_path / "one.txt", matrix, fmt="%d")
    output = run_engram(
        path,
        tmp_path / "ensemble",
        arguments=[
            "--set",
            f"projections.drive={{{ends}, file: other.txt}}",
            "--set",
            "trial_results=all",
            "--set",
            "sweep.projections.drive.file=[one.txt]",
            "--set",
            "simulation.duration_s=1",
            "--set",
            "stimuli.recall=null",
            "--set",
            "record.snapshots_s=[0.5]",
        ],
    )
    with h5py.File(output / "trials/000/0000/network.h5") as file:
        assert list(file["edges/exc_inh/source_node_id"]) == [3]
        assert list(file["edges/exc_inh/target_node_id"]) == [5]
    swept = run_program(
        [engram, "check", path, "--set", "sweep.projections.drive.probability=[0.1, 2]"]
    )
    assert swept.returncode == 2
    assert "projections.drive.probability: must be in [0, 1] (is 2)" in swept.stderr


def test_two_regions_are_valid(engram) -> None:
    result = run_program(["mpirun", "-n", 2, engram, "check", TWO_REGIONS])
    assert result.returncode == 0, result.stderr
    assert "A_to_B:\n    from: A_exc\n    to: B_exc\n" in result.stdout
    plan = run_program([engram, "plan", TWO_REGIONS, "--ranks", 2])
    assert "200 A_exc + 40 A_inh + 200 B_exc + 40 B_inh + 20 shared_inh" in plan.stdout
    assert plan.returncode == 0, plan.stderr


# Both learn and recall; what lies between is fast-forwarded.
SHORT = [
    "--set",
    "simulation.duration_s=32",
    "--set",
    "stimuli.learn_A.start_s=0.2",
    "--set",
    "stimuli.learn_B.start_s=0.2",
    "--set",
    "stimuli.recall.start_s=31.5",
    "--set",
    "record.snapshots_s=[1.5, 31.5]",
    "--set",
    "record.neurons=[0, 210, 240, 455, 470]",
]


@pytest.fixture(scope="module")
def two_regions(engram, tmp_path_factory) -> Path:
    output = tmp_path_factory.mktemp("two_regions") / "results"
    result = run_program([engram, "run", TWO_REGIONS, "-o", output, "-q", *SHORT])
    assert result.returncode == 0, result.stderr
    return output


def test_two_regions_have_their_files(two_regions) -> None:
    summary = json.loads((two_regions / "summary.json").read_text())
    assert list(summary["neurons"]) == ["A_exc", "A_inh", "B_exc", "B_inh", "shared_inh"]
    with h5py.File(two_regions / "spikes.h5") as file:
        assert set(file["spikes"]) == set(summary["neurons"])
        assert all(len(group["node_ids"]) > 0 for group in file["spikes"].values())
        assert file["spikes/B_exc/node_ids"][()].max() < 200
    with h5py.File(two_regions / "network.h5") as file:
        assert len(file["edges"]) == 14
        for pair in ("A_exc_A_exc", "A_exc_B_exc", "B_exc_A_exc", "B_exc_B_exc"):
            changed = file[f"edges/{pair}/snapshots/t_1.5s/h_mV"][()] - 4.20075
            assert len(changed) == len(file[f"edges/{pair}/source_node_id"])
            assert np.abs(changed).max() > 1, f"nothing is learnt from {pair}"
        assert "snapshots" not in file["edges/A_exc_A_inh"]


@pytest.mark.parametrize(
    "ranks, device",
    [
        (8, "cpu"),
        (2, "host-kernels"),
        *(pytest.param(ranks, "cpu", marks=pytest.mark.slow) for ranks in (2, 3)),
    ],
)
def test_two_regions_on_ranks(engram, two_regions, tmp_path, ranks, device) -> None:
    result = run_program(
        [
            "mpirun",
            "--oversubscribe",
            "-n",
            ranks,
            engram,
            "run",
            TWO_REGIONS,
            "-o",
            tmp_path / "results",
            "-q",
            "--device",
            device,
            *SHORT,
        ]
    )
    assert result.returncode == 0, result.stderr
    assert_equal(two_regions, tmp_path / "results")


@pytest.mark.parametrize(
    "time_s, every_s", [(0.25, 0.05), (3, 1), pytest.param(31.55, 0.5, marks=pytest.mark.slow)]
)
def test_two_regions_resume(engram, two_regions, tmp_path, time_s, every_s) -> None:
    """In the pulses, after them, and in recall."""
    output = interrupted_at(
        engram, tmp_path / "run", 2, time_s, every_s, network=TWO_REGIONS, arguments=SHORT
    )
    result = run_program(["mpirun", "--oversubscribe", "-n", 3, engram, "resume", output, "-q"])
    assert result.returncode == 0, result.stderr
    assert_equal(two_regions, output)


@pytest.mark.parametrize(
    "setting, problem",
    [
        ("projections.drive.to=inhh", "there is no population 'inhh'; did you mean 'inh'?"),
        ("projections.drive.weight_h_0=-2", "must be at least 0, since exc is excitatory (is -2)"),
        ("projections.feedback.weight_h_0=4", "must be at most 0, since inh is inhibitory (is 4)"),
        (
            "projections.feedback.plastic=true",
            "must be between excitatory populations (inh is inhibitory); remove it",
        ),
        ("projections.plastic.weight_h_0=1", "cannot be given with plastic: true"),
        ("projections.plastic.file=x", "cannot have both probability and file; remove one"),
        ("projections.drive.probability=null", "must have either probability or file"),
        (
            "projections.again={from: exc, to: inh, probability: 1, weight_h_0: 1}",
            "connects the same populations as projections.drive; remove one of them",
        ),
        ("populations.n_exc=5", "cannot be given beside named populations (exc)"),
        ("connectivity.probability=0.1", "cannot be given beside named populations (exc)"),
        ("projections=null", "is missing: named populations need projections"),
        ("populations.inh.kind=null", "populations.inh.kind: is missing"),
        (
            "groups.inh={first: 0, count: 1}",
            "is a built-in group and cannot be redefined; choose another",
        ),
        ("projections.drive.weight_h_0=1e5", "must be at most "),
        ("record.synapses=[[0, 170]]", "both ends must be excitatory, an integer in [0, 159]"),
    ],
)
def test_wrong_networks(engram, tmp_path, setting, problem) -> None:
    result = run_program([engram, "check", spelled_out(tmp_path), "--set", setting])
    assert result.returncode == 2
    assert problem in result.stderr
    assert result.stderr.count("error:") == 1, result.stderr


def test_wiring_that_is_not_a_file(engram, tmp_path) -> None:
    """Neither waits for ever nor fills the memory."""
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", "/dev/zero"):
        result = run_program(
            [
                "timeout",
                PATIENCE_S,
                engram,
                "check",
                spelled_out(tmp_path),
                "--set",
                f"projections.drive={{from: exc, to: inh, file: {path}, weight_h_0: 1}}",
            ]
        )
        assert result.returncode == 2, result.stderr
        assert "is not a regular file" in result.stderr
