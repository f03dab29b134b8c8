# SPDX-License-Identifier: Apache-2.0
"""Mistakes that only the whole program meets: what does not exist, does not fit, or never ends."""

from __future__ import annotations

import re
from pathlib import Path

import h5py
import numpy as np
import pytest

from conftest import ROOT, launcher, run_program

SMALLNET = ROOT / "configs/smallnet3_10s_recall.yaml"
BACKGROUND = ROOT / "configs/defaultnet_background.yaml"
SHORT = {
    "simulation.duration_s": "1.2",
    "stimuli.learn.start_s": "0.1",
    "stimuli.recall.start_s": "0.8",
    "record.snapshots_s": "[0.4]",
}


def settings(values: dict[str, str]) -> list[str]:
    return [part for key, value in values.items() for part in ("--set", f"{key}={value}")]


def with_synapses(directory: Path) -> Path:
    path = directory / "synapses.yaml"
    path.write_text(
        "simulation: {duration_s: 0.05}\npopulations: {n_exc: 4, n_inh: 0}\n"
        "connectivity: {probability: 0.5}\nrecord:\n  synapses:\n"
        "    - [0, 1]\n    - [1, 0]\n    - [2, 3]\n"
    )
    return path


@pytest.mark.parametrize("command", ["check", "run", "plan"])
@pytest.mark.parametrize("ranks", [1, 2])
def test_missing_synapses_have_their_lines(engram, tmp_path, command, ranks) -> None:
    path = with_synapses(tmp_path)
    output = [] if command == "plan" else ["-o", tmp_path / "out"]
    result = run_program(
        [
            *launcher(ranks),
            engram,
            command,
            path,
            *output,
            "--set",
            "connectivity.probability=0",
        ]
    )
    assert result.returncode == 2
    for line, (pre, post) in ((6, (0, 1)), (7, (1, 0)), (8, (2, 3))):
        assert (
            result.stderr.count(
                f"{path}:{line}: record.synapses[{line - 6}]: there is no synapse "
                f"from neuron {pre} to neuron {post}"
            )
            == 1
        ), result.stderr
    assert not (tmp_path / "out").exists()


def test_missing_synapses_of_trials_name_the_trial(engram, tmp_path) -> None:
    path = with_synapses(tmp_path)
    for command in ("check", "run"):
        result = run_program(
            [
                "mpirun",
                "-n",
                2,
                engram,
                command,
                path,
                "-o",
                tmp_path / "out",
                "--set",
                "trials=4",
                "--set",
                "sweep.connectivity.probability=[0.5, 1]",
            ]
        )
        assert result.returncode == 2, result.stderr
        found = re.findall(
            r":(\d+): record.synapses\[(\d)\]: .* \(trial (\d) at "
            r"connectivity.probability=0.5, seed (\d+)\)",
            result.stderr,
        )
        assert found and "probability=1," not in result.stderr
        assert not (tmp_path / "out").exists()
    line, index, trial, seed = found[0]
    assert int(line) == 6 + int(index)
    single = run_program([engram, "check", path, "--set", f"simulation.seed={seed}"])
    assert f"record.synapses[{index}]: there is no" in single.stderr, "the trial is another"


def all_finite(directory: Path) -> bool:
    finite = []

    def look_at(_: str, item: object) -> None:
        if isinstance(item, h5py.Dataset) and item.dtype.kind == "f":
            finite.append(bool(np.isfinite(item[()]).all()))

    for path in directory.glob("*.h5"):
        with h5py.File(path) as file:
            file.visititems(look_at)
    assert finite
    return all(finite)


