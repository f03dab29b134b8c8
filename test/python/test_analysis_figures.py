# SPDX-License-Identifier: Apache-2.0
"""Figures of engram-plot that are drawn on demand: likelihoods by group, maps over two keys."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
import sample_files
from engram import Ensemble, Results, avalanche_statistics, induction_of, named_groups
from engram.errors import ResultsError
from engram.figures import NothingToDraw, likelihoods, measure_curves, measure_map
from tool import check_failure, run_tool

CONFIG = sample_files.CONFIG | {
    "populations": {"n_exc": 40, "n_inh": 2},
    "groups": {"A": {"first": 0, "count": 20}, "B": {"first": 15, "count": 20}},
    "stimuli": {
        f"learn_{name}": sample_files.CONFIG["stimuli"]["learn"] | {"group": name} for name in "AB"
    },
}

RATES = """
simulation: {duration_s: 2, fast_forward: off}
populations: {n_exc: 2, n_inh: 0}
connectivity: {probability: 1}
background: {mean_nA: 0, sigma_wn_nA_sqrt_s: 0}
groups: {pre: {ids: [0]}, post: {ids: [1]}}
stimuli:
  pre: {scheme: WTET, group: pre, role: recall, start_s: 1, rate_Hz: 100}
  post: {scheme: WTET, group: post, role: recall, start_s: 1, rate_Hz: 100}
