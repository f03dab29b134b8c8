# SPDX-License-Identifier: Apache-2.0
"""Wiring from SONATA edges: the network of another run, or a file that is not ours."""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np
import pytest

from conftest import RECALL_200, launcher, run_program
from results_equal import differences

NETWORK = RECALL_200


@pytest.fixture(scope="module")
def drawn(run_engram, tmp_path_factory) -> Path:
    return run_engram(NETWORK, tmp_path_factory.mktemp("drawn") / "results")


@pytest.mark.parametrize("ranks", [1, 2, pytest.param(3, marks=pytest.mark.slow)])
def test_the_network_of_a_run_gives_the_same_run(run_engram, drawn, tmp_path, ranks) -> None:
    """Noise is keyed by neurons, so that only the connections could make a difference."""
    again = run_engram(
        NETWORK,
        tmp_path / "again",
        ranks=ranks,
        arguments=[
            "--set",
            f"connectivity.file={drawn / 'network.h5'}",
            "--set",
            "connectivity.probability=0",
        ],
    )
    assert not differences(drawn, again)


def write_edges(path: Path, edges: dict[str, list[tuple[int, int]]], n: dict[str, int]) -> None:
    """Edges (source, target) of projections like exc_inh, in any order, with the SONATA index."""
    with h5py.File(path, "w") as file:
        for name, pairs in edges.items():
            group = file.create_group(f"edges/{name}")
            source, target = name.split("_")
            array = np.array(pairs, dtype=np.uint64).reshape(-1, 2)
            for column, (end, population) in enumerate((("source", source), ("target", target))):
                dataset = group.create_dataset(f"{end}_node_id", data=array[:, column])
                dataset.attrs["node_population"] = population
            # One range per edge: the order of the file is not that of the targets.
            order = np.argsort(array[:, 1], kind="stable")
            counts = np.bincount(array[:, 1].astype(int), minlength=n[target])
            ends = np.cumsum(counts)
            index = group.create_group("indices/target_to_source")
            index["node_id_to_ranges"] = np.stack([ends - counts, ends], axis=1).astype(np.uint64)
            index["range_to_edge_id"] = np.stack([order, order + 1], axis=1).astype(np.uint64)


EDGES = {
    "exc_exc": [(2, 0), (0, 1), (1, 0), (3, 2)],
    "exc_inh": [(3, 0), (0, 1)],
    "inh_exc": [(1, 3), (0, 0)],
}
SIZES = {"exc": 4, "inh": 2}
CONFIGURATION = """
simulation: {duration_s: 0.05}
populations: {n_exc: 4, n_inh: 2}
connectivity: {file: edges.h5}
"""


def configured(directory: Path, edges: dict[str, list[tuple[int, int]]] = EDGES) -> Path:
    write_edges(directory / "edges.h5", edges, SIZES)
    path = directory / "edges.yaml"
    path.write_text(CONFIGURATION)
    return path


NAMED = """
simulation: {duration_s: 0.05}
populations: {a: {count: 4, kind: excitatory}, b: {count: 2, kind: inhibitory}}
projections:
  aa: {from: a, to: a, file: edges.h5, plastic: true}
  ab: {from: a, to: b, file: edges.h5, weight_h_0: 2}
"""


@pytest.mark.parametrize("named", [False, True])
def test_a_run_goes_on_only_with_its_wiring(engram, run_engram, tmp_path, named) -> None:
    """Another synapse in place of one would change results, and fit the state."""
    path = configured(tmp_path)
    edges, key = EDGES, "connectivity"
    if named:
        edges, key = {"a_a": EDGES["exc_exc"], "a_b": EDGES["exc_inh"]}, "projections.aa"
        path.write_text(NAMED)
    sizes = SIZES | {"a": 4, "b": 2}
    write_edges(tmp_path / "edges.h5", edges, sizes)
    output = run_engram(path, tmp_path / "results")
    first = next(iter(edges))
    write_edges(tmp_path / "edges.h5", edges | {first: [(2, 1), *edges[first][1:]]}, sizes)
    longer = ["--set", "simulation.duration_s=0.1"]
    for configuration in ([], ["--config", path]):
        refused = run_program([engram, "resume", output, *configuration, *longer])
        assert refused.returncode == 3
        assert (
            f"{tmp_path / 'edges.h5'}: does not hold what it held when {key}.file_checksum was noted"
            in refused.stderr
        )
    again = run_program([engram, "run", output / "config.yaml", "--output", tmp_path / "again"])
    assert again.returncode == 3 and f"{key}.file_checksum" in again.stderr
    write_edges(tmp_path / "edges.h5", edges, sizes)
    resumed = run_program(["mpirun", "-n", 2, engram, "resume", output, *longer])
    assert resumed.returncode == 0, resumed.stderr


