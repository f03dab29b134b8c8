# SPDX-License-Identifier: Apache-2.0
"""Measuring the program: which runs, what they took, and statistics of repetitions."""

from __future__ import annotations

import csv
import json
import os
import platform
import statistics
import subprocess
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Iterable, Sequence

from .errors import ResultsError
from .results import Results

PUBLISHED_INPUTS = 160  # excitatory inputs of a neuron in the network of 2000


@dataclass(frozen=True)
class Paradigm:
    """A job that is measured: a configuration, and values of it that are changed."""

    name: str
    config: str  # below configs/
    description: str
    settings: tuple[str, ...] = ()
    quick: tuple[str, ...] = ()  # settings of a short try


_UNRECORDED = ("record.neurons=[]", "record.synapses_between=[]", "checkpoint.phase_ends=false")

PARADIGMS = (
    Paradigm(
        "2N1S_basic_late",
        "basic_late.yaml",
        "one synapse driven at the maximal rate for 4 h, then 4 h of consolidation",
        ("checkpoint.phase_ends=false",),
        ("stimuli.learn.duration_s=60",),
    ),
    Paradigm(
        "CA200_10s_recall",
        "defaultnet_10s_recall.yaml",
        "2000 neurons, assembly of 200, recall after 10 s",
        _UNRECORDED,
        ("simulation.duration_s=3", "stimuli.learn.start_s=0.5", "stimuli.recall.start_s=2",
         "record.snapshots_s=[]"),
    ),
    Paradigm(
        "CA200_8h_recall",
        "defaultnet_8h_recall.yaml",
        "2000 neurons, assembly of 200, recall after 8 h",
        _UNRECORDED,
        ("stimuli.learn.start_s=0.5", "record.snapshots_s=[]"),
    ),
)  # fmt: skip
SCALING = "size_scaling"
SIZES = (2000, 4000, 8000, 16000)
QUICK_SIZES = (2000, 4000)


def scaling_paradigm(n_neurons: int) -> Paradigm:
    """Background activity of a network of any size with as many inputs per neuron as published."""
    n_exc = n_neurons * 4 // 5
    probability = min(1.0, PUBLISHED_INPUTS / n_exc)
    return Paradigm(
        f"{SCALING}_{n_neurons}",
        "defaultnet_background.yaml",
        f"{n_neurons} neurons, background activity for 10 s, {PUBLISHED_INPUTS} inputs each",
        (
            f"populations.n_exc={n_exc}",
            f"populations.n_inh={n_neurons - n_exc}",
            f"connectivity.probability={probability:.10g}",
            "record.neurons=[]",
            "checkpoint.phase_ends=false",
        ),
        ("simulation.duration_s=1",),
    )


@dataclass(frozen=True)
class Measurement:
    """What one run took; times in s."""

    paradigm: str
    neurons: int
    synapses: int
    ranks: int
    repetition: int
    simulated_s: float
    wall_s: float  # building and running, without starting the program
    setup_s: float
    run_s: float
    real_time_factor: float  # of the spiking phases
    peak_memory_MB: float  # of the rank that needs most

    @classmethod
    def of(cls, paradigm: str, repetition: int, results: Results) -> Measurement:
        summary = results.summary
        wall = summary["wall_s"]
        return cls(
            paradigm=paradigm,
            neurons=sum(summary["neurons"].values()),
            synapses=sum(summary["synapses"].values()),
            ranks=summary["ranks"],
            repetition=repetition,
            simulated_s=summary["duration_s"],
            wall_s=wall["setup"] + wall["run"],
            setup_s=wall["setup"],
            run_s=wall["run"],
            real_time_factor=summary["real_time_factor"] or 0.0,
            peak_memory_MB=max(summary["peak_memory_MB"]),
        )


MEASURED = ("wall_s", "setup_s", "run_s", "real_time_factor", "peak_memory_MB")


@dataclass(frozen=True)
class Summary:
    """Median and range of the repetitions of one paradigm on one number of ranks."""

    paradigm: str
    neurons: int
    synapses: int
    ranks: int
    repetitions: int
    median: dict[str, float]
    low: dict[str, float]
    high: dict[str, float]


def summarise(measurements: Iterable[Measurement]) -> list[Summary]:
    """By paradigm and ranks, in the order of their first measurement."""
    groups: dict[tuple[str, int], list[Measurement]] = {}
    for measurement in measurements:
        groups.setdefault((measurement.paradigm, measurement.ranks), []).append(measurement)
    summaries = []
    for (paradigm, ranks), members in groups.items():
        values = {name: [getattr(m, name) for m in members] for name in MEASURED}
        summaries.append(
            Summary(
                paradigm,
                members[0].neurons,
                members[0].synapses,
                ranks,
                len(members),
                {name: statistics.median(v) for name, v in values.items()},
                {name: min(v) for name, v in values.items()},
                {name: max(v) for name, v in values.items()},
            )
        )
    return summaries


def run_once(
    engram: Path, configs: Path, paradigm: Paradigm, ranks: int, output: Path, quick: bool
) -> Results:
    """Runs a paradigm. Raises ResultsError with the words of the program if it fails."""
    settings = paradigm.settings + (paradigm.quick if quick else ())
    command = ["mpirun", "-n", str(ranks), str(engram), "run", str(configs / paradigm.config)]
    command += ["--output", str(output), "--force", "--quiet"]
    for setting in settings:
        command += ["--set", setting]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode != 0:
        words = " ".join(result.stderr.split())[:500]
        raise ResultsError(
            f"{paradigm.name} on {ranks} ranks ended with {result.returncode}: {words}"
        )
    return Results(output)


def write_runs(measurements: Sequence[Measurement], path: Path) -> None:
    _write_table(path, [asdict(measurement) for measurement in measurements])


def write_summaries(summaries: Sequence[Summary], path: Path) -> None:
    rows = []
    for summary in summaries:
        row = asdict(summary)
        for statistic in ("median", "low", "high"):
            values = row.pop(statistic)
            row |= {f"{name}_{statistic}": value for name, value in values.items()}
        rows.append(row)
    _write_table(path, rows)


def _write_table(path: Path, rows: Sequence[dict[str, object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def machine() -> dict[str, object]:
    """The machine in words, as far as it tells."""
    description: dict[str, object] = {
        "system": platform.platform(),
        "processor": _cpu_info("model name") or platform.processor() or "unknown",
        "usable_cores": len(os.sched_getaffinity(0)),
        "memory_GB": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9, 1),
        "load_before": round(os.getloadavg()[0], 2),
    }
    flags = (_cpu_info("flags") or "").split()
    vector = [flag for flag in ("avx512f", "avx2", "sse4_2") if flag in flags]
    description["vector_instructions"] = vector[0] if vector else "unknown"
    return description


def write_machine(description: dict[str, object], path: Path) -> None:
    path.write_text(json.dumps(description, indent=2) + "\n", encoding="utf-8")


def _cpu_info(key: str) -> str | None:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return None
    found = (line.partition(":")[2].strip() for line in lines if line.split(":")[0].strip() == key)
    return next(found, None)
