# SPDX-License-Identifier: Apache-2.0
"""Pools of plasticity-related proteins: what is configured, recorded, swept, resumed and drawn.

What the pools do to weights is tested in C++ against the oracle.
"""

import shutil

import h5py
import numpy as np
import pytest
import yaml
from conftest import RECALL_200, run_program
from engram import Ensemble, Results, ResultsError
from engram.arbor_text import trace_table
from results_equal import assert_equal
from test_checkpoint import checkpoints, interrupted_at, resume
from test_consolidation_checkpoint import SAMPLED, is_within_consolidation
from test_extension import LEARN
from tool import run_tool

CURRENTS = ["V_mV", "I_total_nA", "I_stim_nA", "I_bg_nA"]
LATE_PHASE = {
    "C": {"S_mV": "mV", "p": "umol/l"},
    "P/D": {"S_P_mV": "mV", "S_D_mV": "mV", "p_P": "umol/l", "p_D": "umol/l"},
    "P/C/D": {"S_P_mV": "mV", "S_D_mV": "mV", "p_P": "umol/l", "p_C": "umol/l", "p_D": "umol/l"},
}

SHORT = """
simulation: {duration_s: 0.1}
populations: {n_exc: 8, n_inh: 2}
connectivity: {probability: 1}
record: {neurons: [0, 9], synapses: [[0, 1]], snapshots_s: [0.1]}
"""


@pytest.fixture
def short(tmp_path):
    path = tmp_path / "short.yaml"
    path.write_text(SHORT)
    return path


@pytest.mark.parametrize("pools", LATE_PHASE)
def test_variables_of_traces(run_engram, short, tmp_path, pools):
    output = run_engram(
        short, tmp_path / "results", 2, ("--set", f"synapses.protein_pools={pools}")
    )
    with h5py.File(output / "traces.h5") as file:
        for gid in ("0", "9"):
            group = file["traces/neurons"][gid]
            assert set(group) == {*CURRENTS, *LATE_PHASE[pools]}
            assert {name: group[name].attrs["units"] for name in LATE_PHASE[pools]} == LATE_PHASE[
                pools
            ]
            assert (group["V_mV"][()] != 0).all()
        assert set(file["traces/synapses/0_1"]) == {"Ca", "h_mV", "z"}
        assert file["traces/synapses/0_1/h_mV"][0] == pytest.approx(4.20075)
    traces = Results(output).neuron_traces
    assert [list(trace.proteins) for trace in traces] == 2 * [pools.split("/")]
    assert [list(trace.signals) for trace in traces] == 2 * [pools.split("/")]


def test_resolved_configuration(run_engram, short, tmp_path):
    settings = ("--set", "synapses.protein_pools=P/C/D", "--set", "synapses.z_max=5")
    default = run_engram(short, tmp_path / "a")
    changed = run_engram(short, tmp_path / "b", arguments=settings)
    values = [
        yaml.safe_load((output / "config.yaml").read_text())["synapses"]
        for output in (default, changed)
    ]
    assert [(v["protein_pools"], v["z_max"]) for v in values] == [("C", 1), ("P/C/D", 5)]
    again = run_engram(changed / "config.yaml", tmp_path / "c")
    assert run_tool("compare", changed, again).returncode == 0
    result = run_tool("compare", default, changed)
    assert result.returncode == 1
    assert "synapses.protein_pools, synapses.z_max" in result.stdout + result.stderr
    assert "neurons/0/p_P: is only in" in result.stdout


@pytest.mark.parametrize(
    "setting,message",
    [
        ("protein_pools=P+D", "must be one of C, P/D, P/C/D (is P+D); did you mean 'P/D'?"),
        ("z_max=0", "must be in [1e-06, 1000] (is 0)"),
        ("z_max=high", "must be a finite number (is high)"),
    ],
)
def test_what_is_refused(engram, short, setting, message):
    result = run_program([engram, "check", short, "--set", f"synapses.{setting}"])
    assert result.returncode == 2
    assert f"synapses.{setting.split('=')[0]}: {message}" in result.stderr