record: {synapses: [[0, 1]]}
sweep: {stimuli.pre.rate_Hz: [200, 9, 100], stimuli.post.rate_Hz: [10, 100]}
trials: 2
"""


@pytest.fixture
def runs(tmp_path) -> list[Path]:
    """Of two runs the second has avalanches in B alone."""
    first = [(float(1000 + 10 * k + 0.2 * i), i) for k in range(30) for i in range(20)]
    second = [(float(1000 + 10 * k + 0.2 * i), 20 + i) for k in range(9) for i in range(15)]
    return [
        sample_files.write_run(tmp_path / f"run{index}", spikes, config=CONFIG)
        for index, spikes in enumerate((first, second))
    ]


def test_bars_are_likelihoods(runs) -> None:
    (axes,) = likelihoods(runs).axes
    heights = [[bar.get_height() for bar in bars.patches] for bars in axes.containers[1::2]]
    expected = [
        [
            avalanche_statistics(
                Results(run), named_groups(Results(run), "AB"), 0, 25.1
            ).likelihood[group]
            for run in runs
        ]
        for group in "AB"
    ]
    assert heights == expected
    assert expected[0] == [30 / 2510, 0] and expected[1] == [0, 9 / 2510]
    assert [text.get_text() for text in axes.get_xticklabels()] == ["run0", "run1"]
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["A", "B"]


def test_without_learning(tmp_path) -> None:
    config = CONFIG | {"stimuli": {}}
    path = sample_files.write_run(tmp_path / "r", config=config)
    with pytest.raises(NothingToDraw, match="no group learns"):
        likelihoods([path])


def test_figures_on_demand(runs, tmp_path) -> None:
    output = tmp_path / "plots"
    arguments = ("--figures", "likelihoods", "--with", runs[1], "-o", output)
    result = run_tool("plot", runs[0], *arguments)
    assert (result.returncode, result.stderr) == (0, "")
    assert [path.name for path in output.iterdir()] == ["likelihoods.png"]
    everything = run_tool("plot", runs[0], "-o", tmp_path / "all")
    assert "likelihoods" not in everything.stdout
    result = run_tool("plot", runs[0], "--figures", "map")
    check_failure(result, 3, "'map' is no figure of one run")


@pytest.fixture(scope="module")
def ensemble(run_engram, tmp_path_factory) -> Ensemble:
    directory = tmp_path_factory.mktemp("rates")
    (directory / "rates.yaml").write_text(RATES)
    return Ensemble(run_engram(directory / "rates.yaml", directory / "results"))


def test_a_map_has_the_means_of_its_points(ensemble) -> None:
    figure = measure_map(ensemble, "h_change")
    axes = figure.axes[0]
    values = axes.images[0].get_array()
    assert values.shape == (3, 2)
    for point in ensemble.points:
        row = ["9", "100", "200"].index(point.settings["stimuli.pre.rate_Hz"])
        column = ["10", "100"].index(point.settings["stimuli.post.rate_Hz"])
        trials = [ensemble.trial(point.index, trial) for trial in range(2)]
        changes = [induction_of(t, t.synapse_traces[0]).largest_change_mV for t in trials]
        assert values[row, column] == pytest.approx(np.mean(changes))
    assert len(np.unique(values)) > 3
    assert axes.get_xlabel() == "stimuli.post.rate_Hz" and axes.get_ylabel().endswith("pre.rate_Hz")
    assert [text.get_text() for text in axes.get_yticklabels()] == ["9", "100", "200"]
    # Measures of the ensemble itself need no kept trials.
    rate = measure_map(ensemble, "rate_exc").axes[0].images[0].get_array()
    assert sorted(rate.ravel()) == pytest.approx(sorted(ensemble.measure("rate_exc").mean))


def test_maps_on_the_command_line(ensemble, tmp_path) -> None:
    result = run_tool("plot", ensemble.path, "--figures", "map", "-o", tmp_path)
    assert (result.returncode, result.stderr) == (0, "")
    assert [path.name for path in tmp_path.iterdir()] == ["map.png"]
    wrong = run_tool("plot", ensemble.path, "--figures", "map", "--measure", "h_chang")
    check_failure(wrong, 3, "there is no measure 'h_chang'")


def test_keys_that_change_together_are_one(tmp_path) -> None:
    """The sample sweeps the size of the assembly, and the time of recall with the duration."""
    ensemble = Ensemble(sample_files.write_ensemble(tmp_path / "e"))
    axes = measure_map(ensemble, "Q").axes[0]
    means = ensemble.measure("Q").mean
    assert axes.images[0].get_array().tolist() == [means[:2].tolist(), means[2:].tolist()]
    lines = measure_curves(ensemble, "Q").axes[0].containers
    assert [line.lines[0].get_ydata().tolist() for line in lines] == [
        means[:2].tolist(),
        means[2:].tolist(),
    ]


def test_curves_are_the_points_of_the_sweep(ensemble, tmp_path) -> None:
    rates = ensemble.measure("rate_exc")
    axes = measure_curves(ensemble, "rate_exc").axes[0]
    assert axes.get_xlabel() == "stimuli.pre.rate_Hz"  # has the most values
    assert len(axes.containers) == 2
    for container, post in zip(axes.containers, ("10", "100")):
        line, _, (bars,) = container
        assert container.get_label() == f"stimuli.post.rate_Hz {post}"
        assert line.get_xdata().tolist() == [9, 100, 200]
        points = [
            next(
                point.index
                for point in ensemble.points
                if point.settings == {"stimuli.pre.rate_Hz": pre, "stimuli.post.rate_Hz": post}
            )
            for pre in ("9", "100", "200")
        ]
        assert line.get_ydata() == pytest.approx(rates.mean[points])
        heights = [segment[1][1] - segment[0][1] for segment in bars.get_segments()]
        assert heights == pytest.approx(2 * rates.sem[points])
    over = measure_curves(ensemble, "h_change", "stimuli.post.rate_Hz").axes[0]
    assert len(over.containers) == 3
    panels = measure_curves(
        ensemble, "rate_exc", "stimuli.pre.rate_Hz", panels=["stimuli.post.rate_Hz"]
    ).axes
    assert [panel.get_title() for panel in panels] == ["rate_Hz 10", "rate_Hz 100"] or [
        panel.get_title() for panel in panels
    ] == ["stimuli.post.rate_Hz 10", "stimuli.post.rate_Hz 100"]
    for panel, before in zip(panels, axes.containers):
        (curve,) = panel.containers
        assert curve[0].get_ydata() == pytest.approx(before[0].get_ydata())
    for panels, problem in (
        (["stimuli.pre.rate_Hz"], "is what curves are drawn against"),
        (["x"], "does not vary 'x' (it does: "),
    ):
        with pytest.raises(ResultsError, match=re.escape(problem)):
            measure_curves(ensemble, "rate_exc", "stimuli.pre.rate_Hz", panels=panels)
    result = run_tool(
        "plot", ensemble.path, "--figures", "curves", "--measure", "rate_exc", "-o", tmp_path
    )
    assert result.returncode == 0 and (tmp_path / "curves.png").exists(), result.stderr
    wrong = run_tool("plot", ensemble.path, "--figures", "curves", "--over", "x", "--measure", "Q")
    check_failure(wrong, 3, "does not vary 'x' over numbers")


@pytest.mark.parametrize(
    "arguments",
    [
        ("--measure", "Q"),
        ("--figures", "map", "--over", "stimuli.pre.rate_Hz"),
        ("--figures", "curves", "--with", "."),
        ("--figures", "traces", "--published", "x.csv"),
    ],
)
def test_options_without_effect_are_refused(ensemble, arguments) -> None:
    result = run_tool("plot", ensemble.path, *arguments)
    check_failure(result, 2, f"argument {arguments[-2]}: is used by --figures")


def test_points_of_two_ensembles_are_told_apart(run_engram, tmp_path) -> None:
    (tmp_path / "one.yaml").write_text(RATES)
    learns = ("--set", "stimuli.pre.role=learn", "--set", "trials=1", "--set", "sweep=null")
    sweep = ("--set", "sweep={stimuli.pre.rate_Hz: [9]}")
    paths = [
        run_engram(tmp_path / "one.yaml", tmp_path / name, arguments=(*learns, *sweep))
        for name in ("first", "second")
    ]
    labels = [text.get_text() for text in likelihoods(paths).axes[0].get_xticklabels()]
    assert labels == [f"{name}: stimuli.pre.rate_Hz=9" for name in ("first", "second")]
    (alone,) = likelihoods(paths[:1]).axes[0].get_xticklabels()
    assert alone.get_text() == "stimuli.pre.rate_Hz=9"


def test_a_map_needs_two_keys(run_engram, tmp_path) -> None:
    (tmp_path / "one.yaml").write_text(RATES)
    one = Ensemble(
        run_engram(
            tmp_path / "one.yaml", tmp_path / "one",
            arguments=("--set", "sweep={stimuli.pre.rate_Hz: [9, 100]}", "--set", "trials=1"),
        )
    )  # fmt: skip
    with pytest.raises(NothingToDraw, match="varies 1 keys, not two"):
        measure_map(one, "rate_exc")
