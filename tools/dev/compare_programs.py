#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""CPU times of two builds of engram in turns, on one core: the rows of docs/performance.md.

    tools/dev/compare_programs.py OLD/build/release/engram build/release/engram --old-configs OLD/configs
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

ROOT = Path(__file__).resolve().parents[2]
LARGE = (
    "populations.n_exc=16000",
    "populations.n_inh=4000",
    "connectivity.probability=0.05",
)


@dataclass(frozen=True)
class Build:
    program: Path
    configs: Path
    core: int

    def cpu_s(self, config: str, *settings: str) -> float:
        """Of a whole process, with its files."""
        sets = [part for setting in settings for part in ("--set", setting)]
        with tempfile.TemporaryDirectory(prefix="engram-") as scratch:
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            subprocess.run(
                ["taskset", "-c", str(self.core), str(self.program), "run"]
                + [str(self.configs / config), "--quiet", "--output", f"{scratch}/run", *sets],
                check=True,
                stdout=subprocess.DEVNULL,
                env=dict(os.environ, OMPI_MCA_pml="ob1"),
            )
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime

    def slope(self, begin_s: float, end_s: float, *settings: str) -> float:
        """Per simulated second of background activity, without what beginning and ending cost."""
        short, long = (
            self.cpu_s(
                "defaultnet_background.yaml",
                f"simulation.duration_s={duration_s}",
                "simulation.fast_forward=off",
                *settings,
            )
            for duration_s in (begin_s, end_s)
        )
        return (long - short) / (end_s - begin_s)


ROWS: dict[str, Callable[[Build], float]] = {
    "background, per simulated second": lambda build: build.slope(10, 110),
    "the same at dt 0.02 ms": lambda build: build.slope(2, 22, "simulation.dt_ms=0.02"),
    "25 s with learning and recall, per second": lambda build: build.cpu_s(
        "defaultnet_10s_recall.yaml"
    )
    / 25,
    "20,000 x 1,000, per simulated second": lambda build: build.slope(2, 22, *LARGE),
    "20,000 x 1,000, 2 s with files": lambda build: build.cpu_s(
        "defaultnet_background.yaml", "simulation.duration_s=2", *LARGE
    ),
    "8 h fully spiking": lambda build: build.cpu_s(
        "defaultnet_8h_recall.yaml", "simulation.fast_forward=off"
    ),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("old", type=Path)
    parser.add_argument("new", type=Path)
    parser.add_argument("--old-configs", type=Path, default=ROOT / "configs", metavar="DIR")
    parser.add_argument("--repeat", type=int, default=3, metavar="N")
    parser.add_argument("--core", type=int, default=1, metavar="N")
    parser.add_argument("--only", default="", metavar="TEXT", help="rows whose name contains it")
    options = parser.parse_args()
    old = Build(options.old.resolve(), options.old_configs.resolve(), options.core)
    new = Build(options.new.resolve(), ROOT / "configs", options.core)
    print(f"{'CPU seconds, medians':42} {'old':>9} {'new':>9} {'old / new':>9}")
    for name, cost in ROWS.items():
        if options.only not in name:
            continue
        pairs = [(cost(old), cost(new)) for _ in range(options.repeat)]
        medians = [statistics.median(pair[i] for pair in pairs) for i in (0, 1)]
        ratio = statistics.median(pair[0] / pair[1] for pair in pairs)
        print(f"{name:42} {medians[0]:9.4g} {medians[1]:9.4g} {ratio:9.3g}", flush=True)


if __name__ == "__main__":
    main()
