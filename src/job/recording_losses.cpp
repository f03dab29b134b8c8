// SPDX-License-Identifier: Apache-2.0
#include "job/recording_losses.hpp"

#include <fmt/format.h>

#include <vector>

#include "base/step_time.hpp"

namespace engram::job {
namespace {

constexpr std::size_t most_named = 8;

double time_s(Step step, const Experiment& experiment) {
    return step_time_ms(step, experiment.dt_ms) / 1000.0;
}

// Calls use(name, gap).
template <class Use>
void for_each_gap(const RecordingMarks& recordings, const Experiment& experiment, const Use& use) {
    for (const RecordGap& gap : recordings.spikes.gaps) use("spikes", gap);
    for (std::size_t i = 0; i < recordings.traces.size(); ++i) {
        const std::string& name = experiment.record.recording(i).name;
        for (const RecordGap& gap : recordings.traces[i].gaps)
            use(name.empty() ? "traces" : "traces of " + name, gap);
    }
}

}  // namespace

std::string losses_text(const RecordingMarks& recordings, const Experiment& experiment) {
    std::vector<std::string> losses;
    for_each_gap(recordings, experiment, [&](const std::string& name, const RecordGap& gap) {
        losses.push_back(fmt::format("{} from {:.10g} s to {:.10g} s", name,
                                     time_s(gap.begin, experiment), time_s(gap.end, experiment)));
    });
    for (const SnapshotMark& mark : recordings.snapshots)
        if (mark.lost)
            losses.push_back(
                fmt::format("the snapshot of {:.10g} s", time_s(mark.step, experiment)));
    std::string text;
    for (std::size_t i = 0; i < losses.size() && i < most_named; ++i)
        text += (i == 0 ? "" : ", ") + losses[i];
    if (losses.size() > most_named)
        text += fmt::format(", and {} more", losses.size() - most_named);
    return text;
}

void add_losses(nlohmann::json& summary, const RecordingMarks& recordings,
                const Experiment& experiment) {
    for_each_gap(recordings, experiment, [&](const std::string& name, const RecordGap& gap) {
        summary["recording_gaps"].push_back({{"recording", name},
                                             {"begin_s", time_s(gap.begin, experiment)},
                                             {"end_s", time_s(gap.end, experiment)}});
    });
    for (const SnapshotMark& mark : recordings.snapshots)
        if (mark.lost) summary["lost_snapshots_s"].push_back(time_s(mark.step, experiment));
}

}  // namespace engram::job
