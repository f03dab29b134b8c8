# SPDX-License-Identifier: Apache-2.0
"""Memory of a run: recordings go to disk, so that it does not grow with simulated time."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from conftest import run_program

pytestmark = pytest.mark.memory

CONFIGURATION = """
simulation: {{duration_s: {duration_s}, fast_forward: off}}
populations: {{n_exc: 40, n_inh: 10}}
background: {{mean_nA: 1.2, sigma_wn_nA_sqrt_s: 0.1}}
record: {{neurons: all, every_steps: 20}}
"""


def peak_memory_MB(run_engram, directory: Path, duration_s: int) -> float:
    """Peak of a run with lively neurons, all of which are recorded."""
    directory.mkdir()
    configuration = directory / "lively.yaml"
    configuration.write_text(CONFIGURATION.format(duration_s=duration_s), encoding="utf-8")
    run_engram(configuration, directory / "results")
    summary = json.loads((directory / "results" / "summary.json").read_text(encoding="utf-8"))
    assert summary["spikes"]["exc"] > 100 * duration_s
    return max(summary["peak_memory_MB"])


def test_peak_does_not_grow_with_simulated_time(run_engram, tmp_path: Path) -> None:
    """Both record more than the buffers hold, the longer one 36 MB more than the shorter."""
    short = peak_memory_MB(run_engram, tmp_path / "short", 20)
    long = peak_memory_MB(run_engram, tmp_path / "long", 80)
    assert long < short + 8


CONSOLIDATION = """
simulation: {{duration_s: {duration_s}, dt_fast_forward_s: 0.2}}
populations: {{n_exc: 40, n_inh: 10}}
record: {{neurons: all}}
"""


def test_peak_does_not_grow_with_consolidation(run_engram, tmp_path: Path) -> None:
    """The longer one takes 96 MB more of samples."""
    peaks = []
    for duration_s in (2000, 10000):
        configuration = tmp_path / f"{duration_s}.yaml"
        configuration.write_text(CONSOLIDATION.format(duration_s=duration_s), encoding="utf-8")
        results = run_engram(configuration, tmp_path / f"results{duration_s}")
        summary = json.loads((results / "summary.json").read_text(encoding="utf-8"))
        assert summary["schedule"] == "consolidate"
        peaks.append(max(summary["peak_memory_MB"]))
    assert peaks[1] < peaks[0] + 8


FORECAST = """
simulation: {{duration_s: 0.01}}
populations: {{n_exc: {n_exc}, n_inh: {n_inh}}}
connectivity: {{probability: {probability}}}
record: {{snapshots_s: [0.005]}}
"""
MANY_NEURONS = {"n_exc": 320000, "n_inh": 80000, "probability": 1e-7}
MANY_SYNAPSES = {"n_exc": 3200, "n_inh": 800, "probability": 0.5}


@pytest.mark.parametrize("network", [MANY_NEURONS, MANY_SYNAPSES])
@pytest.mark.parametrize("pools", ["C", "P/C/D"])
def test_forecast(
    engram, run_engram, tmp_path: Path, network: dict[str, float], pools: str
) -> None:
    """Of the state of each mechanism."""
    configuration = tmp_path / "network.yaml"
    configuration.write_text(FORECAST.format(**network), encoding="utf-8")
    setting = ("--set", f"synapses.protein_pools={pools}")
    results = run_engram(configuration, tmp_path / "results", arguments=setting)
    peak = max(json.loads((results / "summary.json").read_text(encoding="utf-8"))["peak_memory_MB"])
    plan = run_program([engram, "plan", configuration, *setting])
    forecast = re.search(r"^Memory: +about (\d+) MB per rank$", plan.stdout, re.MULTILINE)
    assert forecast, plan.stdout + plan.stderr
    assert float(forecast[1]) == pytest.approx(peak, rel=0.12)
