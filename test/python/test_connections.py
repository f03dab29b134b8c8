# SPDX-License-Identifier: Apache-2.0
"""tools/engram-convert: connections of other tools give the network that they describe."""

from __future__ import annotations

import gzip
import io

import h5py
import numpy as np
import pytest
from conftest import run_program
from engram.connection_files import read_connections
from tool import check_failure, run_tool

N_EXC, N_INH = 12, 4
SIZE = N_EXC + N_INH
SIZES = ("--n-exc", N_EXC, "--n-inh", N_INH)
CONFIG = f"""
simulation: {{duration_s: 0.01}}
populations: {{n_exc: {N_EXC}, n_inh: {N_INH}}}
"""


def matrix():
    """Of 0 and 1, with an empty diagonal; every neuron has connections."""
    i, j = np.indices((SIZE, SIZE))
    return ((7 * i + 3 * j + i * j) % 5 == 0) & (i != j)


def weights():
    """Of the same synapses."""
    i, j = np.indices((SIZE, SIZE))
    return np.where(matrix(), 0.5 + (i + 2 * j) / 100, 0)


def pairs(one=0):
    pre, post = np.nonzero(matrix())
    return pre + one, post + one


def text_of(table, **options):
    stream = io.StringIO()
    np.savetxt(stream, table, **options)
    return stream.getvalue()


def edge_lines(separator, header="", one=0, order=1):
    rows = list(zip(*pairs(one)))[::order]
    return header + "".join(f"{pre}{separator}{post}\n" for pre, post in rows)


TEXTS = {
    "savetxt": text_of(matrix().astype(float)),
    "csv": text_of(matrix(), fmt="%d", delimiter=","),
    "semicolons": text_of(matrix(), fmt="%d", delimiter=";", header="rows are sources"),
    "byte order mark": "\ufeff" + text_of(matrix(), fmt="%d", delimiter=";"),
    "weights": text_of(weights()),
    "edges": edge_lines(" "),
    "edges backwards": edge_lines("\t", order=-1),
    "edges with names": "post,pre,weight\n"
    + "".join(f"{post},{pre},0.5\n" for pre, post in zip(*pairs())),
    "edges with a comment": edge_lines(",", "# source, target\n"),
    "matrix market": f"%%MatrixMarket matrix coordinate pattern general\n% of a tool\n{SIZE} {SIZE} "
    f"{matrix().sum()}\n" + edge_lines(" ", one=1),
}


def convert(path, *arguments):
    output = path.with_suffix(".out.h5")
    result = run_tool("convert", path, *SIZES, "-o", output, *arguments)
    assert result.returncode == 0, result.stderr
    return output, result


def connections_of(path):
    """By gid, as h5py reads them: a reader of its own."""
    found = np.zeros((SIZE, SIZE), dtype=int)
    first = {"exc": 0, "inh": N_EXC}
    with h5py.File(path) as file:
        for group in file["edges"].values():
            ends = [group["source_node_id"], group["target_node_id"]]
            pre, post = (e[()].astype(int) + first[e.attrs["node_population"]] for e in ends)
            np.add.at(found, (pre, post), 1)
    return found


@pytest.mark.parametrize("name", TEXTS)
def test_text(tmp_path, name):
    path = tmp_path / "connections.txt"
    path.write_text(TEXTS[name], "utf-8")
    output, _ = convert(path)
    assert np.array_equal(connections_of(output), matrix())


def test_text_in_other_encodings(tmp_path):
    path = tmp_path / "connections.txt"
    path.write_bytes(TEXTS["csv"].encode("utf-16"))
    assert np.array_equal(connections_of(convert(path)[0]), matrix())
    packed = tmp_path / "connections.csv.gz"
    packed.write_bytes(gzip.compress(TEXTS["edges"].encode()))
    assert np.array_equal(connections_of(convert(packed)[0]), matrix())


