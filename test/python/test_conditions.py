# SPDX-License-Identifier: Apache-2.0
"""Conditions in time, the seed of the noise and groups of groups: runs, ranks, resuming, and what tells of them.

What conditions do to weights is tested in C++ against the oracle.
"""

import json

import h5py
import numpy as np
import pytest
import yaml
from conftest import RECALL_200, ROOT, run_program
from engram import Ensemble, Results, ResultsError
from engram.figures.calcium_protein import calcium_protein
from engram.groups import excitatory_size, group_members, group_size, may_be_excitatory
from engram.schedule import phases_of
from results_equal import assert_equal
from test_checkpoint import checkpoints, interrupted_at, resume
from test_consolidation_checkpoint import SAMPLED, is_within_consolidation
from tool import run_tool

# Learning from 0 to 3.2 s, spontaneous activity from 18 to 18.5 s, recall from 29.5 to 30 s.
CONDITIONS = (
    "simulation.noise_seed=11",
    "simulation.margin_after_s=2",
    "stimuli.recall.margin_before_s=0",
    "stimuli.recall.group=[recalled, others]",
    "groups.others={of: exc, except: assembly, count: 5}",
    "neuromodulation={learning: {amplitude: 2, start_s: 0.3, duration_s: 8},"
    " late: {amplitude: 1, start_s: 15.0002}}",
    "plasticity_off={pause: {start_s: 10, duration_s: 2.5}, recall: {start_s: 29.55}}",
    "spiking_windows={spontaneous: {start_s: 18, duration_s: 0.5}}",
    "synapses.tau_p_s=5",
    "synapses.tau_z_s=5",
)


def settings(*texts):
    return tuple(part for text in texts for part in ("--set", text))


ARGUMENTS = settings(*CONDITIONS)


@pytest.fixture(scope="module")
def conditioned(run_engram, tmp_path_factory):
    """An uninterrupted run in which all conditions matter."""
    output = tmp_path_factory.mktemp("conditioned") / "results"
    return run_engram(RECALL_200, output, arguments=ARGUMENTS)


def test_what_results_tell(conditioned):
    summary = json.loads((conditioned / "summary.json").read_text())
    assert [(phase["label"], phase["begin_s"], phase["end_s"]) for phase in summary["phases"]] == [
        ("learn", 0, 3.2),
        ("consolidate", 3.2, 18),
        ("background", 18, 18.5),
        ("consolidate", 18.5, 29.5),
        ("recall", 29.5, 30),
    ]
    assert summary["stimuli"]["recall"]["group"] == ["recalled", "others"]
    assert (summary["seed"], summary["noise_seed"]) == (3, 11)
    conditions = summary["conditions"]
    learning = conditions["neuromodulation"].pop("learning")
    assert learning.pop("theta_pro_mV") == pytest.approx(4.20075 / 2.001)
    assert learning == {"interval_s": [0.3, 8.3], "amplitude": 2}
    assert conditions["neuromodulation"]["late"]["interval_s"] == pytest.approx([15.0002, 30])
    assert conditions["plasticity_off"] == {
        "pause": {"interval_s": [10, 12.5]},
        "recall": {"interval_s": [29.55, 30]},
    }
    assert conditions["spiking_windows"] == {"spontaneous": {"interval_s": [18, 18.5]}}

    results = Results(conditioned)
    recall = results.stimuli[-1]
    assert recall.groups == ("recalled", "others")
    assert recall.neurons.tolist() == sorted([*results.group("recalled").tolist(), *range(30, 35)])
    trace = results.neuron_traces[0]
    time_s = results.trace_time_s
    amount = trace.proteins["C"]
    assert amount[time_s < 0.3].max() == 0
    assert amount.max() > 1
    # Without a neuromodulator protein only decays.
    free = amount[(time_s > 8.4) & (time_s < 15)]
    assert len(free) > 1 and (np.diff(free) <= 0).all()
    with h5py.File(conditioned / "network.h5") as file:
        snapshots = file["edges/exc_exc/snapshots"]
        h = [snapshots[name]["h_mV"][()] for name in ("t_20s", "t_29.7s", "t_30s")]
    assert (h[0] != h[1]).any() and (h[1] == h[2]).all()


def test_phases_of_the_configuration(conditioned):
    results = Results(conditioned)
    assert phases_of(results.config) == phases_of(results.config, results.summary)
    assert phases_of(results.config) == results.phases


