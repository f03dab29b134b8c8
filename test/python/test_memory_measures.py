# SPDX-License-Identifier: Apache-2.0
"""Measures of several memories, of weights between subsets, and of induction: against naive ones."""

from __future__ import annotations

import copy
import itertools
import math

import h5py
import numpy as np
import pytest
import sample_files
from engram import (
    RateWindow,
    Results,
    ResultsError,
    Subsets,
    induction_of,
    largest_change,
    mean_by_direction,
    memories_of,
    memory_measures,
    named_groups,
    recall_measures,
    unpotentiated_input,
    weights_between_subsets,
)

N_EXC, N_INH = 24, 4
GROUPS = {
    "A": {"first": 0, "count": 8},
    "B": {"first": 6, "count": 8},  # shares 6, 7 with A
    "C": {"first": 14, "count": 4},
    "same_as_A": {"first": 0, "count": 8},
    "cue_A": {"ids": [0, 1, 6]},  # 6 is in B too
    "cue_B": {"ids": [7, 8, 9, 26]},  # 7 is in A, 26 inhibits
    "shared": {"ids": [6, 7]},
    "inhibitory": {"ids": [24, 25]},
}


def stimulus(group: str, start_s: float, role: str) -> dict[str, object]:
    scheme = "TRIPLET" if role == "learn" else "ONEPULSE"
    return {"scheme": scheme, "group": group, "role": role, "start_s": start_s}


STIMULI = {
    "recall_early": stimulus("C", 0.5, "recall"),  # before C learns
    "learn_B": stimulus("B", 4.0, "learn"),
    "learn_A": stimulus("A", 1.0, "learn"),
    "learn_C": stimulus("C", 7.0, "learn"),
    "learn_A2": stimulus("same_as_A", 10.0, "learn"),
    "learn_inh": stimulus("inhibitory", 0.2, "learn"),
    "recall_B": stimulus("cue_B", 15.0, "recall"),
    "recall_A": stimulus("cue_A", 20.0, "recall"),
    "recall_inh": stimulus("inhibitory", 22.0, "recall"),
}
CONFIG = sample_files.CONFIG | {
    "populations": {"n_exc": N_EXC, "n_inh": N_INH},
    "groups": GROUPS,
    "stimuli": STIMULI,
}


@pytest.fixture(scope="module")
def run(tmp_path_factory) -> Results:
    random = np.random.default_rng(0)
    spikes = {
        (float(round(0.2 * step, 6)), int(gid))
        for step, gid in zip(random.integers(0, 125_000, 8000), random.integers(0, 28, 8000))
    }
    edges = [
        (int(i), int(j))
        for i, j in itertools.product(range(N_EXC), range(N_EXC))
        if i != j and random.random() < 0.3
    ]
    weights = {
        time_s: (
            (4.0 + random.normal(0, 1, len(edges))).tolist(),
            random.normal(0.1, 0.3, len(edges)).tolist(),
        )
        for time_s in (5.0, 20.0)
    }
    path = tmp_path_factory.mktemp("run") / "run"
    return Results(sample_files.write_run(path, sorted(spikes), edges, weights, CONFIG))


# --- Memories


def test_memories(run) -> None:
    found = {memory.name: memory for memory in memories_of(run)}
    assert list(found) == ["A", "B", "C"]  # as they learn; A once, inhibitory neurons never
    assert found["A"].neurons.tolist() == list(range(8))
    assert {name: memory.learn.name for name, memory in found.items()} == {
        "A": "learn_A",
        "B": "learn_B",
        "C": "learn_C",
    }
    # A cue belongs to the memory of which it reaches most neurons.
    assert found["A"].recall.name == "recall_A"
    assert found["B"].recall.name == "recall_B"
    assert found["B"].recalled.tolist() == [7, 8, 9]
    assert found["C"].recall is None and len(found["C"].recalled) == 0


def test_chosen_memories(run) -> None:
    (both,) = memories_of(run, ["shared"])
    assert both.learn.name == "learn_A" and both.recall.name == "recall_A"
    # What reaches none of its neurons is none of its stimuli.
    (alone,) = memories_of(run, ["C"])
    assert alone.learn.name == "learn_C" and alone.recall is None
    assert memories_of(run, []) == []
    first, second = memories_of(run, ["C", "B"])
    assert (first.name, second.name) == ("C", "B")
    # Without A among them, its cue is one for B.
    assert second.recall.name == "recall_A"
    with pytest.raises(ResultsError, match="no group 'D'"):
        memories_of(run, ["D"])


