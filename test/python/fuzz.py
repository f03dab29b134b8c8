# SPDX-License-Identifier: Apache-2.0
"""Running a program on input made to break it: within limits, and with a judgement of how it ended.

A generator makes cases, `survey` runs them and returns what was wrong with each. Nothing here knows what the
inputs are."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from conftest import MPI_ENVIRONMENT

CPU_S = 10
MEMORY_MB = 1024
HANG_S = 600  # of the clock on the wall, on a machine that may be busy with other things
WORKERS = 2


@dataclass
class Case:
    """Files to write, and what to run in their directory."""

    name: str  # kind and number, for messages
    files: dict[str, bytes]
    arguments: list[bytes]
    names: list[bytes]  # of which a message about a failure must name one
    prepare: Callable[[Path], None] | None = None  # what is no file, e.g. a pipe
    notes: list[str] = field(default_factory=list)  # what was changed


@dataclass
class Outcome:
    code: int  # negative: the signal
    stdout: bytes
    stderr: bytes
    cpu_s: float
    memory_MB: float


def run_limited(command: list[bytes | str], directory: Path) -> Outcome:
    """Ends what takes far too much; whether it took too much is for `problems_of` to say."""
    limits = [f"--cpu={3 * CPU_S}", "--core=0"]
    # The address sanitizer reserves far more than it uses.
    if "ASAN_OPTIONS" not in os.environ:
        limits.append(f"--as={4 * MEMORY_MB << 20}")
    with tempfile.TemporaryFile() as stdout, tempfile.TemporaryFile() as stderr:
        process = subprocess.Popen(
            ["prlimit", *limits, *command],
            cwd=directory,
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=stderr,
            env=dict(os.environ, **MPI_ENVIRONMENT),
        )
        timer = threading.Timer(HANG_S, process.kill)
        timer.start()
        _, status, usage = os.wait4(process.pid, 0)
        timer.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)
        texts = []
        for stream in (stdout, stderr):
            stream.seek(0)
            texts.append(stream.read())
    return Outcome(
        process.returncode,
        texts[0],
        texts[1],
        usage.ru_utime + usage.ru_stime,
        usage.ru_maxrss / 1024,
    )


def hidden_characters(text: bytes) -> list[str]:
    """Characters that a terminal obeys, or bytes that it does not understand."""
    try:
        decoded = text.decode()
    except UnicodeDecodeError as error:
        return [str(error)]
    hidden = {*range(0x20), *range(0x7F, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A)}
    return sorted({f"U+{ord(c):04X}" for c in decoded if ord(c) in hidden - {0x9, 0xA}})


def problems_of(outcome: Outcome, codes: Iterable[int], names: list[bytes]) -> list[str]:
    """What a robust program would not have done."""
    problems = []
    message = outcome.stderr
    if outcome.code not in codes:
        problems.append(f"exit code {outcome.code}")
    if b"internal error" in message or b"exception" in message or b"terminate" in message:
        problems.append("an internal error")
    if outcome.code > 0 and not any(name in message for name in names):
        problems.append(f"no message names any of {names}")
    if outcome.code == 0 and b": error: " in message:
        problems.append("an error with exit code 0")
    if hidden := hidden_characters(message):
        problems.append(f"standard error has {hidden}")
    if outcome.cpu_s > CPU_S:
        problems.append(f"{outcome.cpu_s:.1f} s of CPU")
    if outcome.memory_MB > MEMORY_MB:
        problems.append(f"{outcome.memory_MB:.0f} MB")
    return problems


Judge = Callable[[Case, Path], list[str]]


def examine(case: Case, judge: Judge) -> str | None:
    """Runs a case in a directory of its own; what was wrong, or None. FUZZ_KEEP names a directory in which those
    that failed are kept."""
    directory = Path(tempfile.mkdtemp(prefix="fuzz-"))
    try:
        for name, content in case.files.items():
            (directory / name).write_bytes(content)
        if case.prepare is not None:
            case.prepare(directory)
        found = judge(case, directory)
        if not found:
            return None
        if keep := os.environ.get("FUZZ_KEEP"):
            shutil.copytree(directory, Path(keep) / case.name, dirs_exist_ok=True, symlinks=True)
        return f"{case.name} {case.arguments} {case.notes}: {'; '.join(found)}"
    finally:
        shutil.rmtree(directory)


def survey(make: Callable[[int], Case], numbers: Iterable[int], judge: Judge) -> list[str]:
    """Makes the cases with these numbers and runs them; what was wrong, for each that failed."""
    with ThreadPoolExecutor(WORKERS) as pool:
        results = pool.map(lambda number: examine(make(number), judge), numbers)
    return [result for result in results if result is not None]


# Mutations of bytes, whatever they mean

HOSTILE_BYTES = [
    b"\0", b"\x07", b"\x1b[2J", b"\x7f", b"\xff", b"\xe9", b"\xc2\x85", b"\xc3", b"\xed\xa0\x80", b"\r", b"\t", b"\n",
    b"\xe2\x80\xae", b"\xe2\x80\xa8", b"\xef\xbb\xbf", b"\xef\xbf\xbf", b"{", b"[", b"}", b"]", b":", b"- ", b"#", b"'",
    b'"', b"&a ", b"*a", b"!x ", b"%", b"---\n", b"...\n", b"| ", b"> ", b"? ", b"@", b"`", b",", b"0", b"-", b"1e999", b".",
]  # fmt: skip


def mutated_bytes(random_source: random.Random, content: bytes) -> bytes:
    data = bytearray(content)
    for _ in range(random_source.choice([1, 1, 1, 2, 5])):
        at = random_source.randrange(len(data) + 1)
        action = random_source.randrange(6)
        if action == 0 and data:
            data[at - 1] = random_source.randrange(256)
        elif action == 1:
            data[at:at] = random_source.choice(HOSTILE_BYTES)
        elif action == 2:
            del data[at : at + random_source.choice([1, 1, 3, 20])]
        elif action == 3:
            end = at + random_source.randrange(1, 40)
            data[at:at] = data[at:end] * random_source.choice([1, 1, 2, 50])
        elif action == 4:
            del data[at:]
        else:
            end = at + random_source.randrange(1, 30)
            other = random_source.randrange(len(data) + 1)
            data[other:other] = data[at:end]
    return bytes(data)
