# SPDX-License-Identifier: Apache-2.0
"""The look of all figures, and small pieces that several of them use."""

from __future__ import annotations

import functools
import string
import textwrap
from pathlib import Path
from typing import Callable, ParamSpec, Sequence, TypeVar
from warnings import catch_warnings, filterwarnings

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure, FigureBase
from matplotlib.lines import Line2D
from matplotlib.patheffects import withStroke
from matplotlib.text import Text

from ..arrays import Array
from ..ensemble import Ensemble
from ..errors import EngramError
from ..files import replaced
from ..results import Results
from ..visible import figure_text

MAX_TRACES = 10  # curves per panel that can still be told apart
MM_PER_INCH, POINTS_PER_INCH = 25.4, 72
SMALLEST_TEXT = 5.0  # points, that journals allow
MAX_POINTS = 20_000  # samples of a curve, beyond which its envelope is drawn

COLORS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#7f3c8d", "#555555")
RECALLED, ASSEMBLY, CONTROL, INHIBITORY = "#d55e00", "#0072b2", "#555555", "#009e73"
STIMULUS_SHADE = dict(color="#f2c14e", alpha=0.35, linewidth=0, zorder=0)
STIMULUS_LINE = dict(color="#f2c14e", alpha=0.6, linewidth=0.9, zorder=0)
THRESHOLD = dict(color="#888888", linestyle=(0, (4, 2)), linewidth=0.9, zorder=1)

STYLE = {
    "font.size": 9,
    "axes.titlesize": 9,
    "axes.labelsize": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.8,
    "axes.formatter.useoffset": False,
    "lines.linewidth": 1.1,
    "legend.fontsize": 8,
    "legend.frameon": False,
    "axes.prop_cycle": matplotlib.cycler(color=COLORS),
    "svg.fonttype": "none",
    "pdf.fonttype": 42,
}


Item = TypeVar("Item")
Arguments = ParamSpec("Arguments")


class NothingToDraw(EngramError):
    """The run did not record what a figure shows."""


def styled(
    kind: type[Results] | type[Ensemble] | None = None, several: bool = False
) -> Callable[[Callable[Arguments, FigureBase]], Callable[Arguments, FigureBase]]:
    """Gives a figure our look, whatever that of the user's other figures is.

    It draws a job of this kind, or with `several` a sequence of them too; None: something else.
    """

    def decorate(draw: Callable[Arguments, FigureBase]) -> Callable[Arguments, FigureBase]:
        @functools.wraps(draw)
        def with_style(*args: Arguments.args, **kwargs: Arguments.kwargs) -> FigureBase:
            if kind is not None:
                given = next(iter((*args, *kwargs.values())), None)
                if not several or isinstance(given, (Results, Ensemble, str, Path)):
                    _require(draw.__name__, kind, given)
            with matplotlib.rc_context(STYLE):
                return draw(*args, **kwargs)

        return with_style

    return decorate


def _require(figure: str, kind: type[Results] | type[Ensemble], given: object) -> None:
    """Raises TypeError if a figure of a run or an ensemble is asked for of something else."""
    if isinstance(given, kind):
        return
    if kind is Ensemble:
        remedy = "load(path) gives it, of an ensemble"
    elif isinstance(given, Ensemble):
        remedy = "take ensemble.trial(point, trial)"
    else:
        remedy = "take load(path)"
    raise TypeError(f"{figure}() draws {kind.__name__}, not {type(given).__name__}; {remedy}")


def new_figure(
    name: str, n_columns: int, height: float, title: str, ax: Axes | None = None
) -> FigureBase:
    """An empty figure as wide as its columns need, headed by its title and the name of the job.

    With `ax` its place in the figure of the user, without a name: axes made by subplots() or by
    a GridSpec, which are removed.
    """
    if ax is not None:
        place = getattr(ax, "get_subplotspec", lambda: None)()  # of old versions not all have it
        if place is None:
            raise ValueError("ax has no place in a grid: make it by subplots() or subplot_mosaic()")
        parent = ax.figure
        if parent is None:
            raise ValueError("ax is in no figure any more: each drawing takes axes of its own")
        ax.remove()
        inner = parent.add_subfigure(place)
        if title:
            inner.suptitle(title, fontsize=10, fontweight="bold")
        return inner
    width = min(14.0, 4.2 + 2.6 * n_columns)
    figure = plt.figure(figsize=(width, height), constrained_layout=True)
    text = f"{title}  |  {figure_text(name)}" if title else figure_text(name)
    # Below each other where the figure is too narrow for one line.
    if len(text) > 13 * width:
        text = text.replace("  |  ", "\n")
    figure.suptitle(text, fontsize=10, fontweight="bold")
    return figure


