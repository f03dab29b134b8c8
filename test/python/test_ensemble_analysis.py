# SPDX-License-Identifier: Apache-2.0
"""Reading, tabulating and plotting ensembles made by hand; errors of engram-recall."""

import csv
import io
import json
import math

import h5py
import matplotlib.image
import numpy as np
import pytest
import sample_files
from conftest import ROOT
from engram import Ensemble, Results, ResultsError, is_ensemble
from engram.durations import duration_text, parse_duration_s
from engram.published import find_published, read_published
from engram.analyses import ANALYSES, Settings
from engram.recall_table import run_row
from engram.stored_measures import part_of
from engram.schedule import phases_of
from engram.groups import excitatory_size, group_members, group_size
from tool import check_failure, run_tool

PUBLISHED = ROOT / "test/data/reference/recall_published.csv"


@pytest.fixture(scope="module")
def directory(tmp_path_factory):
    return sample_files.write_ensemble(tmp_path_factory.mktemp("ensemble") / "results")


@pytest.fixture(scope="module")
def ensemble(directory):
    return Ensemble(directory)


def test_points(ensemble):
    assert (ensemble.n_points, ensemble.n_trials, ensemble.trials_per_batch) == (4, 4, 2)
    assert ensemble.seeds.tolist() == [11, 12, 13, 14]
    assert [point.assembly_size for point in ensemble.points] == [100, 100, 150, 150]
    assert [point.recall_delay_s for point in ensemble.points] == [10, 28800, 10, 28800]
    last = ensemble.points[3]
    assert last.name.startswith("groups.assembly.count=150, ")
    assert last.settings["simulation.duration_s"] == "28820"
    assert last.config["simulation"]["duration_s"] == 28820
    assert ensemble.config["groups"]["assembly"]["count"] == 100  # the base is left alone


def test_measures(ensemble):
    quality = ensemble.measure("Q")
    trials = sample_files.measure_trials()["Q"]
    assert np.array_equal(quality.trials, trials, equal_nan=True)
    assert quality.n_defined.tolist() == [4, 3, 4, 4]
    assert quality.mean[0] == pytest.approx(0.0215)
    assert quality.mean[1] == pytest.approx((0.030 + 0.031 + 0.033) / 3)
    assert quality.sem == pytest.approx(quality.sd / np.sqrt([4, 3, 4, 4]))
    assert quality.batch_mean[0] == pytest.approx(0.0215)
    assert (quality.units, quality.description) == ("1", "about Q")
    with pytest.raises(ResultsError, match="no measure 'nu_xyz'"):
        ensemble.measure("nu_xyz")


def test_traces(ensemble):
    (neuron,) = ensemble.neuron_traces(0)
    assert neuron.label == "6"
    assert set(neuron.variables) == {"V_mV", "I_total_nA", "I_stim_nA", "I_bg_nA", "S_mV", "p"}
    assert [trace.label for trace in ensemble.synapse_traces(0)] == ["3_6", "selected_1"]
    time_s = ensemble.trace_time_s(1)
    assert time_s[-1] == 28820
    assert neuron.variables["V_mV"].mean[0] == 4
    assert (neuron.variables["V_mV"].sem == 0.2).all()


def test_what_is_an_ensemble(directory, tmp_path):
    run = sample_files.write_run(tmp_path / "run")
    assert is_ensemble(directory) and not is_ensemble(run) and not is_ensemble(tmp_path)
    with pytest.raises(ResultsError, match="holds an ensemble, not one run"):
        Results(directory)
    with pytest.raises(ResultsError, match="one run, not an ensemble"):
        Ensemble(run)
    with pytest.raises(ResultsError, match="trial_results: all"):
        Ensemble(directory).trial(0, 0)


def test_an_unfinished_ensemble(tmp_path):
    (tmp_path / "config.yaml").write_text("trials: 2\n")
    (tmp_path / "partial").mkdir()
    with pytest.raises(ResultsError, match="the run is not finished"):
        Ensemble(tmp_path)


