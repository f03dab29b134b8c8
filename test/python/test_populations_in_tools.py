# SPDX-License-Identifier: Apache-2.0
"""The tools on a network of several populations of each kind; an inhibitory one comes first."""

from __future__ import annotations

import copy
import json
import math

import h5py
import matplotlib.image
import numpy as np
import pytest
import sample_files
import yaml
from engram import (
    Network,
    Results,
    ResultsError,
    Subpopulations,
    active_time_fraction,
    binned_weights,
    degree_statistics,
    degrees,
    mean_by_direction,
    rates_around_Hz,
    recall_measures,
    weight_matrix,
)
from engram.comparison import compare
from engram.figures.membrane import membrane
from engram.figures.names import plastic_note
from engram.figures.raster import bands
from engram.figures.weight_matrix import MAX_BINS, Section, _bins, _most_bins
from sample_files import CONFIG, MIXED
from tool import check_failure, run_tool

# Windows: reference [1.75, 2.25) s, recall [19.85, 20.35) s. Assembly 4, 5, 11, 12; recalled 4, 11.
REFERENCE = [(1800.0, 4), (1900.0, 11), (2000.0, 12), (2000.2, 5), (2100.0, 4), (2100.0, 0)]
RECALL = [(19900.0, 4), (20000.0, 4), (20000.0, 11), (20000.2, 12), (20100.0, 14), (20100.0, 3),
          (20100.2, 0), (20100.4, 10), (20200.0, 16), (20200.0, 16)]  # fmt: skip
OTHERS = [(5000.0, 7), (5000.0, 1)]

# Within, out of, into, elsewhere; by population ca3 -> ca3 and ca3 -> ca1; then fixed ones.
PLASTIC = [(4, 11), (4, 5), (5, 13), (5, 3), (6, 4), (8, 12), (3, 14), (7, 8)]
H = [8.0, 6.0, 5.0, 5.5, 4.5, 4.7, 4.1, 3.9]
Z = [0.8, 0.6, 0.3, 0.2, 0.1, 0.0, -0.1, -0.2]
FIXED = [(0, 3), (2, 8), (9, 11), (15, 10), (14, 8)]


@pytest.fixture
def run(tmp_path):
    snapshots = {2.0: ([4.0] * 8, [0.0] * 8), 20.0: (H, Z)}
    path = sample_files.write_run(
        tmp_path / "mixed", REFERENCE + RECALL + OTHERS, PLASTIC + FIXED, snapshots, MIXED
    )
    sample_files.write_traces(path, [0, 4, 11], [(4, 5), (4, 11)])
    return path


@pytest.fixture
def results(run):
    return Results(run)


# --- The description


def test_long_form():
    network = Network.of(MIXED)
    assert [(p.name, p.kind, p.first, p.end) for p in network.populations] == [
        ("pv", "inhibitory", 0, 3),
        ("ca3", "excitatory", 3, 9),
        ("sst_l2", "inhibitory", 9, 11),
        ("ca1", "excitatory", 11, 15),
        ("vip", "inhibitory", 15, 17),
    ]
    assert [p.name for p in network.plastic] == ["ca3_ca3", "ca3_ca1"]
    assert network.projection("vip_sst_l2").source.name == "vip"
    assert network.size == 17
    assert network.gids("excitatory").tolist() == [3, 4, 5, 6, 7, 8, 11, 12, 13, 14]
    assert network.gids("inhibitory").tolist() == [0, 1, 2, 9, 10, 15, 16]
    excitatory = network.is_excitatory(np.array([0, 3, 8, 9, 14, 15, 17]))
    assert excitatory.tolist() == [False, True, True, False, True, False, False]
    assert [network.population_of(gid).name for gid in (2, 3, 16)] == ["pv", "ca3", "vip"]
    # What a population leaves out has the value of all.
    assert network.population("ca1").neuron["V_th_mV"] == -50
    assert network.population("ca1").neuron["V_rev_mV"] == -65
    assert network.population("ca3").neuron["V_th_mV"] == -55


def test_short_form():
    network = Network.of(CONFIG)
    assert [(p.name, p.first, p.count) for p in network.populations] == [
        ("exc", 0, 6),
        ("inh", 6, 2),
    ]
    assert [(p.name, p.is_plastic) for p in network.projections] == [
        ("exc_exc", True),
        ("exc_inh", False),
        ("inh_exc", False),
        ("inh_inh", False),
    ]
    assert network.population("inh").neuron["V_th_mV"] == -55
    # What is left out is as published.
    assert [p.count for p in Network.of({}).populations] == [1600, 400]
    assert [p.count for p in Network.of({"populations": {"n_inh": 0}}).populations] == [1600, 0]


