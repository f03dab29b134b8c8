# SPDX-License-Identifier: Apache-2.0
"""tools/engram-export: text files like those of the published Arbor program, against its own.

Tolerances of values are explained in test_reference.py.
"""

import json
import re

import numpy as np
import pytest
import sample_files
from conftest import ROOT
from engram import Ensemble, Results
from engram.arbor_text import samples, trace_table
from published_json import BACKGROUND, TRIPLET, basic_early, smallnet3, write
from tool import check_failure, run_tool

REFERENCE = ROOT / "test/data/reference"
CONFIGS = ROOT / "configs"


class Reference:
    def __init__(self, name):
        with np.load(REFERENCE / f"{name}.npz") as archive:
            self.traces, self.spikes = archive["traces"], archive["spikes"]
            self.columns = list(archive["columns"])


class Exported:
    """The three files, read as scripts for the published ones read them."""

    def __init__(self, directory):
        with (directory / "traces.txt").open() as file:
            self.header = file.readline().rstrip("\n")
        self.traces = np.loadtxt(directory / "traces.txt")
        self.spikes = np.loadtxt(directory / "spikes.txt").reshape(-1, 2)
        self.connections = np.loadtxt(directory / "connections.txt")

    @property
    def columns(self):
        return self.header.removeprefix("# ").removesuffix(", ").split(", ")


@pytest.fixture
def export(run_engram, tmp_path):
    def run(config, settings=(), arguments=()):
        words = [word for setting in settings for word in ("--set", setting)]
        results = run_engram(config, tmp_path / "results", arguments=words)
        result = run_tool("export", results, "--output", tmp_path / "text", *arguments)
        assert (result.returncode, result.stderr) == (0, "")
        return Exported(tmp_path / "text")

    return run


def test_forced_spikes(export):
    reference = Reference("smallnet2_basic_early_det")
    exported = export(
        CONFIGS / "basic_early_det.yaml", ["record.neurons=[1]"], ["--current", "stimulation"]
    )
    assert exported.header == "# " + "".join(f"{name}, " for name in reference.columns)
    assert exported.traces.shape == reference.traces.shape
    assert exported.spikes.shape == reference.spikes.shape
    assert exported.spikes[:, 1].tolist() == reference.spikes[:, 1].tolist()
    assert exported.spikes[:, 0] == pytest.approx(reference.spikes[:, 0], abs=0.1001)
    time_ms = reference.traces[:, 0]
    column = dict(zip(reference.columns, reference.traces.T))
    ours = {name: np.interp(time_ms, exported.traces[:, 0], values)
            for name, values in zip(exported.columns, exported.traces.T)}  # fmt: skip
    assert np.max(np.abs(ours["h(0,1)"] / column["h(0,1)"] - 1)) < 1e-3
    assert np.max(np.abs(ours["V(1)"] - column["V(1)"])) < 0.05
    # A jump falls 0.2 ms earlier or later on the grid of the published program.
    assert np.median(np.abs(ours["Ca(0,1)"] - column["Ca(0,1)"])) < 0.2 / 48.8 * 3.82
    # The sum is that of the last decision, up to 15 ms ago, or of the last spike that arrived.
    assert np.median(np.abs(ours["spsV(0,1)"] - column["spsV(0,1)"])) < 0.004
    for name in ("I(1)", "z(0,1)", "p^C(0,1)"):
        assert not column[name].any() and not ours[name].any()


def test_maximal_activity(export, tmp_path):
    """Five neurons, blocks with and without synapses, the whole membrane current."""
    config = tmp_path / "smallnet3.yaml"
    text = (CONFIGS / "smallnet2_max_activity.yaml").read_text().replace("n_inh: 0", "n_inh: 1")
    text = text.replace("connections_smallnet2", str(CONFIGS / "connections_smallnet3"))
    config.write_text(text.replace("neurons: [0, 1, 2, 3]", "neurons: all"))
    reference = Reference("smallnet3_det_dt0.002")
    exported = export(config, ["simulation.dt_ms=0.002", "record.every_steps=250"])
    assert exported.columns == reference.columns
    assert exported.traces.shape == reference.traces.shape
    assert np.array_equal(exported.traces[:, 0], reference.traces[:, 0])
    matrix = np.loadtxt(CONFIGS / "connections_smallnet3.txt")
    assert np.array_equal(exported.connections, matrix)
    # Before the first spike of a driven neuron, at 39 ms; later spikes drift apart. Ours of the sum
    # is as of the last decision, up to 0.375 ms ago, and h changes by up to 24 mV/s.
    bounds = {"V": 0.04, "I": 0.02, "h": 3e-4, "z": 0, "Ca": 0.01, "spsV": 9e-3, "p^C": 1e-4}
    for name, ours, theirs in zip(
        exported.columns[1:], exported.traces.T[1:], reference.traces.T[1:]
    ):
        if name == "I(0)":
            continue  # the driven neuron: the reset of the published one is a conductance
        assert np.max(np.abs(ours - theirs)[:70]) <= bounds[name.split("(")[0]], name
    counts = [np.bincount(spikes[:, 1].astype(int), minlength=5) for spikes in
              (exported.spikes, reference.spikes)]  # fmt: skip
    assert counts[0] == pytest.approx(counts[1], rel=0.01, abs=2)


