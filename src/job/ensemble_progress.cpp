// SPDX-License-Identifier: Apache-2.0
#include "job/ensemble_progress.hpp"

#include <algorithm>

#include "base/messages.hpp"
#include "job/progress_log.hpp"

namespace engram::job {

EnsembleProgress::EnsembleProgress(const std::string& path, const Ensemble& ensemble,
                                   EnsembleChannel& channel, std::uint64_t n_finished,
                                   std::uint64_t n_at_once, int n_ranks, bool quiet)
    : ensemble_(ensemble),
      channel_(channel),
      n_finished_(n_finished),
      n_at_once_(n_at_once),
      quiet_(quiet),
      file_(path, n_ranks) {}

void EnsembleProgress::trial_begins(EnsembleItem item, const Experiment& experiment) {
    present_ = std::make_unique<Present>(item, experiment);
    update();
}

void EnsembleProgress::update() {
    if (file_.is_due()) write("running");
    const double elapsed = std::chrono::duration<double>(Clock::now() - last_print_).count();
    if (!quiet_ && elapsed >= progress_interval_s()) print();
}

void EnsembleProgress::finish(const std::string& state) {
    present_.reset();
    write(state);
    if (!quiet_) print();
}

void EnsembleProgress::phase_begins(const Phase& phase, Step step) {
    present_->meter.begin_phase(phase, step);
}

void EnsembleProgress::epoch_done(Step step, std::size_t n_exc_spikes, std::size_t n_inh_spikes) {
    present_->meter.add_epoch(step, n_exc_spikes, n_inh_spikes);
    update();
}

void EnsembleProgress::phase_ends(const Phase& phase, double wall_s) {
    present_->meter.end_phase(phase, wall_s);
}

// From the mean time of the trials that this run has finished.
double EnsembleProgress::eta_s() {
    const double elapsed_s = std::chrono::duration<double>(Clock::now() - start_).count();
    const std::uint64_t done = n_done();
    const auto finished_here = static_cast<double>(done - n_finished_);
    if (finished_here == 0) return -1;
    return elapsed_s / finished_here * static_cast<double>(ensemble_.size() - done);
}

void EnsembleProgress::print() {
    last_print_ = Clock::now();
    const double eta = eta_s();
    notice("{} of {} trials done{}", n_done(), ensemble_.size(),
           eta > 0 ? ", ETA " + duration_text(eta) : "");
}

void EnsembleProgress::write(const std::string& state) {
    const std::uint64_t done = n_done();
    const std::uint64_t running =
        state == "running" ? std::min<std::uint64_t>(n_at_once_, ensemble_.size() - done) : 0;
    nlohmann::json status;
    if (present_) {
        status = progress_json(present_->meter.report(), present_->schedule, present_->experiment);
        status["trial"] = {{"point", present_->item.point}, {"trial", present_->item.trial}};
    }
    const double eta = eta_s();
    status["state"] = state;
    status["fraction"] = static_cast<double>(done) / static_cast<double>(ensemble_.size());
    status["eta_s"] = eta >= 0 ? nlohmann::json(eta) : nlohmann::json();
    status["trials"] = {{"done", done}, {"running", running}, {"total", ensemble_.size()}};
    status["checkpoint"] = nullptr;
    file_.write(std::move(status));
}

}  // namespace engram::job
