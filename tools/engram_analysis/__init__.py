# SPDX-License-Identifier: Apache-2.0
"""The former name of the package engram, for one more version."""

from __future__ import annotations

import importlib
import sys
import warnings
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any, Sequence

import engram

__all__ = list(engram.__all__)

warnings.warn(
    "the package engram_analysis is now called engram; this name goes with the next version",
    FutureWarning,
    stacklevel=2,
)


def __getattr__(name: str) -> Any:
    return getattr(engram, name)


class _SameModule(MetaPathFinder, Loader):
    """engram_analysis.X is the module engram.X itself, so that no class exists twice."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        return ModuleSpec(fullname, self) if fullname.startswith(__name__ + ".") else None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        module = importlib.import_module("engram" + spec.name[len(__name__) :])
        self._own_spec = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        module.__spec__ = self._own_spec  # the import has put its own there


sys.meta_path.insert(0, _SameModule())
