#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Digests of results: a change that is not meant to change results changes none of them.

    test/python/digests.py RESULTS    prints the digests of a directory of results
    test/python/digests.py --renew    runs all cases by the program of ENGRAM and stores their digests

They are of decoded values in an order of their own, and named by what the values are, so that layout,
attributes and version of the files do not matter, nor how wide their numbers are.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Iterator, Mapping

import h5py
import numpy as np
from conftest import PATIENCE_S, ROOT, engram_program, launcher, run_program

STORED = ROOT / "test/data/digests.json"
RENEW = "test/python/digests.py --renew"

Items = dict[str, list[np.ndarray]]  # values by what they are, e.g. spikes/exc
Digests = dict[str, str]  # of the same


def digest(arrays: list[np.ndarray]) -> str:
    """Of the values of arrays, and of where each of them ends."""
    sha = hashlib.sha256()
    for array in arrays:
        if array.dtype.kind in "iu":
            values = array.astype("<u8")
        else:
            values = array.astype("<f8")
            # Processors differ in the bits of what is not a number.
            values[np.isnan(values)] = np.nan
        sha.update(values.size.to_bytes(8, "little"))
        sha.update(values.tobytes())
    return sha.hexdigest()[:16]


def spike_items(file: h5py.File) -> Items:
    items = {}
    for name, group in file["spikes"].items():
        times, ids = group["timestamps"][()], group["node_ids"][()]
        order = np.lexsort((ids, times))
        items[f"spikes/{name}"] = [times[order], ids[order]]
    return items


def ids_of(label: str) -> list[int]:
    """The numbers in the name of a recorded neuron or synapse, e.g. 12 or 12_7."""
    return [int(number) for number in re.findall(r"\d+", label)]


def arrays_of(node: h5py.Dataset | h5py.Group) -> Iterator[np.ndarray]:
    """The values of a dataset, or of all datasets right below a group."""
    if isinstance(node, h5py.Dataset):
        yield node[()]
    else:
        yield from (node[name][()] for name in sorted(node))


def recorded_arrays(recorded: h5py.Group, variable: str) -> Iterator[np.ndarray]:
    """A variable of all neurons or synapses that have it, each behind its ids."""
    for label in sorted(recorded, key=ids_of):
        if variable in recorded[label]:
            yield np.array(ids_of(label), dtype=np.uint64)
            yield from arrays_of(recorded[label][variable])


def trace_items(traces: list[h5py.Group]) -> Items:
    """Each variable over all neurons or synapses of one run, or of all points of an ensemble."""
    items = {"traces/time": [group["time_ms"][()] for group in traces]}
    for kind in ("neurons", "synapses"):
        groups = [group[kind] for group in traces if kind in group]
        variables = {name for recorded in groups for item in recorded.values() for name in item}
        for variable in variables:
            items[f"traces/{kind}/{variable}"] = [
                array for recorded in groups for array in recorded_arrays(recorded, variable)
            ]
    return items


def network_items(file: h5py.File) -> Items:
    """Of every projection, with its edges sorted by target, then source."""
    items = {}
    for name, edges in file["edges"].items():
        source, target = edges["source_node_id"][()], edges["target_node_id"][()]
        order = np.lexsort((source, target))
        items[f"wiring/{name}"] = [source[order], target[order]]
        items[f"weights/{name}"] = [edges["0/syn_weight"][()][order]]
        items[f"delays/{name}"] = [edges["0/delay"][()][order]]
        for label, snapshot in edges.get("snapshots", {}).items():
            for variable, values in snapshot.items():
                items[f"snapshots/{name}/{label}/{variable}"] = [values[()][order]]
    return items


# Made with the logarithm of the C library, versions of which may differ in the last bit.
MEASURES_BY_LIBRARY = ("MI", "selfMI")


def ensemble_items(file: h5py.File) -> Items:
    """The statistics of a measure apart from its values, so that it shows which of both changed."""
    items = {"seeds": [file["trials/seed"][()]]}
    for name, measure in file["measures"].items():
        values = {key: dataset[()] for key, dataset in measure.items()}
        if name in MEASURES_BY_LIBRARY:
            values = {key: np.round(array, 9) for key, array in values.items()}
        items[f"measures/{name}/trials"] = [values.pop("trials")]
        items[f"measures/{name}/statistics"] = [values[key] for key in sorted(values)]
    traces = file.get("traces", {})
    return items | trace_items([traces[point] for point in sorted(traces)])


