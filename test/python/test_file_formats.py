# SPDX-License-Identifier: Apache-2.0
"""Every dataset, type and attribute that docs/file_formats.md names, read by h5py.

ENGRAM_IO_SAMPLE is the path of the program network_file_mpi; without it the tests are skipped.
"""

import json
import os
import subprocess

import h5py
import numpy as np
import pytest
from conftest import PATIENCE_S

SAMPLE = os.environ.get("ENGRAM_IO_SAMPLE")
pytestmark = pytest.mark.skipif(not SAMPLE, reason="ENGRAM_IO_SAMPLE is not set")

DT_MS = 0.2
H_0_MV = 4.20075
POPULATION_PAIRS = {
    "exc_exc": H_0_MV,
    "exc_inh": 2 * H_0_MV,
    "inh_exc": -4 * H_0_MV,
    "inh_inh": -4 * H_0_MV,
}
# n_exc, n_inh, modulus of the wiring formula (0: no edges), edges per round
USUAL = (60, 17, 3, 100)
CASES = [
    USUAL,
    (60, 17, 3, 1),
    (60, 0, 4, 1 << 20),
    (60, 17, 0, 100),
    (4, 3, 1, 7),
    (60, 17, 1, 50),
]
UINT64, UINT32, FLOAT64 = np.dtype("<u8"), np.dtype("<u4"), np.dtype("<f8")


def run_sample(directory, ranks, case):
    environment = dict(
        os.environ,
        OMPI_ALLOW_RUN_AS_ROOT="1",
        OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1",
        OMPI_MCA_mpi_yield_when_idle="1",
    )
    command = ["mpirun", "--oversubscribe", "-n", str(ranks), SAMPLE, str(directory)]
    result = subprocess.run(
        command + [str(number) for number in case],
        env=environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )
    assert result.returncode == 0, result.stderr
    return directory


@pytest.fixture(scope="module")
def usual_output(tmp_path_factory):
    return run_sample(tmp_path_factory.mktemp("usual"), 2, USUAL)


def connected(source, target, modulus):
    """The formula of test/io/synthetic_network.hpp."""
    if modulus == 0 or source == target:
        return False
    mixed = source * 2654435761 + target * 40503 + source * target * 97
    return (mixed >> 7) % modulus == 0


def expected_edges(pair, case):
    n_exc, n_inh, modulus, _ = case
    first = {"exc": 0, "inh": n_exc}
    size = {"exc": n_exc, "inh": n_inh}
    pre, post = pair.split("_")
    edges = [
        (source, target)
        for target in range(size[post])
        for source in range(size[pre])
        if connected(first[pre] + source, first[post] + target, modulus)
    ]
    return np.array(edges, dtype=np.uint64).reshape(-1, 2), size[pre], size[post]


def check_root(file, filetype):
    assert file.attrs["filetype"] == filetype
    assert file.attrs["format_version"] == (2 if filetype == "engram network" else 1)
    assert file.attrs["format_version"].dtype == UINT32
    assert file.attrs["magic"] == 0x0A7A
    assert file.attrs["magic"].dtype == UINT32
    assert file.attrs["version"].dtype == UINT32
    assert file.attrs["version"].tolist() == [0, 1]


def check_dataset(dataset, dtype, shape, **attributes):
    assert dataset.dtype == dtype
    assert dataset.shape == shape
    assert dict(dataset.attrs) == attributes


def check_index(group, node_ids, n_nodes):
    """The ranges of each node hold exactly its edges, ascending and not mergeable."""
    check_dataset(group["node_id_to_ranges"], UINT64, (n_nodes, 2))
    n_ranges = group["range_to_edge_id"].shape[0]
    check_dataset(group["range_to_edge_id"], UINT64, (n_ranges, 2))
    bounds = group["node_id_to_ranges"][()]
    ranges = group["range_to_edge_id"][()]
    next_range = 0
    for node in range(n_nodes):
        first, last = bounds[node]
        assert first == next_range and last >= first
        next_range = last
        edges = []
        for begin, end in ranges[first:last]:
            assert begin < end
            assert not edges or begin > edges[-1] + 1
            edges.extend(range(begin, end))
        assert edges == np.flatnonzero(node_ids == node).tolist()
    assert next_range == n_ranges


