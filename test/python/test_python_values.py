# SPDX-License-Identifier: Apache-2.0
"""The package engram: arrays as values of a configuration, written as files that the program reads."""

from __future__ import annotations

import json

import numpy as np
import pytest
import yaml
from results_equal import differences
from test_package import N, SMALL

import engram as package
from engram import keys

pytestmark = pytest.mark.usefixtures("program_of_package")


def random_matrix(seed: int = 3, size: int = N) -> np.ndarray:
    matrix = np.random.default_rng(seed).random((size, size)) < 0.4
    np.fill_diagonal(matrix, False)
    return matrix.astype(int)


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
    with pytest.raises(package.ValueProblem, match="give states, or matrices of h_mV or of z"):
        package.check(SMALL, sweep={"initial_weights.h_mV": given, "initial_state.from": ["a"]})


def test_a_sweep_without_and_with_a_stimulus(tmp_path) -> None:
    pulse = {"scheme": "ONEPULSE", "group": "exc", "start_s": 0.05, "n_inputs": 25, "rate_Hz": 100}
    ensemble = package.run(SMALL, output=tmp_path / "e", sweep={"stimuli.learn": [None, pulse]})
    assert isinstance(ensemble, package.Ensemble)
    without, learning = ensemble.points
    assert without.settings == {"stimuli.learn": "null"}
    assert not without.config.get("stimuli")
    assert learning.config["stimuli"]["learn"].items() >= pulse.items()
    assert [bool(ensemble.trial(point, 0).stimuli) for point in (0, 1)] == [False, True]


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
    told = problem(
        package.ValueProblem,
        initial_weights={"z": np.zeros((N, N))},
        synapses={"z_max": "high"},
    )
    assert told == "synapses.z_max: must be a number (is 'high')"
    named: dict[str, object] = {"populations": {"A": {"count": N, "kind": "excitatory"}}}
    named["projections"] = {"p": {"from_": "A", "to": "A", "file": np.eye(N, k=1)}}
    with pytest.raises(package.ResultsError, match="projections.p: needs 'from' and 'to'"):
        package.check({"simulation": {"duration_s": 0.1}, **named})


def test_spikes_of_nobody(tmp_path) -> None:
    silence = {"background.mean_nA": 0, "background.sigma_wn_nA_sqrt_s": 0}
    quiet = package.run(SMALL, output=tmp_path / "quiet", **silence)
    assert len(quiet.spikes("exc").gid) == 0
    stimulus = {"scheme": "SPIKES", "group": "exc", "start_s": 0, "duration_s": 0.05}
    alone = package.run(SMALL, output=tmp_path / "alone")
    for number, spikes in enumerate(({}, [], str(tmp_path / "quiet/spikes.h5"))):
        given = {**stimulus, "file": spikes, **({} if number < 2 else {"population": "exc"})}
        results = package.run(SMALL, output=tmp_path / f"r{number}", stimuli={"s": given})
        assert not differences(results.path, alone.path)
        told = package.check(SMALL, stimuli={"s": given}).text
        assert "stimuli.s: has no effect: its file has no spikes within the 0.05 s" in told


def test_numbers_of_few_bits_are_those_that_are_written() -> None:
    assert (
        package.check(SMALL, simulation__dt_ms=np.float32(0.1)).config["simulation"]["dt_ms"] == 0.1
    )


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