def test_recall(export):
    reference = Reference("smallnet3_8h-recall")
    exported = export(CONFIGS / "smallnet3_8h_recall.yaml")
    assert exported.columns == reference.columns
    assert (np.diff(exported.spikes[:, 0]) >= 0).all()
    row, theirs = (np.searchsorted(t[:, 0], 28810e3) for t in (exported.traces, reference.traces))
    for name in ("h(0,1)", "z(0,1)", "z(0,2)", "h(3,2)", "spsV(0,1)", "p^C(0,1)"):
        i = exported.columns.index(name)
        ours = exported.traces[row, i]
        assert ours == pytest.approx(reference.traces[theirs, i], rel=0.02, abs=2e-4), name


def test_order_of_columns(small_recall, tmp_path):
    """Blocks follow the configuration; a synapse onto a neuron that was not recorded comes last."""
    results = Results(small_recall)
    assert [(s.gid, s.pre) for s in samples(results)] == [(0, 50), (50, -1), (90, -1), (4, 0)]
    names, table = trace_table(results)
    assert len(names) == table.shape[1] == 1 + 4 * 7
    trace = results.synapse_traces[1]
    assert (trace.pre, trace.post) == (50, 0)
    assert np.array_equal(table[:, names.index("h(50,0)")], trace.h_mV)
    assert np.array_equal(table[:, names.index("z(50,0)")], 4.20075 * trace.z)
    assert np.isnan(table[:, names.index("V(4)")]).all()
    result = run_tool("export", small_recall, "-o", tmp_path)
    assert result.returncode == 0
    assert "neurons 4 were not recorded" in result.stderr


def test_files_and_prefix(small_recall, tmp_path):
    result = run_tool("export", small_recall, "-o", tmp_path, "--files", "spikes", "--prefix", "x_")
    assert result.returncode == 0, result.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["x_spikes.txt"]
    line = (tmp_path / "x_spikes.txt").read_text().splitlines()[0]
    time, gid = line.split(" ")
    assert len(time.split(".")[1]) == 4 and gid.isdigit()


@pytest.mark.parametrize("tool", ["export", "report", "recall"])
def test_nothing_of_others_is_replaced(small_recall, tmp_path, tool):
    mine = tmp_path / "spikes.txt"
    mine.write_text("mine")
    arguments = [small_recall, "-o", tmp_path if tool == "export" else mine]
    check_failure(run_tool(tool, *arguments), 3, f"{mine}: exists already")
    assert mine.read_text() == "mine" and list(tmp_path.iterdir()) == [mine]
    assert run_tool(tool, *arguments, "--force").returncode == 0
    assert mine.read_text() != "mine"


def test_errors(tmp_path):
    check_failure(run_tool("export"), 2, "RESULTS_DIR")
    check_failure(run_tool("export", tmp_path), 3, "no output directory of 'engram run'")
    ensemble = sample_files.write_ensemble(tmp_path / "e")
    failed = run_tool("export", ensemble, "--files", "traces")
    check_failure(failed, 3, "holds an ensemble, not one run; name")


# --- The list of samples of an imported configuration


@pytest.fixture(scope="module")
def imported(run_engram, tmp_path_factory):
    """Samples with a synapse that does not exist, one onto an inhibitory neuron, and one twice."""
    directory = tmp_path_factory.mktemp("imported")
    config = smallnet3()
    config["simulation"] |= {
        "runtime": 12,
        "output_period": 100,
        "learn_protocol": TRIPLET | {"time_start": 1},
        "bg_protocol": BACKGROUND,
        "sample_gid_list": [2, 1, 4, 2, 0, 3, 2],
        "sample_pre_list": [3, 2, 2, -1, 0, 0, 3],
    }
    path = write(directory / "config.json", config)
    snapshots = ["--set", "record.snapshots_s=[7.1]"]
    return path, run_engram(path, directory / "results", arguments=snapshots)