@pytest.mark.parametrize(
    "changes,text",
    [
        ({"populations": {"a": {"count": 3}}}, "populations.a: has no count and kind"),
        ({"populations": {"a": {"count": 3, "kind": "x"}}}, "populations.a.kind: is neither"),
        ({"projections": {"p": {"from": "ca3", "to": "x"}}}, "projections.p: has no population"),
    ],
)
def test_what_cannot_be_understood(changes, text):
    with pytest.raises(ResultsError, match=text):
        Network.of(MIXED | changes)


def test_names_that_do_not_exist(results):
    with pytest.raises(ResultsError, match="no population or group 'exc' .there are pv, ca3"):
        results.spikes("exc")
    with pytest.raises(ResultsError, match="no projection 'exc_exc'"):
        results.edges("exc_exc")
    with pytest.raises(ResultsError, match="no group 'exc'"):
        results.group("exc")


# --- Results


def test_spikes(results):
    assert results.spikes("ca1").node_id.tolist() == [0, 1, 0, 1, 3]
    assert results.spikes("pv", 20_000.0).time_ms.tolist() == [20100.2]
    spikes = results.all_spikes(19_900.0, 20_100.2)
    assert spikes.time_ms.tolist() == [19900.0, 20000.0, 20000.0, 20000.2, 20100.0, 20100.0]
    assert spikes.gid.tolist() == [4, 4, 11, 12, 3, 14]


def test_groups(results):
    assert results.group("sst_l2").tolist() == [9, 10]
    assert results.group("all").tolist() == list(range(17))
    assert results.assembly.tolist() == [4, 5, 11, 12]
    assert {name: gids.tolist() for name, gids in Subpopulations.of(results).by_name().items()} == {
        "exc": [3, 4, 5, 6, 7, 8, 11, 12, 13, 14],
        "as": [4, 11],
        "ans": [5, 12],
        "ctrl": [3, 6, 7, 8, 13, 14],
        "inh": [0, 1, 2, 9, 10, 15, 16],
    }


def test_a_stimulus_of_inhibitory_neurons_alone_is_no_memory(tmp_path):
    config = copy.deepcopy(MIXED)
    config["stimuli"]["learn"]["group"] = "pv"
    config["stimuli"]["early"] = MIXED["stimuli"]["learn"] | {"start_s": 3.0, "group": "ca1"}
    results = Results(sample_files.write_run(tmp_path / "run", config=config))
    assert results.assembly.tolist() == [11, 12, 13, 14]


def test_rates_and_recall(results):
    rates = rates_around_Hz(results, 20.1)
    assert rates.tolist() == [2, 0, 0, 2, 4, 0, 0, 0, 0, 0, 2, 2, 2, 0, 2, 0, 4]
    values = recall_measures(results).values
    expected = {"nu_as": 3, "nu_ans": 1, "nu_ctrl": 4 / 6, "nu_inh": 8 / 7, "nu_exc": 12 / 10}
    expected |= {"nu_as_ref": 3, "nu_ans_ref": 2, "nu_ctrl_ref": 0, "nu_inh_ref": 2 / 7}
    expected |= {"Q": (1 - 4 / 6) / 3, "rate_exc": 12 / 10 / 25.1, "rate_inh": 6 / 7 / 25.1}
    for name, value in expected.items():
        assert values[name] == pytest.approx(value), name
    # Of the ten excitatory neurons: reference 4 2 2 2 and six 0.
    share = np.array([1, 3, 6]) / 10
    assert values["selfMI"] == pytest.approx(-(share * np.log2(share)).sum())
    assert active_time_fraction(
        results, np.array([0, 4, 14]), 20.0, 20.2, bin_s=0.1, min_spikes=2
    ) == pytest.approx(1 / 2)


def test_snapshots(results):
    snapshot = results.snapshot(20.0)
    # By projection in the order of the file, then by edge.
    order = [1, 3, 4, 7, 0, 2, 5, 6]
    assert list(zip(snapshot.pre.tolist(), snapshot.post.tolist())) == [PLASTIC[i] for i in order]
    assert snapshot.h_mV.tolist() == [H[i] for i in order]
    assert snapshot.z.tolist() == [Z[i] for i in order]
    blocks = list(results.edge_blocks([20.0], size=3))
    assert [(block.first_edge, len(block.source)) for block in blocks] == [
        (0, 3),
        (3, 1),
        (4, 3),
        (7, 1),
    ]
    for name, values in (("source", snapshot.pre), ("target", snapshot.post)):
        assert np.array_equal(np.concatenate([getattr(b, name) for b in blocks]), values)
    assert np.concatenate([b.z[20.0] for b in blocks]).tolist() == snapshot.z.tolist()


