# SPDX-License-Identifier: Apache-2.0
"""Whether an HDF5 file may be read: its whole structure is looked at before any value of it is used.

The HDF5 library trusts sizes and addresses in a file: damaged ones can end the process, keep it
busy for ever or take all memory. So a process of its own looks first, with limits.
"""

from __future__ import annotations

import faulthandler
import functools
import json
import math
import os
import resource
import signal
from pathlib import Path
from typing import Any, NoReturn

import h5py
from h5py import h5d, h5l, h5o, h5z

from .errors import COPY_AGAIN, FileError
from .files import one_line

EXPANSION = 100  # how many times as large as what is stored compressed values may be
ALWAYS_BYTES = 16 << 20  # of compressed values, however small they are stored
MAX_CHUNK_BYTES = 64 << 20
MAX_ATTRIBUTE_BYTES = 1 << 20
MAX_DEPTH = 50  # of groups
FILTERS = (h5z.FILTER_DEFLATE, h5z.FILTER_SHUFFLE, h5z.FILTER_FLETCHER32, h5z.FILTER_LZF)

MEMORY_BYTES = 384 << 20  # that the process may take to look
SECONDS, SECONDS_PER_MB = 5, 1  # of computing

# Results are complete when they get their names; locks are refused by some file systems.
OPTIONS: dict[str, Any] = (
    {"locking": False} if h5py.version.hdf5_version_tuple >= (1, 10, 7) else {}
)

IN_THE_FILE = "only what is in the file itself is read: copy it into the file"
REPACK = "rewrite it with 'h5repack -f NONE'"


class _Refused(Exception):
    """A problem of a file, and what the reader can do."""

    def __init__(self, problem: str, remedy: str = COPY_AGAIN) -> None:
        super().__init__(problem, remedy)
        self.finding = problem, remedy


def address(descriptor: int) -> str:
    """A path of an open file, whatever its name stands for by now."""
    return f"/dev/fd/{descriptor}"


def check_hdf5(path: Path, descriptor: int) -> None:
    """Raises FileError unless the open file, which messages call `path`, may be read."""
    status = os.fstat(descriptor)
    times = status.st_mtime_ns, status.st_ctime_ns
    finding = _finding(descriptor, (status.st_dev, status.st_ino, status.st_size, *times))
    if finding is not None:
        raise FileError(path, *finding)


@functools.lru_cache(maxsize=64)  # a figure opens a file many times
def _finding(descriptor: int, identity: tuple[int, ...]) -> tuple[str, str] | None:
    """A problem and its remedy, or None."""
    size = identity[2]
    reader, writer = os.pipe()
    with h5py._objects.phil:  # no other thread is within the library
        child = os.fork()
    if child == 0:
        _look(descriptor, size, writer)
    os.close(writer)
    with open(reader, "rb") as pipe:
        said = pipe.read()
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return _signal_finding(os.WTERMSIG(status))
    try:
        finding = json.loads(said)
    except ValueError:
        return "is damaged (the HDF5 library gives up)", COPY_AGAIN
    return None if finding is None else (finding[0], finding[1])


def _signal_finding(number: int) -> tuple[str, str]:
    if number in (signal.SIGXCPU, signal.SIGKILL):
        return "is damaged (to look through it would take too long)", COPY_AGAIN
    name = signal.Signals(number).name
    return f"is damaged (the HDF5 library ends with {name})", COPY_AGAIN


def _look(descriptor: int, size: int, writer: int) -> NoReturn:
    """The process that looks."""
    try:
        faulthandler.disable()
        silence = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silence, 1)
        os.dup2(silence, 2)
        _limit(size)
        finding: tuple[str, str] | None = None
        try:
            _check_structure(descriptor, size)
        except _Refused as refused:
            finding = refused.finding
        except MemoryError:
            finding = "is damaged (to look through it would take too much memory)", COPY_AGAIN
        except Exception as error:  # of the library, which has no type of its own
            finding = f"cannot be read ({one_line(error)})", COPY_AGAIN
        os.write(writer, json.dumps(finding).encode("ascii"))
    finally:
        os._exit(0)


def _limit(size: int) -> None:
    seconds = SECONDS + SECONDS_PER_MB * (size >> 20)
    _lower(resource.RLIMIT_CPU, seconds)
    _lower(resource.RLIMIT_CORE, 0)
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    except OSError:
        return  # not on Linux, where alone the limit holds
    _lower(resource.RLIMIT_AS, pages * resource.getpagesize() + MEMORY_BYTES)


def _lower(limit: int, value: int) -> None:
    soft, hard = resource.getrlimit(limit)
    if soft == resource.RLIM_INFINITY or soft > value:
        resource.setrlimit(limit, (value, hard))