@pytest.mark.parametrize(
    "values",
    [
        {"synapses.tau_h_s": "0.003"},
        {"synapses.h_0_mV": "1e5"},
        {"synapses.h_0_mV": "1e-6"},
        {"synapses.sigma_pl_mV": "1e5", "synapses.gamma_p": "0"},
        {"synapses.gamma_p": "1e9"},
        {"synapses.theta_d": "1e-6", "synapses.theta_p": "1e-6"},
        {"synapses.tau_Ca_ms": "1e6"},
        {
            "synapses.f_int_l_per_umol": "1e6",
            "synapses.tau_z_s": "1e-3",
            "synapses.p_max_umol_per_l": "1e-6",
        },
        {
            "synapses.f_int_l_per_umol": "1e6",
            "synapses.tau_z_s": "1e-3",
            "synapses.p_max_umol_per_l": "1e9",
            "synapses.theta_pro_mV": "1e-6",
            "synapses.theta_tag_mV": "1e-6",
        },
        {"neuron.C_mem_nF": "1e5"},
        {"neuron.C_mem_nF": "1e-4"},
        {"neuron.V_rev_mV": "1e6"},
        {"neuron.V_reset_mV": "-1e6"},
        {"background.mean_nA": "-1e6"},
        {"background.sigma_wn_nA_sqrt_s": "1e6"},
        {"synapses.tau_syn_ms": "1e6"},
        {"synapses.tau_syn_ms": "1e-3"},
        {"connectivity.w_ie": "1e5"},
        {"stimuli.learn.n_inputs": "1e7"},
    ],
)
def test_extremes_that_are_allowed_give_finite_results(engram, tmp_path, values) -> None:
    result = run_program(
        [
            engram,
            "run",
            SMALLNET,
            "-q",
            "-o",
            tmp_path / "out",
            *settings(
                {
                    **SHORT,
                    "background.sigma_wn_nA_sqrt_s": "0.05",
                    "background.mean_nA": "0.15",
                    **values,
                }
            ),
        ]
    )
    assert result.returncode == 0, result.stderr
    assert all_finite(tmp_path / "out")


def test_fast_plasticity_keeps_its_sums(engram, tmp_path) -> None:
    """Neuron 1 has one plastic input, so that its sum is the change of that one, however long it runs."""
    result = run_program(
        [
            engram,
            "run",
            SMALLNET,
            "-q",
            "-o",
            tmp_path / "out",
            *settings(
                {
                    "simulation.duration_s": "60",
                    "stimuli.recall.start_s": "50",
                    "record.every_steps": "50",
                    "simulation.fast_forward": "off",
                    "synapses.tau_h_s": "0.2",
                    "synapses.gamma_p": "3",
                    "synapses.gamma_d": "1",
                    "synapses.theta_pro_mV": "0.5",
                    "synapses.theta_tag_mV": "0.2",
                    "synapses.tau_p_s": "1",
                    "synapses.tau_z_s": "0.5",
                    "synapses.f_int_l_per_umol": "10",
                }
            ),
        ]
    )
    assert result.returncode == 0, result.stderr
    with h5py.File(tmp_path / "out/traces.h5") as file:
        time_s = file["traces/time_ms"][()] / 1000
        summed = file["traces/neurons/1/S_mV"][()]
        change = np.abs(file["traces/synapses/0_1/h_mV"][()] - 4.20075)
        z = file["traces/synapses/0_1/z"][()]
    assert change.max() > 1 and change[-1] < change.max()
    passive = ((time_s > 13) & (time_s < 50)) | (
        time_s > 52
    )  # while active, sums are those of the block's start
    np.testing.assert_allclose(summed[passive], change[passive], atol=1e-9)
    assert z.max() > 0.5 and z.max() <= 1.0 and z.min() >= -0.5


@pytest.mark.parametrize(
    "values, key, limit",
    [
        ({"connectivity.w_ie": "1e6"}, "connectivity.w_ie", "at most"),
        ({"synapses.sigma_pl_mV": "1e6"}, "synapses.sigma_pl_mV", "at most"),
        (
            {
                "synapses.h_0_mV": "5e4",
                "connectivity.w_ei": "0",
                "connectivity.w_ie": "0",
                "connectivity.w_ii": "0",
            },
            "synapses.h_0_mV",
            "at most",
        ),
    ],
)
def test_sums_that_would_overflow_are_refused_with_what_is_allowed(
    engram, tmp_path, values, key, limit
) -> None:
    result = run_program([engram, "check", BACKGROUND, *settings(values)])
    assert result.returncode == 2, result.stderr
    found = re.search(
        key + r": the sum of up to .* inputs .* must be at most (\S+) here", result.stderr
    )
    assert found, result.stderr
    allowed = run_program([engram, "check", BACKGROUND, *settings({**values, key: found.group(1)})])
    assert allowed.returncode == 0, allowed.stderr


def test_in_a_matrix_inputs_are_counted(engram) -> None:
    values = {"connectivity.w_ii": "1e6", "connectivity.w_ie": "5e5"}
    result = run_program([engram, "check", SMALLNET, *settings(values)])
    assert result.returncode == 2
    assert "connectivity.w_ii: the sum of up to 1 inputs" in result.stderr