def test_a_foreign_file(tmp_path):
    directory = sample_files.write_ensemble(tmp_path / "e")
    with h5py.File(directory / "ensemble.h5", "a") as file:
        file.attrs["format_version"] = np.uint32(9)
    with pytest.raises(ResultsError, match="of format version 9"):
        Ensemble(directory)


# --- The table


def test_table_as_csv(directory):
    result = run_tool("recall", directory, "--format", "csv", "--published", PUBLISHED)
    assert result.returncode == 0, result.stderr
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    assert len(rows) == 4 * 4
    row = next(r for r in rows if (r["measure"], r["assembly"], float(r["recall_delay_s"])) ==
               ("Q", "150", 10))  # fmt: skip
    mean = 0.04 + 0.0015
    sem = np.std([0, 1e-3, 2e-3, 3e-3], ddof=1) / 2
    published, published_sem = 0.030733, 0.014030 / math.sqrt(50)
    assert float(row["mean"]) == pytest.approx(mean)
    assert float(row["sem"]) == pytest.approx(sem)
    assert float(row["published"]) == published
    difference = (mean - published) / math.hypot(sem, published_sem)
    assert float(row["difference"]) == pytest.approx(difference)
    weights = next(r for r in rows if r["measure"] == "h_within@t_20s")
    assert weights["published"] == "" and weights["units"] == "mV"
    undefined = next(r for r in rows if r["measure"] == "Q" and r["n"] == "3")
    assert float(undefined["recall_delay_s"]) == 28800


def test_table_as_json(directory, tmp_path):
    output = tmp_path / "table.json"
    result = run_tool("recall", directory, "--format", "json", "--output", output)
    assert (result.returncode, result.stdout) == (0, "")
    jobs = json.loads(output.read_text())
    assert [job["assembly"] for job in jobs] == [100, 100, 150, 150]
    assert jobs[0]["measures"]["MI"]["mean"] == pytest.approx(0.7 + 0.01 * (0 + 1 + 4 + 9) / 4)
    assert jobs[0]["measures"]["MI"]["published"] is None


def test_table_as_text(directory):
    result = run_tool("recall", directory, "--published", PUBLISHED)
    assert result.returncode == 0, result.stderr
    assert result.stdout.count("(assembly of") == 4
    assert "recall after 8 h, 4 trials)" in result.stdout
    assert "(3 of 4)" in result.stdout
    assert "difference" in result.stdout


def test_chosen_measures(directory):
    result = run_tool("recall", directory, "--measures", "MI", "h_within", "--format", "csv")
    assert result.returncode == 0, result.stderr
    names = [row["measure"] for row in csv.DictReader(io.StringIO(result.stdout))]
    assert names == ["MI", "h_within@t_20s"] * 4
    check_failure(run_tool("recall", directory, "--measures", "IM"), 3, "no measure 'IM'")


def test_table_of_one_run(tmp_path):
    spikes = [(20000.0, 0), (20000.0, 1), (2000.0, 0)]
    run = sample_files.write_run(tmp_path / "run", spikes, [(0, 1)], {20.0: ([6.0], [0.5])})
    result = run_tool("recall", run, "--format", "csv")
    assert result.returncode == 0, result.stderr
    values = {row["measure"]: row for row in csv.DictReader(io.StringIO(result.stdout))}
    assert float(values["nu_as"]["mean"]) == 2
    assert values["nu_as"]["sem"] == "" and values["nu_as"]["error"] == "0.0"
    assert float(values["h_within@t_20s"]["mean"]) == 6
    assert values["h_out@t_20s"]["mean"] == "" and values["h_out@t_20s"]["n"] == "0"


def test_one_run_scatters_as_a_published_trial(small_recall, tmp_path):
    table = tmp_path / "table.csv"
    table.write_text("assembly,recall,trials,Q,Q_sd\n20,89s,4,0.03,0.02\n")
    result = run_tool("recall", small_recall, "--published", table, "--format", "json")
    assert result.returncode == 0, result.stderr
    quality = json.loads(result.stdout)[0]["measures"]["Q"]
    combined = math.hypot(0.02, 0.02 / 2)
    assert quality["difference"] == pytest.approx((quality["mean"] - 0.03) / combined)


