# SPDX-License-Identifier: Apache-2.0
"""network.h5: how much it takes, what it may leave out, what follows where it is not wanted."""

import struct
from pathlib import Path
from typing import Callable

import h5py
import numpy as np
import pytest
from conftest import launcher, run_program
from results_equal import content, differences
from test_edge_wiring import NETWORK as DRAWN
from tool import run_tool

RunEngram = Callable[..., Path]
WITHOUT = ["--set", "output.network=false"]
CONSTANTS = ("edge_type_id", "edge_group_id", "0/syn_weight", "0/delay")

BACKGROUND = """
simulation: {duration_s: 0.1}
populations: {n_exc: 400, n_inh: 100}
connectivity: {probability: 0.4}
"""


@pytest.fixture(scope="module")
def configuration(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("network") / "background.yaml"
    path.write_text(BACKGROUND)
    return path


@pytest.fixture(scope="module")
def plain(run_engram: RunEngram, configuration: Path) -> Path:
    return run_engram(configuration, configuration.parent / "plain")


@pytest.fixture(scope="module")
def without(run_engram: RunEngram, configuration: Path) -> Path:
    return run_engram(configuration, configuration.parent / "without", arguments=WITHOUT)


def n_edges(path: Path, plastic_only: bool = False) -> int:
    with h5py.File(path) as file:
        return sum(
            len(edges["source_node_id"])
            for edges in file["edges"].values()
            if "snapshots" in edges or not plastic_only
        )


def test_bytes_per_synapse(plain: Path) -> None:
    path = plain / "network.h5"
    beside_edges = 96 * 1024  # names, attributes, and the index of 1000 targets
    snapshot = 8 * n_edges(path, plastic_only=True)  # z is 0 everywhere
    assert n_edges(path) > 90_000
    assert path.stat().st_size <= 12 * n_edges(path) + snapshot + beside_edges


def test_constants_of_snapshots_and_checkpoints(plain: Path) -> None:
    """Read as any other, by h5py and with `engram`."""
    n_plastic = n_edges(plain / "network.h5", plastic_only=True)
    with h5py.File(plain / "network.h5") as file:
        (snapshot,) = file["edges/exc_exc/snapshots"].values()
        assert snapshot["z"].id.get_storage_size() == 0
        assert snapshot["h_mV"].id.get_storage_size() == 8 * n_plastic
        assert (snapshot["z"][()] == np.zeros(n_plastic)).all()
    (checkpoint,) = plain.glob("checkpoint-*.h5")
    of_neurons = 200 * 500 + 64 * 1024
    assert checkpoint.stat().st_size <= 8 * n_plastic + of_neurons
    with h5py.File(checkpoint) as file:
        for name in ("stored_z", "tag"):
            assert file[f"synapses/{name}"].id.get_storage_size() == 0
            assert (file[f"synapses/{name}"][()] == np.zeros(n_plastic)).all()


def test_index_by_source_is_optional(
    run_engram: RunEngram, configuration: Path, plain: Path
) -> None:
    arguments = ["--set", "output.index_by_source=true"]
    indexed = run_engram(
        configuration, configuration.parent / "indexed", ranks=3, arguments=arguments
    )
    found, whole = content(plain / "network.h5"), content(indexed / "network.h5")
    extra = {name for name in whole if "source_to_target" in name}
    assert len(extra) == 4 * 4 and not extra & found.keys()
    assert all(
        whole[name] == value for name, value in found.items() if not name.startswith("checksums")
    )
    with h5py.File(indexed / "network.h5") as file:
        for edges in file["edges"].values():
            source = edges["source_node_id"][()]
            index = edges["indices/source_to_target"]
            bounds, ranges = index["node_id_to_ranges"][()], index["range_to_edge_id"][()]
            for node, (first, last) in enumerate(bounds):
                listed = [i for begin, end in ranges[first:last] for i in range(begin, end)]
                assert listed == np.flatnonzero(source == node).tolist()


def test_damage_of_a_constant_is_found(engram: Path, plain: Path, tmp_path: Path) -> None:
    damaged = bytearray((plain / "network.h5").read_bytes())
    place = damaged.find(struct.pack("<d", -4 * 4.20075))  # the weight of inh_exc
    assert place > 0
    damaged[place] ^= 1
    (tmp_path / "network.h5").write_bytes(damaged)
    result = run_program([engram, "inspect", tmp_path / "network.h5"])
    assert result.returncode == 3 and "0/syn_weight' is damaged" in result.stderr


def test_more_constants_than_bytes_are_refused(engram: Path, plain: Path, tmp_path: Path) -> None:
    """A few bytes of a file could make its reader busy for years."""
    path = tmp_path / "network.h5"
    path.write_bytes((plain / "network.h5").read_bytes())
    with h5py.File(path, "r+") as file:
        group = file["edges/exc_exc/0"]
        group.create_dataset("huge", shape=(1 << 50,), dtype="f8", fillvalue=1.0)
    result = run_program([engram, "inspect", path])
    assert result.returncode == 3 and "declares more values than the file" in result.stderr
    compared = run_tool("compare", path, path)
    assert compared.returncode == 3 and "huge is declared with" in compared.stderr


def test_compare_reads_constants(plain: Path, tmp_path: Path) -> None:
    path = tmp_path / "network.h5"
    path.write_bytes((plain / "network.h5").read_bytes())
    assert run_tool("compare", plain / "network.h5", path).returncode == 0
    with h5py.File(path, "r+") as file:
        group = file["edges/exc_inh/0"]
        shape = group["delay"].shape
        del group["delay"]
        group.create_dataset("delay", shape=shape, dtype="f8", fillvalue=2.0)
        group["delay"].attrs["units"] = "ms"
    result = run_tool("compare", plain / "network.h5", path)
    assert result.returncode == 1
    assert f"{shape[0]} of {shape[0]} values differ" in result.stdout


def test_files_of_0_1_0_are_read(run_engram: RunEngram, tmp_path: Path) -> None:
    """Ids of 64 bits, everything stored, as wiring of another run."""
    drawn = run_engram(DRAWN, tmp_path / "drawn")
    old = tmp_path / "old.h5"
    with h5py.File(drawn / "network.h5") as file, h5py.File(old, "w") as target:
        target.attrs.update(dict(file.attrs) | {"format_version": np.uint32(1)})
        for name, edges in file["edges"].items():
            group = target.create_group(f"edges/{name}")
            for end in ("source_node_id", "target_node_id"):
                dataset = group.create_dataset(end, data=edges[end][()].astype(np.uint64))
                dataset.attrs.update(dict(edges[end].attrs))
            for constant in CONSTANTS:
                group.create_dataset(constant, data=edges[constant][()])
            file.copy(edges["indices"], group)
    again = run_engram(DRAWN, tmp_path / "again", arguments=["--set", f"connectivity.file={old}"])
    assert not differences(drawn, again)


def test_a_run_without_network(engram: Path, plain: Path, without: Path) -> None:
    assert not (without / "network.h5").exists() and not (without / "partial").exists()
    for name in ("spikes.h5", "traces.h5"):
        assert content(without / name) == content(plain / name)
    again = run_program([engram, "resume", without])
    assert again.returncode == 0 and "is missing" not in again.stderr, again.stderr


@pytest.mark.parametrize("ranks", [1, 3])
def test_it_can_be_extended_with_and_without(
    engram: Path, run_engram: RunEngram, configuration: Path, tmp_path: Path, ranks: int
) -> None:
    longer = ["--set", "simulation.duration_s=0.2"]
    whole = run_engram(configuration, tmp_path / "whole", arguments=longer)
    for name, first, then in (("with", WITHOUT, "true"), ("without", [], "false")):
        output = run_engram(configuration, tmp_path / name, ranks=ranks, arguments=first)
        extended = run_program(
            [*launcher(ranks), engram, "resume", output, *longer]
            + ["--set", f"output.network={then}", "--quiet"]
        )
        assert extended.returncode == 0, extended.stderr
        for file in ("spikes.h5", "traces.h5"):
            assert content(output / file) == content(whole / file)
        assert (output / "network.h5").exists() == (then == "true")
    assert content(tmp_path / "with/network.h5") == content(whole / "network.h5")


def test_snapshots_need_it(engram: Path, configuration: Path, tmp_path: Path) -> None:
    result = run_program(
        [engram, "check", configuration, *WITHOUT, "--set", "record.snapshots_s=[0.05]"]
    )
    assert result.returncode == 2
    assert "output.network: must be true where there are record.snapshots_s" in result.stderr


def test_tools_say_what_is_missing(plain: Path, without: Path, tmp_path: Path) -> None:
    result = run_tool("plot", without, "-o", tmp_path)
    assert result.returncode == 0, result.stderr
    lines = result.stdout.splitlines()
    left_out = [line for line in lines if "network.h5: was not wanted when the run" in line]
    assert left_out and all(": left out (" in line for line in left_out)
    assert str(tmp_path / "raster.png") in lines and (tmp_path / "raster.png").is_file()
    asked = run_tool("recall", without, "--show", "unpotentiated", "--groups", "exc")
    assert asked.returncode == 3, asked.stderr
    assert "network.h5: was not wanted when the run was made" in asked.stderr
    assert run_tool("compare", without, without).returncode == 0
    compared = run_tool("compare", plain, without)
    assert compared.returncode == 1 and "network.h5: was not wanted in" in compared.stdout


@pytest.mark.parametrize("ranks", [1, 2])
def test_trials_without_network(
    run_engram: RunEngram, configuration: Path, tmp_path: Path, ranks: int
) -> None:
    """Unless asked for. Measures of weights are taken all the same."""
    trials = ["--set", "trials=2"]
    asked = [*trials, "--set", "output.network=true"]
    kept = run_engram(configuration, tmp_path / "kept", ranks=ranks, arguments=asked)
    bare = run_engram(configuration, tmp_path / "bare", ranks=ranks, arguments=trials)
    assert (kept / "trials/000/0001/network.h5").exists()
    assert {path.name for path in (bare / "trials/000/0001").iterdir()} >= {"spikes.h5"}
    assert not list(bare.rglob("network.h5"))
    assert content(bare / "ensemble.h5") == content(kept / "ensemble.h5")


def test_trials_with_snapshots_have_a_network(
    run_engram: RunEngram, configuration: Path, tmp_path: Path
) -> None:
    arguments = ["--set", "sweep=[{record.snapshots_s: [[], [0.05]]}]"]
    results = run_engram(configuration, tmp_path / "results", arguments=arguments)
    assert [path.parent.parent.name for path in results.rglob("network.h5")] == ["001"]
