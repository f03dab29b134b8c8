# SPDX-License-Identifier: Apache-2.0
"""What the pages for developers name is there: files, classes, functions."""

from __future__ import annotations

import re
from functools import lru_cache

import pytest
from conftest import ROOT

PAGES = ("docs/design.md", "CONTRIBUTING.md")
# Layers and files may be named as from the root or from src/.
PLACES = (ROOT, ROOT / "src")
PATH = re.compile(r"[\w.-]*[\w-]/[\w./-]*|[\w-]+\.(?:md|txt|sh|toml|py|json|cff|hpp|cpp)")
NAME = re.compile(r"[A-Za-z_]\w*(?:::[A-Za-z_]\w*)*(?:\(\))?")


def quoted(page: str) -> list[str]:
    """What stands between backticks."""
    return re.findall(r"`([^`\n]+)`", (ROOT / page).read_text(encoding="utf-8"))


@lru_cache
def words() -> set[str]:
    """All words of the sources, and the presets."""
    found = set(re.findall(r"\w+", (ROOT / "CMakePresets.json").read_text(encoding="utf-8")))
    for directory in ("src", "kernels", "test", "cmake"):
        for path in (ROOT / directory).rglob("*"):
            if path.suffix in (".hpp", ".cpp", ".cu", ".cuh", ".cmake", ".txt", ".py"):
                found.update(re.findall(r"\w+", path.read_text(encoding="utf-8")))
    return found


@pytest.mark.parametrize("page", PAGES)
def test_files_exist(page: str) -> None:
    paths = [
        text for text in quoted(page) if PATH.fullmatch(text) and not text.startswith("build/")
    ]
    assert paths
    missing = [path for path in paths if not any((place / path).exists() for place in PLACES)]
    assert not missing


@pytest.mark.parametrize("page", PAGES)
def test_names_exist(page: str) -> None:
    names = [text for text in quoted(page) if NAME.fullmatch(text)]
    missing = [name for name in names if not set(name.removesuffix("()").split("::")) <= words()]
    assert not missing


@pytest.mark.parametrize(
    "page", (*PAGES, "README.md", "docs/performance.md", "docs/scaling.md", "docs/cluster.md")
)
def test_links_lead_somewhere(page: str) -> None:
    directory = (ROOT / page).parent
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", (ROOT / page).read_text(encoding="utf-8"))
    missing = [link for link in links if not (directory / link).exists()]
    assert not missing