def test_a_cue_of_equally_many_neurons_recalls_both(tmp_path) -> None:
    config = copy.deepcopy(CONFIG)
    config["stimuli"]["recall_A"]["group"] = "shared"
    results = Results(sample_files.write_run(tmp_path / "r", config=config))
    by_name = {memory.name: memory for memory in memories_of(results)}
    assert by_name["A"].recall.name == by_name["B"].recall.name == "recall_A"


def test_hundreds_of_stimuli_are_no_burden(tmp_path) -> None:
    config = copy.deepcopy(CONFIG)
    config["groups"] = {f"g{i}": {"ids": [i % N_EXC]} for i in range(400)}
    config["stimuli"] = {
        f"s{i}": stimulus(f"g{i}", 0.01 * i, "learn" if i < 200 else "recall") for i in range(400)
    }
    results = Results(sample_files.write_run(tmp_path / "r", config=config))
    found = memories_of(results)
    assert [memory.name for memory in found] == [f"g{i}" for i in range(N_EXC)]
    for i, memory in enumerate(found):
        assert memory.learn.name == f"s{i}"
        last = max(k for k in range(200, 400) if k % N_EXC == i)
        assert memory.recall.name == f"s{last}"


def counted(results: Results, gids, begin_s: float, end_s: float) -> int:
    spikes = results.all_spikes()
    chosen = set(map(int, gids))
    return sum(
        gid in chosen and round(begin_s * 1000, 6) <= time < round(end_s * 1000, 6)
        for time, gid in zip(spikes.time_ms.tolist(), spikes.gid.tolist())
    )


@pytest.mark.parametrize(
    "window, first_s, last_s, length_s",
    [
        (RateWindow(-0.15, 0.35), -0.15, 0.35, 0.5),
        (RateWindow(-0.15, 0.35, from_onset=True), 0.0, 0.35, 0.5),
        (RateWindow(0.0, 0.1), 0.0, 0.1, 0.1),
        (RateWindow(0.1, 0.2, from_onset=True), 0.1, 0.2, 0.1),
    ],
)
def test_measures_of_memories(run, window, first_s, last_s, length_s) -> None:
    found = memories_of(run)
    measured = dict(zip("ABC", memory_measures(run, found, window)))
    learnt = {"A": range(8), "B": range(6, 14), "C": range(14, 18)}
    cues = {"A": ({0, 1, 6}, 20.0, 1.0), "B": ({7, 8, 9}, 15.0, 4.0)}
    for name, (cue, onset_s, learn_s) in cues.items():
        values = measured[name].values
        groups = {
            "as": set(learnt[name]) & cue,
            "ans": set(learnt[name]) - cue,
            "ctrl": set(range(18, N_EXC)) - cue,  # of no memory
            "exc": set(range(N_EXC)),
            "inh": set(range(N_EXC, N_EXC + N_INH)),
        }
        for group, gids in groups.items():
            n = counted(run, gids, onset_s + first_s, onset_s + last_s)
            assert values[f"nu_{group}"] == pytest.approx(n / len(gids) / length_s)
            n = counted(run, gids, learn_s + 0.75, learn_s + 1.25)
            assert values[f"nu_{group}_ref"] == pytest.approx(n / len(gids) / 0.5)
        quality = (values["nu_ans"] - values["nu_ctrl"]) / values["nu_as"]
        assert values["Q"] == pytest.approx(quality)
        reference = [counted(run, [i], learn_s + 0.75, learn_s + 1.25) for i in range(N_EXC)]
        recall = [counted(run, [i], onset_s + first_s, onset_s + last_s) for i in range(N_EXC)]
        pairs = list(zip(reference, recall))

        def entropy(outcomes) -> float:
            shares = [outcomes.count(value) / len(outcomes) for value in set(outcomes)]
            return -sum(share * math.log2(share) for share in shares)

        expected = entropy(reference) + entropy(recall) - entropy(pairs)
        assert values["MI"] == pytest.approx(expected)
        assert measured[name].recall_delay_s == onset_s - learn_s
        assert measured[name].assembly_size == len(learnt[name])
    assert math.isnan(measured["C"].values["Q"]) and measured["C"].values["nu_as_ref"] != 0


def test_a_window_that_counts_nothing() -> None:
    for begin_s, end_s, from_onset in ((0.2, 0.1, False), (0.1, 0.1, False), (-0.2, -0.1, True)):
        with pytest.raises(ValueError, match="counts no spikes"):
            RateWindow(begin_s, end_s, from_onset)


def test_one_memory_is_that_of_the_table(small_recall) -> None:
    results = Results(small_recall)
    (measures,) = memory_measures(results, memories_of(results))
    table = recall_measures(results)
    assert measures.values == table.values and measures.errors == table.errors
    assert measures.assembly_size == table.assembly_size == 20


