# SPDX-License-Identifier: Apache-2.0
"""Protein that diffuses along the neurons: against Arbor, in files, checkpoints and figures.

What it does to weights is tested in C++ against the oracle.
"""


import h5py
import numpy as np
import pytest
import yaml
from conftest import RECALL_200, ROOT, run_program
from engram import Ensemble, Results
from published_json import SMALLNET3, smallnet3, write
from results_equal import assert_equal
from test_checkpoint import checkpoints, interrupted_at, resume
from tool import run_tool

REFERENCE = ROOT / "test/data/reference/smallnet3_mc_consolidation.npz"

# Radius, basal and apical dendrite of the cells of the reference.
CELLS = {"ext": (6, 10, 25), "small": (6, 5, 12.5), "large_cells_ext": (12, 10, 25)}
# By nominal diffusivity; at that of 1e9 um2/s Arbor itself loses precision.
NOMINAL = {"0.0001": 3.45e-4, "1e-13": 2.5e-4, "1e-14": 2.5e-4, "1e-15": 2.5e-4, "1e-16": 2.5e-4}

CONSOLIDATION = """
simulation: {{duration_s: 28800, dt_fast_forward_s: 100}}
populations: {{n_exc: 4, n_inh: 1}}
connectivity: {{file: {matrix}}}
background: {{mean_nA: 0, sigma_wn_nA_sqrt_s: 0}}
groups: {{a: {{ids: [0]}}, b: {{ids: [1]}}, c: {{ids: [2, 3]}}}}
initial_weights:
  stipulated:
    - {{from: a, to: b, h_mV: 6.9716}}
    - {{from: a, to: c, h_mV: 6.9731}}
neuron:
  morphology: {{soma_radius_um: {0}, basal_dendrite_um: {1}, apical_dendrite_um: {2}}}
  protein_diffusivity_um2_per_s: {3}
record: {{neurons: [1], synapses: [[0, 1]], protein_at_um: [{4}]}}
"""


@pytest.mark.parametrize("nominal", NOMINAL)
@pytest.mark.parametrize("cell", CELLS)
def test_consolidation_of_the_published_program(run_engram, tmp_path, cell, nominal):
    """Its own fast-forward at a step of 1 s, from the weights that learning has left."""
    with np.load(REFERENCE) as archive:
        expected = archive[f"{cell}_D{nominal}"].T
        diffusivity = float(archive[f"{cell}_D{nominal}_D_eff_um2_per_s"])
    time_s, tip, _, apical, mean, _, h_mV, z = expected
    radius, basal, dendrite = CELLS[cell]
    length = basal + 2 * radius + 1 + dendrite
    path = tmp_path / "consolidation.yaml"
    path.write_text(CONSOLIDATION.format(*CELLS[cell], diffusivity, length, matrix=SMALLNET3))
    results = Results(run_engram(path, tmp_path / "results"))
    trace, synapse = results.neuron_traces[0], results.synapse_traces[0]
    at = np.searchsorted(results.trace_time_s, time_s)
    np.testing.assert_array_equal(results.trace_time_s[at], time_s)
    # Its source is too strong where the zone of synthesis straddles two compartments.
    too_strong = np.ceil(length) / length
    for ours, theirs in (
        (trace.late_phase["p_tip"], tip),
        (trace.protein_along[0], apical),
        (trace.p, mean),
    ):
        np.testing.assert_allclose(too_strong * ours[at], theirs, rtol=0, atol=5e-3)
    np.testing.assert_allclose(synapse.h_mV[at], h_mV, rtol=0, atol=1e-3)
    exposed = 1 - (1 - synapse.z[at]) ** too_strong
    np.testing.assert_allclose(exposed, z, rtol=0, atol=NOMINAL[nominal])
    assert mean.max() > 3.9


# A cell of 12.5 um in 13 compartments.
MORPHOLOGY = (
    "neuron.morphology={basal_dendrite_um: 2.5, soma_radius_um: 2, apical_dendrite_um: 5}",
    "neuron.morphology.axial_resistivity_Ohm_cm=0",
    "neuron.protein_diffusivity_um2_per_s=0.7",
)
DIFFUSING = (
    *MORPHOLOGY,
    "synapses.tau_p_s=5",
    "synapses.tau_z_s=5",
    "synapses.tau_h_s=300",
    "record.protein_at_um=[0, 1.5, 3, 4.5, 6, 9, 12.5]",
    "record.every_steps=10",
    "record.snapshots_s=[3, 12]",
)
N = 13  # compartments


