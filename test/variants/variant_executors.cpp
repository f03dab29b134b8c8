// SPDX-License-Identifier: Apache-2.0
#include "variants/variant_executors.hpp"

#include "cpu/cpu_executor_impl.hpp"
#include "variants/gated_early_phase.hpp"
#include "variants/two_site_neuron.hpp"

namespace engram::test {

namespace {

using Gated = plasticity::Mechanisms<GatedEarlyPhase, plasticity::CommonPool>;
using TwoSites = plasticity::NeuronMechanisms<TwoSiteNeuron, plasticity::PointNeuron>;

template <class M, class Neurons>
ExecutorFactory processor_with() {
    return [](const Experiment& experiment, const Network& network, MPI_Comm) {
        return std::make_unique<CpuExecutor<M>>(experiment, network,
                                                make_neuron_loops(Neurons{}, network, experiment));
    };
}

}  // namespace

ExecutorFactory gated_processor() {
    return processor_with<Gated, plasticity::BuiltInNeurons>();
}

ExecutorFactory two_site_processor() {
    return processor_with<plasticity::Published, TwoSites>();
}

ExecutorFactory gated_two_site_processor() {
    return processor_with<Gated, TwoSites>();
}

DenseVariant gated_oracle() {
    DenseVariant variant;
    variant.h_max_mV = GatedEarlyPhase::h_max_mV;
    variant.potentiates = [](double pre, double post) {
        return pre >= GatedEarlyPhase::theta_gate && post >= GatedEarlyPhase::theta_gate;
    };
    return variant;
}

DenseVariant two_site_oracle() {
    DenseVariant variant;
    variant.second_site = [](const NeuronParameters& neuron) -> std::optional<DenseSecondSite> {
        if (neuron.t_ref_ms != TwoSiteNeuron::tell_tale_t_ref_ms) return std::nullopt;
        return DenseSecondSite{TwoSiteNeuron::tau_second_ms, TwoSiteNeuron::attenuation,
                               TwoSiteNeuron::mV_per_nA, TwoSiteNeuron::bound_mV,
                               TwoSiteNeuron::silent_ms};
    };
    return variant;
}

}  // namespace engram::test
