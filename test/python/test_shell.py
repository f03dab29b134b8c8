# SPDX-License-Identifier: Apache-2.0
"""Any shell will do: also one inside a job of Slurm, without Open MPI's programs, without a network; and
what cannot be written is not lost in silence."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from conftest import MPI_ENVIRONMENT, PATIENCE_S, ROOT
from published_json import basic_early, write

SMALL = "simulation: {duration_s: 0.05}\npopulations: {n_exc: 8, n_inh: 2}\n"
ENSEMBLE = SMALL + "trials: 2\n"

# MPI_Init fails with this.
BROKEN_MPI = {"OMPI_MCA_pml": "none_of_them"}

JOB = {
    "SLURM_JOB_ID": "7",
    "SLURM_JOBID": "7",
    "SLURM_NNODES": "1",
    "SLURM_NTASKS": "3",
    "SLURM_NODELIST": "node1",
    "SLURM_JOB_NODELIST": "node1",
    "SLURM_TASKS_PER_NODE": "3",
}
STEP = {**JOB, "SLURM_STEP_ID": "0", "SLURM_STEPID": "0", "SLURM_PROCID": "0"}
DEAD_SERVER = {
    "PMIX_RANK": "0",
    "PMIX_NAMESPACE": "slurm.pmix.7.0",
    "PMIX_SERVER_URI41": "pmix-server.1;tcp4://127.0.0.1:9",
    "PMIX_SERVER_URI4": "pmix-server.1;tcp4://127.0.0.1:9",
    "PMIX_SERVER_URI3": "pmix-server.1;tcp4://127.0.0.1:9",
    "PMIX_SERVER_URI2": "pmix-server.1;tcp4://127.0.0.1:9",
}
SHELLS = {
    "salloc": JOB,
    "sbatch": {**JOB, "SLURM_PROCID": "0"},
    "srun --pty": {**STEP, "SLURM_STEP_NUM_TASKS": "1"},
    "srun --mpi=pmix --pty": {**STEP, "SLURM_STEP_NUM_TASKS": "1", **DEAD_SERVER},
    "srun --mpi=pmi2 --pty": {
        **STEP,
        "SLURM_STEP_NUM_TASKS": "1",
        "PMI_RANK": "0",
        "PMI_SIZE": "1",
        "PMI_FD": "77",
    },
}


def call(
    command: list[Any], variables: dict[str, str] | None = None, **options: Any
) -> subprocess.CompletedProcess[str]:
    launchers = ("SLURM_", "PMIX_", "PMI_", "OMPI_COMM_WORLD_")
    clean = {name: value for name, value in os.environ.items() if not name.startswith(launchers)}
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
    return subprocess.run(
        [str(part) for part in command],
        env={**clean, **MPI_ENVIRONMENT, **(variables or {})},
        text=True,
        timeout=PATIENCE_S,
        check=False,
        **options,
    )


@pytest.fixture(scope="module")
def place(engram: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Configurations, and the results of a run."""
    directory = tmp_path_factory.mktemp("place")
    (directory / "small.yaml").write_text(SMALL)
    (directory / "ensemble.yaml").write_text(ENSEMBLE)
    result = call([engram, "run", directory / "small.yaml", "-o", directory / "results"])
    assert result.returncode == 0, result.stderr
    return directory


# Everything that needs no ranks.
ALONE: dict[str, Callable[[Path], list[Any]]] = {
    "help": lambda place: ["--help"],
    "help of a command": lambda place: ["run", "--help"],
    "version": lambda place: ["--version"],
    "check": lambda place: ["check", place / "small.yaml"],
    "check of an ensemble": lambda place: ["check", place / "ensemble.yaml"],
    "check of a matrix": lambda place: ["check", ROOT / "configs/smallnet3_10s_recall.yaml"],
    "check of edges": lambda place: [
        "check",
        place / "small.yaml",
        "--set",
        f"connectivity.file={place}/results/network.h5",
    ],
    "plan": lambda place: ["plan", place / "small.yaml", "--ranks", 4],
    "plan of an ensemble": lambda place: ["plan", place / "ensemble.yaml"],
    "inspect": lambda place: ["inspect", place / "results/spikes.h5"],
    "import": lambda place: ["import", write(place / "early.json", basic_early())],
}
ERRORS: dict[str, tuple[int, Callable[[Path], list[Any]]]] = {
    "no command": (1, lambda place: []),
    "usage": (1, lambda place: ["run"]),
    "configuration": (
        2,
        lambda place: ["check", place / "small.yaml", "--set", "simulation.dt_ms=0"],
    ),
    "file": (3, lambda place: ["inspect", place / "small.yaml"]),
}