def result_items(directory: Path) -> Items:
    """Of one run or of an ensemble; of an ensemble without those of its trials."""
    if (directory / "ensemble.h5").exists():
        with h5py.File(directory / "ensemble.h5") as file:
            return ensemble_items(file)
    with (
        h5py.File(directory / "spikes.h5") as spikes,
        h5py.File(directory / "traces.h5") as traces,
        h5py.File(directory / "network.h5") as network,
    ):
        return spike_items(spikes) | trace_items([traces["traces"]]) | network_items(network)


def result_digests(directory: Path) -> Digests:
    """Without items that hold no value: whether the files name them is not part of the results."""
    return {
        item: digest(arrays)
        for item, arrays in result_items(directory).items()
        if any(array.size for array in arrays)
    }


def differing(stored: Mapping[str, str], found: Mapping[str, str]) -> list[str]:
    """Items that changed, vanished or are new."""
    return [
        item
        if item in stored and item in found
        else f"{item} ({'new' if item in found else 'gone'})"
        for item in sorted(stored.keys() | found.keys())
        if stored.get(item) != found.get(item)
    ]


@dataclass(frozen=True)
class Case:
    """A run whose digests are stored."""

    configuration: str  # path below the root of the repository
    settings: tuple[str, ...] = ()
    suffix: str = ""  # where a configuration has several cases
    source: str = ""  # name of the case whose state it begins with

    @property
    def name(self) -> str:
        return Path(self.configuration).stem + self.suffix


# Of 400 trials four, at both delays of recall.
FEW_TRIALS = (
    "trials=2",
    "sweep=[{groups.assembly.count: [100, 200], simulation.duration_s: [25, 28820], "
    "stimuli.recall.start_s: [20, 28810], record.snapshots_s: [[9, 20], [9, 20, 28810]]}]",
)
# A fifth of the network, for the sake of time.
SMALLER = (
    "populations={n_exc: 500, n_inh: 125}",
    "groups={A: {first: 0, count: 120}, B: {first: 120, count: 120}, C: {first: 240, count: 120}, "
    "recalled: {of: A, fraction: 0.2}}",
    "connectivity.probability=0.3",
)
OVERLAPPING = (
    *SMALLER[::2],
    "groups={A: {first: 0, count: 120}, B: {first: 108, count: 120}, "
    "C: {ids: [0-5, 108-113, 222-329]}}",
    "spiking_windows.spontaneous.duration_s=2",
    "simulation.duration_s=28820",
)
PRIMED = (
    *SMALLER[::2],
    "groups={A: {first: 0, count: 120}, B: {first: 120, count: 120}, C: {first: 240, count: 120}, "
    "half: {random: {of: A, count: 60}}}",
    "spiking_windows.spontaneous.duration_s=2",
)
BRIEFLY_ACTIVE = (
    *SMALLER[::2],
    "groups={A: {first: 0, count: 120}, B: {first: 120, count: 120}, C: {first: 240, count: 120}}",
    "spiking_windows.spontaneous.duration_s=2",
    "simulation.duration_s=28820",
)
OSCILLATING = (
    *BRIEFLY_ACTIVE[:3],
    "stimuli.recall_rhythm.duration_s=2",
    "simulation.duration_s=28820",
)
FEW_LEVELS = (
    "trials=1",
    "sweep=[{neuromodulation.level.amplitude: [0.06, 0.18], simulation.duration_s: [25, 28820], "
    "stimuli.recall.start_s: [20, 28810]}]",
)
# Of many points and trials a few.
FEW_INDUCTIONS = ("trials=2",)
FEW_RATES = (
    "sweep={stimuli.post.rate_Hz: [5, 40], stimuli.pre.rate_Hz: [3, 40]}",
    "simulation.duration_s=150",
    "stimuli.pre.train_s=20",
    "stimuli.post.train_s=20",
)
FEW_TIMES = (
    "trials=1",
    "sweep={neuromodulation.release.amplitude: [0.18], "
    "neuromodulation.release.start_s: [10, 5410]}",
)
FEW_CELLS = (
    "trials=1",
    "sweep=[{neuron.morphology.reset: [soma, any_compartment], simulation.duration_s: [25, 28820], "
    "stimuli.recall.start_s: [20, 28810]}]",
)
SETTINGS = {
    "morphology_by_diffusivity": FEW_CELLS,
    **{f"induction_{name}": FEW_INDUCTIONS for name in ("stet", "wtet", "slfs", "wlfs")},
    "rate_map": FEW_RATES,
    "neuromodulation_timing": FEW_TIMES,
    "recall_by_size": FEW_TRIALS,
    "three_memories": SMALLER,
    "three_memories_overlap10": OVERLAPPING,
    "neuromodulation": FEW_LEVELS,
    "priming": PRIMED,
    "three_memories_interleaved": BRIEFLY_ACTIVE,
    "three_memories_intermediate": BRIEFLY_ACTIVE,
    "random_weights": BRIEFLY_ACTIVE,
    "attractor_memories": OSCILLATING,
    "spontaneous_trials": (
        *SMALLER[:1],
        "groups={A: {first: 0, count: 120}}",
        "simulation.duration_s=2",
        "trials=2",
    ),
}
SOURCES = {"spontaneous_trials": "three_memories"}
CASES = [
    Case(f"configs/{path.name}", SETTINGS.get(path.stem, ()), source=SOURCES.get(path.stem, ""))
    for path in sorted((ROOT / "configs").glob("*.yaml"))
] + [
    # Statistics of traces, over trials and over batches of them.
    Case(
        "configs/basic_early.yaml",
        ("trials=20", "trials_per_batch=5", "trial_results=none"),
        "_ensemble",
    ),
    Case("test/python/networks/recall200.yaml"),  # every kind of step, in a second
]