def test_check_shows_them(engram):
    result = run_program([engram, "check", RECALL_200, *ARGUMENTS])
    assert result.returncode == 0, result.stderr
    shown = " ".join(result.stderr.replace("engram: ", "").split())
    assert "background 18 s to 18.5 s (spiking)" in shown
    assert "Neuromodulation: theta_pro is 4200.75 mV, but for" in shown
    assert "learning 0.3 s to 8.3 s (amplitude 2, theta_pro 2.09933 mV)" in shown
    assert "Plasticity is off: pause 10 s to 12.5 s (off)" in shown
    written = yaml.safe_load(result.stdout)
    assert written["neuromodulation"]["late"] == {"amplitude": 1, "start_s": 15.0002}
    assert written["simulation"]["noise_seed"] == 11


OF_RECALL = (
    "rates of recall are those from 29.35 s to 29.85 s, of which 0.15 s lie in consolidation, "
    "where nobody fires"
)


def notes_of(engram, *texts):
    result = run_program([engram, "check", RECALL_200, *settings(*texts)])
    assert result.returncode == 0, result.stderr
    marker = "engram: note: "
    return [line[len(marker) :] for line in result.stderr.splitlines() if line.startswith(marker)]


def test_what_has_no_effect_is_noted(engram, conditioned):
    assert notes_of(engram) == []
    (note,) = notes_of(engram, "stimuli.recall.margin_before_s=0")
    assert note.startswith(f"measures: {OF_RECALL}; choose longer margins")
    assert notes_of(engram, "stimuli.recall.margin_before_s=0.15") == []
    assert notes_of(engram, "stimuli.recall.margin_before_s=0", "measures.from_onset=true") == []
    result = run_tool("recall", conditioned)
    assert f"engram-recall: note: {conditioned}: {OF_RECALL}" in result.stderr
    off = "plasticity_off={always: {start_s: 0}}"
    gated = ("synapses.rate_threshold_p_Hz=40", "neuromodulation={a: {amplitude: 2, start_s: 1}}")
    assert notes_of(engram, *gated) == []
    (note,) = notes_of(engram, off, *gated)
    assert note.startswith("synapses.rate_threshold_p_Hz, neuromodulation: has no effect")
    change = "background_changes={quiet: {group: exc, start_s: START, duration_s: 2, mean_nA: 0,"
    change += " sigma_wn_nA_sqrt_s: 0}}"
    assert notes_of(engram, change.replace("START", "23")) == []
    (note,) = notes_of(engram, change.replace("START", "12"))
    assert note.startswith("background_changes.quiet: has no effect: it lies within consolidation")
    windows = "spiking_windows={all: {start_s: 3, duration_s: 1}}"
    (note,) = notes_of(engram, windows, "simulation.fast_forward=off")
    assert note.startswith("spiking_windows: has no effect")
    (note,) = notes_of(
        engram,
        "stimuli.rhythm={scheme: SINE, group: inh, start_s: 29, duration_s: 1.5, amplitude_nA: 0.1,"
        " frequency_Hz: 8}",
    )
    assert note == "stimuli.rhythm: would last to 30.5 s, and ends with the run at 30 s"


def test_a_run_tells_what_has_no_effect(engram, tmp_path):
    arguments = settings("simulation.duration_s=0.2", "stimuli={}", "spiking_windows={w: {}}")
    arguments += settings("simulation.fast_forward=off", "record={}", "groups={}")
    run = run_program([engram, "run", RECALL_200, "--output", tmp_path / "run", *arguments])
    assert run.returncode == 0, run.stderr
    assert "engram: note: spiking_windows: has no effect" in run.stderr
    (tmp_path / "run/summary.json").unlink()
    again = run_program([engram, "run", RECALL_200, "--output", tmp_path / "run", *arguments])
    assert again.returncode == 3
    told = again.stderr
    assert "the directory holds an unfinished run (" in told
    assert f"continue it with engram resume {tmp_path}/run, choose" in told and "--force" in told


def test_fields_of_conditions_are_documented(run_engram, tmp_path):
    change = "background_changes={x: {group: exc, mean_nA: 0, sigma_wn_nA_sqrt_s: 0, start_s: 1}}"
    run = run_engram(RECALL_200, tmp_path / "run", arguments=[*ARGUMENTS, *settings(change)])
    (told,) = (
        line
        for line in (ROOT / "docs/file_formats.md").read_text("utf-8").splitlines()
        if line.startswith("Its field `conditions` has ")
    )
    for section, entries in json.loads((run / "summary.json").read_text())["conditions"].items():
        assert entries, f"{section}: give an interval of it here"
        fields = {name for entry in entries.values() for name in entry}
        assert [name for name in (section, *fields) if f"`{name}`" not in told] == []


def test_resolved_configuration(run_engram, conditioned, tmp_path):
    again = run_engram(conditioned / "config.yaml", tmp_path / "again")
    assert_equal(conditioned, again)
    assert (again / "config.yaml").read_text().replace(str(again), "") == (
        conditioned / "config.yaml"
    ).read_text().replace(str(conditioned), "")


