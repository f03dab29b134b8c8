# SPDX-License-Identifier: Apache-2.0
"""The Python part of tools/dev/benchmark.sh: runs, tables and plot."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from typing import Sequence

from .. import benchmark as measuring
from ..benchmark import PARADIGMS, QUICK_SIZES, SCALING, SIZES, Measurement, Paradigm
from ..figures import save
from ..figures.benchmark import benchmark as draw
from ..streams import say
from .program import EXIT_CODES, Parser, run

ROOT = Path(__file__).resolve().parents[3]


def main(arguments: Sequence[str] | None = None) -> int:
    return run(_parser(), _benchmark, arguments)


def _parser() -> Parser:
    names = [paradigm.name for paradigm in PARADIGMS] + [SCALING]
    parser = Parser(
        prog="benchmark.sh",
        description="Measures wall time, real-time factor and peak memory per rank, by paradigm, "
        "network size and number of ranks; medians and ranges of repeated runs as tables and plot.",
        epilog="Paradigms: "
        + "; ".join(f"{p.name}: {p.description}" for p in PARADIGMS)
        + f"; {SCALING}: background activity of networks of several sizes. "
        + EXIT_CODES,
    )
    parser.add_argument("--paradigms", nargs="+", choices=names, default=names, metavar="NAME")
    parser.add_argument(
        "--ranks", nargs="+", type=_positive, default=[1, 2], metavar="N", help="default: 1 2"
    )
    parser.add_argument(
        "--sizes", nargs="+", type=_positive, metavar="N", help=f"neurons of {SCALING}"
    )
    parser.add_argument("--repeat", type=_positive, metavar="N", help="default: 3; quick: 1")
    parser.add_argument(
        "-o", "--output", type=Path, default=Path("results/benchmark"), metavar="DIR",
        help="for runs.csv, summary.csv, machine.json and benchmark.png (default: %(default)s)",
    )  # fmt: skip
    parser.add_argument(
        "--engram", type=Path, default=ROOT / "build/release/engram", metavar="PROGRAM"
    )
    parser.add_argument("--format", choices=("png", "svg", "pdf"), default="png")
    parser.add_argument(
        "--quick", action="store_true", help="short runs, once: a try, no measurement"
    )
    return parser


def _positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"must be a number from 1 (is {text})")
    return value


def _benchmark(options: argparse.Namespace) -> None:
    if not options.engram.is_file():
        raise FileNotFoundError(2, "not built (use --engram)", str(options.engram))
    description = measuring.machine()
    paradigms = _chosen(options)
    repeat = options.repeat or (1 if options.quick else 3)
    options.output.mkdir(parents=True, exist_ok=True)
    measuring.write_machine(description, options.output / "machine.json")
    measurements: list[Measurement] = []
    with tempfile.TemporaryDirectory(prefix="engram-benchmark-") as scratch:
        # All kinds of runs alternate, so that a slow minute of the machine meets all of them.
        for repetition in range(1, repeat + 1):
            for paradigm in paradigms:
                for ranks in options.ranks:
                    results = measuring.run_once(
                        options.engram.resolve(), ROOT / "configs", paradigm, ranks,
                        Path(scratch) / "run", options.quick,
                    )  # fmt: skip
                    measurement = Measurement.of(paradigm.name, repetition, results)
                    measurements.append(measurement)
                    _print(measurement)
                    measuring.write_runs(measurements, options.output / "runs.csv")
    summaries = measuring.summarise(measurements)
    measuring.write_summaries(summaries, options.output / "summary.csv")
    figure = draw(summaries, f"{description['processor']}, {description['usable_cores']} cores")
    save(figure, options.output / f"benchmark.{options.format}")
    for name in ("runs.csv", "summary.csv", "machine.json", f"benchmark.{options.format}"):
        say(options.output / name)


def _chosen(options: argparse.Namespace) -> list[Paradigm]:
    chosen = [p for p in PARADIGMS if p.name in options.paradigms]
    if SCALING in options.paradigms:
        sizes = options.sizes or (QUICK_SIZES if options.quick else SIZES)
        chosen += [measuring.scaling_paradigm(size) for size in sizes]
    return chosen


def _print(m: Measurement) -> None:
    say(
        f"{m.paradigm:20} {m.neurons:8} neurons  {m.ranks} rank(s)  #{m.repetition}  "
        f"{m.wall_s:8.3f} s  {m.real_time_factor:8.2f} x real time  "
        f"{m.peak_memory_MB:6.0f} MB per rank"
    )


if __name__ == "__main__":
    sys.exit(main())