@pytest.mark.parametrize("command", ALONE)
def test_without_mpi(engram: Path, place: Path, command: str) -> None:
    expected = call([engram, *ALONE[command](place)])
    assert expected.returncode == 0 and expected.stdout != "", expected.stderr
    for variables in (BROKEN_MPI, {**STEP, "PATH": "/none"}):
        result = call([engram, *ALONE[command](place)], variables)
        assert (result.returncode, result.stdout) == (0, expected.stdout), result.stderr
        assert result.stderr == expected.stderr


@pytest.mark.parametrize("error", ERRORS)
def test_errors_without_mpi(engram: Path, place: Path, error: str) -> None:
    code, command = ERRORS[error]
    result = call([engram, *command(place)], BROKEN_MPI)
    assert result.returncode == code and result.stdout == ""
    assert all(line.startswith("engram: ") for line in result.stderr.splitlines()), result.stderr
    assert result.stderr.count("engram: error: ") == 1


@pytest.mark.parametrize("shell", SHELLS)
def test_a_run_in_a_shell_of_a_job(engram: Path, place: Path, tmp_path: Path, shell: str) -> None:
    variables = {**SHELLS[shell], "PATH": "/none", "TMPDIR": "/none"}
    for command in (
        ["run", place / "small.yaml", "-q", "-o", tmp_path / "out"],
        ["resume", tmp_path / "out", "-q", "--set", "simulation.duration_s=0.06"],
    ):
        result = call([engram, *command], variables)
        assert (result.returncode, result.stderr) == (0, ""), result.stderr
        assert "1 rank" in result.stdout
    assert (tmp_path / "out/summary.json").is_file()


def test_a_run_without_network(engram: Path, place: Path, tmp_path: Path) -> None:
    isolated = ["unshare", "--map-root-user", "--net"]
    if call([*isolated, "true"]).returncode != 0:
        pytest.skip("network namespaces are not allowed here")
    result = call([*isolated, engram, "run", place / "small.yaml", "-q", "-o", tmp_path / "out"])
    assert result.returncode == 0, result.stderr


def test_mpi_that_cannot_start(engram: Path, place: Path, tmp_path: Path) -> None:
    command = [engram, "run", place / "small.yaml", "-o", tmp_path / "out"]
    result = call(command, BROKEN_MPI)
    assert result.returncode == 1 and result.stdout == ""
    assert result.stderr.count("engram: error: MPI could not be started") == 1, result.stderr
    assert "mpirun" in result.stderr and "srun --mpi=pmix" in result.stderr
    assert not (tmp_path / "out").exists()


def call_all(
    command: list[Any], processes: list[dict[str, str]]
) -> list[subprocess.CompletedProcess[str]]:
    """At once: those that leave it to the first to speak wait for a while."""
    with ThreadPoolExecutor(len(processes)) as pool:
        return list(pool.map(lambda variables: call(command, variables), processes))


def tasks(launcher: str) -> list[dict[str, str]]:
    """Variables of three processes that cannot find each other."""
    if launcher == "mpiexec":
        return [{"PMI_RANK": str(rank), "PMI_SIZE": "3"} for rank in range(3)]
    # Started from a shell that has a PMIx server, which is not theirs.
    inherited = {**DEAD_SERVER, "PMIX_NAMESPACE": "slurm.pmix.7.5"} if "shell" in launcher else {}
    return [
        {**STEP, **inherited, "SLURM_STEP_NUM_TASKS": "3", "SLURM_PROCID": str(rank)}
        for rank in range(3)
    ]


@pytest.mark.parametrize("launcher", ["srun", "srun in a shell", "mpiexec"])
@pytest.mark.parametrize("command", ["run", "resume"])
def test_processes_that_are_each_alone(
    engram: Path, place: Path, tmp_path: Path, launcher: str, command: str
) -> None:
    output = tmp_path / "out"
    arguments = [place / "small.yaml", "-o", output] if command == "run" else [output]
    results = call_all([engram, command, *arguments], tasks(launcher))
    assert [result.returncode for result in results] == [1, 1, 1]
    assert [result.stdout + result.stderr for result in results[1:]] == ["", ""]
    first = results[0].stderr
    assert first.count("\n") == 1 and first.startswith("engram: error: 3 processes"), first
    assert "srun --mpi=pmix" in first and "mpirun" in first
    assert not output.exists()


