# SPDX-License-Identifier: Apache-2.0
"""What a reviewer reads off figures: scales, bins, names, numbers."""

from __future__ import annotations

import matplotlib
import matplotlib.image
import numpy as np
import pytest
import sample_files
from engram import Ensemble, Results
from engram.figures import (
    NothingToDraw,
    add_letters,
    raster,
    recall_by_size,
    save,
    set_width,
    snapshots,
    weight_matrix,
)
from engram.figures.time_axis import all_pieces, shade_stimuli
from tool import check_failure, run_tool

EDGES = [(0, 1), (1, 0), (0, 4), (5, 4)]


@pytest.fixture
def run(tmp_path) -> Results:
    """Neurons 0 to 3 fire every 10 ms for 0.1 s from 20 s on."""
    spikes = [(20000.0 + 10 * k, gid) for k in range(10) for gid in range(4)]
    snapshots_at = {
        0.5: ([4.0] * 4, [0.0] * 4),
        15.0: ([8.0, 6.0, 4.0, 4.0], [0.5, 0.0, 0.0, 0.0]),
        25.0: ([6.0, 6.0, 4.0, 4.0], [0.5, 0.5, 0.0, 0.0]),
    }
    return Results(sample_files.write_run(tmp_path / "run", spikes, EDGES, snapshots_at))


def test_a_short_pulse_keeps_its_rate_in_a_long_run(run) -> None:
    rates = raster(run).axes[1]
    assert rates.get_ylabel() == "mean rate (Hz)\n50 ms bins,\nlog above 1 Hz"
    curve = next(line for line in rates.lines if line.get_label() == "recalled")
    time_s, rate_hz = curve.get_data()
    inside = (time_s > 20.0) & (time_s < 20.1)
    assert inside.any() and rate_hz[inside] == pytest.approx(100)
    assert rate_hz[time_s < 19.9] == pytest.approx(0)
    # One bin begins with the first stimulus, at 1 s.
    assert np.isclose(time_s, 1.0).any() and np.isclose(time_s, 20.05).any()


def test_bars_begin_at_the_initial_weight(run) -> None:
    early, late = snapshots(run).axes
    assert early.get_ylabel().endswith("(% of $h_0$)") and late.get_ylabel().endswith("$1 + z$ (%)")
    tops = [[bar.get_y() + bar.get_height() for bar in bars] for bars in early.containers[1::2]]
    assert tops[0] == pytest.approx([100, 100, np.nan, 100], nan_ok=True)
    assert tops[1][0] == pytest.approx(175)  # of 8 and 6 mV within the assembly
    (lines,) = early.containers[2].lines[2]  # the s.d. of these
    low, high = lines.get_segments()[0][:, 1]
    assert (low, high) == pytest.approx((150, 200))
    tops = [[bar.get_y() + bar.get_height() for bar in bars] for bars in late.containers[1::2]]
    assert tops[2][0] == pytest.approx(150)
    legend = [text.get_text() for text in late.get_legend().get_texts()]
    assert legend == ["0.5 s,\nbefore learning", "15 s,\nafter learning", "25 s,\nafter recall"]
    assert [text.get_text() for text in early.texts] == ["no\nsynapses"]  # into the assembly
    assert early.get_xlabel() == "synapses by 'assembly'"


def test_few_neurons_have_their_numbers(run) -> None:
    figure = weight_matrix(run)
    labels = [text.get_text() for text in figure.axes[0].get_xticklabels()]
    assert labels == ["0", "1", "2", "3", "4", "5"]
    title = figure._suptitle.get_text()
    assert "grey: no synapse" in title and "8 neurons, seed 1" in title


def test_overlapping_stimuli_are_one_shade(tmp_path) -> None:
    pulses = {"scheme": "TRIPLET", "group": "assembly", "role": "learn"}
    stimuli = {f"s{k}": pulses | {"start_s": 1.0 + 0.01 * k} for k in range(200)}
    config = sample_files.CONFIG | {"stimuli": stimuli}
    results = Results(sample_files.write_run(tmp_path / "run", config=config))
    axes = matplotlib.figure.Figure().subplots()
    shade_stimuli(axes, results, all_pieces(results)[0])
    assert len(axes.patches) == 1


def test_letters_and_width(run, tmp_path) -> None:
    figure = add_letters(snapshots(run))
    assert [[t.get_text() for t in axes.texts][-1] for axes in figure.axes] == ["a", "b"]
    save(set_width(figure, 170), tmp_path / "wide.png", dpi=100)
    height, width = matplotlib.image.imread(tmp_path / "wide.png").shape[:2]
    assert width == pytest.approx(100 * 170 / 25.4, abs=1) and height > 150
    with pytest.raises(NothingToDraw, match="do not fit into 10 mm"):
        save(set_width(snapshots(run), 10), tmp_path / "narrow.png")
    assert not (tmp_path / "narrow.png").exists()


def test_options_of_the_program(run, tmp_path) -> None:
    options = (
        "--figures",
        "raster",
        "--width",
        "120",
        "--dpi",
        "50",
        "--title",
        "Mine",
        "--letters",
    )
    result = run_tool("plot", run.path, *options, "-o", tmp_path, "--format", "svg")
    assert (result.returncode, result.stderr) == (0, "")
    text = (tmp_path / "raster.svg").read_text()
    assert ">Mine<" in text and "seed 1" not in text and ">b<" in text
    for option in ("--dpi", "--width"):
        for wrong in ("0", "wide"):
            result = run_tool("plot", run.path, option, wrong)
            check_failure(result, 2, f"{option}: must be a number from 1 to 10000 (is '{wrong}')")


def test_means_say_n(tmp_path) -> None:
    ensemble = Ensemble(sample_files.write_ensemble(tmp_path / "e"))
    legend = recall_by_size([ensemble]).axes[1].get_legend()
    assert legend.get_title().get_text().endswith(f"n = {ensemble.n_trials})")
