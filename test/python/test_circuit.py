# SPDX-License-Identifier: Apache-2.0
"""engram-export --circuit: what NEST needs to build the network of a run, read as NEST reads it."""

import json

import h5py
import pytest
from tool import check_failure, run_tool

NETWORK = """
simulation: {duration_s: 0.01, dt_ms: 0.1}
populations:
  A: {count: 30, kind: excitatory, neuron: {t_ref_ms: 3}}
  B: {count: 20, kind: inhibitory, neuron: {R_leak_MOhm: 20}, background: {mean_nA: 0.2}}
projections:
  ab: {from: A, to: B, probability: 0.3, weight_h_0: 2}
  ba: {from: B, to: A, probability: 0.3, weight_h_0: -4}
"""


@pytest.fixture(scope="module")
def results(run_engram, tmp_path_factory):
    directory = tmp_path_factory.mktemp("circuit")
    (directory / "network.yaml").write_text(NETWORK)
    return run_engram(directory / "network.yaml", directory / "results")


def write(results, *options):
    result = run_tool("export", results, "--circuit", *options)
    assert (result.returncode, result.stderr) == (0, "")
    return result.stdout.split()


def table(path):
    """Rows of a table with blanks between its values."""
    names, *rows = [line.split() for line in path.read_text().splitlines()]
    return [dict(zip(names, row)) for row in rows]


class Circuit:
    """The configuration, with absolute paths."""

    def __init__(self, directory):
        config = json.loads((directory / "circuit_config.json").read_text())
        base = directory / config["manifest"]["$BASE_DIR"]

        def path(text):
            return base / text.removeprefix("$BASE_DIR/")

        self.run = config["run"]
        (nodes,), (edges,) = config["networks"]["nodes"], config["networks"]["edges"]
        self.nodes = path(nodes["nodes_file"])
        self.node_types = table(path(nodes["node_types_file"]))
        self.edges = path(edges["edges_file"])
        self.edge_types = table(path(edges["edge_types_file"]))
        self.parameters = path(config["components"]["point_neuron_models_dir"])


@pytest.mark.parametrize("elsewhere", [False, True])
def test_files(results, tmp_path, elsewhere):
    directory = tmp_path / "deep/circuit" if elsewhere else results / "circuit"
    written = write(results, *(["--output", directory] if elsewhere else []))
    assert written[0] == str(directory / "circuit_config.json")
    circuit = Circuit(directory)
    assert circuit.run == {"dt": 0.1, "tstop": 10.0}
    assert circuit.edges.samefile(results / "network.h5")
    assert [t["pop_name"] for t in circuit.node_types] == ["A", "B"]
    assert {t["model_template"] for t in circuit.node_types} == {"nest:iaf_psc_exp"}
    types = {t["pop_name"]: int(t["node_type_id"]) for t in circuit.node_types}
    with h5py.File(circuit.nodes) as file:
        for name, count in (("A", 30), ("B", 20)):
            assert (file[f"nodes/{name}/node_type_id"][()] == types[name]).all()
            assert file[f"nodes/{name}/node_id"][()].tolist() == list(range(count))
    (edge_type,) = circuit.edge_types
    with h5py.File(circuit.edges) as file:
        assert set(file["edges"]) == {"A_B", "B_A"}
        for group in file["edges"].values():
            assert set(group["edge_type_id"][()]) == {int(edge_type["edge_type_id"])}
            for end in ("source", "target"):
                assert group[f"{end}_node_id"].attrs["node_population"] in types


@pytest.mark.parametrize(
    "name, t_ref_ms, resistance_MOhm, mean_nA", [("A", 3, 10, 0.15), ("B", 2, 20, 0.2)]
)
def test_neurons_are_those_of_the_run(results, name, t_ref_ms, resistance_MOhm, mean_nA):
    """Weights are in mV: a synaptic current w moves V as w/R does in the run, C_mem being 1 nF."""
    write(results)
    circuit = Circuit(results / "circuit")
    (kind,) = (t for t in circuit.node_types if t["pop_name"] == name)
    nest = json.loads((circuit.parameters / kind["dynamics_params"]).read_text())
    assert nest["t_ref"] == t_ref_ms
    assert (nest["tau_syn_ex"], nest["tau_syn_in"]) == (5, 5)
    assert nest["tau_m"] == resistance_MOhm * 1.0
    assert (nest["V_th"], nest["V_reset"], nest["V_m"]) == (-55, -70, -65)
    at_rest_mV = nest["E_L"] + nest["I_e"] * nest["tau_m"] / nest["C_m"]
    assert at_rest_mV == pytest.approx(-65 + resistance_MOhm * mean_nA)
    slope = 1.0 / nest["C_m"]  # mV/ms at a weight of 1 mV
    assert slope == pytest.approx((1.0 / resistance_MOhm) / 1.0)


@pytest.mark.parametrize(
    "setting, problem",
    [
        ("output.network=false", "output.network is false"),
        ("projections.ab.probability=0", "the projection A_B has no synapses"),
        ("populations.A.neuron.morphology={}", "neurons of A have a morphology"),
    ],
)
def test_what_NEST_could_not_build_is_refused(run_engram, results, tmp_path, setting, problem):
    arguments = ("--set", setting, "--set", "simulation.duration_s=0.01")
    other = run_engram(results / "config.yaml", tmp_path / "other", arguments=arguments)
    result = run_tool("export", other, "--circuit")
    check_failure(result, 3, problem)
    assert not list((other / "circuit").glob("*.json"))