def run_case(
    program: Path, case: Case, output: Path, ranks: int = 1, device: str = "cpu"
) -> Digests:
    """Digests of the case on so many ranks; `timeout` ends mpirun and with it all ranks that hang."""
    command = ["timeout", PATIENCE_S, *launcher(ranks), program, "run"]
    command += [ROOT / case.configuration, "--output", output, "--quiet", "--device", device]
    command += [part for setting in case.settings for part in ("--set", setting)]
    if case.source:
        source = next(other for other in CASES if other.name == case.source)
        run_case(program, source, output.parent / "source")
        command += ["--from", output.parent / "source"]
    result = run_program(command)
    assert result.returncode == 0, f"{case.name}: {result.returncode} {result.stderr}"
    return result_digests(output)


def read_stored() -> dict[str, dict[str, Any]]:
    """By name of case: `configuration`, `settings` and `digests`."""
    return json.loads(STORED.read_text(encoding="utf-8"))


def renew(program: Path) -> None:
    """Tells what changes, for the message of the commit."""
    before = read_stored() if STORED.exists() else {}
    after = {}
    for case in CASES:
        with tempfile.TemporaryDirectory() as directory:
            digests = run_case(program, case, Path(directory) / "results")
        changed = differing(before.get(case.name, {}).get("digests", {}), digests)
        print(f"{case.name}: {', '.join(changed) or 'as before'}", flush=True)
        after[case.name] = {
            "configuration": case.configuration,
            "settings": case.settings,
            "digests": digests,
        }
    text = json.dumps(after, indent=1, sort_keys=True) + "\n"
    STORED.write_text(text, encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description="Digests of the values in results.")
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("results", nargs="?", type=Path, help="print the digests of this directory")
    what.add_argument(
        "--renew",
        action="store_true",
        help=f"run all cases and write {STORED.relative_to(ROOT)}; ENGRAM names the program",
    )
    arguments = parser.parse_args()
    if not arguments.renew:
        for item, value in sorted(result_digests(arguments.results).items()):
            print(value, item)
        return
    program = engram_program()
    if not program.is_file():
        sys.exit(f"{program} is not built (set ENGRAM to the program)")
    renew(program)


if __name__ == "__main__":
    main()