@pytest.mark.parametrize("setting", ["protein_pools=P/D", "z_max=2"])
def test_no_run_goes_on_with_others(engram, run_engram, short, tmp_path, setting):
    output = run_engram(short, tmp_path / "results")
    longer = ("--set", "simulation.duration_s=0.2")
    result = run_program([engram, "resume", output, *longer, "--set", f"synapses.{setting}"])
    key, value = setting.split("=")
    was = {"protein_pools": "C", "z_max": "1"}[key]
    assert result.returncode == 2
    problem = f"synapses.{key}: cannot be changed when the run is resumed (was {was}, is {value})"
    assert problem in result.stderr
    result = run_program([engram, "resume", output, *longer])
    assert result.returncode == 0, result.stderr


# Of 200 neurons, so that pools rise and fall and weights go beyond the bounds of the published model.
LIVELY = (
    "synapses.protein_pools=P/C/D",
    "synapses.z_max=5",
    "synapses.tau_p_s=5",
    "synapses.tau_z_s=5",
    "synapses.tau_h_s=300",
    "synapses.gamma_d=1000",
    "synapses.theta_pro_mV=4",
)
ARGUMENTS = [part for setting in LIVELY for part in ("--set", setting)]


@pytest.fixture(scope="module")
def lively(run_engram, tmp_path_factory):
    """An uninterrupted run in which all pools matter."""
    output = run_engram(
        RECALL_200, tmp_path_factory.mktemp("lively") / "results", arguments=ARGUMENTS
    )
    traces = Results(output).neuron_traces
    for pool in ("P", "C", "D"):
        assert max(trace.proteins[pool].max() for trace in traces) > 5, pool
    # Synthesis that has ended.
    assert any(0 < p[-1] < 0.99 * p.max() for trace in traces for p in trace.proteins.values())
    with h5py.File(output / "network.h5") as file:
        z = file["edges/exc_exc/snapshots/t_20s/z"][()]
    assert z.min() < -0.4 and z.max() > 1
    return output


@pytest.mark.parametrize("ranks,device", [(3, "cpu"), (2, "host-kernels")])
def test_ranks_and_devices(run_engram, lively, tmp_path, ranks, device):
    output = run_engram(RECALL_200, tmp_path / "run", ranks, (*ARGUMENTS, "--device", device))
    assert_equal(lively, output)


HERE_AND_THERE = [((1, "cpu"), (3, "cpu")), ((2, "host-kernels"), (1, "cpu"))]
SELDOM = ("--set", "checkpoint.every_simulated_s=10")


# In a pulse, after it, and in the last phase.
@pytest.mark.parametrize(
    "time_s,every_s,before,after",
    [
        (0.16, 0.05, *HERE_AND_THERE[1]),
        (29.6, 0.08, *HERE_AND_THERE[0]),
        pytest.param(0.16, 0.05, *HERE_AND_THERE[0], marks=pytest.mark.slow),
        pytest.param(0.4, 0.1, *HERE_AND_THERE[0], marks=pytest.mark.slow),
        pytest.param(0.4, 0.1, *HERE_AND_THERE[1], marks=pytest.mark.slow),
        pytest.param(29.6, 0.08, *HERE_AND_THERE[1], marks=pytest.mark.slow),
    ],
)
def test_resume(engram, lively, tmp_path, time_s, every_s, before, after):
    output = interrupted_at(
        engram, tmp_path / "run", before[0], time_s, every_s, *LIVELY, device=before[1]
    )
    with h5py.File(checkpoints(output)[-1]) as file:
        assert {"shrinkage_P", "shrinkage_D"} < set(file["neurons"])
    result = resume(engram, output, after[0], "--device", after[1], *SELDOM)
    assert result.returncode == 0, result.stderr
    assert_equal(lively, output)


