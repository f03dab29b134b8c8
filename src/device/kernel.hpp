// SPDX-License-Identifier: Apache-2.0
// All kernels of the model. A kernel is a function object whose call does the work of one item of
// many, in any order; with `team_lanes`, that many lanes share the item, and the number of items
// is told by the kernel itself, since it may follow from what other kernels have done.
#pragma once

#include <cstdint>
#include <tuple>
#include <utility>
#include <variant>

#include "device/event_kernels.hpp"
#include "device/neuron_kernel.hpp"
#include "device/operation_kernels.hpp"
#include "device/recording_kernels.hpp"
#include "device/row_kernels.hpp"
#include "plasticity/mechanisms.hpp"
#include "plasticity/point_neuron.hpp"

namespace engram::device {

template <class M, class... Neuron>
std::tuple<
    MarkEvents<M>, CatchUp<M>, DeliverSpikes<M>, AdvanceNeurons<M, Neuron>..., SelectRows<M>,
    FinishRows<M>, BeginSynapseSamples<M>, FinishSynapseSamples<M>, FinishSnapshot<M>,
    SampleNeuronsAfter<M>, SampleSynapsesAfter<M>, ResetSums<M>, SumRows<M>,
    OnSynapses<M, plasticity::Fold<M>>, OnSynapses<M, plasticity::KeepWeights<M>>,
    OnSynapses<M, plasticity::WeightsAfter<M>>, OnSynapses<M, plasticity::ConsolidateSynapses<M>>,
    OnNeurons<M, plasticity::ResetShrinkages<M>>, OnNeurons<M, plasticity::BeginConsolidation<M>>,
    OnNeurons<M, plasticity::ConsolidateNeurons<M>>, OnNeurons<M, plasticity::ProteinWithin<M>>,
    OnNeurons<M, plasticity::ProteinAfter<M>>>
    kernels_of(M, plasticity::NeuronMechanisms<Neuron...>);

template <class... M, class... Neuron>
auto all_kernels(std::tuple<M...>, plasticity::NeuronMechanisms<Neuron...> neurons)
    -> decltype(std::tuple_cat(kernels_of(M{}, neurons)...,
                               std::tuple<Fill<double>, RestNeurons<Neuron>...>{}));

template <class... K>
std::variant<K...> any_of(std::tuple<K...>);

using AnyKernel =
    decltype(any_of(all_kernels(plasticity::BuiltInMechanisms{}, plasticity::BuiltInNeurons{})));

struct Kernel : AnyKernel {
    using AnyKernel::AnyKernel;
};

// One launch of a kernel; see Device::launch.
struct Launch {
    Kernel kernel;
    std::uint64_t items = 0;
};

template <class K>
concept TeamKernel = requires {
    K::team_lanes;
};

}  // namespace engram::device
