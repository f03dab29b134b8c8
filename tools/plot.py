#!/usr/bin/python3
"""Draws the figures of one run from its output directory; see --help."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

try:
    import engram_figures as figures
    from engram_results import Results, ResultsError
except ImportError as missing:
    sys.exit(
        f"plot.py: error: {missing} (needs h5py, numpy, matplotlib and yaml: run "
        "tools/install_dependencies.sh, then use /usr/bin/python3)"
    )

EXIT_USAGE = 1
EXIT_FILE = 3


class Parser(argparse.ArgumentParser):
    """With the exit code of the engram program for a wrong command line."""

    def error(self, message: str) -> None:
        self.exit(EXIT_USAGE, f"plot.py: error: {message}; see --help\n")


def parse_arguments() -> argparse.Namespace:
    parser = Parser(
        prog="plot.py",
        description="Draws the figures of one run: "
        + ", ".join(figures.FIGURES)
        + ". What was not recorded is left out.",
        epilog="Exit codes: 0 done, 1 usage, 3 not the results of a finished run.",
    )
    parser.add_argument("results", type=Path, metavar="RESULTS_DIR", help="output directory of a run")
    parser.add_argument(
        "-o", "--output", type=Path, metavar="DIR", help="where to (default: RESULTS_DIR/plots)"
    )
    parser.add_argument("--format", choices=("png", "svg", "pdf"), default="png")
    return parser.parse_args()


def draw_all(results: Results, output: Path, file_format: str) -> None:
    output.mkdir(parents=True, exist_ok=True)
    for name, draw in figures.FIGURES.items():
        path = output / f"{name}.{file_format}"
        try:
            figure = draw(results)
        except figures.NothingToDraw as reason:
            print(f"{path.name}: left out ({reason})")
            path.unlink(missing_ok=True)  # of an earlier run: would be taken for this one's
            continue
        figures.save(figure, path)
        print(path)


def main() -> int:
    arguments = parse_arguments()
    try:
        draw_all(
            Results(arguments.results),
            arguments.output or arguments.results / "plots",
            arguments.format,
        )
    except (ResultsError, OSError) as error:
        print(f"plot.py: error: {error}", file=sys.stderr)
        return EXIT_FILE
    except KeyError as error:
        print(f"plot.py: error: {arguments.results}: {error} is missing", file=sys.stderr)
        return EXIT_FILE
    return 0


if __name__ == "__main__":
    sys.exit(main())
