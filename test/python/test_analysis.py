# SPDX-License-Identifier: Apache-2.0
"""Measures of engram on data made by hand, with answers worked out by hand."""

import copy
import math

import h5py
import numpy as np
import pytest
import sample_files
from engram import (
    Results,
    ResultsError,
    Subpopulations,
    active_time_fraction,
    binned_weights,
    degree_statistics,
    degrees,
    entropy_bits,
    firing_rates_Hz,
    mean_by_direction,
    mutual_information_bits,
    pattern_completion,
    rates_around_Hz,
    recall_measures,
    weight_matrix,
)
from engram.schedule import phases_of

# --- Information


def test_entropy():
    assert entropy_bits(np.array([3.0, 3.0, 3.0])) == 0
    assert entropy_bits(np.array([1, 2, 3, 4])) == pytest.approx(2)
    assert entropy_bits(np.array([0, 0, 0, 8])) == pytest.approx(2 - 0.75 * math.log2(3))
    assert entropy_bits(np.array([])) == 0


def test_mutual_information():
    first = np.array([0, 0, 1, 1])
    assert mutual_information_bits(first, first) == pytest.approx(1)
    assert mutual_information_bits(first, np.array([5, 7, 5, 7])) == pytest.approx(0)
    # H = 1, H = 0.8113, joint: (0,0) twice, (1,0), (1,1): 1.5
    assert mutual_information_bits(first, np.array([0, 0, 0, 1])) == pytest.approx(
        0.311278, abs=1e-6
    )
    with pytest.raises(ValueError, match="4 and 3 outcomes"):
        mutual_information_bits(first, first[:3])


# --- Pattern completion


def test_pattern_completion():
    quality = pattern_completion(90.0, 11.0, 8.0, errors=(9.0, 3.0, 4.0))
    assert quality.value == pytest.approx(3 / 90)
    # sqrt((3/90)^2 + (4/90)^2 + (9 * 3 / 90^2)^2)
    assert quality.error == pytest.approx(math.sqrt(25 / 8100 + (27 / 8100) ** 2))
    assert math.isnan(pattern_completion(0.0, 1.0, 1.0).value)
    assert math.isnan(pattern_completion(math.nan, 1.0, 1.0).error)
    assert math.isnan(pattern_completion(90.0, math.nan, 8.0).value)


# --- Rates and subpopulations


@pytest.fixture
def recall_run(tmp_path):
    """Windows: reference [1.75, 2.25) s, recall [19.85, 20.35) s; as 0, 1; ans 2, 3; ctrl 4, 5."""
    reference = [(1750.0, 0), (2000.0, 0), (2000.0, 1), (2249.8, 1), (2100.0, 2), (2100.2, 3)]
    outside = [(1749.8, 0), (2250.0, 0), (19849.8, 1), (20350.0, 1), (20350.0, 4)]
    recall = [(19850.0, 0), (20000.0, 0), (20349.8, 0), (20000.0, 1), (20000.2, 2), (20100.0, 3)]
    recall += [(20100.0, 4), (20200.0, 6), (20200.0, 7), (20200.2, 7)]
    return Results(sample_files.write_run(tmp_path / "run", reference + outside + recall))


def test_windows_are_half_open(recall_run):
    assert rates_around_Hz(recall_run, 2.0).tolist() == [4, 4, 2, 2, 0, 0, 0, 0]
    assert rates_around_Hz(recall_run, 20.1).tolist() == [6, 2, 2, 2, 2, 0, 2, 4]
    assert firing_rates_Hz(recall_run, 0, 25)[:2] == pytest.approx([7 / 25, 5 / 25])
    with pytest.raises(ValueError, match="empty"):
        firing_rates_Hz(recall_run, 2, 2)


def test_spikes_of_a_window(recall_run):
    spikes = recall_run.spikes("exc", 2000.0, 2100.2)
    assert spikes.time_ms.tolist() == [2000.0, 2000.0, 2100.0]
    assert spikes.node_id.tolist() == [0, 1, 2]
    assert len(recall_run.spikes("inh", 30_000.0).time_ms) == 0