def test_weights(results):
    _, means = mean_by_direction(results)
    assert means.count == {"within": 2, "out": 2, "into": 2, "elsewhere": 2}
    assert means.h_mV == pytest.approx({"within": 7, "out": 5.25, "into": 4.6, "elsewhere": 4})
    matrix = weight_matrix(results, 20.0, "w_mV")
    assert matrix.shape == (10, 10) and np.isfinite(matrix).sum() == 8
    assert matrix[1, 6] == pytest.approx(8 + 4 * 0.8)  # 4 -> 11
    bins = np.zeros(17, dtype=int)
    bins[11:15] = 1
    binned = binned_weights(results, 20.0, "h_mV", bins, 2)
    assert binned[0].tolist() == pytest.approx([19.9 / 4, 21.8 / 4])
    assert np.isnan(binned[1]).all()


def test_degrees(results):
    out, into = degrees(results, "vip_sst_l2")
    assert (out.tolist(), into.tolist()) == ([1, 0], [0, 1])
    assert list(degree_statistics(results)) == [
        "ca3_ca3", "ca1_ca3", "ca3_ca1", "pv_ca3", "sst_l2_ca1", "vip_sst_l2",
    ]  # fmt: skip


def test_a_node_that_the_population_lacks(run):
    with h5py.File(run / "network.h5", "a") as file:
        file["edges/ca3_ca1/target_node_id"][0] = 4
    with pytest.raises(ResultsError, match="names node 4, but ca1 has 4 neurons"):
        Results(run).snapshot(20.0).post


def test_the_long_form_of_the_published_network_equals_the_short_one(tmp_path):
    """Of files with the same content every measure is the same."""
    long = copy.deepcopy(CONFIG)
    long["populations"] = {
        "exc": {"count": 6, "kind": "excitatory"},
        "inh": {"count": 2, "kind": "inhibitory"},
    }
    long["projections"] = {
        f"{pre}-{post}": {"from": pre, "to": post, "plastic": pre == post == "exc"}
        for pre in ("exc", "inh")
        for post in ("exc", "inh")
    }
    spikes = [(1900.0, 0), (2000.0, 7), (20000.0, 1), (20000.0, 3)]
    snapshots = {20.0: ([5.0, 6.0], [0.1, 0.2])}
    tables = []
    for name, config in (("short", CONFIG), ("long", long)):
        path = tmp_path / name / "run"
        sample_files.write_run(path, spikes, [(0, 1), (2, 5), (0, 6)], snapshots, config)
        sample_files.write_traces(path, [0], [])
        tables.append(run_tool("recall", path).stdout)
    assert tables[0] == tables[1] != ""
    assert not compare(tmp_path / "short/run", tmp_path / "long/run")


# --- Figures


def test_bands_follow_the_file(results):
    assert [(band.name, band.gids.tolist()) for band in bands(results)] == [
        ("pv", [0, 1, 2]),
        ("recalled\nin ca3", [4]),
        ("assembly,\nnot recalled\nin ca3", [5]),
        ("other\nca3", [3, 6, 7, 8]),
        ("sst_l2", [9, 10]),
        ("recalled\nin ca1", [11]),
        ("assembly,\nnot recalled\nin ca1", [12]),
        ("other\nca1", [13, 14]),
        ("vip", [15, 16]),
    ]


def test_bands_of_two_named_populations(tmp_path):
    results = Results(sample_files.write_run(tmp_path / "run", config=renamed()))
    names = [band.name for band in bands(results)]
    assert names == ["recalled", "assembly,\nnot recalled", "other\npyramidal", "basket"]


def test_titles_name_a_few_projections():
    populations = {f"p{i}": {"count": 1, "kind": "excitatory"} for i in range(3)}
    pairs = {f"{i}{j}": {"from": f"p{i}", "to": f"p{j}", "plastic": True}
             for i in range(3) for j in range(3)}  # fmt: skip
    network = Network.of({"populations": populations, "projections": pairs})
    text = "p0 → p0, p0 → p1, p0 → p2, p1 → p0 and 5 more"
    assert plastic_note(network) == f" (plastic synapses {text})"
    assert plastic_note(Network.of(CONFIG)) == ""


@pytest.mark.parametrize("sizes", [[4, 6], [200, 1400], [5000, 1], [10, 100_000, 3, 3000],
                                   [7] * 300])  # fmt: skip
