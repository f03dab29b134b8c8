# SPDX-License-Identifier: Apache-2.0
"""Files of a run, opened by SONATA readers that are not ours: libsonata and bmtk from PyPI (slow).

A virtual environment is made for each; without a network its tests are skipped.
"""

import json
import subprocess
import sys
from pathlib import Path

import h5py
import numpy as np
import pytest
from conftest import PATIENCE_S, run_program
from tool import run_tool

pytestmark = pytest.mark.slow

PAIRS = ("exc_exc", "exc_inh", "inh_exc", "inh_inh")

# Runs with the Python that has libsonata; prints what it finds as JSON.
READER = """
import json, sys
import libsonata

directory = sys.argv[1]


def indexed(select):
    # By the index of sources; a text where the file has none.
    try:
        return [int(i) for i in select().flatten()]
    except libsonata.SonataError as error:
        return str(error)


found = {"spikes": {}, "edges": {}}
reader = libsonata.SpikeReader(directory + "/spikes.h5")
for name in sorted(reader.get_population_names()):
    population = reader[name]
    found["spikes"][name] = {
        "sorting": str(population.sorting),
        "all": [[int(node), float(time)] for node, time in population.get()],
        "of_node_3": [float(time) for _, time in population.get(node_ids=[3])],
        "window": [int(node) for node, _ in population.get(tstart=1000.0, tstop=1010.0)],
    }
storage = libsonata.EdgeStorage(directory + "/network.h5")
for name in sorted(storage.population_names):
    edges = storage.open_population(name)
    everything = edges.select_all()
    found["edges"][name] = {
        "source": edges.source,
        "target": edges.target,
        "size": edges.size,
        "attributes": sorted(edges.attribute_names),
        "source_nodes": [int(i) for i in edges.source_nodes(everything)],
        "target_nodes": [int(i) for i in edges.target_nodes(everything)],
        "weight": [float(w) for w in edges.get_attribute("syn_weight", everything)],
        "delay": [float(d) for d in edges.get_attribute("delay", everything)],
        "afferent_5": [int(i) for i in edges.afferent_edges([5]).flatten()],
        "efferent_5": indexed(lambda: edges.efferent_edges([5])),
        "connecting": indexed(lambda: edges.connecting_edges([1, 2], [3, 4, 5])),
    }
print(json.dumps(found))
"""


READER_OF_BMTK = """
import json, sys
from bmtk.utils import sonata

files = sonata.File(data_files=[sys.argv[1]], data_type_files=[sys.argv[2]])
found = {}
for name in files.edges.population_names:
    population = files.edges[name]
    found[name] = [
        [int(e.source_node_id), int(e.target_node_id), float(e["syn_weight"]), float(e["delay"])]
        for target in (3, 5)
        for e in population.get_target(target)
    ]
print(json.dumps(found))
"""


def python_with(directory, options, *packages):
    """The interpreter of a fresh virtual environment."""
    made = subprocess.run(
        [sys.executable, "-m", "venv", *options, directory], capture_output=True, text=True
    )
    if made.returncode != 0:
        pytest.skip(f"no virtual environment can be made here: {made.stdout} {made.stderr}")
    python = directory / "bin/python"
    installed = subprocess.run(
        [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *packages],
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )
    if installed.returncode != 0:
        pytest.skip(f"{packages[-1]} cannot be installed: {installed.stderr[-300:]}")
    return python


@pytest.fixture(scope="module")
def libsonata_python(tmp_path_factory):
    return python_with(tmp_path_factory.mktemp("venv"), [], "libsonata")


@pytest.fixture(scope="module")
def bmtk_python(tmp_path_factory):
    """Reading takes little of what bmtk depends on, and that is there."""
    return python_with(
        tmp_path_factory.mktemp("venv"), ["--system-site-packages"], "--no-deps", "bmtk"
    )