def test_subpopulations(recall_run):
    groups = Subpopulations.of(recall_run)
    assert {name: gids.tolist() for name, gids in groups.by_name().items()} == {
        "exc": [0, 1, 2, 3, 4, 5],
        "as": [0, 1],
        "ans": [2, 3],
        "ctrl": [4, 5],
        "inh": [6, 7],
    }
    # Another memory: neurons that are recalled without having learnt are in no subpopulation.
    other = Subpopulations.of(recall_run, assembly=[2, 3], recalled=[3, 4])
    assert other.stimulated.tolist() == [3]
    assert other.unstimulated.tolist() == [2]
    assert other.control.tolist() == [0, 1, 5]


def test_recall_measures(recall_run):
    measures = recall_measures(recall_run)
    expected = {"nu_exc": 14 / 6, "nu_as": 4, "nu_ans": 2, "nu_ctrl": 1, "nu_inh": 3, "Q": 0.25}
    expected |= {"nu_as_ref": 4, "nu_ans_ref": 2, "nu_ctrl_ref": 0, "nu_inh_ref": 0}
    expected |= {"rate_exc": 18 / 6 / 25.1, "rate_inh": 3 / 2 / 25.1}
    for name, value in expected.items():
        assert measures.values[name] == pytest.approx(value), name
    # Reference 4 4 2 2 0 0: log2 3. Recall 6 2 2 2 2 0: four of one kind. Pairs: (2,2) twice.
    reference = math.log2(3)
    recall = 2 * math.log2(6) / 6 + 4 / 6 * math.log2(6 / 4)
    joint = 4 * math.log2(6) / 6 + 2 / 6 * math.log2(3)
    assert measures.values["selfMI"] == pytest.approx(reference)
    assert measures.values["MI"] == pytest.approx(reference + recall - joint)
    # Standard deviations across neurons: as 6, 2: 2; ans 0; ctrl 2, 0: 1.
    assert measures.errors["nu_as"] == 2
    assert measures.errors["Q"] == pytest.approx(math.hypot(1 / 4, 2 * 0.25 / 4))
    assert (measures.assembly_size, measures.recall_delay_s) == (4, 19.0)


def run_with(tmp_path, **changes):
    config = copy.deepcopy(sample_files.CONFIG)
    for section, values in changes.items():
        config[section] = values
    return Results(sample_files.write_run(tmp_path / "run", [(2000.0, 0)], config=config))


def test_measures_without_recall(tmp_path):
    learn_only = {"learn": sample_files.CONFIG["stimuli"]["learn"]}
    measures = recall_measures(run_with(tmp_path, stimuli=learn_only))
    assert measures.values["nu_ans_ref"] == 0.5  # 2 Hz of one of four
    assert math.isnan(measures.values["nu_exc"]) and math.isnan(measures.values["MI"])
    assert math.isnan(measures.recall_delay_s)


def test_a_window_beyond_the_end_is_undefined(tmp_path):
    stimuli = copy.deepcopy(sample_files.CONFIG["stimuli"])
    stimuli["recall"]["start_s"] = 29.7
    measures = recall_measures(run_with(tmp_path, stimuli=stimuli))
    assert math.isnan(measures.values["nu_exc"]) and math.isnan(measures.values["Q"])
    assert measures.values["nu_exc_ref"] > 0


def test_nothing_to_measure(tmp_path):
    with pytest.raises(ResultsError, match="no stimulus for learning or recall"):
        recall_measures(run_with(tmp_path, stimuli={}))


def test_active_time_fraction(tmp_path):
    # Bins of 10 ms from 1 s on; two spikes of neurons 0-2 make a bin active.
    spikes = [(1000.0, 0), (1009.8, 1), (1010.0, 0), (1020.0, 2), (1020.2, 6), (1030.0, 0)]
    spikes += [(1039.8, 0), (1049.8, 4), (1049.8, 5)]
    results = Results(sample_files.write_run(tmp_path / "run", spikes))
    group = np.array([0, 1, 2])
    assert active_time_fraction(results, group, 1.0, 1.05, min_spikes=2) == pytest.approx(2 / 5)
    assert active_time_fraction(results, group, 1.0, 1.05, min_spikes=1) == pytest.approx(4 / 5)
    # With the inhibitory neuron 6 the third bin has two.
    assert active_time_fraction(
        results, np.array([2, 6]), 1.0, 1.05, min_spikes=2
    ) == pytest.approx(1 / 5)
    assert active_time_fraction(results, group, 1.0, 1.04, bin_s=0.02, min_spikes=3) == 1
    with pytest.raises(ValueError, match="holds no bin"):
        active_time_fraction(results, group, 1.0, 1.005)


# --- Weights and wiring