def _check_structure(descriptor: int, size: int) -> None:
    with h5py.File(address(descriptor), "r", **OPTIONS) as file:
        root = file["/"]
        seen = {h5o.get_info(root.id).addr}
        waiting = [(root, "")]
        while waiting:
            item, place = waiting.pop()
            _check_attributes(item, place or "/")
            if isinstance(item, h5py.Dataset):
                _check_dataset(item, place, size)
            elif isinstance(item, h5py.Group):
                for name in _hard_links(item, place):
                    found = h5o.get_info(item.id, name).addr
                    if found not in seen:
                        seen.add(found)
                        waiting.append((item[name], f"{place}/{_text(name)}"))


def _hard_links(group: h5py.Group, place: str) -> list[bytes]:
    if place.count("/") > MAX_DEPTH:
        raise _Refused(f"has more than {MAX_DEPTH} groups within each other")
    links: list[tuple[bytes, int]] = []
    group.id.links.iterate(lambda name, info: links.append((name, info.type)), info=True)
    for name, kind in links:
        if kind != h5l.TYPE_HARD:
            words = {h5l.TYPE_SOFT: "a soft link", h5l.TYPE_EXTERNAL: "an external link"}
            what = words.get(kind, "a link of an unknown kind")
            raise _Refused(f"{place}/{_text(name)} is {what}, which is not followed", IN_THE_FILE)
    return [name for name, _ in links]


def _check_attributes(item: Any, place: str) -> None:
    for name in item.attrs:
        attribute = item.attrs.get_id(name)
        n_bytes = math.prod(attribute.shape or (1,)) * attribute.get_type().get_size()
        if n_bytes > MAX_ATTRIBUTE_BYTES:
            raise _Refused(f"{place}@{name} is too large ({n_bytes} bytes)")
        try:
            item.attrs[name]
        except TypeError as error:
            raise _Refused(f"{place}@{name} has a type that cannot be read") from error


def _check_dataset(dataset: h5py.Dataset, place: str, size: int) -> None:
    plan = dataset.id.get_create_plist()
    layout = plan.get_layout()
    if layout == h5d.VIRTUAL:
        raise _Refused(f"{place} is a virtual dataset", IN_THE_FILE)
    if plan.get_external_count() > 0:
        raise _Refused(f"{place} has its values in another file", IN_THE_FILE)
    if dataset.shape is None:
        raise _Refused(f"{place} has no values")
    try:
        has_objects = dataset.dtype.hasobject
    except TypeError as error:
        raise _Refused(f"{place} has a type that cannot be read") from error
    value_bytes = dataset.id.get_type().get_size()
    declared = math.prod(dataset.shape) * value_bytes
    is_compressed = layout == h5d.CHUNKED and _check_chunks(plan, place, value_bytes)
    _check_size(dataset, place, declared, size, is_compressed)
    if has_objects:
        dataset[()]  # of variable length: whether it can be read, nothing else tells


def is_constant(dataset: h5py.Dataset) -> bool:
    """Whether none of its values are stored, since all are the fill value."""
    return bool(
        dataset.id.get_create_plist().get_layout() == h5d.CONTIGUOUS
        and dataset.id.get_space_status() == h5d.SPACE_STATUS_NOT_ALLOCATED
        and math.prod(dataset.shape) > 0
    )


def _check_chunks(plan: Any, place: str, value_bytes: int) -> bool:
    """Whether values are compressed."""
    if math.prod(plan.get_chunk()) * value_bytes > MAX_CHUNK_BYTES:
        raise _Refused(f"{place} has chunks of more than {MAX_CHUNK_BYTES >> 20} MB", REPACK)
    filters = [plan.get_filter(i)[0] for i in range(plan.get_nfilters())]
    unknown = [str(number) for number in filters if number not in FILTERS]
    if unknown:
        raise _Refused(f"{place} needs filter {unknown[0]} of HDF5, which is not used", REPACK)
    compressing = [n for n in filters if n in (h5z.FILTER_DEFLATE, h5z.FILTER_LZF)]
    if len(compressing) > 1:
        raise _Refused(f"{place} is compressed twice", REPACK)
    return bool(compressing)


def _check_size(
    dataset: h5py.Dataset, place: str, declared: int, size: int, is_compressed: bool
) -> None:
    """Values that are declared must be stored: what is not would be read as zeros, for hours.

    Of constants, which take no space, there may be as many as would fit into the file.
    """
    if declared == 0 or (is_constant(dataset) and declared <= size):
        return
    stored = min(dataset.id.get_storage_size(), size)
    most = max(EXPANSION * stored, ALWAYS_BYTES) if is_compressed and stored else stored
    if declared > most:
        raise _Refused(
            f"{place} is declared with {declared} bytes, but holds {stored}",
            REPACK if is_compressed and stored else COPY_AGAIN,
        )
    offset = dataset.id.get_offset()  # none of chunks
    if offset is not None and offset + stored > size:
        raise _Refused(f"{place} reaches beyond the end of the file")


def _text(name: bytes) -> str:
    return name.decode("utf-8", "surrogateescape")