def test_ids_from_one(tmp_path):
    path = tmp_path / "edges.txt"
    path.write_text(edge_lines(" ", one=1))
    check_failure(run_tool("convert", path, *SIZES), 3, "--first-id")
    assert np.array_equal(connections_of(convert(path, "--first-id", 1)[0]), matrix())


@pytest.mark.parametrize("form", ["dense", "edges", "archive", "csr", "csc", "coo"])
def test_arrays(tmp_path, form):
    path = tmp_path / ("connections.npy" if form in ("dense", "edges") else "connections.npz")
    pre, post = pairs()
    if form == "dense":
        np.save(path, matrix())
    elif form == "edges":
        np.save(path, np.column_stack([pre, post, weights()[pre, post]]))
    elif form == "archive":
        np.savez(path, weights=weights(), note=np.array("of a tool"))
    else:
        np.savez_compressed(path, **sparse(form))
    assert np.array_equal(connections_of(convert(path)[0]), matrix())


def sparse(form):
    """As scipy.sparse.save_npz stores it."""
    pre, post = pairs()
    parts = {"format": form.encode(), "shape": np.array([SIZE, SIZE]), "data": np.ones(len(pre))}
    if form == "coo":
        return parts | {"row": pre.astype(np.int32), "col": post.astype(np.int32)}
    outer, inner = (pre, post) if form == "csr" else (post, pre)
    order = np.lexsort((inner, outer))
    starts = np.concatenate([[0], np.cumsum(np.bincount(outer, minlength=SIZE))])
    return parts | {"indices": inner[order].astype(np.int32), "indptr": starts.astype(np.int32)}


def test_scipy(tmp_path):
    scipy = pytest.importorskip("scipy.sparse", reason="scipy is not installed")
    for form in ("csr", "csc", "coo"):
        scipy.save_npz(tmp_path / f"{form}.npz", scipy.coo_matrix(weights()).asformat(form))
        assert np.array_equal(connections_of(convert(tmp_path / f"{form}.npz")[0]), matrix())


# --- SONATA


def write_sonata(path, dtype=np.int64, names=("exc", "inh"), shuffle=True, weight=False):
    """Without indices, edges in no order; a group for each pair of populations."""
    generator = np.random.default_rng(1)
    ends = {names[0]: range(N_EXC), names[1]: range(N_EXC, SIZE)}
    with h5py.File(path, "w") as file:
        for source, rows in ends.items():
            for target, columns in ends.items():
                pre, post = np.nonzero(
                    matrix()[rows.start : rows.stop, columns.start : columns.stop]
                )
                order = generator.permutation(len(pre)) if shuffle else np.arange(len(pre))
                group = file.create_group(f"edges/{source}_to_{target}")
                group["source_node_id"] = pre[order].astype(dtype)
                group["target_node_id"] = post[order].astype(dtype)
                group["source_node_id"].attrs["node_population"] = source
                group["target_node_id"].attrs["node_population"] = np.bytes_(target)
                group["edge_type_id"] = np.full(len(pre), 100)
                if weight:
                    values = weights()[pre[order] + rows.start, post[order] + columns.start]
                    back = generator.permutation(len(pre))
                    group["edge_group_id"] = np.zeros(len(pre), dtype=np.uint16)
                    group["edge_group_index"] = np.argsort(back).astype(np.uint32)
                    group["0/syn_weight"] = values[back]
    return path


@pytest.mark.parametrize("dtype", ["i1", "u1", "<i4", ">u8", "<u2", ">i2"])
def test_sonata_of_any_integers(tmp_path, dtype):
    path = write_sonata(tmp_path / "edges.h5", dtype)
    assert np.array_equal(connections_of(convert(path)[0]), matrix())


