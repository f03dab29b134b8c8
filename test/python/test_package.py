# SPDX-License-Identifier: Apache-2.0
"""The package engram as users write experiments with it: running, values as files, tables, errors."""

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
import yaml
from conftest import MPI_ENVIRONMENT, PATIENCE_S, ROOT, TOOLS, run_program, write_small_recall
from results_equal import differences

matplotlib.use("Agg")
import engram as package  # noqa: E402  (conftest says where it is; `engram` is a fixture)
from engram import keys  # noqa: E402
from engram.program import in_python  # noqa: E402

TOOLS_FOR_USERS = sorted(path.name for path in TOOLS.glob("engram-*"))
SMALL = {"simulation": {"duration_s": 0.2}, "populations": {"n_exc": 12, "n_inh": 4}}
N = 16


@pytest.fixture(autouse=True)
def program(engram, monkeypatch):
    """The program of the tests, ranks as root."""
    monkeypatch.setenv("ENGRAM", str(engram))
    for name, value in MPI_ENVIRONMENT.items():
        monkeypatch.setenv(name, value)


def random_matrix(seed: int = 3, size: int = N) -> np.ndarray:
    matrix = np.random.default_rng(seed).random((size, size)) < 0.4
    np.fill_diagonal(matrix, False)
    return matrix.astype(int)


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


def test_initial_weights_are_swept(tmp_path) -> None:
    wiring = {"connectivity": {"probability": 0.3}}
    given = [np.full((N, N), 4.0), np.full((N, N), 5.0)]
    sweep = {"initial_weights__h_mV": given}
    kept = {"trial_results": "all", "output": {"network": True}, "record": {"snapshots_s": [0]}}
    swept = package.run({**SMALL, **wiring, **kept}, output=tmp_path / "e", sweep=sweep)
    assert isinstance(swept, package.Ensemble)
    for point, h_mV in enumerate((4.0, 5.0)):
        assert (swept.trial(point, 0).edges(time_s=0.0).h_mV.dropna() == h_mV).all()
    (tmp_path / "c.yaml").write_text(yaml.safe_dump({**SMALL, **wiring}))
    of_file = package.run(tmp_path / "c.yaml", output=tmp_path / "f", sweep=sweep)
    assert len(of_file.points) == 2
    with pytest.raises(package.ValueProblem, match="give a list of matrices"):
        package.check(SMALL, sweep={"initial_weights.z": given[0]})
    with pytest.raises(package.ValueProblem, match="give states, or matrices of h_mV or of z"):
        package.check(SMALL, sweep={"initial_weights.h_mV": given, "initial_weights.z": given})


@pytest.mark.parametrize("output", ["file/x", "/proc/x"])
def test_outputs_that_cannot_be_written(tmp_path, output) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(package.FileError, match="cannot be written .*; choose another output"):
        package.run(SMALL, output=tmp_path / output)


def test_problems_of_values_name_their_keys(tmp_path) -> None:
    def problem(what: type[Exception], **changes: object) -> str:
        with pytest.raises(what) as caught:
            package.run(SMALL, output=tmp_path / "r", **changes)
        if isinstance(caught.value, package.ProgramError):
            assert not any(p.file for p in caught.value.problems)
        return str(caught.value)

    wave = {"scheme": "WAVEFORM", "group": "exc", "start_s": 0, "duration_s": 0.1}
    for values in ([0.1, np.nan], []):
        told = problem(
            package.ValueProblem, stimuli={"s": {**wave, "interval_ms": 4, "file": values}}
        )
        assert told.startswith("stimuli.s.file: a waveform has values, all of them finite")
    told = problem(package.ProgramError, stimuli={"s": {**wave, "file": [[1.0, 0.1], [0.5, 0.2]]}})
    assert told.startswith("stimuli.s.file: ") and "(line 1 of " in told
    spikes = {"scheme": "SPIKES", "group": "exc", "start_s": 0, "duration_s": 0.1}
    told = problem(package.ValueProblem, stimuli={"s": {**spikes, "file": {0: [-1.0]}}})
    assert told == "stimuli.s.file: spikes have finite times from 0 on"
    told = problem(package.ProgramError, stimuli={"s": {**spikes, "file": {99: [1.0]}}})
    assert told.startswith("stimuli.s.file: ") and "99" in told
    told = problem(package.ValueProblem, initial_weights={"z": np.full((N, N), 3.0)})
    assert told.startswith("initial_weights.z: must be in [-0.5, 1] (is 3 ")
    named: dict[str, object] = {"populations": {"A": {"count": N, "kind": "excitatory"}}}
    named["projections"] = {"p": {"from_": "A", "to": "A", "file": np.eye(N, k=1)}}
    with pytest.raises(package.ResultsError, match="projections.p: needs 'from' and 'to'"):
        package.check({"simulation": {"duration_s": 0.1}, **named})


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


