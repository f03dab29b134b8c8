# SPDX-License-Identifier: Apache-2.0
"""engram-plot: draws the figures of a run or an ensemble."""

from __future__ import annotations

import argparse
import re
from pathlib import Path
from typing import Callable, Iterator, Sequence

import matplotlib
from matplotlib.figure import FigureBase

from ..ensemble import Ensemble, Point, is_ensemble
from ..errors import NotRecorded, ResultsError
from ..figures import (
    RUN_FIGURES,
    NothingToDraw,
    add_letters,
    ensemble_traces,
    likelihoods,
    measure_curves,
    measure_map,
    recall_by_size,
    save,
    set_width,
)
from ..files import own_directory
from ..losses import note_losses
from ..published import read_published
from ..results import Results
from ..streams import say
from .program import EXIT_CODES, Parser, run

LIKELIHOODS, MAP, CURVES = "likelihoods", "map", "curves"
ENSEMBLE_FIGURES = ("recall_by_size", "traces", MAP, CURVES, LIKELIHOODS)
ON_DEMAND = (LIKELIHOODS, MAP, CURVES)  # they may read the results of all trials

MAX_NAME = 70  # characters of the name of a file

Drawing = tuple[str, Callable[[], FigureBase]]  # name of the file, and how to draw it


# Which figures use what; named ones alone are drawn on demand.
_USERS = {
    "--measure": ("measure", (MAP, CURVES)),
    "--over": ("over", (CURVES,)),
    "--panels": ("panels", (CURVES,)),
    "--with": ("others", ("recall_by_size", LIKELIHOODS)),
    "--published": ("published", ("recall_by_size",)),
}


def main(arguments: Sequence[str] | None = None) -> int:
    matplotlib.use("Agg")  # files alone: there may be no screen
    parser = _parser()

    def plot(options: argparse.Namespace) -> None:
        _check_used(parser, options)
        _plot(options)

    return run(parser, plot, arguments)


def _check_used(parser: Parser, options: argparse.Namespace) -> None:
    """Ends the program if an option has no effect on the figures that are drawn."""
    drawn = options.figures or ["recall_by_size"]
    for option, (name, users) in _USERS.items():
        if getattr(options, name) and not set(drawn) & set(users):
            parser.error(f"argument {option}: is used by --figures {' or '.join(users)} alone")