def test_blocks_are_those_of_the_published_list(imported):
    config, directory = json.loads(imported[0].read_text())["simulation"], imported[1]
    results = Results(directory)
    names, table = trace_table(results)
    column = {name: table[:, i] for i, name in enumerate(names)}
    expected = ["Time"]
    for post, pre in zip(config["sample_gid_list"], config["sample_pre_list"]):
        expected += [f"V({post})", f"I({post})"]
        expected += [f"{name}({pre},{post})" for name in ("h", "z", "Ca", "spsV", "p^C")]
    assert names == expected
    assert np.array_equal(table[:, 1:8], table[:, 43:50])  # 3 -> 2 is listed twice
    assert column["h(3,2)"].min() > 0
    signal = {trace.gid: trace.S_mV for trace in results.neuron_traces}
    # 2 -> 1 and 0 -> 0 do not exist, 2 -> 4 ends at an inhibitory neuron.
    for pre, post in ((2, 1), (2, 4), (0, 0)):
        for name in ("h", "z", "Ca"):
            assert not column[f"{name}({pre},{post})"].any()
        assert np.array_equal(column[f"spsV({pre},{post})"], signal[post])
    assert signal[1].any() and not column["spsV(-1,2)"].any()


def test_what_exists_and_was_not_recorded_is_unknown(run_engram, imported, tmp_path):
    settings = ["record.neurons=[3]", "record.export_blocks=[[2, 3], [1, 3]]"]
    words = [word for setting in settings for word in ("--set", setting)]
    results = Results(run_engram(imported[0], tmp_path / "results", arguments=words))
    names, table = trace_table(results)
    assert np.isnan(table[:, names.index("h(2,3)")]).all()
    assert not table[:, names.index("h(1,3)")].any()
    assert (table[:, 1] <= -55).all()


def test_configuration_comes_back(engram, run_engram, imported, tmp_path):
    """Exported and imported again it gives the same run."""
    source, directory = imported
    result = run_tool("export", directory, "-o", tmp_path, "--prefix", "a_")
    assert result.returncode == 0 and result.stderr == "", result.stderr
    exported = json.loads((tmp_path / "a_config.json").read_text())
    original = json.loads(source.read_text())
    for section in ("neuron", "synapses"):
        assert exported[section] == original[section]
    assert exported["populations"] == original["populations"] | {"conn_file": "a_connections.txt"}
    again = run_engram(tmp_path / "a_config.json", tmp_path / "results")
    assert_equal_spikes(directory, again)
    log = (tmp_path / "a_log.txt").read_text()
    assert "\nSchedule: learn - consolidate\n" in log
    assert "\nLearning protocol: TRIPLET (OU), 25 input neurons at 100 Hz, starting at 1 s\n" in log
    spikes = len(Results(directory).all_spikes().time_ms)
    assert f"\nSpikes in phase #1: {spikes}\nSpikes in phase #2: 0\n" in log
    counts = re.findall(r"Datapoints in phase #\d: (\d+)", log)
    assert sum(map(int, counts)) == len(Results(directory).trace_time_s)


def assert_equal_spikes(a, b):
    ours, theirs = Results(a).all_spikes(), Results(b).all_spikes()
    assert len(ours.gid) > 20
    assert np.array_equal(ours.time_ms, theirs.time_ms) and np.array_equal(ours.gid, theirs.gid)


def test_states_between_phases(imported, tmp_path):
    results = Results(imported[1])
    result = run_tool("export", results.path, "-o", tmp_path, "--files", "state")
    assert result.returncode == 0 and result.stderr == "", result.stderr
    state = {p.stem: np.loadtxt(p) for p in (tmp_path / "state_after_phase_1").iterdir()}
    assert state["h_synapses"].shape == state["z_synapses"].shape == (4, 4)
    snapshot, (pre, post) = results.snapshot(7.1), results.edges("exc_exc")
    expected = np.zeros((4, 4))
    expected[pre, post] = snapshot.h_mV
    assert np.max(np.abs(state["h_synapses"] - expected)) <= 5e-5 + 1e-12
    expected[pre, post] = snapshot.z
    assert np.max(np.abs(state["z_synapses"] - expected)) <= 5e-5 + 1e-12
    protein = results.proteins(7.1)["exc"]["p"]
    assert protein.any() and np.allclose(state["p_compartments"], protein, atol=5.1e-5)