def everything_in(file):
    """Values of all datasets and attributes by name."""
    content = {"/": repr(dict(file.attrs))}

    def add(name, item):
        content[name] = repr(dict(item.attrs))
        if isinstance(item, h5py.Dataset):
            content[name] += repr((item.dtype, item.shape)) + str(item[()].tolist())

    file.visititems(add)
    return content


@pytest.mark.parametrize("case", CASES)
def test_network_is_the_same_for_any_number_of_ranks(case, tmp_path):
    contents = []
    for ranks in (1, 2, 3, 4):
        path = run_sample(tmp_path / str(ranks), ranks, case) / "network.h5"
        with h5py.File(path) as file:
            contents.append(everything_in(file))
    assert all(content == contents[0] for content in contents)

    with h5py.File(tmp_path / "1" / "network.h5") as file:
        check_root(file, "engram network")
        assert sorted(file["edges"]) == sorted(POPULATION_PAIRS)
        for pair, weight in POPULATION_PAIRS.items():
            edges, n_sources, n_targets = expected_edges(pair, case)
            check_edges(file["edges"][pair], edges, n_sources, n_targets, weight)
        check_snapshots(file["edges/exc_exc/snapshots"], expected_edges("exc_exc", case)[0])


def check_edges(group, edges, n_sources, n_targets, weight):
    pre, post = group.name.split("/")[-1].split("_")
    shape = (len(edges),)
    members = {"source_node_id", "target_node_id", "edge_type_id", "edge_group_id"}
    members |= {"edge_group_index", "0", "indices"}
    assert set(group) == members | ({"snapshots"} if group.name.endswith("exc_exc") else set())
    check_dataset(group["source_node_id"], UINT32, shape, node_population=pre)
    check_dataset(group["target_node_id"], UINT32, shape, node_population=post)
    check_dataset(group["edge_type_id"], UINT64, shape)
    check_dataset(group["edge_group_id"], UINT32, shape)
    check_dataset(group["edge_group_index"], UINT32, shape)
    for constant in ("edge_type_id", "edge_group_id", "0/syn_weight", "0/delay"):
        assert group[constant].id.get_storage_size() == 0
    assert set(group["0"]) == {"syn_weight", "delay"}
    check_dataset(group["0/syn_weight"], FLOAT64, shape, units="mV")
    check_dataset(group["0/delay"], FLOAT64, shape, units="ms")
    assert group["source_node_id"][()].tolist() == edges[:, 0].tolist()
    assert group["target_node_id"][()].tolist() == edges[:, 1].tolist()
    assert not group["edge_type_id"][()].any()
    assert not group["edge_group_id"][()].any()
    assert group["edge_group_index"][()].tolist() == list(range(len(edges)))
    assert (group["0/syn_weight"][()] == weight).all()
    assert (group["0/delay"][()] == 3.0).all()
    assert set(group["indices"]) == {"source_to_target", "target_to_source"}
    check_index(group["indices/source_to_target"], edges[:, 0], n_sources)
    check_index(group["indices/target_to_source"], edges[:, 1], n_targets)


def check_snapshots(group, edges):
    assert {name: item.attrs["time_s"] for name, item in group.items()} == {
        "t_9s": 9,
        "t_28810.5s": 28810.5,
    }
    source, target = edges.astype(float).T
    for snapshot in group.values():
        assert set(snapshot) == {"h_mV", "z"}
        assert set(snapshot.attrs) == {"time_s"}
        check_dataset(snapshot["h_mV"], FLOAT64, (len(edges),), units="mV")
        check_dataset(snapshot["z"], FLOAT64, (len(edges),), units="1")
        assert (snapshot["h_mV"][()] == 4.2 + source / 8 - target / 4).all()
        assert (snapshot["z"][()] == source / (target + 1)).all()


