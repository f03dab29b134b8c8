// SPDX-License-Identifier: Apache-2.0
// Decides when a run is checkpointed, and keeps its checkpoints in the output directory.
#pragma once

#include <mpi.h>

#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "io/mark_log.hpp"
#include "io/result_files.hpp"
#include "job/run_context.hpp"
#include "simulation/simulation_state.hpp"

namespace engram::job {

class CheckpointWriter : public CheckpointStore {
  public:
    //! All must outlive this.
    //! \param start  step at which this run begins or continues
    CheckpointWriter(const Experiment& experiment, const Network& network, ResultFiles& files,
                     Step start, const RunContext& context);

    //! Asked besides the signals whether the run shall stop.
    void also_stop_if(std::function<bool()> condition) { stop_condition_ = std::move(condition); }
    //! Told, on rank 0, of each complete checkpoint and its simulated time.
    void notify(std::function<void(const std::string& path, double simulated_s)> listener) {
        listener_ = std::move(listener);
    }

    std::uint32_t requests(Step step) override;
    void save(const RunPosition& position, const SharedState& shared,
              const LocalState& local) override;

  private:
    using Clock = std::chrono::steady_clock;

    const Experiment& experiment_;
    const Network& network_;
    ResultFiles& files_;
    const RunContext& context_;
    int rank_;
    std::string configuration_;
    std::function<bool()> stop_condition_ = [] { return false; };
    std::function<void(const std::string&, double)> listener_ = [](const std::string&, double) {};
    Clock::time_point last_save_ = Clock::now();
    Step last_step_;
    Step interval_steps_;
    std::optional<SynapseOrder> order_;  //!< once it is needed
    std::optional<MarkLog> marks_;       //!< rank 0
};

}  // namespace engram::job
