#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Translates PTX, as nvcc makes it of the kernels, to C++ that runs one thread of a kernel.

Each entry becomes a function whose instructions are calls into instructions.hpp and thread.hpp.
What is not known is refused, and so is arithmetic whose result the assembler may choose: floating
operations without .rn (which may be contracted), .approx and .ftz.
"""

from __future__ import annotations

import argparse
import re
import sys
from dataclasses import dataclass, field
from pathlib import Path

INTEGERS = {"b16", "b32", "b64", "s16", "s32", "s64", "u16", "u32", "u64"}
FLOATS = {"f32", "f64"}
TYPES = INTEGERS | FLOATS | {"pred", "b8", "s8", "u8"}

# Operations, and what they may be done to. Comparisons and conversions are below.
OPERATIONS = {
    **dict.fromkeys(
        [
            "add",
            "sub",
            "mul.lo",
            "mul.wide",
            "mad.lo",
            "div",
            "rem",
            "shl",
            "shr",
            "brev",
            "clz",
            "popc",
            "bfind.shiftamt",
        ],
        INTEGERS,
    ),
    **dict.fromkeys(["and", "or", "xor", "not"], INTEGERS | {"pred"}),
    **dict.fromkeys(["add.rn", "sub.rn", "mul.rn", "fma.rn", "div.rn", "sqrt.rn", "abs"], FLOATS),
    **dict.fromkeys(["neg", "max", "min"], INTEGERS | FLOATS),
    "selp": INTEGERS | FLOATS,
    "mov": INTEGERS | FLOATS | {"pred"},
}
COMPARISONS = {"eq", "ne", "lt", "le", "gt", "ge"}
UNORDERED = {"equ", "neu", "ltu", "leu", "gtu", "geu"}
CONVERSIONS = {"cvt", "cvt.rn", "cvt.rni", "cvt.rzi", "cvt.rmi", "cvt.rpi"}
ATOMICS = {"add", "min", "max", "or", "and", "exch"}
SPACES = {"global", "local", "param"}
SPECIAL = {
    f"%{name}.{axis}": f"thread.{name}_{axis}"
    for name, axes in (("tid", "x"), ("ntid", "x"), ("ctaid", "xy"), ("nctaid", "xy"))
    for axis in axes
}
REGISTER_TYPES = {
    "pred": "bool",
    "b16": "b16",
    "b32": "b32",
    "b64": "b64",
    "f32": "b32",
    "f64": "b64",
}


class Unknown(Exception):
    """PTX that this program does not translate."""


@dataclass
class Parameter:
    name: str
    size: int


@dataclass
class Entry:
    name: str
    parameters: list[Parameter]
    lines: list[str] = field(default_factory=list)


def variable(register: str) -> str:
    """Registers may be called as types are, e.g. %f64."""
    return "reg_" + register[1:]


def split_operands(text: str) -> list[str]:
    """At commas outside of braces and brackets."""
    return [
        part.strip()
        for part in re.findall(r"(?:\{[^}]*\}|\[[^\]]*\]|[^,{\[])+", text)
        if part.strip()
    ]


def operation(stem: str, types: list[str]) -> str:
    """Name of the function that does an instruction; its types are checked."""
    if "approx" in stem or "ftz" in stem:
        raise Unknown("arithmetic that is not exact")
    if stem in OPERATIONS and len(types) == 1 and types[0] in OPERATIONS[stem]:
        return stem
    if stem + ".rn" in OPERATIONS:
        raise Unknown("floating arithmetic without .rn, which may be contracted")
    if stem in CONVERSIONS and len(types) == 2:
        if stem == "cvt" and types[0] in FLOATS and types != ["f64", "f32"]:
            raise Unknown("conversion without a rounding")
        return stem
    kind, _, relation = stem.partition(".")
    if kind == "setp" and len(types) == 1:
        if relation in COMPARISONS or relation in UNORDERED and types[0] in FLOATS:
            return stem
    raise Unknown("an instruction that is not known")


class Translator:
    """Of the instructions of one entry."""

    def __init__(self, entry: Entry) -> None:
        self.entry = entry
        self.registers: list[str] = []
        self.local_bytes = 0
        self.used_bytes: int | None = None
        self.body: list[str] = []

    def value(self, text: str) -> str:
        """An operand that is read."""
        if text in SPECIAL:
            return SPECIAL[text]
        if re.fullmatch(r"%\w+", text):
            return variable(text)
        if match := re.fullmatch(r"0[df]([0-9A-Fa-f]+)", text):
            return f"0x{match[1]}ull"
        if re.fullmatch(r"-?\d+", text):
            # The most negative integer is no literal of C++.
            return f"0x{int(text) & 0xFFFFFFFFFFFFFFFF:x}ull"
        if text.startswith("__local_depot"):
            return "address_of(local)"
        for index, parameter in enumerate(self.entry.parameters):
            if text == parameter.name:
                return f"address_of(thread.parameters[{index}])"
        raise Unknown(f"operand '{text}'")

    def address(self, text: str) -> str:
        match = re.fullmatch(r"\[(%?\w+)(?:\+(-?\d+))?\]", text)
        if not match:
            raise Unknown(f"address '{text}'")
        return f"{self.value(match[1])} + ({match[2] or 0})"

    def is_within_parameter(self, address: str, size: int) -> bool:
        """Whether an address is one in a parameter for sure; others are checked when it is read."""
        match = re.fullmatch(r"\[(\w+)(?:\+(\d+))?\]", address)
        return match is not None and any(
            p.name == match[1] and int(match[2] or 0) + size <= p.size
            for p in self.entry.parameters
        )

    def access(self, text: str) -> None:
        """Loads and stores."""
        opcode, operands = text.split(None, 1)
        kind, *modifiers = opcode.split(".")
        element = modifiers.pop()
        count = (
            int(modifiers.pop()[1:]) if modifiers and re.fullmatch(r"v[24]", modifiers[-1]) else 1
        )
        space = next((m for m in modifiers if m in SPACES), "generic")
        access = "atomic" if "volatile" in modifiers else "plain"
        if element not in TYPES or set(modifiers) - SPACES - {"volatile"}:
            raise Unknown("an access that is not known")
        parts = split_operands(operands)
        if len(parts) != 2:
            raise Unknown("an access that is not known")
        vector, address = parts if kind == "ld" else reversed(parts)
        names = [self.value(name.strip()) for name in vector.strip("{}").split(",")]
        if len(names) != count:
            raise Unknown("a vector of another size")
        if space == "param" and self.is_within_parameter(address, count * int(element[1:]) // 8):
            space = "known_param"
        used = self.used_bytes if self.used_bytes is not None else -1
        self.used_bytes = None
        self.body.append(
            f"{{ const b64 at = thread.aligned({self.address(address)}, {count} * sizeof({element}));"
        )
        for i, name in enumerate(names):
            function = f"{kind}<{element}, Space::{space}, Access::{access}>"
            where = f"at + {i} * sizeof({element})"
            if kind == "ld":
                # Of what is loaded together, some bytes may be nobody's.
                self.body.append(
                    f"thread.{function}({name}, {where}, 0x{used & 0xFFFFFFFF:x}u >> {i} * sizeof({element}));"
                )
            else:
                self.body.append(f"thread.{function}({where}, {name});")
        self.body.append("}")

    def atomic(self, text: str) -> None:
        opcode, operands = text.split(None, 1)
        modifiers = opcode.split(".")[1:]
        element = modifiers.pop()
        name = modifiers.pop()
        # Not of floating numbers: their sums depend on the order.
        if name not in ATOMICS or element not in INTEGERS or set(modifiers) - {"global"}:
            raise Unknown("an atomic operation that is not known")
        result, address, operand = split_operands(operands)
        self.body.append(
            f"{self.value(result)} = thread.atom_{name}<{element}>"
            f"(thread.aligned({self.address(address)}, sizeof({element})), {self.value(operand)});"
        )

    def branch(self, text: str) -> None:
        self.body.append(f"goto {text.split()[1].lstrip('$')};")

    def compute(self, text: str) -> None:
        opcode, operands = text.split(None, 1)
        parts = opcode.split(".")
        types = []
        while len(parts) > 1 and parts[-1] in TYPES:
            types.insert(0, parts.pop())
        name = operation(".".join(parts), types)
        result, *sources = split_operands(operands)
        if any(operand.startswith("{") for operand in (result, *sources)) or "|" in result:
            raise Unknown("a vector or pair of registers")
        function = (
            name.replace(".", "_") + "_"
            if name in ("and", "or", "xor", "not")
            else name.replace(".", "_")
        )
        self.body.append(
            f"{self.value(result)} = {function}<{', '.join(types)}>"
            f"({', '.join(self.value(source) for source in sources)});"
        )

    def instruction(self, text: str) -> None:
        kind = re.split(r"[.\s]", text, maxsplit=1)[0]
        if text == "ret":
            self.body.append("return;")
        elif kind == "bra":
            self.branch(text)
        elif kind in ("ld", "st"):
            self.access(text)
        elif kind == "atom":
            self.atomic(text)
        elif re.match(r"cvta(\.to)?\.(global|local)\.u64 ", text):
            # One space of addresses for all.
            result, source = split_operands(text.split(None, 1)[1])
            self.body.append(f"{self.value(result)} = {self.value(source)};")
        else:
            self.compute(text)

    def statement(self, text: str) -> None:
        text = " ".join(text.split())
        if match := re.fullmatch(r"\.reg \.(\w+) %(\w+)(?:<(\d+)>)?", text):
            names = (
                [variable(f"%{match[2]}{i}") for i in range(int(match[3]))]
                if match[3]
                else [variable("%" + match[2])]
            )
            self.registers.append(
                f"{REGISTER_TYPES[match[1]]} " + ", ".join(f"{name} = 0" for name in names) + ";"
            )
        elif match := re.fullmatch(r"\.local \.align (\d+) \.b8 __local_depot\d+\[(\d+)\]", text):
            self.local_bytes = int(match[2])
        elif match := re.fullmatch(r'\.pragma "used_bytes_mask (\w+)"', text):
            self.used_bytes = int(match[1], 0)
        elif match := re.fullmatch(r"@(!?)%(\w+) (.+)", text):
            self.body.append(f"if ({match[1]}{variable('%' + match[2])}) {{")
            self.instruction(match[3])
            self.body.append("}")
        else:
            self.instruction(text)

    def line(self, text: str) -> None:
        if match := re.match(r"\$(\w+):\s*", text):
            self.body.append(f"{match[1]}:;")
            text = text[match.end() :]
        for statement in text.split(";")[:-1]:
            try:
                self.statement(statement)
            except (Unknown, KeyError, ValueError) as error:
                raise Unknown(f"{self.entry.name}: '{statement.strip()}': {error}") from error

    def function(self, name: str) -> str:
        for text in self.entry.lines:
            self.line(text)
        local = [f"LocalMemory<{self.local_bytes}> local(thread);"] if self.local_bytes else []
        lines = "\n".join(f"    {line}" for line in self.registers + local + self.body)
        return f"void {name}(Thread& thread) {{\n{lines}\n}}\n"


def parameter(text: str) -> Parameter:
    if match := re.fullmatch(
        r"\.param (?:\.align \d+ )?\.(\w+) (\w+)(?:\[(\d+)\])?,?", text.strip()
    ):
        return Parameter(match[2], int(match[1][1:]) // 8 * int(match[3] or 1))
    raise Unknown(f"parameter '{text}'")


def parse(ptx: str) -> list[Entry]:
    """The entries of a module. Nothing else may be in it but its header."""
    entries: list[Entry] = []
    rest = re.sub(r"//.*", "", ptx)
    pattern = re.compile(
        r"\.visible \.entry (\w+)\((.*?)\)\s*((?:\.maxntid [\d, ]+\s*)?)\{(.*?)^\}", re.S | re.M
    )
    for match in pattern.finditer(rest):
        parameters = [parameter(line) for line in match[2].splitlines() if line.strip()]
        entries.append(
            Entry(
                match[1],
                parameters,
                [line.strip() for line in match[4].splitlines() if line.strip()],
            )
        )
    left = re.sub(r"\.(version|target|address_size) .*", "", pattern.sub("", rest)).strip()
    if left:
        raise Unknown(f"'{left.splitlines()[0]}'")
    if not entries:
        raise Unknown("there is no entry")
    return entries


def translate(modules: dict[str, str]) -> str:
    """
    :param modules: PTX by architecture, e.g. {"80": ...}
    :return: C++ that defines engram::test::ptx::entries()
    """
    functions: dict[str, str] = {}  # name by body
    text = [
        '#include "device/ptx/entries.hpp"',
        '#include "device/ptx/instructions.hpp"',
        "namespace engram::test::ptx {",
        "namespace {",
    ]
    rows = []
    for architecture, ptx in modules.items():
        for entry in parse(ptx):
            # Architectures often have the same code: it is compiled once.
            body = Translator(entry).function("NAME")
            if body not in functions:
                functions[body] = f"entry_{len(functions)}"
                text.append(body.replace("NAME", functions[body], 1))
            sizes = ", ".join(str(p.size) for p in entry.parameters)
            rows.append(f'{{"{entry.name}", {architecture}, {functions[body]}, {{{sizes}}}}},')
    text += [
        "}  // namespace",
        "const std::vector<Entry>& entries() {",
        "static const std::vector<Entry> all = {",
        *rows,
        "};",
        "return all;",
        "}",
        "}  // namespace",
    ]
    return "\n".join(text) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("ptx", nargs="+", help="ARCHITECTURE=FILE, e.g. 90=kernels.ptx")
    parser.add_argument("--output", type=Path, required=True, help="C++ file to write")
    arguments = parser.parse_args()
    modules = dict(item.split("=", 1) for item in arguments.ptx)
    try:
        text = translate(
            {architecture: Path(path).read_text() for architecture, path in modules.items()}
        )
    except Unknown as error:
        print(f"translate_ptx.py: error: {error}", file=sys.stderr)
        return 1
    arguments.output.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
