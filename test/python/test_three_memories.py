# SPDX-License-Identifier: Apache-2.0
"""Three memories with and without the rate threshold of potentiation."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from engram import Results

ROOT = Path(__file__).resolve().parents[2]


def rate_Hz(results: Results, group: range, begin_s: float, end_s: float) -> float:
    neurons = results.spikes("exc", 1000 * begin_s, 1000 * end_s).node_id
    members = (neurons >= group.start) & (neurons < group.stop)
    return float(np.count_nonzero(members)) / len(group) / (end_s - begin_s)


@pytest.mark.parametrize("threshold_Hz,lowest,highest", [(40, 10, 60), (0, 400, 500)])
def test_learning_of_the_second(run_engram, tmp_path, threshold_Hz, lowest, highest) -> None:
    """Members of C while B begins to be learnt: the network runs away without the threshold."""
    settings = {
        "synapses.rate_threshold_p_Hz": threshold_Hz,
        "simulation.duration_s": 13.1,
        "record.snapshots_s": "[]",
        "stimuli.learn_C": "null",
        "stimuli.recall": "null",
    }
    arguments = [
        argument for key, value in settings.items() for argument in ("--set", f"{key}={value}")
    ]
    results = Results(
        run_engram(ROOT / "configs/three_memories.yaml", tmp_path / "out", arguments=arguments)
    )
    assert rate_Hz(results, range(600), 10.0, 10.1) == pytest.approx(460, abs=10)
    assert lowest < rate_Hz(results, range(1200, 1800), 13.0, 13.1) < highest
