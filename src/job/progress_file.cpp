// SPDX-License-Identifier: Apache-2.0
#include "job/progress_file.hpp"

#include <filesystem>
#include <fstream>

#include "base/durable.hpp"
#include "base/errors.hpp"
#include "base/file_descriptor.hpp"

namespace engram::job {

namespace {

constexpr std::chrono::seconds interval{1};

double unix_time_s() {
    return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch())
        .count();
}

}  // namespace

StatusFile::StatusFile(std::string path, int n_ranks)
    : path_(std::move(path)),
      n_ranks_(n_ranks),
      started_unix_s_(unix_time_s()),
      last_write_(Clock::now() - interval) {}

bool StatusFile::is_due() const {
    return Clock::now() - last_write_ >= interval;
}

void StatusFile::write(nlohmann::json status) {
    last_write_ = Clock::now();
    status["ranks"] = n_ranks_;
    status["started_unix_s"] = started_unix_s_;
    status["updated_unix_s"] = unix_time_s();
    // Not made durable: what survives a crash of the machine does not matter here.
    const std::string temporary = temporary_path(path_);
    const std::string text = status.dump(2) + '\n';
    try {
        FileDescriptor::create(temporary, "create the file").write_at(0, text.data(), text.size());
    } catch (const FileError&) {
        return;  // nothing depends on it
    }
    std::error_code ignored;
    std::filesystem::rename(temporary, path_, ignored);
}

void remove_stale_progress(const std::string& path) {
    std::error_code ignored;
    std::filesystem::remove(temporary_path(path), ignored);
    // What is no file may never end.
    if (!std::filesystem::is_regular_file(std::filesystem::symlink_status(path, ignored))) return;
    std::string begin(std::size_t{1} << 16, '\0');
    std::ifstream(path).read(begin.data(), static_cast<std::streamsize>(begin.size()));
    if (begin.find("\n  \"state\": \"complete\"") != std::string::npos) return;
    std::filesystem::remove(path, ignored);
}

nlohmann::json progress_json(const ProgressReport& report, const Schedule& schedule,
                             const Experiment& experiment) {
    const bool spiking = report.phase.kind == PhaseKind::spiking;
    return {{"schedule", schedule.name},
            {"phase",
             {{"index", report.phase_index},
              {"count", schedule.phases.size()},
              {"name", report.phase.label},
              {"kind", spiking ? "spiking" : "consolidation"}}},
            {"simulated_s", report.simulated_s},
            {"duration_s", experiment.duration_s},
            {"fraction", report.fraction},
            {"realtime_factor", report.real_time_factor},
            {"rate_exc_Hz", report.rate_exc_Hz},
            {"rate_inh_Hz", report.rate_inh_Hz},
            {"eta_s", report.eta_s}};
}

ProgressFile::ProgressFile(const std::string& path, const Experiment& experiment,
                           const Schedule& schedule, int n_ranks)
    : experiment_(experiment),
      schedule_(schedule),
      meter_(experiment, schedule),
      file_(path, n_ranks) {}

void ProgressFile::phase_begins(const Phase& phase, Step step) {
    meter_.begin_phase(phase, step);
    if (file_.is_due()) write("running");
}

void ProgressFile::epoch_done(Step step, std::size_t n_exc_spikes, std::size_t n_inh_spikes) {
    meter_.add_epoch(step, n_exc_spikes, n_inh_spikes);
    if (file_.is_due()) write("running");
}

void ProgressFile::phase_ends(const Phase& phase, double wall_s) {
    meter_.end_phase(phase, wall_s);
}

void ProgressFile::checkpoint_saved(const std::string& file, double simulated_s) {
    checkpoint_ = {{"file", std::filesystem::path(file).filename().string()},
                   {"simulated_s", simulated_s}};
}

void ProgressFile::finish(const std::string& state) {
    write(state);
}

void ProgressFile::write(const std::string& state) {
    nlohmann::json status = progress_json(meter_.report(), schedule_, experiment_);
    status["state"] = state;
    status["checkpoint"] = checkpoint_;
    file_.write(std::move(status));
}

}  // namespace engram::job
