# SPDX-License-Identifier: Apache-2.0
"""A fault of any kind, on the first or the last rank, in any collective step of a job: one message,
the documented exit code, and no rank that waits for ever.

The program engram_failing (test/job/failing_collectives.cpp) makes the n-th step fail.
"""

import itertools
import os
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
    errors = [line for line in output.splitlines() if line.startswith("engram: error:")]
    fault = "out of memory" if kind == "memory" else "injected fault"
    if result.returncode == 0:
        # Files and configurations that do not fit a checkpoint are no reason to fail while there
        # is an older one; that is said.
        assert kind in ("file", "configuration"), case
        assert any(fault in line for line in output.splitlines()), case
        return
    assert result.returncode == EXIT_CODES[kind], (case, output)
    assert sum(fault in line for line in errors) == 1 or kind in ("file", "configuration"), (
        case,
        output,
    )
    assert "internal error" not in output or kind == "other", (case, output)


def number_of_steps(program, prepare, directory):
    """The first n that no step has."""
    for n in itertools.count(8, 8):
        path = directory / f"count{n}"
        path.mkdir()
        if run_failing(program, (n, 0, "numerical"), *prepare(program, path)).returncode == 0:
            return n
    raise AssertionError


def sweep(program, job, directory, cases):
    prepare = JOBS[job]
    n_steps = number_of_steps(program, prepare, directory)
    assert n_steps > 16
    for number, (step, kind, rank) in enumerate(cases(n_steps)):
        path = directory / str(number)
        path.mkdir()
        result = run_failing(program, (step, rank, kind), *prepare(program, path))
        if result.returncode == 0 and kind not in ("file", "configuration"):
            assert step > n_steps - 8, (step, kind, rank)  # behind the last step
            continue
        if step <= n_steps - 8:
            check_failure(result, kind, (job, step, kind, rank))
        shutil.rmtree(path)


@pytest.mark.parametrize("job", JOBS)
def test_some_faults_in_every_step(failing, tmp_path, job):
    """Kinds and ranks take turns from step to step."""
    kinds = list(EXIT_CODES)
    sweep(
        failing,
        job,
        tmp_path,
        lambda n: [(s, kinds[s % len(kinds)], (s // 2) % 2 * (RANKS - 1)) for s in range(1, n, 3)],
    )


@pytest.mark.slow
@pytest.mark.parametrize("job", JOBS)
def test_every_fault_in_every_step(failing, tmp_path, job):
    sweep(
        failing,
        job,
        tmp_path,
        lambda n: itertools.product(range(1, n), EXIT_CODES, (0, RANKS - 1)),
    )
