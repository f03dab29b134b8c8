# SPDX-License-Identifier: Apache-2.0
"""The package engram installed by pip in a virtual environment, and all of it by CMake (slow)."""

import shutil
import subprocess
import sys

import pytest
from conftest import PATIENCE_S, ROOT, TOOLS

pytestmark = pytest.mark.slow

PROGRAMS = ("plot", "recall", "compare", "export", "report", "watch")


@pytest.fixture(scope="module")
def programs(tmp_path_factory):
    """Directory of the installed programs; h5py and the like are those of the system."""
    base = tmp_path_factory.mktemp("installation")
    shutil.copytree(TOOLS, base / "tools", ignore=shutil.ignore_patterns("__pycache__", "build"))
    made = subprocess.run(
        [sys.executable, "-m", "venv", "--system-site-packages", base / "venv"],
        capture_output=True,
        text=True,
    )
    if made.returncode != 0:
        pytest.skip(f"no virtual environment can be made here: {made.stdout} {made.stderr}")
    command = [base / "venv/bin/python", "-m", "pip", "install", "--quiet", "--no-deps"]
    installed = subprocess.run(
        [*command, base / "tools"], capture_output=True, text=True, timeout=PATIENCE_S
    )
    if installed.returncode != 0 and "setuptools" in installed.stderr:
        pytest.skip(f"pip cannot get setuptools: {installed.stderr[-300:]}")
    assert installed.returncode == 0, installed.stderr
    return base / "venv/bin"


@pytest.mark.parametrize("name", PROGRAMS)
def test_program(programs, small_recall, tmp_path, name):
    assert (
        subprocess.run([programs / f"engram-{name}", "--help"], capture_output=True).returncode == 0
    )
    arguments = {
        "plot": [small_recall, "--output", tmp_path, "--figures", "raster"],
        "compare": [small_recall, small_recall],
        "export": [small_recall, "--output", tmp_path],
    }.get(name, [small_recall])
    result = subprocess.run([programs / f"engram-{name}", *arguments], cwd=tmp_path)
    assert result.returncode == 0


def test_import(programs, small_recall, tmp_path):
    code = "import sys; from engram import Results; print(len(Results(sys.argv[1]).assembly))"
    result = subprocess.run(
        [programs / "python", "-c", code, small_recall],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert (result.returncode, result.stdout) == (0, "20\n"), result.stderr


def test_reading_half_without_a_compiler(small_recall, tmp_path):
    """pip install . without the program; reading works, running says what is missing."""
    environment = tmp_path / "venv"
    made = subprocess.run([sys.executable, "-m", "venv", "--system-site-packages", environment])
    if made.returncode != 0:
        pytest.skip("no virtual environment can be made here")
    command = [environment / "bin/python", "-m", "pip", "install", "--no-deps", "--quiet"]
    installed = subprocess.run(
        [*command, "--config-settings=wheel.cmake=false", ROOT],
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )
    if installed.returncode != 0 and "scikit-build-core" in installed.stderr:
        pytest.skip(f"pip cannot get scikit-build-core: {installed.stderr[-300:]}")
    assert installed.returncode == 0, installed.stderr
    code = (
        "import sys, engram; print(engram.load(sys.argv[1]).schedule)\n"
        "try: engram.check({})\n"
        "except engram.ProgramNotFound: print('no program')"
    )
    result = subprocess.run(
        [environment / "bin/python", "-c", code, small_recall],
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
    )
    assert result.stdout == "learn - consolidate - recall\nno program\n", result.stderr


def test_cmake_installs_what_users_need(engram, tmp_path):
    if not (engram.parent / "cmake_install.cmake").exists():
        pytest.skip(f"{engram} does not lie in a build directory")
    prefix = tmp_path / "prefix"
    command = ["cmake", "--install", engram.parent, "--prefix", prefix]
    installed = subprocess.run(command, capture_output=True, text=True)
    assert installed.returncode == 0, installed.stderr
    for name in ("bin/engram", "share/engram/configs/basic_early.yaml",
                 "share/doc/engram/LICENSE", "share/doc/engram/docs/configuration.md"):  # fmt: skip
        assert (prefix / name).is_file(), name
    for tool in PROGRAMS:
        result = subprocess.run([prefix / f"bin/engram-{tool}", "--version"], capture_output=True)
        assert result.returncode == 0, result.stderr
