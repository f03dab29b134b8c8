// All kernels of the model. A kernel is a function object whose call does the work of one item of
// many, in any order; with `team_lanes`, that many lanes share the item, and the number of items
// is told by the kernel itself, since it may follow from what other kernels have done.
#pragma once

#include <variant>

#include "device/consolidation_kernels.hpp"
#include "device/event_kernels.hpp"
#include "device/neuron_kernel.hpp"
#include "device/recording_kernels.hpp"
#include "device/row_kernels.hpp"
#include "device/state_kernels.hpp"

namespace engram::device {

using Kernel =
    std::variant<MarkEvents, DeliverSpikes, AdvanceNeurons, SelectRows, FinishRows,
                 BeginSynapseSamples, FinishSynapseSamples, BeginSnapshot, FinishSnapshot,
                 ResetSums, FoldRows, SumRows, Fill<double>, PresentWeights, FindSynthesisEnd,
                 SampleNeuronsAfter, SampleSynapsesAfter, SnapshotAfter, ConsolidateRows,
                 ConsolidateProtein>;

template <class K>
concept TeamKernel = requires {
    K::team_lanes;
};

}  // namespace engram::device