def test_errors_of_the_table(directory, small_recall, background, tmp_path):
    check_failure(run_tool("recall"), 2, "RESULTS_DIR")
    check_failure(run_tool("recall", tmp_path / "no"), 3, "no such directory")
    check_failure(run_tool("recall", tmp_path), 3, "no output directory of 'engram run'")
    check_failure(run_tool("recall", background), 3, "no stimulus for learning or recall")
    check_failure(run_tool("recall", directory, "--published", tmp_path / "x"), 3, "no such file")
    check_failure(
        run_tool("recall", directory, "--published", ROOT / "README.md"), 3, "is no table"
    )
    check_failure(run_tool("recall", small_recall, "--published", PUBLISHED), 3, "has no row for")
    (tmp_path / "config.yaml").write_text("simulation: {}\n")
    check_failure(run_tool("recall", tmp_path), 3, "the run is not finished")


def test_files_that_lack_something(tmp_path):
    run = sample_files.write_run(tmp_path / "run", [(2000.0, 0)])
    with h5py.File(run / "spikes.h5", "a") as file:
        del file["spikes/inh"]
    check_failure(run_tool("recall", run), 3, f"{run}/spikes.h5: there is no /spikes/inh;")
    (run / "summary.json").write_text('{"spikes": {}}')
    check_failure(run_tool("plot", run, "--figures", "raster"), 3, "'phases' is missing")
    ensemble = sample_files.write_ensemble(tmp_path / "e")
    with h5py.File(ensemble / "ensemble.h5", "a") as file:
        del file["measures"]
    check_failure(run_tool("recall", ensemble), 3, "measures")


def test_published_table():
    rows = read_published(PUBLISHED)
    assert len(rows) == 8
    row = find_published(rows, 200, 28800.0)
    assert row.mean["Q"] == 0.051380
    assert row.sem("Q") == pytest.approx(0.021896 / math.sqrt(50))
    assert find_published(rows, 300, 10.0) is None


def test_durations():
    assert [parse_duration_s(text) for text in ("10s", "8h", "1.5 min")] == [10, 28800, 90]
    texts = {10: "10 s", 28800: "8 h", 28810: "8 h 10 s", 0: "0 s", -0.5: "-0.5 s"}
    assert {s: duration_text(s) for s in texts} == texts
    with pytest.raises(ValueError, match="'8 x' is no duration"):
        parse_duration_s("8 x")


# --- Figures


def test_figures(directory, tmp_path):
    result = run_tool("plot", directory, "--output", tmp_path, "--published", PUBLISHED)
    assert (result.returncode, result.stderr) == (0, "")
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {"recall_by_size.png"} | {
        f"traces_{i:03d}_count={size}_start_s={start}_duration_s={end}.png"
        for i, (size, start, end) in enumerate(
            [(100, 20, 30), (100, 28810, 28820), (150, 20, 30), (150, 28810, 28820)]
        )
    }
    for path in tmp_path.iterdir():
        image = matplotlib.image.imread(path)
        assert image[..., :3].std() > 0.02  # more than an empty page


def test_an_ensemble_without_traces(tmp_path):
    ensemble = sample_files.write_ensemble(tmp_path / "e")
    with h5py.File(ensemble / "ensemble.h5", "a") as file:
        for point in list(file["traces"]):
            del file[f"traces/{point}"]
    result = run_tool("plot", ensemble)
    assert (result.returncode, result.stderr) == (0, "")
    assert "traces.png: left out (no neurons or synapses were recorded" in result.stdout
    assert result.stdout.count("left out") == 1


