# SPDX-License-Identifier: Apache-2.0
"""tools/engram-export: text files like those of the published Arbor program, against its own.

Tolerances of values are explained in test_reference.py.
"""

import numpy as np
import pytest
import sample_files
from conftest import ROOT
from engram import Results
from engram.arbor_text import samples, trace_table
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


def test_errors(tmp_path):
    check_failure(run_tool("export"), 2, "RESULTS_DIR")
    check_failure(run_tool("export", tmp_path), 3, "no output directory of 'engram run'")
    ensemble = sample_files.write_ensemble(tmp_path / "e")
    check_failure(run_tool("export", ensemble), 3, "holds an ensemble, not one run; name")
    assert "Ensemble" not in run_tool("export", ensemble).stderr
