# SPDX-License-Identifier: Apache-2.0
"""engram-recall --show: one line of text, CSV and JSON for each measure; its errors."""

from __future__ import annotations

import csv
import io
import itertools
import json
import math
from fractions import Fraction

import numpy as np
import pytest
import yaml
from conftest import RECALL_200
from engram import (
    RateWindow,
    Results,
    attractor_statistics,
    avalanche_statistics,
    induction_of,
    mean_by_direction,
    memories_of,
    memory_measures,
    named_groups,
    pca_dimension,
    spike_time_stability,
    unpotentiated_input,
)
from engram.analyses import ANALYSES, Settings
from engram.entries import of_run, over_trials
from engram.readout import readout_quality
from tool import check_failure, run_tool

# Two memories that share neurons, one of them recalled, in a run and in three trials.
TWO_MEMORIES = """
simulation: {description: Two memories, duration_s: 12, fast_forward: off}
populations: {n_exc: 80, n_inh: 20}
connectivity: {probability: 0.2}
groups:
  A: {first: 0, count: 20}
  B: {first: 15, count: 20}
  cue: {of: A, count: 10}
  others: {first: 60, count: 20}
stimuli:
  learn_A: {scheme: TRIPLET, group: A, start_s: 1, n_inputs: 25, rate_Hz: 100}
  learn_B: {scheme: TRIPLET, group: B, start_s: 4, n_inputs: 25, rate_Hz: 100}
  recall_A: {scheme: ONEPULSE, group: cue, start_s: 8, n_inputs: 25, rate_Hz: 100}
record:
  neurons: [5]
  synapses_if_present: [[0, 5], [1, 5], [2, 5], [3, 5], [4, 5], [6, 5], [70, 5], [71, 5]]
  snapshots_s: [8]
"""
N_TRIALS = 3


@pytest.fixture(scope="module")
def run(run_engram, tmp_path_factory) -> Results:
    directory = tmp_path_factory.mktemp("two")
    (directory / "two.yaml").write_text(TWO_MEMORIES)
    return Results(run_engram(directory / "two.yaml", directory / "results"))


@pytest.fixture(scope="module")
def ensemble(run_engram, tmp_path_factory):
    directory = tmp_path_factory.mktemp("ensemble")
    text = TWO_MEMORIES + f"trials: {N_TRIALS}\nsweep: {{stimuli.recall_A.rate_Hz: [50, 100]}}\n"
    (directory / "two.yaml").write_text(text)
    return run_engram(directory / "two.yaml", directory / "results")


def shown(path, *arguments) -> dict[str, dict[str, float]]:
    """Means by part and measure, from JSON."""
    result = run_tool("recall", path, "--format", "json", *arguments)
    assert (result.returncode, result.stderr) == (0, "")
    return {
        job["part"]: {
            name: math.nan if entry["mean"] is None else entry["mean"]
            for name, entry in job["measures"].items()
        }
        for job in json.loads(result.stdout)
    }


def test_memories_of_a_run_without_network(run_engram, run, tmp_path) -> None:
    """Rates, Q and MI are those of the run with network.h5; there are no weights."""
    (tmp_path / "two.yaml").write_text(TWO_MEMORIES)
    arguments = ["--set", "output.network=false", "--set", "record.snapshots_s=[]"]
    lacking = run_engram(tmp_path / "two.yaml", tmp_path / "results", arguments=arguments)
    expected, found = shown(run.path, "--show", "memories"), shown(lacking, "--show", "memories")
    assert found.keys() == expected.keys() - {"between memories"}
    for part, measures in found.items():
        without_weights = {k: v for k, v in expected[part].items() if "@" not in k}
        assert measures.keys() == without_weights.keys()
        assert {"Q", "MI"} <= measures.keys()
        for name, value in measures.items():
            assert value == pytest.approx(without_weights[name], nan_ok=True)


def test_avalanches(run) -> None:
    arguments = ("--groups", "A", "B", "--window", 4, 6, "--bin", 20, "--threshold", 4)
    (measures,) = shown(run.path, "--show", "avalanches", *arguments).values()
    found = avalanche_statistics(run, named_groups(run, ["A", "B"]), 4.0, 6.0, 0.02, 4)
    assert measures["p.B"] == found.likelihood["B"] > 0
    assert measures["p.none"] == found.likelihood["none"]
    assert measures["p.A.B"] == found.transition["A", "B"]
    assert measures["p.overall.A"] == found.transition["overall", "A"]
    assert measures["p.B.any"] == pytest.approx(found.followed_by_any["B"], nan_ok=True)
    assert measures["p.B.none"] == pytest.approx(found.followed_by_none["B"], nan_ok=True)
    assert measures["rate.B"] == found.rate_Hz["B"] > measures["rate.none"]
    # The groups that learn, and the whole phase, unless others are named.
    (default,) = shown(run.path, "--show", "avalanches").values()
    whole = avalanche_statistics(run, named_groups(run, ["A", "B"]), 0.0, 12.0)
    assert set(default) == set(measures)
    assert default["p.A"] == whole.likelihood["A"] > 0