def test_sonata_populations_are_mapped(tmp_path):
    path = write_sonata(tmp_path / "edges.h5", names=("cortex e", "cortex_i"))
    failed = run_tool("convert", path, *SIZES)
    check_failure(failed, 3, "--map NAME=POPULATION")
    output, _ = convert(path, "--map", "cortex e=exc", "cortex_i=inh")
    assert np.array_equal(connections_of(output), matrix())
    output, result = convert(path, "--force", "--map", "cortex e=exc", "cortex_i=none")
    expected = matrix().astype(int)
    expected[N_EXC:], expected[:, N_EXC:] = 0, 0
    assert np.array_equal(connections_of(output), expected)
    assert "no synapse begins or ends at the 4 neurons of inh" in result.stderr
    check_failure(run_tool("convert", path, *SIZES, "--map", "x=exc"), 3, "population 'x'")


def test_sonata_weights_that_are_no_numbers(tmp_path):
    path = tmp_path / "edges.h5"
    with h5py.File(path, "w") as file:
        file["edges/v/source_node_id"] = [0, 1]
        file["edges/v/target_node_id"] = [1, 2]
        file["edges/v/0/syn_weight"] = np.array([b"a", b"b"])
    result = run_tool("convert", path, *SIZES, "--map", "v=all", "--initial-weights", "1")
    check_failure(result, 3, "0/syn_weight has values of type |S1, not numbers")


def test_a_map_to_what_is_not_there_is_named(tmp_path):
    path = write_sonata(tmp_path / "edges.h5")
    result = run_tool("convert", path, *SIZES, "--map", "exc=foo", "inh=foo")
    check_failure(result, 3, "'exc' is none of the network, nor 'foo', which --map calls it")


def test_sonata_of_one_population(tmp_path):
    """Ids through the whole network, without attributes, as early files have them."""
    path = tmp_path / "edges.h5"
    pre, post = pairs()
    with h5py.File(path, "w") as file:
        file["edges/v1_to_v1/source_node_id"] = pre
        file["edges/v1_to_v1/target_node_id"] = post
        file["edges/v1_to_v1/indicies/source_to_target/node_id_to_range"] = np.zeros((3, 2))
        file["nodes/v1/node_id"] = np.arange(SIZE)
    assert np.array_equal(connections_of(convert(path, "--map", "v1=all")[0]), matrix())


@pytest.mark.parametrize("where", ["types", "attribute", "library"])
def test_sonata_nodes_say_which_excite(tmp_path, where):
    """Inhibitory neurons lie between excitatory ones, as builders of networks may number them."""
    inhibits = np.arange(SIZE) % 4 == 1
    gid = np.argsort(np.argsort(inhibits, kind="stable"), kind="stable")
    node_of = np.argsort(gid)
    pre, post = pairs()
    edges, nodes, types = (tmp_path / name for name in ("edges.h5", "nodes.h5", "types.csv"))
    with h5py.File(edges, "w") as file:
        for end, ids in (("source", pre), ("target", post)):
            file[f"edges/v1_v1/{end}_node_id"] = node_of[ids]
            file[f"edges/v1_v1/{end}_node_id"].attrs["node_population"] = "v1"
    with h5py.File(nodes, "w") as file:
        group = file.create_group("nodes/v1")
        group["node_type_id"] = np.where(inhibits, 7, 3)
        group.create_group("0")
        if where == "attribute":
            group["0/ei"] = np.where(inhibits, b"i", b"e")
        elif where == "library":
            group["0/ei"] = np.where(inhibits, 1, 0)
            group["0/@library/ei"] = np.array([b"e", b"i"])
    types.write_text("node_type_id pop_name ei\n3 e e\n7 i i\n")
    arguments = ["--node-types", types] if where == "types" else []
    output, result = convert(edges, "--nodes", nodes, *arguments)
    assert np.array_equal(connections_of(output), matrix())
    assert f"populations: {{n_exc: {N_EXC}, n_inh: {N_INH}}}" in result.stdout
    failed = run_tool("convert", edges, "--nodes", nodes, *arguments, "--exc", "ei=x")
    check_failure(failed, 3, "no node has ei=x (there are e, i)")


