// SPDX-License-Identifier: Apache-2.0
// progress.json in the results directory: how far a run has come, for 'engram-watch' and scripts.
#pragma once

#include <mpi.h>

#include <chrono>
#include <nlohmann/json.hpp>
#include <string>

#include "job/progress_meter.hpp"

namespace engram::job {

// Replaces the file about once a second; readers never see half of one. It is a courtesy: what
// keeps it from being written does not disturb the run.
class StatusFile {
  public:
    StatusFile(std::string path, int n_ranks);

    bool is_due() const;
    //! \param status  state and whatever else is known
    void write(nlohmann::json status);

  private:
    using Clock = std::chrono::steady_clock;

    std::string path_;
    int n_ranks_;
    double started_unix_s_;
    Clock::time_point last_write_;
};

// The progress of a single run.
class ProgressFile : public ProgressListener {
  public:
    //! Experiment and schedule must outlive this.
    ProgressFile(const std::string& path, const Experiment& experiment, const Schedule& schedule,
                 int n_ranks);

    void phase_begins(const Phase& phase, Step step) override;
    void epoch_done(Step step, std::size_t n_exc_spikes, std::size_t n_inh_spikes) override;
    void phase_ends(const Phase& phase, double wall_s) override;
    void checkpoint_saved(const std::string& file, double simulated_s);
    //! \param state  "complete" or "stopped"
    void finish(const std::string& state);

  private:
    void write(const std::string& state);

    const Experiment& experiment_;
    const Schedule& schedule_;
    ProgressMeter meter_;
    StatusFile file_;
    nlohmann::json checkpoint_;  // null: none yet
};

//! Of a job that is complete, but was killed before it could say so: takes away what says
//! otherwise.
void remove_stale_progress(const std::string& path);

//! What a report says, as it is stored.
nlohmann::json progress_json(const ProgressReport& report, const Schedule& schedule,
                             const Experiment& experiment);

}  // namespace engram::job