def test_chosen_figures(directory, small_recall, tmp_path):
    result = run_tool("plot", directory, "-o", tmp_path, "--figures", "recall_by_size",
                      "--spread", "sd", "--format", "svg")  # fmt: skip
    assert (result.returncode, result.stderr) == (0, "")
    assert [path.name for path in tmp_path.iterdir()] == ["recall_by_size.svg"]
    text = (tmp_path / "recall_by_size.svg").read_text()
    assert "s.d." in text and "8 h" in text
    result = run_tool("plot", small_recall, "-o", tmp_path, "--figures", "raster", "snapshots")
    assert {path.name for path in tmp_path.glob("*.png")} == {"raster.png", "snapshots.png"}
    check_failure(
        run_tool("plot", small_recall, "--figures", "traces"), 3, "is no figure of one run"
    )
    check_failure(
        run_tool("plot", directory, "--figures", "raster"), 3, "is no figure of an ensemble"
    )
    check_failure(run_tool("plot", directory, "--figures", "raste"), 2, "invalid choice: 'raste'")


def test_error_bars_are_where_they_belong(ensemble):
    """The figure shows the means of each time of recall against size, and published values."""
    from engram.figures import recall_by_size

    figure = recall_by_size([ensemble], "sem", read_published(PUBLISHED))
    quality = figure.axes[0]
    lines = {c.get_label(): c.lines[0] for c in quality.containers}
    assert lines["10 s"].get_xdata().tolist() == [100, 150]
    assert lines["10 s"].get_ydata() == pytest.approx(ensemble.measure("Q").mean[[0, 2]])
    assert lines["8 h"].get_ydata() == pytest.approx(ensemble.measure("Q").mean[[1, 3]])
    assert lines["8 h, published"].get_ydata() == pytest.approx(
        [0.023738, 0.033984, 0.051380, 0.080133]
    )
    both = recall_by_size([ensemble, ensemble])
    lines = {c.get_label(): c.lines[0] for c in both.axes[0].containers}
    assert lines["10 s"].get_xdata().tolist() == [100, 100, 150, 150]


# --- An ensemble that the program ran

CONFIGURATION = """
simulation: {description: Small ensemble, duration_s: 8}
trials: 3
trials_per_batch: 3
trial_results: all
sweep:
  - {groups.assembly.count: [20, 30]}
  - {stimuli.recall.start_s: [3, 30], simulation.duration_s: [8, 40]}
populations: {n_exc: 160, n_inh: 40}
groups:
  assembly: {first: 0, count: 20}
  recalled: {of: assembly, fraction: 0.5}
stimuli:
  learn: {scheme: TRIPLET, group: assembly, start_s: 0.5, n_inputs: 25, rate_Hz: 100}
  recall: {scheme: ONEPULSE, group: recalled, start_s: 3, n_inputs: 25, rate_Hz: 100}
record:
  neurons: [0]
  synapses_between: [{from: assembly, to: assembly, count: 1}]
  snapshots_s: [2]
"""


@pytest.fixture(scope="module")
def real(run_engram, tmp_path_factory):
    directory = tmp_path_factory.mktemp("real")
    (directory / "ensemble.yaml").write_text(CONFIGURATION)
    return Ensemble(run_engram(directory / "ensemble.yaml", directory / "results", ranks=2))


def test_measures_of_the_program_are_ours(real):
    """Two implementations of every measure, on the same trials."""
    for point in real.points:
        for k in range(real.n_trials):
            trial = real.trial(point.index, k)
            assert trial.summary["seed"] == real.seeds[k]
            row = {e.name: e.mean for e in run_row(trial).entries}
            for name in set(real.measure_names) - {"runaway"}:
                theirs = real.measure(name).trials[point.index, k]
                ours = row.get(name, math.nan)
                # Mean weights are summed in units of 2^-24 mV (h) and 2^-31 (z).
                quantum = 1e-9 if name.startswith("z_") else 1e-7
                assert ours == pytest.approx(theirs, abs=quantum, nan_ok=True), (
                    point.name,
                    k,
                    name,
                )


def test_points_of_the_program(real):
    assert [point.assembly_size for point in real.points] == [20, 20, 30, 30]
    assert [point.recall_delay_s for point in real.points] == [2.5, 29.5, 2.5, 29.5]
    for point in real.points:
        phases = real.trial(point.index, 0).phases
        assert [(p.kind, p.begin_s, p.end_s) for p in phases_of(point.config)] == [
            (p.kind, p.begin_s, p.end_s) for p in phases
        ]


