# SPDX-License-Identifier: Apache-2.0
"""JSON configurations as the published Arbor program reads them, with its values."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

from conftest import ROOT

SMALLNET2 = ROOT / "configs/connections_smallnet2.txt"  # 0 -> 1, 2, 3; 2 <-> 3
SMALLNET3 = ROOT / "configs/connections_smallnet3.txt"  # and an inhibitory neuron

SEVEN_SPIKES = {
    "scheme": "EXPLICIT",
    "explicit_input": {"receivers": [0], "stim_times": [10, 20, 30, 40, 50, 60, 100]},
}
TRIPLET = {"scheme": "TRIPLET", "time_start": 10, "freq": 100, "N_stim": 25}
ONEPULSE = {"scheme": "ONEPULSE", "time_start": 28810, "freq": 100, "N_stim": 25}
BACKGROUND = {"scheme": "FULL", "time_start": 0, "I_0": 0.15, "sigma_WN": 0.05}

PLASTICITY = {
    "h_0": 4.20075, "t_Ca_delay": 18.8, "Ca_pre": 0.6, "Ca_post": 0.1655, "sigma_pl": 2.90436,
    "theta_p": 3.0, "theta_d": 1.2, "theta_pro": 2.10037, "theta_tag": 0.840149, "p_max": 10.0,
    "tau_h": 688400, "tau_z": 3600000, "tau_Ca": 48.8, "tau_p": 3600000,
}  # fmt: skip
CONFIG: dict[str, Any] = {
    "simulation": {
        "description": "A test",
        "short_description": "",
        "runtime": 1,
        "dt": 0.2,
        "dt_ff": 50000,
        "output_period": 1,
        "reduced_data": 0,
        "learn_protocol": {},
        "recall_protocol": {},
        "bg_protocol": {},
        "sample_gid_list": [],
        "sample_pre_list": [],
        "sample_curr": 0,
    },
    "populations": {
        "N_exc": 4, "N_inh": 0, "N_CA": 1, "w_ei": 2.0, "w_ie": 4.0, "w_ii": 4.0, "p_c": -1,
        "p_r": 1, "conn_file": str(SMALLNET2),
    },
    "neuron": {
        "mechanism": "lif", "V_init": -65.0, "V_rev": -65.0, "V_reset": -70.0, "V_th": -55.0,
        "R_leak": 10.0, "R_reset": 1e-10, "C_mem": 1e-9, "t_ref": 2.0, "radius": 1e-3,
    },
    "synapses": {
        "tau_syn": 5.0, "t_ax_delay": 3.0, "syn_exc_calcium_plasticity": PLASTICITY,
    },
}  # fmt: skip


def published(
    simulation: dict[str, Any] | None = None,
    populations: dict[str, Any] | None = None,
    plasticity: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Four neurons without any stimulus, but for what is given."""
    config = copy.deepcopy(CONFIG)
    config["simulation"] |= simulation or {}
    config["populations"] |= populations or {}
    config["synapses"]["syn_exc_calcium_plasticity"] |= plasticity or {}
    return config


def basic_early(noise: bool = True) -> dict[str, Any]:
    """One synapse, seven presynaptic spikes."""
    return published(
        {
            "runtime": 0.2,
            "learn_protocol": SEVEN_SPIKES,
            "sample_gid_list": [1],
            "sample_pre_list": [0],
        },
        plasticity={"Ca_pre": 1.0, "Ca_post": 0.2758} | ({} if noise else {"sigma_pl": 0}),
    )


def smallnet3() -> dict[str, Any]:
    """Five neurons, each with its samples."""
    return published(
        {
            "runtime": 3,
            "learn_protocol": {"scheme": "RECT", "freq": 100, "N_stim": 25, "duration": 1},
            "sample_gid_list": [0, 1, 2, 2, 3, 3, 4],
            "sample_pre_list": [-1, 0, 0, 3, 0, 2, -1],
        },
        {"N_inh": 1, "conn_file": str(SMALLNET3)},
        {"sigma_pl": 0},
    )


def write(path: Path, config: dict[str, Any]) -> Path:
    path.write_text(json.dumps(config, indent="\t"))
    return path
