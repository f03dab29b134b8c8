// All kernels of the model. A kernel is a function object whose call does the work of one item of
// many, in any order; with `team_lanes`, that many lanes share the item, and the number of items
// is told by the kernel itself, since it may follow from what other kernels have done.
#pragma once

#include <tuple>
#include <utility>
#include <variant>

#include "device/consolidation_kernels.hpp"
#include "device/event_kernels.hpp"
#include "device/neuron_kernel.hpp"
#include "device/recording_kernels.hpp"
#include "device/row_kernels.hpp"
#include "device/state_kernels.hpp"
#include "plasticity/mechanisms.hpp"
#include "plasticity/point_neuron.hpp"

namespace engram::device {

template <class M, class... Neuron>
std::tuple<MarkEvents<M>, DeliverSpikes<M>, AdvanceNeurons<M, Neuron>..., SelectRows<M>,
           FinishRows<M>, BeginSynapseSamples<M>, FinishSynapseSamples<M>, BeginSnapshot<M>,
           FinishSnapshot<M>, ResetSums<M>, FoldRows<M>, SumRows<M>, ResetShrinkages<M>,
           PresentWeights<M>, FindSynthesisEnd<M>, SampleNeuronsAfter<M>, SampleSynapsesAfter<M>,
           SnapshotAfter<M>, ConsolidateRows<M>, ConsolidateProtein<M>>
    kernels_of(M, plasticity::NeuronMechanisms<Neuron...>);

template <class... M, class... Neuron>
auto all_kernels(std::tuple<M...>, plasticity::NeuronMechanisms<Neuron...> neurons)
    -> decltype(std::tuple_cat(kernels_of(M{}, neurons)...,
                               std::tuple<Fill<double>, RestNeurons<Neuron>...>{}));

template <class... K>
std::variant<K...> any_of(std::tuple<K...>);

using Kernel =
    decltype(any_of(all_kernels(plasticity::BuiltInMechanisms{}, plasticity::BuiltInNeurons{})));

template <class K>
concept TeamKernel = requires {
    K::team_lanes;
};

}  // namespace engram::device
