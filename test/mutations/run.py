#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Applies one small fault after another to a copy of the sources, and lets the C++ tests find it.

Tests that compare two engines are left out: they notice any difference, but a fault that both
engines share would pass them. The others must see each fault by what they know of the model.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

from mutations import MUTATIONS, Mutation

SOURCE = Path(__file__).resolve().parents[2]
# Comparisons of one engine with another, and of checkpoints that go from one to the other.
ENGINE_COMPARISONS = [
    "*KernelsOnHost.*",
    "LaunchBatch.*",
    "*Gpu*",
    "HostDevice.Reports*",
    "Across*",
]
# C++ tests in ctest by the program that they run; all print the names of those that fail.
TESTS = {"engram_tests": "^unit_tests_[0-9]+$", "engram_mpi_tests": "^mpi_tests_[0-9]+$"}
# Of the layers that hold formulas, and is built without the others.
FORMULA_TESTS = "engram_formula_tests"
FORMULA_LAYERS = ("model", "plasticity")
FAILED = re.compile(r"\[  FAILED  \] (?:\x1b\[m)?([\w./]+)")
ENDED_OTHERWISE = re.compile(r"\*\*\*(Timeout|Exception[^\n]*)")


class Broken(Exception):
    """The script cannot do its work: a mutation is out of date, or the sources fail by themselves."""


class Scratch:
    """A copy of the sources, and a build of it that goes on from mutation to mutation."""

    def __init__(self, directory: Path, jobs: int):
        self.tree = directory / "source"
        self.build = directory / "build"
        self.jobs = jobs

    def update(self) -> None:
        """Copies what differs, so that only that is built again."""
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=SOURCE,
            check=True,
            capture_output=True,
            text=True,
        )
        wanted = {Path(name) for name in listed.stdout.split("\0") if name}
        wanted = {name for name in wanted if (SOURCE / name).is_file()}
        for old in [path for path in self.tree.rglob("*") if path.is_file()]:
            if old.relative_to(self.tree) not in wanted:
                old.unlink()
        for name in wanted:
            content = (SOURCE / name).read_bytes()
            copy = self.tree / name
            if copy.is_file() and copy.read_bytes() == content:
                continue
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(content)

    def configure(self) -> None:
        # Results do not depend on optimisation; building again and again takes the time. Most
        # mutations are of headers that many sources read.
        self._run(
            [
                "cmake",
                "-S",
                self.tree,
                "-B",
                self.build,
                "-DCMAKE_BUILD_TYPE=Release",
                "-DCMAKE_CXX_FLAGS_RELEASE=-O1",
                "-DCMAKE_UNITY_BUILD=ON",
                "-DENGRAM_BUILD_TESTS=ON",
                "-DENGRAM_BUILD_BENCHMARKS=OFF",
            ],
            "the copy cannot be configured",
        )

    def failing_tests(self, what: str, file: str = "", only_first: bool = False) -> list[str]:
        """Names of the tests that fail, or one of them; empty if all pass. The first one is looked
        for among tests named like `file`, then among those of the oracle, then among all."""
        filters = ["*"]
        if only_first:
            name = "".join(word.capitalize() for word in Path(file).stem.split("_"))
            filters = [f"*{name}*", "*Oracle*", "*"]
        for tests in filters:
            names = []
            for program, processes in TESTS.items():
                self._build(program, what)
                names += self._failing(processes, tests, only_first)
                if only_first and names:
                    return names[:1]
        return names

    def failing_formula(self, what: str) -> list[str]:
        """The first test of a formula that fails, if one does."""
        self._build(FORMULA_TESTS, what)
        run = subprocess.run(
            [next(self.build.rglob(FORMULA_TESTS)), "--gtest_fail_fast", "--gtest_color=no"],
            capture_output=True,
            text=True,
            timeout=300,
        )
        return FAILED.findall(run.stdout)[:1] or (["formula tests"] if run.returncode else [])

    def _build(self, target: str, what: str) -> None:
        self._run(
            ["cmake", "--build", self.build, "-j", str(self.jobs), "--target", target],
            f"{what}: does not compile",
        )

    def _failing(self, processes: str, tests: str, only_first: bool) -> list[str]:
        environment = dict(os.environ, GTEST_FILTER=f"{tests}-" + ":".join(ENGINE_COMPARISONS))
        if only_first:
            environment["GTEST_FAIL_FAST"] = "1"
        # ctest itself writes to a pipe, but Open MPI shows its processes a terminal.
        environment["GTEST_COLOR"] = "no"
        run = subprocess.run(
            [
                "ctest",
                "--test-dir",
                self.build,
                "-R",
                processes,
                "-j",
                str(self.jobs),
                "--timeout",
                "300",
                "--output-on-failure",
                "--no-tests=error",
                *(["--stop-on-failure"] if only_first else []),
            ],
            env=environment,
            capture_output=True,
            text=True,
        )
        if run.returncode == 0:
            return []
        names = dict.fromkeys(FAILED.findall(run.stdout))
        names.update(dict.fromkeys(ENDED_OTHERWISE.findall(run.stdout)))
        return list(names) or ["ctest"]

    def path_of(self, mutation: Mutation) -> Path:
        found = list((self.tree / "src").rglob(mutation.file))
        if len(found) != 1:
            raise Broken(f"{mutation.name}: src has {len(found)} files {mutation.file}, not one")
        return found[0]

    def _run(self, command: list, problem: str) -> None:
        run = subprocess.run(command, capture_output=True, text=True)
        if run.returncode != 0:
            raise Broken(f"{problem}:\n{run.stdout[-4000:]}{run.stderr[-4000:]}")


