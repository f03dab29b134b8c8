// SPDX-License-Identifier: Apache-2.0
// A run from its beginning to its end on one rank, and the comparison of two to the last bit.
#pragma once

#include <gtest/gtest.h>

#include <bit>
#include <cstdint>
#include <string>
#include <vector>

#include "cpu/cpu_executor.hpp"
#include "simulation/memory_sink.hpp"
#include "simulation/simulation.hpp"

namespace engram::test {

struct CompleteRun {
    //! \param begin_with  gives the simulation another state than rest
    explicit CompleteRun(const Experiment& experiment,
                         const ExecutorFactory& factory = make_cpu_executor,
                         void (*begin_with)(Simulation&) = nullptr)
        : simulation(experiment, MPI_COMM_SELF, factory) {
        if (begin_with != nullptr) begin_with(simulation);
        ProgressListener progress;
        simulation.run(sink, progress);
    }
    Simulation simulation;
    MemorySink sink;
};

inline void expect_same_bits(const std::vector<double>& a, const std::vector<double>& b,
                             const char* what) {
    ASSERT_EQ(a.size(), b.size()) << what;
    for (std::size_t i = 0; i < a.size(); ++i)
        ASSERT_EQ(std::bit_cast<std::uint64_t>(a[i]), std::bit_cast<std::uint64_t>(b[i]))
            << what << " " << i << ": " << a[i] << " and " << b[i];
}

inline void expect_same_results(const MemorySink& a, const MemorySink& b) {
    EXPECT_EQ(a.spikes, b.spikes);
    EXPECT_EQ(a.n_rows, b.n_rows);
    expect_same_bits(a.rows, b.rows, "trace");
    ASSERT_EQ(a.snapshots.size(), b.snapshots.size());
    for (std::size_t i = 0; i < a.snapshots.size(); ++i) {
        SCOPED_TRACE("snapshot " + std::to_string(i));
        EXPECT_EQ(a.snapshots[i].step, b.snapshots[i].step);
        expect_same_bits(a.snapshots[i].h_mV, b.snapshots[i].h_mV, "h");
        expect_same_bits(a.snapshots[i].z, b.snapshots[i].z, "z");
        expect_same_bits(a.snapshots[i].protein, b.snapshots[i].protein, "protein");
    }
}

}  // namespace engram::test
