# SPDX-License-Identifier: Apache-2.0
"""Starts a program of engram without installation; used by the files engram-*."""

from __future__ import annotations

import importlib
import sys
from typing import NoReturn

PACKAGE = "engram"


def launch(name: str) -> NoReturn:
    """Runs engram.commands.<name> and exits with its code."""
    try:
        command = importlib.import_module(f"{PACKAGE}.commands.{name}")
    except ModuleNotFoundError as missing:
        if (missing.name or "").startswith(PACKAGE):
            raise
        print(
            f"engram-{name}: error: {missing} (needs h5py, numpy, matplotlib and yaml: run "
            "tools/install_dependencies.sh, then use /usr/bin/python3)",
            file=sys.stderr,
        )
        sys.exit(3)
    sys.exit(command.main())
