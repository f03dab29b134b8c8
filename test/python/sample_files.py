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


def write_run(
    directory: Path,
    spikes: list[Spike] = (),
    edges: list[Edge] = (),
    snapshots: dict[float, tuple[list[float], list[float]]] | None = None,
    config: dict[str, Any] = CONFIG,
) -> Path:
    """A finished run; snapshots are h and z of the edges between excitatory neurons, by time."""
    directory.mkdir(parents=True, exist_ok=True)
    n_exc = config["populations"]["n_exc"]
    duration_s = config["simulation"]["duration_s"]
    spikes = sorted(spikes)
    counts = {"exc": sum(gid < n_exc for _, gid in spikes)}
    counts["inh"] = len(spikes) - counts["exc"]
    phases = [
        {"label": "learn+recall", "kind": "spiking", "begin_s": 0.0, "end_s": 25.1},
        {"label": "consolidate", "kind": "consolidation", "begin_s": 25.1, "end_s": duration_s},
    ]
    summary = {"schedule": "learn+recall", "phases": phases, "spikes": counts}
    summary |= {"duration_s": duration_s, "ranks": 1}
    (directory / "summary.json").write_text(json.dumps(summary))
    (directory / "config.yaml").write_text(yaml.safe_dump(config))
    with h5py.File(directory / "spikes.h5", "w") as file:
        write_format(file, "engram spikes")
        for name, first, end in (("exc", 0, n_exc), ("inh", n_exc, 1 << 40)):
            chosen = [spike for spike in spikes if first <= spike[1] < end]
            times = np.array([time for time, _ in chosen], dtype=np.float64)
            ids = np.array([gid - first for _, gid in chosen], dtype=np.uint64)
            file[f"spikes/{name}/timestamps"] = times
            file[f"spikes/{name}/node_ids"] = ids
    write_network(directory, n_exc, edges, snapshots or {})
    return directory


def write_network(
    directory: Path,
    n_exc: int,
    edges: list[Edge],
    snapshots: dict[float, tuple[list[float], list[float]]],
) -> None:
    with h5py.File(directory / "network.h5", "w") as file:
        write_format(file, "engram network")
        first = {"exc": 0, "inh": n_exc}
        for pre in first:
            for post in first:
                chosen = [
                    (i - first[pre], j - first[post])
                    for i, j in edges
                    if (i >= n_exc) == (pre == "inh") and (j >= n_exc) == (post == "inh")
                ]
                ids = np.array(chosen, dtype=np.uint64).reshape(-1, 2)
                file[f"edges/{pre}_{post}/source_node_id"] = ids[:, 0]
                file[f"edges/{pre}_{post}/target_node_id"] = ids[:, 1]
        for time_s, (h_mV, z) in snapshots.items():
            group = file.create_group(f"edges/exc_exc/snapshots/t_{time_s:g}s")
            group.attrs["time_s"] = time_s
            group["h_mV"] = np.array(h_mV, dtype=np.float64)
            group["z"] = np.array(z, dtype=np.float64)


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
