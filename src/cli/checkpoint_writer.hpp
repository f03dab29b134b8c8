// Decides when a run is checkpointed, and keeps its checkpoints in the output directory.
#pragma once

#include <mpi.h>

#include <chrono>
#include <string>

#include "io/result_files.hpp"
#include "simulation/simulation_state.hpp"

namespace engram::cli {

class CheckpointWriter : public CheckpointStore {
  public:
    //! All must outlive this.
    //! \param start  step at which this run begins or continues
    //! \param start  step at which this run begins or continues
    CheckpointWriter(const Experiment& experiment, const Network& network, ResultFiles& files,
                     Step start, MPI_Comm communicator, bool quiet);

    std::uint32_t requests(Step step) override;
    void save(const RunPosition& position, const SharedState& shared,
              const LocalState& local) override;

  private:
    using Clock = std::chrono::steady_clock;

    const Experiment& experiment_;
    const Network& network_;
    ResultFiles& files_;
    MPI_Comm communicator_;
    int rank_;
    bool quiet_;
    std::string configuration_;
    Clock::time_point last_save_ = Clock::now();
    Step last_step_;
    Step interval_steps_;
};

}  // namespace engram::cli
