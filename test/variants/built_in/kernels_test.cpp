// SPDX-License-Identifier: Apache-2.0
// Kernels of the variants, run over host memory, against the processor: equal to the last bit, in
// whatever order items and lanes are done.
#include <gtest/gtest.h>

#include "device/device_neurons.hpp"
#include "device/executor_cases.hpp"
#include "device/kernels_on_host.hpp"
#include "simulation/complete_run.hpp"
#include "simulation/executors.hpp"
#include "simulation/memory_checkpoint.hpp"
#include "variants/variant_networks.hpp"

namespace engram::test {
namespace {

using device::HostDevice;

static_assert(device::BuiltInDeviceNeurons::most_sites == 2);

Experiment gated_and_two_sites() {
    Experiment e = two_site_network();
    e.synapses.gamma_p = GatedEarlyPhase::tell_tale_gamma_p;
    return e;
}

class VariantKernels : public testing::TestWithParam<ExecutorCase> {};

TEST_P(VariantKernels, EqualTheProcessor) {
    expect_equal_to_processor(GetParam(), kernels_on_host());
    expect_equal_to_processor(GetParam(), kernels_on_host(5, HostDevice::Order::backward));
}

TEST_P(VariantKernels, OnSeveralThreads) {
    ExecutorCase shorter = GetParam();
    shorter.experiment.duration_s = 0.2;
    shorter.experiment.record.snapshots_s.resize(1);
    shorter.experiment.stimuli.resize(1);
    expect_equal_to_processor(shorter, kernels_on_host(5, HostDevice::Order::forward, 3));
}

TEST_P(VariantKernels, GoOnFromACheckpointOfEither) {
    const Experiment& e = GetParam().experiment;
    const CompleteRun uninterrupted(e);
    for (const auto& [from, to] :
         {std::pair{processor(), kernels()}, std::pair{kernels(), processor()}}) {
        MemorySink sink;
        run_rest(run_until(0.15, e, from.make, sink), e, to.make, sink);
        expect_same_results(sink, uninterrupted.sink);
    }
}

INSTANTIATE_TEST_SUITE_P(Cases, VariantKernels,
                         testing::Values(ExecutorCase{"Gated", gated_network(), 1000},
                                         ExecutorCase{"TwoSites", two_site_network(), 1000},
                                         ExecutorCase{"GatedAndTwoSites", gated_and_two_sites(),
                                                      1000}),
                         [](const auto& info) { return info.param.name; });

// Else what is built in here might be what is always built in.
TEST(VariantsBuiltIn, AreChosenByTheParameters) {
    const Experiment gated = gated_network();
    Experiment published = gated;
    published.synapses.gamma_p += 1e-9;
    for (const NamedExecutor& executor : {processor(), kernels()})
        EXPECT_NE(CompleteRun(gated, executor.make).sink.snapshots.back().h_mV,
                  CompleteRun(published, executor.make).sink.snapshots.back().h_mV)
            << executor.name;
}

// What ranks save they write together, so a rank without neurons of a mechanism saves as others do.
TEST(VariantsOnRanks, AllSaveTheSameParts) {
    const Experiment e = one_two_site_neuron();
    const Partition partition(e.populations.size(), 3);
    std::size_t n_without = 0;
    for (const NamedExecutor& executor : {processor(), kernels()}) {
        std::vector<std::vector<std::string>> names(3);
        for (int rank = 0; rank < 3; ++rank) {
            const Network network(e, *make_wiring(e), partition, rank);
            n_without += network.local_range(1).size() == 0;
            const auto part = executor.make(e, network, MPI_COMM_SELF);
            part->begin_phase(0);
            for (const NamedValues& values : part->local_state(0, true).by_neuron) {
                names[rank].push_back(values.name);
                EXPECT_EQ(values.values.size(), network.n_local()) << values.name;
            }
        }
        EXPECT_EQ(std::ranges::count(names[0], "soma_mV"), 1) << executor.name;
        EXPECT_EQ(names[1], names[0]) << executor.name;
        EXPECT_EQ(names[2], names[0]) << executor.name;
    }
    EXPECT_EQ(n_without, 4u);
}

}  // namespace
}  // namespace engram::test
