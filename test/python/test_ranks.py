# SPDX-License-Identifier: Apache-2.0
"""One seed, one result: no bit depends on the number of ranks.

Nor on the machine or the compiler: test_digests.py compares these networks with stored digests.
"""

import shutil
from pathlib import Path

import h5py
import pytest
from conftest import PATIENCE_S, RECALL_200, ROOT, launcher, run_program
from results_equal import assert_equal, differences

NETWORK = RECALL_200


def simulate(engram: Path, configuration: Path, output: Path, ranks: int) -> Path:
    """A hang must fail, not stop the suite: `timeout` ends mpirun and with it all ranks."""
    command = [
        "timeout",
        PATIENCE_S,
        *launcher(ranks),
        engram,
        "run",
        configuration,
    ]
    result = run_program([*command, "--output", output, "--quiet"])
    assert result.returncode == 0, f"{ranks} ranks: {result.returncode} {result.stderr}"
    return output


@pytest.fixture(scope="module")
def one_rank(engram: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return simulate(engram, NETWORK, tmp_path_factory.mktemp("ranks") / "one", 1)


def test_network_is_lively(one_rank: Path) -> None:
    """Silence would be equal everywhere."""
    with h5py.File(one_rank / "spikes.h5") as file:
        assert all(file[f"spikes/{name}/node_ids"].size > 1000 for name in ("exc", "inh"))
    with h5py.File(one_rank / "network.h5") as file:
        h = file["edges/exc_exc/snapshots/t_30s/h_mV"][()]
        assert len(set(h)) > h.size // 2 and file["edges/exc_exc/snapshots/t_30s/z"][()].any()
        assert {"t_0.5s", "t_1.2s", "t_20s", "t_29.7s"} <= set(file["edges/exc_exc/snapshots"])


def test_one_flipped_bit_is_a_difference(one_rank: Path, tmp_path: Path) -> None:
    """The comparison itself must be able to fail."""
    shutil.copytree(one_rank, tmp_path / "copy")
    with h5py.File(tmp_path / "copy/network.h5", "r+") as file:
        z = file["edges/exc_exc/snapshots/t_20s/z"]
        z[7] = -z[7] if z[7] else -0.0
    assert differences(one_rank, tmp_path / "copy") == [
        "network.h5:edges/exc_exc/snapshots/t_20s/z"
    ]


@pytest.mark.parametrize("ranks", [2, 3, 4, 8])
def test_ranks(engram: Path, one_rank: Path, tmp_path: Path, ranks: int) -> None:
    assert_equal(one_rank, simulate(engram, NETWORK, tmp_path / "many", ranks))


SMALLEST = ROOT / "configs/smallnet3_10s_recall.yaml"


@pytest.fixture(scope="module")
def few_neurons(engram: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return simulate(engram, SMALLEST, tmp_path_factory.mktemp("few") / "one", 1)


@pytest.mark.parametrize("ranks", [2, 3, 5])
def test_few_neurons(engram: Path, few_neurons: Path, tmp_path: Path, ranks: int) -> None:
    """Uneven splits, and as many ranks as neurons."""
    assert_equal(few_neurons, simulate(engram, SMALLEST, tmp_path / "many", ranks))
