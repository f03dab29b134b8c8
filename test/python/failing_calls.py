# SPDX-License-Identifier: Apache-2.0
"""Runs the program with calls of the system that fail (test/faults/failing_calls.cpp), and judges the end.

A case is a stage of a job and a fault in it. Whatever fails: the exit code is as documented, the
message names the file and the reason of the system and blames nothing else, no checkpoint is lost,
and the same command without a fault ends with the results of an undisturbed run.
"""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from errno import (
    EACCES,
    EAGAIN,
    EBUSY,
    EDQUOT,
    EINTR,
    EIO,
    EMFILE,
    ENOLCK,
    ENOSPC,
    ENOSYS,
    EOPNOTSUPP,
    EPERM,
    EROFS,
    ESTALE,
)
from pathlib import Path

from conftest import MPI_ENVIRONMENT, launcher
from results_equal import content, differences

ENOTSUPP = 524  # of the kernel alone, which NFS lets through

# What each kind of call may answer, the commonest first.
ERRORS = {
    "open": (EIO, EMFILE, EACCES, ESTALE, ENOSPC, EINTR),
    "close": (EIO, EDQUOT, ENOSPC, EINTR),
    "read": (EIO, ESTALE, EINTR, EAGAIN),
    "write": (ENOSPC, EIO, EDQUOT, ESTALE, EINTR),
    "sync": (EIO, ENOSPC, EDQUOT, ESTALE, EINTR),
    "rename": (EIO, EACCES, ESTALE, ENOSPC, EBUSY),
    "link": (EPERM, EOPNOTSUPP, EIO),
    "unlink": (EIO, EACCES, EBUSY, ESTALE),
    "truncate": (EIO, ENOSPC, EACCES),
    "allocate": (ENOSPC, EOPNOTSUPP, EIO, EINTR, ENOSYS),
    "mkdir": (EACCES, EIO, ENOSPC, EROFS),
    "list": (EIO, ESTALE, EACCES, EMFILE),
    "stat": (EIO, ESTALE, EACCES),
    "flock": (ENOLCK, EOPNOTSUPP, ENOTSUPP, EIO, EINTR, EAGAIN),
    "fcntl": (ENOLCK, EOPNOTSUPP, ENOTSUPP, EAGAIN),
}

# What a call that is made again does not get again; for ever it would be no error but a hang.
PASSING = (EINTR, EAGAIN)

# Seconds after which a job of a tenth of a second is taken to hang.
PATIENCE_S = 120

# An error of the environment says nothing about what a file holds, and is no reason to give it up.
BLAMES = re.compile(
    r"damaged|start a new|start another|begin anew|run again|--force|restore |from a backup|"
    r"internal error|does not come from|not a file of Engram|of another run|is missing|"
    r"does not exist|no such file|not usable|not used|; remove|truncated|"
    r"no checkpoint|out of memory",
    re.IGNORECASE,
)

CONFIG = """
simulation: {duration_s: 60.5, seed: 4}
populations: {n_exc: 24, n_inh: 6}
connectivity: {probability: 0.3}
synapses: {theta_pro_mV: 0.5, theta_tag_mV: 0.05}
groups: {assembly: {first: 0, count: 12}}
stimuli:
  learn: {scheme: TRIPLET, group: assembly, start_s: 0.1, n_inputs: 25, rate_Hz: 100}
  recall: {scheme: ONEPULSE, group: assembly, start_s: 60.1, n_inputs: 25, rate_Hz: 100}
record: {neurons: [1, 25], every_steps: 50, snapshots_s: [0.5, 30]}
checkpoint: {every_simulated_s: 4}
"""
ENSEMBLE = CONFIG + "trials: 2\ntrial_results: all\n"
EXTENDED = ("--set", "simulation.duration_s=60.9")


@dataclass(frozen=True)
class Fault:
    call: str
    nth: int
    how: int | str  # number of the error, "kill" or "stop"
    sticky: bool = False
    rank: int = 0

    def environment(self) -> dict[str, str]:
        return {
            "ENGRAM_FAIL_CALL": self.call,
            "ENGRAM_FAIL_NTH": str(self.nth),
            "ENGRAM_FAIL_HOW": str(self.how),
            "ENGRAM_FAIL_STICKY": str(int(self.sticky)),
            "ENGRAM_FAIL_RANK": str(self.rank),
        }


