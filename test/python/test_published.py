# SPDX-License-Identifier: Apache-2.0
"""Rates and weights of the network of 2000 neurons, assembly of 200 (slow).

Recall: test_recall_by_size.py."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from engram import Results, firing_rates_Hz, mean_by_direction

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
N_TRIALS = 10
N_EXC, H_0 = 1600, 4.20075
# Student's t of N_TRIALS - 1 degrees of freedom, at the level of three standard deviations.
T_QUANTILE = 4.09

# Mean over synapses by direction: h [mV] at 20 s, h_0 * z [mV] at 28810 s, and the bound of the
# difference. The reference gives within and out of the assembly to the last digit; into it and
# elsewhere are of one trial, so the bound is what one trial more may differ by from our mean.
WEIGHTS_20S = {
    "within": (7.120, 0.005),
    "out": (6.98, 0.006),
    "into": (5.37, None),
    "elsewhere": (4.27, None),
}
LATE_8H = {
    "within": (3.241, 0.005),
    "out": (3.16, 0.006),
    "into": (0.86, None),
    "elsewhere": (0.083, None),
}


@pytest.fixture(scope="module", params=["10s", "8h"])
def trials(request, run_engram, tmp_path_factory) -> tuple[str, list[Results]]:
    """Runs with different seeds, so with another network each."""
    recall = request.param
    base = tmp_path_factory.mktemp(recall)
    directories = [
        run_engram(
            ROOT / f"configs/defaultnet_{recall}_recall.yaml",
            base / str(seed),
            arguments=[
                "--set",
                f"simulation.seed={seed}",
                "--set",
                "record.neurons=[]",
                "--set",
                "record.synapses_between=[]",
                "--set",
                "checkpoint.phase_ends=false",
            ],
        )
        for seed in range(1, N_TRIALS + 1)
    ]
    return recall, [Results(directory) for directory in directories]


def test_background(trials) -> None:
    """Rates between 1 and 9.9 s, before any stimulus."""
    _, runs = trials
    rates = np.mean([firing_rates_Hz(run, 1.0, 9.9) for run in runs], axis=0)
    assert 0.23 < rates[:N_EXC].mean() < 0.27
    assert 0.98 < rates[N_EXC:].mean() < 1.09


def test_weights(trials) -> None:
    recall, runs = trials
    checks = [(20.0, "h_mV", 1.0, WEIGHTS_20S)]
    if recall == "8h":
        checks.append((28810.0, "z", H_0, LATE_8H))
    for time_s, name, factor, expected in checks:
        found = [getattr(mean_by_direction(run, [time_s])[0], name) for run in runs]
        for direction, (reference, bound) in expected.items():
            values = factor * np.array([trial[direction] for trial in found])
            print(
                f"{recall} {time_s:g} s {name} {direction}: {values.mean():.4f} "
                f"(sd {values.std():.4f}), "
                f"reference {reference}"
            )
            one_more = T_QUANTILE * values.std(ddof=1) * np.sqrt(1 + 1 / N_TRIALS)
            limit = bound if bound is not None else one_more
            assert abs(values.mean() - reference) < limit, direction
