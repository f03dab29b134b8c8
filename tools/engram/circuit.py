# SPDX-License-Identifier: Apache-2.0
"""What a SONATA circuit has beside its edges: nodes, types of nodes and edges, parameters.

With them the network.h5 of a run is a network that NEST builds: leaky integrate-and-fire neurons with
exponential synaptic currents (iaf_psc_exp) and static synapses, with the weights and delays that the
run began with, h_0 where they are plastic. Stimuli, the noise of the background, other weights of
plastic synapses and plasticity have no place in it.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, Mapping

import h5py
import numpy as np

from .errors import ResultsError
from .files import own_directory, replaced
from .network import Population
from .results import Results

NEURON_MODEL = "nest:iaf_psc_exp"
SYNAPSE_MODEL = "static_synapse"
EDGE_TYPE = 0  # of all edges in network.h5
_NEURONS = "neurons"  # directory of parameters
_SECTIONS = ("initial_state", "initial_weights", "stimuli", "background_changes")


def write_circuit(results: Results, directory: Path) -> list[Path]:
    """Writes the files into a directory, circuit_config.json first; they name network.h5 where it lies.

    Raises ResultsError for networks that NEST would not build or would understand otherwise.
    """
    _check(results)
    directory.mkdir(parents=True, exist_ok=True)
    neurons = own_directory(directory / _NEURONS)
    texts = {
        directory / "circuit_config.json": _json(_config(results, directory)),
        directory / "node_types.csv": _table(_node_types(results)),
        directory
        / "edge_types.csv": _table([{"edge_type_id": EDGE_TYPE, "model_template": SYNAPSE_MODEL}]),
    }
    tau_syn_ms = float(results.config["synapses"]["tau_syn_ms"])
    for population in results.network.populations:
        parameters = nest_parameters(population, tau_syn_ms)
        texts[neurons / f"{population.name}.json"] = _json(parameters)
    for path, text in texts.items():
        with replaced(path) as temporary:
            temporary.write_text(text, "utf-8")
    nodes = directory / "nodes.h5"
    with replaced(nodes) as temporary:
        _write_nodes(results, temporary)
    return [*texts, nodes]


def left_out(results: Results) -> list[str]:
    """The sections of the configuration without which the network of the circuit is another one."""
    return [name for name in _SECTIONS if results.config.get(name)]


def nest_parameters(population: Population, tau_syn_ms: float) -> dict[str, float]:
    """Of the neurons of a population, for NEST's iaf_psc_exp.

    The weights of network.h5 are in mV, the change of the potential that a constant current of that
    strength would lead to. So currents are told by it instead of in pA, with the membrane time
    constant for the capacity: dV/dt = -(V - E_L)/tau_m + I/C_m holds unchanged.
    """
    neuron = population.neuron
    tau_ms = float(neuron["R_leak_MOhm"]) * float(neuron["C_mem_nF"])
    return {
        "C_m": tau_ms,
        "tau_m": tau_ms,
        "tau_syn_ex": tau_syn_ms,
        "tau_syn_in": tau_syn_ms,
        "t_ref": float(neuron["t_ref_ms"]),
        "E_L": float(neuron["V_rev_mV"]),
        "V_m": float(neuron["V_init_mV"]),
        "V_reset": float(neuron["V_reset_mV"]),
        "V_th": float(neuron["V_th_mV"]),
        "I_e": float(population.background["mean_nA"]) * float(neuron["R_leak_MOhm"]),
    }


def _check(results: Results) -> None:
    file = results.network_file
    for population in results.network.populations:
        if population.neuron.get("morphology"):
            raise ResultsError(
                f"{results.path}: neurons of {population.name} have a morphology; iaf_psc_exp of NEST "
                "is a point"
            )
    for projection in results.network.projections:
        if file.n_edges(projection) == 0:
            raise ResultsError(
                f"{results.path}: the projection {projection.name} has no synapses; NEST does not "
                "read a file with such edges"
            )


def _config(results: Results, directory: Path) -> Mapping[str, Any]:
    simulation = results.config["simulation"]
    network = os.path.relpath(results.path / "network.h5", directory)
    return {
        "manifest": {"$BASE_DIR": "."},
        "target_simulator": "NEST",
        "run": {"dt": simulation["dt_ms"], "tstop": 1000.0 * simulation["duration_s"]},
        "components": {
            "point_neuron_models_dir": f"$BASE_DIR/{_NEURONS}",
            "synaptic_models_dir": "$BASE_DIR",
        },
        "networks": {
            "nodes": [
                {
                    "nodes_file": "$BASE_DIR/nodes.h5",
                    "node_types_file": "$BASE_DIR/node_types.csv",
                }
            ],
            "edges": [
                {
                    "edges_file": f"$BASE_DIR/{network}",
                    "edge_types_file": "$BASE_DIR/edge_types.csv",
                }
            ],
        },
    }


def _node_types(results: Results) -> list[Mapping[str, Any]]:
    return [
        {
            "node_type_id": number,
            "pop_name": population.name,
            "ei": "e" if population.is_excitatory else "i",
            "model_type": "point_neuron",
            "model_template": NEURON_MODEL,
            "dynamics_params": f"{population.name}.json",
        }
        for number, population in enumerate(results.network.populations)
    ]


def _write_nodes(results: Results, path: Path) -> None:
    with h5py.File(path, "w") as file:
        file.attrs["magic"] = np.uint32(0x0A7A)
        file.attrs["version"] = np.array([0, 1], dtype=np.uint32)
        for number, population in enumerate(results.network.populations):
            group = file.create_group(f"nodes/{population.name}")
            ids = np.arange(population.count, dtype=np.uint64)
            group["node_id"] = ids
            group["node_type_id"] = np.full(population.count, number, dtype=np.uint64)
            group["node_group_id"] = np.zeros(population.count, dtype=np.uint64)
            group["node_group_index"] = ids
            group.create_group("0")


def _table(rows: list[Mapping[str, Any]]) -> str:
    lines = [" ".join(rows[0])]
    lines += [" ".join(str(value) for value in row.values()) for row in rows]
    return "\n".join(lines) + "\n"


def _json(values: Mapping[str, Any]) -> str:
    return json.dumps(values, indent=2) + "\n"
