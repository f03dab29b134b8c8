// SPDX-License-Identifier: Apache-2.0
// Networks in which the variants have something to do.
#pragma once

#include "simulation/small_networks.hpp"
#include "variants/gated_early_phase.hpp"
#include "variants/two_site_neuron.hpp"

namespace engram::test {

// Both neurons of some synapses with high calcium have had calcium of their own, and those of
// others have not.
inline Experiment gated_network() {
    Experiment e = noisy_learning_network();
    e.duration_s = 0.7;
    e.synapses.gamma_p = GatedEarlyPhase::tell_tale_gamma_p;
    e.record.neurons = {0, 5, 12, 45};
    e.record.synapses = plastic_synapses(e);
    e.record.every_steps = 5;
    e.record.snapshots_s = {0.1246, 0.3438};
    return e;
}

// Five populations, the neurons of one of which, 31 to 48, have two sites. At the second end what
// comes from `a` by fixed synapses and from one of the inhibitory populations. There are currents,
// trains and forced spikes in both excitatory populations.
inline Experiment two_site_network() {
    using enum PopulationKind;
    Experiment e = noisy_learning_network();
    e.duration_s = 0.6;
    NeuronParameters two_sites = e.neuron;
    two_sites.t_ref_ms = TwoSiteNeuron::tell_tale_t_ref_ms;
    two_sites.r_leak_MOhm = 8.0;
    two_sites.c_mem_nF = 1.5;
    two_sites.v_th_mV = -54.0;
    e.populations = Populations(std::vector<Population>{{"basket_a", inhibitory, 0, 7, {}, {}},
                                                        {"a", excitatory, 0, 24, {}, {}},
                                                        {"b", excitatory, 0, 18, two_sites, {}},
                                                        {"basket_b", inhibitory, 0, 5, {}, {}},
                                                        {"c", excitatory, 0, 6, {}, {}}});
    constexpr bool plastic = true;
    e.given_projections = std::vector<Projection>{
        {1, 1, plastic, 0, 0.4},    {2, 1, plastic, 0, 0.25},   {2, 2, plastic, 0, 0.4},
        {4, 2, plastic, 0, 0.5},    {1, 0, !plastic, 2.0, 0.3}, {0, 1, !plastic, -4.0, 0.4},
        {2, 3, !plastic, 1.5, 0.3}, {4, 0, !plastic, 1.5, 0.5}, {0, 2, !plastic, -1.0, 0.3},
        {1, 4, !plastic, 1.5, 0.3}};
    Projection to_second{1, 2, !plastic, 0.8, 0.25};
    to_second.site = 1;
    e.given_projections->push_back(to_second);
    Projection inhibition{3, 2, !plastic, -2.0, 0.4};
    inhibition.site = 1;
    e.given_projections->push_back(inhibition);

    Group assembly{"assembly", {}};
    for (NeuronId id = 9; id < 19; ++id) assembly.ids.push_back(id);
    for (NeuronId id = 33; id < 41; ++id) assembly.ids.push_back(id);
    e.groups = {assembly, group_of("recalled", 28, 8), group_of("driven", 40, 6)};
    e.stimuli.resize(2);
    e.stimuli[1].start_s = 0.25;
    e.stimuli.push_back(forced_spikes("driven"));
    Stimulus train = e.stimuli[0];
    train.name = "train";
    train.scheme = Scheme::stet;
    train.group = "recalled";
    train.start_s = 0.3;
    e.stimuli.push_back(train);
    e.record.neurons = {0, 8, 15, 32, 35, 41, 48, 50, 56};
    // Onto neurons of both kinds.
    e.record.synapses.clear();
    make_wiring(e)->visit(7, 42, [&](NeuronId post, std::span<const NeuronId> sources) {
        const Populations& of = e.populations;
        for (const NeuronId pre : sources)
            if (of.is_excitatory(post) && of.index_of(pre) == 2 && post % 4 == 0)
                e.record.synapses.push_back({pre, post});
    });
    e.record.every_steps = 5;
    e.record.snapshots_s = {0.1246, 0.3438};
    return e;
}

// The last of 21 neurons, alone in its population, has two sites.
inline Experiment one_two_site_neuron() {
    Experiment e = two_site_network();
    e.populations = Populations(std::vector<Population>{
        {"a", PopulationKind::excitatory, 0, 20, {}, {}},
        {"b", PopulationKind::excitatory, 0, 1, e.populations[2].neuron, {}}});
    e.given_projections = std::vector<Projection>{{0, 0, true, 0, 0.4}, {1, 0, true, 0, 0.4}};
    e.given_projections->push_back({0, 1, false, 0.8, 1.0});
    e.given_projections->back().site = 1;
    e.groups = {group_of("assembly", 0, 12), group_of("recalled", 10, 11),
                group_of("driven", 18, 3)};
    e.record.neurons = {20, 0};
    e.record.synapses.clear();
    return e;
}

}  // namespace engram::test