def test_sonata_edges_that_stand_for_several(tmp_path):
    path = write_sonata(tmp_path / "edges.h5", weight=True)
    with h5py.File(path, "a") as file:
        group = file["edges/exc_to_exc"]
        counts = np.ones(len(group["0/syn_weight"]), dtype=np.uint32)
        counts[group["edge_group_index"][0]] = 3
        group["0/nsyns"] = counts
    check_failure(run_tool("convert", path, *SIZES), 3, "--multapses once")
    output, result = convert(path, "--multapses", "sum", "--initial-weights", 1)
    assert "2 further edges of pairs were merged" in result.stderr
    assert np.array_equal(connections_of(output), matrix())
    with h5py.File(output) as file, h5py.File(path) as source:
        first = [source[f"edges/exc_to_exc/{end}_node_id"][0] for end in ("source", "target")]
        group = file["edges/exc_exc"]
        pre, post = group["source_node_id"][()], group["target_node_id"][()]
        weight = group["snapshots/t_0s/h_mV"][()]
        is_it = (pre == first[0]) & (post == first[1])
        np.testing.assert_allclose(weight[is_it], 3 * weights()[first[0], first[1]])
        np.testing.assert_allclose(weight[~is_it], weights()[pre, post][~is_it])


def test_skew_symmetric_matrices_have_both_halves(tmp_path):
    path = tmp_path / "a.mtx"
    header = "%%MatrixMarket matrix coordinate real skew-symmetric\n"
    path.write_text(f"{header}{SIZE} {SIZE} 2\n2 1 1\n3 1 2\n")
    output, _ = convert(path)
    expected = np.zeros((SIZE, SIZE), int)
    expected[[1, 2, 0, 0], [0, 0, 1, 2]] = 1
    assert np.array_equal(connections_of(output), expected)


def test_pairs_of_several_edges_are_counted(tmp_path):
    path = tmp_path / "edges.csv"
    path.write_text("5 2\n0 1\n0 1\n3 1\n5 2\n0 1\n")
    failed = run_tool("convert", path, *SIZES)
    check_failure(failed, 3, "connects 2 pairs of neurons more than once, the first is 0 to 1;")


def test_multapses_and_autapses(tmp_path):
    path = tmp_path / "edges.csv"
    path.write_text("0 1 0.5\n1 0 1\n0 1 0.25\n2 2 1\n0 13 1\n13 0 1\n")
    check_failure(run_tool("convert", path, *SIZES), 3, "--autapses drop")
    drop = ("--autapses", "drop")
    check_failure(run_tool("convert", path, *SIZES, *drop), 3, "--multapses once")
    for rule, expected in (("once", 2.0), ("sum", 3.0)):
        output, result = convert(
            path, *drop, "--multapses", rule, "--initial-weights", 4, "--force"
        )
        assert "1 further edges of pairs were merged" in result.stderr
        assert "1 edges of neurons to themselves were dropped" in result.stderr
        with h5py.File(output) as file:
            group = file["edges/exc_exc"]
            assert group["source_node_id"][()].tolist() == [1, 0]
            assert group["snapshots/t_0s/h_mV"][()].tolist() == [4.0, expected]


# --- In the program


def test_a_run_has_the_connections(engram, tmp_path):
    """The program's own network.h5 tells which there are."""
    (tmp_path / "run.yaml").write_text(CONFIG)
    for number, name in enumerate(("semicolons", "edges with names")):
        path = tmp_path / f"{number}.txt"
        path.write_text(TEXTS[name], "utf-8")
        output, _ = convert(path)
        results = tmp_path / f"results{number}"
        setting = f"connectivity.file={output}"
        run = run_program([engram, "run", tmp_path / "run.yaml", "-o", results, "--set", setting])
        assert run.returncode == 0, run.stderr
        assert np.array_equal(connections_of(results / "network.h5"), matrix())


