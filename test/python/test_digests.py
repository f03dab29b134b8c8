# SPDX-License-Identifier: Apache-2.0
"""Every configuration gives the bits that test/data/digests.json stores, on whatever it is computed.

A change that is not meant to change results passes. One that is renews the data, in the same commit.
"""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np
import pytest
from digests import (
    CASES,
    RENEW,
    STORED,
    Case,
    Digests,
    differing,
    read_stored,
    result_digests,
    run_case,
)

RANKS_AND_DEVICE = {
    "1 rank": (1, "cpu"),
    "2 ranks": (2, "cpu"),
    "3 ranks": (3, "cpu"),
    "8 ranks": (8, "cpu"),
    "kernels": (1, "host-kernels"),
}
# One of each mechanism and job.
NETWORKS = {
    "defaultnet_8h_recall",
    "morphology_10s_recall",
    "neuromodulation",
    "three_memories",
    "two_regions",
}
# These are run in more ways than one also where time is short.
QUICK = {
    "two_regions",
    "morphology_10s_recall",
    "basic_early",
    "basic_early_ensemble",
    "smallnet3_8h_recall",
}


def is_quick(case: Case, name: str) -> bool:
    # Hours of spikes; test_reference.py runs them too.
    is_long = case.name == "basic_late"
    return name == "1 rank" and not is_long or case.name in QUICK and name in ("3 ranks", "kernels")


def parameters() -> list[object]:
    return [
        pytest.param(
            case,
            *place,
            id=f"{case.name}, {name}",
            marks=[] if is_quick(case, name) else [pytest.mark.slow],
        )
        for case in CASES
        for name, place in RANKS_AND_DEVICE.items()
        if name not in ("2 ranks", "8 ranks") or case.name in NETWORKS
    ]


@pytest.mark.parametrize("case,ranks,device", parameters())
def test_digests(engram: Path, tmp_path: Path, case: Case, ranks: int, device: str) -> None:
    found = run_case(engram, case, tmp_path / "results", ranks, device)
    changed = differing(read_stored()[case.name]["digests"], found)
    assert not changed, (
        f"{case.configuration} on {ranks} rank(s), {device}: not as in {STORED.name}: {', '.join(changed)}. "
        f"If results are meant to change: {RENEW}, and commit what it writes"
    )


def test_stored_cases() -> None:
    """A new configuration, or other settings of one, need new data."""
    stored = {
        name: (entry["configuration"], tuple(entry["settings"]))
        for name, entry in read_stored().items()
    }
    assert stored == {case.name: (case.configuration, case.settings) for case in CASES}, RENEW


TIMES = np.array([0.2, 0.2, 0.6])
WEIGHTS = np.array([4.2, 4.3, 0.0])
H = 4.5


def write_results(directory: Path, first_h: float = H, plain: bool = True) -> Digests:
    """Digests of small results; `plain` or with everything else that the files could do."""
    directory.mkdir()
    layout = {} if plain else {"chunks": (2,), "compression": "gzip", "shuffle": True}
    ids, floats = (np.uint64, "<f8") if plain else (np.uint16, ">f8")
    # Ties in time, edges and the recorded are in another order as well.
    spikes, edges = ([0, 1, 2], [0, 1, 2]) if plain else ([1, 0, 2], [2, 0, 1])
    gids = (2, 10) if plain else (10, 2)
    h = np.array([first_h, *WEIGHTS[1:]])
    with h5py.File(directory / "spikes.h5", "w", libver=None if plain else "latest") as file:
        group = file.create_group("spikes/exc")
        group.create_dataset("timestamps", data=TIMES[spikes].astype(floats), **layout)
        group.create_dataset("node_ids", data=np.array([3, 5, 1], ids)[spikes], **layout)
        if not plain:
            file.attrs["format_version"] = 7
            file.create_dataset("spikes/inh/timestamps", data=np.empty(0))
            file.create_dataset("spikes/inh/node_ids", data=np.empty(0, ids))
            group["timestamps"].attrs["units"] = "ms"
    with h5py.File(directory / "traces.h5", "w", track_order=not plain) as file:
        file.create_dataset("traces/time_ms", data=TIMES.astype(floats), **layout)
        for gid in gids:
            values = (TIMES * gid).astype(floats)
            file.create_dataset(f"traces/neurons/{gid}/V_mV", data=values, **layout)
        file.create_group("traces/synapses")
    with h5py.File(directory / "network.h5", "w") as file:
        group = file.create_group("edges/exc_exc")
        for name, values in {
            "source_node_id": np.array([0, 2, 1], ids),
            "target_node_id": np.array([1, 1, 2], ids),
            "0/syn_weight": WEIGHTS.astype(floats),
            "0/delay": (3 * TIMES).astype(floats),
            "snapshots/t_9s/h_mV": h.astype(floats),
        }.items():
            group.create_dataset(name, data=values[edges], **layout)
    return result_digests(directory)


