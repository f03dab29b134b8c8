# SPDX-License-Identifier: Apache-2.0
"""No key of the model is dropped by an exporter without a word: each is exported, told, or listed here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

import h5py
import pytest
from engram import Results, ResultsError, keys
from engram.arbor_config import published_configuration
from engram.arbor_text import check_network
from engram.circuit import left_out, write_circuit

SHORT = """
simulation: {duration_s: 0.02}
populations: {n_exc: 4, n_inh: 2}
connectivity: {probability: 0.8}
groups: {assembly: {first: 0, count: 2}}
stimuli: {learn: {scheme: ONEPULSE, group: assembly, start_s: 0, n_inputs: 1, rate_Hz: 1}}
"""
NAMED = """
simulation: {duration_s: 0.02}
populations: {A: {count: 4, kind: excitatory}, B: {count: 2, kind: inhibitory}}
projections:
  aa: {from: A, to: A, probability: 0.8, plastic: true}
  ab: {from: A, to: B, probability: 0.8, weight_h_0: 2}
  ba: {from: B, to: A, probability: 0.8, weight_h_0: -4}
"""
# Sections of which each key is tried; of all others the section as a whole.
SECTIONS: dict[str, type[keys.Part]] = {
    "simulation": keys.Simulation,
    "populations": keys.Populations,
    "connectivity": keys.Connectivity,
    "background": keys.Background,
    "neuron": keys.Neuron,
    "neuron.morphology": keys.Morphology,
    "synapses": keys.Synapses,
}
OF_STIMULUS = {"stimuli.learn": keys.Onepulse}
IN_NAMED = {"populations.B": keys.Population, "projections.ab": keys.Projection}
MORE = {"populations.B.neuron.morphology"}  # keys of sections that a population may have

# A value of each key other than its default, and what it needs, which may be told in its place.
OTHER = {
    "simulation.duration_s": ["0.04"],
    "simulation.dt_ms": ["0.1"],
    "simulation.seed": ["2"],
    "simulation.noise_seed": ["2"],
    "simulation.wiring_seed": ["2"],
    "simulation.fast_forward": ["'off'"],
    "simulation.margin_before_s": ["0"],
    "simulation.margin_after_s": ["0"],
    "simulation.dt_fast_forward_s": ["5"],
    "simulation.description": ["text"],
    "populations.n_exc": ["5"],
    "populations.n_inh": ["3"],
    "connectivity.probability": ["0.4"],
    "connectivity.file": ["matrix.txt"],
    "connectivity.w_ei": ["1"],
    "connectivity.w_ie": ["1"],
    "connectivity.w_ii": ["1"],
    "background.mean_nA": ["0.1"],
    "background.sigma_wn_nA_sqrt_s": ["0.1"],
    "neuron.V_init_mV": ["-60"],
    "neuron.V_rev_mV": ["-60"],
    "neuron.V_reset_mV": ["-60"],
    "neuron.V_th_mV": ["-50"],
    "neuron.R_leak_MOhm": ["20"],
    "neuron.C_mem_nF": ["2"],
    "neuron.t_ref_ms": ["4"],
    "neuron.morphology": ["{}"],
    "neuron.protein_diffusivity_um2_per_s": ["1", "neuron.morphology={}"],
    "neuron.morphology.soma_radius_um": ["12"],
    "neuron.morphology.basal_dendrite_um": ["5"],
    "neuron.morphology.apical_dendrite_um": ["5"],
    "neuron.morphology.compartment_um": ["2"],
    "neuron.morphology.axial_resistivity_Ohm_cm": ["0"],
    "neuron.morphology.capacitance": ["published"],
    "neuron.morphology.synaptic_gain": ["2"],
    "neuron.morphology.reset": ["any_compartment"],
    "synapses.tau_syn_ms": ["2"],
    "synapses.t_ax_delay_ms": ["2"],
    "synapses.h_0_mV": ["4"],
    "synapses.t_Ca_delay_ms": ["10"],
    "synapses.Ca_pre": ["1"],
    "synapses.Ca_post": ["0.2758"],
    "synapses.tau_Ca_ms": ["40"],
    "synapses.tau_h_s": ["600"],
    "synapses.gamma_p": ["1000"],
    "synapses.gamma_d": ["300"],
    "synapses.theta_p": ["4"],
    "synapses.theta_d": ["1"],
    "synapses.sigma_pl_mV": ["0"],
    "synapses.theta_pro_mV": ["2"],
    "synapses.theta_tag_mV": ["1"],
    "synapses.p_max_umol_per_l": ["5"],
    "synapses.tau_p_s": ["3000"],
    "synapses.tau_z_s": ["3000"],
    "synapses.f_int_l_per_umol": ["0.2"],
    "synapses.z_max": ["2"],
    "synapses.protein_pools": ["P/D"],
    "synapses.rate_threshold_p_Hz": ["40"],
    "synapses.rate_threshold_d_Hz": ["40"],
    "synapses.rate_window_s": ["1", "synapses.rate_threshold_p_Hz=40"],
    "initial_state": ["{from: other}"],
    "initial_weights": ["{h_sigma: 0.1}"],
    "stimuli": ["{x: {scheme: CURRENT, group: all, start_s: 0, train_s: 0.01, mean_nA: 1}}"],
    "stimuli.learn.group": ["[assembly, inh]"],
    "stimuli.learn.role": ["recall"],
    "stimuli.learn.margin_before_s": ["0"],
    "stimuli.learn.margin_after_s": ["0"],
    "stimuli.learn.start_s": ["0.01"],
    "stimuli.learn.n_inputs": ["2"],
    "stimuli.learn.rate_Hz": ["2"],
    "background_changes": ["{x: {group: inh, mean_nA: 0, sigma_wn_nA_sqrt_s: 0}}"],
    "neuromodulation": ["{}"],  # no protein is made
    "plasticity_off": ["{x: {}}"],
    "spiking_windows": ["{x: {}}"],
    "populations.B.count": ["3"],
    "populations.B.kind": ["excitatory", "projections.ba.weight_h_0=4"],
    "populations.B.neuron": ["{t_ref_ms: 4}"],
    "populations.B.neuron.morphology": ["{}"],
    "populations.B.background": ["{mean_nA: 0.1}"],
    "projections.ab.probability": ["0.3"],
    "projections.ab.weight_h_0": ["1"],
    "projections.ab.plastic": ["true", "populations.B.kind=excitatory", "projections.ab.weight_h_0=null", "projections.ba.weight_h_0=4"],
    "projections.ab.site": ["tip", "neuron.morphology={}"],
}  # fmt: skip
RECORDED = "what is recorded, measured and kept"
# Keys that no exporter has to tell, with the reason.
LISTED = {
    "simulation.communication_timeout_s": "how a run is computed",
    "connectivity.file_checksum": "follows from the file",
    "groups": "who is meant by other keys",
    "projections": "each key is tried",
    "record": RECORDED,
    "measures": RECORDED,
    "checkpoint": RECORDED,
    "output": RECORDED,
    "projections.ab.from": "the name of the projection",
    "projections.ab.to": "the name of the projection",
    "projections.ab.file": "as connectivity.file",
    "projections.ab.file_checksum": "follows from the file",
}
DRAWN = "the published program draws its own"
LISTED_OF_PUBLISHED = {
    "simulation.seed": DRAWN,
    "simulation.noise_seed": DRAWN,
    "simulation.wiring_seed": "connections.txt has what it draws",
}
STATIC = "synapses of the circuit are static"
PLASTICITY = (
    "t_Ca_delay_ms Ca_pre Ca_post tau_Ca_ms tau_h_s gamma_p gamma_d theta_p theta_d sigma_pl_mV theta_pro_mV "
    "theta_tag_mV p_max_umol_per_l tau_p_s tau_z_s f_int_l_per_umol z_max protein_pools rate_threshold_p_Hz "
    "rate_threshold_d_Hz rate_window_s"
).split()
CONSOLIDATION = "NEST knows no consolidation"
LISTED_OF_CIRCUIT = (
    {
        "simulation.noise_seed": "NEST draws its own",
        "simulation.fast_forward": CONSOLIDATION,
        "simulation.margin_before_s": CONSOLIDATION,
        "simulation.margin_after_s": CONSOLIDATION,
        "simulation.dt_fast_forward_s": CONSOLIDATION,
        "spiking_windows": CONSOLIDATION,
        "simulation.description": "a text",
        "background.sigma_wn_nA_sqrt_s": "the noise has no place in it, which docs/analysis.md says",
        "neuromodulation": STATIC,
        "plasticity_off": STATIC,
    }
    | {f"synapses.{key}": STATIC for key in PLASTICITY}
    | {key: "stimuli are told as a whole" for key in OTHER if key.startswith("stimuli.")}
)


def documented_keys() -> set[str]:
    """Those of docs/configuration.md, as the classes have them."""
    sections = {field.name for field in fields(keys.Configuration)} - set(
        keys.HELP["Configuration"]
    )
    found = {
        f"{section}.{field.name.rstrip('_')}"
        for section, kind in (SECTIONS | OF_STIMULUS | IN_NAMED).items()
        for field in fields(kind)
    }
    return found | (sections - set(SECTIONS)) | MORE


def test_every_key_is_tried_or_listed() -> None:
    """A new one needs a value above, which shows what the exporters do with it, or a reason."""
    assert documented_keys() == {*OTHER, *LISTED}


Run = Callable[..., Results]


@pytest.fixture(scope="module")
def run(run_engram, tmp_path_factory) -> Run:
    """The results of one of the configurations above with other values, each run once."""
    directory = tmp_path_factory.mktemp("exported_keys")
    (directory / "SHORT.yaml").write_text(SHORT)
    (directory / "NAMED.yaml").write_text(NAMED)
    rows = [" ".join("01"[i != j] for j in range(6)) for i in range(6)]
    (directory / "matrix.txt").write_text("\n".join(rows) + "\n")
    run_engram(directory / "SHORT.yaml", directory / "other")
    done: dict[tuple[str, ...], Results] = {}

    def results(name: str, *settings: str) -> Results:
        if (name, *settings) not in done:
            words = [word for setting in settings for word in ("--set", setting)]
            output = directory / f"results{len(done)}"
            run_engram(directory / f"{name}.yaml", output, arguments=words)
            done[name, *settings] = Results(output)
        return done[name, *settings]

    return results


def with_other_value(run: Run, key: str) -> tuple[Results, Results]:
    """Of the configuration as it is, and with another value of the key."""
    name = "NAMED" if key == "stimuli" or key.startswith(tuple(IN_NAMED)) else "SHORT"
    value, *needed = OTHER[key]
    return run(name), run(name, *needed, f"{key}={value}")


def of(listed: dict[str, str]) -> list[str]:
    return [key for key in OTHER if key not in listed]


def test_only_what_is_documented_is_listed() -> None:
    assert {*LISTED_OF_PUBLISHED, *LISTED_OF_CIRCUIT} <= set(OTHER)


@pytest.mark.parametrize("key", of(LISTED_OF_PUBLISHED))
def test_config_json_has_a_key_or_tells_that_it_has_not(run: Run, key: str) -> None:
    before, after = with_other_value(run, key)
    try:
        check_network(after)
    except ResultsError:
        return
    ours, theirs = published_configuration(before), published_configuration(after)
    assert not ours.left_out
    assert theirs.left_out or theirs.values != ours.values


def circuit_of(results: Results, directory: Path) -> dict[str, object]:
    """What NEST reads, by place."""
    *texts, nodes = write_circuit(results, directory)
    content: dict[str, object] = {
        path.name: path.read_text("utf-8").replace(results.path.name, "") for path in texts
    }

    def keep(place: str, item: object) -> None:
        if isinstance(item, h5py.Dataset) and place.startswith(("nodes/", "edges/")):
            if "/snapshots/" not in place and "/indices/" not in place:
                content[place] = item[()].tolist()

    for path in (nodes, results.path / "network.h5"):
        with h5py.File(path) as file:
            file.visititems(keep)
    return content


@pytest.mark.parametrize("key", of(LISTED_OF_CIRCUIT))
def test_a_circuit_has_a_key_or_tells_that_it_has_not(run: Run, key: str, tmp_path: Path) -> None:
    before, after = with_other_value(run, key)
    try:
        theirs = circuit_of(after, tmp_path / "after")
    except ResultsError:
        return
    known = set(left_out(before))
    assert set(left_out(after)) - known or theirs != circuit_of(before, tmp_path / "before")