def test_numbers_of_few_bits_are_those_that_are_written() -> None:
    assert (
        package.check(SMALL, simulation__dt_ms=np.float32(0.1)).config["simulation"]["dt_ms"] == 0.1
    )


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


def as_sparse(matrix: np.ndarray) -> object:
    sparse = pytest.importorskip("scipy.sparse")
    return sparse.csr_matrix(matrix)


def as_map(matrix: np.ndarray) -> object:
    sparse = pytest.importorskip("scipy.sparse")
    return sparse.dok_matrix(matrix)


def as_masked(matrix: np.ndarray) -> object:
    return np.ma.array(np.ones_like(matrix), mask=matrix == 0)


@pytest.mark.parametrize(
    "make",
    [np.asarray, np.ndarray.tolist, as_sparse, as_map, as_masked],
    ids=("dense", "list", "sparse", "map", "masked"),
)
def test_matrices_are_the_wiring(tmp_path, make) -> None:
    matrix = random_matrix()
    results = package.run(SMALL, output=tmp_path / "r", connectivity={"file": make(matrix)})
    edges = results.edges()
    found = np.zeros((N, N), dtype=int)
    found[edges.pre, edges.post] = 1
    assert np.array_equal(found, matrix)
    assert list((tmp_path / "r.input").glob("connectivity-*.h5"))


def test_a_matrix_for_a_configuration_that_is_a_file(tmp_path) -> None:
    (tmp_path / "small.yaml").write_text(json.dumps(SMALL))
    matrix = random_matrix()
    results = package.run(tmp_path / "small.yaml", output=tmp_path / "r", connectivity__file=matrix)
    assert len(results.edges()) == matrix.sum()


def test_matrices_of_projections(tmp_path) -> None:
    forward, back = np.eye(5, 3, dtype=int), np.ones((3, 5))
    config = {
        "simulation": {"duration_s": 0.1},
        "populations": {
            "A": keys.Population(count=5, kind="excitatory"),
            "B": keys.Population(count=3, kind="excitatory"),
        },
        "projections": {
            "forward": keys.Projection(from_="A", to="B", plastic=True, file=forward),
            "back": keys.Projection(from_="B", to="A", weight_h_0=1.0, file=back),
        },
    }
    edges = package.run(config, output=tmp_path / "r").edges()
    there = edges[edges.projection == "A_B"]
    assert list(zip(there.pre, there.post)) == [(0, 5), (1, 6), (2, 7)]
    assert (edges.projection == "B_A").sum() == 15


def test_a_matrix_of_another_size_is_refused(tmp_path) -> None:
    with pytest.raises(package.ValueProblem, match=r"\(3, 3\), but 16 neurons project to 16"):
        package.check(SMALL, connectivity={"file": np.ones((3, 3))})


