# SPDX-License-Identifier: Apache-2.0
"""tools/engram-watch on states of a job, and on a job that ends meanwhile."""

import json
import os
import pty
import subprocess
import sys
import threading
import time

import pytest
import sample_files
from conftest import MPI_ENVIRONMENT, PATIENCE_S, ROOT, TOOLS, run_program
from engram import Results
from tool import check_failure, run_tool


def state(**changes):
    now = time.time()
    return {
        "state": "running",
        "updated_unix_s": now,
        "started_unix_s": now - 3700,
        "schedule": "learn - consolidate - recall",
        "phase": {"index": 2, "count": 4, "kind": "spiking", "name": "recall"},
        "simulated_s": 28807.5,
        "duration_s": 28820,
        "fraction": 0.625,
        "realtime_factor": 12.34,
        "rate_exc_Hz": 0.251,
        "rate_inh_Hz": 1.02,
        "eta_s": 61.7,
        "ranks": 2,
        "checkpoint": {"file": "checkpoint-1.h5", "simulated_s": 28805},
    } | changes


def write(directory, content):
    """Replaces the file at once, as the program does."""
    (directory / "progress.json.tmp").write_text(json.dumps(content))
    (directory / "progress.json.tmp").rename(directory / "progress.json")


def watch(*arguments):
    return run_tool("watch", *arguments)


def test_one_line(tmp_path):
    write(tmp_path, state())
    result = watch(tmp_path, "--once")
    assert (result.returncode, result.stderr) == (0, "")
    (line,) = result.stdout.splitlines()
    for text in ("running  62.5 %", "recall, phase 3 of 4", "28807.5 of 28820 s",
                 "exc 0.251 Hz, inh 1.02 Hz", "12.3 x real time", "elapsed 1 h 1 min 40 s",
                 "remaining 1 min 2 s", "checkpoint 28805 s"):  # fmt: skip
        assert text in line
    assert "\x1b" not in line


def test_ensemble(tmp_path):
    write(tmp_path, state(trials={"done": 7, "running": 2, "total": 40}, phase=None))
    assert "trials 7 of 40 done, 2 running" in watch(tmp_path, "--once").stdout


def test_what_is_unknown_is_left_out(tmp_path):
    write(tmp_path, {"state": "running", "checkpoint": None, "eta_s": None, "fraction": 0})
    assert watch(tmp_path, "--once").stdout == "running  0.0 %\n"


def test_a_silent_job(tmp_path):
    write(tmp_path, state(updated_unix_s=time.time() - 7200))
    assert "no sign of life for 2 h" in watch(tmp_path, "--once").stdout
    write(tmp_path, state(updated_unix_s=time.time() - 7200, state="complete"))
    assert "no sign of life" not in watch(tmp_path, "--once").stdout


@pytest.mark.parametrize("end,code", [("complete", 0), ("stopped", 75), ("failed", 4)])
def test_ends_with_the_job(tmp_path, end, code):
    write(tmp_path, state())
    timer = threading.Timer(1.5, write, (tmp_path, state(state=end, fraction=1.0)))
    timer.start()
    result = watch(tmp_path, "--interval", 60)
    timer.join()
    assert result.returncode == code
    lines = result.stdout.splitlines()
    assert lines[0].startswith("running") and lines[-1].startswith(f"{end}  100.0 %")
    assert len(lines) == 2
    assert {path.name for path in tmp_path.iterdir()} == {"progress.json"}


def test_terminal_is_redrawn(tmp_path):
    write(tmp_path, state())
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, TOOLS / "engram-watch", tmp_path, "--interval", "0.2"], stdout=theirs
    )
    time.sleep(2)
    write(tmp_path, state(state="complete", fraction=1.0))
    assert process.wait(timeout=PATIENCE_S) == 0
    os.close(theirs)
    text = os.read(ours, 1 << 20).decode()
    os.close(ours)
    assert "\x1b[" in text and "####" in text
    assert text.rstrip().rsplit("\x1b[J", 1)[1].startswith("state        complete")


def test_waits_for_a_job_that_begins(tmp_path):
    timer = threading.Timer(1.0, write, (tmp_path, state(state="complete")))
    timer.start()
    result = watch(tmp_path, "--wait", 60)
    timer.join()
    assert (result.returncode, result.stderr) == (0, "")


