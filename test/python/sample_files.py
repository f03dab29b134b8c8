# SPDX-License-Identifier: Apache-2.0
"""Small result directories made by hand, in the formats of docs/file_formats.md."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import yaml

CONFIG: dict[str, Any] = {
    "simulation": {
        "description": "Sample",
        "duration_s": 30.0,
        "dt_ms": 0.2,
        "seed": 1,
        "fast_forward": "auto",
    },
    "populations": {"n_exc": 6, "n_inh": 2},
    "groups": {"assembly": {"first": 0, "count": 4}, "recalled": {"first": 0, "count": 2}},
    "stimuli": {
        "learn": {"scheme": "TRIPLET", "group": "assembly", "role": "learn", "start_s": 1.0},
        "recall": {"scheme": "ONEPULSE", "group": "recalled", "role": "recall", "start_s": 20.0},
    },
    "neuron": {"V_rev_mV": -65.0, "V_reset_mV": -70.0, "R_leak_MOhm": 10.0, "V_th_mV": -55.0},
    "synapses": {"h_0_mV": 4.0, "theta_tag_mV": 0.8},
    "record": {"neurons": [], "synapses": []},
}

Spike = tuple[float, int]  # ms, gid
Edge = tuple[int, int]  # gids


def write_format(file: h5py.File, filetype: str) -> None:
    file.attrs["filetype"] = filetype
    file.attrs["format_version"] = np.uint32(1)


def ranges(config: dict[str, Any]) -> dict[str, tuple[int, int]]:
    """First gid and end of each population."""
    counts = {
        name.removeprefix("n_"): entry["count"] if isinstance(entry, dict) else entry
        for name, entry in config["populations"].items()
    }
    ends = np.cumsum(list(counts.values())).tolist()
    return {name: (end - counts[name], end) for name, end in zip(counts, ends)}


def projections(config: dict[str, Any]) -> list[tuple[str, str, bool]]:
    """From, to, and whether plastic."""
    if "projections" in config:
        entries = config["projections"].values()
        return [(p["from"], p["to"], p.get("plastic", False)) for p in entries]
    names = ("exc", "inh")
    return [(pre, post, pre == post == "exc") for pre in names for post in names]


def write_run(
    directory: Path,
    spikes: list[Spike] = (),
    edges: list[Edge] = (),
    snapshots: dict[float, tuple[list[float], list[float]]] | None = None,
    config: dict[str, Any] = CONFIG,
) -> Path:
    """A finished run; snapshots are h and z of the plastic edges in their order, by time."""
    directory.mkdir(parents=True, exist_ok=True)
    duration_s = config["simulation"]["duration_s"]
    spikes = sorted(spikes)
    phases = [
        {"label": "learn+recall", "kind": "spiking", "begin_s": 0.0, "end_s": 25.1},
        {"label": "consolidate", "kind": "consolidation", "begin_s": 25.1, "end_s": duration_s},
    ]
    populations = ranges(config)
    counts = {
        name: sum(first <= gid < end for _, gid in spikes)
        for name, (first, end) in populations.items()
    }
    summary = {"schedule": "learn+recall", "phases": phases, "spikes": counts}
    summary |= {"duration_s": duration_s, "ranks": 1}
    (directory / "summary.json").write_text(json.dumps(summary))
    (directory / "config.yaml").write_text(yaml.safe_dump(config, sort_keys=False))
    with h5py.File(directory / "spikes.h5", "w") as file:
        write_format(file, "engram spikes")
        for name, (first, end) in populations.items():
            chosen = [spike for spike in spikes if first <= spike[1] < end]
            times = np.array([time for time, _ in chosen], dtype=np.float64)
            ids = np.array([gid - first for _, gid in chosen], dtype=np.uint64)
            file[f"spikes/{name}/timestamps"] = times
            file[f"spikes/{name}/node_ids"] = ids
    write_network(directory, config, edges, snapshots or {})
    return directory


def write_network(
    directory: Path,
    config: dict[str, Any],
    edges: list[Edge],
    snapshots: dict[float, tuple[list[float], list[float]]],
) -> None:
    populations = ranges(config)

    def owner(gid: int) -> str:
        return next(name for name, (first, end) in populations.items() if first <= gid < end)

    listed = projections(config)
    is_plastic = {(pre, post): plastic for pre, post, plastic in listed}
    plastic_edges = [(i, j) for i, j in edges if is_plastic[owner(i), owner(j)]]
    with h5py.File(directory / "network.h5", "w") as file:
        write_format(file, "engram network")
        for pre, post, plastic in listed:
            chosen = [(i, j) for i, j in edges if (owner(i), owner(j)) == (pre, post)]
            first = np.array([populations[pre][0], populations[post][0]])
            ids = (np.array(chosen, dtype=np.int64).reshape(-1, 2) - first).astype(np.uint64)
            group = file.create_group(f"edges/{pre}_{post}")
            group["source_node_id"], group["target_node_id"] = ids[:, 0], ids[:, 1]
            if not plastic:
                continue
            rows = [plastic_edges.index(edge) for edge in chosen]
            for time_s, (h_mV, z) in snapshots.items():
                taken = group.create_group(f"snapshots/t_{time_s:g}s")
                taken.attrs["time_s"] = time_s
                taken["h_mV"] = np.array(h_mV, dtype=np.float64)[rows]
                taken["z"] = np.array(z, dtype=np.float64)[rows]


def write_traces(directory: Path, neurons: list[int], synapses: list[Edge]) -> None:
    """Recorded variables without meaning, of some neurons and synapses of a written run."""
    config = yaml.safe_load((directory / "config.yaml").read_text())
    time_ms = np.append(np.arange(0, 25_100, 10.0), [25_100.0, 30_000.0])
    with h5py.File(directory / "traces.h5", "w") as file:
        write_format(file, "engram traces")
        file["traces/time_ms"] = time_ms
        file.create_group("traces/neurons"), file.create_group("traces/synapses")
        wave = np.sin(time_ms / 3000)
        for gid in neurons:
            group = file.create_group(f"traces/neurons/{gid}")
            name, (first, _) = next(
                item for item in ranges(config).items() if item[1][0] <= gid < item[1][1]
            )
            group.attrs["gid"], group.attrs["node_id"] = np.uint64(gid), np.uint64(gid - first)
            group.attrs["population"] = name
            group["V_mV"] = -60 + wave
            for variable in ("I_total_nA", "I_stim_nA", "I_bg_nA", "S_mV", "p"):
                group[variable] = 1 + gid + wave
        for pre, post in synapses:
            group = file.create_group(f"traces/synapses/{pre}_{post}")
            group.attrs["pre"], group.attrs["post"] = np.uint64(pre), np.uint64(post)
            for variable in ("Ca", "h_mV", "z"):
                group[variable] = 4 + 0.1 * wave


# --- A network of two excitatory and three inhibitory populations; an inhibitory one comes first

NEURON = CONFIG["neuron"]
MIXED: dict[str, Any] = CONFIG | {
    "populations": {
        "pv": {"count": 3, "kind": "inhibitory"},  # gids 0 to 2
        "ca3": {"count": 6, "kind": "excitatory"},  # 3 to 8
        "sst_l2": {"count": 2, "kind": "inhibitory"},  # 9, 10
        "ca1": {"count": 4, "kind": "excitatory",  # 11 to 14
                "neuron": NEURON | {"V_th_mV": -50.0}},
        "vip": {"count": 2, "kind": "inhibitory"},  # 15, 16
    },
    "projections": {
        "recurrent": {"from": "ca3", "to": "ca3", "plastic": True, "probability": 0.1},
        "feedback": {"from": "ca1", "to": "ca3", "weight_h_0": 2, "probability": 0.1},
        "forward": {"from": "ca3", "to": "ca1", "plastic": True, "probability": 0.1},
        "inhibition": {"from": "pv", "to": "ca3", "weight_h_0": -4, "probability": 0.1},
        "dendritic": {"from": "sst_l2", "to": "ca1", "weight_h_0": -4, "probability": 0.1},
        "disinhibition": {"from": "vip", "to": "sst_l2", "weight_h_0": -4, "probability": 0.1},
    },
    "groups": {
        "assembly": {"ids": [4, 5, 9, 11, 12]},  # 9 is inhibitory
        "recalled": {"ids": [4, 11]},
    },
    "synapses": CONFIG["synapses"]
    | {"theta_pro_mV": 2.0, "theta_p": 3.0, "theta_d": 1.2, "p_max_umol_per_l": 10.0},
}  # fmt: skip


# --- Ensembles

SIZES, DELAYS_S, N_TRIALS = (100, 150), {"10s": 10.0, "8h": 28800.0}, 4
LEARN_S = 10.0
ENSEMBLE_CONFIG: dict[str, Any] = CONFIG | {
    "trials": N_TRIALS,
    "populations": {"n_exc": 1600, "n_inh": 400},
    "groups": {"assembly": {"first": 0, "count": 100}, "recalled": {"first": 0, "count": 50}},
    "stimuli": {
        "learn": CONFIG["stimuli"]["learn"] | {"start_s": LEARN_S},
        "recall": CONFIG["stimuli"]["recall"],
    },
}
KEYS = ("groups.assembly.count", "stimuli.recall.start_s", "simulation.duration_s")


def measure_trials() -> dict[str, np.ndarray]:
    """Values by measure, [points, trials]: Q is undefined in one trial."""
    point, trial = np.mgrid[0 : len(SIZES) * len(DELAYS_S), 0:N_TRIALS].astype(float)
    quality = 0.02 + 0.01 * point + 0.001 * trial
    quality[1, 2] = np.nan
    return {
        "Q": quality,
        "MI": 0.7 + 0.1 * point + 0.01 * trial**2,
        "nu_as": 92.4 + 0.1 * trial,
        "h_within@t_20s": 7.1 + 0.001 * trial,
    }


UNITS = {"Q": "1", "MI": "bit", "nu_as": "Hz", "h_within@t_20s": "mV"}


def statistics(trials: np.ndarray) -> dict[str, np.ndarray]:
    n = np.isfinite(trials).sum(axis=-1)
    sd = np.nanstd(trials, axis=-1, ddof=1)
    return {"mean": np.nanmean(trials, axis=-1), "sd": sd, "sem": sd / np.sqrt(n)}


def write_ensemble(directory: Path) -> Path:
    """A finished ensemble of two assembly sizes and two times of recall."""
    directory.mkdir(parents=True)
    values = [
        (str(size), f"{LEARN_S + delay_s:g}", f"{LEARN_S + delay_s + 10:g}")
        for size in SIZES
        for delay_s in DELAYS_S.values()
    ]
    names = [", ".join(f"{k}={v}" for k, v in zip(KEYS, row)) for row in values]
    (directory / "config.yaml").write_text(yaml.safe_dump(ENSEMBLE_CONFIG))
    summary = {"kind": "ensemble", "trials": N_TRIALS, "ranks": 2, "points": []}
    (directory / "summary.json").write_text(json.dumps(summary))
    with h5py.File(directory / "ensemble.h5", "w") as file:
        write_format(file, "engram ensemble")
        file.attrs["n_points"], file.attrs["n_trials"] = len(values), N_TRIALS
        file.attrs["trials_per_batch"] = 2
        text = h5py.string_dtype()
        file.create_dataset("points/names", data=names, dtype=text)
        file.create_dataset("points/keys", data=list(KEYS), dtype=text)
        file.create_dataset("points/values", data=values, dtype=text)
        file["trials/seed"] = np.arange(11, 11 + N_TRIALS, dtype=np.uint64)
        for name, trials in measure_trials().items():
            group = file.create_group(f"measures/{name}")
            group.attrs["units"], group.attrs["description"] = UNITS[name], f"about {name}"
            group["trials"] = trials
            batches = np.nanmean(trials.reshape(len(values), -1, 2), axis=2)
            parts = statistics(trials) | {f"batch_{k}": v for k, v in statistics(batches).items()}
            for part, data in parts.items():
                group[part] = data
        for point in range(len(values)):
            _write_traces(file.create_group(f"traces/{point:03d}"), float(values[point][2]))
    return directory


def _write_traces(group: h5py.Group, duration_s: float) -> None:
    time_ms = np.concatenate(
        (np.arange(0, 30_000, 10.0), np.linspace(30_000, 1e3 * duration_s, 50))
    )
    time_ms = np.unique(time_ms[time_ms <= 1000 * duration_s])
    group["time_ms"] = time_ms
    variables = {"neurons/6": ("V_mV", "I_total_nA", "I_stim_nA", "I_bg_nA", "S_mV", "p")}
    variables |= {"synapses/3_6": ("Ca", "h_mV", "z"), "synapses/selected_1": ("Ca", "h_mV", "z")}
    for owner, names in variables.items():
        for i, name in enumerate(names):
            mean = 4.0 + i + np.sin(time_ms / 3000)
            for part, data in (("mean", mean), ("sd", 0 * mean + 0.4), ("sem", 0 * mean + 0.2)):
                group[f"{owner}/{name}/{part}"] = data
