# SPDX-License-Identifier: Apache-2.0
"""The package engram as users write experiments with it: running, tables, figures, errors."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import h5py
import matplotlib
import numpy as np
import pytest
from conftest import PATIENCE_S, ROOT, TOOLS, run_program, write_small_recall
from results_equal import differences

matplotlib.use("Agg")
import engram as package  # noqa: E402  (conftest says where it is; `engram` is a fixture)
from engram import keys  # noqa: E402
from engram.program import in_python  # noqa: E402

TOOLS_FOR_USERS = sorted(path.name for path in TOOLS.glob("engram-*"))
SMALL = {"simulation": {"duration_s": 0.2}, "populations": {"n_exc": 12, "n_inh": 4}}
N = 16
pytestmark = pytest.mark.usefixtures("program_of_package")


def test_a_file_gives_what_the_command_line_gives(small_recall, tmp_path) -> None:
    path = write_small_recall(tmp_path)
    results = package.run(path, ranks=2, output=tmp_path / "results")
    assert isinstance(results, package.Results)
    assert not differences(small_recall, results.path)


def test_the_output_is_that_of_the_configuration(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert package.run(SMALL | {"output": {"directory": "a/b"}}).path == Path("a/b")
    assert package.run(SMALL, output__directory="c").path == Path("c")
    Path("named.yaml").write_text(json.dumps(SMALL))
    assert package.run("named.yaml").path == Path("results/named")


def test_objects_and_overrides_are_the_same_run_as_maps(tmp_path) -> None:
    stimulus = dict(scheme="ONEPULSE", group="exc", start_s=0.05, n_inputs=25, rate_Hz=100)
    maps = SMALL | {"stimuli": {"learn": stimulus}, "record": {"neurons": [0, 3]}}
    objects = keys.Configuration(
        simulation=keys.Simulation(duration_s=0.2, seed=7),
        populations=keys.Populations(n_exc=12, n_inh=4),
        stimuli={
            "learn": keys.Onepulse(group="exc", start_s=0.05, n_inputs=25, rate_Hz=np.float64(100))
        },
        record=keys.Record(neurons=np.array([0, 3])),
    )
    a = package.run(maps, output=tmp_path / "a", simulation__seed=7)
    b = package.run(objects, output=tmp_path / "b", **{"background.mean_nA": np.float32(0.15)})
    c = package.run(objects, output=tmp_path / "c", background={"mean_nA": 0.2})
    assert a.config["background"]["mean_nA"] == 0.15
    assert not differences(a.path, c.path) or c.config["background"]["mean_nA"] == 0.2
    assert np.array_equal(a.spikes("exc").time_ms, package.load(b.path).spikes("exc").time_ms)


def test_a_misspelt_key_of_an_object_is_an_error() -> None:
    with pytest.raises(TypeError):
        keys.Simulation(sead=1)
    with pytest.raises(AttributeError):
        keys.Simulation().sead = 1


def test_the_classes_are_those_of_the_documentation() -> None:
    result = run_program([sys.executable, ROOT / "tools/dev/generate_keys.py", "--check"])
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("options", [[], ["--check"]])
@pytest.mark.parametrize(
    "section, lists", [("sleep", ("SECTIONS", "TOP")), ("Deep", ("SECTIONS",))]
)
def test_a_section_that_would_get_no_class_is_told(tmp_path, options, section, lists) -> None:
    for name in ("docs", "tools/dev", "tools/engram"):
        (tmp_path / name).mkdir(parents=True)
    copied = ["docs/ensembles.md", "tools/dev/generate_keys.py", "tools/engram/keys.py"]
    for name in copied:
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    head = f"\n## {section}\n| key | default | range | meaning |\n| --- | --- | --- | --- |\n"
    text = (ROOT / "docs/configuration.md").read_text("utf-8") + head + "| `x` | 0 | >= 0 | y |\n"
    (tmp_path / "docs/configuration.md").write_text(text, "utf-8")
    result = run_program([sys.executable, tmp_path / "tools/dev/generate_keys.py", *options])
    assert result.returncode == 1
    assert [line.split("'")[1] for line in result.stderr.splitlines()] == [section] * len(lists)
    assert all(f"the list {name} " in result.stderr for name in lists)


def test_every_problem_is_told() -> None:
    with pytest.raises(package.ConfigurationError) as caught:
        package.check(SMALL, neuron={"t_ref_ms": -2}, simulation__sead=1)
    found = {problem.key: problem.message for problem in caught.value.problems}
    assert found.keys() == {"neuron.t_ref_ms", "simulation.sead"}
    assert "did you mean 'seed'" in found["simulation.sead"]
    assert caught.value.exit_code == 2 and "neuron.t_ref_ms" in str(caught.value)


def test_options_in_messages_become_arguments() -> None:
    """Those of run() in all messages of the program, but for commands to be typed."""
    found = 0
    for path in sorted((ROOT / "src").glob("*/*.cpp")):
        if path.parent.name == "cli":
            continue
        text = re.sub(r'"\s*\n\s*"', "", path.read_text("utf-8"))
        for message in re.findall(r'"((?:[^"\\]|\\.)*)"', text):
            named = re.search(r"--(output|force|device)\b", message)
            if named is None or message == named[0] or "engram run" in message:
                continue
            if message.startswith(f" {named[0]}"):  # the rest of a command
                continue
            found += 1
            told = in_python(package.Problem(message)).message
            assert named[0] not in told, f"{path}: {message}"
    assert found >= 8


def test_a_refused_run_leaves_the_inputs_of_others_alone(tmp_path) -> None:
    notes = tmp_path / "mine.input/config.yaml"
    notes.parent.mkdir()
    notes.write_text("my notes")
    package.run(SMALL, output=tmp_path / "mine")
    before = {path: path.read_bytes() for path in notes.parent.iterdir()}
    with pytest.raises(package.ProgramError, match="force=True"):
        package.run(SMALL, output=tmp_path / "mine", simulation__seed=7)
    assert {path: path.read_bytes() for path in before} == before
    assert notes.read_text() == "my notes"


def test_what_was_read_can_be_run_again() -> None:
    """YAML takes the word off for a boolean."""
    checked = package.check(SMALL, simulation__fast_forward="off")
    assert checked.config["simulation"]["fast_forward"] == "off"
    assert package.check(checked.config).config == checked.config


@pytest.mark.parametrize("output", ["file/x", "/proc/x"])
def test_outputs_that_cannot_be_written(tmp_path, output) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(package.FileError, match="cannot be written .*; choose another output"):
        package.run(SMALL, output=tmp_path / output)


def test_settings_of_measures(small_recall) -> None:
    results = package.load(small_recall)
    of_one = results.measures("memories", groups="assembly")
    assert of_one.equals(results.measures("memories", groups=["assembly"]))
    with pytest.raises(package.ValueProblem, match="no setting 'window' .*window_s"):
        results.measures("memories", window=(0, 1))


def test_launchers_are_lists_or_texts(tmp_path) -> None:
    results = package.run(SMALL, ranks=2, output=tmp_path / "r", launcher="mpirun --oversubscribe")
    assert results.summary["ranks"] == 2
    with pytest.raises(package.ProgramError, match="has left no results; is it engram?"):
        package.run(SMALL, output=tmp_path / "none", program="/bin/true")


@pytest.mark.parametrize("ask", [package.check, package.plan])
def test_problems_do_not_point_to_files_that_are_gone(ask) -> None:
    with pytest.raises(package.ConfigurationError) as caught:
        ask({**SMALL, "neuron": {"t_ref_ms": -2}, "connectivity": {"file": np.eye(N, k=1)}})
    for problem in caught.value.problems:
        assert not problem.file and not problem.line
        assert "/engram-" not in str(problem), problem


@pytest.mark.parametrize("ranks", [1, 2])
def test_a_run_that_is_refused_says_why(tmp_path, ranks) -> None:
    package.run(SMALL, output=tmp_path / "results")
    before = (tmp_path / "results/spikes.h5").read_bytes()
    with pytest.raises(package.ProgramError, match="pass force=True") as caught:
        package.run(SMALL, ranks=ranks, output=tmp_path / "results", progress=False)
    assert caught.value.exit_code == 3
    assert (tmp_path / "results/spikes.h5").read_bytes() == before
    package.run(SMALL, ranks=ranks, output=tmp_path / "results", force=True)


def test_a_program_that_is_not_there_is_named(monkeypatch) -> None:
    monkeypatch.setenv("ENGRAM", "/no/such/engram")
    with pytest.raises(package.ProgramNotFound, match="/no/such/engram"):
        package.check(SMALL)


def test_a_launcher_that_is_not_there_is_named(tmp_path) -> None:
    with pytest.raises(package.ValueProblem, match="no-such-mpirun"):
        package.run(SMALL, ranks=2, output=tmp_path / "r", launcher=["no-such-mpirun"])


INTERRUPTED = """
import sys, engram
try:
    engram.run(sys.argv[1], ranks=int(sys.argv[2]), output=sys.argv[3], progress=False)
