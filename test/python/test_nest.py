# SPDX-License-Identifier: Apache-2.0
"""A network of ours in NEST: it reads all edges, and without noise fires when we do (slow).

NEST must have been compiled with HDF5, which its wheel on PyPI is not; the environment variable
NEST_PYTHON names the interpreter that has it. Without one the test is skipped.
"""

import json
import os
import subprocess

import h5py
import pytest
from conftest import PATIENCE_S
from tool import run_tool

pytestmark = pytest.mark.slow

# Different currents, so that populations fire each in its own time and act on each other.
NETWORK = """
simulation: {duration_s: 0.3}
populations:
  A: {count: 60, kind: excitatory, background: {mean_nA: 1.15, sigma_wn_nA_sqrt_s: 0}}
  B: {count: 30, kind: excitatory, background: {mean_nA: 0.97, sigma_wn_nA_sqrt_s: 0},
      neuron: {t_ref_ms: 3}}
  C: {count: 20, kind: inhibitory, background: {mean_nA: 0.55, sigma_wn_nA_sqrt_s: 0},
      neuron: {R_leak_MOhm: 20}}
projections:
  ab: {from: A, to: B, plastic: true, probability: 0.1}
  bc: {from: B, to: C, probability: 0.3, weight_h_0: 0.5}
  ca: {from: C, to: A, probability: 0.3, weight_h_0: -0.5}
synapses: {gamma_p: 0, gamma_d: 0, sigma_pl_mV: 0}
"""

READER = """
import json, sys
import h5py  # before nest: both bring an HDF5
import nest

network = nest.SonataNetwork(sys.argv[1])
populations = network.BuildNetwork()
first = {name: nodes[0].global_id for name, nodes in populations.items()}
edges = {}
for source, pre in populations.items():
    for target, post in populations.items():
        of = nest.GetConnections(pre, post).get(["source", "target", "weight", "delay"])
        if not of or not of["source"]:
            continue
        edges[source + "_" + target] = sorted(
            [s - first[source], t - first[target], w, d]
            for s, t, w, d in zip(of["source"], of["target"], of["weight"], of["delay"])
        )
recorders = {name: nest.Create("spike_recorder") for name in populations}
for name, nodes in populations.items():
    nest.Connect(nodes, recorders[name])
network.Simulate()
spikes = {
    name: sorted([t, n - first[name]] for n, t in zip(*(r.events[k].tolist() for k in ("senders", "times"))))
    for name, r in recorders.items()
}
print(json.dumps({"edges": edges, "spikes": spikes}))
"""


@pytest.fixture(scope="module")
def results(run_engram, tmp_path_factory):
    directory = tmp_path_factory.mktemp("nest")
    (directory / "network.yaml").write_text(NETWORK)
    results = run_engram(directory / "network.yaml", directory / "results")
    exported = run_tool("export", results, "--circuit")
    assert exported.returncode == 0, exported.stderr
    return results


@pytest.fixture(scope="module")
def of_nest(results):
    python = os.environ.get("NEST_PYTHON")
    if python is None:
        pytest.skip("the environment variable NEST_PYTHON names no interpreter")
    read = subprocess.run(
        [python, "-c", READER, str(results / "circuit/circuit_config.json")],
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )
    assert read.returncode == 0, read.stdout + read.stderr
    return json.loads(read.stdout.splitlines()[-1])


def test_edges(results, of_nest):
    with h5py.File(results / "network.h5") as file:
        ours = {
            name: sorted(
                [int(s), int(t), float(w), float(d)]
                for s, t, w, d in zip(
                    group["source_node_id"][()],
                    group["target_node_id"][()],
                    group["0/syn_weight"][()],
                    group["0/delay"][()],
                )
            )
            for name, group in file["edges"].items()
        }
    assert all(len(edges) > 20 for edges in ours.values())
    assert of_nest["edges"] == ours


def test_spikes(results, of_nest):
    """At the same times. NEST counts what happens at the end itself, too."""
    with h5py.File(results / "spikes.h5") as file:
        for name, group in file["spikes"].items():
            times = zip(group["timestamps"][()].tolist(), group["node_ids"][()].tolist())
            ours = sorted([round(time_ms, 3), node] for time_ms, node in times)
            theirs = sorted([round(t, 3), n] for t, n in of_nest["spikes"][name] if t < 299.9)
            assert len(ours) > 100, name
            assert theirs == ours, name
