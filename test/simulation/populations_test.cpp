// SPDX-License-Identifier: Apache-2.0
// Networks of several populations of each kind, in any order, against the oracle.
#include <gtest/gtest.h>

#include "oracle/comparison.hpp"
#include "simulation/complete_run.hpp"
#include "simulation/executors.hpp"
#include "simulation/small_networks.hpp"

namespace engram::test {
namespace {

Population population(const char* name, PopulationKind kind, NeuronId count) {
    return {name, kind, 0, count, {}, {}};
}

// Two regions with an inhibitory population each, and one of both; an inhibitory one comes first,
// and the neurons of the second region differ.
Experiment two_regions() {
    using enum PopulationKind;
    Experiment e = noisy_learning_network();
    std::vector<Population> list{
        population("basket_a", inhibitory, 7), population("a", excitatory, 24),
        population("basket_b", inhibitory, 5), population("b", excitatory, 18),
        population("shared", inhibitory, 3)};
    NeuronParameters neuron = e.neuron;
    neuron.r_leak_MOhm = 8.0;
    neuron.c_mem_nF = 1.5;
    neuron.t_ref_ms = 3.0;
    neuron.v_init_mV = -63.0;
    neuron.v_th_mV = -54.0;
    list[3].neuron = neuron;
    list[3].background = BackgroundParameters{0.6, 0.15};
    list[4].background = BackgroundParameters{1.2, 0.0};
    e.populations = Populations(list);
    constexpr bool plastic = true;
    e.given_projections = std::vector<Projection>{
        {1, 1, plastic, 0, 0.4},    {1, 3, plastic, 0, 0.2},     {3, 1, plastic, 0, 0.25},
        {3, 3, plastic, 0, 0.4},    {1, 0, !plastic, 2.0, 0.3},  {0, 1, !plastic, -4.0, 0.4},
        {3, 2, !plastic, 1.5, 0.3}, {2, 3, !plastic, -3.0, 0.2}, {1, 4, !plastic, 1.0, 0.4},
        {3, 4, !plastic, 1.0, 0.4}, {4, 1, !plastic, -2.0, 0.2}, {4, 3, !plastic, -2.0, 0.2},
        {4, 4, !plastic, -1.0, 0.5}};
    // Stimulated neurons of both regions.
    Group assembly{"assembly", {}};
    for (NeuronId id = 9; id < 19; ++id) assembly.ids.push_back(id);
    for (NeuronId id = 40; id < 47; ++id) assembly.ids.push_back(id);
    e.groups = {assembly, group_of("recalled", 40, 5)};
    return e;
}

class PopulationsOnEach : public OnEachExecutor {};

TEST_P(PopulationsOnEach, TwoRegionsEqualTheOracle) {
    compare_with_oracle(two_regions(), executor(), {500, 50});
}

TEST_P(PopulationsOnEach, OnlyExcitatoryOnes) {
    Experiment e = two_regions();
    std::vector<Population> list{population("a", PopulationKind::excitatory, 20),
                                 population("b", PopulationKind::excitatory, 10)};
    e.populations = Populations(list);
    e.given_projections = std::vector<Projection>{{0, 0, true, 0, 0.5}, {0, 1, false, 1.0, 0.5}};
    e.groups = {group_of("assembly", 2, 14), group_of("recalled", 4, 4)};
    compare_with_oracle(e, executor(), {300, 20});
}

TEST_P(PopulationsOnEach, OnlyInhibitoryOnes) {
    Experiment e = two_regions();
    std::vector<Population> list{population("a", PopulationKind::inhibitory, 20),
                                 population("b", PopulationKind::inhibitory, 10)};
    e.populations = Populations(list);
    e.given_projections = std::vector<Projection>{{0, 0, false, -1.0, 0.5}, {0, 1, false, -1, 0.5}};
    e.groups = {group_of("assembly", 2, 14), group_of("recalled", 4, 4)};
    compare_with_oracle(e, executor(), {100, 0});
}

ENGRAM_ON_EACH_EXECUTOR(PopulationsOnEach);

}  // namespace
}  // namespace engram::test