@pytest.mark.parametrize("ranks,device", [(3, "cpu"), (2, "host-kernels")])
def test_ranks_and_devices(run_engram, conditioned, tmp_path, ranks, device):
    output = run_engram(RECALL_200, tmp_path / "run", ranks, (*ARGUMENTS, "--device", device))
    assert_equal(conditioned, output)


# Within an interval of learning, in the spiking window, and while recall does not change weights.
@pytest.mark.parametrize(
    "time_s,every_s,before,after",
    [
        (0.5, 0.1, (1, "cpu"), (3, "cpu")),
        (18.3, 0.1, (2, "host-kernels"), (1, "cpu")),
        (29.8, 0.1, (3, "cpu"), (1, "host-kernels")),
    ],
)
def test_resume(engram, conditioned, tmp_path, time_s, every_s, before, after):
    output = interrupted_at(
        engram, tmp_path / "run", before[0], time_s, every_s, *CONDITIONS, device=before[1]
    )
    seldom = settings("checkpoint.every_simulated_s=10")
    result = resume(engram, output, after[0], "--device", after[1], *seldom)
    assert result.returncode == 0, result.stderr
    assert_equal(conditioned, output)


def test_resume_within_consolidation(engram, run_engram, tmp_path):
    """Of many samples, so that there is time to interrupt it; before the late neuromodulator."""
    every = (*CONDITIONS, *SAMPLED)
    whole = run_engram(RECALL_200, tmp_path / "whole", arguments=settings(*every))
    output = interrupted_at(engram, tmp_path / "run", 1, 13, 0.5, *every)
    assert is_within_consolidation(checkpoints(output)[-1])
    result = resume(engram, output, 3, *settings("checkpoint.every_simulated_s=10"))
    assert result.returncode == 0, result.stderr
    assert_equal(whole, output)


@pytest.mark.parametrize(
    "setting",
    [
        "neuromodulation.late.amplitude=2",
        "plasticity_off.pause=null",
        "spiking_windows.more={start_s: 20, duration_s: 1}",
        "simulation.margin_after_s=1",
        "simulation.noise_seed=12",
    ],
)
def test_no_run_goes_on_with_others(engram, conditioned, setting):
    longer = settings("simulation.duration_s=31", setting)
    result = run_program([engram, "resume", conditioned, *longer])
    assert result.returncode == 2
    assert "cannot be changed when the run is resumed" in result.stderr


SHORT = """
simulation: {duration_s: 0.3, seed: 5}
populations: {n_exc: 40, n_inh: 10}
connectivity: {probability: 0.3}
groups: {assembly: {random: {of: exc, count: 10}}}
background: {mean_nA: 0.4, sigma_wn_nA_sqrt_s: 0.1}
stimuli: {learn: {scheme: ONEPULSE, group: assembly, start_s: 0.1, n_inputs: 25, rate_Hz: 100}}
"""


@pytest.fixture
def short(tmp_path):
    path = tmp_path / "short.yaml"
    path.write_text(SHORT)
    return path


def network_and_spikes(output):
    with h5py.File(output / "network.h5") as network, h5py.File(output / "spikes.h5") as spikes:
        return (
            network["edges/exc_exc/source_node_id"][()].tolist(),
            spikes["spikes/exc/timestamps"][()].tolist(),
        )


def test_noise_seed(run_engram, short, tmp_path):
    runs = [
        network_and_spikes(run_engram(short, tmp_path / str(i), arguments=settings(*given)))
        for i, given in enumerate(
            [
                (),
                ("simulation.noise_seed=5",),
                ("simulation.noise_seed=6",),
                ("simulation.seed=6", "simulation.noise_seed=6"),
                ("simulation.seed=6",),
            ]
        )
    ]
    assert runs[0] == runs[1] and runs[3] == runs[4]
    assert runs[2][0] == runs[0][0] != runs[3][0]
    assert runs[2][1] != runs[0][1]


def test_trials_of_one_network(run_engram, short, tmp_path):
    short.write_text(SHORT + "trials: 3\ntrials_vary: noise_seed\noutput: {network: true}\n")
    output = run_engram(short, tmp_path / "ensemble")
    ensemble = Ensemble(output)
    trials = [ensemble.trial(0, trial) for trial in range(3)]
    assert len({tuple(trial.group("assembly")) for trial in trials}) == 1
    results = [network_and_spikes(trial.path) for trial in trials]
    assert results[0][0] == results[1][0] == results[2][0]
    assert results[0][1] != results[1][1]
    for seed, result in zip(ensemble.seeds, results):
        single = settings("trials=1", f"simulation.noise_seed={seed}")
        again = run_engram(short, tmp_path / str(seed), arguments=single)
        assert network_and_spikes(again) == result


