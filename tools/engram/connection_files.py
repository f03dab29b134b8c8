# SPDX-License-Identifier: Apache-2.0
"""Connections in files of other tools: matrices and lists of edges, as text or as arrays.

Edges in SONATA format are read by sonata_edges.
"""

from __future__ import annotations

import gzip
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Iterator, Literal

import numpy as np

from .arrays import Array
from .errors import FileError

Kind = Literal["auto", "matrix", "edges"]
MAX_BYTES = 8 << 30  # of a text, unpacked

_SEPARATORS = re.compile(r"[\s,;]+")
# A comma between digits, where something else separates numbers.
_DECIMAL_COMMA = re.compile(r"\d,\d")
_OTHER_SEPARATOR = re.compile(r";|[\d.][ \t]+[\d.+-]")
_COMMENTS = ("#", "%")
_BOOLEANS = {"True": 1.0, "False": 0.0}  # as numpy and pandas write them
_ZIP, _GZIP, _NPY, _HDF5 = b"PK\x03\x04", b"\x1f\x8b", b"\x93NUMPY", b"\x89HDF\r\n\x1a\n"
_REFUSED = (
    (b"MATLAB 5.0", "is a file of MATLAB", "save it as text, or in Python as .npz"),
    (b"\x80", "is a pickle of Python, which may run anything", "save it as .npy or .npz"),
    (b"\x28\xb5\x2f\xfd", "is compressed with zstd", "unpack it"),
    (b"\xfd7zXZ", "is compressed with xz", "unpack it"),
    (b"BZh", "is compressed with bzip2", "unpack it"),
    (b"%PDF", "is a PDF", "give the numbers as text"),
    (b"\x89PNG", "is a picture", "give the numbers as text"),
)
# Names of columns, in letters and digits, but for what says that they hold ids of neurons.
_SOURCE_NAMES = ("pre", "presynaptic", "presyn", "source", "src", "from", "sender", "i", "row")
_TARGET_NAMES = ("post", "postsynaptic", "postsyn", "target", "tgt", "dst", "dest", "destination",
                 "to", "receiver", "j", "col", "column")  # fmt: skip
_WEIGHT_NAMES = ("weight", "weights", "w", "synweight", "synapticweight", "value", "values",
                 "strength", "h", "hmv", "data")  # fmt: skip
_OF_NEURONS = re.compile(r"(?:node|neuron|cell)?(?:g?ids?|index|idx)?$")


@dataclass(frozen=True)
class Edges:
    """Connections by gid; a weight for each, or none."""

    pre: Array
    post: Array
    weight: Array | None = None

    def __len__(self) -> int:
        return len(self.pre)


def is_hdf5(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(_HDF5)) == _HDF5


def read_connections(path: Path, size: int, kind: Kind = "auto", first_id: int = 0) -> Edges:
    """Of a network of `size` neurons; rows of matrices are presynaptic.

    Text may have blanks, commas or semicolons between numbers, a byte order mark, comments, and a
    line of names; lists of edges have two or three columns, ids that begin with `first_id`.
    Arrays are those of numpy (.npy, .npz) and sparse matrices of scipy (.npz). Raises FileError.
    """
    path = Path(path)
    if not path.is_file():
        raise FileError(path, "there is no such file" if not path.exists() else "is no file")
    with path.open("rb") as file:
        begin = file.read(16)
    for signature, what, remedy in _REFUSED:
        if begin.startswith(signature):
            raise FileError(path, what, remedy)
    reader = _Reader(path, size, kind, first_id)
    if begin.startswith(_NPY):
        return reader.of_table(_load(path), None)
    if begin.startswith(_ZIP):
        return reader.of_archive()
    if begin.startswith(_GZIP):
        return reader.of_text(_unpacked(path))
    if path.stat().st_size > MAX_BYTES:
        raise FileError(path, "is larger than 8 GB", "give edges in SONATA format")
    return reader.of_text(path.read_bytes())


def _load(path: Path) -> Any:
    try:
        return np.load(path, allow_pickle=False)
    except (ValueError, OSError, EOFError, zipfile.BadZipFile) as error:
        problem = f"cannot be read as an array of numpy ({_short(error)})"
        raise FileError(path, problem, "save numbers: numpy.save(file, array)") from error