@pytest.mark.parametrize("source", ["text", "sonata"])
def test_a_run_begins_with_the_weights(engram, tmp_path, source):
    if source == "text":
        path = tmp_path / "weights.txt"
        path.write_text(TEXTS["weights"])
    else:
        path = write_sonata(tmp_path / "edges.h5", weight=True)
    output, result = convert(path, "--initial-weights", 8)
    (tmp_path / "run.yaml").write_text(
        CONFIG + result.stdout.splitlines()[-1] + "\nrecord: {snapshots_s: [0]}\n"
    )
    results = tmp_path / "results"
    run = run_program([engram, "run", tmp_path / "run.yaml", "-o", results])
    assert run.returncode == 0, run.stderr
    assert np.array_equal(connections_of(results / "network.h5"), matrix())
    with h5py.File(results / "network.h5") as file:
        group = file["edges/exc_exc"]
        pre, post = group["source_node_id"][()], group["target_node_id"][()]
        np.testing.assert_allclose(group["snapshots/t_0s/h_mV"][()], 8 * weights()[pre, post])


def test_the_program_says_how_to_convert(engram, tmp_path):
    (tmp_path / "run.yaml").write_text(CONFIG)
    np.save(tmp_path / "a.npy", matrix())
    np.savez(tmp_path / "a.npz", matrix())
    (tmp_path / "edges.txt").write_text(TEXTS["edges"])
    (tmp_path / "weights.txt").write_text(TEXTS["weights"])
    write_sonata(tmp_path / "edges.h5")
    for name, what in (
        ("a.npy", "is an array of numpy (.npy)"),
        ("a.npz", "is a zip archive"),
        ("edges.txt", "row has 2 entries"),
        ("weights.txt", "is not 0 or 1"),
        ("edges.h5", "/indices/target_to_source/node_id_to_ranges is missing"),
    ):
        setting = f"connectivity.file={tmp_path / name}"
        result = run_program([engram, "check", tmp_path / "run.yaml", "--set", setting])
        assert result.returncode == 3
        assert what in result.stderr and "tools/engram-convert" in result.stderr
        assert max(map(len, result.stderr.splitlines())) < 500
        assert result.stderr.isprintable() or result.stderr.replace("\n", "").isprintable()


def test_a_population_without_synapses_is_noted(engram, tmp_path):
    (tmp_path / "run.yaml").write_text(CONFIG)
    path = tmp_path / "edges.txt"
    path.write_text("0 1\n1 2\n3 13\n")
    output, _ = convert(path)
    setting = f"connectivity.file={output}"
    result = run_program([engram, "check", tmp_path / "run.yaml", "--set", setting])
    assert result.returncode == 0
    assert "no synapse begins at the 4 neurons of inh" in result.stderr


# --- What is refused


MARKET = b"%%MatrixMarket matrix coordinate real symmetric\n16 16 2\n"


