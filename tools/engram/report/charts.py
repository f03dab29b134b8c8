# SPDX-License-Identifier: Apache-2.0
"""Charts that the reader of a page can zoom: spikes and traces of the spiking phases of a run."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from html import escape
from typing import Any, Iterator, Sequence

import numpy as np

from ..arrays import Array
from ..errors import NotRecorded
from ..figures.names import neuron_name, synapse_name
from ..figures.raster import Band, banded_spikes, bands
from ..figures.style import COLORS, thin
from ..figures.time_axis import Piece, spiking_pieces
from ..results import Results
from ..visible import visible

MAX_DOTS = 100_000  # on a page: 1 MB
MAX_CURVES = 6  # of a chart
MAX_PIECES = 8  # spiking phases that have charts


@dataclass(frozen=True)
class Chart:
    """What chart.js draws, and what stands around it."""

    title: str
    note: str
    legend: Sequence[tuple[str, str]]  # name and colour
    spec: dict[str, Any]

    def html(self, name: str) -> str:
        """The chart, with an id that is its own on the page."""
        spec = json.dumps(self.spec).replace("<", "\\u003c")
        legend = "".join(
            f'<span><span style="color:{color}">&#9632;</span> {escape(text)}</span>'
            for text, color in self.legend
        )
        return (
            f"<figure><h3>{escape(self.title)}</h3>"
            f'<div class="legend">{legend}</div>'
            f'<canvas data-source="{name}" role="img" aria-label="{escape(self.title)}"></canvas>'
            '<div class="buttons"><button aria-label="zoom in">+</button>'
            '<button aria-label="zoom out">&minus;</button><button>all</button></div>'
            f"<figcaption>{escape(self.note)}</figcaption>"
            f'<script type="application/json" id="{name}">{spec}</script></figure>'
        )


def charts_of(results: Results) -> Iterator[Chart]:
    """A raster of each spiking phase, then traces of neurons and synapses."""
    pieces = spiking_pieces(results)[:MAX_PIECES]
    try:
        yield from _rasters(results, pieces)
    except NotRecorded:
        pass  # the page says so where the figures are
    for piece in pieces:
        yield from _traces(results, piece)


def _rasters(results: Results, pieces: Sequence[Piece]) -> Iterator[Chart]:
    groups = bands(results)
    found = [banded_spikes(results, groups, piece) for piece in pieces]
    stride = max(1, -(-sum(len(spikes.time_s) for spikes in found) // MAX_DOTS))
    for piece, spikes in zip(pieces, found):
        series = []
        for level, band in enumerate(groups):
            chosen = np.flatnonzero(spikes.band == level)[::stride]
            time = piece.shown(spikes.time_s[chosen])
            series.append(_series(time, level + spikes.position[chosen], band.color))
        shown = f"1 of {stride} spikes shown" if stride > 1 else "all spikes shown"
        yield Chart(
            f"Spikes: {visible(piece.title)}",
            f"Wheel or two fingers zoom, dragging moves; {shown}.",
            [(_band_name(band), band.color) for band in groups],
            _spec(results, piece, "dots", series, (0.0, float(len(groups))))
            | {"bands": [{"name": "", "at": level} for level in range(len(groups))]},
        )


def _band_name(band: Band) -> str:
    return f"{' '.join(band.name.split())} ({len(band.gids)})"


def _traces(results: Results, piece: Piece) -> Iterator[Chart]:
    neurons, synapses = results.neuron_traces, results.synapse_traces
    network = results.network
    h_0_mV = results.config["synapses"]["h_0_mV"]
    kinds = (
        ("Membrane potential (mV)", len(neurons),
         [(neuron_name(network, t.gid), t.V_mV) for t in neurons[:MAX_CURVES]]),
        ("Early-phase weight, h in % of h_0", len(synapses),
         [(synapse_name(network, t.pre, t.post), 100 * t.h_mV / h_0_mV)
          for t in synapses[:MAX_CURVES]]),
    )  # fmt: skip
    inside = piece.holds(results.trace_time_s)
    time = piece.shown(results.trace_time_s[inside])
    for title, n, curves in kinds:
        if not curves or len(time) < 2:
            continue
        parts = [(name, *thin(time, values[inside])) for name, values in curves]
        low = min(float(np.min(values)) for _, _, values in parts)
        high = max(float(np.max(values)) for _, _, values in parts)
        margin = max(0.05 * (high - low), 1e-3 * max(1.0, abs(high)))
        series = [_series(t, v, COLORS[i % len(COLORS)]) for i, (_, t, v) in enumerate(parts)]
        more = f" (first {len(curves)} of {n})" if n > len(curves) else ""
        yield Chart(
            f"{title}: {visible(piece.title)}{more}",
            "Where samples are many, highest and lowest values of short intervals are drawn.",
            [(name, COLORS[i % len(COLORS)]) for i, (name, _) in enumerate(curves)],
            _spec(results, piece, "lines", series, (low - margin, high + margin)),
        )


def _spec(
    results: Results,
    piece: Piece,
    kind: str,
    series: list[dict[str, str]],
    y: tuple[float, float],
) -> dict[str, Any]:
    shades = [
        [float(piece.shown(begin)), float(piece.shown(end))]
        for stimulus in results.stimuli
        for begin, end in stimulus.intervals_s
        if begin < piece.end_s and end > piece.begin_s
    ]
    return {
        "kind": kind,
        "series": series,
        "x": [float(piece.shown(piece.begin_s)), float(piece.shown(piece.end_s))],
        "y": list(y),
        "xlabel": visible(piece.label.replace("\\$", "$")),
        "shades": shades[:1000],
    }


def _series(x: Array, y: Array, color: str) -> dict[str, str]:
    return {"x": _packed(x), "y": _packed(y), "color": color}


def _packed(values: Array) -> str:
    return base64.b64encode(np.asarray(values, dtype="<f4").tobytes()).decode("ascii")
