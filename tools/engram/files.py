# SPDX-License-Identifier: Apache-2.0
"""Opening files: only regular ones, text of a bounded size, with one clear message for each fault."""

from __future__ import annotations

import contextlib
import os
import stat
from pathlib import Path
from typing import Iterator

from .errors import COPY_AGAIN, FileError, ResultsError

SUMMARY = "summary.json"
CONFIGURATION = "config.yaml"
MAX_TEXT_BYTES = 64 << 20  # the summary of an ensemble of a thousand points has a few MB

_KINDS = (
    (stat.S_ISDIR, "a directory"),
    (stat.S_ISFIFO, "a FIFO"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


@contextlib.contextmanager
def open_regular(path: Path) -> Iterator[int]:
    """The descriptor of a regular file, for reading. Raises FileError for anything else.

    It never waits: opening a FIFO would, until somebody writes.
    """
    try:
        _check_regular(path, os.stat(path))
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    except FileNotFoundError as error:
        raise FileError(path, "no such file") from error
    except (OSError, ValueError) as error:  # ValueError: a null character in the path
        raise FileError(path, f"cannot be read ({_reason(error)})") from error
    try:
        _check_regular(path, os.fstat(descriptor))  # another file may have taken its place
        yield descriptor
    finally:
        os.close(descriptor)


def _check_regular(path: Path, status: os.stat_result) -> None:
    if stat.S_ISREG(status.st_mode):
        return
    kind = next((name for is_kind, name in _KINDS if is_kind(status.st_mode)), "no regular file")
    raise FileError(path, f"is {kind}", "only regular files are read")


def read_text(path: Path) -> str:
    """The content of a text in UTF-8."""
    with open_regular(path) as descriptor:
        with open(descriptor, "rb", closefd=False) as file:
            try:
                content = file.read(MAX_TEXT_BYTES + 1)
            except OSError as error:
                raise FileError(path, f"cannot be read ({_reason(error)})") from error
    if len(content) > MAX_TEXT_BYTES:
        raise FileError(
            path, f"is too large (at most {MAX_TEXT_BYTES >> 20} MB are read)", COPY_AGAIN
        )
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise FileError(
            path, f"cannot be read (line {line} is not text in UTF-8)", COPY_AGAIN
        ) from error


@contextlib.contextmanager
def replaced(path: Path) -> Iterator[Path]:
    """A path to write to, which takes the place of `path` in the end.

    A link of that name is replaced, not followed: a directory from others may lead anywhere.
    """
    if path.exists() and not path.is_symlink() and not path.is_file():
        raise FileError(path, "is not a regular file", "remove it, or choose another directory")
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    os.close(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666))
    try:
        yield temporary
        os.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def require_new(path: Path, force: bool) -> None:
    """Raises FileError if something would be replaced that nobody has said may be."""
    if not force and os.path.lexists(path):
        raise FileError(path, "exists already", "choose another --output, or pass --force")


def own_directory(path: Path) -> Path:
    """Makes a directory within results, unless it is there. Raises FileError for a link."""
    if path.is_symlink():
        raise FileError(
            path, "is a link, which is not followed", "choose another directory with -o"
        )
    path.mkdir(exist_ok=True)
    return path


def check_finished(path: Path) -> None:
    """Raises ResultsError unless the directory holds the results of a finished job."""
    check_directory(path)
    if not os.path.lexists(path / SUMMARY):
        reason = (
            "the run is not finished"
            if (path / CONFIGURATION).is_file()
            else "it is no output directory of 'engram run'"
        )
        raise ResultsError(f"{path}: there is no {SUMMARY} ({reason})")


def check_directory(path: Path) -> None:
    """Raises ResultsError unless the path is a directory."""
    if not path.is_dir():
        reason = "is a file, not an output directory" if path.exists() else "no such directory"
        raise ResultsError(f"{path}: {reason}")


def one_line(error: BaseException) -> str:
    """The text of an error of a library, which may have several lines."""
    text = " ".join(str(error).split())
    return text if len(text) <= 300 else text[:297] + "..."


def _reason(error: BaseException) -> str:
    return getattr(error, "strerror", None) or one_line(error)