GROUPS = {
    "populations": {"n_exc": 20, "n_inh": 5},
    "groups": {
        "a": {"first": 2, "count": 4},
        "b": {"ids": ["4-5", 9, 12]},
        "u": {"union": ["b", "a", "inh"]},
        "i": {"intersection": ["a", "b"]},
        "rest": {"of": "exc", "except": "u"},
        "few": {"of": "exc", "except": ["a", "b"], "count": 3},
        "half": {"of": "a", "except": "i", "fraction": 0.5},
        "drawn": {"random": {"of": "a", "except": "b", "count": 1}},
        "with_drawn": {"union": ["drawn", "inh"]},
        "within": {"intersection": ["drawn", "a"]},
        "inhibitory": {"of": "u", "except": "exc"},
        "not_drawn": {"of": "a", "except": "drawn"},
    },
}


@pytest.mark.parametrize(
    "name,members",
    [
        ("u", [2, 3, 4, 5, 9, 12, 20, 21, 22, 23, 24]),
        ("i", [4, 5]),
        ("rest", [0, 1, 6, 7, 8, 10, 11, 13, 14, 15, 16, 17, 18, 19]),
        ("few", [0, 1, 6]),
        ("half", [2]),
        ("inhibitory", [20, 21, 22, 23, 24]),
    ],
)
def test_members_of_groups_of_groups(name, members):
    assert group_members(GROUPS, name).tolist() == members
    assert group_size(GROUPS, name) == len(members)
    n_exc = sum(member < 20 for member in members)
    assert excitatory_size(GROUPS, name) == n_exc
    assert may_be_excitatory(GROUPS, name) == (n_exc > 0)


def test_several_groups_are_a_union():
    assert group_members(GROUPS, "a", "b").tolist() == [2, 3, 4, 5, 9, 12]
    assert group_size(GROUPS, "a", "b") == excitatory_size(GROUPS, "a", "b", "inh") == 6
    assert may_be_excitatory(GROUPS, "inh", "a") and not may_be_excitatory(GROUPS, "inh")


def test_groups_of_drawn_groups():
    for name in ("drawn", "with_drawn", "within", "not_drawn"):
        with pytest.raises(ResultsError, match="only each run tells"):
            group_members(GROUPS, name)
        assert may_be_excitatory(GROUPS, name)
    # The largest that they may be.
    sizes = [group_size(GROUPS, name) for name in ("drawn", "with_drawn", "within", "not_drawn")]
    assert sizes == [1, 6, 1, 4]


def test_groups_that_are_made_from_many_others():
    """In no more time than there are groups."""
    config = {"populations": {"n_exc": 20, "n_inh": 5}, "groups": {"g0": {"ids": ["3-4"]}}}
    for i in range(1, 80):
        config["groups"][f"g{i}"] = {"union": [f"g{i - 1}", f"g{i - 1}"]}
    assert group_members(config, "g79").tolist() == [3, 4]
    config["groups"]["g0"] = {"intersection": ["g79", "exc"]}
    with pytest.raises(ResultsError, match="made from itself"):
        group_members(config, "g79")


@pytest.mark.parametrize(
    "text", ["ids: [3-]", "ids: [5-3]", "ids: [1.5]", "union: a", "union: []", "except: []"]
)
def test_tools_refuse_damaged_groups(conditioned, tmp_path, text):
    output = tmp_path / "results"
    output.mkdir()
    for file in ("summary.json", "spikes.h5", "network.h5", "traces.h5"):
        (output / file).symlink_to(conditioned / file)
    config = (conditioned / "config.yaml").read_text()
    damaged = config.replace("groups:\n", f"groups:\n  damaged: {{{text}}}\n", 1)
    (output / "config.yaml").write_text(damaged)
    result = run_tool("recall", output)
    assert result.returncode == 3
    assert "groups.damaged" in result.stderr


def test_figures(conditioned, tmp_path):
    """The threshold is drawn where a neuromodulator sets it."""
    result = run_tool("plot", conditioned, "--output", tmp_path / "plots")
    assert result.returncode == 0, result.stderr
    figure = calcium_protein(Results(conditioned))
    drawn = {
        (round(float(line.get_ydata()[0]), 4), *np.round(line.get_xdata(), 3).tolist())
        for axes in figure.axes
        for line in axes.get_lines()
        if len(line.get_xdata()) == 2
    }
    late = round(4.20075 / 1.001, 4)
    assert {(2.0993, 0.3, 8.3), (late, 18.0, 29.5), (late, 29500.0, 30000.0)} <= drawn, drawn
    assert all(height < 10 for height, *_ in drawn)
