# SPDX-License-Identifier: Apache-2.0
"""The device does not change a result: kernels of the GPU, run on the host, against the processor.

What needs a GPU is skipped where there is none.
"""

import json
from pathlib import Path
from typing import Any

import h5py
import pytest
from conftest import BACKGROUND, PATIENCE_S, RECALL_200, ROOT, gpu_program, launcher, run_program
from results_equal import assert_equal, content
from test_checkpoint import checkpoints, interrupted_at
from test_consolidation_checkpoint import SAMPLED, is_within_consolidation

NETWORK = RECALL_200
OTHER = {"cpu": "host-kernels", "host-kernels": "cpu"}


def simulate(engram: Path, output: Path, device: str, ranks: int, *settings: str) -> Path:
    sets = [part for setting in settings for part in ("--set", setting)]
    result = run_program(
        [
            "timeout",
            PATIENCE_S,
            *launcher(ranks),
            engram,
            "run",
            NETWORK,
            "--output",
            output,
            "--quiet",
            "--device",
            device,
            *sets,
        ]
    )
    assert result.returncode == 0, f"{result.returncode} {result.stderr}"
    return output


@pytest.fixture(scope="module")
def on_cpu(engram: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run on the processor that keeps its checkpoints."""
    return simulate(
        engram,
        tmp_path_factory.mktemp("device") / "cpu",
        "cpu",
        1,
        "checkpoint.every_simulated_s=0.5",
        "checkpoint.keep=1000",
    )


@pytest.fixture(scope="module")
def gpu_problem(engram: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Why no GPU can be used here, or an empty text."""
    directory = tmp_path_factory.mktemp("problem")
    (directory / "background.yaml").write_text(BACKGROUND)
    result = run_program(
        [
            engram,
            "run",
            directory / "background.yaml",
            "--quiet",
            "--output",
            directory / "results",
            "--device",
            "gpu",
        ]
    )
    assert result.returncode in (0, 4), result.stderr
    return result.stderr if result.returncode == 4 else ""


def state(checkpoint: Path) -> dict[str, Any]:
    """Everything but the header, which tells wall times."""
    return {name: value for name, value in content(checkpoint).items() if "header" not in name}


@pytest.mark.parametrize("ranks", [1, 3])
def test_host_kernels_equal_cpu(engram: Path, on_cpu: Path, tmp_path: Path, ranks: int) -> None:
    output = simulate(
        engram,
        tmp_path / "kernels",
        "host-kernels",
        ranks,
        "checkpoint.every_simulated_s=0.5",
        "checkpoint.keep=1000",
    )
    assert_equal(on_cpu, output)
    names = [path.name for path in checkpoints(on_cpu)]
    assert len(names) > 10
    assert names == [path.name for path in checkpoints(output)]
    for name in names:
        assert state(on_cpu / name) == state(output / name), name
    assert json.loads((on_cpu / "summary.json").read_text())["device"] == "CPU"
    summary = json.loads((output / "summary.json").read_text())
    assert summary["device"] == "kernels on the host"
    assert summary["work"] == json.loads((on_cpu / "summary.json").read_text())["work"]


# In a pulse, after it, and at the start of a later phase.
@pytest.mark.parametrize(
    "before,time_s,every_s",
    [
        pytest.param(before, *when, marks=[] if when[0] in quick else [pytest.mark.slow])
        for before, quick in (("cpu", (0.16,)), ("host-kernels", (6.2, 29.6)))
        for when in ((0.16, 0.05), (6.2, 2), (29.6, 0.08))
    ],
)
def test_resume_on_another_device(
    engram: Path, on_cpu: Path, tmp_path: Path, before: str, time_s: float, every_s: float
) -> None:
    output = interrupted_at(engram, tmp_path / "run", 1, time_s, every_s, device=before)
    with h5py.File(checkpoints(output)[-1]) as file:
        pulses = [name for name in file["neurons"] if name.startswith("pulse_")]
    assert bool(pulses) == (time_s in (0.16, 29.6)), "stopped in another phase than meant"
    result = run_program(
        [
            "timeout",
            PATIENCE_S,
            "mpirun",
            "--oversubscribe",
            "-n",
            2,
            engram,
            "resume",
            output,
            "--quiet",
            "--device",
            OTHER[before],
        ]
    )
    assert result.returncode == 0, result.stderr
    assert_equal(on_cpu, output)


@pytest.mark.parametrize("before", OTHER)
def test_resume_within_consolidation_on_another_device(
    engram: Path, tmp_path: Path, before: str
) -> None:
    whole = simulate(engram, tmp_path / "whole", "cpu", 1, *SAMPLED)
    output = interrupted_at(engram, tmp_path / "run", 1, 15, 1, *SAMPLED, device=before)
    assert is_within_consolidation(checkpoints(output)[-1])
    result = run_program(
        [
            "timeout",
            PATIENCE_S,
            "mpirun",
            "--oversubscribe",
            "-n",
            2,
            engram,
            "resume",
            output,
            "--quiet",
            "--device",
            OTHER[before],
        ]
    )
    assert result.returncode == 0, result.stderr
    assert_equal(whole, output)


def test_unknown_device(engram: Path, tmp_path: Path) -> None:
    result = run_program([engram, "run", NETWORK, "-o", tmp_path / "x", "--device", "tpu"])
    assert result.returncode == 1
    assert "--device must be cpu, gpu or auto, is 'tpu'" in result.stderr
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize("ranks", [1, 2])
def test_no_gpu(engram: Path, gpu_problem: str, tmp_path: Path, ranks: int) -> None:
    if not gpu_problem:
        pytest.skip("there is a GPU")
    output = tmp_path / "x"
    result = run_program(
        [
            "timeout",
            PATIENCE_S,
            *launcher(ranks),
            engram,
            "run",
            NETWORK,
            "-o",
            output,
            "--device",
            "gpu",
        ]
    )
    assert result.returncode == 4
    errors = [line for line in result.stderr.splitlines() if line.startswith("engram: error")]
    assert len(errors) == 1, result.stderr
    assert any(word in errors[0] for word in ("driver", "built without CUDA", "nvidia-smi"))
    assert not output.exists(), "found before anything is written"


def test_auto_falls_back(engram: Path, gpu_problem: str, on_cpu: Path, tmp_path: Path) -> None:
    if not gpu_problem:
        pytest.skip("there is a GPU")
    result = run_program(
        [
            "timeout",
            PATIENCE_S,
            "mpirun",
            "--oversubscribe",
            "-n",
            2,
            engram,
            "run",
            NETWORK,
            "-o",
            tmp_path / "x",
            "--device",
            "auto",
        ]
    )
    assert result.returncode == 0, result.stderr
    assert result.stderr.count("engram: running on the CPU: ") == 1
    assert_equal(on_cpu, tmp_path / "x")


@pytest.fixture(
    params=["engram", "engram_fake_gpu", pytest.param("engram_ptx_gpu", marks=pytest.mark.slow)]
)
def on_gpu(request: pytest.FixtureRequest, engram: Path, gpu_problem: str) -> Path:
    """A program with a GPU: a real one, or its kernels on the host, as C++ and as nvcc makes them."""
    if request.param == "engram":
        if gpu_problem:
            pytest.skip(gpu_problem.strip())
        return engram
    return gpu_program(engram, request.param)


def test_gpu_equals_cpu(on_gpu: Path, on_cpu: Path, tmp_path: Path) -> None:
    for ranks in (1, 2):
        output = tmp_path / f"gpu{ranks}"
        assert_equal(on_cpu, simulate(on_gpu, output, "gpu", ranks))
        assert "GPU" in json.loads((output / "summary.json").read_text())["device"]


# In a pulse, after it, and at the start of a later phase.
@pytest.mark.parametrize(
    "time_s,every_s",
    [(0.16, 0.05), (6.2, 2), pytest.param(29.6, 0.08, marks=pytest.mark.slow)],
)
@pytest.mark.parametrize("before,after", [("cpu", "gpu"), ("gpu", "cpu")])
def test_gpu_resumes_cpu_and_back(
    on_gpu: Path,
    on_cpu: Path,
    tmp_path: Path,
    before: str,
    after: str,
    time_s: float,
    every_s: float,
) -> None:
    output = interrupted_at(on_gpu, tmp_path / "run", 1, time_s, every_s, device=before)
    result = run_program([on_gpu, "resume", output, "--quiet", "--device", after])
    assert result.returncode == 0, result.stderr
    assert_equal(on_cpu, output)


@pytest.mark.parametrize("before,after", [("cpu", "gpu"), ("gpu", "cpu")])
def test_gpu_resumes_within_consolidation(
    on_gpu: Path, tmp_path: Path, before: str, after: str
) -> None:
    whole = simulate(on_gpu, tmp_path / "whole", "cpu", 1, *SAMPLED)
    output = interrupted_at(on_gpu, tmp_path / "run", 1, 15, 1, *SAMPLED, device=before)
    assert is_within_consolidation(checkpoints(output)[-1])
    result = run_program([on_gpu, "resume", output, "--quiet", "--device", after])
    assert result.returncode == 0, result.stderr
    assert_equal(whole, output)


def test_ensemble_equals_cpu(on_gpu: Path, tmp_path: Path) -> None:
    """Trials that take turns on a GPU; they learn and consolidate."""
    arguments = ["--set", "trials=2", "--set", "trial_results=none", "--set", "stimuli.recall=null"]
    for device in ("cpu", "gpu"):
        result = run_program(
            [on_gpu, "run", NETWORK, "--output", tmp_path / device, "--device", device, *arguments]
        )
        assert result.returncode == 0, result.stderr
    assert "2 at a time" in result.stderr
    assert content(tmp_path / "gpu/ensemble.h5") == content(tmp_path / "cpu/ensemble.h5")


@pytest.mark.slow
def test_main_network_from_ptx(engram: Path, tmp_path: Path) -> None:
    """Learning and recall of 2000 neurons, every access to memory checked, threads in no order."""
    configuration = ROOT / "configs/defaultnet_10s_recall.yaml"
    program = gpu_program(engram, "engram_ptx_gpu")
    for name, command in (("cpu", [engram]), ("gpu", ["env", "ENGRAM_FAKE_CUDA=order=2", program])):
        device = ["--device", name, "--quiet", "--output", tmp_path / name]
        result = run_program([*command, "run", configuration, *device])
        assert result.returncode == 0, result.stderr
    assert_equal(tmp_path / "cpu", tmp_path / "gpu")