def test_states_without_snapshots_are_told(small_recall, tmp_path):
    result = run_tool("export", small_recall, "-o", tmp_path, "--files", "state")
    assert result.returncode == 0
    assert "--set 'record.snapshots_s=[7.1, 85, 95.1]'" in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_what_has_no_place_is_told(run_engram, tmp_path):
    (tmp_path / "x.yaml").write_text(
        "simulation: {duration_s: 0.1}\npopulations: {n_exc: 6, n_inh: 2}\n"
        "groups: {some: {ids: [2, 3]}}\n"
        "stimuli: {a: {scheme: ONEPULSE, group: some, start_s: 0, n_inputs: 1, rate_Hz: 1},\n"
        "  b: {scheme: ONEPULSE, group: some, start_s: 0.05, n_inputs: 1, rate_Hz: 1}}\n"
        "synapses: {z_max: 2}\nplasticity_off: {x: {start_s: 0.01}}\n"
        "record: {neurons: [0]}\n"
    )
    output = run_engram(tmp_path / "x.yaml", tmp_path / "results")
    result = run_tool("export", output, "-o", tmp_path / "text", "--files", "config")
    assert result.returncode == 0
    for part in ("plasticity_off", "synapses.z_max", "stimuli.b", "which neurons are assembly"):
        assert part in result.stderr


@pytest.mark.parametrize("kept", ["all", "none"])
def test_traces_averaged_over_batches(run_engram, tmp_path, kept):
    config = write(tmp_path / "early.json", basic_early())
    settings = {"trials": 6, "trial_results": kept, "record.every_steps": 10}
    settings |= {"trials_per_batch": 3} if kept == "all" else {}
    words = [word for key, value in settings.items() for word in ("--set", f"{key}={value}")]
    output = run_engram(config, tmp_path / "results", arguments=words)
    result = run_tool("export", output, "-o", tmp_path / "text")
    assert result.returncode == 0 and result.stderr == "", result.stderr
    batches = sorted((tmp_path / "text/averaged_traces").iterdir())
    assert [path.name for path in batches] == (["1.txt", "2.txt"] if kept == "all" else ["1.txt"])
    tables = [np.loadtxt(path) for path in batches]
    ensemble = Ensemble(output)
    synapse = ensemble.synapse_traces(0)[0].variables
    mean = np.mean([table[:, 3] for table in tables], axis=0)
    np.testing.assert_allclose(mean, synapse["h_mV"].mean, rtol=1e-8)
    if kept == "none":
        np.testing.assert_allclose(tables[0][:, 4], synapse["h_mV"].sd, rtol=1e-7, atol=1e-9)
        failed = run_tool("export", output, "-o", tmp_path / "other", "--block", "1")
        check_failure(failed, 3, "trial_results: all")
        return
    trials = [trace_table(ensemble.trial(0, k))[1] for k in range(3)]
    for ours, theirs in ((1, 1), (3, 3), (5, 4), (7, 5), (9, 7)):
        values = np.array([table[:, theirs] for table in trials])
        np.testing.assert_allclose(tables[0][:, ours], values.mean(axis=0), rtol=1e-8)
        np.testing.assert_allclose(
            tables[0][:, ours + 1], values.std(axis=0, ddof=1), rtol=1e-7, atol=1e-9
        )
    meta = np.loadtxt(tmp_path / "text/meta_mean_averaged_traces.txt")
    np.testing.assert_allclose(meta[:, 3], mean, rtol=1e-8)
    spread = np.std([table[:, 3] for table in tables], axis=0, ddof=1)
    np.testing.assert_allclose(meta[:, 4], spread, rtol=1e-6, atol=1e-9)
    assert (tmp_path / "text/meta_stdev_averaged_traces.txt").is_file()


def test_averages_of_a_sweep_over_files(run_engram, tmp_path):
    """Names of points have slashes then."""
    for name in ("a", "b"):
        matrix = np.zeros((6, 6), int)
        matrix[0, 1] = name == "a"
        np.savetxt(tmp_path / f"{name}.txt", matrix, fmt="%d")
    (tmp_path / "x.yaml").write_text(
        "simulation: {duration_s: 0.1}\npopulations: {n_exc: 4, n_inh: 2}\nrecord: {neurons: [0]}\n"
        "trials: 2\nsweep: {connectivity.file: [a.txt, b.txt]}\n"
    )
    output = run_engram(tmp_path / "x.yaml", tmp_path / "results")
    result = run_tool("export", output, "-o", tmp_path / "text")
    assert result.returncode == 0, result.stderr
    assert len(list((tmp_path / "text").glob("*/averaged_traces/1.txt"))) == 2
