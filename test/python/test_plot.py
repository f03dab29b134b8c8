# SPDX-License-Identifier: Apache-2.0
"""tools/engram-plot on real runs: every figure is drawn, and what is missing is reported."""


import matplotlib.image
import pytest
from conftest import ROOT
from tool import run_tool

FIGURES = {
    "overview",
    "raster",
    "membrane",
    "weights",
    "calcium_protein",
    "snapshots",
    "weight_matrix",
}


def plot(*arguments):
    return run_tool("plot", *arguments)


def test_all_figures(small_recall, tmp_path):
    result = plot(small_recall, "--output", tmp_path / "new" / "plots")
    assert result.returncode == 0, result.stderr
    assert result.stderr == ""
    files = {path.stem: path for path in (tmp_path / "new" / "plots").iterdir()}
    assert set(files) == FIGURES
    for path in files.values():
        image = matplotlib.image.imread(path)
        assert min(image.shape[:2]) > 300
        assert image[..., :3].std() > 0.02  # more than an empty page


@pytest.mark.parametrize("file_format,beginning", [("svg", b"<?xml"), ("pdf", b"%PDF")])
def test_vector_formats(small_recall, tmp_path, file_format, beginning):
    figures = ["raster", "membrane"]
    result = plot(
        small_recall, "--output", tmp_path, "--format", file_format, "--figures", *figures
    )
    assert result.returncode == 0, result.stderr
    assert {path.name for path in tmp_path.iterdir()} == {f"{f}.{file_format}" for f in figures}
    for path in tmp_path.iterdir():
        assert path.read_bytes().startswith(beginning)


def test_what_was_not_recorded_is_left_out(background):
    result = plot(background)  # the default output: plots/ in the results
    assert result.returncode == 0, result.stderr
    assert {path.name for path in (background / "plots").iterdir()} == {"raster.png"}
    for name in FIGURES - {"raster"}:
        assert f"{name}.png: left out (" in result.stdout
    assert "see record.synapses" in result.stdout


def test_figures_of_an_earlier_run_do_not_survive(background, tmp_path):
    (tmp_path / "weights.png").write_text("old")
    assert plot(background, "--output", tmp_path).returncode == 0
    assert not (tmp_path / "weights.png").exists()


@pytest.mark.parametrize("recorded", ["neurons=[3]", "synapses=[[0, 4]]"])
def test_only_neurons_or_only_synapses(run_engram, small_recall, tmp_path, recorded):
    configuration = small_recall.parent / "small_recall.yaml"
    clear = ("--set", "record={every_steps: 10}", "--set", "simulation.duration_s=4")
    clear += ("--set", "stimuli.recall.start_s=3", "--set", f"record.{recorded}")
    output = run_engram(configuration, tmp_path / "results", arguments=clear)
    result = plot(output)
    assert result.returncode == 0, result.stderr
    assert (output / "plots/calcium_protein.png").is_file()
    assert (output / "plots/weights.png").is_file() == recorded.startswith("synapses")
    assert (output / "plots/membrane.png").is_file() == recorded.startswith("neurons")


def test_consolidation_alone(run_engram, tmp_path):
    configuration = tmp_path / "rest.yaml"
    configuration.write_text(
        "simulation: {duration_s: 7200}\npopulations: {n_exc: 10, n_inh: 0}\n"
        "record: {neurons: [1]}\n"
    )
    result = plot(run_engram(configuration, tmp_path / "results"))
    assert result.returncode == 0, result.stderr
    assert "raster.png: left out (the run has no spiking phase)" in result.stdout


def check_failure(result, code, text):
    assert result.returncode == code
    assert result.stderr.startswith("engram-plot: error: ")
    assert text in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_no_results(tmp_path):
    check_failure(plot(tmp_path / "missing"), 3, "no such directory")
    check_failure(plot(tmp_path), 3, "no output directory of 'engram run'")


def test_damaged_results(tmp_path):
    (tmp_path / "config.yaml").write_text("simulation: {}\n")
    check_failure(plot(tmp_path), 3, "not finished")
    (tmp_path / "summary.json").write_text("{}")
    check_failure(plot(tmp_path), 3, "network.h5: no such file")
    (tmp_path / "summary.json").write_text("[")
    check_failure(plot(tmp_path), 3, "summary.json: cannot be read")


def test_usage(tmp_path):
    check_failure(plot(), 2, "RESULTS_DIR")
    check_failure(plot(tmp_path, "--format", "gif"), 2, "gif")
    result = plot("--help")
    assert result.returncode == 0
    assert "RESULTS_DIR" in result.stdout


def test_stimuli_of_one_step_are_marked(run_engram, tmp_path):
    """Their width is less than a pixel of the figure."""
    results = run_engram(ROOT / "configs/basic_early_det.yaml", tmp_path / "results")
    result = plot(results)
    assert result.returncode == 0, result.stderr
    rgb = matplotlib.image.imread(results / "plots/calcium_protein.png")[..., :3]
    coloured = (rgb[..., 0] > 0.8) & (rgb[..., 2] < rgb[..., 0] - 0.2)
    # Lines through all of a panel, of which there are three.
    columns = coloured.sum(axis=0) > 0.5 * rgb.shape[0]
    assert (columns[1:] & ~columns[:-1]).sum() == 7