# Between the assembly 0-3 and the others: within, out, into, elsewhere; then inhibitory ones.
EDGES = [(0, 1), (1, 2), (2, 4), (5, 0), (5, 3), (4, 1), (4, 5), (0, 6), (7, 0), (7, 1), (6, 7)]
H = [6.0, 8.0, 7.0, 5.0, 5.5, 4.5, 4.0]
Z = [0.5, 0.7, 0.4, 0.2, 0.1, 0.3, -0.1]


@pytest.fixture
def wired_run(tmp_path):
    snapshots = {2.0: ([4.0] * 7, [0.0] * 7), 20.0: (H, Z)}
    return Results(sample_files.write_run(tmp_path / "run", [], EDGES, snapshots))


def test_means_by_direction(wired_run):
    first, second = mean_by_direction(wired_run)
    assert (first.time_s, second.time_s) == (2.0, 20.0)
    assert set(first.h_mV.values()) == {4.0}
    assert second.count == {"within": 2, "out": 1, "into": 3, "elsewhere": 1}
    assert second.h_mV == pytest.approx({"within": 7, "out": 7, "into": 5, "elsewhere": 4})
    assert second.z == pytest.approx({"within": 0.6, "out": 0.4, "into": 0.2, "elsewhere": -0.1})
    (other,) = mean_by_direction(wired_run, [20.0], assembly=np.array([4]))
    assert other.h_mV["out"] == pytest.approx(4.25)
    assert math.isnan(other.h_mV["within"])


def test_blocks_give_the_same_as_one(wired_run):
    blocks = list(wired_run.edge_blocks([20.0], size=3))
    assert [len(block.source) for block in blocks] == [3, 3, 1]
    assert [block.first_edge for block in blocks] == [0, 3, 6]
    assert np.concatenate([block.h_mV[20.0] for block in blocks]).tolist() == H
    assert wired_run.snapshot(20.0).z.tolist() == Z


def test_weight_matrix(wired_run):
    matrix = weight_matrix(wired_run, 20.0)
    assert matrix.shape == (6, 6)
    assert np.isfinite(matrix).sum() == 7
    assert matrix[0, 1] == 6 and matrix[5, 3] == 5.5
    part = weight_matrix(wired_run, 20.0, "w_mV", neurons=np.array([4, 2]))
    assert part[1, 0] == pytest.approx(7 + 4 * 0.4)  # 2 -> 4, h_0 = 4 mV
    assert np.isnan(part).sum() == 3
    with pytest.raises(ValueError, match="'x' is none of"):
        weight_matrix(wired_run, 20.0, "x")


def test_binned_weights(wired_run):
    bins = np.array([0, 0, 0, 0, 1, 1])
    assert binned_weights(wired_run, 20.0, "h_mV", bins, 2) == pytest.approx(
        np.array([[7.0, 7.0], [5.0, 4.0]])
    )


def test_degrees(wired_run):
    out, into = degrees(wired_run, "exc_exc")
    assert out.tolist() == [1, 1, 1, 0, 2, 2]
    assert into.tolist() == [1, 2, 1, 1, 1, 1]
    assert degrees(wired_run, "inh_exc")[0].tolist() == [0, 2]
    statistics = degree_statistics(wired_run)
    assert statistics["exc_exc"]["out"].mean == pytest.approx(7 / 6)
    assert statistics["exc_exc"]["out"].sd == pytest.approx(np.std([1, 1, 1, 0, 2, 2]))
    assert (statistics["inh_inh"]["in"].minimum, statistics["inh_inh"]["in"].maximum) == (0, 1)


# --- Schedule, as the program reports it


def test_phases_of_a_configuration(small_recall):
    results = Results(small_recall)
    ours = [(p.label, p.kind, p.begin_s, p.end_s) for p in phases_of(results.config)]
    theirs = [(p.label, p.kind, p.begin_s, p.end_s) for p in results.phases]
    assert ours == theirs


def test_assembly_and_groups(recall_run):
    assert recall_run.assembly.tolist() == [0, 1, 2, 3]
    assert recall_run.recalled.tolist() == [0, 1]
    with pytest.raises(ResultsError, match="no group 'other'"):
        recall_run.group("other")


def test_a_foreign_file(recall_run):
    with h5py.File(recall_run.path / "spikes.h5", "a") as file:
        file.attrs["filetype"] = "something"
    with pytest.raises(ResultsError, match="is 'something'.*expected 'engram spikes'"):
        recall_run.spikes("exc")