def settings(*texts):
    return tuple(part for text in texts for part in ("--set", text))


@pytest.fixture(scope="module")
def diffused(run_engram, tmp_path_factory):
    output = tmp_path_factory.mktemp("diffused") / "results"
    return run_engram(RECALL_200, output, arguments=settings(*DIFFUSING))


def test_variables_of_traces(diffused):
    with h5py.File(diffused / "traces.h5") as file:
        for group in file["traces/neurons"].values():
            names = {"p", "p_tip", "p_soma", *(f"p_at_{x}um" for x in ("0", "1.5", "12.5"))}
            assert names <= set(group)
            assert all(group[name].attrs["units"] == "umol/l" for name in names)
    traces = Results(diffused).neuron_traces
    lively = [trace for trace in traces if trace.p.max() > 1]
    assert lively
    for trace in lively:
        np.testing.assert_array_equal(trace.protein_along[0], trace.late_phase["p_tip"])
        np.testing.assert_array_equal(trace.protein_along_um, [0, 1.5, 3, 4.5, 6, 9, 12.5])
        assert trace.late_phase["p_soma"].max() > 1.5 * trace.late_phase["p_tip"].max()


def test_snapshots_hold_the_profile(diffused):
    results = Results(diffused)
    for time_s in (3, 12):
        along = results.protein_along(time_s, "exc", N)
        assert along.max() > 1 and along.min() > -1e-10
        at = np.searchsorted(results.trace_time_s, time_s - 1e-9)
        if abs(results.trace_time_s[at] - time_s) > 1e-9:
            assert time_s == 12  # between two samples of the consolidation
            continue
        for trace in results.neuron_traces:
            if trace.gid >= results.n_exc:
                continue
            own = along[trace.gid]
            np.testing.assert_allclose(own.mean(), trace.p[at], atol=1e-10)
            for um, values in zip(trace.protein_along_um, trace.protein_along):
                compartment = min(int(um / 12.5 * N), N - 1)
                assert own[compartment] == pytest.approx(values[at], abs=1e-10)


@pytest.mark.parametrize(
    "ranks,device", [(3, "cpu"), pytest.param(2, "host-kernels", marks=pytest.mark.slow)]
)
def test_ranks_and_devices(run_engram, diffused, tmp_path, ranks, device):
    output = run_engram(
        RECALL_200,
        tmp_path / "results",
        ranks,
        (*settings(*DIFFUSING), *(() if device == "cpu" else ("--device", device))),
    )
    assert_equal(diffused, output)


@pytest.mark.parametrize(
    "time_s, ranks",
    [(12, 1), *(pytest.param(time_s, 3, marks=pytest.mark.slow) for time_s in (3, 12, 19))],
)
def test_resumes_on_other_ranks(engram, diffused, tmp_path, time_s, ranks):
    output = interrupted_at(
        engram, tmp_path / "results", 2, time_s, 1, *DIFFUSING, network=RECALL_200
    )
    with h5py.File(checkpoints(output)[-1]) as file:
        modes = file["neurons/protein_modes_umol_per_l"]
        assert modes.shape[1] == N - 1 and (modes[()] != 0).any()
    result = resume(engram, output, ranks)
    assert result.returncode == 0, result.stderr
    assert_equal(diffused, output)


# Nothing happens but that the state decays.
BRANCH = """
simulation: {duration_s: 40}
populations: {n_exc: 160, n_inh: 40}
connectivity: {w_ei: 2}
record: {snapshots_s: [0]}
"""


def branch_of(run_engram, tmp_path, source, *texts):
    path = tmp_path / "branch.yaml"
    path.write_text(BRANCH)
    return Results(
        run_engram(path, tmp_path / "branch", arguments=("--from", source, *settings(*texts)))
    )


@pytest.mark.parametrize("kind", ["checkpoint", "network.h5"])
def test_a_state_has_all_modes(run_engram, diffused, tmp_path, kind):
    source = diffused / "network.h5" if kind == "network.h5" else checkpoints(diffused)[-1]
    branch = branch_of(run_engram, tmp_path, source, *MORPHOLOGY)
    results = Results(diffused)
    end_s = max(results.snapshot_times_s)
    last = results.protein_along(end_s, "exc", N)
    first = branch.protein_along(0, "exc", N)
    assert last.std(axis=1).max() > 0.05
    # The last checkpoint is some milliseconds before the end.
    atol = 1e-12 if kind == "network.h5" else 1e-3
    np.testing.assert_allclose(first, last, rtol=0, atol=atol)