# --- Subsets


def naive_subsets(names) -> dict[str, set[int]]:
    members = {}
    for name in names:
        group = GROUPS[name]
        first = group.get("first", 0)
        gids = set(group.get("ids", range(first, first + group.get("count", 0))))
        members[name] = {gid for gid in gids if gid < N_EXC}
    found: dict[str, set[int]] = {}
    for gid in range(N_EXC):
        label = "+".join(name for name in names if gid in members[name]) or "none"
        found.setdefault(label, set()).add(gid)
    return found


@pytest.mark.parametrize(
    "names", [(), ("A",), ("A", "B", "C"), ("C", "cue_A", "A", "cue_B", "B"), ("inhibitory", "C")]
)
def test_weights_between_subsets(run, names) -> None:
    subsets = Subsets.of(run, named_groups(run, names))
    expected = naive_subsets(names)
    assert {label: set(gids.tolist()) for label, gids in subsets.neurons.items()} == expected
    for weights in weights_between_subsets(run, subsets):
        snapshot = run.snapshot(weights.time_s)
        for i, source in enumerate(subsets.labels):
            for j, target in enumerate(subsets.labels):
                pairs = zip(snapshot.pre.tolist(), snapshot.post.tolist())
                chosen = [
                    edge
                    for edge, (pre, post) in enumerate(pairs)
                    if pre in expected[source] and post in expected[target]
                ]
                assert weights.count[i, j] == len(chosen)
                for moments, values in ((weights.h_mV, snapshot.h_mV), (weights.z, snapshot.z)):
                    if not chosen:
                        assert math.isnan(moments.mean[i, j]) and math.isnan(moments.sd[i, j])
                        continue
                    assert moments.mean[i, j] == pytest.approx(np.mean(values[chosen]))
                    assert moments.sd[i, j] == pytest.approx(np.std(values[chosen]), abs=1e-12)


def test_order_of_subsets(run) -> None:
    subsets = Subsets.of(run, named_groups(run, ["B", "A", "cue_A", "C"]))
    assert subsets.labels == ["B", "A", "C", "B+A", "A+cue_A", "B+A+cue_A", "none"]
    # Every excitatory neuron is in one.
    assert sorted(np.concatenate(list(subsets.neurons.values())).tolist()) == list(range(N_EXC))


def test_no_excitatory_neurons(tmp_path) -> None:
    config = CONFIG | {
        "populations": {"n_exc": 0, "n_inh": 4},
        "groups": {"A": {"ids": [1]}},
        "stimuli": {},
    }
    results = Results(sample_files.write_run(tmp_path / "r", config=config))
    for names in ((), ("A",)):
        assert Subsets.of(results, named_groups(results, names)).neurons == {}


def test_many_blocks_have_the_moments_of_one(run, monkeypatch) -> None:
    subsets = Subsets.of(run, named_groups(run, ["A", "B"]))
    whole = weights_between_subsets(run, subsets, [20.0])
    directions = mean_by_direction(run, [20.0])
    blocks = run.edge_blocks
    monkeypatch.setattr(run, "edge_blocks", lambda times: blocks(times, size=7))
    for one, other in zip(whole, weights_between_subsets(run, subsets, [20.0])):
        assert (one.count == other.count).all()
        for first, second in ((one.h_mV, other.h_mV), (one.z, other.z)):
            assert first.mean == pytest.approx(second.mean, nan_ok=True)
            assert first.sd == pytest.approx(second.sd, nan_ok=True)
    (direction,) = mean_by_direction(run, [20.0])
    assert direction.count == directions[0].count
    assert direction.h_mV == pytest.approx(directions[0].h_mV)


def test_equal_weights_have_no_deviation(tmp_path) -> None:
    edges = [(0, 1), (1, 2), (2, 3), (3, 4)]
    path = sample_files.write_run(tmp_path / "r", [], edges, {1.0: ([4.1] * 4, [0.3] * 4)}, CONFIG)
    results = Results(path)
    (weights,) = weights_between_subsets(results, Subsets.of(results, {}))
    assert (weights.h_mV.mean, weights.h_mV.sd) == (4.1, 0)


# --- Potentiation


