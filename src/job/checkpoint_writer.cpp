// SPDX-License-Identifier: Apache-2.0
#include "job/checkpoint_writer.hpp"

#include <filesystem>

#include "base/collective.hpp"
#include "base/messages.hpp"
#include "base/step_time.hpp"
#include "experiment/configuration.hpp"
#include "io/checkpoint_directory.hpp"
#include "job/stop_signal.hpp"

namespace engram::job {

CheckpointWriter::CheckpointWriter(const Experiment& experiment, const Network& network,
                                   ResultFiles& files, Step start, const RunContext& context)
    : experiment_(experiment),
      network_(network),
      files_(files),
      context_(context),
      rank_(rank_of(context.communicator)),
      configuration_(resolved_configuration(experiment)),
      last_step_(start),
      interval_steps_(experiment.steps_from_s(experiment.checkpoint.every_simulated_s)) {
    on_root(context_.communicator, [&] {
        remove_unfinished_checkpoints(files.directory());
        for (const std::string& path : set_aside_checkpoints_behind(files.directory(), start))
            if (!context_.quiet) notice("kept, but not used any more: {}", path);
        marks_.emplace(files.directory().mark_log(), start, experiment.record.n_recordings());
    });
}

std::uint32_t CheckpointWriter::requests(Step step) {
    context_.watch.moved();
    std::uint32_t wanted =
        stop_is_requested() || stop_condition_() ? request_stop | request_checkpoint : 0;
    if (rank_ != 0) return wanted;
    const double minutes = std::chrono::duration<double>(Clock::now() - last_save_).count() / 60.0;
    const double every_min = experiment_.checkpoint.every_wall_min;
    if (every_min > 0.0 && minutes >= every_min) wanted |= request_checkpoint;
    if (interval_steps_ > 0 && step - last_step_ >= interval_steps_) wanted |= request_checkpoint;
    return wanted;
}

void CheckpointWriter::save(const RunPosition& position, const SharedState& shared,
                            const LocalState& local) {
    const CommunicationWatch::LongStep writing(context_.watch);
    const auto start = Clock::now();
    const std::string path = checkpoint_path(files_.directory(), position.step);
    CheckpointHeader header;
    header.position = position;
    header.configuration = configuration_;
    on_root(context_.communicator, [&] {
        context_.claim.require();
        header.recordings = files_.flush();
        marks_->append({position.step, header.recordings.spikes, header.recordings.traces});
    });
    if (!order_) order_.emplace(network_, context_.communicator);
    write_checkpoint(path, header, shared, local, network_, *order_, context_.communicator);
    last_save_ = Clock::now();
    last_step_ = position.step;
    if (rank_ != 0) return;
    remove_old_checkpoints(files_.directory(), experiment_.checkpoint.keep);
    const double simulated_s = step_time_ms(position.step, experiment_.dt_ms) / 1000.0;
    listener_(path, simulated_s);
    if (context_.quiet) return;
    std::error_code ignored;
    const double size_MB = static_cast<double>(std::filesystem::file_size(path, ignored)) / 1e6;
    notice("checkpoint at {:.10g} s: {:.1f} MB in {:.2f} s", simulated_s, size_MB,
           std::chrono::duration<double>(last_save_ - start).count());
}

}  // namespace engram::job