def test_attractors(run) -> None:
    arguments = ("--window", 0, 9, "--factor", 2, "--threshold", 3)
    (measures,) = shown(run.path, "--show", "attractors", *arguments).values()
    found = attractor_statistics(
        run, named_groups(run, ["A", "B"]), 0.0, 9.0, threshold=3, factor=2.0
    )
    assert measures["p.A"] == found.likelihood["A"] > 0
    assert measures["p.B.none"] == found.transition["B", "none"]
    assert measures["p.none.none"] == found.transition["none", "none"]
    assert measures["rate.A"] == found.rate_Hz["A"]


def test_subsets(run) -> None:
    (measures,) = shown(run.path, "--show", "subsets", "--snapshots", 8).values()
    assert {name: measures[name] for name in measures if name.startswith("neurons.")} == {
        "neurons.A": 15,
        "neurons.B": 15,
        "neurons.A+B": 5,
        "neurons.none": 45,
    }
    snapshot = run.snapshot(8.0)
    both = (snapshot.pre < 15) & (snapshot.post >= 15) & (snapshot.post < 20)
    assert measures["h.A.A+B@t_8s"] == pytest.approx(snapshot.h_mV[both].mean())
    assert measures["h_sd.A.A+B@t_8s"] == pytest.approx(snapshot.h_mV[both].std())
    assert measures["z.A.A+B@t_8s"] == pytest.approx(snapshot.z[both].mean())
    assert measures["z_sd.A.A+B@t_8s"] == pytest.approx(snapshot.z[both].std())
    assert measures["synapses.A.A+B@t_8s"] == both.sum()
    assert not any("@t_12s" in name for name in measures)


def test_memories(run) -> None:
    found = shown(run.path, "--show", "memories", "--from-onset")
    assert list(found) == ["memory A", "memory B", "between memories"]
    memories = memories_of(run)
    measured = memory_measures(run, memories, RateWindow(-0.15, 0.35, from_onset=True))
    for (part, entries), memory, measures in zip(found.items(), memories, measured):
        for name, value in measures.values.items():
            assert entries[name] == pytest.approx(value, nan_ok=True), (part, name)
        assert (entries["neurons"], entries["nu_ans_ref"] > 0) == (20, True)
        (means,) = mean_by_direction(run, [8.0], memory.neurons)
        assert entries["h_within@t_8s"] == pytest.approx(means.h_mV["within"])
    # Between them, of the synapses one by one; A and B do not overlap.
    groups = {m.name: m.neurons for m in memories}
    groups["none"] = np.setdiff1d(
        run.network.gids("excitatory"), np.concatenate([*groups.values()])
    )
    (block,) = run.edge_blocks([8.0])
    for source, target in itertools.product(groups, groups):
        chosen = np.isin(block.source, groups[source]) & np.isin(block.target, groups[target])
        pair = f"{source}.{target}@t_8s"
        assert found["between memories"][f"h.{pair}"] == pytest.approx(
            block.h_mV[8.0][chosen].mean()
        )
        assert found["between memories"][f"z.{pair}"] == pytest.approx(block.z[8.0][chosen].mean())
    assert found["memory A"]["recall_delay"] == 7
    assert found["memory A"]["nu_as"] > 0 and math.isnan(found["memory B"]["nu_as"])
    windowed = shown(run.path, "--show", "memories", "--recall-window", -0.01, 0.1)
    assert windowed["memory A"]["nu_as"] > found["memory A"]["nu_as"]


def rasters(run, bin_s=0.001):
    """One spike at a time; each bin has its end, not its begin."""
    neurons = run.network.gids("excitatory").tolist()
    step_ms = Fraction(run.config["simulation"]["dt_ms"]).limit_denominator(1000)
    spikes = run.all_spikes()
    found = []
    for start_ms in (1000, 1500, 2000, 8000):
        width_ms = Fraction(bin_s).limit_denominator(1000) * 1000
        raster = np.zeros((len(neurons), int(100 / width_ms)))
        for time_ms, gid in zip(spikes.time_ms.tolist(), spikes.gid.tolist()):
            passed_ms = round(time_ms / step_ms) * step_ms - start_ms
            column = math.ceil(passed_ms / width_ms) - 1
            if gid in neurons and 0 <= column < raster.shape[1]:
                raster[neurons.index(gid), column] += 1
        found.append(raster)
    return found


