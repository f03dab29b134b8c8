# SPDX-License-Identifier: Apache-2.0
"""Runs on several hosts, which are network namespaces: results, lost links, lost hosts, directories."""

import errno
import json
import signal

import pytest
from conftest import RECALL_200, run_program
from hosts import Hosts, are_possible, end_of, wait_until
from results_equal import assert_equal

pytestmark = pytest.mark.skipif(not are_possible(), reason="needs root, and network namespaces")

THREE = {"a": 1, "b": 1, "c": 1}
# Long enough to be interrupted, on a machine of any speed.
LONG = ("--set", "simulation.fast_forward=off", "--set", "simulation.duration_s=60")
OFTEN = ("--set", "checkpoint.every_simulated_s=0.5")
# Ranks wait for each other for so long before they end.
IMPATIENT = ("--set", "simulation.communication_timeout_s=5")


@pytest.fixture
def hosts():
    with Hosts(3) as three:
        yield three


@pytest.fixture(scope="session")
def whole_long(engram, tmp_path_factory):
    """A run of RECALL_200 that is spiking all the time, on one rank."""
    output = tmp_path_factory.mktemp("long") / "results"
    result = run_program([engram, "run", RECALL_200, "-o", output, "-q", *LONG, *OFTEN])
    assert result.returncode == 0, result.stderr
    return output


def checkpoints(directory):
    return sorted(directory.glob("checkpoint-*.h5"))


def start_long(hosts, engram, output, *arguments):
    """On three hosts, until there is a checkpoint."""
    command = [engram, "run", RECALL_200, "-o", output, *LONG, *OFTEN, *arguments]
    process = hosts.start(hosts.mpirun(THREE, command))
    wait_until(lambda: checkpoints(output), process)
    return process


def resume_on(hosts, ranks, engram, output):
    process = hosts.start(hosts.mpirun(ranks, [engram, "resume", output, "-q"]))
    code, _, errors = end_of(process)
    assert code == 0, errors


def test_hosts_write_what_one_rank_does(hosts, engram, whole, tmp_path):
    output = tmp_path / "results"
    run = hosts.mpirun({"a": 1, "b": 2, "c": 1}, [engram, "run", RECALL_200, "-o", output])
    code, _, errors = end_of(hosts.start(run))
    assert code == 0, errors
    assert "seen by all 3 hosts" in errors
    assert_equal(output, whole)


