# SPDX-License-Identifier: Apache-2.0
"""Figures by name. Each draws from Results or Ensemble and returns a matplotlib figure."""

from __future__ import annotations

from typing import Callable

from matplotlib.figure import Figure

from ..results import Results
from .calcium_protein import calcium_protein
from .ensemble_traces import ensemble_traces
from .likelihoods import likelihoods
from .measure_curves import measure_curves
from .measure_map import measure_map
from .membrane import membrane
from .overview import overview
from .raster import raster
from .recall_by_size import recall_by_size
from .snapshots import snapshots
from .style import NothingToDraw, save
from .weight_matrix import weight_matrix
from .weights import weights

RUN_FIGURES: dict[str, Callable[[Results], Figure]] = {
    "overview": overview,
    "raster": raster,
    "membrane": membrane,
    "weights": weights,
    "calcium_protein": calcium_protein,
    "snapshots": snapshots,
    "weight_matrix": weight_matrix,
}

__all__ = [
    "RUN_FIGURES",
    "NothingToDraw",
    "ensemble_traces",
    "likelihoods",
    "measure_curves",
    "measure_map",
    "recall_by_size",
    "save",
]
