# SPDX-License-Identifier: Apache-2.0
"""A fault of any kind, on the first or the last rank, in any collective step of a job: one message,
the documented exit code, and no rank that waits for ever.

The program engram_failing makes the n-th step fail; engram_failing_everywhere does a job in the same
processes with every such fault (both in test/job).
"""

import os
import re
import shutil

import pytest

from conftest import run_program

RANKS = 2
EXIT_CODES = {
    "usage": 1,
    "configuration": 2,
    "file": 3,
    "numerical": 4,
    "device": 4,
    "memory": 4,
    "other": 4,
}

CONFIG = """
simulation: {duration_s: 60.3}
populations: {n_exc: 30, n_inh: 10}
connectivity: {probability: 0.2}
groups: {assembly: {first: 0, count: 10}}
stimuli: {learn: {scheme: ONEPULSE, group: assembly, start_s: 0.05, n_inputs: 25, rate_Hz: 100}}
record: {neurons: [1], snapshots_s: [0.1]}
checkpoint: {every_simulated_s: 0.1}
"""
ENSEMBLE = CONFIG + "trials: 2\ntrial_results: all\n"


@pytest.fixture(scope="module")
def failing(engram):
    program = engram.parent / "engram_failing"
    if not program.is_file():
        pytest.skip(f"{program} is not built")
    return program


def run_failing(program, at, *arguments):
    environment = {} if at is None else {"ENGRAM_FAIL_AT": " ".join(str(part) for part in at)}
    os.environ.update(environment)
    try:
        return run_program(
            ["timeout", 120, "mpirun", "--oversubscribe", "-n", RANKS, program, *arguments]
        )
    finally:
        for name in environment:
            del os.environ[name]


def prepare_run(_program, directory):
    (directory / "config.yaml").write_text(CONFIG)
    return ["run", directory / "config.yaml", "--output", directory / "results"]


def prepare_ensemble(_program, directory):
    (directory / "config.yaml").write_text(ENSEMBLE)
    return ["run", directory / "config.yaml", "--output", directory / "results"]


def prepare_extension(program, directory):
    """A complete run with a checkpoint, made once and copied."""
    template = directory.parent / "template"
    if not template.exists():
        template.mkdir()
        assert run_failing(program, None, *prepare_run(program, template)).returncode == 0
    shutil.copytree(template, directory, dirs_exist_ok=True)
    return ["resume", directory / "results", "--set", "simulation.duration_s=60.6"]


JOBS = {"run": prepare_run, "extension": prepare_extension, "ensemble": prepare_ensemble}


def check_failure(result, kind, case):
    output = result.stdout + result.stderr
    assert "fault in step" in output, (case, output)
    if result.returncode == 0:
        # Of a recording or checkpoint that is not usable another way is found; also where rank 0
        # has found it so while the last rank has the fault, since the lowest rank speaks.
        assert kind == "file" or (case[0], case[3] > 0) == ("extension", True), (case, output)
        return
    assert result.returncode == EXIT_CODES[kind], (case, output)
    errors = [line for line in output.splitlines() if line.startswith("engram: error:")]
    if kind in ("file", "configuration"):
        return  # what is made of it may be another message
    fault = "out of memory" if kind == "memory" else "injected fault"
    assert len(errors) == 1 and fault in errors[0], (case, output)
    assert ("internal error" in output) == (kind == "other"), (case, output)


def numbers_of_steps(program, prepare, directory):
    """Of the first and the last rank."""
    directory.mkdir()
    result = run_failing(program, None, *prepare(program, directory))
    assert result.returncode == 0, result.stderr
    counts = re.findall(r"collective steps of rank (\d+): (\d+)", result.stderr)
    n_steps = {int(rank): int(n) for rank, n in counts}
    assert len(n_steps) == RANKS and min(n_steps.values()) > 8
    return {rank: n_steps[rank] for rank in (0, RANKS - 1)}


def some(n_steps, kinds):
    """The kinds at steps from the first to the last, on the ranks in turn."""
    last = len(kinds) - 1
    for i, kind in enumerate(kinds):
        rank = i % 2 * (RANKS - 1)
        yield 1 + i * (n_steps[rank] - 1) // last, kind, rank


@pytest.mark.parametrize(
    "job, kinds",
    [
        ("run", ["memory", "file", "other", "usage"]),
        *(pytest.param(job, list(EXIT_CODES), marks=pytest.mark.slow) for job in JOBS),
    ],
)
def test_some_faults(failing, tmp_path, job, kinds):
    prepare = JOBS[job]
    n_steps = numbers_of_steps(failing, prepare, tmp_path / "counted")
    for number, (step, kind, rank) in enumerate(some(n_steps, kinds)):
        path = tmp_path / str(number)
        path.mkdir()
        result = run_failing(failing, (step, rank, kind), *prepare(failing, path))
        check_failure(result, kind, (job, step, kind, rank))
        shutil.rmtree(path)


@pytest.mark.slow
@pytest.mark.parametrize("job", JOBS)
def test_every_fault_in_every_step(failing, tmp_path, job):
    directory = tmp_path / "job"
    directory.mkdir()
    arguments = JOBS[job](failing, directory)
    copied = ["--from", tmp_path / "template" / "results"] if job == "extension" else []
    everywhere = failing.with_name("engram_failing_everywhere")
    launch = ["timeout", 3000, "mpirun", "--oversubscribe", "-n", RANKS]
    result = run_program([*launch, everywhere, directory, *copied, "--", *arguments, "--quiet"])
    assert result.returncode == 0, result.stderr[-4000:]
    n_faults = int(re.search(r"^(\d+) faults$", result.stdout, re.MULTILINE)[1])
    assert n_faults > 8 * RANKS * len(EXIT_CODES)
