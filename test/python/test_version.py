# SPDX-License-Identifier: Apache-2.0
"""Version and commit: how a build learns the commit, and where a run leaves it."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import h5py
import numpy as np
import pytest
from conftest import ROOT, run_program
from hostile_files import change_values
from results_equal import assert_equal
from test_checkpoint import checkpoints, interrupted_at, resume

SCRIPT = ROOT / "cmake/WriteCommit.cmake"
COMMIT = r"[0-9a-f]{12,40}"


def git(directory: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=Test", "-c", "user.email=test@example.org"]
    command = ["git", "-C", str(directory), *identity, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    if not shutil.which("git") or not shutil.which("cmake"):
        pytest.skip("needs git and cmake")
    directory = tmp_path / "clone"
    directory.mkdir()
    git(directory, "init", "--quiet")
    (directory / "source.cpp").write_text("int a;\n")
    git(directory, "add", ".")
    git(directory, "commit", "--quiet", "-m", "first")
    return directory


def written(source: Path, output: Path, *options: str) -> str:
    """What the build of these sources writes into the header."""
    command = ["cmake", f"-DSOURCE_DIR={source}", f"-DOUTPUT={output}", *options, "-P", SCRIPT]
    result = run_program(command)
    assert result.returncode == 0, result.stderr
    found = re.fullmatch(r'#define ENGRAM_COMMIT "(.*)"\n', output.read_text())
    assert found
    return found[1]


def test_commit_of_a_clone(clone: Path, tmp_path: Path) -> None:
    header = tmp_path / "commit.hpp"
    head = git(clone, "rev-parse", "HEAD")
    git(clone, "tag", "v1")  # does not take the place of the hash
    assert written(clone, header) == head[:12]
    before = header.stat().st_mtime_ns
    assert written(clone, header) == head[:12]
    assert header.stat().st_mtime_ns == before, "written again, so compiled again, for nothing"
    (clone / "source.cpp").write_text("int b;\n")
    assert written(clone, header) == head[:12] + "-dirty"
    git(clone, "commit", "--quiet", "-a", "-m", "second")
    assert re.fullmatch(COMMIT, written(clone, header)) and git(clone, "rev-parse", "HEAD") != head


def test_commit_of_a_clone_without_git(clone: Path, tmp_path: Path) -> None:
    """As in images of containers: of a branch, a packed one, and none."""
    without_git = "-DCMAKE_DISABLE_FIND_PACKAGE_Git=ON"
    header = tmp_path / "commit.hpp"
    head = git(clone, "rev-parse", "HEAD")
    assert written(clone, header, without_git) == head[:12]
    git(clone, "pack-refs", "--all")
    assert written(clone, header, without_git) == head[:12]
    git(clone, "checkout", "--quiet", "--detach")
    assert written(clone, header, without_git) == head[:12]
    assert written(tmp_path, header, without_git) == "unknown"


def test_sources_outside_of_a_clone(clone: Path, tmp_path: Path) -> None:
    unpacked = tmp_path / "unpacked"
    unpacked.mkdir()
    assert written(unpacked, tmp_path / "commit.hpp") == "unknown"
    # Nor does a clone count that happens to be around the sources.
    within = clone / "third_party/engram"
    within.mkdir(parents=True)
    assert written(within, tmp_path / "commit.hpp") == "unknown"


def version_and_commit(engram: Path) -> tuple[str, str]:
    """As --version prints them."""
    text = run_program([engram, "--version"]).stdout
    found = re.match(r"engram (\S+) \(commit (\S+)\)\n", text)
    assert found, text
    return found[1], found[2]


def test_summary(engram: Path, background: Path) -> None:
    versions = json.loads((background / "summary.json").read_text())["versions"]
    assert (versions["engram"], versions["commit"]) == version_and_commit(engram)


def scramble(x: np.ndarray) -> np.ndarray:
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


def checksum(values: np.ndarray) -> np.uint64:
    """As docs/file_formats.md defines it."""
    rows = np.arange(values.size, dtype=np.uint64) + np.uint64(0x9E3779B97F4A7C15)
    return scramble(values.astype(np.uint64) + scramble(rows)).sum(dtype=np.uint64)


def test_checkpoints_of_another_commit_are_resumed(
    engram: Path, whole: Path, tmp_path: Path
) -> None:
    output = interrupted_at(engram, tmp_path / "run", 1, 0.4, 0.2)
    for path in checkpoints(output):
        with h5py.File(path, "r+", libver="latest") as file:
            text = file["header"][()].tobytes()
            header = json.loads(text)
            assert (header["engram_version"], header["engram_commit"]) == version_and_commit(engram)
            other = text.replace(
                header["engram_commit"].encode(), b"0" * len(header["engram_commit"])
            )
            assert other != text
            values = np.frombuffer(other, dtype=np.uint8)
            file["header"][:] = values
            file["header_checksum"][0] = checksum(values)
    assert resume(engram, output).returncode == 0
    assert_equal(whole, output)


def test_checkpoints_of_the_format_before_are_resumed(
    engram: Path, whole: Path, tmp_path: Path
) -> None:
    """Version 4 has no constants."""
    output = interrupted_at(engram, tmp_path / "run", 1, 0.4, 0.2)
    for path in checkpoints(output):
        with h5py.File(path) as file:
            names = [f"synapses/{name}" for name in file["synapses"]]
        for name in names:
            change_values(path, name, lambda values: None)
        with h5py.File(path, "r+", libver="latest") as file:
            assert all(file[name].id.get_storage_size() > 0 for name in names)
            file.attrs.modify("format_version", np.uint32(4))
    assert resume(engram, output).returncode == 0
    assert_equal(whole, output)
