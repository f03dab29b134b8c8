# SPDX-License-Identifier: Apache-2.0
"""The notebooks in docs/tutorials run, cell by cell (slow), and are kept without outputs."""

from __future__ import annotations

import json
import os

import pytest
from conftest import MPI_ENVIRONMENT, PATIENCE_S, ROOT, TOOLS

NOTEBOOKS = sorted((ROOT / "docs/tutorials").glob("*.ipynb"))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_without_outputs(path) -> None:
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    assert cells and not any(cell.get("outputs") for cell in cells)


def test_learning_recall_and_a_figure_take_few_lines() -> None:
    cells = json.loads((ROOT / "docs/tutorials/first_memory.ipynb").read_text())["cells"]
    first = next(cell for cell in cells if cell["cell_type"] == "code")
    lines = [line for line in first["source"] if line.strip()]
    assert len(lines) < 15 and any("figures" in line for line in lines)


@pytest.mark.slow
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_runs(path, engram, tmp_path, monkeypatch) -> None:
    nbclient = pytest.importorskip("nbclient", reason="needs python3-nbclient")
    nbformat = pytest.importorskip("nbformat", reason="needs python3-nbformat")
    pytest.importorskip("ipykernel", reason="needs python3-ipykernel")
    pytest.importorskip("pandas", reason="needs python3-pandas")
    for name, value in MPI_ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("ENGRAM", str(engram))
    monkeypatch.setenv(
        "PYTHONPATH", os.pathsep.join([str(TOOLS), os.environ.get("PYTHONPATH", "")])
    )
    notebook = nbformat.read(path, as_version=4)
    client = nbclient.NotebookClient(
        notebook, timeout=PATIENCE_S, resources={"metadata": {"path": str(tmp_path)}}
    )
    client.execute()
    figures = [
        output
        for cell in notebook.cells
        if cell.cell_type == "code"
        for output in cell.outputs
        if "image/png" in output.get("data", {})
    ]
    assert figures
