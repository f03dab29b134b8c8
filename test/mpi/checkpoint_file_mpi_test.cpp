// SPDX-License-Identifier: Apache-2.0
// Checkpoints that are written and read by different numbers of ranks: the run that goes on from
// one ends as if it had never been interrupted, to the last bit.
#include "io/checkpoint_file.hpp"

#include <gtest/gtest.h>

#include "base/collective.hpp"
#include "base/temporary_directory.hpp"
#include "cpu/cpu_executor.hpp"
#include "mpi/part_of_network.hpp"
#include "simulation/small_networks.hpp"

namespace engram::test {
namespace {

// Stops a run at a step, with its state in a file.
class FileCheckpoint : public CheckpointStore {
  public:
    FileCheckpoint(std::string path, Step stop_step, const Network& network, MPI_Comm communicator)
        : path_(std::move(path)),
          stop_step_(stop_step),
          network_(network),
          order_(network, communicator),
          communicator_(communicator) {}

    std::uint32_t requests(Step step) override { return step >= stop_step_ ? request_stop : 0u; }
    void save(const RunPosition& position, const SharedState& shared,
              const LocalState& local) override {
        CheckpointHeader header;
        header.position = position;
        header.configuration = "configuration";
        write_checkpoint(path_, header, shared, local, network_, order_, communicator_);
    }

  private:
    std::string path_;
    Step stop_step_;
    const Network& network_;
    SynapseOrder order_;
    MPI_Comm communicator_;
};

class CheckpointFileOnRanks : public testing::Test {
  protected:
    CheckpointFileOnRanks() {
        experiment_.record.snapshots_s.clear();
        // Rank 0's, on all ranks.
        path_ = broadcast_text(directory_.file("checkpoint.h5"), MPI_COMM_WORLD);
    }

    void run_until(double time_s, MPI_Comm communicator, const std::string& path,
                   MemorySink& sink) const {
        Simulation simulation(experiment_, communicator, make_cpu_executor);
        FileCheckpoint checkpoint(path, experiment_.steps_from_s(time_s), simulation.network(),
                                  communicator);
        EXPECT_EQ(simulation.run(sink, progress_, &checkpoint), RunOutcome::stopped);
    }

    void run_rest(Simulation& simulation, MPI_Comm communicator, MemorySink& sink) const {
        const CheckpointHeader header = read_checkpoint_header(path_, communicator);
        const LocalState local = simulation.begin_restore(header.position);
        SharedState shared = read_checkpoint_state(path_, header.checksums, local,
                                                   simulation.network(), communicator);
        simulation.finish_restore(header.position, std::move(shared));
        EXPECT_EQ(simulation.run(sink, progress_), RunOutcome::completed);
    }

    Experiment experiment_ = learning_and_recall();
    TemporaryDirectory directory_;
    std::string path_;
    mutable ProgressListener progress_;
};

// While a pulse is on, and between two.
TEST_F(CheckpointFileOnRanks, OfAllGoesOnOnOne) {
    const CompleteRun uninterrupted(experiment_);
    for (const double time_s : {0.15, 0.252}) {
        SCOPED_TRACE(time_s);
        MemorySink sink;
        run_until(time_s, MPI_COMM_WORLD, path_, sink);
        Simulation simulation(experiment_, MPI_COMM_SELF, make_cpu_executor);
        run_rest(simulation, MPI_COMM_SELF, sink);
        MPI_Barrier(MPI_COMM_WORLD);  // all have read the file
        expect_same_bits(sink.snapshots.back().h_mV, uninterrupted.sink.snapshots.back().h_mV, "h");
        expect_same_bits(sink.snapshots.back().z, uninterrupted.sink.snapshots.back().z, "z");
        // The others have not seen what came before.
        if (rank_of(MPI_COMM_WORLD) == 0) expect_same_results(sink, uninterrupted.sink);
    }
}

// In recall, after a consolidation.
TEST_F(CheckpointFileOnRanks, OfOneGoesOnOnAll) {
    const CompleteRun uninterrupted(experiment_);
    for (const double time_s : {17.05, 17.2}) {
        SCOPED_TRACE(time_s);
        MemorySink sink;
        run_until(time_s, MPI_COMM_SELF, directory_.file("checkpoint.h5"), sink);
        Simulation simulation(experiment_, MPI_COMM_WORLD, make_cpu_executor);
        run_rest(simulation, MPI_COMM_WORLD, sink);
        expect_part_of(sink.snapshots.back(), simulation.network(),
                       uninterrupted.sink.snapshots.back(), uninterrupted.simulation.network());
        if (rank_of(MPI_COMM_WORLD) != 0) continue;
        EXPECT_EQ(sink.spikes, uninterrupted.sink.spikes);
        expect_same_bits(sink.rows, uninterrupted.sink.rows, "trace");
    }
}

}  // namespace
}  // namespace engram::test