def test_runs_that_never_end_are_refused(engram, tmp_path) -> None:
    result = run_program(
        [
            engram,
            "run",
            SMALLNET,
            "-o",
            tmp_path / "out",
            *settings({"simulation.duration_s": "1e10", "simulation.fast_forward": "off"}),
        ]
    )
    assert (
        result.returncode == 1 and "would take about" in result.stderr and "years" in result.stderr
    )
    samples = run_program(
        [
            engram,
            "run",
            SMALLNET,
            "-o",
            tmp_path / "out",
            *settings({"simulation.duration_s": "1e10", "simulation.dt_fast_forward_s": "0.001"}),
        ]
    )
    assert samples.returncode == 1 and "traces would take about" in samples.stderr
    assert "PB on the disk; record less" in samples.stderr
    assert not (tmp_path / "out").exists()


def test_a_network_that_fits_nowhere(engram) -> None:
    result = run_program(
        [
            engram,
            "plan",
            BACKGROUND,
            "--ranks",
            64,
            *settings(
                {
                    "populations.n_exc": "99000000",
                    "populations.n_inh": "1000000",
                    "connectivity.probability": "1",
                }
            ),
        ]
    )
    assert result.returncode == 0, result.stderr
    assert "no number of such machines would do" in result.stdout and "SBATCH" not in result.stdout


@pytest.mark.parametrize("more", [{}, {"trials": "3"}])
def test_plan_tells_of_runs_that_no_one_will_see_end(engram, tmp_path, more) -> None:
    values = settings({"simulation.duration_s": "1e10", "simulation.fast_forward": "off", **more})
    plan = run_program([engram, "plan", BACKGROUND, *values])
    assert plan.returncode == 0 and "SBATCH" not in plan.stdout, plan.stdout
    assert "'engram run' would refuse: the run would take about" in plan.stdout
    assert run_program([engram, "run", BACKGROUND, "-o", tmp_path / "out", *values]).returncode == 1


@pytest.mark.parametrize("more", [{}, {"trials": "3"}])
def test_plan_tells_of_traces_that_no_disk_holds(engram, tmp_path, more) -> None:
    values = settings(
        {
            "simulation.duration_s": "1e10",
            "simulation.dt_fast_forward_s": "0.001",
            "record.neurons": "[0, 1, 2, 3]",
            **more,
        }
    )
    plan = run_program([engram, "plan", BACKGROUND, *values])
    assert plan.returncode == 0 and "SBATCH" not in plan.stdout, plan.stdout
    assert "'engram run' would refuse: the recorded traces would take about" in plan.stdout
    result = run_program([engram, "run", BACKGROUND, "-o", tmp_path / "out", *values])
    assert result.returncode == 1 and "record less" in result.stderr


def test_a_network_for_more_ranks(engram) -> None:
    values = settings(
        {
            "populations.n_exc": "1600000",
            "populations.n_inh": "400000",
            "connectivity.probability": "0.01",
        }
    )
    result = run_program([engram, "plan", BACKGROUND, *values])
    enough = re.search(r"use (\d+) or more ranks", result.stdout)
    assert result.returncode == 0 and enough, result.stdout
    ranks = int(enough.group(1))
    for n, fits in ((ranks, True), (ranks - 1, False)):
        plan = run_program([engram, "plan", BACKGROUND, "--ranks", n, *values])
        assert ("would refuse" in plan.stdout) != fits, plan.stdout


def test_a_pipe_is_refused(engram, tmp_path) -> None:
    result = run_program(["bash", "-c", f"{engram} check <(cat {SMALLNET})"])
    assert result.returncode == 3 and "is not a regular file" in result.stderr


@pytest.mark.parametrize("output", ["/", "//", "/tmp/.."])
def test_results_are_not_strewn_over_the_root(engram, output) -> None:
    result = run_program([engram, "run", SMALLNET, "-o", output, *settings(SHORT)])
    assert result.returncode == 3 and "root directory" in result.stderr
    assert not Path("/config.yaml").exists()


def test_a_project_of_the_user_is_not_replaced(engram, tmp_path) -> None:
    (tmp_path / "trials").mkdir()
    (tmp_path / "trials/data.csv").write_text("1\n")
    (tmp_path / "config.yaml").write_text("mine: 1\n")
    result = run_program([engram, "run", SMALLNET, "-o", tmp_path, "--force", *settings(SHORT)])
    assert result.returncode == 3 and "does not come from Engram" in result.stderr
    assert (tmp_path / "config.yaml").read_text() == "mine: 1\n"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["config.yaml", "trials"]