def thin(time: Array, values: Array) -> tuple[Array, Array]:
    """A curve of many samples, reduced to its smallest and largest values in short intervals."""
    if len(time) <= MAX_POINTS:
        return time, values
    width = -(-len(time) // (MAX_POINTS // 2))
    blocks = np.pad(values, (0, -len(values) % width), mode="edge").reshape(-1, width)
    low, high = blocks.min(axis=1), blocks.max(axis=1)
    first, second = np.where(blocks.argmin(1) <= blocks.argmax(1), (low, high), (high, low))
    envelope = np.stack((first, second), axis=1).ravel()
    return np.append(np.repeat(time[::width], 2), time[-1]), np.append(envelope, values[-1])


def mark_threshold(row: Sequence[Axes], value: float, name: str, below: bool = False) -> None:
    for axes in row:
        axes.axhline(value, **THRESHOLD)
    _name_threshold(row[0], 0.0, value, name, below, "axes fraction")


def mark_threshold_between(axes: Axes, value: float, ends: tuple[float, float], name: str) -> None:
    """Of a threshold that has this value for a time."""
    axes.plot(ends, (value, value), **THRESHOLD)
    _name_threshold(axes, ends[0], value, name, False, "data")


def _name_threshold(
    axes: Axes, x: float, value: float, name: str, below: bool, x_coordinates: str
) -> None:
    axes.annotate(
        name,
        (x, value),
        xycoords=(x_coordinates, "data"),
        xytext=(3, -1 if below else 1),
        textcoords="offset points",
        fontsize=8,
        color="#666666",
        va="top" if below else "bottom",
        path_effects=[withStroke(linewidth=2, foreground="white")],  # readable on a curve
    )


def legend_outside(axes: Axes, **options: object) -> None:
    """A legend to the right of the last panel of a row."""
    handles, labels = axes.get_legend_handles_labels()
    unique = dict(zip(labels, handles))
    axes.legend(
        unique.values(), unique.keys(), loc="upper left", bbox_to_anchor=(1.02, 1.0), **options
    )


def overlap_style(i: int) -> dict[str, object]:
    """Equal curves hide each other: later ones are thinner and dashed."""
    dashes = ("-", (0, (5, 3)), (0, (2, 3)))
    return dict(linewidth=max(1.0, 2.4 - 0.4 * i), linestyle=dashes[i % 3])


def widen(axes: Axes, least: float) -> None:
    """Keeps a flat curve from being magnified to rounding noise."""
    low, high = axes.get_ylim()
    if high - low < 2 * least:
        middle = 0.5 * (low + high)
        axes.set_ylim(middle - least, middle + least)


def first_few(items: Sequence[Item], limit: int, what: str) -> tuple[Sequence[Item], str]:
    """The first items, and a note if there are more."""
    note = f" (first {limit} of {len(items)} {what})" if len(items) > limit else ""
    return items[:limit], note


def add_letters(figure: FigureBase) -> FigureBase:
    """Puts a, b, c … before the panels that have a vertical axis of their own, from left to right.

    >>> figure = add_letters(figures.snapshots(load(small_recall)))
    """
    panels = [axes for axes in figure.findobj(Axes) if _begins_a_panel(axes)]
    if len(panels) > 1:
        for letter, axes in zip(string.ascii_lowercase, panels):
            axes.annotate(
                letter,
                (0, 1),
                xycoords="axes fraction",
                xytext=(-22, 4),
                textcoords="offset points",
                fontsize=11,
                fontweight="bold",
            )
    return figure


def _begins_a_panel(axes: Axes) -> bool:
    """Whether the axes are no colour bar, and not what goes on with those to the left."""
    place = axes.get_subplotspec()
    if place is None or axes.get_label() == "<colorbar>" or not axes.get_visible():
        return False
    return bool(axes.get_ylabel() or place.is_first_col())


def set_width(figure: FigureBase, width_mm: float) -> FigureBase:
    """Makes a figure of its own as wide as, say, a page of a journal (180 mm).

    Lines and text go with it as far as they can be read, the height as far as text lets it.

    >>> figure = set_width(figures.snapshots(load(small_recall)), 85)
    """
    assert isinstance(figure, Figure)
    width, height = figure.get_size_inches()
    factor = width_mm / MM_PER_INCH / width
    figure.set_size_inches(width * factor, height * max(factor, factor**0.5))
    for text in figure.findobj(Text):
        size = factor * text.get_fontsize()
        text.set_fontsize(max(size, min(SMALLEST_TEXT, text.get_fontsize())))
    for line in figure.findobj(Line2D):
        line.set_linewidth(max(0.3, factor * line.get_linewidth()))
    title = figure._suptitle
    if title is not None:
        n_fitting = int(factor * width * POINTS_PER_INCH / (0.6 * title.get_fontsize()))
        title.set_text(textwrap.fill(title.get_text().replace("\n", "  |  "), n_fitting))
    return figure


def save(figure: FigureBase, path: Path, dpi: float = 150) -> None:
    """Writes a figure of its own, and closes it.

    Raises NothingToDraw if its panels do not fit into its width.

    >>> save(figures.snapshots(load(small_recall)), Path("snapshots.png"), dpi=300)
    """
    assert isinstance(figure, Figure)
    try:
        with replaced(path) as temporary, matplotlib.rc_context(STYLE), catch_warnings():
            filterwarnings("error", "constrained_layout not applied")
            # Here, because savefig would draw everything once more for it. Matplotlib 3.5 has no engine.
            layout = getattr(figure, "get_layout_engine", lambda: None)()
            if layout is not None:
                figure.set_dpi(dpi)
                layout.execute(figure)
                figure.set_layout_engine(None)
            figure.savefig(temporary, dpi=dpi, format=path.suffix[1:])
    except UserWarning:
        width_mm = MM_PER_INCH * figure.get_size_inches()[0]
        raise NothingToDraw(f"its panels do not fit into {width_mm:.0f} mm") from None
    finally:
        plt.close(figure)
