// SPDX-License-Identifier: Apache-2.0
// A run that is saved, stopped and restored ends as if it had never been interrupted, to the last
// bit.
#include <gtest/gtest.h>

#include <map>
#include <ostream>
#include <string>

#include "simulation/complete_run.hpp"
#include "simulation/executors.hpp"
#include "simulation/memory_checkpoint.hpp"
#include "simulation/small_networks.hpp"

namespace engram::test {
namespace {

struct Moment {
    const char* name;
    double time_s;
    PhaseKind kind;
    bool within_phase;
};
const Moment moments[] = {
    {"LearningPulseOn", 0.15, PhaseKind::spiking, true},
    {"BetweenPulses", 0.252, PhaseKind::spiking, true},
    {"EndOfLearning", 5.4, PhaseKind::consolidation, false},
    {"WithinConsolidation", 6.0, PhaseKind::consolidation, true},
    {"EndOfConsolidation", 12.0, PhaseKind::spiking, false},
    {"RecallPulseOn", 17.05, PhaseKind::spiking, true},
    {"AfterRecallPulse", 17.2, PhaseKind::spiking, true},
};

bool same_results(const MemorySink& a, const MemorySink& b) {
    return a.spikes == b.spikes && a.rows == b.rows &&
           a.snapshots.back().h_mV == b.snapshots.back().h_mV &&
           a.snapshots.back().z == b.snapshots.back().z;
}

struct Route {
    Moment moment;
    NamedExecutor from;
    NamedExecutor to;
};
std::string name_of(const Route& route) {
    const std::string from = route.from.name;
    const std::string to = route.to.name;
    return std::string(route.moment.name) + "_" + (from == to ? from : from + "To" + to);
}
void PrintTo(const Route& route, std::ostream* stream) {
    *stream << name_of(route);
}
std::string test_name(const testing::TestParamInfo<Route>& info) {
    return name_of(info.param);
}
std::vector<Route> routes(const NamedExecutor& from, const NamedExecutor& to) {
    std::vector<Route> result;
    for (const Moment& moment : moments) result.push_back({moment, from, to});
    return result;
}

class Checkpoint : public testing::TestWithParam<Route> {
  protected:
    // The same for all moments.
    static const MemorySink& uninterrupted(const NamedExecutor& executor) {
        static std::map<std::string, MemorySink> sinks;
        const auto [sink, absent] = sinks.try_emplace(executor.name);
        if (absent) sink->second = CompleteRun(learning_and_recall(), executor.make).sink;
        return sink->second;
    }
};

TEST_P(Checkpoint, RestoredRunEndsAsTheUninterruptedOne) {
    const auto& [moment, from, to] = GetParam();
    const Experiment e = learning_and_recall();
    MemorySink sink;
    const MemoryCheckpoint checkpoint = run_until(moment.time_s, e, from.make, sink);
    const RunPosition& position = checkpoint.position();
    const Phase phase = make_schedule(e).phases.at(position.phase_index);
    EXPECT_EQ(phase.kind, moment.kind);
    EXPECT_EQ(position.within_phase, moment.within_phase);
    EXPECT_NEAR(static_cast<double>(position.step) * e.dt_ms / 1000.0, moment.time_s,
                moment.kind == PhaseKind::consolidation ? 6.0 : 0.015);
    run_rest(checkpoint, e, to.make, sink);
    expect_same_results(sink, uninterrupted(from));
}

INSTANTIATE_TEST_SUITE_P(Processor, Checkpoint, testing::ValuesIn(routes(processor(), processor())),
                         test_name);
INSTANTIATE_TEST_SUITE_P(Kernels, Checkpoint, testing::ValuesIn(routes(kernels(), kernels())),
                         test_name);
INSTANTIATE_TEST_SUITE_P(AcrossFromProcessor, Checkpoint,
                         testing::ValuesIn(routes(processor(), kernels())), test_name);
INSTANTIATE_TEST_SUITE_P(AcrossFromKernels, Checkpoint,
                         testing::ValuesIn(routes(kernels(), processor())), test_name);

// Else the test above would not notice a part that is not restored.
TEST(CheckpointParts, EachMatters) {
    const Experiment e = learning_and_recall();
    MemorySink begun;
    const MemoryCheckpoint checkpoint = run_until(17.05, e, processor().make, begun);
    const auto rest_without = [&](const std::string& part) {
        MemorySink sink;
        run_rest(checkpoint, e, processor().make, sink, part);
        return sink;
    };
    const MemorySink complete = rest_without("");
    const auto names = checkpoint.part_names();
    EXPECT_EQ(names.size(), 15u);
    for (const std::string& name : names)
        EXPECT_FALSE(same_results(rest_without(name), complete)) << name;
}

}  // namespace
}  // namespace engram::test
