# SPDX-License-Identifier: Apache-2.0
"""The faults of test/mutations fit the present sources, which else a run of hours would tell."""

from __future__ import annotations

import sys

from conftest import ROOT

sys.path.insert(0, str(ROOT / "test/mutations"))
from run import Broken, Mutation, Scratch, chosen, mutated  # noqa: E402


def problem(mutation: Mutation, sources: Scratch) -> str:
    try:
        content = sources.path_of(mutation).read_text("utf-8")
        return "" if mutated(mutation, content) != content else f"{mutation.name}: changes nothing"
    except Broken as broken:
        return str(broken)


def test_every_fault_can_be_put_into_the_sources() -> None:
    sources = Scratch(ROOT, jobs=1)
    sources.tree = ROOT  # no copy: nothing is written
    problems = [found for mutation in chosen([]) if (found := problem(mutation, sources))]
    assert not problems, "\n".join(problems)
