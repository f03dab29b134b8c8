# SPDX-License-Identifier: Apache-2.0
"""The published induction protocols, by the shipped configurations, against the published means."""

from __future__ import annotations

import csv

import numpy as np
import pytest
from conftest import ROOT
from engram import Ensemble

N_TRIALS = 40  # of the 100 that the configurations have
CLASSES = {"STET": "late_LTP", "WTET": "tagged_LTP", "SLFS": "late_LTD", "WLFS": "tagged_LTD"}


def published() -> dict[str, dict[str, float]]:
    with open(ROOT / "test/data/reference/induction_published.csv", encoding="utf-8") as file:
        rows = csv.DictReader(line for line in file if not line.startswith("#"))
        return {
            row.pop("protocol"): {name: float(value) for name, value in row.items()} for row in rows
        }


@pytest.mark.slow
@pytest.mark.parametrize("protocol", CLASSES)
def test_protocol(run_engram, tmp_path, protocol) -> None:
    """1 + z after 8 h within 3 %, the highest mean amount of protein within 6 %.

    The published numbers were read off figures, to 1 or 2 %; so is the extreme of the mean h, here
    within 4 % of the initial weight.
    """
    wanted = published()[protocol]
    name = f"induction_{protocol.lower()}"
    ensemble = Ensemble(
        run_engram(
            ROOT / f"configs/{name}.yaml", tmp_path / name, ranks=2,
            arguments=("--set", f"trials={N_TRIALS}"),
        )
    )  # fmt: skip
    assert ensemble.config["trials"] == N_TRIALS
    (synapse,) = ensemble.synapse_traces(0)
    (neuron,) = ensemble.neuron_traces(0)
    time_s = ensemble.trace_time_s(0)
    z = 100 + 100 * synapse.variables["z"].mean[-1]
    assert z == pytest.approx(wanted["z_plus_1_at_8h_percent"], rel=0.03)
    p = neuron.variables["p"].mean / 10.0
    assert p.max() == pytest.approx(wanted["p_max_relative"], rel=0.06)
    if wanted["p_max_relative"] > 0:
        hours = (time_s[np.argmax(p)] - 3600) / 3600
        assert hours == pytest.approx(wanted["p_max_hours_after_start"], abs=0.15)
    h = 100 * synapse.variables["h_mV"].mean / 4.20075
    extreme = h[np.argmax(np.abs(h - 100))]
    assert extreme == pytest.approx(wanted["h_extreme_percent"], abs=4)
    w = h[-1] + z - 100
    assert w == pytest.approx(wanted["w_percent"], rel=0.03)
    classes = {
        name: ensemble.measure(name).mean[0]
        for name in ensemble.measure_names
        if "_LT" in name or name.startswith("unchanged")
    }
    assert sum(classes.values()) == pytest.approx(1)
    assert classes[f"{CLASSES[protocol]}.0_1"] > 0.5