@dataclass
class Ended:
    code: int
    text: str
    faults: list[str]  # paths
    counts: dict[tuple[int, str], int] = field(default_factory=dict)  # by rank and kind of call


class Bench:
    """What the cases share: the program, the library, jobs to begin from, results to end with."""

    def __init__(self, engram: Path, library: Path, directory: Path) -> None:
        self.engram = engram
        self.library = library
        self.directory = directory
        for name, text in {"run": CONFIG, "ensemble": ENSEMBLE}.items():
            (directory / f"{name}.yaml").write_text(text)
        self.references = {
            "run": self.whole("run"),
            "extended": self.whole("run", *EXTENDED),
            "ensemble": self.whole("ensemble"),
        }
        self.templates = {
            "resume": self.killed("run", "the 5th checkpoint"),
            "extend": self.references["run"],
            "resume ensemble": self.killed("ensemble", "the 2nd trial"),
        }

    def whole(self, name: str, *arguments: str) -> Path:
        output = self.directory / f"whole-{name}{len(arguments)}"
        ended = self.call(["run", self.directory / f"{name}.yaml", "-o", output, *arguments])
        assert ended.code == 0, ended.text
        return output

    def killed(self, name: str, where: str) -> Path:
        """By the library, at a moment that does not depend on time."""
        output = self.directory / f"killed-{name}"
        command = ["run", self.directory / f"{name}.yaml", "-o", output]
        n_renames = self.call(command, watched=output).counts[0, "rename"]
        shutil.rmtree(output)
        part = {"the 5th checkpoint": 0.6, "the 2nd trial": 0.8}[where]
        fault = Fault("rename", int(part * n_renames), "kill")
        assert self.call(command, watched=output, fault=fault).code == 137
        assert list(output.rglob("checkpoint-*.h5"))
        return output

    def call(
        self,
        arguments: Iterable[object],
        ranks: int = 1,
        watched: Path | None = None,
        fault: Fault | None = None,
    ) -> Ended:
        environment = dict(os.environ, **MPI_ENVIRONMENT, OMPI_MCA_btl="self,vader")
        preload: list[object] = []
        report = None
        if watched is not None:
            report = watched.with_name(watched.name + "-report")
            report.unlink(missing_ok=True)
            environment |= {
                "ENGRAM_FAIL_DIRECTORY": str(watched),
                "ENGRAM_FAIL_REPORT": str(report),
            }
            environment |= fault.environment() if fault is not None else {}
            preload = ["env", f"LD_PRELOAD={self.library}"]
        if ranks == 1:
            environment["OMPI_MCA_ess_singleton_isolated"] = "1"  # a third of the time to start
        command = [
            "timeout",
            "-k",
            5,
            PATIENCE_S,
            *launcher(ranks),
            *preload,
            self.engram,
            *arguments,
        ]
        # Programs without mpirun would use the same directory, and remove it from under each other.
        with tempfile.TemporaryDirectory() as session:
            result = subprocess.run(
                [str(part) for part in command],
                env=environment | {"OMPI_MCA_orte_tmpdir_base": session},
                capture_output=True,
                text=True,
                errors="replace",
                timeout=PATIENCE_S + 60,
                check=False,
            )
        code = result.returncode if result.returncode >= 0 else 128 - result.returncode
        ended = Ended(code, result.stdout + result.stderr, [])
        for line in report.read_text().splitlines() if report and report.exists() else []:
            what, rank, call, number, *path = line.split(" ", 4)
            if what == "count":
                ended.counts[int(rank), call] = int(number)
            else:
                ended.faults += path
        return ended

    def command(self, stage: str, output: Path, again: bool = False) -> list[object]:
        """Of a stage; `again`: after a fault in it."""
        if stage in ("run", "run ensemble"):
            name = "ensemble" if "ensemble" in stage else "run"
            if not (again and (output / "config.yaml").exists()):
                return ["run", self.directory / f"{name}.yaml", "-o", output]
        return ["resume", output, *(EXTENDED if stage == "extend" else ())]

    def prepare(self, stage: str, output: Path) -> None:
        shutil.rmtree(output, ignore_errors=True)
        if stage in self.templates:
            shutil.copytree(self.templates[stage], output)

    def counts(self, stage: str, ranks: int) -> dict[tuple[int, str], int]:
        """How many calls of each kind each rank makes."""
        output = self.directory / f"counted-{stage}-{ranks}".replace(" ", "-")
        self.prepare(stage, output)
        ended = self.call(self.command(stage, output), ranks, watched=output)
        assert ended.code == 0 and len({rank for rank, _ in ended.counts}) == ranks, ended.text
        return ended.counts

    def problems_of_results(self, stage: str, output: Path) -> list[str]:
        if "ensemble" in stage:
            whole = self.references["ensemble"]
            found = (
                []
                if content(output / "ensemble.h5") == content(whole / "ensemble.h5")
                else ["ensemble.h5"]
            )
            for trial in whole.glob("trials/*/*"):
                found += differences(trial, output / trial.relative_to(whole))
        else:
            found = differences(self.references["extended" if stage == "extend" else "run"], output)
        found += [str(path) for path in output.rglob("*.unused")]
        return found

    def problems(self, stage: str, ranks: int, fault: Fault, output: Path) -> list[str]:
        """What is wrong with a case; nothing: all is well."""
        self.prepare(stage, output)
        before = checkpoints(output)
        ended = self.call(self.command(stage, output), ranks, watched=output, fault=fault)
        if not ended.faults:
            return []  # a beat of the clock, such as those of progress.json, came later this time
        found = problems_of_end(ended, fault, output)
        found += problems_of_checkpoints(before, checkpoints(output))
        if ended.code == 0:
            found += self.problems_of_results(stage, output)
        else:
            again = self.call(self.command(stage, output, again=True), 1)
            if again.code != 0 or BLAMES.search(without_start(again.text)):
                found.append(f"then {again.code}: {again.text}")
            if again.code == 0:
                found += self.problems_of_results(stage, output)
                found += [str(path) for path in output.rglob("*.tmp")]
                found += [str(path) for path in output.glob("partial")]
        if found:
            found.insert(
                0, f"{stage} on {ranks}, {fault}, {ended.faults[:1]}: {ended.code} {ended.text}"
            )
        shutil.rmtree(output, ignore_errors=True)
        return found