def test_a_state_of_points_is_spread_evenly(run_engram, tmp_path):
    points = run_engram(RECALL_200, tmp_path / "points", arguments=settings("synapses.tau_p_s=5"))
    branch = branch_of(run_engram, tmp_path, points, *MORPHOLOGY)
    results = Results(points)
    amounts = results.proteins(max(results.snapshot_times_s))["exc"]["p"]
    assert amounts.max() > 1
    along = branch.protein_along(0, "exc", N)
    np.testing.assert_allclose(along, np.repeat(amounts[:, None], N, axis=1), atol=1e-12)


def test_check_tells_how_fast_protein_spreads(engram):
    result = run_program([engram, "check", RECALL_200, *settings(*MORPHOLOGY)])
    assert "of proteins 12 modes beside the mean, which spread along the cell within 22.73 s" in (
        result.stderr
    )


def test_a_note_where_potential_does_not_settle_within_a_step(engram):
    for resistivity, is_told in ((200, True), (50, False)):
        cell = f"neuron.morphology={{axial_resistivity_Ohm_cm: {resistivity}}}"
        result = run_program([engram, "check", RECALL_200, *settings(cell)])
        assert result.returncode == 0, result.stderr
        assert ("under way after a time step" in result.stderr) == is_told, result.stderr


def test_points_take_the_mean_of_a_state(engram, run_engram, diffused, tmp_path):
    branch = branch_of(run_engram, tmp_path, diffused)
    result = run_program([engram, "check", tmp_path / "branch.yaml", "--from", diffused])
    assert "in the neurons of exc proteins were not the same everywhere" in result.stderr
    results = Results(diffused)
    amounts = results.proteins(max(results.snapshot_times_s))["exc"]["p"]
    np.testing.assert_array_equal(branch.proteins(0)["exc"]["p"], amounts)


@pytest.mark.parametrize("kind", ["checkpoint", "network.h5"])
@pytest.mark.parametrize("command", ["check", "run"])
@pytest.mark.parametrize(
    "changes,other",
    [
        (["apical_dendrite_um=9"], "17 compartments in 16.5 um, synthesis from 4.5 to 5.5 um"),
        # As many, elsewhere.
        (
            ["apical_dendrite_um=4", "basal_dendrite_um=3.5"],
            "13 compartments in 12.5 um, synthesis from 5.5 to 6.5 um",
        ),
    ],
)
def test_states_of_other_cells_are_refused(
    engram, diffused, tmp_path, kind, command, changes, other
):
    source = diffused / "network.h5" if kind == "network.h5" else checkpoints(diffused)[-1]
    path = tmp_path / "branch.yaml"
    path.write_text(BRANCH)
    changed = settings(*MORPHOLOGY, *(f"neuron.morphology.{change}" for change in changes))
    output = ["-o", tmp_path / "results"] if command == "run" else []
    result = run_program([engram, command, path, "--from", source, *output, *changed])
    assert result.returncode == 2
    assert "initial_state.from" in result.stderr
    assert "13 compartments in 12.5 um, synthesis from 4.5 to 5.5 um" in result.stderr
    assert other in result.stderr
    assert "set neuron.morphology as in that run" in result.stderr
    assert not (tmp_path / "results").exists()


def test_figure(run_engram, diffused, tmp_path):
    result = run_tool("plot", diffused, "--output", tmp_path, "--figures", "protein_along")
    assert result.returncode == 0, result.stderr
    assert (tmp_path / "protein_along.png").stat().st_size > 10_000
    few = run_engram(
        RECALL_200,
        tmp_path / "few",
        arguments=settings(*DIFFUSING, "record.protein_at_um=[3]"),
    )
    result = run_tool(
        "plot", few, "--output", tmp_path, "--figures", "protein_along", "--format", "svg"
    )
    assert result.returncode == 0, result.stderr
    assert "3 µm" in (tmp_path / "protein_along.svg").read_text()


# --- JSON files of the sequel


