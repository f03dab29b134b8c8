# SPDX-License-Identifier: Apache-2.0
"""The former name of the package engram, for one more version."""

from __future__ import annotations

import importlib
import sys
import warnings
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Sequence

import engram
from engram import *  # noqa: F401,F403

__all__ = engram.__all__

warnings.warn(
    "the package engram_analysis is now called engram; this name goes with the next version",
    FutureWarning,
    stacklevel=2,
)


class _SameModule(MetaPathFinder, Loader):
    """engram_analysis.X is the module engram.X itself, so that no class exists twice."""

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        return ModuleSpec(name, self) if name.startswith(__name__ + ".") else None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        module = importlib.import_module("engram" + spec.name[len(__name__) :])
        self._own_spec = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        module.__spec__ = self._own_spec  # the import has put its own there


sys.meta_path.insert(0, _SameModule())
