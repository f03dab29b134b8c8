# SPDX-License-Identifier: Apache-2.0
"""Calls of the system fail, each in its turn: no result is wrong, nothing is lost, nothing hangs, and
the message blames the right thing."""

import os
import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from failing_calls import ERRORS, PASSING, Bench, Fault

STAGES = ("run", "resume", "extend", "run ensemble", "resume ensemble")


@pytest.fixture(scope="module")
def bench(engram: Path, tmp_path_factory: pytest.TempPathFactory) -> Bench:
    library = engram.parent / "engram_failing_calls.so"
    if not library.is_file():
        pytest.skip(f"{library} is not built")
    return Bench(engram, library, tmp_path_factory.mktemp("bench"))


def assert_sound(
    bench: Bench, stage: str, ranks: int, faults: list[Fault], directory: Path
) -> None:
    """Runs all of them, so that one report tells what they have in common."""

    def problems(case: tuple[int, Fault]) -> list[str]:
        number, fault = case
        return bench.problems(stage, ranks, fault, directory / str(number))

    with ThreadPoolExecutor(max(2, (os.cpu_count() or 1) // ranks)) as pool:
        found = [report for report in pool.map(problems, enumerate(faults)) if report]
    assert not found, "\n\n".join("\n  ".join(report) for report in found)


def places(counts: dict[tuple[int, str], int], rank: int, limit: int) -> Iterator[tuple[str, int]]:
    """Of each kind of call all places, or so many from the first to the last."""
    for call in ERRORS:
        n = counts[rank, call]
        numbers = range(1, n + 1)
        if n > limit:
            numbers = sorted({1 + round(i * (n - 1) / (limit - 1)) for i in range(limit)})
        yield from ((call, number) for number in numbers)


def in_turn(where: Iterator[tuple[str, int]], sticky: bool, rank: int = 0) -> list[Fault]:
    """A fault at each place, with the errors of its call in turn."""
    faults = []
    for i, (call, number) in enumerate(where):
        errors = [error for error in ERRORS[call] if not sticky or error not in PASSING]
        faults.append(Fault(call, number, errors[i % len(errors)], sticky, rank))
    return faults


@pytest.mark.parametrize("stage", STAGES)
def test_some_calls(bench: Bench, tmp_path: Path, stage: str) -> None:
    source = random.Random(STAGES.index(stage))
    counts = bench.counts(stage, 1)
    faults = [
        Fault(call, source.randint(1, counts[0, call]), source.choice(ERRORS[call]))
        for call in source.sample([call for call in ERRORS if counts[0, call]], 6)
    ]
    assert_sound(bench, stage, 1, faults, tmp_path)


@pytest.mark.parametrize(
    "stage, calls",
    [
        ("resume", ("list", "stat")),
        pytest.param("resume ensemble", ("unlink",), marks=pytest.mark.slow),
    ],
)
def test_what_cannot_be_looked_at_or_removed(
    bench: Bench, tmp_path: Path, stage: str, calls: tuple[str, ...]
) -> None:
    """It is named, with the reason, and not taken for something else."""
    found = [place for place in places(bench.counts(stage, 1), 0, 12) if place[0] in calls]
    assert len(found) >= 12
    assert_sound(bench, stage, 1, [Fault(*place, ERRORS[place[0]][0]) for place in found], tmp_path)


def test_one_of_two_ranks(bench: Bench, tmp_path: Path) -> None:
    counts = bench.counts("resume", 2)
    faults = [
        Fault(call, counts[1, call] // 2 + 1, ERRORS[call][0], rank=1)
        for call in ("open", "read", "write", "sync", "close")
        if counts[1, call]
    ]
    assert len(faults) > 3
    assert_sound(bench, "resume", 2, faults, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("sticky", [False, True])
@pytest.mark.parametrize("stage", STAGES)
def test_every_call(bench: Bench, tmp_path: Path, stage: str, sticky: bool) -> None:
    """Its errors in turn."""
    faults = in_turn(places(bench.counts(stage, 1), 0, 60), sticky)
    assert_sound(bench, stage, 1, faults, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("stage", STAGES)
def test_every_error(bench: Bench, tmp_path: Path, stage: str) -> None:
    faults = [
        Fault(call, number, error)
        for call, number in places(bench.counts(stage, 1), 0, 5)
        for error in ERRORS[call]
    ]
    assert_sound(bench, stage, 1, faults, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("sticky", [False, True])
@pytest.mark.parametrize("rank", [0, 1])
@pytest.mark.parametrize("stage", STAGES)
def test_two_ranks(bench: Bench, tmp_path: Path, stage: str, rank: int, sticky: bool) -> None:
    faults = in_turn(places(bench.counts(stage, 2), rank, 12), sticky, rank)
    assert_sound(bench, stage, 2, faults, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("how", ["kill", "stop"])
@pytest.mark.parametrize("stage", STAGES)
def test_ended_at_a_call(bench: Bench, tmp_path: Path, stage: str, how: str) -> None:
    """Between any two steps on the disk."""
    counts = bench.counts(stage, 1)
    faults = [
        Fault(call, number, how)
        for call, number in places(counts, 0, 20)
        if call in ("open", "close", "rename", "unlink", "sync", "allocate", "mkdir")
    ]
    assert_sound(bench, stage, 1, faults, tmp_path)