@pytest.mark.parametrize("arguments", [["--help"], ["check"], ["rum"]])
def test_of_several_processes_the_first_speaks(engram: Path, arguments: list[str]) -> None:
    for launcher in ("srun", "mpiexec"):
        first, *others = call_all([engram, *arguments], tasks(launcher))
        assert first.stdout + first.stderr != ""
        for other in others:
            assert other.returncode == first.returncode
            assert other.stdout + other.stderr == ""


@pytest.mark.parametrize("command", ["help", "check", "plan", "inspect", "import"])
def test_once_under_mpirun(engram: Path, place: Path, command: str) -> None:
    alone = call([engram, *ALONE[command](place)])
    three = call(["mpirun", "--oversubscribe", "-n", 3, engram, *ALONE[command](place)])
    assert (three.returncode, three.stdout) == (0, alone.stdout), three.stderr


@pytest.mark.parametrize("error", ERRORS)
def test_errors_once_under_mpirun(engram: Path, place: Path, error: str) -> None:
    code, command = ERRORS[error]
    result = call(["mpirun", "--oversubscribe", "-n", 3, engram, *command(place)])
    assert result.returncode == code and result.stderr.count("engram: error: ") == 1, result.stderr


@pytest.mark.parametrize("command", ALONE)
def test_output_that_cannot_be_written(engram: Path, place: Path, command: str) -> None:
    arguments = [engram, *ALONE[command](place)]
    with open("/dev/full", "w", encoding="utf-8") as full:
        result = call(arguments, stdout=full)
    assert result.returncode == 3
    assert "error: standard output: cannot be written (No space left on device)" in result.stderr
    closed = call(["bash", "-c", '"$@" >&-', "bash", *arguments])
    assert closed.returncode == 3
    assert "error: standard output: cannot be written (" in closed.stderr
    gone = call(
        ["bash", "-c", 'trap "" PIPE; sleep 0.1; exec "$@"', "bash", *arguments], **to_nobody()
    )
    assert gone.returncode == 3 and "cannot be written (Broken pipe)" in gone.stderr


def to_nobody() -> dict[str, Any]:
    """Standard output is a pipe without a reader."""
    reader, writer = os.pipe()
    os.close(reader)
    return {"stdout": os.fdopen(writer, "w")}


def test_a_reader_that_has_seen_enough(engram: Path, place: Path) -> None:
    """As of `engram check | head`: the signal ends it, as any program."""
    result = call([engram, *ALONE["check"](place)], **to_nobody())
    assert result.returncode == -signal.SIGPIPE and result.stderr == ""


@pytest.mark.parametrize("stream", [">/dev/full", ">&-"])
@pytest.mark.parametrize("config", ["small.yaml", "ensemble.yaml"])
def test_a_summary_that_cannot_be_written(
    engram: Path, place: Path, tmp_path: Path, config: str, stream: str
) -> None:
    """The results are complete, and say so."""
    output = tmp_path / "out"
    shell = ["bash", "-c", f'"$@" {stream}', "bash", engram]
    result = call([*shell, "run", place / config, "-q", "-o", output])
    assert result.returncode == 3
    assert result.stderr.count("\n") == 1 and "standard output: cannot be written" in result.stderr
    assert "the run is complete" in result.stderr
    assert (output / "summary.json").is_file() and not (output / "partial").exists()
    for path in output.glob("*.h5"):
        assert call([engram, "inspect", path]).returncode == 0
    again = call([*shell, "resume", output])
    assert again.returncode == 3 and "the run is complete" in again.stderr
    resumed = call([engram, "resume", output])
    assert resumed.returncode == 0 and "nothing to resume" in resumed.stdout


@pytest.mark.parametrize("stream", ["2>/dev/full", "2>&-", "<&-"])
def test_other_streams_do_not_matter(
    engram: Path, place: Path, tmp_path: Path, stream: str
) -> None:
    shell = ["bash", "-c", f'"$@" {stream}', "bash", engram]
    result = call([*shell, "run", place / "small.yaml", "-o", tmp_path / "out"])
    assert result.returncode == 0 and "Results: " in result.stdout
    for path in (tmp_path / "out").glob("*.h5"):
        assert call([engram, "inspect", path]).returncode == 0
    result = call([*shell, "check", place / "small.yaml"])
    assert result.returncode == 0 and "duration_s: 0.05" in result.stdout