def _unpacked(path: Path) -> bytes:
    try:
        with gzip.open(path) as file:
            content = file.read(MAX_BYTES + 1)
    except (OSError, EOFError) as error:
        raise FileError(path, f"cannot be unpacked ({_short(error)})") from error
    if len(content) > MAX_BYTES:
        raise FileError(path, "is larger than 8 GB", "give edges in SONATA format")
    return content


def _short(error: object) -> str:
    return " ".join(str(error).split())[:200]


class _Reader:
    def __init__(self, path: Path, size: int, kind: Kind, first_id: int) -> None:
        self._path = path
        self._size = size
        self._kind = kind
        self._first_id = first_id
        self._line_of_row: list[int] = []  # of what was read from text

    def _line(self, row: int) -> str:
        """Where a row of a table was read, to begin a problem with."""
        return f"line {self._line_of_row[row]} " if self._line_of_row else ""

    def _fault(self, problem: str, remedy: str = "") -> FileError:
        return FileError(self._path, problem, remedy)

    def of_archive(self) -> Edges:
        archive = _load(self._path)
        if isinstance(archive, np.ndarray):
            return self.of_table(archive, None)
        names = list(archive.files)
        if "format" in names and "shape" in names:
            return self._of_sparse(archive)
        arrays = [name for name in names if archive[name].ndim == 2]
        if len(arrays) != 1:
            found = ", ".join(names[:10]) + (", ..." if len(names) > 10 else "")
            raise self._fault(
                f"holds {len(arrays)} arrays of two dimensions (its arrays are {found or 'none'})",
                "give a matrix, or columns of sources and targets, in an array of its own "
                "(numpy.save)",
            )
        return self.of_table(archive[arrays[0]], None)

    def _of_sparse(self, archive: Any) -> Edges:
        """As scipy.sparse.save_npz writes it, without scipy where it is csr, csc or coo."""
        form = archive["format"].item()
        form = form.decode("ascii", "replace") if isinstance(form, bytes) else str(form)
        shape = tuple(int(n) for n in archive["shape"])
        if form in ("csr", "csc"):
            inner = archive["indices"].astype(np.int64)
            starts = archive["indptr"].astype(np.int64)
            outer = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
            rows, columns = (outer, inner) if form == "csr" else (inner, outer)
        elif form == "coo":
            rows, columns = archive["row"].astype(np.int64), archive["col"].astype(np.int64)
        else:
            raise self._fault(
                f"is a sparse matrix of scipy of the form {form}",
                "save it with scipy.sparse.save_npz(FILE, matrix.tocsr())",
            )
        self._require_square(shape)
        values = archive["data"].astype(float)
        if not len(rows) == len(columns) == len(values):
            raise self._fault("is a sparse matrix whose parts do not fit together")
        nonzero = values != 0
        return self._checked(rows[nonzero], columns[nonzero], values[nonzero], 0)

    def _require_square(self, shape: tuple[int, ...]) -> None:
        if shape != (self._size, self._size):
            raise self._fault(
                f"is a matrix of {' x '.join(map(str, shape))}, but the network has "
                f"{self._size} neurons; rows are presynaptic, columns postsynaptic",
                "correct the sizes (--n-exc, --n-inh, or --config)",
            )

    def of_table(self, table: Array, names: list[str] | None) -> Edges:
        """A matrix, or a list of edges."""
        if table.dtype.names:
            names = list(table.dtype.names)
            table = np.column_stack([table[name] for name in names])
        if table.ndim != 2 or table.dtype.kind not in "biuf":
            raise self._fault(
                f"holds an array of the shape {table.shape} and the type {table.dtype}",
                "give a matrix of numbers, or a list of edges with two or three columns",
            )
        index: Array | None = None  # names of rows, as pandas writes them
        if names is not None and names.count("") == 1:
            index = table[:, names.index("")]
            table = np.delete(table, names.index(""), axis=1)
            names = [name for name in names if name]
        is_matrix = self._kind == "matrix" or (
            self._kind == "auto" and table.shape == (self._size, self._size)
        )
        if is_matrix:
            self._require_square(table.shape)
            if index is not None and not np.array_equal(index, np.arange(self._size)):
                raise self._fault("has rows that are not numbered from 0", "leave the names out")
            return self._of_matrix(table)
        if names is not None:
            return self._of_columns(*self._named(table, names))
        if table.shape[1] not in (2, 3):
            raise self._fault(
                f"has {table.shape[0]} rows of {table.shape[1]} numbers, but the network has "
                f"{self._size} neurons",
                "a matrix has a row and a column for each neuron, a list of edges two columns or "
                "three (source, target, weight); correct the sizes (--n-exc, --n-inh, or "
                "--config), or leave out other columns, or name them in the first line",
            )
        weights = table[:, 2] if table.shape[1] == 3 else None
        return self._of_columns(table[:, 0], table[:, 1], weights)

    def _of_matrix(self, table: Array) -> Edges:
        wrong = np.flatnonzero(~np.isfinite(table).all(axis=1))
        if len(wrong):
            raise self._fault(f"{self._line(wrong[0])}holds entries that are not finite")
        rows, columns = np.nonzero(table)
        self._line_of_row = []  # a row is no edge
        return self._checked(rows, columns, table[rows, columns].astype(float), 0)

    def _named(self, table: Array, names: list[str]) -> tuple[Array, Array, Array | None]:
        """Columns of sources, targets and weights; others count for nothing."""
        found = _ends(names)
        if found is None:
            raise self._fault(
                f"has columns of unclear names ({', '.join(map(_short, names[:8]))})",
                "call one 'pre', one 'post', and one with weights 'weight'; or leave out the line "
                "of names",
            )
        weights = [k for k, name in enumerate(names) if _plain(name) in _WEIGHT_NAMES]
        weights = [k for k in weights if k not in found]
        if len(weights) > 1:
            raise self._fault(
                f"has {len(weights)} columns of weights "
                f"({', '.join(_short(names[k]) for k in weights)})",
                "leave out all but one",
            )
        pre, post = found
        return table[:, pre], table[:, post], table[:, weights[0]] if weights else None

    def _of_columns(self, pre: Array, post: Array, weight: Array | None) -> Edges:
        for ids in (pre, post):
            if ids.dtype.kind == "f":
                wrong = np.flatnonzero(~np.isfinite(ids) | (ids != np.floor(ids)))
                if len(wrong):
                    raise self._fault(
                        f"{self._line(wrong[0])}holds ids of neurons that are no whole numbers "
                        f"({ids[wrong[0]]:g})"
                    )
        whole = (pre.astype(np.int64), post.astype(np.int64))
        return self._checked(*whole, None if weight is None else weight.astype(float),
                             self._first_id)  # fmt: skip

    def _checked(self, pre: Array, post: Array, weight: Array | None, first_id: int) -> Edges:
        ends = pre.astype(np.int64) - first_id, post.astype(np.int64) - first_id
        for ids in ends:
            wrong = np.flatnonzero((ids < 0) | (ids >= self._size))
            if len(wrong):
                raise self._fault(
                    f"{self._line(wrong[0])}names neuron {ids[wrong[0]] + first_id}, but the network has those from "
                    f"{first_id} to {first_id + self._size - 1}",
                    "correct the sizes, or say with --first-id where ids begin",
                )
        if weight is not None:
            wrong = np.flatnonzero(~np.isfinite(weight))
            if len(wrong):
                raise self._fault(f"{self._line(wrong[0])}holds weights that are not finite")
        return Edges(*ends, weight)

    def of_text(self, content: bytes) -> Edges:
        lines = self._lines(content)
        first = next(lines, None)
        if first is None:
            raise self._fault("holds no numbers")
        if first[1].startswith("%%MatrixMarket"):
            return self._of_matrix_market(first[1], lines)
        comment = ""  # the last one before the numbers, which may hold names
        while first is not None and first[1].startswith(_COMMENTS):
            comment = first[1].lstrip("#% ")
            first = next(lines, None)
        if first is None:
            raise self._fault("holds comments alone, no numbers")
        if first[1][0] in "{[":
            raise self._fault("is JSON", "write a line for each edge: source target [weight]")
        names = None
        rows: list[Array] = []
        if first[1][0] == "," or not _is_numeric(first[1]):
            names = _names_in(first[1])
        else:
            rows.append(self._numbers(*first))
            self._line_of_row.append(first[0])
        for number, line in lines:
            line = line.split("#", 1)[0]
            if line and not line.startswith(_COMMENTS):
                rows.append(self._numbers(number, line))
                self._line_of_row.append(number)
                if len(rows[-1]) != len(rows[0]):
                    raise self._fault(
                        f"line {number} has {len(rows[-1])} numbers, others have {len(rows[0])}"
                    )
        if not rows:
            raise self._fault("holds a line of names, but no numbers")
        if names is None and _ends(_names_in(comment)) is not None:
            names = _names_in(comment)
            names = names if len(names) == len(rows[0]) else None
        if names is not None and len(names) != len(rows[0]):
            raise self._fault(
                f"has {len(names)} names of columns ({', '.join(map(_short, names[:8]))}), but "
                f"{len(rows[0])} numbers in a row"
            )
        return self.of_table(np.array(rows), names)

    def _lines(self, content: bytes) -> Iterator[tuple[int, str]]:
        """Lines that are not empty, with their numbers."""
        is_utf16 = content[:2] in (b"\xff\xfe", b"\xfe\xff")
        encoding = "utf-16" if is_utf16 else "utf-8-sig"
        if not is_utf16 and b"\0" in content[:4096]:
            raise self._fault("is no text, and nothing else that is known", "give .npy or text")
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError as error:
            place = content.count(b"\n", 0, error.start) + 1
            raise self._fault(
                f"line {place} is no text in {encoding.removesuffix('-sig').upper()}"
            ) from error
        for number, line in enumerate(text.splitlines(), 1):
            if stripped := line.strip():
                yield number, stripped

    def _numbers(self, number: int, line: str) -> Array:
        line = line.split("#", 1)[0]
        if _DECIMAL_COMMA.search(line) and _OTHER_SEPARATOR.search(line):
            raise self._fault(
                f"line {number} has commas within numbers, or separates them in two ways "
                f"({_short(line)[:40]})",
                "write decimal points",
            )
        try:
            return np.array([_BOOLEANS.get(entry, entry) for entry in _entries(line)], dtype=float)
        except ValueError as error:
            raise self._fault(f"line {number} holds what is no number ({_short(error)})") from error

    def _of_matrix_market(self, header: str, lines: Iterator[tuple[int, str]]) -> Edges:
        words = header.lower().split()
        if words[1:3] != ["matrix", "coordinate"] or "complex" in words:
            raise self._fault(f"is in Matrix Market format, but {' '.join(words[1:])}",
                              "give one of coordinates, with real numbers")  # fmt: skip
        numbered = [(n, line) for n, line in lines if not line.startswith("%")]
        rows = [self._numbers(*line) for line in numbered]
        self._line_of_row = [n for n, _ in numbered[1:]]
        if not rows or len(rows[0]) != 3:
            raise self._fault("has no line of sizes")
        self._require_square((int(rows[0][0]), int(rows[0][1])))
        if len(rows) - 1 != int(rows[0][2]) or len({len(row) for row in rows[1:]}) > 1:
            raise self._fault(f"has {len(rows) - 1} entries, where it says {int(rows[0][2])}")
        table = np.array(rows[1:]).reshape(len(rows) - 1, -1)
        if not len(table):
            return Edges(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64))
        pre, post = table[:, 0].astype(np.int64), table[:, 1].astype(np.int64)
        weight = table[:, 2] if table.shape[1] > 2 else None
        if "symmetric" in words or "skew-symmetric" in words:
            other = pre != post
            sign = -1.0 if "skew-symmetric" in words else 1.0
            pre, post = np.append(pre, post[other]), np.append(post, pre[other])
            self._line_of_row += [self._line_of_row[k] for k in np.flatnonzero(other)]
            weight = None if weight is None else np.append(weight, sign * weight[other])
        return self._checked(pre, post, weight, 1)


def _entries(line: str) -> list[str]:
    return [entry.strip("\"'") for entry in _SEPARATORS.split(line.strip(" \t,;")) if entry]


def _names_in(line: str) -> list[str]:
    """Names of columns; they may have blanks where something else stands between them."""
    separator = next((mark for mark in ",;\t" if mark in line), None)
    return [name.strip().strip("\"'") for name in line.split(separator)]


def _plain(name: str) -> str:
    return re.sub(r"[\W_]+", "", name.lower())


def _ends(names: list[str]) -> tuple[int, int] | None:
    """The columns of sources and of targets, if just one is called so."""
    words = [_OF_NEURONS.sub("", _plain(name)) for name in names]
    places = [
        [k for k, word in enumerate(words) if word in known or word.removesuffix("s") in known]
        for known in (_SOURCE_NAMES, _TARGET_NAMES)
    ]
    return None if any(len(place) != 1 for place in places) else (places[0][0], places[1][0])


def _is_numeric(line: str) -> bool:
    try:
        [float(_BOOLEANS.get(entry, entry)) for entry in _entries(line.split("#", 1)[0])]
    except ValueError:
        return False
    return True
