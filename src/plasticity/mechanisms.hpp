// SPDX-License-Identifier: Apache-2.0
// Which early and which late phase a run has, and which neurons its populations. Executors and
// kernels are templates over the former, the loops over neurons over the latter. Those named here
// are built into the program; with_mechanisms chooses among them.
#pragma once

#include <cstdint>
#include <tuple>

#include "model/early_phase.hpp"
#include "model/parameters.hpp"
#include "model/rate_gated_early_phase.hpp"
#include "plasticity/cable_neuron.hpp"
#include "plasticity/common_pool.hpp"
#include "plasticity/diffusing_pool.hpp"
#include "plasticity/point_neuron.hpp"
#include "plasticity/several_pools.hpp"
#include "plasticity/variable.hpp"

namespace engram::plasticity {

template <class EarlyPhase, class LatePhase>
struct Mechanisms {
    using Early = EarlyPhase;
    using Late = LatePhase;
};

//! Of the published model.
using Published = Mechanisms<model::EarlyPhase, CommonPool>;
using WithPools = Mechanisms<model::EarlyPhase, SeveralPools>;
//! In cells along which protein diffuses.
using WithDiffusion = Mechanisms<model::EarlyPhase, DiffusingPool>;
//! Pools include the common one.
using WithRateThresholds = Mechanisms<model::RateGatedEarlyPhase, SeveralPools>;
using BuiltInMechanisms = std::tuple<Published, WithPools, WithDiffusion, WithRateThresholds>;

// Of the neurons of a population: the first of these that describes them.
template <class... Neuron>
struct NeuronMechanisms {
    //! Bytes that the state of neurons takes at most, were there some of each mechanism.
    static constexpr std::uint64_t state_bytes(const StateSizes& sizes) {
        return (plasticity::state_bytes<typename Neuron::View>(sizes) + ...);
    }
};
using BuiltInNeurons = NeuronMechanisms<CableNeuron, PointNeuron>;

//! Whether neurons are advanced by whole blocks where nothing else is asked for.
template <class Neuron>
concept HasSolution = requires {
    typename Neuron::Solution;
};

//! Whether the solution takes in stimulus currents that are known at each step of a block. If not,
//! neurons with such a current go step by step, as with any other stimulus.
template <class Neuron>
concept TakesCurrents = HasSolution<Neuron> &&
    requires(typename Neuron::BlockInput& sums, model::CurrentEffect currents) {
    Neuron::add_currents(sums, currents);
};

//! Whether neurons may be reset without a spike, and count how often.
template <class Neuron>
concept HasSilentResets = requires(typename Neuron::View view) {
    view.silent_resets;
};

//! Calls use(M{}) with the mechanisms that parameters ask for: the simplest that do. Protein
//! diffuses where it is one pool, z_max is 1, and rates do not count.
template <class Use>
auto with_mechanisms(const SynapseParameters& synapses, const model::ProteinDiffusion& diffusion,
                     Use use) {
    if (diffusion.most_modes() > 0) return use(WithDiffusion{});
    if (synapses.rate_threshold_p_Hz > 0.0 || synapses.rate_threshold_d_Hz > 0.0)
        return use(WithRateThresholds{});
    if (synapses.protein_pools == ProteinPools::common && synapses.z_max == 1.0)
        return use(Published{});
    return use(WithPools{});
}

}  // namespace engram::plasticity