def test_spikes(usual_output):
    n_exc, n_inh = USUAL[:2]
    with h5py.File(usual_output / "spikes.h5") as file:
        check_root(file, "engram spikes")
        assert set(file) == {"spikes", "checksums"}
        assert set(file["spikes"]) == {"exc", "inh"}
        for name, first, size in (("exc", 0, n_exc), ("inh", n_exc, n_inh)):
            group = file["spikes"][name]
            expected = [
                (step * 2 / 10, neuron - first)
                for step in range(1, 101)
                for neuron in range(first, first + size)
                if step % (neuron + 1) == 0
            ]
            assert set(group) == {"timestamps", "node_ids"}
            assert set(group.attrs) == {"sorting"}
            sorting = group.attrs.get_id("sorting").dtype
            assert h5py.check_enum_dtype(sorting) == {"none": 0, "by_id": 1, "by_time": 2}
            assert sorting.base == np.uint8
            assert group.attrs["sorting"] == 2
            check_dataset(group["timestamps"], FLOAT64, (len(expected),), units="ms")
            check_dataset(group["node_ids"], UINT64, (len(expected),))
            assert group["timestamps"][()].tolist() == [time for time, _ in expected]
            assert group["node_ids"][()].tolist() == [neuron for _, neuron in expected]


def test_spikes_of_an_empty_population(tmp_path):
    path = run_sample(tmp_path, 1, (60, 0, 4, 100)) / "spikes.h5"
    with h5py.File(path) as file:
        check_dataset(file["spikes/inh/timestamps"], FLOAT64, (0,), units="ms")
        check_dataset(file["spikes/inh/node_ids"], UINT64, (0,))


def test_traces(usual_output):
    n_exc = USUAL[0]
    neuron_columns = {"V_mV": "mV", "I_total_nA": "nA", "I_stim_nA": "nA"}
    neuron_columns |= {"I_bg_nA": "nA", "S_mV": "mV", "p": "umol/l"}
    synapse_columns = {"Ca": "1", "h_mV": "mV", "z": "1"}
    rows = np.arange(20)
    with h5py.File(usual_output / "traces.h5") as file:
        check_root(file, "engram traces")
        traces = file["traces"]
        assert dict(traces.attrs) == {"dt_ms": DT_MS, "every_steps": 10}
        assert traces.attrs["every_steps"].dtype == np.int64
        assert set(traces) == {"time_ms", "neurons", "synapses"}
        check_dataset(traces["time_ms"], FLOAT64, (20,), units="ms")
        assert (traces["time_ms"][()] == rows).all()
        column = 1
        assert set(traces["neurons"]) == {"0", str(n_exc)}
        for gid, population, node_id in ((0, "exc", 0), (n_exc, "inh", 0)):
            group = traces["neurons"][str(gid)]
            assert dict(group.attrs) == {"gid": gid, "population": population, "node_id": node_id}
            assert group.attrs["gid"].dtype == group.attrs["node_id"].dtype == UINT64
            assert set(group) == set(neuron_columns)
            for name, units in neuron_columns.items():
                check_dataset(group[name], FLOAT64, (20,), units=units)
                assert (group[name][()] == rows + column / 64).all()
                column += 1
        assert set(traces["synapses"]) == {"3_1", "2_0"}
        for pre, post in ((3, 1), (2, 0)):
            group = traces["synapses"][f"{pre}_{post}"]
            assert dict(group.attrs) == {"pre": pre, "post": post, "population": "exc_exc"}
            assert group.attrs["pre"].dtype == group.attrs["post"].dtype == UINT64
            assert set(group) == set(synapse_columns)
            for name, units in synapse_columns.items():
                check_dataset(group[name], FLOAT64, (20,), units=units)
                assert (group[name][()] == rows + column / 64).all()
                column += 1


def test_files_of_a_finished_run(usual_output):
    files = {"config.yaml", "spikes.h5", "traces.h5", "network.h5", "summary.json"}
    assert {path.name for path in usual_output.iterdir()} == files
    assert json.loads((usual_output / "summary.json").read_text()) == {"seed": 1}