@pytest.mark.parametrize("is_sparse", [False, True])
def test_initial_weights_are_matrices(tmp_path, is_sparse) -> None:
    wiring = random_matrix()
    rng = np.random.default_rng(5)
    h_mV, z = rng.uniform(3, 5, (N, N)), rng.uniform(0, 0.5, (N, N))
    given = {"h_mV": h_mV, "z": z}
    if is_sparse:
        given = {name: as_sparse(values * wiring) for name, values in given.items()}
    results = package.run(
        SMALL,
        output=tmp_path / "r",
        connectivity={"file": wiring},
        initial_weights=given,
        record={"snapshots_s": [0]},
    )
    edges = results.edges(time_s=0.0)
    edges = edges[edges.projection == "exc_exc"]
    assert len(edges) == wiring[:12, :12].sum()
    assert np.array_equal(edges.h_mV, h_mV[edges.pre, edges.post])
    # z is stored as its distance from its bound.
    assert np.allclose(edges.z, z[edges.pre, edges.post], rtol=0, atol=1e-15)


def test_initial_weights_of_a_random_wiring(tmp_path) -> None:
    """The wiring stays that of the seed; h_mV alone leaves z at 0."""
    alone = package.run(SMALL, output=tmp_path / "a")
    given = package.run(
        SMALL,
        output=tmp_path / "b",
        initial_weights=keys.InitialWeights(h_mV=np.full((N, N), 5.0)),
        record={"snapshots_s": [0]},
    )
    assert alone.edges()[["pre", "post"]].equals(given.edges()[["pre", "post"]])
    plastic = given.edges(time_s=0.0).query("projection == 'exc_exc'")
    assert (plastic.h_mV == 5.0).all() and (plastic.z == 0.0).all()


@pytest.mark.parametrize(
    "scheme,values,text",
    [
        ("SPIKES", np.ones((3, 3)), r"two columns, time in ms and neuron \(has the shape \(3, 3\)"),
        ("SPIKES", np.array([[10, 0.5]]), "no whole neurons"),
        ("WAVEFORM", np.ones(5) * 1j, r"stimuli\.learn\.file: .*complex"),
        ("WAVEFORM", np.array(["a"]), r"stimuli\.learn\.file: holds what is no number"),
        ("SPIKES", 5, r"stimuli\.learn\.file: holds what is no number, or no list"),
    ],
)
def test_arrays_of_stimuli_that_are_none(scheme, values, text) -> None:
    stimulus = {"scheme": scheme, "group": "exc", "start_s": 0, "duration_s": 0.1, "file": values}
    with pytest.raises(package.ValueProblem, match=text):
        package.check(SMALL, stimuli={"learn": stimulus})


@pytest.mark.parametrize("ranks", ["2", 0, 1.5])
def test_ranks_are_counted(tmp_path, ranks) -> None:
    with pytest.raises(package.EngramError, match="ranks must be a whole number, at least 1"):
        package.run(SMALL, output=tmp_path / "r", ranks=ranks)
    assert not (tmp_path / "r").exists()


def test_matrices_with_a_diagonal_are_refused() -> None:
    matrix = random_matrix()
    matrix[2, 2] = 1
    message = "connectivity.file: neuron 2 would be connected with itself"
    with pytest.raises(package.ValueProblem, match=message):
        package.check(SMALL, connectivity={"file": matrix})
    from scipy import sparse

    weights = sparse.csr_matrix(np.where(matrix == 1, 4.0, 0.0))
    with pytest.raises(package.ValueProblem, match="initial_weights.h_mV: neuron 2 would"):
        package.check(SMALL, initial_weights={"h_mV": weights})


def test_entries_of_a_sparse_matrix_add_up(tmp_path) -> None:
    from scipy import sparse

    twice = sparse.coo_matrix(([1, 1, 1, -1], ([0, 0, 3, 4], [1, 1, 4, 3])), shape=(N, N))
    cancelled = sparse.coo_matrix(([1, 1, -1], ([0, 2, 2], [1, 3, 3])), shape=(N, N))
    results = package.run(SMALL, output=tmp_path / "a", connectivity={"file": twice})
    edges = results.edges()
    assert set(zip(edges.pre, edges.post)) == {(0, 1), (3, 4), (4, 3)} and len(edges) == 3
    results = package.run(SMALL, output=tmp_path / "b", connectivity={"file": cancelled})
    assert len(results.edges()) == 1


