# SPDX-License-Identifier: Apache-2.0
"""Reading and analysing the results of Engram.

    from engram_analysis import Results, recall_measures

    results = Results("results/defaultnet_8h_recall")
    print(results.schedule, len(results.spikes("exc").time_ms), results.assembly)
    print(recall_measures(results).values["Q"])

The files are described in docs/file_formats.md, this package in docs/analysis.md.
"""

from .connectivity import DegreeStatistics, degree_statistics, degrees
from .ensemble import Ensemble, Measure, Point, is_ensemble
from .errors import FileError, ResultsError
from .information import entropy_bits, mutual_information_bits
from .network import Network, Population, Projection
from .network_file import Snapshot
from .rates import active_time_fraction, firing_rates_Hz, rates_around_Hz, spike_counts
from .recall import PatternCompletion, RecallMeasures, pattern_completion, recall_measures
from .results import AllSpikes, NeuronTrace, Phase, Results, Spikes, SynapseTrace
from .stimuli import Stimulus
from .subpopulations import Subpopulations
from .weights import DIRECTIONS, DirectionMeans, binned_weights, mean_by_direction, weight_matrix

__all__ = [
    "AllSpikes",
    "DIRECTIONS",
    "DegreeStatistics",
    "DirectionMeans",
    "Ensemble",
    "FileError",
    "Measure",
    "Network",
    "NeuronTrace",
    "PatternCompletion",
    "Phase",
    "Point",
    "Population",
    "Projection",
    "RecallMeasures",
    "Results",
    "ResultsError",
    "Snapshot",
    "Spikes",
    "Stimulus",
    "Subpopulations",
    "SynapseTrace",
    "active_time_fraction",
    "binned_weights",
    "degree_statistics",
    "degrees",
    "entropy_bits",
    "firing_rates_Hz",
    "is_ensemble",
    "mean_by_direction",
    "mutual_information_bits",
    "pattern_completion",
    "rates_around_Hz",
    "recall_measures",
    "spike_counts",
    "weight_matrix",
]