def test_layout_of_files_does_not_matter(tmp_path: Path) -> None:
    digests = write_results(tmp_path / "plain")
    assert digests.keys() == {
        "spikes/exc",
        "traces/time",
        "traces/neurons/V_mV",
        "wiring/exc_exc",
        "weights/exc_exc",
        "delays/exc_exc",
        "snapshots/exc_exc/t_9s/h_mV",
    }
    assert len(set(digests.values())) == len(digests)
    assert write_results(tmp_path / "other", plain=False) == digests


def test_last_bit_of_a_value_matters(tmp_path: Path) -> None:
    digests = write_results(tmp_path / "one")
    other = write_results(tmp_path / "other", first_h=np.nextafter(H, 5))
    assert differing(digests, other) == ["snapshots/exc_exc/t_9s/h_mV"]


@pytest.mark.parametrize("file,dataset,item", [
    ("spikes.h5", "spikes/exc/timestamps", "spikes/exc"),
    ("spikes.h5", "spikes/exc/node_ids", "spikes/exc"),
    ("traces.h5", "traces/time_ms", "traces/time"),
    ("traces.h5", "traces/neurons/10/V_mV", "traces/neurons/V_mV"),
    ("network.h5", "edges/exc_exc/0/syn_weight", "weights/exc_exc"),
    ("network.h5", "edges/exc_exc/0/delay", "delays/exc_exc"),
])  # fmt: skip
def test_every_item_is_covered(tmp_path: Path, file: str, dataset: str, item: str) -> None:
    """The lowest bit of its last value is flipped."""
    digests = write_results(tmp_path / "results")
    with h5py.File(tmp_path / "results" / file, "r+") as opened:
        values = opened[dataset][()]
        values.view(np.uint64)[-1] ^= np.uint64(1)
        opened[dataset][()] = values
    assert differing(digests, result_digests(tmp_path / "results")) == [item]


ENSEMBLE = {
    "trials/seed": "seeds",
    "measures/Q/trials": "measures/Q/trials",
    "measures/Q/mean": "measures/Q/statistics",
    "measures/Q/batch_sem": "measures/Q/statistics",
    "traces/001/time_ms": "traces/time",
    "traces/001/neurons/7/p/sd": "traces/neurons/p",
    "traces/000/synapses/selected_1/Ca/mean": "traces/synapses/Ca",
}


@pytest.mark.parametrize("changed", ENSEMBLE)
def test_every_item_of_ensembles_is_covered(tmp_path: Path, changed: str) -> None:
    digests = {}
    for run in ("one", "other"):
        (tmp_path / run).mkdir()
        with h5py.File(tmp_path / run / "ensemble.h5", "w") as file:
            for number, name in enumerate([*ENSEMBLE, "traces/000/time_ms"]):
                last = np.nextafter(number, number + (run == "other" and name == changed))
                file[name] = np.array([np.nan, last])
        digests[run] = result_digests(tmp_path / run)
    assert digests["one"].keys() == set(ENSEMBLE.values())
    assert differing(digests["one"], digests["other"]) == [ENSEMBLE[changed]]


def test_difference_in_names() -> None:
    assert differing({"a": "1", "b": "2"}, {"b": "2", "c": "3"}) == ["a (gone)", "c (new)"]
