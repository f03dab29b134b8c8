# SPDX-License-Identifier: Apache-2.0
"""Configurations, JSON files and wiring files, made to break what reads them: each number gives one case."""

from __future__ import annotations

import copy
import io
import json
import os
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import yaml

from fuzz import Case, mutated_bytes

Tree = dict[str, Any]

SMALL = """\
# Learning and recall by few neurons
simulation: {description: "Small net", duration_s: 30, dt_ms: 0.2, seed: 7, noise_seed: 8, margin_after_s: 2, dt_fast_forward_s: 5}
populations: {n_exc: 16, n_inh: 4}
connectivity: {probability: 0.3, w_ei: 2, w_ie: 4}
groups:
  assembly: {first: 0, count: 8}
  recalled: {of: assembly, fraction: 0.5}
  some: {random: {of: all, count: 3}}
  listed: {ids: [1, 5, 9, 12-14]}
  several: {union: [assembly, listed]}
  shared: {intersection: [assembly, listed]}
  rest: {of: all, except: [assembly, shared], fraction: 0.5}
neuromodulation:
  early: {amplitude: 0.18, start_s: 1, duration_s: 4}
  late: {amplitude: 0.06, start_s: 9}
plasticity_off: {pause: {start_s: 3, duration_s: 2}}
spiking_windows: {alone: {start_s: 10, duration_s: 1}}
stimuli:
  learn: {scheme: TRIPLET, group: assembly, start_s: 1, n_inputs: 25, rate_Hz: 100}
  recall: {scheme: ONEPULSE, group: [recalled, rest], margin_before_s: 0, start_s: 20, n_inputs: 25, rate_Hz: 100}
  forced: {scheme: EXPLICIT, group: listed, spike_times_ms: [100, 200.2]}
neuron: {V_th_mV: -55, t_ref_ms: 2}
synapses:
  theta_d: 1.2
  protein_pools: C
record:
  neurons: [9, assembly, 17]
  synapses_if_present: [[0, 4], [5, 1]]
  synapses_between:
    - {from: assembly, to: assembly, count: 2}
  every_steps: 10
  snapshots_s: [0.5, 20]
checkpoint: {every_wall_min: 10, keep: 2}
output:
  directory: out
"""

REGIONS = """\
simulation:
  duration_s: 5
populations:
  CA3: {count: 12, kind: excitatory}
  CA1: {count: 8, kind: excitatory, neuron: {V_th_mV: -52}}
  basket: {count: 4, kind: inhibitory, background: {mean_nA: 0.16}}
projections:
  recurrent: {from: CA3, to: CA3, probability: 0.2, plastic: true}
  schaffer: {from: CA3, to: CA1, probability: 0.5, plastic: true}
  drive: {from: CA1, to: basket, probability: 0.5, weight_h_0: 2}
  feedback: {from: basket, to: CA1, probability: 0.5, weight_h_0: -4}
groups: {a: {of: CA3, count: 3}}
stimuli: {s: {scheme: STET, group: a, start_s: 1, rate_Hz: 100, duration_s: 2.5}}
record: {neurons: CA1}
"""

ENSEMBLE = """\
trials: 3
trials_per_batch: 3
ranks_per_trial: 1
trial_results: none
sweep:
  - {groups.a.count: [2, 3], simulation.duration_s: [0.5, 1]}
  - {connectivity: {probability: [0.1, 0.2]}}
simulation: {duration_s: 1}
populations: {n_exc: 8, n_inh: 2}
groups: {a: {first: 0, count: 4}}
"""

