"""Pools of plasticity-related proteins: what is configured, recorded, swept, resumed and drawn.

What the pools do to weights is tested in C++ against the oracle.
"""

import shutil

import h5py
import numpy as np
import pytest
import yaml
from conftest import run_program
from engram_analysis import Ensemble, Results, ResultsError
from engram_analysis.arbor_text import trace_table
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
    result = run_tool("plot", output, "--output", tmp_path / "plots", "--format", "svg")
    assert (result.returncode, result.stderr) == (0, "")
    text = (tmp_path / "plots/calcium_protein.svg").read_text()
    assert "neuron, protein" in text
    for pool in pools:
        assert f"0, {pool}<" in text and f"50, {pool}<" in text
