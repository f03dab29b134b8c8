# SPDX-License-Identifier: Apache-2.0
"""The page: what was run, figures, measures, and where they come from."""

from __future__ import annotations

import base64
import io
import math
from html import escape
from importlib import resources
from pathlib import Path
from typing import Any, Callable, Iterator, Mapping, Sequence, TypeVar

import matplotlib
import matplotlib.pyplot as plt
from matplotlib.figure import Figure, FigureBase

from ..durations import duration_text
from ..ensemble import Ensemble, is_ensemble
from ..entries import Entry, Row
from ..errors import NotRecorded, ResultsError
from ..figures import RUN_FIGURES, NothingToDraw, ensemble_traces, recall_by_size
from ..figures.style import STYLE
from ..files import CONFIGURATION, read_text, replaced
from ..losses import losses_text
from ..recall_table import ensemble_rows, run_row
from ..release import __version__
from ..results import Results
from ..visible import visible
from .charts import charts_of

DPI = 110
MAX_TRACES = 6  # points of an ensemble whose traces are drawn
MAX_CONFIGURATION = 200_000  # characters; lists of drawn groups may be long

Of = TypeVar("Of", Results, Ensemble)
Draw = Callable[[], FigureBase]


def write_report(
    results: str | Path | Results | Ensemble, output: str | Path | None = None
) -> Path:
    """Writes the report of results or of their directory, to report.html there unless told otherwise.

    >>> write_report(load(small_recall), "page.html").stat().st_size > 100_000
    True
    """
    path = results.path if isinstance(results, (Results, Ensemble)) else Path(results)
    target = Path(output) if output is not None else path / "report.html"
    text = report(path)
    with replaced(target) as temporary:
        temporary.write_text(text, encoding="utf-8")
    return target


def report(path: str | Path) -> str:
    """A page in HTML that shows a run or an ensemble; it needs no other file.

    >>> page = report(small_recall)
    >>> "Small recall" in page, "http://" in page, "https://" in page
    (True, False, False)
    """
    results: Results | Ensemble = Ensemble(path) if is_ensemble(path) else Results(path)
    config = results.config
    title = (config.get("simulation") or {}).get("description") or results.path.resolve().name
    parts = [f"<h1>{_text(title)}</h1>"]
    if isinstance(results, Ensemble):
        parts += [_about_ensemble(results), _figures(_drawings_of_ensemble(results))]
        parts.append(_measures(ensemble_rows, results))
    else:
        parts += [_about_run(results), _charts(results), _figures(_drawings_of_run(results))]
        parts.append(_measures(lambda run: [run_row(run)], results))
    parts.append(_provenance(results))
    style, script = (_resource(name) for name in ("page.css", "chart.js"))
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{_text(title)}</title><style>{style}</style></head>\n<body>"
        + "\n".join(parts)
        + f"\n<script>{script}</script></body></html>\n"
    )