def test_statistics_of_the_program(real):
    for name in ("Q", "MI", "nu_as"):
        measure = real.measure(name)
        expected = sample_files.statistics(measure.trials)
        for part in ("mean", "sd", "sem"):
            assert getattr(measure, part) == pytest.approx(expected[part], rel=1e-9, abs=1e-12)
    traces = [real.trial(0, k).neuron_traces[0].V_mV for k in range(real.n_trials)]
    statistics = real.neuron_traces(0)[0].variables["V_mV"]
    assert statistics.mean == pytest.approx(np.mean(traces, axis=0))
    assert statistics.sem == pytest.approx(np.std(traces, axis=0, ddof=1) / math.sqrt(3), abs=1e-9)


def test_tools_on_the_program(real, tmp_path):
    result = run_tool("plot", real.path, "--output", tmp_path)
    assert (result.returncode, result.stderr) == (0, "")
    assert len(list(tmp_path.iterdir())) == 1 + len(real.points)
    assert run_tool("recall", real.path).stdout.count("(assembly of") == 4
    assert run_tool("compare", real.path, real.path).stdout == "equal\n"
    assert run_tool("watch", real.path).stdout.startswith("complete  100.0 %  trials 12 of 12 done")


def test_the_assembly_of_an_ensemble_is_that_of_its_trials(run_engram, tmp_path):
    """Its excitatory neurons: all of them learn here."""
    text = CONFIGURATION.replace("group: assembly, start", "group: all, start")
    text = text.replace("trials: 3\ntrials_per_batch: 3", "trials: 2")
    text = text[: text.index("sweep:")] + text[text.index("populations:") :]
    (tmp_path / "ensemble.yaml").write_text(text)
    ensemble = Ensemble(run_engram(tmp_path / "ensemble.yaml", tmp_path / "results"))
    trial = ensemble.trial(0, 0)
    assert ensemble.points[0].assembly_size == len(trial.assembly) == 160


@pytest.mark.parametrize(
    "group,size",
    [
        ("all", 10),
        ("exc", 10),
        ("inh", 0),
        ("mixed", 2),
        ("listed", 1),
        ("half", 1),
        ("drawn", 3),
        ("of_drawn", 2),
    ],
)
def test_excitatory_neurons_of_groups(group, size):
    config = {
        "populations": {"n_exc": 10, "n_inh": 2},
        "groups": {
            "mixed": {"first": 8, "count": 4},
            "listed": {"ids": [11, 3]},
            "half": {"of": "mixed", "fraction": 0.25},
            "drawn": {"random": {"of": "exc", "count": 3}},
            "of_drawn": {"of": "drawn", "fraction": 0.5},
        },
    }
    assert excitatory_size(config, group) == size


def test_what_groups_cannot_be():
    config = {
        "populations": {"n_exc": 10, "n_inh": 2},
        "groups": {
            "a": {"of": "b", "count": 1},
            "b": {"of": "a", "fraction": 0.5},
            "c": {"random": {"of": "c", "fraction": 0.5}},
            "far": {"first": 8, "count": 10**7},
        },
    }
    for name in ("a", "b"):
        with pytest.raises(ResultsError, match="made from itself"):
            group_members(config, name)
    with pytest.raises(ResultsError, match="made from itself"):
        group_size(config, "c")
    with pytest.raises(ResultsError, match="has neuron 10000007, but the network has 12 neurons"):
        group_members(config, "far")
    with pytest.raises(ResultsError, match="there is no group 'other'"):
        group_members(config, "other")


def test_random_groups_have_a_size():
    config = {
        "populations": {"n_exc": 10, "n_inh": 2},
        "groups": {
            "assembly": {"ids": [4, 2, 9]},
            "part": {"of": "assembly", "count": 2},
            "some": {"random": {"of": "exc", "fraction": 0.25}},
        },
    }
    assert [group_size(config, name) for name in ("assembly", "part", "some", "inh")] == [
        3,
        2,
        3,
        2,
    ]
    assert group_members(config, "part").tolist() == [2, 4]
    with pytest.raises(ResultsError, match="drawn at random"):
        group_members(config, "some")