def test_unpotentiated_input(run) -> None:
    assembly = set(range(8))
    found = unpotentiated_input(run, np.array(sorted(assembly)), edge=1.1)
    assert [each.time_s for each in found] == [5.0, 20.0]
    for each in found:
        snapshot = run.snapshot(each.time_s)
        low: dict[bool, list[bool]] = {True: [], False: []}
        for gid in range(N_EXC):
            inputs = [
                h / 4.0 + z
                for pre, post, h, z in zip(snapshot.pre, snapshot.post, snapshot.h_mV, snapshot.z)
                if post == gid and pre in assembly
            ]
            if inputs:
                assert each.mean_input[gid] == pytest.approx(np.mean(inputs))
                low[gid in assembly].append(np.mean(inputs) < 1.1)
            else:
                assert math.isnan(each.mean_input[gid])
        assert each.within == pytest.approx(np.mean(low[True]))
        assert each.outgoing == pytest.approx(np.mean(low[False]))
        assert 0 < each.outgoing < 1
    (nobody, _) = unpotentiated_input(run, np.empty(0, dtype=np.int64))
    assert math.isnan(nobody.within) and math.isnan(nobody.outgoing)


# --- Induction

H_0, TAG = 4.0, 0.75


def traced(tmp_path, h, z, protein=None) -> Results:
    """A run with a trace of synapse 0 -> 1, and of neuron 1 if an amount of protein is given."""
    config = copy.deepcopy(sample_files.CONFIG)
    config["synapses"] |= {"h_0_mV": H_0, "theta_tag_mV": TAG, "p_max_umol_per_l": 10.0}
    path = sample_files.write_run(tmp_path / "r", config=config)
    sample_files.write_traces(path, [1] if protein is not None else [], [(0, 1)])
    with h5py.File(path / "traces.h5", "a") as file:
        n = len(h)
        new = {"time_ms": 100.0 * np.arange(n), "synapses/0_1/h_mV": h, "synapses/0_1/z": z}
        new["synapses/0_1/Ca"] = np.zeros(n)
        if protein is not None:
            new |= {f"neurons/1/{name}": np.zeros(n) for name in file["traces/neurons/1"]}
            new["neurons/1/p"] = protein
        for name, values in new.items():
            del file[f"traces/{name}"]
            file[f"traces/{name}"] = np.array(values, dtype=np.float64)
    return Results(path)


@pytest.mark.parametrize(
    "h, z, protein, name, change, at_s",
    [
        ([4, 4, 4], [0, 0, 0], [0, 0, 0], "unchanged", 0.0, 0.0),
        ([4, 4.5, 4.2], [0, 0, 0], [0, 0, 0], "early LTP", 0.5, 0.1),
        ([4, 3.3, 4.6], [0, 0, 0], [0, 0, 0], "early LTD", -0.7, 0.1),
        ([4, 4.75, 4.2], [0, 0, 0], [0, 0, 0], "early LTP", 0.75, 0.1),  # the threshold itself
        ([4, 4.2, 4.9], [0, 0, 0], [0, 0, 0], "tagged LTP", 0.9, 0.2),
        ([4, 3.0, 4.9], [0, 0, 0], [0, 0, 0], "tagged LTD", -1.0, 0.1),
        ([4, 6.0, 4.0], [0, 0, 0.1], [0, 5, 2], "late LTP", 2.0, 0.1),
        ([4, 2.0, 4.0], [0, 0, -0.1], [0, 0, 1], "late LTD", -2.0, 0.1),
        ([4, 6.0, 4.0], [0, 0, 0], [3, 2, 1], "tagged LTP", 2.0, 0.1),  # protein of before
        ([4, 6.0, 4.0], [0, 0, 0.1], None, "late LTP", 2.0, 0.1),
        ([4, 6.0, 4.0], [0.5, 0.5, 0.5], None, "tagged LTP", 2.0, 0.1),
        ([4, 4.1, 4.0], [0, 0, 0], [0, 1, 2], "early LTP", 0.1, 0.1),  # of other synapses
        ([4, 5.0, 3.0], [0, 0, 0], None, "tagged LTP", 1.0, 0.1),  # the first of equal ones
    ],
)
def test_induction(tmp_path, h, z, protein, name, change, at_s) -> None:
    results = traced(tmp_path, h, z, protein)
    found = induction_of(results, results.synapse_traces[0])
    assert found.name == name
    assert found.largest_change_mV == pytest.approx(change)
    assert found.largest_change_s == pytest.approx(at_s)
    assert found.z_end == z[-1]
    assert found.weight_end == pytest.approx(h[-1] / H_0 + z[-1])
    if protein is None:
        assert math.isnan(found.protein_highest)
    else:
        assert found.protein_highest == pytest.approx(max(protein) / 10)
        assert found.protein_highest_s == pytest.approx(0.1 * protein.index(max(protein)))


def test_largest_change() -> None:
    assert largest_change(np.array([1.0, -3.0, 2.5]), 0.0) == (-3.0, 1)
    assert largest_change(np.array([1.0, 1.0]), 1.0) == (0.0, 0)
    assert math.isnan(largest_change(np.empty(0), 1.0)[0])
