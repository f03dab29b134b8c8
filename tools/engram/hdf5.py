# SPDX-License-Identifier: Apache-2.0
"""Reading HDF5 files: each object is what the caller expects, or a FileError says what it is."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Iterator

import h5py
import numpy as np

from .arrays import Array
from .errors import COPY_AGAIN, FileError
from .files import one_line, open_regular
from .hdf5_check import EXPANSION, OPTIONS, address, check_hdf5, is_constant
from .schemas import LARGEST

FORMAT_VERSION = 1
FORMAT_VERSIONS = {"engram network": 2}  # others: FORMAT_VERSION
READINGS = 2  # how often all values of a file may be read while it is open; links may repeat them
MAX_TEXT = 1 << 16  # characters of an attribute

# What h5py raises for the errors of the library.
_LIBRARY_ERRORS = (OSError, RuntimeError, LookupError, ValueError, TypeError, OverflowError)


class _Source:
    """An open file as its objects see it."""

    def __init__(self, path: Path, size: int, remedy: str) -> None:
        self.path = path
        self._remedy = remedy  # for what a file holds
        self._bytes_left = READINGS * size + (1 << 20)

    def fault(self, problem: str, remedy: str = "") -> FileError:
        return FileError(self.path, problem, remedy or self._remedy)

    def take(self, n_bytes: int) -> None:
        """Before values are read."""
        self._bytes_left -= n_bytes
        if self._bytes_left < 0:
            raise self.fault("holds the same values under many names")

    @contextlib.contextmanager
    def reading(self, place: str) -> Iterator[None]:
        """Around calls of the library, and nothing else."""
        try:
            yield
        except MemoryError as error:
            raise FileError(self.path, f"{place} does not fit into memory") from error
        except _LIBRARY_ERRORS as error:
            raise self.fault(f"{place} cannot be read ({one_line(error)})") from error


class _Object:
    """A group or dataset with attributes."""

    def __init__(self, source: _Source, item: Any, place: str) -> None:
        self._source = source
        self._item = item
        self.place = place or "/"

    @property
    def path(self) -> Path:
        """Of the file."""
        return self._source.path

    def fault(self, problem: str, remedy: str = "") -> FileError:
        """What is wrong with this object."""
        return self._source.fault(f"{self.place} {problem}", remedy)

    def text(self, name: str, default: str | None = None) -> str:
        """An attribute."""
        value = self._attribute(name, default)
        if isinstance(value, np.ndarray) and value.shape == ():
            value = value[()]
        if isinstance(value, bytes):
            value = value.decode("utf-8", "replace")
        if not isinstance(value, str) or len(value) > MAX_TEXT:
            raise self.fault(f"has an attribute '{name}' that is not a text")
        return value

    def whole_number(self, name: str, default: int | None = None) -> int:
        """An attribute from 0."""
        value = self._attribute(name, default)
        if not isinstance(value, (int, np.integer)) or isinstance(value, bool) or value < 0:
            raise self.fault(f"has an attribute '{name}' that is not a whole number from 0")
        return int(value)

    def number(self, name: str) -> float:
        """An attribute."""
        value = self._attribute(name, None)
        is_number = isinstance(value, (int, float, np.integer, np.floating))
        if not is_number or isinstance(value, bool) or not abs(value) < LARGEST:
            raise self.fault(f"has an attribute '{name}' that is not a number")
        return float(value)

    def attributes(self) -> dict[str, Attribute]:
        """All of them, whatever their types."""
        with self._source.reading(self.place):
            return {name: _any_attribute(self._item.attrs, name) for name in self._item.attrs}

    def _attribute(self, name: str, default: Any) -> Any:
        with self._source.reading(f"{self.place}@{name}"):
            if name in self._item.attrs:
                return self._item.attrs[name]
        if default is None:
            raise self.fault(f"has no attribute '{name}'")
        return default


@dataclass(frozen=True)
class Attribute:
    """An attribute of any type, as it can be compared."""

    kind: str
    shape: tuple[int, ...]
    content: Any  # its bytes; what has no stable bytes as lists
    value: Any = field(compare=False)  # to be shown


def _any_attribute(attributes: Any, name: str) -> Attribute:
    value = attributes[name]
    if isinstance(value, str):
        return Attribute("text", (), value, value)
    kind = attributes.get_id(name).dtype
    array = np.asarray(value)
    content = repr(array.tolist()) if array.dtype.hasobject else array.tobytes()
    return Attribute(f"{kind} {h5py.check_enum_dtype(kind)}", array.shape, content, array.tolist())


class Dataset(_Object):
    """Values, which are read when they are asked for."""

    def __init__(self, source: _Source, item: h5py.Dataset, place: str) -> None:
        super().__init__(source, item, place)
        with source.reading(place):
            self.shape: tuple[int, ...] = item.shape
            self.dtype: np.dtype[Any] = item.dtype
            filters = item.id.get_create_plist().get_nfilters()
            self.is_constant = is_constant(item)
        self._expansion = EXPANSION if filters or self.is_constant else 1

    def __len__(self) -> int:
        return self.shape[0] if self.shape else 0

    def raw(self, rows: slice | int | None = None) -> Array:
        """Values as they are, of all types; all unless rows are given."""
        part = len(self) if not isinstance(rows, slice) else len(range(len(self))[rows])
        n_rows = 1 if isinstance(rows, int) else part
        count = n_rows * int(np.prod(self.shape[1:], dtype=np.float64)) if self.shape else 1
        self._source.take(count * self.dtype.itemsize // self._expansion)
        with self._source.reading(self.place):
            return np.asarray(self._item[() if rows is None else rows])

    def numbers(self, rows: slice | int | None = None, undefined: bool = False) -> Array:
        """Values of type float64; `undefined` ones may be not a number."""
        if self.dtype.kind != "f" or self.dtype.itemsize > 8:
            raise self.fault(f"has values of type {self.dtype}, not floating-point numbers")
        values = self.raw(rows).astype(np.float64, copy=False)
        finite = values[~np.isnan(values)] if undefined else values
        if finite.size and not (finite.min() > -LARGEST and finite.max() < LARGEST):
            raise self.fault("holds values that are not numbers, or too large")
        return values

    def whole_numbers(self, rows: slice | None = None) -> Array:
        """Values of type uint64."""
        if self.dtype.kind not in "iu":
            raise self.fault(f"has values of type {self.dtype}, not whole numbers")
        values = self.raw(rows)
        if self.dtype.kind == "i" and values.size and values.min() < 0:
            raise self.fault("holds numbers below 0")
        return values.astype(np.uint64, copy=False)

    def texts(self) -> Array:
        """Values of type str, as objects."""
        if h5py.check_string_dtype(self.dtype) is None:
            raise self.fault(f"has values of type {self.dtype}, not text")
        values = self.raw()
        shown = [bytes(v).decode("utf-8", "replace") for v in values.ravel().tolist()]
        return np.array(shown, dtype=object).reshape(self.shape)


class Group(_Object):
    """Objects by name."""

    def __contains__(self, name: str) -> bool:
        return self._find(name) is not None

    def names(self) -> list[str]:
        """Of all that is directly in it, in the order of names."""
        with self._source.reading(self.place):
            return list(self._item)

    def group(self, name: str) -> Group:
        """The group at a path below this one."""
        found = self._get(name)
        if not isinstance(found, Group):
            raise found.fault("is not a group")
        return found

    def groups(self, name: str) -> dict[str, Group]:
        """All groups in the group `name`, which holds nothing else."""
        inner = self.group(name)
        return {each: inner.group(each) for each in inner.names()}

    def dataset(self, name: str, shape: tuple[int | None, ...] = (None,)) -> Dataset:
        """The dataset at a path below this one; None in `shape` stands for any length."""
        found = self._get(name)
        if not isinstance(found, Dataset):
            raise found.fault("is not a dataset")
        if len(found.shape) != len(shape):
            raise found.fault(f"has {len(found.shape)} dimensions, not {len(shape)}")
        for length, wanted in zip(found.shape, shape):
            if wanted is not None and length != wanted:
                raise found.fault(f"has {length} values where {wanted} belong")
        return found

    def walk(self) -> Iterator[tuple[str, Group | Dataset]]:
        """This group and all that is below it, each object once."""
        places: list[str] = []
        with self._source.reading(self.place):
            self._item.visititems(
                lambda name, item: places.append(name)
                if isinstance(item, (h5py.Group, h5py.Dataset))
                else None
            )
        yield "/", self
        for place in places:
            yield f"/{place}", self._get(place)

    def _get(self, name: str) -> Group | Dataset:
        found = self._find(name)
        if found is None:
            raise self._source.fault(f"there is no {self._below(name)}")
        return found

    def _find(self, name: str) -> Group | Dataset | None:
        place = self._below(name)
        with self._source.reading(place):
            if name not in self._item:
                return None
            item = self._item[name]
        if isinstance(item, h5py.Dataset):
            return Dataset(self._source, item, place)
        if isinstance(item, h5py.Group):
            return Group(self._source, item, place)
        raise self._source.fault(f"{place} is neither a group nor a dataset")

    def _below(self, name: str) -> str:
        return f"{self.place.rstrip('/')}/{name}"


@contextlib.contextmanager
def open_hdf5(path: Path, filetype: str | None = None, remedy: str = COPY_AGAIN) -> Iterator[Group]:
    """The root of a file; with `filetype`, checks that it is what it should be.

    `remedy` is what to do about wrong values; as it is, of a file of Engram.
    """
    with open_regular(path) as descriptor:
        check_hdf5(path, descriptor)
        with open(descriptor, "rb", closefd=False) as plain:
            size = plain.seek(0, 2)
        source = _Source(path, size, remedy)
        with source.reading("it"):
            file = h5py.File(address(descriptor), "r", **OPTIONS)
        with file:
            root = Group(source, file, "")
            if filetype is not None:
                _check_filetype(root, filetype)
            yield root


def _check_filetype(root: Group, filetype: str) -> None:
    found = root.text("filetype", "")
    version = root.whole_number("format_version", 0)
    newest = FORMAT_VERSIONS.get(filetype, FORMAT_VERSION)
    if found != filetype or version > newest:
        raise FileError(
            root.path,
            f"is '{found}' of format version {version} "
            f"(expected '{filetype}' of version {newest})",
        )