def test_foreign_edges_equal_a_matrix(run_engram, tmp_path) -> None:
    path = configured(tmp_path)
    matrix = np.zeros((6, 6), dtype=int)
    offset = {"exc": 0, "inh": 4}
    for name, pairs in EDGES.items():
        source, target = name.split("_")
        for pre, post in pairs:
            matrix[offset[source] + pre, offset[target] + post] = 1
    np.savetxt(tmp_path / "matrix.txt", matrix, fmt="%d")
    from_edges = run_engram(path, tmp_path / "a", ranks=2)
    from_matrix = run_engram(
        path, tmp_path / "b", arguments=["--set", f"connectivity.file={tmp_path / 'matrix.txt'}"]
    )
    assert not differences(from_edges, from_matrix)


def broken(path: Path, change) -> None:
    with h5py.File(path, "r+") as file:
        change(file)


@pytest.mark.parametrize(
    "edges, change, message",
    [
        (EDGES, lambda f: f.__delitem__("edges"), "holds no /edges"),
        (
            EDGES,
            lambda f: f["edges/exc_inh"].__delitem__("indices"),
            "/edges/exc_inh/indices/target_to_source/node_id_to_ranges is missing",
        ),
        (
            EDGES,
            lambda f: f["edges/exc_exc/source_node_id"].attrs.__setitem__("node_population", "v1"),
            "has node_population 'v1'; must be exc or inh",
        ),
        ({"exc_exc": [(4, 0)]}, None, "names source node 4, but population exc has 4 neurons"),
        ({"exc_exc": [(1, 0), (1, 0)]}, None, "connects a pair of neurons twice (target 0)"),
        ({"inh_inh": [(1, 1)]}, None, "connects neuron 5 with itself"),
    ],
)
def test_errors(engram, tmp_path, edges, change, message) -> None:
    path = configured(tmp_path, edges)
    if change is not None:
        broken(tmp_path / "edges.h5", change)
    for ranks in (1, 2):
        result = run_program([*launcher(ranks), engram, "run", path, "-o", tmp_path / "out"])
        assert result.returncode == 3, result.stderr
        assert result.stderr.count(message) == 1 and "edges.h5" in result.stderr
        assert not (tmp_path / "out").exists()


INDEX = "edges/exc_exc/indices/target_to_source"


def set_row(dataset: str, row: int, value):
    def change(file) -> None:
        file[dataset][row] = value

    return change


def replace(dataset: str, values, dtype=None):
    def change(file) -> None:
        attributes = dict(file[dataset].attrs)
        del file[dataset]
        file.create_dataset(dataset, data=np.array(values, dtype=dtype))
        for name, value in attributes.items():
            file[dataset].attrs[name] = value

    return change


def only(change):
    """With /edges/exc_exc alone: targets 0, 1, 0, 2 in the order of the file."""

    def both(file) -> None:
        del file["edges/exc_inh"], file["edges/inh_exc"]
        change(file)

    return both


