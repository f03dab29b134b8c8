// A run on several ranks against the same on one: equal to the last bit.
#include <gtest/gtest.h>

#include "base/collective.hpp"
#include "mpi/part_of_network.hpp"
#include "simulation/complete_run.hpp"
#include "simulation/executors.hpp"
#include "simulation/small_networks.hpp"

namespace engram::test {
namespace {

Experiment recorded_learning_network() {
    Experiment e = noisy_learning_network();
    e.duration_s = 0.7;
    e.record.neurons = {49, 0, 12, 40, 5, 39};
    e.record.synapses = plastic_synapses(e);
    e.record.every_steps = 7;
    e.record.snapshots_s = {0.1246, 0.3438};
    return e;
}

class SeveralRanks : public OnEachExecutor {};

TEST_P(SeveralRanks, EqualOne) {
    const Experiment e = recorded_learning_network();
    const CompleteRun alone(e, executor());
    Simulation simulation(e, MPI_COMM_WORLD, executor());
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
    const std::vector<double> protein = simulation.executor().protein();
    for (std::uint32_t j = 0; j < protein.size(); ++j)
        EXPECT_EQ(protein[j],
                  alone.simulation.executor().protein()[simulation.network().global_id(j)]);
    if (rank_of(MPI_COMM_WORLD) != 0) return;
    EXPECT_GT(sink.spikes.size(), 500u);
    EXPECT_EQ(sink.spikes, alone.sink.spikes);
    expect_same_bits(sink.rows, alone.sink.rows, "trace");
}

ENGRAM_ON_EACH_EXECUTOR(SeveralRanks);

}  // namespace
}  // namespace engram::test
