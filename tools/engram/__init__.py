# SPDX-License-Identifier: Apache-2.0
"""Reading and analysing the results of Engram.

    from engram import Results, recall_measures

    results = Results("results/defaultnet_8h_recall")
    print(results.schedule, len(results.spikes("exc").time_ms), results.assembly)
    print(recall_measures(results).values["Q"])

The files are described in docs/file_formats.md, this package in docs/analysis.md.
"""

from .attractors import Attractors, attractor_statistics
from .avalanches import Avalanches, avalanche_statistics
from .bins import Bins, group_counts, spike_raster
from .connectivity import DegreeStatistics, degree_statistics, degrees
from .dimension import pca_dimension
from .ensemble import Ensemble, Measure, Point, is_ensemble
from .errors import FileError, ResultsError
from .named_groups import in_no_group, named_groups
from .induction import Induction, induction_of, largest_change
from .information import entropy_bits, mutual_information_bits
from .memories import Memory, memories_of
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

__all__ = [
    "AllSpikes",
    "Attractors",
    "Avalanches",
    "Bins",
    "DIRECTIONS",
    "DegreeStatistics",
    "DirectionMeans",
    "Ensemble",
    "FileError",
    "Induction",
    "Measure",
    "Memory",
    "Network",
    "NeuronTrace",
    "PatternCompletion",
    "Phase",
    "Point",
    "Population",
    "Projection",
    "RateWindow",
    "RecallMeasures",
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
    "WeightStatistics",
    "active_time_fraction",
    "attractor_statistics",
    "avalanche_statistics",
    "binned_weights",
    "degree_statistics",
    "degrees",
    "entropy_bits",
    "firing_rates_Hz",
    "group_counts",
    "in_no_group",
    "induction_of",
    "is_ensemble",
    "largest_change",
    "mean_by_direction",
    "memories_of",
    "memory_measures",
    "mutual_information_bits",
    "named_groups",
    "pattern_completion",
    "pca_dimension",
    "rates_around_Hz",
    "readout_quality",
    "recall_measures",
    "spike_counts",
    "spike_raster",
    "rank_correlation",
    "spike_time_stability",
    "unpotentiated_input",
    "weight_matrix",
    "weights_between",
    "weights_between_subsets",
]
