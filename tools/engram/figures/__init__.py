# SPDX-License-Identifier: Apache-2.0
"""Figures by name. Each draws from Results or Ensemble and returns a matplotlib figure.

With ax=AXES they are drawn into the place of these axes in a figure of the user:

    >>> import matplotlib.pyplot as plt
    >>> figure, (left, right) = plt.subplots(1, 2, figsize=(14, 5), constrained_layout=True)
    >>> _ = raster(load(small_recall), ax=left)
    >>> _ = weights(load(small_recall), ax=right)
    >>> len(figure.subfigs)
    2

What was not recorded raises NothingToDraw.
"""

from __future__ import annotations

from typing import Callable

from matplotlib.figure import FigureBase

from ..results import Results
from .calcium_protein import calcium_protein
from .ensemble_traces import ensemble_traces
from .likelihoods import likelihoods
from .measure_curves import measure_curves
from .measure_map import measure_map
from .membrane import membrane
from .overview import overview
from .protein_along import protein_along
from .raster import raster
from .recall_by_size import recall_by_size
from .snapshots import snapshots
from .style import NothingToDraw, add_letters, save, set_width
from .weight_matrix import weight_matrix
from .weights import weights

RUN_FIGURES: dict[str, Callable[[Results], FigureBase]] = {
    "overview": overview,
    "raster": raster,
    "membrane": membrane,
    "weights": weights,
    "calcium_protein": calcium_protein,
    "protein_along": protein_along,
    "snapshots": snapshots,
    "weight_matrix": weight_matrix,
}

__all__ = [
    "RUN_FIGURES",
    "NothingToDraw",
    "add_letters",
    "calcium_protein",
    "ensemble_traces",
    "likelihoods",
    "measure_curves",
    "measure_map",
    "membrane",
    "overview",
    "protein_along",
    "raster",
    "recall_by_size",
    "save",
    "set_width",
    "snapshots",
    "weight_matrix",
    "weights",
]
