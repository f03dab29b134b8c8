# SPDX-License-Identifier: Apache-2.0
"""tools/dev/benchmark.sh: tables of known measurements, and a short try of the pipeline."""

import csv
import json
import os

import pytest
from conftest import TOOLS, run_program
from engram.benchmark import Measurement, scaling_paradigm, summarise


def measurement(paradigm, ranks, repetition, run_s, memory):
    return Measurement(paradigm, 2000, 400_000, ranks, repetition, 10.0, run_s + 1, 1.0, run_s,
                       10.0 / run_s, memory)  # fmt: skip


def test_medians_and_ranges():
    runs = [measurement("a", 1, i + 1, s, 50 + i) for i, s in enumerate((4.0, 2.0, 3.0))]
    runs += [measurement("a", 2, 1, 1.0, 40), measurement("b", 1, 1, 7.0, 60)]
    one, two, other = summarise(runs)
    assert [(s.paradigm, s.ranks, s.repetitions) for s in (one, two, other)] == [
        ("a", 1, 3),
        ("a", 2, 1),
        ("b", 1, 1),
    ]
    assert (one.low["run_s"], one.median["run_s"], one.high["run_s"]) == (2, 3, 4)
    assert one.median["wall_s"] == 4
    assert one.high["peak_memory_MB"] == 52
    assert two.low == two.median == two.high


def test_inputs_per_neuron_do_not_depend_on_the_size():
    for size in (2000, 20_000):
        settings = dict(s.split("=") for s in scaling_paradigm(size).settings)
        n_exc, n_inh = int(settings["populations.n_exc"]), int(settings["populations.n_inh"])
        assert n_exc + n_inh == size
        assert n_exc * float(settings["connectivity.probability"]) == pytest.approx(160)


def test_quick(engram, tmp_path):
    result = run_program(
        [TOOLS / "dev/benchmark.sh", "--quick", "--engram", engram, "--ranks", "1", "2",
         "--repeat", "2",
         "--paradigms", "2N1S_basic_late", "size_scaling", "--sizes", "500", "600",
         "--output", tmp_path]
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
    assert {path.name for path in tmp_path.iterdir()} == {
        "runs.csv",
        "summary.csv",
        "machine.json",
        "benchmark.png",
    }
    with (tmp_path / "runs.csv").open() as file:
        runs = list(csv.DictReader(file))
    assert len(runs) == 3 * 2 * 2
    assert {(run["neurons"], run["ranks"]) for run in runs} == {
        (size, ranks) for size in ("4", "500", "600") for ranks in ("1", "2")
    }
    with (tmp_path / "summary.csv").open() as file:
        summaries = list(csv.DictReader(file))
    for summary in summaries:
        times = [float(run["wall_s"]) for run in runs if run["paradigm"] == summary["paradigm"]
                 and run["ranks"] == summary["ranks"]]  # fmt: skip
        assert float(summary["wall_s_low"]) == min(times)
        assert float(summary["wall_s_median"]) == pytest.approx(sum(times) / 2)
        assert float(summary["peak_memory_MB_median"]) > 1
    machine = json.loads((tmp_path / "machine.json").read_text())
    assert machine["usable_cores"] == len(os.sched_getaffinity(0))


def test_errors(tmp_path):
    for arguments, code, text in (
        (("--ranks", "0"), 2, "must be a number from 1"),
        (("--paradigms", "nonsense"), 2, "invalid choice: 'nonsense'"),
        (("--engram", tmp_path / "none"), 3, "not built"),
    ):
        result = run_program([TOOLS / "dev/benchmark.sh", *arguments])
        assert result.returncode == code
        assert result.stderr.startswith("benchmark.sh: error: ") and text in result.stderr
        assert len(result.stderr.splitlines()) == 1