@pytest.mark.parametrize(
    "content,problem",
    [
        (b"", "holds no numbers"),
        (b"# only\n", "holds comments alone"),
        (b"foo,bar\n1,2\n", "has columns of unclear names (foo, bar); call one 'pre'"),
        (b"weight,target\n1,2\n", "has columns of unclear names (weight, target)"),
        (b"pre,post\n", "holds a line of names, but no numbers"),
        (b"pre,post\n1,2,3\n", "has 2 names of columns (pre, post), but 3 numbers in a row"),
        (b"pre,post,weight,h\n1,2,3,4\n", "has 2 columns of weights (weight, h)"),
        (b"[[0, 1], [1, 2]]\n", "is JSON"),
        (b"0 1\n1 x\n", "line 2 holds what is no number"),
        (b"0 1\n1 2 3\n", "line 2 has 3 numbers, others have 2"),
        (b"0 1\n\n0 99\n", "line 3 names neuron 99"),
        (b"# pre post\n-1 2\n", "line 2 names neuron -1"),
        (b"pre,post\n1,2\n0.5,2\n", "line 3 holds ids of neurons that are no whole numbers (0.5)"),
        (b"1 2 3\n0 1 nan\n", "line 2 holds weights that are not finite"),
        (b"1;2;0.5\n0;1;0,5\n", "line 2 has commas within numbers, or separates them in two"),
        (b"0\t1\t-0,5\n", "line 1 has commas within numbers"),
        (MARKET + b"1 2 1\n3 17 1\n", "line 4 names neuron 17"),
        (MARKET + b"1 2 1\n\n3 3 inf\n", "line 5 holds weights that are not finite"),
        (b"1 2 3 4\n", "has 1 rows of 4 numbers"),
        (b"\x00\x01\x02\x03", "is no text"),
        (b"MATLAB 5.0 MAT-file", "is a file of MATLAB"),
        (b"\x80\x04\x95abc", "is a pickle"),
        (b"\x93NUMPY\x01\x00", "cannot be read as an array"),
        (b"PK\x03\x04abc", "cannot be read as an array"),
        (b"\x1f\x8b\x08abc", "cannot be unpacked"),
        (b"0 1 \xff\xff\n" + b"x" * 50_000, "line 1 is no text in UTF-8"),
        (b"\x89HDF\r\n\x1a\n", "edges.txt"),
    ],
)
def test_refusals(tmp_path, content, problem):
    path = tmp_path / "edges.txt"
    path.write_bytes(content)
    result = run_tool("convert", path, *SIZES)
    check_failure(result, 3, problem)
    assert len(result.stderr) < 600
    assert not (tmp_path / "edges.txt.edges.h5").exists()


def test_objects_are_not_unpickled(tmp_path):
    np.save(tmp_path / "a.npy", np.array([{}], dtype=object), allow_pickle=True)
    check_failure(run_tool("convert", tmp_path / "a.npy", *SIZES), 3, "allow_pickle=False")


@pytest.mark.parametrize(
    "arguments, problem",
    [
        (("--n-exc", "-1"), "argument --n-exc: must be from 0 to"),
        (("--n-inh", "1e9"), "argument --n-inh: invalid int value"),
        ((*SIZES, "--map", "exc"), "argument --map: must have the form NAME=POPULATION (is exc)"),
        ((*SIZES, "--nodes", "x.h5", "--exc", "e"), "argument --exc: must have the form"),
        ((*SIZES, "--map", "exc=excitatory"), "argument --map: has no meaning for"),
        ((*SIZES, "--nodes", "x.h5"), "edges.txt, which is not in the format SONATA edges"),
    ],
)
def test_wrong_command_lines(tmp_path, arguments, problem):
    path = tmp_path / "edges.txt"
    path.write_text("0 1\n")
    check_failure(run_tool("convert", path, *arguments), 2, problem)


def test_first_ids_of_sonata_are_not_ours_to_say(tmp_path):
    """Ids of neurons in SONATA begin with 0."""
    path = tmp_path / "edges.h5"
    with h5py.File(path, "w") as file:
        file.create_group("edges")
    result = run_tool("convert", path, *SIZES, "--first-id", "1")
    check_failure(result, 2, "argument --first-id: has no meaning for")


def test_a_type_without_a_weight_is_named(tmp_path):
    path, table = tmp_path / "edges.h5", tmp_path / "types.csv"
    with h5py.File(path, "w") as file:
        group = file.create_group("edges/exc_to_exc")
        group["source_node_id"], group["target_node_id"] = [0, 1], [1, 2]
        group["edge_type_id"] = [100, 101]
    table.write_text("edge_type_id syn_weight\n100 0.5\n")
    arguments = ("--initial-weights", "2", "--edge-types", table)
    failed = run_tool("convert", path, *SIZES, *arguments)
    check_failure(failed, 3, "has edges of type 101, of which the table of edge types has no")
    table.write_text("edge_type_id syn_weight\n100 0.5\n101 1\n")
    assert run_tool("convert", path, *SIZES, *arguments).returncode == 0


