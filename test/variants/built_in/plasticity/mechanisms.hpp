// SPDX-License-Identifier: Apache-2.0
// Stands in for the header of this name in src/, so that what is compiled with it has the variants
// built in: all that a mechanism has to be named in. Of the others only the published ones, because
// each takes long to compile.
#pragma once

#define BuiltInMechanisms PublishedMechanisms
#define BuiltInNeurons PublishedNeurons
#define with_mechanisms with_published_mechanisms
#include_next "plasticity/mechanisms.hpp"
#undef BuiltInMechanisms
#undef BuiltInNeurons
#undef with_mechanisms

#include "variants/gated_early_phase.hpp"
#include "variants/two_site_neuron.hpp"

namespace engram::plasticity {

using Gated = Mechanisms<test::GatedEarlyPhase, CommonPool>;
using BuiltInMechanisms = std::tuple<Published, Gated>;
using BuiltInNeurons = NeuronMechanisms<test::TwoSiteNeuron, PointNeuron>;

template <class Use>
auto with_mechanisms(const SynapseParameters& synapses, const model::ProteinDiffusion&, Use use) {
    if (test::GatedEarlyPhase::describes(synapses)) return use(Gated{});
    return use(Published{});
}

}  // namespace engram::plasticity
