# SPDX-License-Identifier: Apache-2.0
"""Where the time of a run goes: parts_wall_s and exchange in summary.json."""

import json

import pytest
from conftest import ROOT

PARTS = {"build", "delivery", "neurons", "plasticity", "consolidation", "exchange", "waiting",
         "recording", "checkpoints", "files", "other"}  # fmt: skip
N_EPOCHS = 8334  # of 3 ms in 25 s


@pytest.mark.parametrize("ranks", [1, 2])
def test_parts_are_the_whole(run_engram, tmp_path, ranks):
    output = run_engram(
        ROOT / "configs" / "defaultnet_10s_recall.yaml", tmp_path / "results", ranks
    )
    summary = json.loads((output / "summary.json").read_text())
    parts = summary["parts_wall_s"]
    assert {name: set(values) for name, values in parts.items()} == {
        "rank_0": PARTS,
        "mean": PARTS,
        "highest": PARTS,
    }
    wall_s = summary["wall_s"]["setup"] + summary["wall_s"]["run"]
    of_rank_0 = sum(parts["rank_0"].values())
    assert 0.8 * wall_s <= of_rank_0 - parts["rank_0"]["other"] <= of_rank_0 <= wall_s
    for name in PARTS:
        assert 0 <= parts["mean"][name] <= parts["highest"][name] * (1 + 1e-12)
        assert parts["rank_0"][name] <= parts["highest"][name]
        assert parts["highest"][name] <= ranks * parts["mean"][name] * (1 + 1e-12)
    for name in ("build", "delivery", "neurons", "plasticity", "recording", "files"):
        assert parts["rank_0"][name] > 0.001 * wall_s, name

    exchange = summary["exchange"]
    assert exchange["calls"] == (0 if ranks == 1 else N_EPOCHS)
    assert exchange["waited_s"] == parts["rank_0"]["waiting"]
    assert exchange["wall_s"] == pytest.approx(exchange["waited_s"] + parts["rank_0"]["exchange"])
    if ranks == 2:
        n_spikes = sum(summary["spikes"].values())
        of_the_other = (exchange["bytes_received"] - 16 * N_EPOCHS) / 8
        assert 0.2 * n_spikes < of_the_other < 0.8 * n_spikes
