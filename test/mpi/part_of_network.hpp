// SPDX-License-Identifier: Apache-2.0
// What one rank holds against the same of the whole network.
#pragma once

#include "base/collective.hpp"
#include "simulation/complete_run.hpp"

namespace engram::test {

// Protein of the local neurons, all pools of it, against that of the whole network.
inline void expect_part_of(const std::vector<double>& part, const Network& local,
                           const std::vector<double>& whole, const Network& all) {
    std::vector<double> expected;
    const std::size_t n_pools = whole.size() / all.n_local();
    for (std::size_t pool = 0; pool < n_pools; ++pool)
        for (const NeuronId id : local.global_ids())
            expected.push_back(whole.at(pool * all.n_local() + id));
    expect_same_bits(part, expected, "protein");
}

// Local weights of a snapshot against those of the whole network.
inline void expect_part_of(const Snapshot& part, const Network& local, const Snapshot& whole,
                           const Network& all) {
    EXPECT_EQ(part.step, whole.step);
    std::vector<double> h_mV;
    std::vector<double> z;
    for (NeuronId pre = 0; pre < local.plastic().n_sources(); ++pre)
        for (const std::uint32_t target : local.plastic().row(pre)) {
            const NeuronId post = local.global_id(target);
            const SynapseIndex k = all.plastic().find(pre, all.partition().local_index(post));
            ASSERT_LT(k, all.plastic().size());
            h_mV.push_back(whole.h_mV[k]);
            z.push_back(whole.z[k]);
        }
    expect_part_of(part.protein, local, whole.protein, all);
    expect_same_bits(part.h_mV, h_mV, "h");
    expect_same_bits(part.z, z, "z");
}

//! Runs the experiment on one rank and on all; fails the test unless they are equal to the last
//! bit.
inline void expect_ranks_equal_one(const Experiment& e, const ExecutorFactory& factory,
                                   std::size_t at_least_spikes) {
    const CompleteRun alone(e, factory);
    Simulation simulation(e, MPI_COMM_WORLD, factory);
    MemorySink sink;
    ProgressListener progress;
    simulation.run(sink, progress);

    std::uint64_t n_synapses = simulation.network().plastic().size();
    MPI_Allreduce(MPI_IN_PLACE, &n_synapses, 1, MPI_UINT64_T, MPI_SUM, MPI_COMM_WORLD);
    EXPECT_EQ(n_synapses, alone.simulation.network().plastic().size());
    ASSERT_EQ(sink.snapshots.size(), alone.sink.snapshots.size());
    for (std::size_t i = 0; i < sink.snapshots.size(); ++i)
        expect_part_of(sink.snapshots[i], simulation.network(), alone.sink.snapshots[i],
                       alone.simulation.network());
    expect_part_of(simulation.executor().protein(), simulation.network(),
                   alone.simulation.executor().protein(), alone.simulation.network());
    if (rank_of(MPI_COMM_WORLD) != 0) return;
    EXPECT_GE(sink.spikes.size(), at_least_spikes);
    EXPECT_EQ(sink.spikes, alone.sink.spikes);
    expect_same_bits(sink.rows, alone.sink.rows, "trace");
}

}  // namespace engram::test