def without_start(text: str) -> str:
    """Where there was no checkpoint yet it may be said."""
    return re.sub("no checkpoint yet in", "", text)


def checkpoints(output: Path) -> dict[Path, list[str]]:
    """Names by directory."""
    found: dict[Path, list[str]] = {}
    for path in sorted(output.rglob("checkpoint-*.h5")):
        found.setdefault(path.parent, []).append(path.name)
    return found


def problems_of_checkpoints(
    before: dict[Path, list[str]], after: dict[Path, list[str]]
) -> list[str]:
    """Newer ones may have replaced them."""
    return [
        f"of {names} in {directory} there is {after.get(directory)}"
        for directory, names in before.items()
        if len(after.get(directory, [])) < len(names) or after[directory][-1] < names[-1]
    ]


def problems_of_end(ended: Ended, fault: Fault, output: Path) -> list[str]:
    if fault.how == "kill":
        return [] if ended.code != 0 else ["not killed"]
    if fault.how == "stop":
        # Until there is something to save a signal ends the program at once.
        return [] if ended.code in (0, 75, 143) else ["bad exit code"]
    found = []
    if ended.code not in (0, 3):
        found.append("bad exit code")
    text = without_start(ended.text)
    if blame := BLAMES.search(text):
        found.append(f"blames: {blame.group()}")
    if ended.code != 3:
        return found
    errors = [line for line in text.splitlines() if line.startswith("engram: error:")]
    if len(errors) != 1:
        return [*found, "not one error"]
    # The first that fails may be one whose end does not matter.
    paths = [Path(name) for name in ended.faults]
    if not any(str(path if path == output else path.parent) in errors[0] for path in paths):
        found.append("the file is not named")
    is_held = fault.call == "flock" and fault.how == EAGAIN
    reason = "another engram is at work" if is_held else os.strerror(int(fault.how))
    if reason not in errors[0]:
        found.append(f"no reason: {reason}")
    return found
