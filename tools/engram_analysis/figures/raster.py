"""Spikes of all neurons, and mean rates of groups."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Sequence

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ..rates import milliseconds
from ..results import Results
from .style import ASSEMBLY, CONTROL, INHIBITORY, RECALLED, NothingToDraw
from .time_axis import Piece, grid, new_run_figure, shade_stimuli, spiking_pieces

MAX_DOTS = 200_000  # spikes of a raster


def raster(results: Results) -> Figure:
    """Spikes of all neurons, and the mean rates of groups, in the spiking phases."""
    pieces = spiking_pieces(results)
    if not pieces:
        raise NothingToDraw("the run has no spiking phase")
    figure = new_run_figure(results, len(pieces) + 1, 5.6, "Spikes")
    draw_raster(figure, results, pieces)
    return figure


def draw_raster(figure: Figure, results: Results, pieces: Sequence[Piece]) -> None:
    groups = bands(results)
    axes = grid(figure, pieces, (2.2, 1.0))
    spikes = [banded_spikes(results, groups, piece) for piece in pieces]
    stride = max(1, -(-sum(len(part.time_s) for part in spikes) // MAX_DOTS))
    for panel, rates, piece, part in zip(axes[0], axes[1], pieces, spikes):
        for panel_ in (panel, rates):
            shade_stimuli(panel_, results, piece)
        draw_dots(panel, part, groups, piece, stride)
        draw_rates(rates, part, groups, piece)
    if stride > 1:
        axes[0, -1].set_title(f"{pieces[-1].title}  (1 of {stride} spikes shown)")
    label_bands(axes[0], groups)
    axes[1, 0].set_ylabel("mean rate (Hz)")
    set_rate_scale(axes[1, 0])


@dataclass(frozen=True)
class Band:
    """Neurons that are drawn together in a raster."""

    name: str
    color: str
    gids: np.ndarray


def bands(results: Results) -> list[Band]:
    """Stimulated excitatory neurons first, inhibitory ones last; empty ones left out."""
    exc, inh = results.group("exc"), results.group("inh")
    learn = np.intersect1d(results.stimulated("learn"), exc)
    recall = np.intersect1d(results.stimulated("recall"), exc)
    names = {s.group for s in results.stimuli if s.role == "learn"}
    learn_name = " + ".join(sorted(names)) if len(names) <= 2 else "learning groups"
    stimulated = np.union1d(learn, recall)
    split = len(np.setdiff1d(learn, recall)) > 0 and len(recall) > 0
    candidates = [
        Band("recalled" if split or not len(learn) else learn_name, RECALLED, recall),
        Band(f"{learn_name},\nnot recalled" if split else learn_name, ASSEMBLY,
             np.setdiff1d(learn, recall)),
        Band("other\nexcitatory" if len(stimulated) else "excitatory", CONTROL,
             np.setdiff1d(exc, stimulated)),
        Band("inhibitory", INHIBITORY, inh),
    ]  # fmt: skip
    return [band for band in candidates if len(band.gids)]


@dataclass(frozen=True)
class BandedSpikes:
    """Spikes of a piece of time, sorted by time within each population."""

    time_s: np.ndarray
    band: np.ndarray  # index of the band of the neuron
    position: np.ndarray  # of the neuron within its band, 0 to 1


def banded_spikes(results: Results, groups: Sequence[Band], piece: Piece) -> BandedSpikes:
    """Every band has the same height: a small assembly remains visible in a large network."""
    size = results.n_exc + results.n_inh
    band_of, position_of = np.zeros(size, dtype=np.int8), np.zeros(size, dtype=np.float32)
    for index, band in enumerate(groups):
        band_of[band.gids] = index
        position_of[band.gids] = (np.arange(len(band.gids)) + 0.5) / len(band.gids)
    # The last instant belongs to the piece.
    window_ms = milliseconds(piece.begin_s), np.nextafter(milliseconds(piece.end_s), np.inf)
    exc, inh = (results.spikes(name, *window_ms) for name in ("exc", "inh"))
    gid = np.concatenate((exc.node_id, inh.node_id + np.uint64(results.n_exc))).astype(np.int64)
    time_s = np.concatenate((exc.time_ms, inh.time_ms)) / 1000.0
    return BandedSpikes(time_s, band_of[gid], position_of[gid])


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


def draw_rates(panel: Axes, spikes: BandedSpikes, groups: Sequence[Band], piece: Piece) -> None:
    duration = piece.end_s - piece.begin_s
    n_bins = int(np.clip(round(duration / 0.05), 10, 400))
    edges = np.linspace(piece.begin_s, piece.end_s, n_bins + 1)
    for level, band in enumerate(groups):
        counts, _ = np.histogram(spikes.time_s[spikes.band == level], edges)
        rate = counts / len(band.gids) / (edges[1] - edges[0])
        panel.step(piece.shown(edges), np.append(rate, rate[-1]), where="post", color=band.color,
                   linewidth=1.0)  # fmt: skip


def set_rate_scale(axes: Axes) -> None:
    axes.set_yscale("symlog", linthresh=1.0, linscale=0.5)
    axes.set_ylim(0, max(10.0, 1.3 * axes.dataLim.y1))
    axes.yaxis.set_major_formatter(matplotlib.ticker.FormatStrFormatter("%g"))
    axes.yaxis.set_minor_locator(matplotlib.ticker.NullLocator())
