#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Fails if a kernel takes more registers, stack or spills than it should, by the assembler's report.

The bounds leave room for a kernel that has been changed, not for one that keeps arrays or its
arguments on the stack: GPUs set memory aside for the stacks of all threads that they can hold, and
registers decide how many these are.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from pathlib import Path

# Most of any kernel. 128 registers are 512 threads per multiprocessor, 25 % of its 2048.
MOST_REGISTERS = 128
MOST_SPILLED_BYTES = 160
# Of those that keep more: the recent spikes of both neurons of a synapse, the second site and
# threshold of a neuron, the modes of a protein. 384 threads, 19 %; no GPU has measured the latter two.
WIDE = re.compile("RateGatedEarlyPhase|CableNeuron|DiffusingPool")
MOST_REGISTERS_OF_WIDE = 168
MOST_SPILLED_BYTES_OF_WIDE = 448

FUNCTION = re.compile(
    r"Function properties for (?P<name>\S+)\s+"
    r"(?P<stack>\d+) bytes stack frame, (?P<stores>\d+) bytes spill stores, (?P<loads>\d+) bytes spill loads\s+"
    r".*?Used (?P<registers>\d+) registers"
)


def report(ptxas: str, architecture: str, file: str) -> str:
    """What the assembler says of a module."""
    return subprocess.run(
        [ptxas, "-v", f"-arch=sm_{architecture}", "-o", "/dev/null", file],
        check=True,
        capture_output=True,
        text=True,
    ).stderr


def most_stack_bytes(header: str) -> int:
    """What the forecast of memory counts for each thread."""
    return int(re.findall(r"most_stack_bytes = (\d+);", Path(header).read_text())[0])


def problems(text: str, most_stack: int) -> list[str]:
    """Kernels of a report that take too much, and entries that it does not describe."""
    found = []
    functions = list(FUNCTION.finditer(text))
    if len(functions) != text.count("Compiling entry function") or not functions:
        found.append(f"only {len(functions)} kernels are described")
    for function in functions:
        is_wide = WIDE.search(function["name"]) is not None
        most_spilled = MOST_SPILLED_BYTES_OF_WIDE if is_wide else MOST_SPILLED_BYTES
        for what, most in (
            ("registers", MOST_REGISTERS_OF_WIDE if is_wide else MOST_REGISTERS),
            ("stack", most_stack),
            ("stores", most_spilled),
            ("loads", most_spilled),
        ):
            if int(function[what]) > most:
                found.append(f"{function['name']}: {what} {function[what]}, at most {most}")
    return found


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("ptx", nargs="+", help="ARCHITECTURE=FILE, e.g. 90=kernels.ptx")
    parser.add_argument("--ptxas", required=True)
    parser.add_argument(
        "--stack-header", required=True, help="stack_need.hpp, which states the most stack"
    )
    arguments = parser.parse_args()
    found = []
    for item in arguments.ptx:
        architecture, file = item.split("=", 1)
        found += [
            f"sm_{architecture}: {problem}"
            for problem in problems(
                report(arguments.ptxas, architecture, file),
                most_stack_bytes(arguments.stack_header),
            )
        ]
    print("\n".join(found) or "within bounds")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