def test_dimension(run) -> None:
    found = shown(run.path, "--show", "dimension")
    assert found["memory A"]["dimension"] == pca_dimension(rasters(run)[-1]) > 1
    assert math.isnan(found["memory B"]["dimension"])
    wide = shown(run.path, "--show", "dimension", "--bin", 4, "--share", 0.5)
    assert wide["memory A"]["dimension"] == pca_dimension(rasters(run, 0.004)[-1], 0.5)


def test_stability(run) -> None:
    found = shown(run.path, "--show", "stability", "--seed", 3)
    *_, third, recall = rasters(run)
    expected = spike_time_stability(third, recall, np.random.default_rng(3))
    measures = found["memory A"]
    assert measures["stability"] == pytest.approx(expected.mean)
    assert measures["stability_shuffled"] == pytest.approx(expected.shuffled_mean)
    assert measures["neurons"] == (third.sum(axis=1) > 0).sum()
    assert math.isnan(found["memory B"]["stability"])


def test_readout(run) -> None:
    options = ("--fractions", 0.25, 1, "--targets", 3, "--alpha", 0.5, "--seed", 2)
    found = shown(run.path, "--show", "readout", *options)
    *learning, recall = rasters(run)
    expected = readout_quality(
        learning, recall, np.random.default_rng(2), (0.25, 1.0), 3, 0.5
    ).mean(axis=0)
    assert list(found["memory A"].values()) == pytest.approx(expected.tolist())
    assert list(found["memory A"]) == ["R2_25", "R2_100"]
    assert math.isnan(found["memory B"]["R2_100"])


def test_unpotentiated(run) -> None:
    found = shown(run.path, "--show", "unpotentiated", "--snapshots", 8, "--edge", 1.2)
    for name, first in (("A", 0), ("B", 15)):
        (expected,) = unpotentiated_input(run, np.arange(first, first + 20), [8.0], 1.2)
        assert found[f"memory {name}"] == pytest.approx(
            {
                "unpotentiated_within@t_8s": expected.within,
                "unpotentiated_out@t_8s": expected.outgoing,
            }
        )


def test_induction(run) -> None:
    found = shown(run.path, "--show", "induction")
    assert len(found) == len(run.synapse_traces) > 0
    for trace in run.synapse_traces:
        expected = induction_of(run, trace)
        measures = found[f"synapse {trace.pre} to {trace.post}"]
        assert measures["h_change"] == pytest.approx(expected.largest_change_mV)
        assert measures["h_extreme_at"] == pytest.approx(expected.largest_change_s)
        assert measures["w_end"] == pytest.approx(100 * expected.weight_end)
        assert measures["p_highest"] == pytest.approx(expected.protein_highest)
        h_0_mV = run.config["synapses"]["h_0_mV"]
        assert measures["h_extreme"] == pytest.approx(
            100 * (h_0_mV + expected.largest_change_mV) / h_0_mV
        )
        classes = {name for name, value in list(measures.items())[-7:] if value == 1}
        assert classes == {expected.name.replace(" ", "_")}
    assert any(measures["late_LTP"] == 1 for measures in found.values())


# --- Ensembles


@pytest.mark.parametrize("analysis", sorted(ANALYSES))
def test_ensembles_have_the_statistics_of_their_runs(ensemble, analysis) -> None:
    arguments = ("--show", analysis, "--format", "csv")
    settings = Settings(targets=2)
    if analysis == "readout":
        arguments += ("--targets", 2)
    result = run_tool("recall", ensemble, *arguments)
    assert (result.returncode, result.stderr) == (0, "")
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    assert len({row["job"] for row in rows}) == 2
    values: dict[tuple[str, str], list[float]] = {}
    for trial in range(N_TRIALS):
        single = Results(ensemble / "trials/001" / f"{trial:04d}")
        for part in ANALYSES[analysis].measure(single, settings):
            for entry in part.entries:
                if math.isfinite(entry.mean):
                    values.setdefault((part.name, entry.name), []).append(entry.mean)
    second = [row for row in rows if row["job"] == rows[-1]["job"]]
    assert values
    for row in second:
        found = values.get((row["part"], row["measure"]), [])
        assert int(row["n"]) == len(found)
        if found:
            assert float(row["mean"]) == pytest.approx(np.mean(found))
        if len(found) > 1:
            assert float(row["sd"]) == pytest.approx(np.std(found, ddof=1))
            assert float(row["sem"]) == pytest.approx(np.std(found, ddof=1) / len(found) ** 0.5)


