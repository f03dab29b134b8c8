# SPDX-License-Identifier: Apache-2.0
"""A run as a configuration of the published Arbor program (arbor_network_consolidation), and its log."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Mapping

import numpy as np

from .arbor_text import Current, samples
from .arrays import Array
from .results import Phase, Results
from .schedule import MARGIN_S
from .stimuli import Stimulus

CURRENTS: tuple[Current, ...] = ("membrane", "stimulation", "background")  # by sample_curr
SCHEMES = ("RECT", "ONEPULSE", "TRIPLET", "STET", "FULL", "EXPLICIT")
_SECTIONS = (
    "neuromodulation", "plasticity_off", "spiking_windows", "initial_state", "initial_weights",
)  # fmt: skip
_MARGINS = ("margin_before_s", "margin_after_s")
# What the published program has as constants, or not at all.
_CONSTANT = {
    "gamma_p": 1645.6,
    "gamma_d": 313.1,
    "f_int_l_per_umol": 0.1,
    "z_max": 1,
    "protein_pools": "C",
    "rate_threshold_p_Hz": 0,
    "rate_threshold_d_Hz": 0,
}
_SYNAPSES = {
    "tau_syn_ms": 5,
    "t_ax_delay_ms": 3,
    "h_0_mV": 4.20075,
    "t_Ca_delay_ms": 18.8,
    "Ca_pre": 0.6,
    "Ca_post": 0.1655,
    "tau_Ca_ms": 48.8,
    "tau_h_s": 688.4,
    "theta_p": 3,
    "theta_d": 1.2,
    "sigma_pl_mV": 2.90436,
    "theta_pro_mV": 2.10037,
    "theta_tag_mV": 0.840149,
    "p_max_umol_per_l": 10,
    "tau_p_s": 3600,
    "tau_z_s": 3600,
}
_WEIGHTS = {"w_ei": 2, "w_ie": 4, "w_ii": 4}
_NEURON = {"V_init_mV": -65, "V_rev_mV": -65, "V_reset_mV": -70, "V_th_mV": -55}
_NEURON |= {"R_leak_MOhm": 10, "C_mem_nF": 1, "t_ref_ms": 2}
# Of Arbor's implementation of a point: in MOhm, and in um.
_R_RESET, _RADIUS = 1e-10, 1e-3


@dataclass(frozen=True)
class PublishedConfiguration:
    """The nested dict of a JSON file, and what of the run has no place in it."""

    values: dict[str, Any]
    left_out: list[str]


def published_configuration(
    results: Results, current: Current = "membrane", matrix: str = ""
) -> PublishedConfiguration:
    """Of a network that check_network accepts; `matrix` is the name of its file of connections.

    >>> published_configuration(load(small_recall)).values["populations"]["N_CA"]
    20
    """
    writer = _Writer(results)
    return PublishedConfiguration(writer.values(current, matrix), writer.left_out)


class _Writer:
    def __init__(self, results: Results) -> None:
        self._results = results
        self._config = results.config
        # An empty section of neuromodulation is not none: no protein is made.
        self.left_out = [name for name in _SECTIONS if self._config.get(name) is not None]

    def values(self, current: Current, matrix: str) -> dict[str, Any]:
        simulation = self._config["simulation"]
        synapses = _SYNAPSES | (self._config.get("synapses") or {})
        self.left_out += [
            f"synapses.{key}"
            for key, value in _CONSTANT.items()
            if synapses.get(key, value) != value
        ]
        if simulation.get("fast_forward", "auto") in ("off", False):
            self.left_out.append("simulation.fast_forward")
        self._leave_out_margins("simulation", simulation)
        blocks = samples(self._results)
        learn, recall = self._stimulus("learn"), self._stimulus("recall")
        return {
            "simulation": {
                "description": str(simulation.get("description") or ""),
                "short_description": "",
                "runtime": simulation["duration_s"],
                "dt": simulation["dt_ms"],
                "dt_ff": _scaled(simulation.get("dt_fast_forward_s", 50), 1e3),
                "output_period": self._config["record"].get("every_steps", 10),
                "reduced_data": 0,
                "learn_protocol": self._protocol(learn),
                "recall_protocol": self._protocol(recall),
                "bg_protocol": self._background(),
                "sample_gid_list": [sample.gid for sample in blocks],
                "sample_pre_list": [sample.pre for sample in blocks],
                "sample_curr": CURRENTS.index(current),
            },
            "populations": self._populations(learn, recall, matrix),
            "neuron": self._neuron(),
            "synapses": {
                "tau_syn": synapses["tau_syn_ms"],
                "t_ax_delay": synapses["t_ax_delay_ms"],
                "syn_exc_calcium_plasticity": _plasticity(synapses),
            },
        }

    def _stimulus(self, role: str) -> Stimulus | None:
        """The first of a role, which is the only one that can be told."""
        of_role = [s for s in self._results.stimuli if s.role == role]
        told = [s for s in of_role if _entry(s)["scheme"] in SCHEMES]
        self.left_out += [f"stimuli.{s.name}" for s in of_role if s not in told[:1]]
        return told[0] if told else None

    def _leave_out_margins(self, place: str, section: Mapping[str, Any]) -> None:
        """Those that are not the published ones, which in the program are rounded to steps."""
        step_s = self._config["simulation"]["dt_ms"] / 1e3
        self.left_out += [
            f"{place}.{key}"
            for key in _MARGINS
            if section.get(key) is not None and abs(section[key] - MARGIN_S) > step_s
        ]

    def _protocol(self, stimulus: Stimulus | None) -> dict[str, Any]:
        if stimulus is None:
            return {}
        entry = _entry(stimulus)
        self._leave_out_margins(f"stimuli.{stimulus.name}", entry)
        protocol: dict[str, Any] = {
            "scheme": entry["scheme"],
            "time_start": entry.get("start_s", 0),
            "freq": entry.get("rate_Hz", 0),
            "N_stim": entry.get("n_inputs", 0),
        }
        if "duration_s" in entry:
            protocol["duration"] = entry["duration_s"]
        if entry["scheme"] in ("STET", "EXPLICIT"):
            protocol["explicit_input"] = {
                "receivers": stimulus.neurons.tolist(),
                "stim_times": list(entry.get("spike_times_ms", [])),
            }
        return protocol

    def _background(self) -> dict[str, Any]:
        """Always on, or in one interval, or in the three pulses of a triplet."""
        always, *others = [p.background for p in self._results.network.populations]
        if any(other != always for other in others):
            self.left_out.append("background of inhibitory populations that differs")
        changes = list((self._config.get("background_changes") or {}).values())
        is_on = always.get("mean_nA", 0.15) != 0 or always.get("sigma_wn_nA_sqrt_s", 0.05) != 0
        if not changes:
            return _ornstein_uhlenbeck("FULL", 0, always) if is_on else {}
        scheme = _scheme_of(changes)
        everywhere = all(self._is_everywhere(change["group"]) for change in changes)
        if is_on or scheme is None or not everywhere:
            self.left_out.append("background_changes")
            return _ornstein_uhlenbeck("FULL", 0, always) if is_on else {}
        protocol = _ornstein_uhlenbeck(scheme, changes[0].get("start_s", 0), changes[0])
        if scheme == "RECT":
            protocol["duration"] = changes[0]["duration_s"]
        return protocol

    def _is_everywhere(self, names: str | list[str]) -> bool:
        groups = [names] if isinstance(names, str) else names
        members = np.unique(np.concatenate([self._results.group(name) for name in groups]))
        return len(members) == self._results.network.size

    def _populations(
        self, learn: Stimulus | None, recall: Stimulus | None, matrix: str
    ) -> dict[str, Any]:
        wiring = self._wiring()
        n_assembly = self._first_ones(learn, "assembly", self._results.assembly)
        n_recalled = self._first_ones(recall, "recalled", self._results.recalled)
        if n_recalled > n_assembly > 0:
            self.left_out.append("which neurons are recalled")
        share = _share(n_recalled, n_assembly) if n_assembly else 0
        return {
            "N_exc": self._results.n_exc,
            "N_inh": self._results.n_inh,
            "N_CA": n_assembly,
            **wiring,
            "p_r": min(1.0, share),
            "conn_file": matrix,
        }

    def _wiring(self) -> dict[str, Any]:
        """Weights and probability, of the short form or of the projections."""
        names = [population.name for population in self._results.network.populations]
        if "projections" not in self._config:
            short = self._config.get("connectivity") or {}
            p_c = -1 if short.get("file") else short.get("probability", 0.1)
            weights = {key: short.get(key, value) for key, value in _WEIGHTS.items()}
            return weights | {"p_c": p_c}
        found = {(p["from"], p["to"]): p for p in self._config["projections"].values()}
        exc, inh = names[0], names[-1]
        ends = {"w_ei": (exc, inh), "w_ie": (inh, exc), "w_ii": (inh, inh)}
        weights = {
            key: abs(found.get(end, {}).get("weight_h_0", 0)) if inh != exc else 0
            for key, end in ends.items()
        }
        kinds = {p.get("probability", -1) for p in found.values()}
        return weights | {"p_c": kinds.pop() if len(kinds) == 1 else -1}

    def _first_ones(self, stimulus: Stimulus | None, name: str, gids: Array) -> int:
        """As many as are stimulated, or in the group of that name; they must be the first neurons."""
        has_group = name in (self._config.get("groups") or {})
        is_forced = stimulus is not None and _entry(stimulus)["scheme"] in ("STET", "EXPLICIT")
        is_told = stimulus is None or is_forced or len(stimulus.neurons) == len(gids)
        if is_forced or not len(gids):
            gids = self._results.group(name) if has_group else np.empty(0, dtype=np.int64)
        if not is_told or (len(gids) and gids[-1] != len(gids) - 1):
            self.left_out.append(f"which neurons are {name}")
        return len(gids)

    def _neuron(self) -> dict[str, Any]:
        neuron = _NEURON | dict(self._results.network.populations[0].neuron)
        others = [_NEURON | dict(p.neuron) for p in self._results.network.populations[1:]]
        if any(other[key] != neuron[key] for other in others for key in _NEURON):
            self.left_out.append("neurons of inhibitory populations that differ")
        if any(p.neuron.get("morphology") for p in self._results.network.populations):
            self.left_out.append("neuron.morphology")
        return {
            "mechanism": "lif",
            "V_init": neuron["V_init_mV"],
            "V_rev": neuron["V_rev_mV"],
            "V_reset": neuron["V_reset_mV"],
            "V_th": neuron["V_th_mV"],
            "R_leak": neuron["R_leak_MOhm"],
            "R_reset": _R_RESET,
            "C_mem": _scaled(neuron["C_mem_nF"], 1e-9),
            "t_ref": neuron["t_ref_ms"],
            "radius": _RADIUS,
        }


def _entry(stimulus: Stimulus) -> Mapping[str, Any]:
    entry: Mapping[str, Any] = stimulus.config["stimuli"][stimulus.name]
    return entry


def _ornstein_uhlenbeck(scheme: str, start_s: float, current: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "time_start": start_s,
        "scheme": scheme,
        "I_0": current.get("mean_nA", 0.15),
        "sigma_WN": current.get("sigma_wn_nA_sqrt_s", 0.05),
    }


def _scheme_of(changes: list[Mapping[str, Any]]) -> str | None:
    """The published scheme of intervals of one current."""
    currents = {(change["mean_nA"], change["sigma_wn_nA_sqrt_s"]) for change in changes}
    starts = [change.get("start_s", 0) for change in changes]
    lengths = [change.get("duration_s") for change in changes]
    if len(currents) > 1:
        return None
    if len(changes) == 1:
        return "FULL" if lengths[0] is None else "ONEPULSE" if lengths[0] == 0.1 else "RECT"
    is_triplet = len(changes) == 3 and set(lengths) == {0.1}
    return "TRIPLET" if is_triplet and np.allclose(np.diff(sorted(starts)), 0.5) else None


def _share(count: int, of: int) -> float:
    """A fraction of which the neurons below fraction * of are as many, as published."""
    share = count / of
    return share if math.ceil(share * of) == count else (count - 0.5) / of


def _scaled(value: float, factor: float) -> float:
    """A change of units shall not leave traces like 3600.0000000000005."""
    return float(f"{value * factor:.15g}")


def _plasticity(synapses: Mapping[str, Any]) -> dict[str, Any]:
    in_ms = 1e3
    return {
        "h_0": synapses["h_0_mV"],
        "t_Ca_delay": synapses["t_Ca_delay_ms"],
        "Ca_pre": synapses["Ca_pre"],
        "Ca_post": synapses["Ca_post"],
        "sigma_pl": synapses["sigma_pl_mV"],
        "theta_p": synapses["theta_p"],
        "theta_d": synapses["theta_d"],
        "theta_pro": synapses["theta_pro_mV"],
        "theta_tag": synapses["theta_tag_mV"],
        "p_max": synapses["p_max_umol_per_l"],
        "tau_h": _scaled(synapses["tau_h_s"], in_ms),
        "tau_z": _scaled(synapses["tau_z_s"], in_ms),
        "tau_Ca": synapses["tau_Ca_ms"],
        "tau_p": _scaled(synapses["tau_p_s"], in_ms),
    }


def log_text(results: Results, configuration: Mapping[str, Any]) -> str:
    """The lines of log.txt that say what was run: protocols, schedule, spikes and samples by phase.

    >>> "Schedule: learn - consolidate - recall" in log_text(
    ...     load(small_recall), published_configuration(load(small_recall)).values)
    True
    """
    simulation, populations = configuration["simulation"], configuration["populations"]
    lines = [
        f"Engram {results.summary.get('versions', {}).get('engram', '')}".strip(),
        "|",
        f"Simulated timespan: {simulation['runtime']} s",
        f"Population parameters: N_exc = {populations['N_exc']}, N_inh = {populations['N_inh']}",
        f"Learning protocol: {_protocol_text(simulation['learn_protocol'])}",
        f"Recall protocol: {_protocol_text(simulation['recall_protocol'])}",
        f"Background input: {_protocol_text(simulation['bg_protocol'])}",
        "|",
        f"Random seed for mechanisms: {results.config['simulation'].get('seed', 1)}",
        f"Number of connections: {sum(results.summary.get('synapses', {}).values())}",
        f"Schedule: {results.schedule}",
    ]
    for number, phase in enumerate(results.phases, 1):
        lines.append(
            f"Phase {number}: {phase.label}, from {1e3 * phase.begin_s:.12g} ms to "
            f"{1e3 * phase.end_s:.12g} ms"
        )
    phases = results.phases
    times_s = results.trace_time_s
    for number, phase in enumerate(phases, 1):
        spikes = results.all_spikes(1e3 * phase.begin_s, 1e3 * phase.end_s)
        lines.append(f"Spikes in phase #{number}: {len(spikes.time_ms)}")
    for number, phase in enumerate(phases, 1):
        count = _samples_in(times_s, phase, is_last=number == len(phases))
        lines.append(f"Datapoints in phase #{number}: {count}")
    wall_s = sum(results.summary.get("wall_s", {}).values())
    lines.append(f"Total elapsed time: {wall_s:.0f} s.")
    return "\n".join(lines) + "\n"


def _samples_in(times_s: Array, phase: Phase, is_last: bool) -> int:
    inside = (times_s >= phase.begin_s) & (times_s < phase.end_s)
    return int(inside.sum()) + (int((times_s == phase.end_s).sum()) if is_last else 0)


def _protocol_text(protocol: Mapping[str, Any]) -> str:
    if not protocol:
        return "none"
    scheme, explicit = protocol["scheme"], protocol.get("explicit_input", {})
    if scheme == "EXPLICIT":
        return (
            f"EXPLICIT, pulses at {explicit['stim_times']} ms, to neurons {explicit['receivers']}"
        )
    if scheme == "STET":
        return (
            f"STET (Poisson) to neurons {explicit['receivers']}, starting at "
            f"{protocol['time_start']} s"
        )
    if "I_0" in protocol:
        return (
            f"{scheme} (OU), I_0 = {protocol['I_0']} nA, sigma_WN = {protocol['sigma_WN']} "
            "nA s^1/2"
        )
    lasting = f", lasting for {protocol['duration']} s" if protocol.get("duration") else ""
    return (
        f"{scheme} (OU), {protocol['N_stim']} input neurons at {protocol['freq']} Hz, starting at "
        f"{protocol['time_start']} s{lasting}"
    )