@pytest.fixture(scope="module")
def with_index(engram, small_recall, tmp_path_factory):
    """The same run whose network.h5 has the index by source."""
    output = tmp_path_factory.mktemp("external") / "indexed"
    result = run_program(
        [engram, "run", small_recall / "config.yaml", "--output", output, "--quiet"]
        + ["--set", "output.index_by_source=true"]
    )
    assert result.returncode == 0, result.stderr
    return output


def read(libsonata_python, directory):
    result = subprocess.run(
        [libsonata_python, "-c", READER, directory],
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


@pytest.fixture(scope="module")
def found(libsonata_python, small_recall):
    return read(libsonata_python, small_recall)


@pytest.fixture(scope="module")
def found_with_index(libsonata_python, with_index):
    return read(libsonata_python, with_index)


def open_file(directory: Path, name: str) -> h5py.File:
    return h5py.File(directory / name, "r")


@pytest.mark.parametrize("population", ["exc", "inh"])
def test_spikes(found, small_recall, population):
    assert set(found["spikes"]) == {"exc", "inh"}
    spikes = found["spikes"][population]
    with open_file(small_recall, "spikes.h5") as file:
        times = file[f"spikes/{population}/timestamps"][()]
        nodes = file[f"spikes/{population}/node_ids"][()]
    assert len(times) > 100
    assert spikes["sorting"] == "by_time"
    assert [node for node, _ in spikes["all"]] == nodes.tolist()
    assert [time for _, time in spikes["all"]] == times.tolist()
    assert spikes["of_node_3"] == times[nodes == 3].tolist()
    window = (times >= 1000) & (times <= 1010)
    assert spikes["window"] == nodes[window].tolist()


@pytest.mark.parametrize("pair", PAIRS)
def test_edges(found, found_with_index, small_recall, pair):
    assert set(found["edges"]) == set(PAIRS)
    edges = found["edges"][pair]
    with open_file(small_recall, "network.h5") as file:
        group = file["edges"][pair]
        source, target = group["source_node_id"][()], group["target_node_id"][()]
        weight, delay = group["0/syn_weight"][()], group["0/delay"][()]
    assert f"{edges['source']}_{edges['target']}" == pair
    assert edges["size"] == len(source) > 10
    assert edges["attributes"] == ["delay", "syn_weight"]
    assert edges["source_nodes"] == source.tolist()
    assert edges["target_nodes"] == target.tolist()
    assert edges["weight"] == weight.tolist()
    assert edges["delay"] == delay.tolist()
    assert edges["afferent_5"] == np.flatnonzero(target == 5).tolist()
    # What asks for edges by their source needs the index that is written on demand.
    for query in ("efferent_5", "connecting"):
        assert "No source index" in edges[query]
    between = np.isin(source, [1, 2]) & np.isin(target, [3, 4, 5])
    assert found_with_index["edges"][pair] == edges | {
        "efferent_5": np.flatnonzero(source == 5).tolist(),
        "connecting": np.flatnonzero(between).tolist(),
    }


def test_edges_in_bmtk(bmtk_python, small_recall, tmp_path):
    exported = run_tool("export", small_recall, "--circuit", "--output", tmp_path)
    assert exported.returncode == 0, exported.stderr
    read = subprocess.run(
        [bmtk_python, "-c", READER_OF_BMTK, small_recall / "network.h5"]
        + [tmp_path / "edge_types.csv"],
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )
    assert read.returncode == 0, read.stderr
    found = json.loads(read.stdout)
    assert set(found) == set(PAIRS)
    with open_file(small_recall, "network.h5") as file:
        for pair, edges in found.items():
            group = file["edges"][pair]
            source, target = group["source_node_id"][()], group["target_node_id"][()]
            weight, delay = group["0/syn_weight"][()], group["0/delay"][()]
            here = np.concatenate([np.flatnonzero(target == node) for node in (3, 5)])
            assert len(here) > 2
            expected = zip(*(a[here].tolist() for a in (source, target, weight, delay)))
            assert edges == [list(edge) for edge in expected]
