#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Writes tools/engram/keys.py, the classes of all keys of a configuration, from the tables in docs/.

These tables are those of the program: test/experiment/documented_keys_test.cpp compares them.
"""

from __future__ import annotations

import argparse
import re
import sys
import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import Iterator

ROOT = Path(__file__).resolve().parents[2]
TARGET = ROOT / "tools/engram/keys.py"
CONFIGURATION, ENSEMBLES = "configuration.md", "ensembles.md"


@dataclass(frozen=True)
class Row:
    """A key, as its table tells it."""

    name: str
    unit: str
    default: str
    range: str
    meaning: str


# Sections: heading in the documentation, class, and what it stands for in one line.
SECTIONS = (
    ("simulation", "Simulation", "Time, seeds, and how a run is computed."),
    ("populations", "Populations", "The two populations of the published network."),
    ("connectivity", "Connectivity", "The wiring of the two populations."),
    ("Named populations", "Population", "A population by name, an entry of `populations`."),
    ("projections", "Projection", "Synapses between named populations, an entry of `projections`."),
    ("initial_state", "InitialState", "The state of another run that this one begins with."),
    ("initial_weights", "InitialWeights", "Weights of plastic synapses at the beginning."),
    ("background", "Background", "The current that every neuron has in spiking phases."),
    ("background_changes", "BackgroundChange", "An entry of `background_changes`."),
    ("neuron", "Neuron", "Parameters of neurons."),
    ("neuron.morphology", "Morphology", "The shape of a neuron that is no point."),
    ("synapses", "Synapses", "Parameters of synapses and their plasticity."),
    ("neuromodulation", "Neuromodulation", "An entry of `neuromodulation`."),
    ("plasticity_off", "PlasticityOff", "An entry of `plasticity_off`."),
    ("spiking_windows", "SpikingWindow", "An entry of `spiking_windows`."),
    ("record", "Record", "What is recorded."),
    ("Named recordings", "Recording", "A further recording by name, an entry of `recordings`."),
    ("Regular snapshots", "RegularSnapshots", "Snapshots at regular times, of `snapshots_s`."),
    ("measures", "Measures", "What is measured of each run."),
    ("checkpoint", "Checkpoint", "When the state is saved."),
    ("output", "Output", "Where results go, and which."),
)
# Of the whole configuration: the name of the section, its type, what it is.
TOP = (
    ("simulation", "Simulation"),
    ("populations", "Populations | Mapping[str, Population | Mapping[str, Any]]"),
    ("connectivity", "Connectivity"),
    ("projections", "Mapping[str, Projection | Mapping[str, Any]]"),
    ("groups", "Mapping[str, Mapping[str, Any]]"),
    ("initial_state", "InitialState"),
    ("initial_weights", "InitialWeights"),
    ("background", "Background"),
    ("stimuli", "Mapping[str, Part | Mapping[str, Any]]"),
    ("background_changes", "Mapping[str, BackgroundChange | Mapping[str, Any]]"),
    ("neuron", "Neuron"),
    ("synapses", "Synapses"),
    ("neuromodulation", "Mapping[str, Neuromodulation | Mapping[str, Any]]"),
    ("plasticity_off", "Mapping[str, PlasticityOff | Mapping[str, Any]]"),
    ("spiking_windows", "Mapping[str, SpikingWindow | Mapping[str, Any]]"),
    ("record", "Record"),
    ("measures", "Measures"),
    ("checkpoint", "Checkpoint"),
    ("output", "Output"),
)
RENAMED = {"from": "from_"}  # words that Python keeps for itself
WHOLE = (
    "count", "every_steps", "keep", "n_exc", "n_inh", "ranks_per_trial", "repeats", "trials",
    "trials_per_batch",
)  # fmt: skip
NUMBERS = re.compile(r"^(>|<)|…|2\^64")
MATRICES = (
    Row(
        "h_mV", "mV", "", "matrix", "in Python alone: early-phase weights by gid, rows presynaptic"
    ),
    Row("z", "", "", "matrix", "in Python alone: late-phase weights, likewise"),
)

HEAD = '''# SPDX-License-Identifier: Apache-2.0
"""All keys of a configuration as classes that editors complete and explain::

    Configuration(
        simulation=Simulation(duration_s=25, seed=2),
        groups={"assembly": {"first": 0, "count": 200}},
        stimuli={"learn": Triplet(group="assembly", start_s=10, n_inputs=25, rate_Hz=100)},
    )

