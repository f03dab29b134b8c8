"""Figures of one run. Each function draws from Results and returns a matplotlib figure.

Time runs over five orders of magnitude, from spikes to consolidation: the time axis is broken at
the phases of the schedule, and each piece has its own unit.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Callable, Sequence

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from engram_results import Phase, Results, Snapshot
from matplotlib.axes import Axes
from matplotlib.figure import Figure

MAX_TRACES = 10  # curves per panel that can still be told apart
MAX_NEURONS = 4  # rows of the membrane figure
MAX_DOTS = 200_000  # spikes of a raster
MAX_POINTS = 20_000  # samples of a curve, beyond which its envelope is drawn
SHORT_CONSOLIDATION_S = 60.0  # is drawn together with the phase before it

COLORS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#7f3c8d", "#555555")
RECALLED, ASSEMBLY, CONTROL, INHIBITORY = "#d55e00", "#0072b2", "#555555", "#009e73"
STIMULUS_SHADE = dict(color="#f2c14e", alpha=0.35, linewidth=0, zorder=0)
THRESHOLD = dict(color="#888888", linestyle=(0, (4, 2)), linewidth=0.9, zorder=1)

STYLE = {
    "font.size": 9,
    "axes.titlesize": 9,
    "axes.labelsize": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.8,
    "lines.linewidth": 1.1,
    "legend.fontsize": 8,
    "legend.frameon": False,
    "axes.prop_cycle": matplotlib.cycler(color=COLORS),
    "svg.fonttype": "none",
    "pdf.fonttype": 42,
}
plt.rcParams.update(STYLE)


class NothingToDraw(Exception):
    """The run did not record what a figure shows."""


# ---------------------------------------------------------------------------------------------
# The broken time axis


@dataclass(frozen=True)
class Piece:
    """A stretch of time with a horizontal axis of its own."""

    title: str
    begin_s: float
    end_s: float
    origin_s: float  # time that is shown as zero
    unit: str
    label: str
    is_spiking: bool

    @property
    def shown_begin_s(self) -> float:
        """Hours of consolidation that begin after a few seconds get a tick at zero."""
        return 0.0 if self.begin_s < 0.01 * self.end_s else self.begin_s

    @property
    def scale(self) -> float:
        return {"ms": 1e3, "s": 1.0, "min": 1 / 60, "h": 1 / 3600, "d": 1 / 86400}[self.unit]

    def shown(self, time_s: np.ndarray | float) -> np.ndarray | float:
        return (time_s - self.origin_s) * self.scale

    def holds(self, time_s: np.ndarray) -> np.ndarray:
        return (time_s >= self.begin_s) & (time_s <= self.end_s)


def unit_for(duration_s: float) -> str:
    for limit, unit in ((1.0, "ms"), (300.0, "s"), (7200.0, "min"), (4 * 86400.0, "h")):
        if duration_s <= limit:
            return unit
    return "d"


def make_piece(results: Results, phase: Phase, begin_s: float, end_s: float) -> Piece:
    unit = unit_for(end_s - begin_s)
    origin, label = 0.0, f"time ({unit})"
    onsets = [
        (interval[0], stimulus.name)
        for stimulus in results.stimuli
        for interval in stimulus.intervals_s
        if begin_s <= interval[0] <= end_s
    ]
    # Ticks such as 28805 s are hard to read: count from the stimulus.
    if phase.is_spiking and onsets and begin_s > 100 * (end_s - begin_s):
        origin, name = min(onsets)
        label = f"time from {name} ({unit})"
    return Piece(phase.label, begin_s, end_s, origin, unit, label, phase.is_spiking)


def all_pieces(results: Results) -> list[Piece]:
    """One piece per phase; the few seconds of consolidation that end a run belong to the last."""
    spans: list[tuple[Phase, float]] = []
    for phase in results.phases:
        short = not phase.is_spiking and phase.duration_s < SHORT_CONSOLIDATION_S
        if short and spans:
            spans[-1] = (spans[-1][0], phase.end_s)
        else:
            spans.append((phase, phase.end_s))
    return [make_piece(results, phase, phase.begin_s, end_s) for phase, end_s in spans]


def spiking_pieces(results: Results, close_up: bool = False) -> list[Piece]:
    """One piece per spiking phase; in close-up, from just before to just after its stimuli."""
    pieces = []
    for phase in results.phases:
        if not phase.is_spiking:
            continue
        begin_s, end_s = phase.begin_s, phase.end_s
        edges = [
            edge
            for stimulus in results.stimuli
            for interval in stimulus.intervals_s
            for edge in interval
            if begin_s <= edge <= end_s
        ]
        if close_up and edges:
            begin_s = max(begin_s, min(edges) - 0.5)
            end_s = min(end_s, max(edges) + 1.0)
        pieces.append(make_piece(results, phase, begin_s, end_s))
    return pieces


def grid(
    figure: Figure, pieces: Sequence[Piece], heights: Sequence[float], **spacing: float
) -> np.ndarray:
    """Axes for rows of quantities and columns of pieces; a row shares its vertical axis."""
    axes = figure.subplots(
        len(heights),
        len(pieces),
        squeeze=False,
        sharey="row",
        sharex="col",
        gridspec_kw={
            "height_ratios": heights,
            "width_ratios": [1.0 if piece.is_spiking else 1.3 for piece in pieces],
            **spacing,
        },
    )
    for column, piece in zip(axes.T, pieces):
        column[0].set_title(piece.title)
        column[-1].set_xlabel(piece.label)
        column[-1].set_xlim(piece.shown(piece.shown_begin_s), piece.shown(piece.end_s))
        column[-1].xaxis.set_major_locator(matplotlib.ticker.MaxNLocator(5, steps=[1, 2, 5, 10]))
    for row in axes:
        for left, right in zip(row, row[1:]):
            mark_break(left, right)
    return axes


def mark_break(left: Axes, right: Axes) -> None:
    right.spines["left"].set_visible(False)
    right.tick_params(axis="y", left=False, labelleft=False)
    mark = dict(
        marker=[(-0.5, -1), (0.5, 1)], markersize=7, linestyle="none", color="k", clip_on=False
    )
    for axes, x in ((left, 1), (right, 0)):
        axes.plot([x], [0], transform=axes.transAxes, **mark)[0].set_in_layout(False)


def shade_stimuli(axes: Axes, results: Results, piece: Piece, legend: bool = False) -> None:
    for stimulus in results.stimuli:
        for begin, end in stimulus.intervals_s:
            if end < piece.begin_s or begin > piece.end_s:
                continue
            begin, end = max(begin, piece.begin_s), min(end, piece.end_s)
            axes.axvspan(
                piece.shown(begin),
                piece.shown(end),
                label="stimulus" if legend else None,
                **STIMULUS_SHADE,
            )
            legend = False


def thin(time: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A curve of many samples, reduced to its smallest and largest values in short intervals."""
    if len(time) <= MAX_POINTS:
        return time, values
    width = -(-len(time) // (MAX_POINTS // 2))
    blocks = np.pad(values, (0, -len(values) % width), mode="edge").reshape(-1, width)
    low, high = blocks.min(axis=1), blocks.max(axis=1)
    first, second = np.where(blocks.argmin(1) <= blocks.argmax(1), (low, high), (high, low))
    envelope = np.stack((first, second), axis=1).ravel()
    return np.append(np.repeat(time[::width], 2), time[-1]), np.append(envelope, values[-1])


def draw_curves(
    axes: Axes, results: Results, piece: Piece, curves: dict[str, np.ndarray], **style: object
) -> None:
    inside = piece.holds(results.trace_time_s)
    time = piece.shown(results.trace_time_s[inside])
    for name, values in curves.items():
        axes.plot(*thin(time, values[inside]), label=name, **style)


def mark_threshold(row: Sequence[Axes], value: float, name: str, below: bool = False) -> None:
    for axes in row:
        axes.axhline(value, **THRESHOLD)
    row[0].annotate(
        name,
        (0.0, value),
        xycoords=("axes fraction", "data"),
        xytext=(3, -1 if below else 1),
        textcoords="offset points",
        fontsize=8,
        color="#666666",
        va="top" if below else "bottom",
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


def new_figure(results: Results, n_columns: int, height: float, title: str) -> Figure:
    width = min(14.0, 4.2 + 2.6 * n_columns)
    figure = plt.figure(figsize=(width, height), constrained_layout=True)
    name = results.config["simulation"].get("description") or results.path.name
    text = f"{title}  |  {name}" if title else name
    # Below each other where the figure is too narrow for one line.
    if len(text) > 13 * width:
        text = text.replace("  |  ", "\n")
    figure.suptitle(text, fontsize=10, fontweight="bold")
    return figure


def first_few(items: Sequence, limit: int, what: str) -> tuple[Sequence, str]:
    """The first items, and a note if there are more."""
    note = f" (first {limit} of {len(items)} {what})" if len(items) > limit else ""
    return items[:limit], note


# ---------------------------------------------------------------------------------------------
# Weights, calcium and proteins, membrane potentials


def weights(results: Results) -> Figure:
    """Early- and late-phase weights of the recorded synapses over the whole run."""
    if not results.synapse_traces:
        raise NothingToDraw("no synapses were recorded; see record.synapses")
    synapses, note = first_few(results.synapse_traces, MAX_TRACES, "synapses")
    parameters = results.config["synapses"]
    h_0 = parameters["h_0_mV"]
    pieces = all_pieces(results)
    figure = new_figure(results, len(pieces), 4.6, "Synaptic weights" + note)
    axes = grid(figure, pieces, (1, 1))
    for column, piece in zip(axes.T, pieces):
        for panel in column:
            shade_stimuli(panel, results, piece, legend=True)
        for i, synapse in enumerate(synapses):
            style = overlap_style(i)
            name = f"{synapse.pre} → {synapse.post}"
            draw_curves(column[0], results, piece, {name: 100 * synapse.h_mV / h_0}, **style)
            draw_curves(column[1], results, piece, {name: 100 * (1 + synapse.z)}, **style)
    tag = 100 * parameters["theta_tag_mV"] / h_0
    mark_threshold(axes[0], 100 + tag, r"$+\theta_{tag}$")
    mark_threshold(axes[0], 100 - tag, r"$-\theta_{tag}$")
    axes[0, 0].set_ylabel("early phase\n$h$ (% of $h_0$)")
    axes[1, 0].set_ylabel("late phase\n$1 + z$ (%)")
    widen(axes[0, 0], 10.0)
    widen(axes[1, 0], 2.0)
    legend_outside(axes[0, -1], title="synapse")
    return figure


def widen(axes: Axes, least: float) -> None:
    """Keeps a flat curve from being magnified to rounding noise."""
    low, high = axes.get_ylim()
    if high - low < 2 * least:
        middle = 0.5 * (low + high)
        axes.set_ylim(middle - least, middle + least)


def calcium_protein(results: Results) -> Figure:
    """Calcium of synapses, and the signal and the amount of protein synthesis of neurons."""
    neurons = [trace for trace in results.neuron_traces if trace.population == "exc"]
    if not results.synapse_traces and not neurons:
        raise NothingToDraw("no synapses and no excitatory neurons were recorded")
    synapses, synapse_note = first_few(results.synapse_traces, MAX_TRACES, "synapses")
    neurons, neuron_note = first_few(neurons, MAX_TRACES, "neurons")
    parameters = results.config["synapses"]
    pieces = all_pieces(results)
    rows = ([] if not synapses else ["Ca"]) + ([] if not neurons else ["S", "p"])
    figure = new_figure(
        results, len(pieces), 0.9 + 1.9 * len(rows), "Calcium and protein" + synapse_note + neuron_note
    )
    axes = dict(zip(rows, grid(figure, pieces, [1] * len(rows))))
    for row in axes.values():
        for panel, piece in zip(row, pieces):
            shade_stimuli(panel, results, piece, legend=True)
    if synapses:
        draw_calcium(axes["Ca"], results, pieces, synapses)
    for name, attribute in (("S", "S_mV"), ("p", "p")):
        for i, neuron in enumerate(neurons):
            for panel, piece in zip(axes[name], pieces):
                curve = {f"{neuron.gid}": getattr(neuron, attribute)}
                draw_curves(panel, results, piece, curve, **overlap_style(i))
    if neurons:
        mark_threshold(axes["S"], parameters["theta_pro_mV"], r"$\theta_{pro}$")
        axes["S"][0].set_ylabel("signal for synthesis\n$S$ (mV)")
        axes["p"][0].set_ylabel("protein\n$p$ (µmol/l)")
        for row, least in (("S", 0.0), ("p", 0.1 * parameters["p_max_umol_per_l"])):
            high = max(least, axes[row][0].get_ylim()[1])
            axes[row][0].set_ylim(-0.03 * high, high)
        legend_outside(axes["S"][-1], title="neuron")
    return figure


def draw_calcium(
    row: Sequence[Axes], results: Results, pieces: Sequence[Piece], synapses: Sequence
) -> None:
    for panel, piece in zip(row, pieces):
        if not piece.is_spiking:
            panel.text(
                0.5, 0.6, "neglected", transform=panel.transAxes, ha="center", color="#888888"
            )
            continue
        for i, synapse in enumerate(synapses):
            curve = {f"{synapse.pre} → {synapse.post}": synapse.Ca}
            draw_curves(panel, results, piece, curve, **overlap_style(i))
    mark_threshold(row, results.config["synapses"]["theta_p"], r"$\theta_p$")
    mark_threshold(row, results.config["synapses"]["theta_d"], r"$\theta_d$", below=True)
    row[0].set_ylabel("calcium\n$Ca$")
    row[0].set_ylim(bottom=0)
    spiking = [panel for panel, piece in zip(row, pieces) if piece.is_spiking]
    handles = spiking[0].get_legend_handles_labels() if spiking else ([], [])
    unique = {label: handle for handle, label in zip(*handles) if label != "stimulus"}
    row[-1].legend(
        unique.values(),
        unique.keys(),
        title="synapse",
        loc="upper left",
        bbox_to_anchor=(1.02, 1.0),
    )


def membrane(results: Results) -> Figure:
    """Membrane potentials and currents of the recorded neurons around the stimuli."""
    if not results.neuron_traces:
        raise NothingToDraw("no neurons were recorded; see record.neurons")
    neurons, note = first_few(results.neuron_traces, MAX_NEURONS, "neurons")
    pieces = spiking_pieces(results, close_up=True)
    if not pieces:
        raise NothingToDraw("the run has no spiking phase")
    figure = new_figure(
        results, len(pieces), 1.0 + 2.5 * len(neurons), "Membrane potential and currents" + note
    )
    axes = grid(figure, pieces, [1.2, 1.0] * len(neurons))
    for i, neuron in enumerate(neurons):
        potentials, currents = axes[2 * i], axes[2 * i + 1]
        for panel, piece in zip(potentials, pieces):
            shade_stimuli(panel, results, piece, legend=True)
            draw_curves(panel, results, piece, {"$V$": neuron.V_mV}, linewidth=0.7)
        draw_spike_marks(potentials, results, pieces, neuron)
        mark_threshold(potentials, results.config["neuron"]["V_th_mV"], r"$V_{th}$")
        for panel, piece in zip(currents, pieces):
            shade_stimuli(panel, results, piece)
            draw_currents(panel, results, piece, neuron)
        potentials[0].set_ylabel(f"neuron {neuron.gid} ({neuron.population})\n$V$ (mV)")
        currents[0].set_ylabel("current (nA)")
        if i == 0:
            legend_outside(potentials[-1])
            legend_outside(currents[-1])
    figure.align_ylabels(axes[:, 0])
    return figure


def draw_currents(panel: Axes, results: Results, piece: Piece, neuron: object) -> None:
    curves = {"total": neuron.I_total_nA, "stimulus": neuron.I_stim_nA, "background": neuron.I_bg_nA}
    draw_curves(panel, results, piece, curves, linewidth=0.7)
    # Background currents are about 1 nA, stimuli about 1000 nA.
    if max(np.abs(values).max() for values in curves.values()) > 100:
        panel.set_yscale("symlog", linthresh=10, linscale=1.0)
        low, high = panel.get_ylim()
        ticks = [-1000, -100, -10, 0, 10, 100, 1000, 10000]
        panel.set_yticks([tick for tick in ticks if low <= tick <= high])
        panel.yaxis.set_major_formatter(matplotlib.ticker.FormatStrFormatter("%g"))
        panel.yaxis.set_minor_locator(matplotlib.ticker.NullLocator())


def draw_spike_marks(
    row: Sequence[Axes], results: Results, pieces: Sequence[Piece], neuron: object
) -> None:
    spikes = results.spikes(neuron.population)
    node_id = neuron.gid - (results.n_exc if neuron.population == "inh" else 0)
    time_s = spikes.time_ms[spikes.node_id == node_id] / 1000.0
    for panel, piece in zip(row, pieces):
        inside = time_s[piece.holds(time_s)]
        if len(inside) > MAX_POINTS:
            inside = inside[:: -(-len(inside) // MAX_POINTS)]
        (marks,) = panel.plot(
            piece.shown(inside),
            np.full(len(inside), 1.03),
            transform=panel.get_xaxis_transform(),
            linestyle="none",
            marker="|",
            markersize=4,
            markeredgewidth=0.6,
            color="k",
            clip_on=False,
            label="spikes",
            rasterized=len(inside) > 1000,
        )
        marks.set_in_layout(False)  # without spikes it would be taken to lie at the page's corner


# ---------------------------------------------------------------------------------------------
# Spikes of the network


@dataclass(frozen=True)
class Band:
    """Neurons that are drawn together in a raster."""

    name: str
    color: str
    gids: np.ndarray


def bands(results: Results) -> list[Band]:
    """Stimulated neurons first, inhibitory ones last; empty ones left out."""
    learn, recall = results.stimulated("learn"), results.stimulated("recall")
    names = {s.group for s in results.stimuli if s.role == "learn"}
    learn_name = " + ".join(sorted(names)) if len(names) <= 2 else "assemblies"
    exc, inh = results.group("exc"), results.group("inh")
    stimulated = np.union1d(learn, recall)
    split = len(np.setdiff1d(learn, recall)) > 0 and len(recall) > 0
    candidates = [
        Band("recalled" if split or not len(learn) else learn_name, RECALLED, recall),
        Band(f"{learn_name},\nnot recalled" if split else learn_name, ASSEMBLY,
             np.setdiff1d(learn, recall)),
        Band("other\nexcitatory" if len(stimulated) else "excitatory", CONTROL,
             np.setdiff1d(exc, stimulated)),
        Band("inhibitory", INHIBITORY, np.setdiff1d(inh, stimulated)),
    ]  # fmt: skip
    return [band for band in candidates if len(band.gids)]


@dataclass(frozen=True)
class NetworkSpikes:
    """Spikes of both populations by gid, sorted by time."""

    time_s: np.ndarray
    gid: np.ndarray


def network_spikes(results: Results) -> NetworkSpikes:
    exc, inh = results.spikes("exc"), results.spikes("inh")
    time_s = np.concatenate((exc.time_ms, inh.time_ms)) / 1000.0
    gid = np.concatenate((exc.node_id, inh.node_id + np.uint64(results.n_exc))).astype(np.int64)
    order = np.argsort(time_s, kind="stable")
    return NetworkSpikes(time_s[order], gid[order])


def raster(results: Results) -> Figure:
    """Spikes of all neurons, and the mean rates of groups, in the spiking phases."""
    pieces = spiking_pieces(results)
    if not pieces:
        raise NothingToDraw("the run has no spiking phase")
    figure = new_figure(results, len(pieces) + 1, 5.6, "Spikes")
    draw_raster(figure, results, pieces)
    return figure


def draw_raster(figure: Figure, results: Results, pieces: Sequence[Piece]) -> None:
    spikes = network_spikes(results)
    groups = bands(results)
    axes = grid(figure, pieces, (2.2, 1.0))
    in_pieces = np.zeros(len(spikes.time_s), dtype=bool)
    for piece in pieces:
        in_pieces |= piece.holds(spikes.time_s)
    stride = max(1, -(-int(in_pieces.sum()) // MAX_DOTS))
    for panel, rates, piece in zip(axes[0], axes[1], pieces):
        for panel_ in (panel, rates):
            shade_stimuli(panel_, results, piece)
        draw_dots(panel, spikes, groups, piece, stride)
        draw_rates(rates, spikes, groups, piece)
    if stride > 1:
        axes[0, -1].set_title(f"{pieces[-1].title}  (1 of {stride} spikes shown)")
    label_bands(axes[0], groups)
    axes[1, 0].set_ylabel("mean rate (Hz)")
    set_rate_scale(axes[1, 0])


def draw_dots(
    panel: Axes, spikes: NetworkSpikes, groups: Sequence[Band], piece: Piece, stride: int
) -> None:
    """Every band has the same height: a small assembly remains visible in a large network."""
    inside = piece.holds(spikes.time_s)
    time, gid = spikes.time_s[inside][::stride], spikes.gid[inside][::stride]
    for level, band in enumerate(groups):
        chosen = np.isin(gid, band.gids)
        position = (np.searchsorted(band.gids, gid[chosen]) + 0.5) / len(band.gids)
        few = len(band.gids) <= 20
        panel.plot(
            piece.shown(time[chosen]),
            level + position,
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
    panel: Axes, spikes: NetworkSpikes, groups: Sequence[Band], piece: Piece
) -> None:
    duration = piece.end_s - piece.begin_s
    n_bins = int(np.clip(round(duration / 0.05), 10, 400))
    edges = np.linspace(piece.begin_s, piece.end_s, n_bins + 1)
    for band in groups:
        times = spikes.time_s[np.isin(spikes.gid, band.gids)]
        counts, _ = np.histogram(times, edges)
        rate = counts / len(band.gids) / (edges[1] - edges[0])
        panel.step(piece.shown(edges), np.append(rate, rate[-1]), where="post", color=band.color,
                   linewidth=1.0)  # fmt: skip


def set_rate_scale(axes: Axes) -> None:
    axes.set_yscale("symlog", linthresh=1.0, linscale=0.5)
    axes.set_ylim(0, max(10.0, 1.3 * axes.dataLim.y1))
    axes.yaxis.set_major_formatter(matplotlib.ticker.FormatStrFormatter("%g"))
    axes.yaxis.set_minor_locator(matplotlib.ticker.NullLocator())


# ---------------------------------------------------------------------------------------------
# Snapshots of all weights

PLACES = ("within", "out of", "into", "elsewhere")


def snapshots(results: Results) -> Figure:
    """Mean change of all weights within, out of, into and outside the assembly."""
    check_snapshots(results)
    figure = new_figure(results, 1, 3.6, "Mean weights")
    draw_snapshots(figure, results)
    return figure


def check_snapshots(results: Results) -> None:
    if not results.snapshot_times_s:
        raise NothingToDraw("no snapshots were taken; see record.snapshots_s")
    if not len(results.stimulated("learn")):
        raise NothingToDraw("no group learns, so that there is no assembly")


def places_of_synapses(results: Results) -> list[np.ndarray]:
    """Which plastic synapses are within, out of, into and outside the assembly."""
    source, target = results.edges("exc_exc")
    member = np.zeros(results.n_exc, dtype=bool)
    learn = results.stimulated("learn")
    member[learn[learn < results.n_exc]] = True
    pre, post = member[source], member[target]
    return [pre & post, pre & ~post, ~pre & post, ~pre & ~post]


def mean_changes(snapshot: Snapshot, h_0: float, places: Sequence[np.ndarray]) -> np.ndarray:
    """Rows: h - h_0 in % of h_0, z in %; columns: places, without synapses not a number."""
    quantities = (100 * (snapshot.h_mV / h_0 - 1), 100 * snapshot.z)
    return np.array(
        [[q[place].mean() if place.any() else np.nan for place in places] for q in quantities]
    )


def time_text(time_s: float) -> str:
    """Such as 8 h 10 s."""
    hours, rest = divmod(time_s, 3600.0)
    minutes, seconds = divmod(rest, 60.0)
    parts = ((hours, "h"), (minutes, "min"), (seconds, "s"))
    return " ".join(f"{value:.6g} {unit}" for value, unit in parts if value) or "0 s"


def draw_snapshots(figure: Figure, results: Results, stacked: bool = False) -> None:
    h_0 = results.config["synapses"]["h_0_mV"]
    places = places_of_synapses(results)
    times = results.snapshot_times_s
    changes = [mean_changes(results.snapshot(time), h_0, places) for time in times]
    axes = figure.subplots(2 if stacked else 1, 1 if stacked else 2, sharex=True).ravel()
    width = 0.8 / len(times)
    colors = plt.get_cmap("viridis")(np.linspace(0.1, 0.85, len(times)))
    for quantity, panel in enumerate(axes):
        for i, (time, change) in enumerate(zip(times, changes)):
            offset = (i - 0.5 * (len(times) - 1)) * width
            panel.bar(
                np.arange(len(PLACES)) + offset,
                change[quantity],
                width,
                color=colors[i],
                label=time_text(time),
            )
        panel.axhline(0, color="k", linewidth=0.8)
        panel.set_xticks(range(len(PLACES)), PLACES)
        low, high = panel.get_ylim()
        panel.set_ylim(min(low, -0.01 * high), max(high, 5.0))
        panel.set_xlim(-0.6, len(PLACES) - 0.4)
    axes[0].set_ylabel("early phase\n$h - h_0$ (% of $h_0$)")
    axes[1].set_ylabel("late phase\n$z$ (%)")
    axes[-1].set_xlabel("synapses by assembly")
    if not stacked:
        axes[0].set_xlabel("synapses by assembly")
    legend_outside(axes[0 if stacked else 1], title="time")


# ---------------------------------------------------------------------------------------------
# The picture for a first look


def overview(results: Results) -> Figure:
    """Learning and recall in spikes, beside the weights that carry the memory."""
    check_snapshots(results)
    pieces = spiking_pieces(results, close_up=True)
    if not pieces:
        raise NothingToDraw("the run has no spiking phase")
    figure = new_figure(results, len(pieces) + 2, 5.0, "")
    left, right = figure.subfigures(1, 2, width_ratios=(2.3, 1), wspace=0.02)
    draw_raster(left, results, pieces)
    draw_snapshots(right, results, stacked=True)
    return figure


FIGURES: dict[str, Callable[[Results], Figure]] = {
    "overview": overview,
    "raster": raster,
    "membrane": membrane,
    "weights": weights,
    "calcium_protein": calcium_protein,
    "snapshots": snapshots,
}


def save(figure: Figure, path: Path) -> None:
    figure.savefig(path, dpi=150)
    plt.close(figure)