@pytest.mark.parametrize(
    "change, message",
    [
        (
            set_row("edges/exc_exc/target_node_id", 1, 3),
            "/edges/exc_exc/target_node_id of edge 1 is 3, but the index lists it under node 1",
        ),
        (
            set_row(f"{INDEX}/node_id_to_ranges", 1, [3, 2]),
            f"/{INDEX}/node_id_to_ranges of node 1 is [3, 2), no part of the 4 rows",
        ),
        (
            set_row(f"{INDEX}/node_id_to_ranges", 2, [3, 9]),
            "of node 2 is [3, 9), no part of the 4 rows",
        ),
        (
            set_row(f"{INDEX}/range_to_edge_id", 3, [3, 2]),
            f"/{INDEX}/range_to_edge_id in row 3 is [3, 2), no part of the 4 edges",
        ),
        (
            set_row(f"{INDEX}/range_to_edge_id", 3, [3, 2**63]),
            "in row 3 is [3, 9223372036854775807)",
        ),
        (
            set_row(f"{INDEX}/node_id_to_ranges", 2, [3, 3]),
            f"/{INDEX} leads to only 3 of the 4 edges",
        ),
        (set_row(f"{INDEX}/node_id_to_ranges", 1, [0, 3]), "but the index lists it under node 1"),
        (
            replace(f"{INDEX}/node_id_to_ranges", [[0, 2], [2, 3], [3, 4]], np.uint64),
            "has 3 nodes, but population exc has 4 neurons; set populations.n_exc",
        ),
        (
            replace(
                f"{INDEX}/node_id_to_ranges", [[0, 2], [2, 3], [3, 4], [4, 4], [4, 4]], np.uint64
            ),
            "has 5 nodes, but population exc has 4 neurons",
        ),
        (
            replace(f"{INDEX}/node_id_to_ranges", [0, 2, 3, 4]),
            "node_id_to_ranges must have two columns",
        ),
        (
            replace(f"{INDEX}/range_to_edge_id", [[0, 1, 2]]),
            "range_to_edge_id must have two columns",
        ),
        (
            replace("edges/exc_exc/source_node_id", [2.0, 0.0, 1.0, 3.0]),
            "/edges/exc_exc/source_node_id does not hold integers",
        ),
        (
            replace("edges/exc_exc/source_node_id", [2, 0, 1, -3], np.int64),
            "/edges/exc_exc/source_node_id of edge 3 names source node -3",
        ),
        (
            replace("edges/exc_exc/source_node_id", [[2, 0, 1, 3]]),
            "source_node_id must have one dimension",
        ),
        (
            replace("edges/exc_exc/source_node_id", [2, 0, 1], np.uint64),
            "/source_node_id has 3 edges, /target_node_id 4; they must be of equal length",
        ),
        (
            lambda f: f["edges/exc_exc/target_node_id"].attrs.__delitem__("node_population"),
            "/edges/exc_exc/target_node_id has no attribute node_population; it must have one, exc or inh",
        ),
        (
            lambda f: f["edges/exc_exc/target_node_id"].attrs.__setitem__("node_population", 3),
            "node_population",
        ),
        (lambda f: f["edges"].__delitem__("exc_exc"), "/edges holds no group of edges"),
        (
            lambda f: f["edges"].create_dataset("stray", data=[1]),
            "/edges/stray is not a group of edges",
        ),
        (
            lambda f: (f.__delitem__("edges"), f.create_dataset("edges", data=[1])),
            "holds no /edges",
        ),
        (
            lambda f: (
                f["edges/exc_exc"].__delitem__("source_node_id"),
                f["edges/exc_exc"].create_group("source_node_id"),
            ),
            "/edges/exc_exc/source_node_id is not a dataset",
        ),
    ],
)
def test_an_index_is_not_trusted(engram, tmp_path, change, message) -> None:
    path = configured(tmp_path)
    broken(tmp_path / "edges.h5", only(change))
    for command in (
        [engram, "check", path],
        ["mpirun", "-n", 3, engram, "run", path, "-o", tmp_path / "out"],
    ):
        result = run_program(command)
        assert result.returncode == 3, (command, result.stderr)
        assert result.stderr.count(message) == 1 and "edges.h5" in result.stderr, result.stderr
        assert (
            "(connectivity.file)" in result.stderr
            or "attribute" in message
            or "population" in message
        )
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("content", [b"", b"0 1\n1 0\n", b"\x89HDX\r\n" + bytes(600)])
def test_a_file_that_is_only_called_hdf5(engram, tmp_path, content) -> None:
    path = configured(tmp_path)
    (tmp_path / "edges.h5").write_bytes(content)
    result = run_program([engram, "check", path])
    assert (
        result.returncode == 3 and "edges.h5: is not an HDF5 file" in result.stderr
    ), result.stderr


def test_wiring_among_the_results_that_would_be_replaced(engram, run_engram, drawn) -> None:
    before = (drawn / "network.h5").read_bytes()
    result = run_program(
        [
            engram,
            "run",
            NETWORK,
            "-o",
            drawn,
            "--force",
            "--set",
            f"connectivity.file={drawn / 'network.h5'}",
        ]
    )
    assert result.returncode == 3 and "would replace" in result.stderr, result.stderr
    assert (drawn / "network.h5").read_bytes() == before


def test_truncated_file(engram, tmp_path) -> None:
    path = configured(tmp_path)
    data = (tmp_path / "edges.h5").read_bytes()
    (tmp_path / "edges.h5").write_bytes(data[: len(data) // 2])
    result = run_program([engram, "run", path, "-o", tmp_path / "out"])
    assert result.returncode == 3 and "edges.h5" in result.stderr