LATER = """\
simulation: {duration_s: 12, seed: 3, wiring_seed: 4, margin_before_s: 1, margin_after_s: 1}
populations: {n_exc: 16, n_inh: 4}
groups:
  A: {first: 0, count: 5}
  B: {ids: [4-9]}
initial_weights:
  h_sigma: 0.2
  z_sigma: 0.1
  stipulated: [{from: A, to: A, h_mV: 6, z: 0.5}, {from: A, to: B, h_mV: 4}]
background_changes:
  silence: {group: inh, start_s: 1, duration_s: 2, mean_nA: 0, sigma_wn_nA_sqrt_s: 0}
stimuli:
  noise: {scheme: CURRENT, group: [A, B], start_s: 2, train_s: 0.5, period_s: 1, repeats: 3, mean_nA: 0.2, sigma_wn_nA_sqrt_s: 0.02}
  sine: {scheme: SINE, group: inh, start_s: 2, duration_s: 1, amplitude_nA: 0.1, frequency_Hz: 8, phase_deg: 90}
  train: {scheme: POISSON, group: A, start_s: 3, rate_Hz: 40, train_s: 0.4}
  wave: {scheme: WAVEFORM, group: B, start_s: 4, duration_s: 2, file: wave.txt, interval_ms: 1}
  given: {scheme: SPIKES, group: B, start_s: 4, duration_s: 2, file: spikes.txt, weight_h_0: 1}
record:
  neurons: [0]
  from_s: 1
  to_s: 9
  spikes: [A, inh]
  snapshots_s: {every_s: 2, from_s: 1, to_s: 9}
  recordings:
    fast: {neurons: A, variables: [V_mV, p], every_steps: 1, from_s: 2, to_s: 2.5}
    weights: {synapses_between: [{from: A, to: A}], variables: h_mV, every_steps: 500}
measures: {groups: [A, B], recall_begin_s: 0, recall_end_s: 0.5, from_onset: true}
"""

TEXTS = [SMALL, SMALL, REGIONS, ENSEMBLE, LATER, LATER]
INPUTS = {"wave.txt": b"0.1\n-0.1\n0.2\n", "spikes.txt": b"1 0\n5.2 3\n"}  # of LATER

ARBOR: Tree = {
    "simulation": {
        "short_description": "few",
        "runtime": 2.0,
        "dt": 0.2,
        "output_period": 10,
        "sample_gid_list": [0, 1, 3],
        "sample_pre_list": [-1, 0, 2],
        "learn_protocol": {"scheme": "TRIPLET", "time_start": 0.1, "freq": 100, "N_stim": 25},
        "recall_protocol": {
            "scheme": "EXPLICIT",
            "explicit_input": {"receivers": [1], "stim_times": [10]},
        },
        "bg_protocol": {"scheme": "FULL", "I_0": 0.15, "sigma_WN": 0.05},
    },
    "populations": {"N_exc": 12, "N_inh": 3, "w_ei": 2, "w_ie": 4, "w_ii": 4, "p_c": 0.2, "N_CA": 4, "p_r": 0.5},
    "neuron": {"mechanism": "lif", "V_rev": -65.0, "V_th": -55.0, "R_leak": 10.0, "C_mem": 1e-9, "t_ref": 2.0},
    "synapses": {"tau_syn": 5, "syn_exc_calcium_plasticity": {"h_0": 4.20075, "theta_p": 3.0, "tau_h": 688400.0}},
}  # fmt: skip

ODD_VALUES: list[Any] = [
    None, True, False, 0, -1, 1, 0.5, -0.5, 1e-300, 1e300, -1e300, 1e10, 2**31, 2**63, 2**64, -(2**63), 10**30,
    float("inf"), float("nan"), "", " ", "0", "1e5", "null", "~", "exc", "all", "assembly", "a" * 300, "x" * 100000,
    "a\nb", "a\rb", "\x07", "\x00", "\x85", "\u202e", "\u2028", "\ufeff", "\uffff", "\U0001f9e0", "naïve", "../../x",
    "/dev/zero", ".", "/", "/proc/self/mem", "*", "&", "!", "%", "- x", "a: b", "#", "'", '"', "{", "[", "\\", "=",
    [], {}, [[]], [{}], {"a": {}}, [None], ["exc", "exc"], [0, 0], [[0, 1], [0, 1]], list(range(3000)),
    {"first": 0, "count": 2}, {"of": "all", "fraction": 1}, {"random": {"of": "exc", "count": 1}}, {"<<": {"a": 1}},
]  # fmt: skip