@pytest.mark.parametrize("resumed", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_a_directory_that_a_host_does_not_see_is_found_at_once(
    hosts, engram, whole, tmp_path, resumed
):
    output = tmp_path / "results"
    if resumed:
        command = [engram, "run", RECALL_200, "-o", output, "--force"]
        for limit_s in (0.3, 0.2, 0.1):  # machines differ
            stopped = run_program(["timeout", "-s", "KILL", str(limit_s), *command])
            if stopped.returncode != 0:
                break
        assert stopped.returncode != 0
    output.mkdir(exist_ok=True)
    before = sorted(path.name for path in output.iterdir())
    hosts.hide("c", output)
    arguments = ["resume", output] if resumed else ["run", RECALL_200, "-o", output]
    code, _, errors = end_of(hosts.start(hosts.mpirun(THREE, [engram, *arguments])))
    assert code == 3
    assert "host engram-c (rank 2) does not see this directory" in errors
    assert errors.count("engram: error") == 1
    assert sorted(path.name for path in output.iterdir() if path.name != "engram.lock") == [
        name for name in before if name != "engram.lock"
    ]


@pytest.mark.slow
@pytest.mark.parametrize("lost", ["b", "a"])
def test_a_cut_link_ends_all_ranks_and_the_run_is_resumed(
    hosts, engram, whole_long, tmp_path, lost
):
    output = tmp_path / "results"
    process = start_long(hosts, engram, output, *IMPATIENT)
    hosts.cut(lost)
    ranks_end(hosts, engram)
    for name in hosts.names:
        hosts.kill(name)  # Open MPI does not always notice
    _, _, errors = end_of(process)
    if lost != "a":
        assert "no progress for 5 s" in errors
    hosts.join(lost)
    resume_on(hosts, {"c": 1, "a": 1}, engram, output)
    assert_equal(output, whole_long)


def ranks_end(hosts, engram):
    """No rank is left on any host."""

    def is_rank(pid):
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as file:
                return file.read().startswith(str(engram).encode())
        except OSError:
            return False

    wait_until(
        lambda: not any(is_rank(pid) for name in hosts.names for pid in hosts.processes(name))
    )


@pytest.mark.slow
def test_a_link_that_comes_back_does_no_harm(hosts, engram, whole_long, tmp_path):
    output = tmp_path / "results"
    process = start_long(hosts, engram, output)
    hosts.cut("b")
    # Longer than an epoch by far, shorter than what TCP bears.
    signal.sigtimedwait([], 3)
    hosts.join("b")
    code, _, errors = end_of(process)
    assert code == 0, errors
    assert_equal(output, whole_long)


@pytest.mark.slow
def test_a_killed_host_ends_the_run_which_is_resumed_without_it(
    hosts, engram, whole_long, tmp_path
):
    output = tmp_path / "results"
    process = start_long(hosts, engram, output, *IMPATIENT)
    hosts.kill("b")
    code, _, _ = end_of(process)
    assert code != 0
    ranks_end(hosts, engram)
    resume_on(hosts, {"c": 2}, engram, output)
    assert_equal(output, whole_long)


@pytest.mark.slow
def test_two_jobs_of_different_hosts_do_not_work_in_one_directory(hosts, engram, tmp_path):
    """Even where the locks of the system hold on no host."""
    library = engram.with_name("engram_failing_calls.so")
    if not library.exists():
        pytest.skip(f"no {library}")
    without_locks = [
        "env",
        f"LD_PRELOAD={library}",
        f"ENGRAM_FAIL_DIRECTORY={tmp_path}",
        "ENGRAM_FAIL_CALL=flock",
        "ENGRAM_FAIL_NTH=1",
        "ENGRAM_FAIL_STICKY=1",
        f"ENGRAM_FAIL_HOW={errno.ENOLCK}",
    ]
    output = tmp_path / "results"
    # Longer than some beats of the heart that the second job waits for.
    run = [engram, "run", RECALL_200, *LONG, *OFTEN, "--set", "simulation.duration_s=900"]
    first = hosts.start(hosts.command("a", [*without_locks, *run, "-o", output]))
    wait_until(lambda: checkpoints(output), first)
    second = hosts.start(hosts.command("b", [*without_locks, engram, "resume", output]))
    code, _, errors = end_of(second)
    assert code == 3 and "another engram is at work" in errors and "on engram-a" in errors, errors
    code, _, errors = end_of(first)
    assert code == 0, errors
    assert "held by its lock file alone" in errors
    alone = tmp_path / "alone"
    assert run_program([*run, "-o", alone, "-q"]).returncode == 0
    assert_equal(output, alone)


@pytest.mark.slow
def test_a_job_that_was_taken_for_dead_replaces_nothing(hosts, engram, whole_long, tmp_path):
    output = tmp_path / "results"
    run = [engram, "run", RECALL_200, "-o", output, *LONG, *OFTEN]
    first = hosts.start(hosts.command("a", run))
    wait_until(lambda: checkpoints(output), first)
    hosts.pause("a")
    # As if the lock of the system had gone with the host.
    lock = output / "engram.lock"
    owner = json.loads(lock.read_text())
    lock.write_text(json.dumps({**owner, "host": "engram-b", "token": "another"}))
    hosts.go_on("a")
    code, _, errors = end_of(first)
    assert code == 3
    assert "on engram-b has taken this directory over" in errors
    assert json.loads(lock.read_text())["token"] == "another"
    lock.unlink()
    resume_on(hosts, {"c": 1}, engram, output)
    assert_equal(output, whole_long)