def _resource(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text(encoding="utf-8")


def _text(value: object) -> str:
    return escape(visible(value))


def _about_run(results: Results) -> str:
    summary = results.summary
    neurons = ", ".join(f"{p.count} {p.name}" for p in results.network.populations)
    facts = {
        "Schedule": results.schedule,
        "Simulated time": duration_text(summary.get("duration_s", math.nan)),
        "Neurons": neurons,
        "Synapses": f"{sum((summary.get('synapses') or {}).values()):,}",
        "Spikes": ", ".join(f"{n:,} {name}" for name, n in summary["spikes"].items()),
    }
    lost = losses_text(summary)
    warning = f'<p class="warning">Recordings were lost: {_text(lost)}.</p>' if lost else ""
    phases = _table(
        ("phase", "from", "to", "computed"),
        [
            (p.label, duration_text(p.begin_s), duration_text(p.end_s), p.kind)
            for p in results.phases
        ],
    )
    stimuli = _table(
        ("stimulus", "role", "neurons", "first onset", "times"),
        [
            (s.name, s.role, len(s.neurons), duration_text(s.onset_s), len(s.intervals_s))
            for s in results.stimuli
        ],
    )
    return f"{warning}<h2>What was run</h2>{_facts(facts)}{phases}{stimuli}"


def _about_ensemble(ensemble: Ensemble) -> str:
    facts = {
        "Trials": f"{ensemble.n_trials} at each of {ensemble.n_points} points",
        "Seeds": f"{ensemble.seeds[0]} and {ensemble.n_trials - 1} more, the same at each point",
    }
    points = _table(
        ("point", "settings", "schedule"),
        [(p.index, p.name, p.summary.get("schedule", "")) for p in ensemble.points],
    )
    return f"<h2>What was run</h2>{_facts(facts)}{points}"


def _facts(facts: Mapping[str, object]) -> str:
    rows = "".join(f"<tr><th>{_text(k)}</th><td>{_text(v)}</td></tr>" for k, v in facts.items())
    return f'<div class="scroll"><table>{rows}</table></div>'


def _table(heads: Sequence[str], rows: Sequence[Sequence[object]], note: str = "") -> str:
    if not rows:
        return ""
    head = "".join(f"<th>{_text(name)}</th>" for name in heads)
    body = "".join("<tr>" + "".join(map(_cell, row)) + "</tr>" for row in rows)
    return f'<h3>{_text(note)}</h3><div class="scroll"><table><tr>{head}</tr>{body}</table></div>'


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f'<td class="number">{value:.5g}</td>' if math.isfinite(value) else "<td>-</td>"
    kind = ' class="number"' if isinstance(value, int) else ""
    return f"<td{kind}>{_text(value)}</td>"


def _charts(results: Results) -> str:
    found = [chart.html(f"chart-{i}") for i, chart in enumerate(charts_of(results))]
    return "<h2>Activity</h2>" + "\n".join(found) if found else ""


def _drawings_of_run(results: Results) -> Iterator[tuple[str, Draw]]:
    for name, draw in RUN_FIGURES.items():
        yield name, lambda draw=draw: draw(results)  # type: ignore[misc]


def _drawings_of_ensemble(ensemble: Ensemble) -> Iterator[tuple[str, Draw]]:
    yield "recall_by_size", lambda: recall_by_size([ensemble], "sem", [])
    recorded = [point for point in ensemble.points if ensemble.has_traces(point.index)]
    for point in recorded[:MAX_TRACES]:
        yield f"traces_{point.index:03d}", lambda p=point: ensemble_traces(ensemble, p)  # type: ignore[misc]


def _figures(drawings: Iterator[tuple[str, Draw]]) -> str:
    shown, left_out = [], []
    for name, draw in drawings:
        try:
            shown.append(f'<figure><img alt="{_text(name)}" src="{_image(draw)}"></figure>')
        except (NothingToDraw, NotRecorded) as reason:
            left_out.append(f"{name}: {reason}")
    notes = "".join(f'<p class="quiet">Left out: {_text(text)}.</p>' for text in left_out)
    return "<h2>Figures</h2>" + "\n".join(shown) + notes


def _image(draw: Draw) -> str:
    figure = draw()
    assert isinstance(figure, Figure)
    content = io.BytesIO()
    try:
        with matplotlib.rc_context(STYLE):
            figure.savefig(content, dpi=DPI, format="png")
    finally:
        plt.close(figure)
    return "data:image/png;base64," + base64.b64encode(content.getvalue()).decode("ascii")


def _measures(measure: Callable[[Of], Sequence[Row]], results: Of) -> str:
    head = "<h2>Measures</h2>"
    try:
        rows = measure(results)
    except ResultsError as reason:
        return f'{head}<p class="quiet">{_text(reason)}.</p>'
    return head + "".join(
        _table(_heads(row), [_values(row, entry) for entry in row.entries], _title(row))
        for row in rows
    )


def _title(row: Row) -> str:
    """One run is one sample: what scatters within it is no error of its mean."""
    if row.trials == 1:
        return "of one run: errors are standard deviations across its neurons, not of the mean"
    return f"{row.name} ({', '.join([*row.about(), f'{row.trials} trials'])})"


def _heads(row: Row) -> Sequence[str]:
    several = ("mean", "s.d.", "s.e.m.", "n")
    return ("measure", *(several if row.trials > 1 else ("value", "error")), "units")


def _values(row: Row, entry: Entry) -> Sequence[object]:
    if row.trials > 1:
        return (entry.name, entry.mean, entry.sd, entry.sem, entry.n, entry.units)
    return (entry.name, entry.mean, entry.error, entry.units)


def _provenance(results: Results | Ensemble) -> str:
    summary: Mapping[str, Any] = results.summary
    versions = summary.get("versions") or {}
    wall_s = (summary.get("wall_s") or {}).get("run")
    facts = {
        "Directory": results.path.resolve(),
        "Program": f"Engram {versions.get('engram', '?')}, commit {versions.get('commit', '?')}",
        "Seed": summary.get("seed", (results.config.get("simulation") or {}).get("seed", 1)),
        "Ranks": summary.get("ranks", "?"),
        "Libraries": ", ".join(f"{k} {versions[k]}" for k in ("mpi", "hdf5") if k in versions),
        "Report": f"engram-report {__version__}",
    }
    if isinstance(wall_s, (int, float)):
        facts["Wall time"] = duration_text(round(wall_s, 1))
    text = read_text(results.path / CONFIGURATION)
    if len(text) > MAX_CONFIGURATION:
        text = text[:MAX_CONFIGURATION] + f"\n... ({len(text)} characters in {CONFIGURATION})"
    shown = escape("\n".join(map(visible, text.splitlines())))
    return (
        f"<h2>Provenance</h2>{_facts(facts)}"
        f"<details><summary>Configuration ({CONFIGURATION})</summary><pre>{shown}</pre></details>"
    )