def sequel(path, **changes):
    """A file as the sequel of the published program has them."""
    config = smallnet3()
    config["simulation"] |= {"runtime": 0.5, "dt": 0.2, "protein_dist_gid": 1}
    config["simulation"]["num_dendrite_probes"] = 3
    config["neuron"].pop("radius", None)
    config["neuron"] |= {
        "diffusivity_pc": 1e-8,
        "diffusivity_sps": 1e-4,
        "length_per_cv": 1.0,
        "radius_soma": 6,
        "radius_dendrite_1": 6,
        "length_dendrite_1": 25,
        "radius_dendrite_2": 6,
        "length_dendrite_2": 10,
    } | changes
    config["synapses"]["syn_exc_calcium_plasticity"]["c_morpho"] = 1.02
    return write(path, config)


@pytest.mark.parametrize("meaning,um2_per_s", [("0.10", 0.03), ("0.11", 1e5), ("si", 1e4)])
def test_a_file_of_the_sequel_runs(engram, tmp_path, meaning, um2_per_s):
    path = sequel(tmp_path / "config.json")
    result = run_program(
        [engram, "run", path, "--arbor-diffusivity", meaning, "-o", tmp_path / "results"]
    )
    assert result.returncode == 0, result.stderr
    assert f"is taken as {um2_per_s:g} um2/s (--arbor-diffusivity {meaning})" in result.stderr
    config = yaml.safe_load((tmp_path / "results/config.yaml").read_text())
    assert config["neuron"]["protein_diffusivity_um2_per_s"] == um2_per_s
    assert config["neuron"]["morphology"]["synaptic_gain"] == 1.02
    with h5py.File(tmp_path / "results/traces.h5") as file:
        assert "p_tip" in file["traces/neurons/1"]


def test_a_file_of_the_sequel_is_refused_without_a_choice(engram, tmp_path):
    path = sequel(tmp_path / "config.json")
    for command in ("run", "check", "plan", "import"):
        result = run_program([engram, command, path])
        assert result.returncode == 2
        assert "give --arbor-diffusivity 0.10" in result.stderr
        assert result.stderr.count("\n") == 1
    result = run_program([engram, "check", path, "--arbor-diffusivity", "0.12"])
    assert result.returncode == 1
    assert "must be 0.10, 0.11 (also for 0.12), si or point (is '0.12')" in result.stderr


def test_a_file_of_the_sequel_may_be_taken_as_points(engram, tmp_path):
    path = sequel(tmp_path / "config.json", radius_soma=8)
    result = run_program([engram, "check", path, "--arbor-diffusivity", "si"])
    assert result.returncode == 2
    assert "only cylinders of one radius" in result.stderr
    result = run_program([engram, "import", path, "--arbor-diffusivity", "point"])
    assert result.returncode == 0, result.stderr
    assert "morphology" not in yaml.safe_load(result.stdout).get("neuron", {})
    assert "the neurons are taken as points" in result.stderr


def test_the_option_is_for_json_files(engram, tmp_path):
    path = tmp_path / "branch.yaml"
    path.write_text(BRANCH)
    result = run_program([engram, "check", path, "--arbor-diffusivity", "si"])
    assert result.returncode == 1
    assert "is for JSON files of the published program" in result.stderr


# --- Resets without a spike


def test_silent_resets_are_told_and_measured(engram, run_engram, tmp_path):
    """On the screen, in the summary, and trial by trial as a measure where they can occur."""
    cells = settings("neuron.morphology={soma_radius_um: 2}", "connectivity.w_ei=4")
    published = settings("neuron.morphology.reset=any_compartment")
    result = run_program(
        [engram, "run", RECALL_200, "-o", tmp_path / "one", "--quiet", *cells, *published]
    )
    assert result.returncode == 0, result.stderr
    n = Results(tmp_path / "one").summary["silent_resets"]["exc"]
    assert n > 0
    assert f".  Reset without a spike: {n} exc" in result.stdout

    swept = settings("trials=2", "sweep=[{neuron.morphology.reset: [soma, any_compartment]}]")
    output = run_engram(RECALL_200, tmp_path / "swept", arguments=(*cells, *swept))
    ensemble = Ensemble(output)
    measured = ensemble.measure("silent_resets_exc").trials
    assert np.isnan(measured[0]).all()
    for trial, value in enumerate(measured[1]):
        resets = ensemble.trial(1, trial).summary["silent_resets"]
        assert resets["exc"] == value
    assert measured[1].sum() > 0