def places_in(tree: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Of all values but the root."""
    found = [path] if path else []
    if isinstance(tree, dict):
        for key, value in tree.items():
            found += places_in(value, (*path, key))
    elif isinstance(tree, list):
        for index, value in enumerate(tree[:20]):
            found += places_in(value, (*path, index))
    return found


def at(tree: Any, path: tuple[Any, ...]) -> Any:
    for part in path:
        tree = tree[part]
    return tree


def mutate_tree(source: random.Random, tree: Tree, notes: list[str]) -> None:
    places = places_in(tree)
    if not places:
        return
    *above, key = source.choice(places)
    parent = at(tree, tuple(above))
    action = source.randrange(7)
    value = copy.deepcopy(source.choice(ODD_VALUES))
    if action <= 1:
        parent[key] = value
    elif action == 2:
        number = parent[key]
        if isinstance(number, (int, float)) and not isinstance(number, bool):
            factor = source.choice([-1, 0, 1e-9, 1.0001, 1e3, 1e9, 1e300])
            parent[key] = number * factor
        else:
            parent[key] = value
    elif action == 3:
        del parent[key]
    elif action == 4:
        other = source.choice(places)
        try:
            parent[key] = copy.deepcopy(at(tree, other))
        except (KeyError, IndexError, TypeError):
            pass
    elif isinstance(parent, dict):
        new = source.choice(
            [
                "first",
                "count",
                "n_exc",
                "sedd",
                "a.b",
                "",
                "x" * 250,
                "é",
                "\x07",
                "0",
                "from",
                "all",
            ]
        )
        parent[new] = value if action == 5 else parent.pop(key)
    else:
        parent.insert(key, value)
    notes.append(f"{'.'.join(map(str, (*above, key)))[:80]} by {action} {str(value)[:40]!r}")


def as_yaml(source: random.Random, tree: Tree) -> bytes:
    return yaml.safe_dump(
        tree,
        default_flow_style=source.choice([None, False, True]),
        allow_unicode=source.choice([True, False]),
        sort_keys=False,
        width=source.choice([80, 10**6]),
        line_break=source.choice(["\n", "\n", "\r\n"]),
    ).encode("utf-8", "surrogatepass")


def yaml_case(name: str, text: bytes, notes: list[str]) -> Case:
    arguments = [b"check", b"case.yaml"]
    names = [b"case.yaml", *(file.encode() for file in INPUTS)]
    return Case(name, {"case.yaml": text, **INPUTS}, arguments, names, notes=notes)


def mutated_yaml_bytes(source: random.Random, name: str) -> Case:
    return yaml_case(name, mutated_bytes(source, source.choice(TEXTS).encode()), [])


def mutated_yaml_values(source: random.Random, name: str) -> Case:
    tree = yaml.safe_load(source.choice(TEXTS))
    notes: list[str] = []
    for _ in range(source.choice([1, 1, 1, 2, 4])):
        mutate_tree(source, tree, notes)
    return yaml_case(name, as_yaml(source, tree), notes)


def aliases(source: random.Random, n: int) -> str:
    kind = source.randrange(4)
    if kind == 0:  # a text, squared
        many = f"[{', '.join(['*a'] * n)}]"
        return f"x: &a {'y' * (60 * n)}\ny: &b {many}\nz: [{', '.join(['*b'] * n)}]\n"
    if kind == 1:
        width = source.choice([2, 10])
        lines = [
            f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * width)}]" for i in range(1, min(n, 200))
        ]
        return "\n".join(["a0: &a0 [1, 2]", *lines, ""])
    if kind == 2:
        return "x: &a {b: [*a, *a]}\n"
    return "".join(f"k{i}: &k{i} 1\nl{i}: *k{i}\n" for i in range(n))


def odd_text(source: random.Random, n: int) -> str:
    """A document of which some thousandfold is odd."""
    options: list[Callable[[], str]] = [
        lambda: aliases(source, n),
        lambda: "a: " + source.choice(["[", "{", "[{a: ", "? ", "- ", "{? "]) * (100 * n),
        lambda: "a: " + "[" * n + source.choice(["1", ""]) + "]" * n + "\n",
        lambda: "\n".join(" " * i + "a:" for i in range(min(n, 2000))),
        lambda: "record: {neurons: [" + source.choice(["1,", "-1,", "[1],", "{},", "exc,", "'"]) * (200 * n) + "]}\n",
        lambda: "groups:\n" + "".join(f"  g{i}: {{of: g{i + 1}, count: 1}}\n" for i in range(10 * n)),
        lambda: "groups:\n" + "".join(f"  g{i}: {{of: all, fraction: 1}}\n" for i in range(n)),
        lambda: "stimuli:\n"
        + "".join(f"  s{i}: {{scheme: WTET, group: exc, start_s: 1, rate_Hz: 1}}\n" for i in range(10 * n)),
        lambda: "a: 1\n" * (50 * n),
        lambda: "".join(f"k{i}: 1\n" for i in range(50 * n)),
        lambda: "x" * (3000 * n) + ": 1\n",
        lambda: "simulation: {description: " + "x" * (3000 * n) + "}\n",
        lambda: f"sweep: {{simulation.seed: [{'1, ' * n}1], groups.a.count: [{'1, ' * n}1]}}\n",
        lambda: f"sweep: {{record.neurons: [[{'1, ' * n}1]], background.mean_nA: [{'1, ' * min(n, 300)}1]}}\n",
        lambda: f"trials: {10 ** source.randrange(12)}\n",
        lambda: f"populations: {{n_exc: {10 ** source.randrange(10)}, n_inh: 0}}\n",
        lambda: "populations:\n" + "".join(f"  p{i}: {{count: 2, kind: excitatory}}\n" for i in range(min(n, 300))),
        lambda: "---\n" * n,
        lambda: "%YAML 1.1\n---\n" * source.choice([1, n]),
        lambda: "#" * (3000 * n),
        lambda: "\n" * (3000 * n),
        lambda: "a: !!python/object/apply:os.system ['true']\n",
        lambda: "a: " + source.choice(["!!int 5", "!foo 5", "! 5", "!<x> 5", "!!binary aGk="]) + "\n",
        lambda: "a: " + source.choice(["|", ">", "|+9", ">-", '"', "'"]) + "\n" + " x\n" * (100 * n),
    ]  # fmt: skip
    return source.choice(options)()


def odd_yaml(source: random.Random, name: str) -> Case:
    odd = odd_text(source, source.choice([1, 10, 100, 1000]))
    if source.random() < 0.7:
        odd = "simulation: {duration_s: 0.1}\n" + odd
    text = odd.encode()
    encoding = source.choice(["", "", "", "utf-16", "utf-32", "utf-8-sig"])
    return yaml_case(name, odd.encode(encoding) if encoding else text, [odd[:60], encoding])


def overridden(source: random.Random, name: str) -> Case:
    case = yaml_case(name, source.choice(TEXTS).encode(), [])
    keys = [
        "simulation.seed", "simulation.description", "groups.assembly", "groups.x", "stimuli.learn.start_s", "trials",
        "record.neurons", "connectivity.file", "sweep", "output.directory", "populations", "a..b", "", ".", "é", "\x1b",
    ]  # fmt: skip
    for _ in range(source.choice([1, 1, 2])):
        text = f"{source.choice(keys)}={yaml.safe_dump(source.choice(ODD_VALUES), default_flow_style=True, allow_unicode=True)}"
        setting = text.encode("utf-8", "surrogatepass")[:100000]
        if source.random() < 0.4:
            setting = mutated_bytes(source, setting)
        case.arguments += [b"--set", setting.replace(b"\0", b"") or b"x"]
    if source.random() < 0.2:
        case.arguments += [b"-o", source.choice([b"caf\xe9", b"a\x07b", b"ok", "é".encode(), b"-"])]
    case.names += [b"--set", b"--output"]
    return case


def json_case(source: random.Random, name: str) -> Case:
    notes: list[str] = []
    if source.random() < 0.5:
        tree = copy.deepcopy(ARBOR)
        for _ in range(source.choice([1, 1, 2, 4])):
            mutate_tree(source, tree, notes)
        text = json.dumps(tree, indent=source.choice([None, 1]), ensure_ascii=source.random() < 0.5)
        data = text.encode("utf-8", "surrogatepass")
    else:
        n = source.choice([10, 1000, 100000])
        data = json.dumps(ARBOR, indent=1).encode()
        choice = source.randrange(6)
        if choice == 0:
            data = data.replace(
                b"2.0",
                source.choice([b"1e400", b"-1e400", b"NaN", b"9" * n, b"0." + b"0" * n + b"1"]),
            )
        elif choice == 1:
            opening = source.choice([b"[", b'{"a":'])
            data = data.replace(b"0.15", opening * n + source.choice([b"", b"1" + b"]" * n]))
        elif choice == 2:
            data = data.replace(b'"runtime"', b'"dt"', 1)
        elif choice == 3:
            data = data.replace(
                b'"few"',
                b'"' + b"x" * (10 * n) + source.choice([b'"', b'\\u0007"', b'\\ud800"', b""]),
            )
        elif choice == 4:
            data = data.replace(b"[\n    0,", b"[" + b"0," * n, 1)
        else:
            data = mutated_bytes(source, data)
    command = source.choice([b"check", b"import"])
    return Case(name, {"case.json": data}, [command, b"case.json"], [b"case.json"], notes=notes)  # fmt: skip


def sonata_file(source: random.Random, n_exc: int, n_inh: int, notes: list[str]) -> bytes:
    """Edges between few neurons, with one fault or more."""
    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        for pre, n_pre in (("exc", n_exc), ("inh", n_inh)):
            for post, n_post in (("exc", n_exc), ("inh", n_inh)):
                group = file.create_group(f"edges/{pre}_{post}")
                pairs = [
                    (i, j)
                    for j in range(n_post)
                    for i in range(n_pre)
                    if (i + 2 * j) % 5 == 0 and (pre != post or i != j)
                ]
                sources = group.create_dataset(
                    "source_node_id", data=np.array([p[0] for p in pairs], "u8")
                )
                targets = group.create_dataset(
                    "target_node_id", data=np.array([p[1] for p in pairs], "u8")
                )
                sources.attrs["node_population"] = pre
                targets.attrs["node_population"] = post
                ends = [sum(p[1] <= j for p in pairs) for j in range(n_post)]
                index = group.create_group("indices/target_to_source")
                index["node_id_to_ranges"] = np.array([[j, j + 1] for j in range(n_post)], "u8")
                index["range_to_edge_id"] = np.array(list(zip([0, *ends[:-1]], ends)), "u8")
        for _ in range(source.choice([1, 1, 2])):
            mutate_hdf5(source, file, notes)
    data = buffer.getvalue()
    return mutated_bytes(source, data) if source.random() < 0.3 else data


def mutate_hdf5(source: random.Random, file: h5py.File, notes: list[str]) -> None:
    datasets: list[str] = []
    file.visititems(
        lambda name, item: datasets.append(name) if isinstance(item, h5py.Dataset) else None
    )
    name = source.choice(datasets)
    action = source.randrange(9)
    notes.append(f"{name} by {action}")
    if file[name].size > 2**24:  # mutated before: nothing of it fits into memory
        return
    data = file[name][()]
    attributes = dict(file[name].attrs)
    if action == 0 and data.size:
        file[name][(source.randrange(len(data)), *([0] * (data.ndim - 1)))] = source.choice(
            [0, 1, 5, 100, 2**31, 2**32, 2**63, 2**64 - 1]
        )
        return
    if action == 1:
        for key in list(file[name].attrs):
            del file[name].attrs[key]
            value = source.choice(
                ["", "exc\x1b[2J", "nobody", 5, b"\xff", [1, 2], "x" * 50000, None]
            )
            if value is not None:
                file[name].attrs[key] = value
        return
    del file[name]
    if action == 2:
        file[name] = data.astype(source.choice(["f8", "i1", "i8", "S4"]))
    elif action == 3:
        file[name] = data[: len(data) // 2]
    elif action == 4:
        file.create_dataset(
            name, shape=(2**40, *data.shape[1:]), dtype="u8", chunks=(1024, *data.shape[1:])
        )
    elif action == 5:
        file[name] = h5py.ExternalLink(source.choice(["/dev/zero", "nowhere.h5", "case.yaml"]), "x")
    elif action == 6:
        file[name] = h5py.SoftLink(source.choice(["/", "/edges", "/nowhere", "/" + name]))
    elif action == 7:
        file[name] = data.reshape(-1, 1, 1)
    else:
        return
    if name in file and action in (2, 3, 4, 7):
        file[name].attrs.update(attributes)


def wiring_case(source: random.Random, name: str) -> Case:
    n_exc, n_inh = 6, 2
    n = n_exc + n_inh
    notes: list[str] = []
    if source.random() < 0.5:
        entries = [
            ["1" if i != j and (i + 3 * j) % 4 == 0 else "0" for j in range(n)] for i in range(n)
        ]
        data = "\n".join(" ".join(row) for row in entries).encode() + b"\n"
        kind = source.randrange(5)
        if kind == 0:
            data = data * source.choice([0, 2, 20000])
        elif kind == 1:
            data = b"0 " * source.choice([1, 2_000_000]) + data
        elif kind == 2:
            data = b"1" * source.choice([1, 5_000_000]) + data
        else:
            data = mutated_bytes(source, data)
        wiring = "wiring.txt"
    else:
        wiring = source.choice(["wiring.h5", "wiring.sonata", "wiring.txt"])
        data = sonata_file(source, n_exc, n_inh, notes)
    text = (
        f"simulation: {{duration_s: 0.1}}\npopulations: {{n_exc: {n_exc}, n_inh: {n_inh}}}\n"
        f"connectivity: {{file: {wiring}}}\n"
    )
    if source.random() < 0.3:
        text = (
            f"simulation: {{duration_s: 0.1}}\npopulations:\n  exc: {{count: {n_exc}, kind: excitatory}}\n"
            f"  inh: {{count: {n_inh}, kind: inhibitory}}\n"
            f"projections: {{p: {{from: exc, to: exc, file: {wiring}, plastic: true}}}}\n"
        )
    files = {"case.yaml": text.encode(), wiring: data}
    return Case(name, files, [b"check", b"case.yaml"], [b"case.yaml", b"wiring."], notes=notes)


def make_pipe(directory: Path) -> None:
    os.mkfifo(directory / "pipe.yaml")


def odd_place(source: random.Random, name: str) -> Case:
    """What is given as a file, but is none, or is not called as usual."""
    path = source.choice(
        [b".", b"/", b"/dev/zero", b"/dev/null", b"/dev/stdin", b"/proc/self/mem", b"/proc/self/environ",
         b"pipe.yaml", b"nowhere.yaml", b"", b"case.yaml/x", b"caf\xe9.yaml", b"a\x1bb.yaml", b"a\nb.json"]
    )  # fmt: skip
    files = {"case.yaml": SMALL.encode()}
    if path in (b"caf\xe9.yaml", b"a\x1bb.yaml"):
        files = {os.fsdecode(path): SMALL.encode()}
    if path == b"a\nb.json":
        files = {os.fsdecode(path): json.dumps(ARBOR).encode()}
    names = [path, b".yaml", b"stdin", b"b.json", b"no CONFIG", b"empty"]
    command = source.choice([b"check", b"import"]) if path.endswith(b"json") else b"check"
    return Case(name, files, [command, path], names, make_pipe)


KINDS: list[Callable[[random.Random, str], Case]] = [
    mutated_yaml_bytes,
    mutated_yaml_values,
    mutated_yaml_values,
    odd_yaml,
    overridden,
    json_case,
    json_case,
    wiring_case,
    wiring_case,
    odd_place,
]


def configuration_case(number: int) -> Case:
    make = KINDS[number % len(KINDS)]
    return make(random.Random(number), f"{make.__name__}-{number}")
