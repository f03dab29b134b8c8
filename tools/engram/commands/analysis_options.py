# SPDX-License-Identifier: Apache-2.0
"""Options of engram-recall for its analyses: what they mean, and which analysis uses which."""

from __future__ import annotations

import argparse
import math
from typing import Any, Callable

from ..analyses import ANALYSES, Settings
from ..recall import RECALL_WINDOW, RateWindow
from .program import Parser


def add_options(parser: argparse.ArgumentParser) -> None:
    """Those that are not given are absent or None."""
    group = parser.add_argument_group(
        "for --show", "Defaults are those of the publications. Times are in s, bins in ms."
    )

    def add(name: str, setting: str, what: str, **keywords: Any) -> None:
        users = [each for each, analysis in ANALYSES.items() if setting in analysis.settings]
        group.add_argument(name, dest=setting, help=f"{what} ({', '.join(users)})", **keywords)

    add("--groups", "groups", "these instead of all that learn", nargs="+", metavar="NAME")
    add(
        "--window", "window_s", "spikes of this window instead of the last spiking phase",
        nargs=2, type=_number(0.0, math.inf), metavar=("BEGIN", "END"),
    )  # fmt: skip
    add("--bin", "bin_s", "width of bins: 10 ms; 1 ms of those at recall",
        type=_number(0.0, math.inf, above=True), metavar="MS")  # fmt: skip
    add("--threshold", "threshold", "spikes in a bin, of which more are an avalanche: 10",
        type=_whole(0), metavar="SPIKES")  # fmt: skip
    add("--factor", "factor", "more than so many times as many spikes as each other group: 1.5",
        type=_number(1.0, math.inf), metavar="NUMBER")  # fmt: skip
    add("--snapshots", "times_s", "only the snapshots of these times",
        nargs="+", type=_number(0.0, math.inf), metavar="TIME")  # fmt: skip
    add("--recall-window", "recall_window",
        "rates from BEGIN to END after the onset of recall instead of those of the configuration "
        "(by default -0.15 0.35)",
        nargs=2, type=_number(-math.inf, math.inf), metavar=("BEGIN", "END"))  # fmt: skip
    group.add_argument(
        "--from-onset",
        action="store_true",
        help="no spikes before the onset of recall count, though the time does, as in published "
        "8 h runs (memories)",
    )
    add("--share", "share", "share of the variance that components explain: 0.7",
        type=_number(0.0, 1.0), metavar="NUMBER")  # fmt: skip
    add("--edge", "edge", "mean input below this, in initial weights, is unpotentiated: 1.04",
        type=_number(0.0, math.inf), metavar="NUMBER")  # fmt: skip
    add("--fractions", "fractions", "of the excitatory neurons that the readout sees: 0.1 ... 1",
        nargs="+", type=_number(0.0, 1.0, above=True), metavar="NUMBER")  # fmt: skip
    add("--targets", "targets", "random walks that are read: 10", type=_whole(1), metavar="NUMBER")
    add("--alpha", "alpha", "weight of the penalty of ridge regression: 0.1",
        type=_number(0.0, math.inf, above=True), metavar="NUMBER")  # fmt: skip
    add("--seed", "seed", "of what is drawn at random: 0", type=_whole(0), metavar="NUMBER")


def settings_of(parser: Parser, options: argparse.Namespace) -> Settings:
    """The settings of the analysis that is shown.

    Ends the program if one is given that it does not use, or that makes no sense.
    """
    names = {
        action.dest: action.option_strings[0] for action in parser._actions if action.option_strings
    }
    used = ANALYSES[options.show].settings if options.show in ANALYSES else ()
    given = {
        name: getattr(options, name)
        for name in Settings.__dataclass_fields__
        if getattr(options, name) is not None
    }
    for name in given:
        if name not in used:
            parser.error(f"argument {names[name]}: is not used by --show {options.show}")
    if options.from_onset and "recall_window" not in used:
        parser.error(f"argument --from-onset: is not used by --show {options.show}")
    if "bin_s" in given:
        given["bin_s"] /= 1000.0
    if "window_s" in given:
        begin_s, end_s = given["window_s"]
        if not end_s - begin_s >= given.get("bin_s", 0.0) or end_s <= begin_s:
            parser.error("argument --window: ends before a bin has passed")
        given["window_s"] = (begin_s, end_s)
    if "recall_window" in given or options.from_onset:
        default = [RECALL_WINDOW.begin_s, RECALL_WINDOW.end_s]
        begin_s, end_s = given.get("recall_window", default)
        try:
            given["recall_window"] = RateWindow(begin_s, end_s, options.from_onset)
        except ValueError as error:
            parser.error(f"argument --recall-window: {error}")
    return Settings(**given)


def _number(lowest: float, highest: float, above: bool = False) -> Callable[[str], float]:
    """Of an option: from the lowest (or `above` it) to the highest value, if these are finite."""

    def number(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        in_range = (lowest < value if above else lowest <= value) and value <= highest
        if not in_range or not math.isfinite(value):
            bounds = f"{'above' if above else 'from'} {lowest:g}"
            bounds += f" to {highest:g}" if math.isfinite(highest) else ""
            raise argparse.ArgumentTypeError(f"'{text}' is no number {bounds}")
        return value

    return number


def _whole(lowest: int) -> Callable[[str], int]:
    def whole(text: str) -> int:
        if not text.isascii() or not text.isdecimal() or int(text) < lowest:
            raise argparse.ArgumentTypeError(f"'{text}' is no whole number from {lowest}")
        return int(text)

    return whole