def test_statistics_over_trials() -> None:
    trials = [
        [of_run("a", "1", 1.0), of_run("b", "Hz", math.nan)],
        [of_run("a", "1", 3.0), of_run("b", "Hz", 5.0), of_run("c", "1", 7.0)],
    ]
    first, second, third = over_trials(trials)
    assert (first.name, first.n, first.mean) == ("a", 2, 2.0)
    assert (first.sd, first.sem) == (pytest.approx(math.sqrt(2)), pytest.approx(1.0))
    assert (second.units, second.n, second.mean) == ("Hz", 1, 5.0)
    assert math.isnan(second.sd) and math.isnan(second.sem)
    assert (third.n, third.mean) == (1, 7.0)


# --- Text, and errors


def test_text(run) -> None:
    result = run_tool("recall", run.path, "--show", "dimension")
    assert result.stdout.startswith("results  (memory A, 1 run)\n  measure   units       value\n")
    assert "results  (memory B, 1 run)" in result.stdout
    chosen = run_tool("recall", run.path, "--show", "subsets", "--measures", "z.A.B")
    lines = chosen.stdout.splitlines()[2:]
    assert [line.split()[0] for line in lines] == ["z.A.B@t_8s", "z.A.B@t_12s"]


def test_the_wrong_command_line(run) -> None:
    for arguments, text in {
        ("--show", "avalanche"): "invalid choice: 'avalanche'",
        ("--show", "dimension", "--edge", "1"): "argument --edge: is not used by --show dimension",
        ("--groups", "A"): "argument --groups: is not used by --show recall",
        ("--from-onset",): "argument --from-onset: is not used by --show recall",
        ("--show", "subsets", "--published", "x"): "--published: is not used by --show subsets",
        ("--show", "avalanches", "--window", "3", "2"): "ends before a bin has passed",
        ("--show", "avalanches", "--window", "3", "3.05", "--bin", "60"): "ends before a bin",
        ("--show", "avalanches", "--bin", "0"): "'0' is no number above 0",
        ("--show", "avalanches", "--bin", "nan"): "'nan' is no number above 0",
        ("--show", "avalanches", "--bin", "x"): "'x' is no number above 0",
        ("--show", "avalanches", "--threshold", "-1"): "'-1' is no whole number from 0",
        ("--show", "attractors", "--factor", "0.5"): "'0.5' is no number from 1",
        ("--show", "memories", "--recall-window", "0.3", "0.1"): "counts no spikes",
        ("--show", "readout", "--fractions", "1.5"): "'1.5' is no number above 0 to 1",
    }.items():
        check_failure(run_tool("recall", run.path, *arguments), 2, text)


def test_what_a_run_lacks(run, background) -> None:
    for path, arguments, text in (
        (background, ("avalanches",), "no group learns in this run; name the groups"),
        (background, ("memories",), "no group learns in this run; name the groups"),
        (background, ("induction",), "no synapses were recorded (see record.synapses"),
        (run.path, ("subsets", "--groups", "D"), "there is no group 'D'"),
        (run.path, ("subsets", "--snapshots", "9"), "there is no snapshot at 9 s"),
        (run.path, ("avalanches", "--window", "11", "13"), "choose a window within 0 to 12 s"),
        (background, ("avalanches", "--groups", "exc", "--bin", "200"), "holds no bin of 0.2 s"),
        (run.path, ("dimension", "--bin", "200"), "holds no bin of 0.2 s"),
        (run.path, ("avalanches", "--bin", "1e-6"), "more than 10000000 bins of 1e-09 s"),
        (run.path, ("readout", "--bin", "0.001"), "at most 10000 are compared"),
    ):
        check_failure(run_tool("recall", path, "--show", *arguments), 3, text)


def test_ensembles_without_runs(run_engram, tmp_path) -> None:
    (tmp_path / "few.yaml").write_text(TWO_MEMORIES + "trials: 2\ntrial_results: none\n")
    arguments = ("--set", "simulation.duration_s=9")
    path = run_engram(tmp_path / "few.yaml", tmp_path / "results", arguments=arguments)
    result = run_tool("recall", path, "--show", "dimension")
    check_failure(result, 3, "kept only with 'trial_results: all'")


def test_the_network_of_other_tests(whole) -> None:
    """A consolidation lies between learning and recall."""
    config = yaml.safe_load(RECALL_200.read_text())
    found = shown(whole, "--show", "stability")
    assert len(found) == 1 and config["stimuli"]
    (measures,) = found.values()
    assert 0 <= measures["stability"] <= 1
