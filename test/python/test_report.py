# SPDX-License-Identifier: Apache-2.0
"""engram-report: one page in HTML, whole, harmless, and drawn by a browser."""

from __future__ import annotations

import base64
import html.parser
import json
import re
import shutil
import subprocess

import numpy as np
import pytest
from conftest import PATIENCE_S, write_small_recall
from tool import check_failure, run_tool

from engram import load


class Elements(html.parser.HTMLParser):
    """All elements with their attributes; unclosed ones are an error."""

    VOID = ("meta", "img")

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.texts: list[str] = []
        self.feed(text)
        assert not self.open

    def handle_starttag(self, tag, attributes):
        self.found.append((tag, dict(attributes)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append(data)


@pytest.fixture(scope="module")
def page(small_recall, tmp_path_factory):
    target = tmp_path_factory.mktemp("report") / "page.html"
    result = run_tool("report", small_recall, "--output", target)
    assert (result.returncode, result.stdout) == (0, f"{target}\n"), result.stderr
    return target.read_text(encoding="utf-8")


def test_needs_nothing_else(page) -> None:
    """No address but those within the page."""
    for _, attributes in Elements(page).found:
        for name in ("src", "href"):
            assert (attributes.get(name) or "data:").startswith("data:")
    assert "http:" not in page and "https:" not in page and "@import" not in page


def test_tells_what_was_run(page, small_recall) -> None:
    results = load(small_recall)
    text = "\n".join(Elements(page).texts)
    commit = results.summary["versions"]["commit"]
    for expected in ("Small recall", results.schedule, "80 exc, 20 inh", commit, "t_ref_ms"):
        assert expected in text, expected
    q = results.recall().value["Q"]
    assert f"{q:.5g}" in text


def test_charts_hold_the_spikes(page, small_recall) -> None:
    charts = [
        json.loads(text)
        for text in re.findall(r'<script type="application/json"[^>]*>(.*?)</script>', page)
    ]
    dots = [chart for chart in charts if chart["kind"] == "dots"]
    n = sum(len(base64.b64decode(s["x"])) // 4 for chart in dots for s in chart["series"])
    assert n == len(load(small_recall).all_spikes().gid)
    lines = [chart for chart in charts if chart["kind"] == "lines"]
    assert lines
    for chart in lines:
        for series in chart["series"]:
            y = np.frombuffer(base64.b64decode(series["y"]), "<f4")
            assert chart["y"][0] <= y.min() and y.max() <= chart["y"][1]


def test_of_an_ensemble(run_engram, tmp_path) -> None:
    output = run_engram(
        write_small_recall(tmp_path),
        tmp_path / "results",
        arguments=["--set", "trials=2", "--set", "sweep={groups.assembly.count: [10, 20]}",
                   "--set", "simulation.duration_s=2", "--set", "stimuli.recall.start_s=1.5",
                   "--set", "record.snapshots_s=[0.5]", "--set", "trial_results=none"],
    )  # fmt: skip
    result = run_tool("report", output)
    assert result.returncode == 0, result.stderr
    elements = Elements((output / "report.html").read_text(encoding="utf-8"))
    text = "\n".join(elements.texts)
    assert "2 at each of 2 points" in text and "groups.assembly.count=10" in text
    assert sum(tag == "img" for tag, _ in elements.found) == 3  # recall by size, traces of two


def test_names_of_others_are_text(run_engram, tmp_path) -> None:
    path = tmp_path / "bad.yaml"
    text = '<script>alert("x")</script> & </pre>'
    path.write_text(
        f"simulation: {{duration_s: 0.1, description: '{text}'}}\n"
        "populations: {n_exc: 8, n_inh: 2}\n"
    )
    output = run_engram(path, tmp_path / "results")
    assert run_tool("report", output).returncode == 0
    elements = Elements((output / "report.html").read_text(encoding="utf-8"))
    assert sum(tag == "script" for tag, _ in elements.found) == 2  # our own, and one chart


def test_without_results(tmp_path) -> None:
    check_failure(run_tool("report", tmp_path), 3, "there is no summary.json")


def test_in_a_browser(page, tmp_path) -> None:
    """The script draws all charts, and zooming changes what is shown."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        pytest.skip("needs chromium")
    zoom = "<script>document.querySelector('button').click()</script>"
    target = tmp_path / "page.html"
    target.write_text(page.replace("</body>", zoom + "</body>"), encoding="utf-8")
    command = [chromium, "--headless", "--no-sandbox", "--disable-gpu", "--dump-dom",
               f"--user-data-dir={tmp_path}/profile", "--window-size=400,800"]  # fmt: skip
    result = subprocess.run(
        [*command, target.as_uri()], capture_output=True, text=True, timeout=PATIENCE_S
    )
    charts = re.findall(r"<canvas ([^>]*)>", result.stdout)
    views = [
        [float(v) for v in re.findall(r'data-(?:begin|end)="([^"]*)"', chart)] for chart in charts
    ]
    assert len(charts) >= 3 and all(len(view) == 2 for view in views)
    first, second = (end - begin for begin, end in views[:2])
    specs = re.findall(r'"x": \[([\d.]+), ([\d.]+)\], "y": \[', page)
    assert first == pytest.approx((float(specs[0][1]) - float(specs[0][0])) / 2)
    assert second == pytest.approx(float(specs[1][1]) - float(specs[1][0]))
