# SPDX-License-Identifier: Apache-2.0
"""The examples in the package engram run, and every public function has one."""

from __future__ import annotations

import doctest
import importlib
import inspect
import pkgutil

import matplotlib
import pytest
from conftest import MPI_ENVIRONMENT, run_program, write_small_recall

matplotlib.use("Agg")
import engram as package  # noqa: E402  (conftest says where it is; `engram` is a fixture)

MODULES = [
    module.name
    for module in pkgutil.walk_packages(package.__path__, "engram.")
    if ".commands" not in module.name
]
SWEEP = "sweep={groups.assembly.count: [10, 20]}"


@pytest.fixture(scope="module")
def small_ensemble(engram, tmp_path_factory):
    """Two trials of the small recall at two sizes of its assembly."""
    directory = tmp_path_factory.mktemp("small_ensemble")
    output = directory / "results"
    settings = ("trials=2", SWEEP, "simulation.duration_s=2", "stimuli.recall.start_s=1.5",
                "record.snapshots_s=[0.5]", "trial_results=none")  # fmt: skip
    options = [part for setting in settings for part in ("--set", setting)]
    command = [engram, "run", write_small_recall(directory), "-q", "-o", output, *options]
    result = run_program(command)
    assert result.returncode == 0, result.stderr
    return output


@pytest.mark.parametrize("name", MODULES)
def test_examples(name, engram, small_recall, small_ensemble, tmp_path, monkeypatch) -> None:
    pytest.importorskip("pandas", reason="needs python3-pandas")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ENGRAM", str(engram))
    for variable, value in MPI_ENVIRONMENT.items():
        monkeypatch.setenv(variable, value)
    module = importlib.import_module(name)
    known = {public: getattr(package, public) for public in package.__all__}
    known |= {"small_recall": small_recall, "small_ensemble": small_ensemble}
    known |= {public: getattr(package.figures, public) for public in package.figures.__all__}
    finder = doctest.DocTestFinder(exclude_empty=True)
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
    for test in finder.find(module, name, globs=known | vars(module)):
        runner.run(test)
    matplotlib.pyplot.close("all")
    assert runner.summarize(verbose=False).failed == 0


def public_functions() -> list[tuple[str, object]]:
    """Of the package, of its figures and reports."""
    found = []
    for module in (package, package.figures, importlib.import_module("engram.report")):
        found += [
            (f"{module.__name__}.{name}", getattr(module, name))
            for name in module.__all__
            if inspect.isfunction(getattr(module, name))
        ]
    return found


@pytest.mark.parametrize("name, function", public_functions())
def test_every_public_function_has_an_example(name, function) -> None:
    assert ">>>" in (function.__doc__ or ""), name
