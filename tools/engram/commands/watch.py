# SPDX-License-Identifier: Apache-2.0
"""engram-watch: a live view of a running job. It only reads, so that the job is not disturbed."""

from __future__ import annotations

import argparse
import math
import shutil
import sys
import time
from pathlib import Path
from typing import Sequence

from ..durations import duration_text
from ..errors import ResultsError
from ..progress import FILE, Progress, Totals, read_progress
from ..streams import say, write
from ..visible import visible
from .program import Parser, run

SILENT_S = 60.0  # a running job writes every second or so
EXIT_CODES = {"complete": 0, "running": 0, "stopped": 75, "failed": 4}


def main(arguments: Sequence[str] | None = None) -> int:
    return run(_parser(), _watch, arguments)


def _parser() -> Parser:
    parser = Parser(
        prog="engram-watch",
        description="Shows how far a job has come: phase, simulated time, rates, remaining time, "
        "trials of an ensemble. Ends when the job ends. On a terminal the view is redrawn, else a "
        "line is printed at each interval.",
        epilog="Exit codes: 0 complete (or --once), 75 stopped, 4 failed, 2 wrong command line, "
        "3 there is no job, 130 interrupted (the job goes on).",
    )
    parser.add_argument("results", type=Path, metavar="DIR", help="output directory of a job")
    parser.add_argument("--once", action="store_true", help="print the present state and end")
    parser.add_argument(
        "--interval",
        type=_seconds,
        metavar="S",
        help="seconds between looks (default: 1 on a terminal, else 60)",
    )
    parser.add_argument(
        "--wait",
        type=_seconds,
        default=0.0,
        metavar="S",
        help="how long to wait for a job that has not begun (default: not at all)",
    )
    return parser


def _seconds(text: str) -> float:
    value = float(text)
    if not (0.0 <= value < math.inf):
        raise argparse.ArgumentTypeError(f"must be a number of seconds from 0 (is {text})")
    return value


def _watch(options: argparse.Namespace) -> int:
    live = sys.stdout.isatty() and not options.once
    interval_s = options.interval if options.interval is not None else (1.0 if live else 60.0)
    progress = _first(options.results, options.wait)
    drawn = 0
    while True:
        lines = view(progress, time.time(), _width()) if live else [line(progress, time.time())]
        if live and drawn:
            write(f"\x1b[{drawn}A\x1b[J")
        for text in lines:
            say(text)
        drawn = len(lines)
        if options.once:
            return 0
        if not progress.is_running:
            return EXIT_CODES[progress.state]
        progress = _next(options.results, progress, interval_s)


def _first(directory: Path, wait_s: float) -> Progress:
    deadline = time.monotonic() + wait_s
    while True:
        try:
            return read_progress(directory)
        except ResultsError:
            if time.monotonic() >= deadline or (directory / FILE).exists():
                raise
        time.sleep(0.2)


def _next(directory: Path, last: Progress, interval_s: float) -> Progress:
    """The state after the interval, or sooner if the job has ended."""
    deadline = time.monotonic() + interval_s
    while True:
        time.sleep(min(1.0, max(0.05, deadline - time.monotonic())))
        progress = read_progress(directory)
        if not progress.is_running or time.monotonic() >= deadline:
            return progress


def line(progress: Progress, now_unix_s: float) -> str:
    """The state in one line."""
    parts = [progress.state]
    if progress.fraction is not None:
        parts.append(f"{100 * progress.fraction:.1f} %")
    parts += [f"{name} {text}" if name in _NAMED else text for name, text in _facts(progress)]
    return "  ".join(parts + _warnings(progress, now_unix_s))


_NAMED = (
    "trials",
    "elapsed",
    "remaining",
    "checkpoint",
    "took",
    "mean rates",
)  # unclear without their names


def view(progress: Progress, now_unix_s: float, width: int) -> list[str]:
    """The state as lines for a terminal."""
    lines = [f"{'state':12} {progress.state}"]
    if progress.fraction is not None:
        cells = max(10, min(50, width - 24))
        done = round(cells * min(1.0, max(0.0, progress.fraction)))
        bar = "#" * done + "." * (cells - done)
        lines.append(f"{'progress':12} {bar} {100 * progress.fraction:.1f} %")
    lines += [f"{name:12} {text}" for name, text in _facts(progress)]
    return [visible(text)[:width] for text in lines + _warnings(progress, now_unix_s)]


def _facts(progress: Progress) -> list[tuple[str, str]]:
    """Names and texts of what is known."""
    facts = []
    if progress.trials:
        trials = progress.trials
        done = f"{trials.get('done', 0)} of {trials.get('total', 0)} done"
        facts.append(("trials", f"{done}, {trials.get('running', 0)} running"))
    if progress.phase and progress.is_running:
        facts.append(("phase", progress.phase))
    elif progress.schedule:
        facts.append(("schedule", progress.schedule))
    if progress.simulated_s is not None and progress.duration_s is not None:
        facts.append(("simulated", f"{progress.simulated_s:.6g} of {progress.duration_s:.6g} s"))
    if progress.totals is not None:
        return facts + _totals(progress.totals, progress)
    if progress.rates_Hz:
        rates = [f"{name} {rate:.3g} Hz" for name, rate in progress.rates_Hz.items()]
        facts.append(("rates", ", ".join(rates)))
    if progress.realtime_factor is not None:
        facts.append(("speed", f"{progress.realtime_factor:.3g} x real time"))
    if progress.started_unix_s is not None and progress.updated_unix_s is not None:
        elapsed_s = round(progress.updated_unix_s - progress.started_unix_s)
        facts.append(("elapsed", f"{duration_text(elapsed_s)}"))
    if progress.eta_s is not None and progress.is_running:
        facts.append(("remaining", f"{duration_text(round(progress.eta_s))}"))
    if progress.checkpoint_s is not None and progress.state != "complete":
        facts.append(("checkpoint", f"{progress.checkpoint_s:.6g} s"))
    return facts


def _totals(totals: Totals, progress: Progress) -> list[tuple[str, str]]:
    """Of a complete run, instead of its last moment."""
    facts = []
    if totals.neurons:
        count = sum(totals.neurons.values())
        facts.append(("network", f"{count} neurons, {totals.synapses} synapses"))
    facts.append(("spikes", f"{sum(totals.spikes.values())} spikes"))
    if totals.rates_Hz:
        rates = [f"{name} {rate:.3g} Hz" for name, rate in totals.rates_Hz.items()]
        facts.append(("mean rates", ", ".join(rates)))
    if totals.wall_s:
        ranks = f" on {progress.ranks} ranks" if (progress.ranks or 0) > 1 else ""
        facts.append(("took", f"{duration_text(round(totals.wall_s))}{ranks}"))
    if totals.peak_memory_MB:
        facts.append(("memory", f"{totals.peak_memory_MB:.0f} MB"))
    return facts


def _warnings(progress: Progress, now_unix_s: float) -> list[str]:
    if not progress.is_running or progress.updated_unix_s is None:
        return []
    silent_s = now_unix_s - progress.updated_unix_s
    if silent_s < SILENT_S:
        return []
    return [f"no sign of life for {duration_text(round(silent_s))}: has the job been killed?"]


def _width() -> int:
    return shutil.get_terminal_size().columns or 80  # Python < 3.11 passes an unknown width of 0 on