def _size(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 1 <= value <= 10_000:
        raise argparse.ArgumentTypeError(f"must be a number from 1 to 10000 (is '{text}')")
    return value


def _parser() -> Parser:
    parser = Parser(
        prog="engram-plot",
        description="Draws the figures of one run ("
        + ", ".join((*RUN_FIGURES, LIKELIHOODS))
        + ") or of an ensemble ("
        + ", ".join(ENSEMBLE_FIGURES)
        + "). What was not recorded is left out; "
        + ", ".join(ON_DEMAND)
        + " are drawn only if they are named.",
        epilog=EXIT_CODES,
    )
    parser.add_argument(
        "results", type=Path, metavar="RESULTS_DIR", help="output directory of a job"
    )
    parser.add_argument(
        "-o", "--output", type=Path, metavar="DIR", help="where to (default: RESULTS_DIR/plots)"
    )
    parser.add_argument(
        "--figures",
        nargs="+",
        metavar="NAME",
        choices=sorted({*RUN_FIGURES, *ENSEMBLE_FIGURES}),
        help="only these figures",
    )
    parser.add_argument("--format", choices=("png", "svg", "pdf"), default="png")
    parser.add_argument(
        "--dpi", type=_size, default=150, metavar="N", help="dots per inch (default: 150)"
    )
    parser.add_argument(
        "--width",
        type=_size,
        metavar="MM",
        help="width in mm, e.g. 85 for a column and 180 for a page; the height goes with it",
    )
    parser.add_argument(
        "--title", metavar="TEXT", help="in place of the description; '' for no title"
    )
    parser.add_argument("--letters", action="store_true", help="panels have letters: a, b, c …")
    ensemble = parser.add_argument_group("for ensembles")
    ensemble.add_argument(
        "--spread",
        choices=("sem", "sd"),
        default="sem",
        help="bands and error bars: standard error of the mean (default) or standard deviation",
    )
    ensemble.add_argument(
        "--published",
        type=Path,
        metavar="FILE",
        help="table of published recall measures (CSV) to draw beside ours",
    )
    ensemble.add_argument(
        "--with",
        dest="others",
        action="append",
        type=Path,
        default=[],
        metavar="DIR",
        help="another ensemble, whose points are drawn into recall_by_size too; for likelihoods "
        "another run or ensemble (repeatable)",
    )
    ensemble.add_argument(
        "--measure",
        metavar="NAME",
        help="what the map and the curves show: a measure of the ensemble, or of the first "
        "recorded synapse (default: h_change of the map, Q of the curves)",
    )
    ensemble.add_argument(
        "--over",
        metavar="KEY",
        help="key of the sweep that curves are drawn against (default: that with most values)",
    )
    ensemble.add_argument(
        "--panels",
        nargs="+",
        metavar="KEY",
        default=[],
        help="keys of the sweep with a panel for each combination of their values, rather than "
        "curves",
    )
    return parser


def _plot(options: argparse.Namespace) -> None:
    if is_ensemble(options.results):
        drawings = list(_ensemble_drawings(Ensemble(options.results), options))
    else:
        results = Results(options.results)
        note_losses("engram-plot", results)
        drawings = [(name, _bind(draw, results)) for name, draw in RUN_FIGURES.items()]
    paths = [options.results, *options.others]
    drawings.append((LIKELIHOODS, _bind(likelihoods, paths, options.spread)))
    if options.figures:
        drawings = _choose(drawings, options)
    else:
        drawings = [drawing for drawing in drawings if drawing[0] not in ON_DEMAND]
    output = options.output or own_directory(options.results / "plots")
    output.mkdir(parents=True, exist_ok=True)
    for name, draw in drawings:
        path = output / f"{name}.{options.format}"
        try:
            save(_finished(draw(), options), path, options.dpi)
        except (NothingToDraw, NotRecorded) as reason:
            say(f"{path.name}: left out ({reason})")
            path.unlink(missing_ok=True)  # of an earlier run: would be taken for this one's
            continue
        say(path)


def _finished(figure: FigureBase, options: argparse.Namespace) -> FigureBase:
    if options.title is not None:
        figure.suptitle(options.title, fontsize=10, fontweight="bold")
    if options.letters:
        add_letters(figure)
    if options.width is not None:
        set_width(figure, options.width)
    return figure


def _ensemble_drawings(ensemble: Ensemble, options: argparse.Namespace) -> Iterator[Drawing]:
    published = read_published(options.published) if options.published else []
    yield "recall_by_size", lambda: recall_by_size(
        [ensemble, *map(Ensemble, options.others)], options.spread, published
    )
    yield MAP, _bind(measure_map, ensemble, options.measure or "h_change")
    yield (
        CURVES,
        _bind(
            measure_curves,
            ensemble,
            options.measure or "Q",
            options.over,
            options.spread,
            options.panels,
        ),
    )
    recorded = [point for point in ensemble.points if ensemble.has_traces(point.index)]
    if not recorded:
        yield "traces", _bind(ensemble_traces, ensemble, ensemble.points[0])
    for point in recorded:
        yield _name_of(point), _bind(ensemble_traces, ensemble, point, options.spread)


def _name_of(point: Point) -> str:
    """Its number, and its settings as far as they are short."""
    name = f"traces_{point.index:03d}"
    for key, value in point.settings.items():
        setting = re.sub(r"[^\w.=-]+", "-", f"_{key.rpartition('.')[2]}={value}")
        if len(name) + len(setting) <= MAX_NAME:
            name += setting
    return name


def _bind(draw: Callable[..., FigureBase], *arguments: object) -> Callable[[], FigureBase]:
    return lambda: draw(*arguments)


def _choose(drawings: list[Drawing], options: argparse.Namespace) -> list[Drawing]:
    chosen = [d for d in drawings if any(_is_of(d[0], name) for name in options.figures)]
    for name in options.figures:
        if not any(_is_of(drawing, name) for drawing, _ in chosen):
            kind = "an ensemble" if is_ensemble(options.results) else "one run"
            raise ResultsError(f"{options.results}: '{name}' is no figure of {kind}")
    return chosen


def _is_of(drawing: str, name: str) -> bool:
    """traces stands for traces_000, traces_001, ..."""
    return drawing == name or (name == "traces" and drawing.startswith("traces_"))
