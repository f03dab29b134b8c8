# SPDX-License-Identifier: Apache-2.0
"""The published table of recall by assembly size against an ensemble of ours (slow)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from engram import Ensemble
from engram.published import find_published, read_published

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
N_TRIALS = 20  # of the 50 that configs/recall_by_size.yaml has


@pytest.fixture(scope="module")
def ensemble(run_engram, tmp_path_factory) -> Ensemble:
    return Ensemble(
        run_engram(
            ROOT / "configs/recall_by_size.yaml",
            tmp_path_factory.mktemp("recall_by_size") / "results",
            ranks=2,
            arguments=["--set", f"trials={N_TRIALS}"],
        )
    )


def test_every_row(ensemble) -> None:
    """No mean differs by more than three combined standard errors."""
    rows = read_published(ROOT / "test/data/reference/recall_published.csv")
    assert len(ensemble.points) == len(rows)
    for point in ensemble.points:
        row = find_published(rows, point.assembly_size, point.recall_delay_s)
        assert row is not None
        for name, reference in row.mean.items():
            measure = ensemble.measure(name)
            difference = measure.mean[point.index] - reference
            error = np.hypot(measure.sem[point.index], row.sem(name))
            what = f"{name}, {point.name}: {difference / error:+.2f} standard errors"
            print(what)
            assert abs(difference) < 3 * error, what


def test_recall_improves_with_consolidation(ensemble) -> None:
    """After 8 h recall is better than after 10 s at every size."""
    for name in ("Q", "MI"):
        means = {
            (point.assembly_size, point.recall_delay_s > 3600): ensemble.measure(name).mean[
                point.index
            ]
            for point in ensemble.points
        }
        for size in (100, 150, 200, 250):
            assert means[size, True] > means[size, False], (name, size)