def test_bins_of_a_weight_matrix(sizes):
    """All neurons have a bin, all bins have neurons, and none belongs to two sections."""
    ends = np.cumsum(sizes)
    sections = [
        Section(str(i), np.arange(end - size, end), 0.2 if i == 0 else 0.05)
        for i, (size, end) in enumerate(zip(sizes, ends))
    ]
    bin_of_neuron, bin_ends = _bins(ends[-1], sections)
    assert np.array_equal(np.unique(bin_of_neuron), np.arange(bin_ends[-1]))
    assert (np.diff(bin_ends, prepend=0) > 0).all()
    for section, begin, end in zip(sections, [0, *bin_ends], bin_ends):
        assert begin <= bin_of_neuron[section.gids].min()
        assert bin_of_neuron[section.gids].max() < end
    assert sum(_most_bins(sections)) == max(MAX_BINS, 2 * len(sizes))


def test_figures(run, tmp_path):
    result = run_tool("plot", run, "-o", tmp_path / "plots")
    assert (result.returncode, result.stderr) == (0, "")
    left_out = [line for line in result.stdout.splitlines() if "left out" in line]
    assert [line.split(":")[0] for line in left_out] == ["protein_along.png"]  # nothing diffuses
    files = list((tmp_path / "plots").iterdir())
    assert len(files) == 7
    for path in files:
        assert matplotlib.image.imread(path)[..., :3].std() > 0.02  # more than an empty page


def test_figures_name_populations(run, tmp_path):
    result = run_tool("plot", run, "-o", tmp_path / "plots", "--format", "svg")
    assert result.returncode == 0, result.stderr
    words = {
        "raster": ["sst_l2 (2)", "not recalled"],
        "membrane": ["neuron 0 (pv)", "neuron 11 (ca1)"],
        "weights": ["4 → 11 (ca3 → ca1)"],
        "calcium_protein": ["11 (ca1)", "4 → 5 (ca3 → ca3)"],
        "snapshots": ["plastic synapses ca3 → ca3, ca3 → ca1"],
        "weight_matrix": ["presynaptic neuron", "plastic synapses ca3 → ca3, ca3 → ca1"],
    }
    for figure, texts in words.items():
        drawn = (tmp_path / "plots" / f"{figure}.svg").read_text()
        for text in texts:
            assert text in drawn, (figure, text)
    # Inhibitory neurons have no proteins.
    assert "0 (pv)" not in (tmp_path / "plots/calcium_protein.svg").read_text()


def test_thresholds_are_those_of_the_population(results):
    lines = [line for axes in membrane(results).axes for line in axes.lines]
    levels = [line.get_ydata()[0] for line in lines if set(line.get_ydata()) <= {-50.0, -55.0}]
    assert sorted(levels) == [-55.0, -55.0, -50.0]


# --- Programs


def test_recall(run):
    result = run_tool("recall", run, "--format", "json")
    assert (result.returncode, result.stderr) == (0, "")
    (job,) = json.loads(result.stdout)
    assert job["assembly"] == 4
    assert job["measures"]["nu_inh"]["mean"] == pytest.approx(8 / 7)
    assert job["measures"]["z_within@t_20s"]["mean"] == pytest.approx(0.7)


def test_compare(run, tmp_path):
    other = tmp_path / "other"
    spikes = [spike for spike in REFERENCE + RECALL + OTHERS if spike != (20100.4, 10)]
    snapshots = {2.0: ([4.0] * 8, [0.0] * 8), 20.0: ([8.5, *H[1:]], Z)}
    config = copy.deepcopy(MIXED)
    config["populations"]["ca1"]["neuron"]["V_th_mV"] = -51.0
    sample_files.write_run(other, spikes, PLASTIC + FIXED, snapshots, config)
    sample_files.write_traces(other, [0, 4, 11], [(4, 5), (4, 11)])
    assert run_tool("compare", run, run).stdout == "equal\n"
    result = run_tool("compare", run, other)
    assert result.returncode == 1
    assert "configurations differ in populations.ca1.neuron.V_th_mV\n" in result.stdout
    assert "first differ at 20100.4 ms: neuron 10 fires only in" in result.stdout
    assert "/edges/ca3_ca1/snapshots/t_20s/h_mV: 1 of 4 values differ" in result.stdout
    assert "/spikes/sst_l2/timestamps: has 1 values in one, 0 in the other" in result.stdout


def test_export_is_refused(run, tmp_path):
    result = run_tool("export", run, "-o", tmp_path / "text")
    check_failure(result, 3, "has the populations pv (inhibitory), ca3 (excitatory), ")
    assert "published text files are for one excitatory population" in result.stderr
    assert not (tmp_path / "text").exists()