def test_a_job_that_runs(engram, tmp_path):
    """From before its beginning to its end, on two ranks."""
    output = tmp_path / "results"
    output.mkdir()
    command = ["mpirun", "-n", "2", engram, "run", ROOT / "configs/defaultnet_10s_recall.yaml"]
    command += ["--output", output, "--quiet", "--set", "simulation.duration_s=24"]
    environment = dict(os.environ, **MPI_ENVIRONMENT)
    job = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    result = watch(output, "--wait", PATIENCE_S, "--interval", 0.3)
    assert job.wait(timeout=PATIENCE_S) == 0
    assert (result.returncode, result.stderr) == (0, "")
    lines = result.stdout.splitlines()
    assert lines[-1].startswith("complete  100.0 %")
    percents = [float(line.split()[1]) for line in lines]
    assert percents == sorted(percents) and percents[0] < 100


def test_finished_run_without_progress(tmp_path):
    run = sample_files.write_run(tmp_path / "run")
    shown = watch(run, "--once").stdout
    assert shown == "complete  100.0 %  learn+recall  30 of 30 s  0 spikes\n"


def test_a_complete_run_shows_its_totals(small_recall):
    shown = watch(small_recall, "--once").stdout
    results = Results(small_recall)
    n_spikes = len(results.all_spikes().time_ms)
    n_synapses = sum(len(results.edges(p.name)[0]) for p in results.network.projections)
    spiking_s = sum(phase.duration_s for phase in results.phases if phase.is_spiking)
    rate_Hz = len(results.spikes("exc").time_ms) / 80 / spiking_s
    for part in (
        f"  100 neurons, {n_synapses} synapses  {n_spikes} spikes  mean rates exc {rate_Hz:.3g} Hz",
        "  took ",
        " MB",
    ):
        assert part in shown


def test_errors(tmp_path):
    check_failure(watch(), 2, "DIR")
    check_failure(watch(tmp_path, "--interval", "-1"), 2, "number of seconds from 0")
    check_failure(watch(tmp_path / "no"), 3, "no such directory")
    check_failure(watch(tmp_path), 3, "there is no progress.json (no job has begun here)")
    (tmp_path / "progress.json").write_text("{")
    check_failure(watch(tmp_path), 3, "progress.json: cannot be read")
    (tmp_path / "progress.json").write_text('{"state": "asleep"}')
    check_failure(watch(tmp_path), 3, "no known state (is 'asleep'")


# Closed descriptors are taken by other files unless they are opened first.
@pytest.mark.parametrize("redirection", [">&-", "<&- >&-", ">/dev/full"])
@pytest.mark.parametrize("arguments", [["watch", "--once"], ["compare"], ["export", "--help"]])
def test_output_that_cannot_be_written(tmp_path, redirection, arguments):
    result = in_a_shell(tmp_path, arguments, redirection)
    check_failure(result, 3, ": error: standard output: cannot be written (")


@pytest.mark.parametrize("redirection", ["2>&-", "2>/dev/full", "<&-", "| true", "| head -n 1"])
@pytest.mark.parametrize("arguments", [["watch", "--once"], ["compare"], ["export", "--help"]])
def test_streams_that_nobody_needs(tmp_path, redirection, arguments):
    result = in_a_shell(tmp_path, arguments, redirection)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout or redirection == "| true"


def test_a_comparison_without_output_needs_none(tmp_path):
    for redirection in (">&-", ">/dev/full", "<&- >&- 2>&-"):
        result = in_a_shell(tmp_path, ["compare", "--quiet"], redirection)
        assert (result.returncode, result.stderr) == (0, ""), redirection


def in_a_shell(directory, arguments, redirection):
    """Of a finished run, and a job that runs."""
    sample_files.write_run(directory)
    sample_files.write_traces(directory, [], [])
    write(directory, state())
    program = [str(TOOLS / f"engram-{arguments[0]}"), *arguments[1:]]
    places = [] if "--help" in program else [str(directory)] * (1 + (arguments[0] == "compare"))
    command = " ".join([sys.executable, *program, *places])
    return run_program(["bash", "-o", "pipefail", "-c", f"{command} {redirection}"])