# --- Several memories, and recorded synapses

SEVERAL = """
simulation: {duration_s: 6}
trials: 2
populations: {n_exc: 160, n_inh: 40}
groups:
  A: {first: 0, count: 40}
  B: {first: 30, count: 40}
  both: {intersection: [A, B]}
  cue: {of: B, count: 20}
stimuli:
  learn_A: {scheme: TRIPLET, group: A, start_s: 0.5, n_inputs: 25, rate_Hz: 100}
  learn_B: {scheme: TRIPLET, group: B, start_s: 2, n_inputs: 25, rate_Hz: 100}
  recall_A: {scheme: ONEPULSE, group: both, start_s: 4, n_inputs: 25, rate_Hz: 100}
  recall: {scheme: ONEPULSE, group: cue, start_s: 5, n_inputs: 25, rate_Hz: 100}
record:
  neurons: [1]
  synapses_between: [{from: A, to: A, count: 2}, {from: all, to: B}]
  every_steps: 75
  snapshots_s: [4]
measures: {recorded_synapses: true, recall_begin_s: 0.05, recall_end_s: 0.3}
"""


@pytest.fixture(scope="module")
def several(run_engram, tmp_path_factory):
    directory = tmp_path_factory.mktemp("several")
    (directory / "several.yaml").write_text(SEVERAL)
    return directory


@pytest.mark.parametrize("measures", [(), ("--set", "measures.groups=[B, both]")])
def test_several_memories_of_the_program_are_ours(run_engram, several, tmp_path, measures):
    """What the program measures of memories, pairs and synapses, by other means."""
    ensemble = Ensemble(
        run_engram(several / "several.yaml", tmp_path / "x", ranks=2, arguments=measures)
    )
    n_compared = 0
    for k in range(ensemble.n_trials):
        trial = ensemble.trial(0, k)
        ours = {}
        for show in ("memories", "induction"):
            for part in ANALYSES[show].measure(trial, Settings()):
                ours |= {(show, part.name, e.name): e.mean for e in part.entries}
        synapses = trial.config["record"]["synapses"]
        for name in ensemble.measure_names:
            place = part_of(name)
            if place is None:
                continue
            show, part, measure = place
            if part.startswith("synapse selected_"):
                pre, post = synapses[int(part.removeprefix("synapse selected_"))]
                part = f"synapse {pre} to {post}"
            theirs = ensemble.measure(name).trials[0, k]
            assert ours[show, part, measure] == pytest.approx(theirs, abs=1e-6, nan_ok=True), name
            n_compared += math.isfinite(theirs)
    assert n_compared > 200


def test_measures_that_are_stored(run_engram, several, tmp_path):
    """Without the results of trials, ensemble.h5 has what they would tell."""
    keep = run_engram(several / "several.yaml", tmp_path / "keep")
    drop = run_engram(
        several / "several.yaml", tmp_path / "drop", ranks=2,
        arguments=("--set", "trial_results=none", "--set", "trial_traces=none"),
    )  # fmt: skip
    with h5py.File(drop / "ensemble.h5") as file, h5py.File(keep / "ensemble.h5") as kept:
        assert len(file["traces"]) == 0 and len(kept["traces"]) == 1
        for name, measure in kept["measures"].items():
            assert np.array_equal(measure["trials"][()], file["measures"][name]["trials"][()],
                                  equal_nan=True), name  # fmt: skip
    for show in ("memories", "induction"):
        rows = {}
        for path in (keep, drop):
            table = json.loads(run_tool("recall", path, "--show", show, "--format", "json").stdout)
            rows[path] = {
                (row["part"], name): measure["mean"]
                for row in table
                for name, measure in row["measures"].items()
                if measure["mean"] is not None
                and not row["part"].startswith("synapse")  # others in each trial
            }
        assert all(
            rows[keep][key] == pytest.approx(value, abs=1e-6) for key, value in rows[drop].items()
        )
        assert table
    text = run_tool("recall", drop).stdout
    assert "Q.A" not in text and "nu_as" in text
    assert "Q.B" in run_tool("recall", drop, "--measures", "Q.B").stdout