def renamed(**changes):
    """The published kind of network in the long form, with names of its own."""
    return (
        CONFIG
        | {
            "populations": {
                "pyramidal": {"count": 6, "kind": "excitatory"},
                "basket": {"count": 2, "kind": "inhibitory", "neuron": {"R_leak_MOhm": 5.0}},
            },
            "projections": {
                "ee": {"from": "pyramidal", "to": "pyramidal", "plastic": True},
                "ei": {"from": "pyramidal", "to": "basket", "weight_h_0": 2},
                "ie": {"from": "basket", "to": "pyramidal", "weight_h_0": -4},
            },
            "record": {"neurons": [0, 7], "synapses": [[1, 0]]},
        }
        | changes
    )


def test_export_of_the_published_kind(tmp_path):
    run = sample_files.write_run(
        tmp_path / "run", [(1.0, 7), (2.0, 0)], [(1, 0), (0, 7), (6, 2)], config=renamed()
    )
    sample_files.write_traces(run, [0, 7], [(1, 0)])
    result = run_tool("export", run, "-o", tmp_path / "text")
    assert result.returncode == 0, result.stderr
    assert result.stderr.count("\n") == 1 and "neurons of inhibitory pop" in result.stderr
    populations = json.loads((tmp_path / "text/config.json").read_text())["populations"]
    assert (populations["N_exc"], populations["N_inh"], populations["N_CA"]) == (6, 2, 4)
    assert (tmp_path / "text/spikes.txt").read_text() == "1.0000 7\n2.0000 0\n"
    matrix = np.loadtxt(tmp_path / "text/connections.txt")
    assert matrix.shape == (8, 8)
    assert np.argwhere(matrix).tolist() == [[0, 7], [1, 0], [6, 2]]
    with (tmp_path / "text/traces.txt").open() as file:
        names = file.readline().removeprefix("# ").split(", ")
    row = np.loadtxt(tmp_path / "text/traces.txt")[0]
    # At the beginning V is -60 mV, 5 mV above rest; the total current is 1 + gid.
    assert row[names.index("I(0)")] == pytest.approx(1 - 5 / 10)
    assert row[names.index("I(7)")] == pytest.approx(8 - 5 / 5)


def test_export_without_plastic_synapses_is_refused(tmp_path):
    config = copy.deepcopy(renamed())
    config["projections"]["ee"] = {"from": "pyramidal", "to": "pyramidal", "weight_h_0": 1}
    run = sample_files.write_run(tmp_path / "run", config=config)
    check_failure(run_tool("export", run), 3, "has no plastic synapses within pyramidal")


def test_watch(run):
    assert run_tool("watch", run, "--once").stdout.startswith("complete  100.0 %")
    state = {"state": "running", "rate_ca3_Hz": 0.5, "rate_sst_l2_Hz": 2.25, "fraction": 0.5}
    (run / "progress.json").write_text(json.dumps(state))
    assert "ca3 0.5 Hz, sst_l2 2.25 Hz" in run_tool("watch", run, "--once").stdout


def test_ensemble(tmp_path):
    """Points know the size of an assembly in any population, and name what was recorded."""
    path = sample_files.write_ensemble(tmp_path / "ensemble")
    config = yaml.safe_load((path / "config.yaml").read_text())
    populations = copy.deepcopy(MIXED["populations"])
    for population in populations.values():
        population["count"] *= 100
    groups = {"assembly": {"first": 300, "count": 100}, "recalled": {"first": 300, "count": 50}}
    config |= {"populations": populations, "projections": MIXED["projections"], "groups": groups}
    (path / "config.yaml").write_text(yaml.safe_dump(config, sort_keys=False))
    result = run_tool("recall", path)
    assert (result.returncode, result.stderr) == (0, "")
    assert "(assembly of 150, recall after 8 h, 4 trials)" in result.stdout
    result = run_tool("plot", path, "--format", "svg")
    assert (result.returncode, result.stderr) == (0, "")
    assert (
        "6 (pv)" in (path / "plots/traces_000_count=100_start_s=20_duration_s=30.svg").read_text()
    )


def test_measures_without_inhibitory_neurons(tmp_path):
    config = MIXED | {
        "populations": {n: {"count": 10, "kind": "excitatory"} for n in ("a", "b")},
        "projections": {"ab": {"from": "a", "to": "b", "plastic": True}},
    }
    run = sample_files.write_run(tmp_path / "run", REFERENCE, [(0, 10)], config=config)
    values = recall_measures(Results(run)).values
    assert math.isnan(values["nu_inh"]) and math.isnan(values["rate_inh"])
    assert run_tool("plot", run, "--figures", "raster").returncode == 0
