# SPDX-License-Identifier: Apache-2.0
"""Running Engram, and reading and analysing its results::

    import engram

    results = engram.run("configs/defaultnet_10s_recall.yaml", ranks=2, output="results/first")
    print(results.recall())
    engram.figures.raster(results)

Configurations may be nested dicts, or objects of engram.keys. The package is described in
docs/python.md, the analyses in docs/analysis.md, the files in docs/file_formats.md.
"""

import importlib
from typing import TYPE_CHECKING, Any

from .attractors import Attractors, attractor_statistics
from .avalanches import Avalanches, avalanche_statistics
from .bins import Bins, group_counts, spike_raster
from .connectivity import DegreeStatistics, degree_statistics, degrees
from .dimension import pca_dimension
from .ensemble import Ensemble, Measure, Point, is_ensemble
from .errors import (
    ConfigurationError,
    EngramError,
    FileError,
    JobStopped,
    MissingPackage,
    NotRecorded,
    Problem,
    ProgramError,
    ProgramNotFound,
    ResultsError,
    ValueProblem,
)
from .named_groups import in_no_group, named_groups
from .induction import Induction, induction_of, largest_change
from .information import entropy_bits, mutual_information_bits
from .job import Checked, Plan, check, load, plan, resume, run
from .memories import Memory, memories_of
from .named_recordings import Recording
from .network import Network, Population, Projection
from .network_file import Snapshot
from .potentiation import UnpotentiatedInput, unpotentiated_input
from .rates import active_time_fraction, firing_rates_Hz, rates_around_Hz, spike_counts
from .readout import readout_quality
from .recall import (
    PatternCompletion,
    RateWindow,
    RecallMeasures,
    memory_measures,
    pattern_completion,
    recall_measures,
)
from .release import __version__
from .results import AllSpikes, NeuronTrace, Phase, Results, Spikes, SynapseTrace
from .stability import Stability, rank_correlation, spike_time_stability
from .stimuli import Stimulus
from .subpopulations import Subpopulations
from .subsets import Subsets, weights_between_subsets
from .weights import (
    DIRECTIONS,
    DirectionMeans,
    WeightStatistics,
    binned_weights,
    mean_by_direction,
    weight_matrix,
    weights_between,
)

if TYPE_CHECKING:
    from . import figures as figures
    from . import keys as keys
    from . import report as report


def __getattr__(name: str) -> Any:
    """Figures need matplotlib, which takes its time."""
    if name in ("figures", "keys", "report"):
        return importlib.import_module(f"{__name__}.{name}")
    raise AttributeError(f"module '{__name__}' has no attribute '{name}'")


__all__ = [
    "AllSpikes",
    "Attractors",
    "Avalanches",
    "Bins",
    "Checked",
    "ConfigurationError",
    "DIRECTIONS",
    "DegreeStatistics",
    "DirectionMeans",
    "EngramError",
    "Ensemble",
    "FileError",
    "Induction",
    "JobStopped",
    "Measure",
    "Memory",
    "MissingPackage",
    "Network",
    "NeuronTrace",
    "NotRecorded",
    "PatternCompletion",
    "Phase",
    "Plan",
    "Point",
    "Population",
    "Problem",
    "ProgramError",
    "ProgramNotFound",
    "Projection",
    "RateWindow",
    "RecallMeasures",
    "Recording",
    "Results",
    "ResultsError",
    "Snapshot",
    "Spikes",
    "Stability",
    "Stimulus",
    "Subpopulations",
    "Subsets",
    "SynapseTrace",
    "UnpotentiatedInput",
    "ValueProblem",
    "WeightStatistics",
    "__version__",
    "active_time_fraction",
    "attractor_statistics",
    "avalanche_statistics",
    "binned_weights",
    "check",
    "degree_statistics",
    "degrees",
    "entropy_bits",
    "figures",
    "firing_rates_Hz",
    "group_counts",
    "in_no_group",
    "induction_of",
    "is_ensemble",
    "keys",
    "largest_change",
    "load",
    "mean_by_direction",
    "memories_of",
    "memory_measures",
    "mutual_information_bits",
    "named_groups",
    "pattern_completion",
    "pca_dimension",
    "plan",
    "rank_correlation",
    "rates_around_Hz",
    "readout_quality",
    "recall_measures",
    "report",
    "resume",
    "run",
    "spike_counts",
    "spike_raster",
    "spike_time_stability",
    "unpotentiated_input",
    "weight_matrix",
    "weights_between",
    "weights_between_subsets",
]