except engram.JobStopped as stop:
    print(stop.path)
    sys.exit(5)
"""


@pytest.mark.parametrize("ranks", [1, 2])
def test_an_interrupted_run_is_resumed_to_the_same_results(tmp_path, ranks) -> None:
    (tmp_path / "long.yaml").write_text(
        "{simulation: {duration_s: 100, fast_forward: 'off'}, populations: {n_exc: 80, n_inh: 20},"
        " background: {mean_nA: 0.9}}"
    )
    output = tmp_path / "stopped"
    arguments = [str(tmp_path / "long.yaml"), str(ranks), str(output)]
    process = subprocess.Popen(
        [sys.executable, "-c", INTERRUPTED, *arguments],
        env=dict(os.environ, PYTHONPATH=str(TOOLS)),
        stdout=subprocess.PIPE,
        text=True,
        # Programs that a shell has put into the background ignore interrupts.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    deadline = time.monotonic() + PATIENCE_S
    while not (output / "progress.json").exists():
        assert process.poll() is None and time.monotonic() < deadline
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 5 and said.strip() == str(output)
    with pytest.raises(package.ResultsError, match="not finished"):
        package.load(output)
    resumed = package.resume(output, ranks=3 - ranks, progress=False)
    whole = package.run(tmp_path / "long.yaml", output=tmp_path / "whole", progress=False)
    assert not differences(resumed.path, whole.path)


def test_a_complete_run_is_extended(tmp_path) -> None:
    results = package.run(SMALL, output=tmp_path / "a")
    longer = package.resume(results, simulation__duration_s=0.4)
    whole = package.run(SMALL, output=tmp_path / "b", simulation__duration_s=0.4)
    assert not differences(longer.path, whole.path)


@pytest.mark.parametrize("ranks", ["2", 0, 1.5])
def test_ranks_are_counted(tmp_path, ranks) -> None:
    with pytest.raises(package.EngramError, match="ranks must be a whole number, at least 1"):
        package.run(SMALL, output=tmp_path / "r", ranks=ranks)
    assert not (tmp_path / "r").exists()


def test_ranks_are_few(tmp_path, monkeypatch) -> None:
    cores = len(os.sched_getaffinity(0))
    with pytest.raises(package.ValueProblem, match=f"ranks=5000 .* use ranks={cores}, or a"):
        package.run(SMALL, output=tmp_path / "r", ranks=5000)
    assert not (tmp_path / "r").exists()
    with pytest.raises(package.ProgramError):  # which starts nothing
        package.run(SMALL, output=tmp_path / "r", ranks=5000, launcher=["false", "--hosts=many"])
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv("SLURM_JOB_ID", "1")
    with pytest.raises(package.ValueProblem, match="mpirun was not found"):
        package.run(SMALL, output=tmp_path / "r", ranks=5000)


def test_ensembles(tmp_path) -> None:
    ensemble = package.run(
        SMALL, ranks=2, output=tmp_path / "e", trials=3, sweep={"background.mean_nA": [0.5, 1.0]}
    )
    assert isinstance(ensemble, package.Ensemble)
    trials, table = ensemble.trials("rate_exc"), ensemble.table(["rate_exc"])
    assert list(trials["background.mean_nA"]) == [0.5] * 3 + [1.0] * 3
    assert np.allclose(table["mean"], trials.groupby("point").rate_exc.mean())
    assert np.allclose(table["sd"], trials.groupby("point").rate_exc.std())
    one = trials.iloc[4]
    alone = package.run(
        SMALL, output=tmp_path / "one", simulation__seed=int(one.seed), background__mean_nA=1.0
    )
    rate = alone.summary["spikes"]["exc"] / 12 / 0.2
    assert rate == pytest.approx(one.rate_exc)
    assert package.check(SMALL, trials=3).config["trials"] == 3


def test_tables_are_what_the_files_hold(small_recall) -> None:
    results = package.load(small_recall)
    recall = results.recall()
    assert recall.value["Q"] == pytest.approx(package.recall_measures(results).values["Q"])
    edges = results.edges()
    with h5py.File(small_recall / "network.h5") as file:
        assert len(edges) == sum(len(group["source_node_id"]) for group in file["edges"].values())
        last = file["edges/exc_exc/snapshots/t_100s/h_mV"][()]
    assert np.array_equal(edges[edges.projection == "exc_exc"].h_mV, last)
    assert edges[edges.projection != "exc_exc"].h_mV.isna().all()
    spikes = results.all_spikes()
    chosen = np.isin(spikes.gid, results.assembly)
    found = results.spikes("assembly")
    assert np.array_equal(found.time_ms, spikes.time_ms[chosen])
    assert np.array_equal(found.gid, spikes.gid[chosen])
    assert np.array_equal(results.spikes("inh").gid, results.spikes("inh").node_id + 80)
    traces = results.traces()
    assert np.array_equal(traces["50", "V_mV"], results.neuron_traces[1].V_mV)
    assert np.array_equal(traces["0->4", "h_mV"], results.synapse_traces[0].h_mV)
    assert "memory assembly" in set(results.measures("memories").part)


def test_spikes_of_groups_that_are_none(small_recall) -> None:
    results = package.load(small_recall)
    with pytest.raises(package.ResultsError, match="there is no population or group 'nobody'"):
        results.spikes("nobody")
    with pytest.raises(package.ResultsError, match="several populations; take group_spikes"):
        results.spikes("all")
    assert len(results.group_spikes("all").gid) == len(results.all_spikes().gid)


def test_figures_take_the_place_of_axes(small_recall, tmp_path) -> None:
    import matplotlib.pyplot as plt

    results = package.load(small_recall)
    before = dict(plt.rcParams)
    for name in ("overview", "raster", "weights"):
        draw = package.figures.RUN_FIGURES[name]
        figure, (left, right) = plt.subplots(1, 2, figsize=(16, 6), constrained_layout=True)
        right.plot([0, 1])
        inner = draw(results, ax=left)
        assert left not in figure.axes and right in figure.axes and inner in figure.subfigs, name
        figure.savefig(tmp_path / f"{name}.png", dpi=50)
        plt.close(figure)
    assert dict(plt.rcParams) == before, "the user's settings are changed"
    with pytest.raises(ValueError, match="no place in a grid"):
        package.figures.raster(results, ax=plt.figure().add_axes((0, 0, 1, 1)))
    with pytest.raises(ValueError, match="each drawing takes axes of its own"):
        package.figures.raster(results, ax=left)
    plt.close("all")


def test_figures_say_what_they_draw(small_recall) -> None:
    with pytest.raises(TypeError, match=r"raster\(\) draws Results, not PosixPath; take load"):
        package.figures.raster(small_recall)
    with pytest.raises(TypeError, match=r"measure_map\(\) draws Ensemble, not Results"):
        package.figures.measure_map(package.load(small_recall))
    with pytest.raises(TypeError, match=r"recall_by_size\(\) draws Ensemble, not Results"):
        package.figures.recall_by_size(package.load(small_recall))
    for given in (small_recall, package.load(small_recall), [str(small_recall)]):
        assert package.figures.likelihoods(given).axes


def test_without_optional_packages(small_recall, monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    monkeypatch.setitem(sys.modules, "tqdm.auto", None)
    results = package.load(small_recall)
    for table in (results.spikes("exc").table, results.recall, results.edges):
        with pytest.raises(package.MissingPackage, match="pandas"):
            table()
    with pytest.raises(package.MissingPackage, match="tqdm"):
        package.resume(results, progress=True)
    assert package.resume(results).path == results.path


def test_the_bar_ends_at_all_of_it(tmp_path, capsys) -> None:
    pytest.importorskip("tqdm")
    package.run(SMALL, output=tmp_path / "r", progress=True)
    assert "100%" in capsys.readouterr().err


def test_the_former_name(small_recall) -> None:
    code = """
import warnings
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    import engram_analysis
import engram, engram_analysis.commands.plot, engram_analysis.results as old
from engram_analysis import Results
assert old.Results is engram.Results is Results
assert engram_analysis.commands.plot.__name__ == "engram.commands.plot"
print(*(w.category.__name__ for w in caught))
"""
    result = run_program([sys.executable, "-c", code], cwd=TOOLS)
    assert (result.returncode, result.stdout) == (0, "FutureWarning\n"), result.stderr


@pytest.mark.parametrize("tool", TOOLS_FOR_USERS)
def test_every_tool_tells_its_version(tool, engram) -> None:
    result = run_program([sys.executable, TOOLS / tool, "--version"])
    version = run_program([engram, "--version"]).stdout.split()[1]
    assert (result.returncode, result.stdout) == (0, f"{tool} {version}\n"), result.stderr