def mutated(mutation: Mutation, content: str) -> str:
    n = content.count(mutation.text)
    if n != 1:
        raise Broken(f"{mutation.name}: its text occurs {n} times in {mutation.file}, not once")
    return content.replace(mutation.text, mutation.replacement)


def tests_that_see(mutation: Mutation, scratch: Scratch, only_first: bool) -> list[str]:
    path = scratch.path_of(mutation)
    content = path.read_text()
    path.write_text(mutated(mutation, content))
    try:
        if only_first and path.parent.name in FORMULA_LAYERS:
            if seen_by := scratch.failing_formula(mutation.name):
                return seen_by
        return scratch.failing_tests(mutation.name, mutation.file, only_first)
    finally:
        path.write_text(content)


def chosen(names: list[str]) -> list[Mutation]:
    known = [mutation.name for mutation in MUTATIONS]
    if twice := {name for name in known if known.count(name) > 1}:
        raise Broken(f"several mutations have the name {', '.join(sorted(twice))}")
    unknown = set(names) - set(known)
    if unknown:
        raise Broken(f"there is no mutation {', '.join(sorted(unknown))}")
    return [mutation for mutation in MUTATIONS if not names or mutation.name in names]


def run(names: list[str], scratch: Scratch, only_first: bool, tested: bool) -> int:
    """Number of mutations that survive."""
    mutations = chosen(names)
    scratch.update()
    for mutation in MUTATIONS:  # all of them, before anything slow
        mutated(mutation, scratch.path_of(mutation).read_text())
    scratch.configure()
    if not tested and (failing := scratch.failing_tests("without any mutation")):
        raise Broken(f"without any mutation these fail: {', '.join(failing)}")
    survivors = 0
    for mutation in mutations:
        start = time.monotonic()
        seen_by = tests_that_see(mutation, scratch, only_first)
        survivors += not seen_by
        count = "" if only_first else f" by {len(seen_by)}"
        result = f"killed{count}" if seen_by else "SURVIVED"
        print(f"{mutation.name} {result}: {mutation.what} ({time.monotonic() - start:.0f} s)")
        for name in seen_by[:6] + (["..."] if len(seen_by) > 6 else []):
            print(f"      {name}")
        sys.stdout.flush()
    print(f"{len(mutations) - survivors} of {len(mutations)} killed")
    return survivors


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help="mutations, e.g. m05; all if none")
    parser.add_argument("--list", action="store_true", help="print the mutations and do nothing")
    parser.add_argument(
        "--directory",
        type=Path,
        default=SOURCE / "build" / "mutations",
        help="for the copy and its build, which are kept (build/mutations)",
    )
    parser.add_argument(
        "--first",
        action="store_true",
        help="no more of a mutation than the first test that sees it",
    )
    parser.add_argument(
        "--tested", action="store_true", help="the sources are known to pass without a mutation"
    )
    parser.add_argument("--fresh", action="store_true", help="begin with an empty directory")
    parser.add_argument("-j", "--jobs", type=int, default=os.cpu_count() or 1)
    arguments = parser.parse_args()
    if arguments.list:
        for mutation in MUTATIONS:
            print(f"{mutation.name} {mutation.file}: {mutation.what}")
        return 0
    if arguments.fresh:
        shutil.rmtree(arguments.directory, ignore_errors=True)
    try:
        scratch = Scratch(arguments.directory, arguments.jobs)
        return 1 if run(arguments.names, scratch, arguments.first, arguments.tested) else 0
    except Broken as problem:
        print(f"run.py: error: {problem}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
