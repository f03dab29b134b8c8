# SPDX-License-Identifier: Apache-2.0
"""Running the programs of tools/ as a user does."""

from __future__ import annotations

import subprocess
import sys

from conftest import TOOLS, run_program


def run_tool(name: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Runs tools/engram-<name> with the Python of the tests."""
    return run_program([sys.executable, TOOLS / f"engram-{name}", *arguments])


def check_failure(result: subprocess.CompletedProcess[str], code: int, text: str) -> None:
    """One line that names the program and the problem; no traceback."""
    assert result.returncode == code, result.stderr
    assert result.stderr.startswith("engram-")
    assert ": error: " in result.stderr
    assert text in result.stderr
    assert len(result.stderr.splitlines()) == 1
