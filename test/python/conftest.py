# SPDX-License-Identifier: Apache-2.0
"""Fixtures: the engram program, and runs that several tests read.

ENGRAM names the program; without it build/release/engram is taken, and without that tests are skipped.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TOOLS = ROOT / "tools"
sys.path.insert(0, str(TOOLS))

# Seconds after which a program is taken to hang. Busy machines are slow, ranks that share a core wait
# for each other, and sanitizers take their time: no test may fail because of this number otherwise.
PATIENCE_S = 1200

# Looking for networks that are not there takes Open MPI 0.3 s, which is most of what small runs take.
os.environ.setdefault("OMPI_MCA_pml", "ob1")

MPI_ENVIRONMENT = {
    "OMPI_ALLOW_RUN_AS_ROOT": "1",
    "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
    "OMPI_MCA_mpi_yield_when_idle": "1",
    "OMPI_MCA_rmaps_base_oversubscribe": "1",
}

# The published network in small: learning, fast-forward, recall, and everything recorded.
SMALL_RECALL = """
simulation: {description: Small recall, duration_s: 100, dt_ms: 0.2, dt_fast_forward_s: 5}
populations: {n_exc: 80, n_inh: 20}
connectivity: {file: wiring.txt}
groups:
  assembly: {first: 0, count: 20}
  recalled: {of: assembly, fraction: 0.5}
stimuli:
  learn: {scheme: TRIPLET, group: assembly, start_s: 1, n_inputs: 25, rate_Hz: 100}
  recall: {scheme: ONEPULSE, group: recalled, start_s: 90, n_inputs: 25, rate_Hz: 100}
record:
  neurons: [0, 50, 90]
  synapses: [[0, 4], [50, 0]]
  snapshots_s: [0.5, 5, 90]
"""

# Learning, consolidation and recall of 200 neurons, small enough to be run dozens of times.
RECALL_200 = Path(__file__).parent / "networks/recall200.yaml"

# A run of a tenth of a second without anything recorded.
BACKGROUND = """
simulation: {duration_s: 0.1}
populations: {n_exc: 80, n_inh: 20}
"""


def is_connected(pre, post):
    """The wiring of SMALL_RECALL."""
    return pre != post and (7 * pre + 3 * post + pre * post) % 5 in (0, 2)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    item.failed = getattr(item, "failed", False) or outcome.get_result().failed


@pytest.fixture
def tmp_path(tmp_path, request):
    """Kept only where the test fails: all together would take gigabytes."""
    yield tmp_path
    if not request.node.failed:
        shutil.rmtree(tmp_path, ignore_errors=True)


def run_program(command, **options):
    return subprocess.run(
        [str(part) for part in command],
        env=dict(os.environ, **MPI_ENVIRONMENT),
        capture_output=True,
        text=True,
        timeout=PATIENCE_S + 60,  # later than `timeout`, which ends all ranks
        check=False,
        **options,
    )


def launcher(ranks):
    """What starts a program on so many ranks; one needs no mpirun, which takes 0.2 s."""
    return [] if ranks == 1 else ["mpirun", "--oversubscribe", "-n", ranks]


def engram_program():
    return Path(os.environ.get("ENGRAM", ROOT / "build/release/engram")).resolve()


@pytest.fixture(scope="session")
def engram():
    program = engram_program()
    if not program.is_file():
        pytest.skip(f"{program} is not built (set ENGRAM to the program)")
    return program


@pytest.fixture(scope="session")
def run_engram(engram):
    """Runs a configuration on some ranks; returns the output directory."""

    def run(configuration, output, ranks=1, arguments=()):
        command = [engram, "run", configuration, "--output", output, "--quiet", *arguments]
        result = run_program([*launcher(ranks), *command])
        assert result.returncode == 0, result.stderr
        return output

    return run


@pytest.fixture
def program_of_package(engram, monkeypatch):
    """The program of the tests, ranks as root."""
    monkeypatch.setenv("ENGRAM", str(engram))
    for name, value in MPI_ENVIRONMENT.items():
        monkeypatch.setenv(name, value)


def gpu_program(engram, name):
    """A program beside engram that runs kernels for GPUs on the host; built where CUDA is."""
    program = Path(engram).with_name(name)
    if not program.exists():
        pytest.skip(f"no {program}: built without CUDA, or without ENGRAM_TEST_PTX")
    return program


def write_small_recall(directory):
    """Writes the configuration and its wiring; returns the path of the configuration."""
    size = 100
    rows = [" ".join(str(int(is_connected(i, j))) for j in range(size)) for i in range(size)]
    (directory / "wiring.txt").write_text("\n".join(rows) + "\n")
    path = directory / "small_recall.yaml"
    path.write_text(SMALL_RECALL)
    return path


@pytest.fixture(scope="session")
def small_recall(run_engram, tmp_path_factory):
    """Output directory of SMALL_RECALL."""
    directory = tmp_path_factory.mktemp("small_recall")
    return run_engram(write_small_recall(directory), directory / "results")


@pytest.fixture(scope="session")
def background(run_engram, tmp_path_factory):
    """Output directory of BACKGROUND."""
    directory = tmp_path_factory.mktemp("background")
    (directory / "background.yaml").write_text(BACKGROUND)
    return run_engram(directory / "background.yaml", directory / "results")


@pytest.fixture(scope="session")
def whole(engram, tmp_path_factory):
    """An uninterrupted run of RECALL_200."""
    output = tmp_path_factory.mktemp("whole") / "results"
    result = run_program([engram, "run", RECALL_200, "-o", output, "-q"])
    assert result.returncode == 0, result.stderr
    return output