def test_resume_within_consolidation(engram, run_engram, tmp_path):
    """Of many samples, so that there is time to interrupt it."""
    settings = (*LIVELY, *SAMPLED, LEARN)
    arguments = [part for setting in settings for part in ("--set", setting)]
    whole = run_engram(RECALL_200, tmp_path / "whole", arguments=arguments)
    for number, (before, after) in enumerate(HERE_AND_THERE):
        output = tmp_path / f"run{number}"
        interrupted_at(engram, output, before[0], 15, 1, *settings, device=before[1])
        assert is_within_consolidation(checkpoints(output)[-1])
        result = resume(engram, output, after[0], "--device", after[1], *SELDOM)
        assert result.returncode == 0, result.stderr
        assert_equal(whole, output)


def test_sweep(run_engram, short, tmp_path):
    text = SHORT + "trials: 2\nsweep: {synapses.protein_pools: [C, P/D], synapses.z_max: [1, 5]}\n"
    short.write_text(text)
    output = run_engram(short, tmp_path / "ensemble")
    ensemble = Ensemble(output)
    assert [point.name for point in ensemble.points] == [
        f"synapses.protein_pools={pools}, synapses.z_max={z}"
        for pools in ("C", "P/D")
        for z in (1, 5)
    ]
    for point, pools in enumerate(["C", "C", "P/D", "P/D"]):
        for neuron in ensemble.neuron_traces(point):
            assert set(neuron.variables) == {*CURRENTS, *LATE_PHASE[pools]}
        assert ensemble.synapse_traces(point)[0].variables["h_mV"].mean[0] > 4
    result = run_tool("plot", output)
    assert result.returncode == 0, result.stderr
    assert len(list((output / "plots").glob("*traces*"))) == 4


@pytest.fixture(params=["P/D", "P/C/D"])
def pooled(request, small_recall, tmp_path):
    """The results of small_recall as if its neurons had several pools, of known values."""
    output = shutil.copytree(small_recall, tmp_path / "results")
    pools = request.param.split("/")
    with h5py.File(output / "traces.h5", "r+") as file:
        for group in file["traces/neurons"].values():
            signal = group["S_mV"][()]
            for name in ("S_mV", "p"):
                del group[name]
            group["S_P_mV"], group["S_D_mV"] = 0.75 * signal, 0.25 * signal
            for i, pool in enumerate(pools):
                group[f"p_{pool}"] = np.full(len(signal), 1.0 + i)
    return output, pools


def test_analysis(pooled, small_recall):
    output, pools = pooled
    trace, before = (Results(path).neuron_traces[0] for path in (output, small_recall))
    assert list(trace.proteins) == list(trace.signals) == pools
    assert before.S_mV.max() > 1
    assert trace.S_mV == pytest.approx(before.S_mV)
    assert trace.signals["P"] == pytest.approx(0.75 * before.S_mV)
    assert trace.signals["D"] == pytest.approx(0.25 * before.S_mV)
    if "C" in pools:
        assert trace.signals["C"] == pytest.approx(before.S_mV)
        assert (trace.p == 2).all()
    else:
        with pytest.raises(ResultsError, match="neuron 0: has no protein C, but P, D"):
            trace.p


def test_export(pooled, small_recall, tmp_path):
    output, pools = pooled
    names, table = trace_table(Results(output))
    same_names, before = trace_table(Results(small_recall))
    assert names == same_names
    column = names.index("p^C(50,0)")
    if "C" in pools:
        assert (table[:, column] == 2).all()
    else:
        assert np.isnan(table[:, column]).all()
    others = [i for i, name in enumerate(names) if not name.startswith("p^C")]
    assert table[:, others] == pytest.approx(before[:, others], nan_ok=True)
    result = run_tool("export", output, "-o", tmp_path / "text")
    assert result.returncode == 0
    assert "note: proteins D and P have no column" in result.stderr


def test_figures(pooled, tmp_path):
    output, pools = pooled
    result = run_tool(
        "plot",
        output,
        "--output",
        tmp_path / "plots",
        "--format",
        "svg",
        "--figures",
        "calcium_protein",
    )
    assert (result.returncode, result.stderr) == (0, "")
    text = (tmp_path / "plots/calcium_protein.svg").read_text()
    assert "neuron, protein" in text
    for pool in pools:
        assert f"0, {pool}<" in text and f"50, {pool}<" in text
