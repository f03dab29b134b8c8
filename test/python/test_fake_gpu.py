# SPDX-License-Identifier: Apache-2.0
"""The program on GPUs, without any: its kernels on a CUDA runtime over host memory (and see test_device.py).

Built beside the program where the CUDA toolkit is; skipped elsewhere.
"""

import os
import subprocess
from pathlib import Path

import pytest
from conftest import BACKGROUND, MPI_ENVIRONMENT, PATIENCE_S, RECALL_200, gpu_program
from results_equal import content

SHARING = "ranks of one node share its GPUs"


@pytest.fixture(scope="module")
def fake_gpu(engram: Path) -> Path:
    """The program that sees GPUs."""
    return gpu_program(engram, "engram_fake_gpu")


@pytest.fixture
def network(tmp_path: Path) -> Path:
    path = tmp_path / "background.yaml"
    path.write_text(BACKGROUND)
    return path


def run(
    command: list[object], machine: str, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Runs a command on a machine as fake_cuda.hpp describes them."""
    return subprocess.run(
        [str(part) for part in command],
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
        env=dict(os.environ, **MPI_ENVIRONMENT, ENGRAM_FAKE_CUDA=machine, **environment),
    )


@pytest.mark.slow
def test_ensemble_equals_cpu(engram: Path, fake_gpu: Path, tmp_path: Path) -> None:
    """As many trials take turns as the memory of the GPU has room for."""
    arguments = ["--set", "trials=4", "--set", "trial_results=none", "--set", "sweep=null"]
    on_cpu = run([engram, "run", RECALL_200, "--output", tmp_path / "cpu", *arguments], "")
    assert on_cpu.returncode == 0, on_cpu.stderr
    for machine, at_once in (("gpus=1", 4), ("memory=16000000", 2)):
        output = tmp_path / machine
        result = run(
            [fake_gpu, "run", RECALL_200, "--output", output, "--device", "gpu", *arguments],
            machine,
        )
        assert result.returncode == 0, result.stderr
        assert f"{at_once} at a time" in result.stderr
        assert content(output / "ensemble.h5") == content(tmp_path / "cpu/ensemble.h5")


def test_ranks_take_gpus_in_turn(fake_gpu: Path, network: Path, tmp_path: Path) -> None:
    command = ["mpirun", "--oversubscribe", "-n", 2, fake_gpu, "run", network, "--device", "gpu"]
    for machine, sharing in (("gpus=2", False), ("gpus=1", True)):
        result = run([*command, "--output", tmp_path / machine], machine)
        assert result.returncode == 0, result.stderr
        assert (SHARING in result.stderr) == sharing, result.stderr


def test_ranks_that_see_one_gpu_each(fake_gpu: Path, network: Path, tmp_path: Path) -> None:
    """As batch systems bind them: every rank's GPU is the first it sees, and yet another one."""
    for gpus, sharing in (("01", False), ("11", True)):
        output = tmp_path / gpus
        rank = [fake_gpu, "run", network, "--device", "gpu", "--output", output]
        command: list[object] = ["mpirun", "--oversubscribe"]
        for i, gpu in enumerate(gpus):
            command += [":"] * (i > 0) + ["-n", 1, "-x", f"CUDA_VISIBLE_DEVICES={gpu}", *rank]
        result = run(command, "gpus=2")
        assert result.returncode == 0, result.stderr
        assert (SHARING in result.stderr) == sharing, result.stderr


@pytest.mark.parametrize(
    "machine,visible,message",
    [
        ("driver=0", "0", "no NVIDIA driver on this machine"),
        ("driver=11080", "0", "the NVIDIA driver is too old: it supports CUDA 11.8"),
        ("gpus=1", "", "no GPU can be used (no CUDA-capable device is detected)"),
        ("taken=1", "0", "GPU 0 is in use and set up for one process at a time"),
        ("memory=1000", "0", "this rank's part of the network needs 1 MB on Fake (GPU 0)"),
    ],
)
@pytest.mark.parametrize("ranks", [1, 2])
def test_gpu_that_cannot_be_used(
    fake_gpu: Path,
    network: Path,
    tmp_path: Path,
    machine: str,
    visible: str,
    message: str,
    ranks: int,
) -> None:
    command = [
        "mpirun",
        "--oversubscribe",
        "-n",
        ranks,
        fake_gpu,
        "run",
        network,
        "--output",
        tmp_path / "x",
        "--device",
    ]
    result = run([*command, "gpu"], machine, CUDA_VISIBLE_DEVICES=visible)
    assert result.returncode == 4, result.stderr
    errors = [line for line in result.stderr.splitlines() if line.startswith("engram: error")]
    assert len(errors) == 1 and message in errors[0], result.stderr
    assert not (tmp_path / "x").exists(), "found before anything is written"
    result = run([*command, "auto", "--quiet"], machine, CUDA_VISIBLE_DEVICES=visible)
    assert result.returncode == 0, result.stderr
    assert "engram: running on the CPU: " in result.stderr and message in result.stderr


def test_kernel_that_crashes(fake_gpu: Path, network: Path, tmp_path: Path) -> None:
    """One message, the exit code of a failed computation, and nothing that looks complete."""
    result = run(
        [fake_gpu, "run", network, "--output", tmp_path / "x", "--device", "gpu"],
        "until_kernel_crashes=50",
    )
    assert result.returncode == 4, result.stderr
    assert "an illegal memory access was encountered" in result.stderr
    assert not (tmp_path / "x" / "summary.json").exists()