What is left out has its default. Where the program reads a file, an array may stand.
Written by tools/dev/generate_keys.py from docs/configuration.md: change that, and run it again.
"""

# fmt: off
from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, ClassVar, Literal, Mapping, Sequence


class Part:
    """A part of a configuration. What is None is left out."""

    __slots__ = ()
    _scheme: ClassVar[str] = ""

    def to_dict(self) -> dict[str, Any]:
        """As the map that a configuration has here.

        >>> Simulation(duration_s=25, seed=2).to_dict()
        {'duration_s': 25, 'seed': 2}
        """
        found: dict[str, Any] = {"scheme": self._scheme} if self._scheme else {}
        for field in fields(self):
            value = getattr(self, field.name)
            if value is not None:
                found[field.name.rstrip("_")] = _plain(value)
        return found

    @classmethod
    def help(cls) -> str:
        """What its keys mean, one on each line.

        >>> print(Background.help().splitlines()[0])
        mean_nA: mean current; nA; default 0.15; -10^6 … 10^6
        """
        return "\\n".join(f"{key}: {text}" for key, text in HELP[cls.__name__].items())


def _plain(value: Any) -> Any:
    if isinstance(value, Part):
        return value.to_dict()
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value
'''


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="only say whether it is up to date")
    options = parser.parse_args()
    if problems := forgotten_sections():
        sys.exit("\n".join(problems))
    text = generated()
    if options.check:
        if TARGET.read_text(encoding="utf-8") != text:
            print(f"{TARGET}: is not up to date; run tools/dev/generate_keys.py", file=sys.stderr)
            return 1
        return 0
    TARGET.write_text(text, encoding="utf-8")
    print(TARGET)
    return 0


def forgotten_sections() -> list[str]:
    """The sections with a table of keys that a list above lacks: no class, or no key of the whole."""
    heads = re.findall(
        r"^## (.+)$", (ROOT / "docs" / CONFIGURATION).read_text(encoding="utf-8"), re.MULTILINE
    )
    sections = [head for head in heads if any(rows_of(CONFIGURATION, head))]
    # The classes of stimuli are those of the schemes; other headings than keys are parts of sections.
    listed = {
        "SECTIONS": ({"stimuli", *(heading for heading, _, _ in SECTIONS)}, sections),
        "TOP": ({name for name, _ in TOP}, [s for s in sections if re.fullmatch("[a-z_]+", s)]),
    }
    return [
        f"docs/{CONFIGURATION}: the section '{section}' has keys, but is not in the list {name} of "
        "tools/dev/generate_keys.py; add it"
        for name, (known, wanted) in listed.items()
        for section in wanted
        if section not in known
    ]


def generated() -> str:
    """The whole module."""
    classes: list[str] = []
    help_of: dict[str, dict[str, str]] = {}
    for heading, name, purpose in SECTIONS:
        rows = [row for row in rows_of(CONFIGURATION, heading) if row.name != "scheme"]
        if heading == "initial_weights":
            rows += MATRICES
        classes.append(class_text(name, purpose, rows))
        help_of[name] = {row.name: explanation(row) for row in rows}
    keys = {row.name: row for row in rows_of(CONFIGURATION, "stimuli")}
    for scheme, names, what in schemes():
        rows = [keys[key] for key in ("group", "role", "margin_before_s", "margin_after_s")]
        rows += [with_default(keys[key], note) for key, note in names]
        name = scheme.capitalize()
        classes.append(class_text(name, f"The stimulus scheme {scheme}: {what}.", rows, scheme))
        help_of[name] = {row.name: explanation(row) for row in rows}
    classes.append(configuration_text(help_of))
    lines = [HEAD, *classes, "\nHELP: dict[str, dict[str, str]] = {"]
    for name, keys_of in help_of.items():
        lines.append(f'    "{name}": {{')
        lines += [f'        "{key}": "{text}",' for key, text in keys_of.items()]
        lines.append("    },")
    lines.append("}\n\n__all__ = [")
    lines += [f'    "{name}",' for name in sorted([*help_of, "Part"])]
    return "\n".join([*lines, "]"]) + "\n"


def rows_of(file: str, heading: str, head: str = "key") -> Iterator[Row]:
    """The rows of the first tables of a section whose first column is called `head`."""
    for cells in tables(file, heading, head):
        for name in re.findall(r"`([^`]+)`", cells["key"]):
            yield Row(
                name,
                cells.get("unit", ""),
                cells.get("default", ""),
                cells["range"],
                cells["meaning"],
            )


def tables(file: str, heading: str, head: str) -> Iterator[dict[str, str]]:
    inside, heads = not heading, []
    for line in (ROOT / "docs" / file).read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            inside = line == f"## {heading}"
        if not inside or not line.startswith("|"):
            heads = []
            continue
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        if not heads:
            heads = cells
        elif heads[0] == head and cells[0].startswith("`"):
            yield dict(zip(heads, cells))


def schemes() -> Iterator[tuple[str, list[tuple[str, str]], str]]:
    """Of each scheme its keys, with what is said of their defaults, and what it does."""
    for cells in tables(CONFIGURATION, "stimuli", "scheme"):
        keys = re.findall(r"`([^`]+)`(?: \(([^)]*)\))?", cells["keys"])
        what = plain(cells["what it does"]).rstrip(".")
        yield cells["scheme"].strip("`"), keys, what


def with_default(row: Row, note: str) -> Row:
    default = {"": "required", "optional": ""}.get(
        note, note.removeprefix("default ").split(",")[0]
    )
    return Row(row.name, row.unit, default, row.range, row.meaning)


def class_text(name: str, purpose: str, rows: list[Row], scheme: str = "") -> str:
    lines = ["", "", "@dataclass(kw_only=True, slots=True)", f"class {name}(Part):"]
    lines += docstring(purpose, 4)
    if scheme:
        lines += ["", f'    _scheme: ClassVar[str] = "{scheme}"']
    for row in rows:
        lines += ["", f"    {RENAMED.get(row.name, row.name)}: {type_of(row)} | None = None"]
        lines += docstring(explanation(row), 4)
    return "\n".join(lines)


def configuration_text(help_of: dict[str, dict[str, str]]) -> str:
    ensemble = list(rows_of(ENSEMBLES, ""))
    lines = ["", "", "@dataclass(kw_only=True, slots=True)", "class Configuration(Part):"]
    lines += docstring("A whole configuration, of a run or an ensemble.", 4)
    lines.append("")
    for name, kind in TOP:
        union = kind if kind.startswith("Mapping") else f"{kind} | Mapping[str, Any]"
        lines.append(f"    {name}: {union} | None = None")
    for row in ensemble:
        kind = "Mapping[str, Any] | Sequence[Any]" if row.name == "sweep" else type_of(row)
        lines += [f"    {row.name}: {kind} | None = None"]
        lines += docstring(explanation(row), 4)
    help_of["Configuration"] = {row.name: explanation(row) for row in ensemble}
    return "\n".join(lines)


def type_of(row: Row) -> str:
    words = re.findall(r"`([^`]+)`", row.range)
    if row.range.startswith("`false`, `true`"):
        return "bool"
    if row.range == "matrix" or row.name == "file":
        return "Any"
    if row.name == "recordings":
        return "Mapping[str, Recording | Mapping[str, Any]]"
    if row.name in ("neuron", "background", "morphology"):
        return f"{row.name.capitalize()} | Mapping[str, Any]"
    if row.name in ("from", "to", "kind") or row.range == "text" or row.range.startswith("path"):
        return words_type(words) if len(words) > 1 else "str"
    if row.name in ("group", "groups", "spikes", "variables"):
        return "str | Sequence[str]"
    if row.name in ("neurons",):
        return "str | Sequence[int | str] | Any"
    if row.name in ("snapshots_s",):
        return "Sequence[float] | RegularSnapshots | Mapping[str, Any] | Any"
    if row.name in (
        "synapses",
        "synapses_if_present",
        "synapses_between",
        "stipulated",
        "spike_times_ms",
        "protein_at_um",
    ):
        return "Sequence[Any] | Any"
    if words and not NUMBERS.search(row.range):
        return words_type(words)
    return "int" if row.name in WHOLE or row.name.endswith("seed") else "float"


def words_type(words: list[str]) -> str:
    return "Literal[" + ", ".join(f'"{word}"' for word in words) + "]"


def explanation(row: Row) -> str:
    parts = [plain(row.meaning).rstrip(".")]
    if row.unit:
        parts.append(row.unit)
    default = plain(row.default)
    if default:
        parts.append(default if default == "required" else f"default {default}")
    if row.range and row.range != "matrix":
        parts.append(plain(row.range))
    return "; ".join(parts)


def plain(text: str) -> str:
    """Without the marks of Markdown."""
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)
    return text.replace("`", "").replace("\\|", "|").replace("\\", "").replace('"', "'").strip()


def docstring(text: str, indent: int) -> list[str]:
    text = text[0].upper() + text[1:] + ("" if text.endswith(".") else ".")
    width = 100 - indent
    margin = " " * indent
    if len(text) + 6 <= width:
        return [f'{margin}"""{text}"""']
    lines = textwrap.wrap(text, width, initial_indent='"""', break_long_words=False)
    return [*(margin + line for line in lines), f'{margin}"""']


if __name__ == "__main__":
    sys.exit(main())
