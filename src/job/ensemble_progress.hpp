// SPDX-License-Identifier: Apache-2.0
// Progress of an ensemble on rank 0: lines on standard error, and progress.json.
#pragma once

#include <cstdint>
#include <memory>

#include "experiment/ensemble.hpp"
#include "job/ensemble_channel.hpp"
#include "job/progress_file.hpp"

namespace engram::job {

class EnsembleProgress : public ProgressListener {
  public:
    //! All must outlive this.
    //! \param n_finished  trials that were finished by earlier runs
    //! \param n_at_once   trials that all ranks run at the same time, if there are as many
    EnsembleProgress(const std::string& path, const Ensemble& ensemble, EnsembleChannel& channel,
                     std::uint64_t n_finished, std::uint64_t n_at_once, int n_ranks, bool quiet);

    //! Before each trial that rank 0 takes part in; if it runs several at once, those of one
    //! worker.
    void trial_begins(EnsembleItem item, const Experiment& experiment);
    //! Whenever there is nothing else to do.
    void update();
    //! \param state  "complete" or "stopped"
    void finish(const std::string& state);

    void phase_begins(const Phase& phase, Step step) override;
    void epoch_done(Step step, std::size_t n_exc_spikes, std::size_t n_inh_spikes) override;
    void phase_ends(const Phase& phase, double wall_s) override;

  private:
    using Clock = std::chrono::steady_clock;

    // The trial that rank 0 is running.
    struct Present {
        Present(EnsembleItem item, const Experiment& experiment)
            : item(item),
              experiment(experiment),
              schedule(make_schedule(experiment)),
              meter(this->experiment, schedule) {}
        EnsembleItem item;
        Experiment experiment;
        Schedule schedule;
        ProgressMeter meter;
    };

    std::uint64_t n_done() { return n_finished_ + channel_.n_done(); }
    double eta_s();
    void print();
    void write(const std::string& state);

    const Ensemble& ensemble_;
    EnsembleChannel& channel_;
    std::uint64_t n_finished_;
    std::uint64_t n_at_once_;
    bool quiet_;
    StatusFile file_;
    std::unique_ptr<Present> present_;
    Clock::time_point start_ = Clock::now();
    Clock::time_point last_print_ = start_;
};

}  // namespace engram::job