@pytest.mark.parametrize(
    "ids, problem",
    [([0, -1], "holds numbers below 0"), ([0, 1.5], "has values of type float64"), ([0, 99], "99")],
)
def test_faults_of_files_of_others_are_not_blamed_on_copies(tmp_path, ids, problem):
    path = tmp_path / "edges.h5"
    with h5py.File(path, "w") as file:
        group = file.create_group("edges/exc_to_exc")
        group["source_node_id"], group["target_node_id"] = np.array(ids), np.array([1, 2])
    failed = run_tool("convert", path, *SIZES)
    check_failure(failed, 3, problem)
    assert "run the job again" not in failed.stderr and "correct" in failed.stderr


def test_nothing_is_replaced(tmp_path):
    path = tmp_path / "edges.txt"
    path.write_text("0 1\n")
    assert run_tool("convert", path, *SIZES).returncode == 0
    check_failure(run_tool("convert", path, *SIZES), 3, "exists already")
    assert run_tool("convert", path, *SIZES, "--force").returncode == 0


def test_named_populations(tmp_path):
    config = tmp_path / "network.yaml"
    config.write_text(
        "simulation: {duration_s: 1}\npopulations:\n  a: {count: 3, kind: excitatory}\n"
        "  b: {count: 2, kind: inhibitory}\nprojections:\n"
        "  one: {from: a, to: b, weight_h_0: 1, probability: 0.1}\n"
    )
    path = tmp_path / "edges.txt"
    path.write_text("0 3\n2 4\n")
    result = run_tool("convert", path, "--config", config)
    assert result.returncode == 0, result.stderr
    with h5py.File(tmp_path / "edges.txt.edges.h5") as file:
        assert list(file["edges"]) == ["a_b"]
    path.write_text("3 0\n")
    check_failure(run_tool("convert", path, "--config", config, "--force"), 3, "no such projection")


@pytest.mark.parametrize(
    "names",
    ["post_id,pre_id", "targets,sources", "target_gid,source_gid", "postsynaptic,presynaptic"]
    + ["receiver,sender", "dst,src", "to neuron,from neuron", "Target Node ID,Source Node ID"],
)
def test_names_of_columns_say_what_they_are(tmp_path, names) -> None:
    path = tmp_path / "edges.csv"
    for head in (names, names.replace(" ", "_"), f"# {names}"):
        path.write_text(f"{head}\n1,2\n3,4\n")
        edges = read_connections(path, 10)
        assert (edges.pre.tolist(), edges.post.tolist()) == ([2, 4], [1, 3]), head


def test_columns_of_other_names_count_for_nothing(tmp_path) -> None:
    """Among them the one without a name, which pandas writes before the others."""
    path = tmp_path / "edges.csv"
    path.write_text(",source,target\n0,5,6\n1,7,8\n2,9,3\n")
    edges = read_connections(path, 10)
    assert (edges.pre.tolist(), edges.post.tolist()) == ([5, 7, 9], [6, 8, 3])
    assert edges.weight is None
    path.write_text("delay,target,weight,source\n1.5,6,0.5,5\n1.5,8,0.25,7\n")
    edges = read_connections(path, 10)
    assert (edges.pre.tolist(), edges.post.tolist()) == ([5, 7], [6, 8])
    assert edges.weight is not None and edges.weight.tolist() == [0.5, 0.25]
    path.write_text("source,target,delay\n5,6,1.5\n")
    result = run_tool("convert", path, *SIZES, "--initial-weights", "4.2")
    check_failure(result, 3, "has no weights (a column called 'weight')")


def test_matrices_as_pandas_writes_them(tmp_path) -> None:
    pandas = pytest.importorskip("pandas")
    path = tmp_path / "matrix.csv"
    pandas.DataFrame(matrix()).to_csv(path)
    assert np.array_equal(connections_of(convert(path)[0]), matrix())
    pandas.DataFrame(matrix()).iloc[::-1].to_csv(path)
    check_failure(run_tool("convert", path, *SIZES, "--force"), 3, "not numbered from 0")
