# SPDX-License-Identifier: Apache-2.0
"""Whatever a configuration, a JSON file or a wiring file holds: no crash, bounded memory and time, one message."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path

import fuzzed_configurations
import pytest
import yaml

from conftest import run_program
from fuzz import Case, problems_of, run_limited, survey
from fuzzed_configurations import ARBOR, INPUTS, TEXTS, configuration_case

# Makes a run of a configuration short; what it cannot make valid is refused.
SHORT = {
    "simulation.duration_s": "0.02",
    "simulation.dt_ms": "0.2",
    "simulation.fast_forward": "'off'",
    "stimuli": "null",
    "sweep": "null",
    "record.snapshots_s": "null",
}
MOST_NEURONS = 3000


def settings(values: dict[str, str]) -> list[bytes]:
    return [part for k, v in values.items() for part in (b"--set", f"{k}={v}".encode())]


def n_neurons(resolved: dict) -> int:
    populations = resolved["populations"]
    return sum(p["count"] if isinstance(p, dict) else p for p in populations.values())


def is_run(case: Case) -> bool:
    """Some of those that are accepted."""
    return int(case.name.rpartition("-")[2]) % 4 == 0


def what_is_printed(case: Case, stdout: bytes) -> list[str]:
    """Others read what Engram writes."""
    try:
        resolved = yaml.safe_load(stdout.decode())
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        return [f"PyYAML cannot read the result: {error}"]
    return [] if isinstance(resolved, dict) else ["the result is no map"]


def judge(engram: Path) -> Callable[[Case, Path], list[str]]:
    def check(case: Case, directory: Path) -> list[str]:
        outcome = run_limited([engram, *case.arguments], directory)
        problems = problems_of(outcome, (0, 1 if b"" in case.arguments else 0, 2, 3), case.names)
        if outcome.code != 0 or len(outcome.stdout) > 100_000:
            return problems
        problems += what_is_printed(case, outcome.stdout)
        if problems or case.arguments[0] != b"check" or not is_run(case):
            return problems
        resolved = yaml.safe_load(outcome.stdout)
        if "trials" in resolved or "sweep" in resolved or n_neurons(resolved) > MOST_NEURONS:
            return problems
        run = [b"run", *case.arguments[1:], *settings(SHORT), b"-q", b"-o", b"short"]
        outcome = run_limited([engram, *run], directory)
        return problems + problems_of(outcome, (0, 1, 2, 3), [*case.names, b"--set", b"short"])

    return check


def unchanged() -> dict[str, bytes]:
    """What is changed to make cases, as it is before."""
    texts = {f"{n}.yaml": text.encode() for n, text in enumerate(dict.fromkeys(TEXTS))}
    return texts | {"arbor.json": json.dumps(ARBOR).encode(), **INPUTS}


@pytest.mark.parametrize("name", [name for name in unchanged() if name not in INPUTS])
def test_what_is_changed_was_valid(engram: Path, tmp_path: Path, name: str) -> None:
    """What is refused anyway hides what a change of it does."""
    for file, content in unchanged().items():
        (tmp_path / file).write_bytes(content)
    result = run_program([engram, "check", tmp_path / name])
    assert result.returncode == 0, result.stderr


def test_edges_that_are_changed_were_valid(
    engram: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for change in ("mutate_hdf5", "mutated_bytes"):
        monkeypatch.setattr(fuzzed_configurations, change, lambda source, content, *notes: content)
    content = fuzzed_configurations.sonata_file(random.Random(1), 6, 2, [])
    (tmp_path / "wiring.h5").write_bytes(content)
    text = "{simulation: {duration_s: 1}, populations: {n_exc: 6, n_inh: 2}, connectivity: {file: wiring.h5}}"
    (tmp_path / "x.yaml").write_text(text)
    result = run_program([engram, "check", tmp_path / "x.yaml"])
    assert result.returncode == 0, result.stderr


def test_configurations(engram: Path) -> None:
    failures = survey(configuration_case, range(210), judge(engram))
    assert not failures, "\n".join(failures)


@pytest.mark.slow
@pytest.mark.parametrize("thousand", range(7))
def test_many_configurations(engram: Path, thousand: int) -> None:
    numbers = range(1000 * (thousand + 1), 1000 * (thousand + 2))
    failures = survey(configuration_case, numbers, judge(engram))
    assert not failures, "\n".join(failures)
