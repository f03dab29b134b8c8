# SPDX-License-Identifier: Apache-2.0
"""Spikes of all neurons, and mean rates of groups."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Sequence

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import FigureBase

from ..arrays import Array
from ..bins import milliseconds
from ..network import Population
from ..results import Results
from ..visible import figure_text
from .style import (
    ASSEMBLY,
    CONTROL,
    INHIBITORY,
    RECALLED,
    NothingToDraw,
    legend_outside,
    styled,
    thin,
)
from .time_axis import Piece, grid, new_run_figure, shade_stimuli, spiking_pieces

MAX_DOTS = 200_000  # spikes of a raster
RATE_BIN_S = 0.05  # equal in all figures of a second or more, so that they can be compared
SHORT_BIN_S = 0.005  # where all is over within a second
LOG_ABOVE_HZ = 1.0
PANELS = (2.2, 1.0)  # heights of spikes and rates of a few bands
FEW_BANDS = 5
MAX_NAMES = 60  # bands, beyond which names come to lie on each other
RATE_NAMES = {
    RECALLED: "recalled",
    ASSEMBLY: "only learning",
    CONTROL: "excitatory,\nnot stimulated",
    INHIBITORY: "inhibitory",
}


@styled(Results)
def raster(results: Results, *, ax: Axes | None = None) -> FigureBase:
    """Spikes of all neurons, and the mean rates of groups, in the spiking phases.

    >>> figure = figures.raster(load(small_recall))
    """
    pieces = spiking_pieces(results)
    if not pieces:
        raise NothingToDraw("the run has no spiking phase")
    height = 5.6 * stretch(bands(results))
    figure = new_run_figure(results, len(pieces) + 1, height, "Spikes", ax)
    draw_raster(figure, results, pieces)
    return figure


def draw_raster(figure: FigureBase, results: Results, pieces: Sequence[Piece]) -> None:
    groups = bands(results)
    axes = grid(figure, pieces, (sum(PANELS) * stretch(groups) - PANELS[1], PANELS[1]))
    spikes = [banded_spikes(results, groups, piece) for piece in pieces]
    bin_s = RATE_BIN_S if any(p.end_s - p.begin_s > 1.0 for p in pieces) else SHORT_BIN_S
    stride = max(1, -(-sum(len(part.time_s) for part in spikes) // MAX_DOTS))
    for panel, rates, piece, part in zip(axes[0], axes[1], pieces, spikes):
        for panel_ in (panel, rates):
            shade_stimuli(panel_, results, piece)
        draw_dots(panel, part, groups, piece, stride)
        draw_rates(rates, part, groups, piece, bin_s, first_onset(results, piece))
    if stride > 1:
        axes[0, -1].set_title(f"{pieces[-1].title}  (1 of {stride} spikes shown)")
    label_bands(axes[0], groups)
    axes[1, 0].set_ylabel(
        f"mean rate (Hz)\n{1000 * bin_s:g} ms bins,\nlog above {LOG_ABOVE_HZ:g} Hz"
    )
    set_rate_scale(axes[1, 0])
    if len(by_color(groups)) < len(groups):
        legend_outside(axes[1, -1], title="mean of")


def stretch(groups: Sequence[Band]) -> float:
    """By how much a figure must be higher than one of a few bands, so that all have their names."""
    rows = max(1.0, min(len(groups), MAX_NAMES) / FEW_BANDS)
    return (PANELS[0] * rows + PANELS[1]) / sum(PANELS)


@dataclass(frozen=True)
class Band:
    """Neurons that are drawn together in a raster."""

    name: str
    color: str
    gids: Array


def bands(results: Results) -> list[Band]:
    """Populations in the order of the file, of excitatory ones stimulated neurons first.

    Empty ones are left out.
    """
    candidates: list[Band] = []
    for population in results.network.populations:
        if population.is_excitatory:
            candidates += _excitatory_bands(results, population)
        else:
            candidates.append(Band(figure_text(population.title), INHIBITORY, population.gids))
    return [band for band in candidates if len(band.gids)]


def _excitatory_bands(results: Results, population: Population) -> list[Band]:
    learning, recalled = results.stimulated("learn"), results.stimulated("recall")
    learn = np.intersect1d(learning, population.gids)
    recall = np.intersect1d(recalled, population.gids)
    names = {
        name
        for stimulus in results.stimuli
        for name in stimulus.groups
        if stimulus.role == "learn" and len(np.intersect1d(stimulus.neurons, population.gids))
    }
    title = figure_text(population.title)
    learn_name = (
        " + ".join(sorted(map(figure_text, names))) if len(names) <= 2 else "learning groups"
    )
    stimulated = np.union1d(learn, recall)
    split = len(np.setdiff1d(learn, recall)) > 0 and len(recall) > 0
    # A group that lies in several populations has a band in each of them.
    is_spread = len(stimulated) < len(_excitatory(results, np.union1d(learning, recalled)))
    where = f"\nin {title}" if is_spread else ""
    return [
        Band(("recalled" if split or not len(learn) else learn_name) + where, RECALLED, recall),
        Band((f"{learn_name},\nnot recalled" if split else learn_name) + where, ASSEMBLY,
             np.setdiff1d(learn, recall)),
        Band(f"other\n{title}" if len(stimulated) else title, CONTROL,
             np.setdiff1d(population.gids, stimulated)),
    ]  # fmt: skip


def _excitatory(results: Results, gids: Array) -> Array:
    return gids[results.network.is_excitatory(gids)]


@dataclass(frozen=True)
class BandedSpikes:
    """Spikes of a piece of time, sorted by time."""

    time_s: Array
    band: Array  # index of the band of the neuron
    position: Array  # of the neuron within its band, 0 to 1


def banded_spikes(results: Results, groups: Sequence[Band], piece: Piece) -> BandedSpikes:
    """Every band has the same height: a small assembly remains visible in a large network."""
    size = results.network.size
    band_of, position_of = np.zeros(size, dtype=np.int16), np.zeros(size, dtype=np.float32)
    for index, band in enumerate(groups):
        band_of[band.gids] = index
        position_of[band.gids] = (np.arange(len(band.gids)) + 0.5) / len(band.gids)
    # The last instant belongs to the piece.
    window_ms = milliseconds(piece.begin_s), np.nextafter(milliseconds(piece.end_s), np.inf)
    spikes = results.all_spikes(*window_ms)
    return BandedSpikes(spikes.time_ms / 1000.0, band_of[spikes.gid], position_of[spikes.gid])


def draw_dots(
    panel: Axes, spikes: BandedSpikes, groups: Sequence[Band], piece: Piece, stride: int
) -> None:
    for level, band in enumerate(groups):
        chosen = np.flatnonzero(spikes.band == level)[::stride]
        few = len(band.gids) <= 20
        panel.plot(
            piece.shown(spikes.time_s[chosen]),
            level + spikes.position[chosen],
            linestyle="none",
            marker="|" if few else ".",
            markersize=max(3.0, 20.0 / len(band.gids)) if few else 1.5,
            markeredgewidth=0.5 if few else 0.0,
            color=band.color,
            rasterized=True,
        )


def label_bands(row: Sequence[Axes], groups: Sequence[Band]) -> None:
    for panel in row:
        panel.set_ylim(0, len(groups))
        for level in range(1, len(groups)):
            panel.axhline(level, color="#bbbbbb", linewidth=0.6)
    row[0].set_yticks(
        np.arange(len(groups)) + 0.5, [f"{band.name} ({len(band.gids)})" for band in groups]
    )
    row[0].tick_params(axis="y", length=0)
    for label, band in zip(row[0].get_yticklabels(), groups):
        label.set_color(band.color)


def draw_rates(
    panel: Axes,
    spikes: BandedSpikes,
    groups: Sequence[Band],
    piece: Piece,
    bin_s: float,
    onset_s: float,
) -> None:
    """In bins of which one begins with the first stimulus; those at the ends may be cut."""
    first, last = (piece.begin_s - onset_s) / bin_s, (piece.end_s - onset_s) / bin_s
    inner = onset_s + bin_s * np.arange(np.floor(first + 1e-9) + 1, np.ceil(last - 1e-9))
    edges = np.concatenate([[piece.begin_s], inner, [piece.end_s]])
    for color, levels in by_color(groups).items():
        counts, _ = np.histogram(spikes.time_s[np.isin(spikes.band, levels)], edges)
        n_neurons = sum(len(groups[level].gids) for level in levels)
        rate = counts / n_neurons / np.diff(edges)
        time, values = thin(np.repeat(piece.shown(edges), 2)[1:-1], np.repeat(rate, 2))
        panel.plot(time, values, color=color, linewidth=1.0, label=RATE_NAMES[color])


def first_onset(results: Results, piece: Piece) -> float:
    """When the first stimulus within a piece begins; its begin if there is none."""
    onsets = [
        begin_s
        for stimulus in results.stimuli
        for begin_s, _ in stimulus.intervals_s
        if piece.begin_s <= begin_s < piece.end_s
    ]
    return min(onsets, default=piece.begin_s)


def by_color(groups: Sequence[Band]) -> dict[str, list[int]]:
    """Indices of the bands of equal colour: their neurons have one mean rate."""
    levels: dict[str, list[int]] = {}
    for level, band in enumerate(groups):
        levels.setdefault(band.color, []).append(level)
    return levels


def set_rate_scale(axes: Axes) -> None:
    axes.set_yscale("symlog", linthresh=LOG_ABOVE_HZ, linscale=0.5)
    axes.set_ylim(0, max(10.0, 1.3 * axes.dataLim.y1))
    axes.yaxis.set_major_formatter(matplotlib.ticker.FormatStrFormatter("%g"))
    axes.yaxis.set_minor_locator(matplotlib.ticker.NullLocator())
