# SPDX-License-Identifier: Apache-2.0
"""Reading config.yaml, summary.json and progress.json; what is in them is checked in schemas.py."""

from __future__ import annotations

import difflib
import json
from pathlib import Path
from typing import Any, Mapping, NoReturn

import yaml

from . import files
from .errors import COPY_AGAIN, FileError, ResultsError

MAX_DEPTH = 50  # of maps and lists within each other
MAX_TOKENS = 4_000_000  # of JSON; a value takes some 100 bytes of memory
MAX_NODES = 1_000_000  # of YAML, with aliases written out
MAX_DIGITS = 400  # of a whole number: the time to read it grows with the square


class Section(dict[str, Any]):
    """A map in a document. It knows its place: what is missing is a fault of the file."""

    def __init__(
        self, content: Mapping[str, Any] = {}, path: Path = Path(), place: str = ""
    ) -> None:
        super().__init__(content)
        self.path = path
        self.place = place

    def __missing__(self, key: str) -> NoReturn:
        close = difflib.get_close_matches(str(key), self, n=1)
        hint = f" (did you mean '{below(self.place, close[0])}'?)" if close else ""
        raise FileError(self.path, f"'{below(self.place, key)}' is missing{hint}", COPY_AGAIN)

    def __or__(self, other: Mapping[str, Any]) -> Section:  # type: ignore[override]
        return Section({**self, **other}, self.path, self.place)


# Users may write a configuration that they have read.
yaml.SafeDumper.add_representer(Section, yaml.SafeDumper.represent_dict)


def fault(document: Mapping[str, Any], problem: str) -> ResultsError:
    """What is wrong with a document; of one that was not read from a file, without its path."""
    if isinstance(document, Section):
        return FileError(document.path, problem, COPY_AGAIN)
    return ResultsError(problem)


def below(place: str, key: object) -> str:
    """The place of a key within a section."""
    return f"{place}.{key}" if place else str(key)


def read_json(path: Path) -> Section:
    """A map in JSON."""
    text = files.read_text(path)
    if sum(text.count(token) for token in "[{,:") > MAX_TOKENS:
        raise FileError(path, f"holds more than {MAX_TOKENS} values", COPY_AGAIN)
    try:
        content = json.loads(text, parse_int=_whole_number, parse_constant=_no_number)
    except RecursionError as error:
        raise _too_deep(path) from error
    except ValueError as error:
        raise FileError(path, f"cannot be read ({files.one_line(error)})", COPY_AGAIN) from error
    return _document(path, content)


def _whole_number(text: str) -> int:
    if len(text) > MAX_DIGITS:
        raise ValueError(f"a number of {len(text)} digits")
    return int(text)


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is not JSON")


def read_yaml(path: Path) -> Section:
    """A map in YAML."""
    return _document(path, parse_yaml(files.read_text(path), path))


def parse_yaml(text: str, path: Path) -> Any:
    """The value of a text in YAML that is from the file `path`."""
    try:
        _check_events(text, path)
        loader = _Loader(text)
        try:
            node = loader.get_single_node()
            if node is None:
                return None
            _check_aliases(node, path)
            return loader.construct_document(node)
        finally:
            loader.dispose()
    except (yaml.YAMLError, *_UNCAUGHT_BY_YAML) as error:
        raise FileError(path, f"cannot be read ({files.one_line(error)})", COPY_AGAIN) from error


# What constructors of PyYAML raise for a value that its tag does not fit, such as !!int "".
_UNCAUGHT_BY_YAML = (ValueError, OverflowError, LookupError, AttributeError, TypeError)

_TEXT = "tag:yaml.org,2002:str"
# Keys whose values are names or words, whatever these look like, or lists of them.
_NAMES = ("group", "of", "except", "union", "intersection", "from", "to", "fast_forward")


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Takes keys and names as they are written: a group may be called 1, or on."""

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:
        if isinstance(node, yaml.MappingNode):
            self.flatten_mapping(node)
            for key, value in node.value:
                if isinstance(key, yaml.ScalarNode):
                    key.tag = _TEXT
                    if key.value in _NAMES:
                        items = value.value if isinstance(value, yaml.SequenceNode) else [value]
                        for item in items:
                            if isinstance(item, yaml.ScalarNode):
                                item.tag = _TEXT
        return super().construct_mapping(node, deep)


def _check_events(text: str, path: Path) -> None:
    """Depth and number of nodes, before anything recursive is done."""
    depth, count = 0, 0
    for event in yaml.parse(text, Loader=_Loader):
        count += 1
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > MAX_DEPTH:
            raise _too_deep(path)
        if count > MAX_NODES:
            raise FileError(path, f"holds more than {MAX_NODES} values", COPY_AGAIN)


def _check_aliases(root: Any, path: Path) -> None:
    """Aliases of aliases may stand for more than memory can hold."""
    sizes: dict[int, tuple[int, int]] = {}  # nodes below, and depth

    def measure(node: Any, depth: int) -> tuple[int, int]:
        if id(node) in sizes:
            return sizes[id(node)]
        if depth > MAX_DEPTH:  # or an alias within what it stands for
            raise _too_deep(path)
        children: list[Any] = []
        if isinstance(node, yaml.SequenceNode):
            children = node.value
        elif isinstance(node, yaml.MappingNode):
            children = [part for pair in node.value for part in pair]
        parts = [measure(child, depth + 1) for child in children]
        count = 1 + sum(n for n, _ in parts)
        height = 1 + max((d for _, d in parts), default=0)
        if count > MAX_NODES:
            raise FileError(
                path, f"its aliases stand for more than {MAX_NODES} values", "write fewer"
            )
        if height > MAX_DEPTH:
            raise _too_deep(path)
        sizes[id(node)] = count, height
        return sizes[id(node)]

    measure(root, 1)


def _too_deep(path: Path) -> FileError:
    return FileError(
        path, f"has more than {MAX_DEPTH} maps and lists within each other", COPY_AGAIN
    )


def _document(path: Path, content: Any) -> Section:
    if not isinstance(content, dict):
        raise FileError(path, "holds no map of keys", COPY_AGAIN)
    return as_section(content, path)


def as_section(content: Mapping[str, Any], path: Path) -> Section:
    """The maps within become sections too."""
    section = _with_places(content, path, "", 1)
    assert isinstance(section, Section)
    return section


def _with_places(value: Any, path: Path, place: str, depth: int) -> Any:
    if depth > MAX_DEPTH:
        raise _too_deep(path)
    if isinstance(value, list):
        return [
            _with_places(item, path, f"{place}[{i}]", depth + 1)
            if isinstance(item, (dict, list))
            else item
            for i, item in enumerate(value)
        ]
    if not isinstance(value, dict):
        return value
    section = Section({}, path, place)
    for key, item in value.items():
        if not isinstance(key, str):
            raise FileError(path, f"{place or 'it'} has a key that is not a name", COPY_AGAIN)
        section[key] = _with_places(item, path, below(place, key), depth + 1)
    return section