def test_inputs_of_another_run_stay_as_they_are(tmp_path) -> None:
    """What is refused has written nothing that a finished run depends on."""
    first, other = random_matrix(1), random_matrix(2)
    given = {"connectivity": {"file": first}, "initial_weights": {"z": np.full((N, N), 0.1)}}
    results = package.run(SMALL, output=tmp_path / "r", **given)
    with pytest.raises(package.ProgramError, match="holds results already"):
        package.run(SMALL, output=tmp_path / "r", connectivity__file=other)
    with pytest.raises(package.ConfigurationError) as caught:
        package.resume(results, connectivity__file=other, simulation__duration_s=0.3)
    assert [problem.key for problem in caught.value.problems] == ["connectivity.file"]
    extended = package.resume(results, simulation__duration_s=0.3, **given)
    assert extended.summary["duration_s"] == 0.3
    assert not list(tmp_path.rglob("*.tmp"))


def test_files_are_looked_for_from_the_present_directory(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    matrix = random_matrix()
    np.savetxt("wiring.txt", matrix, fmt="%d")
    results = package.run(SMALL, output="r", connectivity={"file": "wiring.txt"})
    assert len(results.edges()) == matrix.sum()
    package.check(SMALL | {"initial_state": {"from": "r"}})
    package.check(SMALL, sweep={"connectivity.file": ["wiring.txt", matrix]})


@pytest.mark.parametrize(
    "change",
    [
        {"connectivity": {"file": random_matrix().tolist()}},
        {"stimuli__s": {"scheme": "SPIKES", "file": {0: [1.0]}}},
        {"stimuli__s": {"scheme": "WAVEFORM", "interval_ms": 10, "file": [1.0, 2.0]}},
    ],
)
def test_lists_and_maps_for_a_configuration_that_is_a_file(tmp_path, change) -> None:
    (tmp_path / "small.yaml").write_text(json.dumps(SMALL))
    if "stimuli__s" in change:
        change["stimuli__s"] |= {"group": "exc", "start_s": 0, "duration_s": 0.05}
    package.check(tmp_path / "small.yaml", **change)


def test_entries_that_are_not_finite(tmp_path) -> None:
    matrix = np.where(random_matrix() == 1, 1.0, np.nan)
    with pytest.raises(package.ValueProblem, match="connectivity.file: .* are not finite; give 0"):
        package.check(SMALL, connectivity={"file": matrix})
    with pytest.raises(package.ValueProblem, match="initial_weights.h_mV: 1 entries are not fin"):
        infinite = np.full((N, N), 4.0)
        infinite[0, 1] = np.inf
        package.check(SMALL, initial_weights={"h_mV": infinite})
    nothing = package.run(SMALL, output=tmp_path / "r", connectivity={"file": np.zeros((N, N))})
    assert len(nothing.edges()) == 0


@pytest.mark.parametrize("name, value", [("h_mV", -4.0), ("h_mV", 4e5), ("z", -1.0)])
def test_initial_weights_have_a_range(name, value) -> None:
    with pytest.raises(package.ValueProblem, match=f"initial_weights.{name}: must be in"):
        package.check(SMALL, initial_weights={name: np.full((N, N), value)})


def test_initial_weights_with_gaps_are_told_of_as_such(tmp_path) -> None:
    wiring = random_matrix()
    weights = np.where(wiring == 1, 4.0, np.nan)
    weights[tuple(np.argwhere(wiring[:12, :12])[0])] = np.nan
    with pytest.raises(package.ConfigurationError) as caught:
        package.run(
            SMALL,
            output=tmp_path / "r",
            connectivity={"file": wiring},
            initial_weights={"h_mV": weights},
        )
    [problem] = caught.value.problems
    assert problem.key == "initial_weights" and "have no match in initial_weights" in str(problem)
    assert "initial_weights.h5" not in str(problem)


def test_arrays_are_swept_over(tmp_path) -> None:
    matrices = [random_matrix(1), random_matrix(2)]
    pulse = {"scheme": "WAVEFORM", "group": "exc", "start_s": 0, "duration_s": 0.1}
    pulse["interval_ms"] = 1
    ensemble = package.run(
        SMALL,
        output=tmp_path / "r",
        stimuli={"pulse": pulse},
        sweep={"connectivity.file": matrices, "stimuli.pulse.file": [[0.1] * 5, np.zeros(3)]},
        trial_results="all",
        output__network=True,
    )
    assert len(ensemble.points) == 4
    n_synapses = [len(ensemble.trial(point, 0).edges()) for point in range(4)]
    assert n_synapses == [m.sum() for m in matrices for _ in range(2)]
    spikes = {"scheme": "SPIKES", "group": "exc", "start_s": 0, "duration_s": 0.1}
    given = {"stimuli.s.file": [{0: [1]}, {0: [1, 20]}], "record.snapshots_s": [np.ones(1) / 10]}
    package.check(SMALL, stimuli={"s": spikes | {"file": {0: [1]}}}, sweep=given)
    package.check(SMALL, sweep={"connectivity.file": np.array(matrices)})
    with pytest.raises(package.ValueProblem, match="sweep.connectivity.file: give a list"):
        package.check(SMALL, sweep={"connectivity.file": matrices[0]})
    with pytest.raises(package.ValueProblem, match="has no 'stimuli.x'"):
        package.check(SMALL, sweep={"stimuli.x.file": [np.ones(2)]})
    with pytest.raises(package.ConfigurationError, match="sweep: names no key"):
        package.check(SMALL, sweep={})


def test_a_matrix_of_texts_is_refused() -> None:
    with pytest.raises(package.ValueProblem, match="holds numbers"):
        package.check(SMALL, connectivity={"file": np.full((N, N), "a")})


def test_waveforms_and_spikes_are_arrays(tmp_path) -> None:
    times = {0: [10.0, 20.0], 2: [15.0]}
    as_rows = np.array([[15.0, 2], [10.0, 0], [20.0, 0]])
    common = dict(start_s=0.0, duration_s=0.2)
    runs = []
    for i, spikes in enumerate((times, as_rows, [[10.0, 20.0], [], [15.0]])):
        stimuli = {
            "learn_spikes": {"scheme": "SPIKES", "group": "exc", "file": spikes, **common},
            "learn_wave": keys.Waveform(
                group="inh", file=np.array([0.0, 2.0, 0.0]), interval_ms=50, **common
            ),
        }
        runs.append(
            package.run(
                SMALL | {"stimuli": stimuli},
                output=tmp_path / f"{i}",
                background={"mean_nA": 0, "sigma_wn_nA_sqrt_s": 0},
                connectivity={"probability": 0},
                record={"neurons": [12], "every_steps": 1},
            )
        )
    spikes = runs[0].spikes("exc")
    assert list(zip(spikes.time_ms, spikes.node_id)) == [(10.0, 0), (15.0, 2), (20.0, 0)]
    current = runs[0].traces()["12", "I_stim_nA"]
    assert set(current[0.0502:0.0998]) == {2.0} and set(current[0.1002:]) == {0.0}
    for other in runs[1:]:
        assert np.array_equal(other.spikes("exc").table(), spikes.table())


@pytest.mark.parametrize(
    "change, message",
    [
        ({"stimuli": {"s": {"scheme": "RECT", "file": np.ones(3)}}}, "RECT takes no file"),
        ({"stimuli": {"s": {"scheme": "WAVEFORM", "file": np.ones((3, 3))}}}, "has the shape"),
        ({"groups": {"A": {"ids": object()}}}, "type object cannot be written"),
        ({"initial_weights": {"h_mV": np.ones((N, N)), "h_sigma": 0.1}}, "give one of the two"),
    ],
)
def test_values_that_cannot_be_written(tmp_path, change, message) -> None:
    with pytest.raises(package.ValueProblem, match=message):
        package.run(SMALL | change, output=tmp_path / "r")
    assert not (tmp_path / "r").exists()


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
