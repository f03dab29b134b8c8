// SPDX-License-Identifier: Apache-2.0
// What of a run is recorded: times of traces, whose spikes, snapshots at regular times.
#include <gtest/gtest.h>

#include "experiment/configuration.hpp"
#include "experiment/problems_of.hpp"

namespace engram::test {
namespace {

Recording recording_of(const std::string& record) {
    return parse_configuration(minimal + "record: " + record + "\n", "x.yaml").record;
}

TEST(RecordingKeys, RegularSnapshots) {
    EXPECT_EQ(recording_of("{snapshots_s: {every_s: 10}}").snapshots_s,
              (std::vector<double>{0, 10, 20, 30}));
    EXPECT_EQ(recording_of("{snapshots_s: {every_s: 0.1, from_s: 0.2, to_s: 0.55}}").snapshots_s,
              (std::vector<double>{0.2, 0.3, 0.4, 0.5}));
    EXPECT_EQ(recording_of("{snapshots_s: {every_s: 0.1}}").snapshots_s.size(), 301u);
    EXPECT_EQ(recording_of("{snapshots_s: {every_s: 7, from_s: 30}}").snapshots_s,
              (std::vector<double>{30}));
}

TEST(RecordingKeys, AreWrittenOut) {
    const Experiment e = parse_configuration(
        minimal + "record: {spikes: [], from_s: 1, to_s: 2, snapshots_s: {every_s: 15}}\n", "x");
    ASSERT_TRUE(e.record.spikes);
    EXPECT_EQ(e.record.spikes->size(), 0u);
    EXPECT_EQ(parse_configuration(resolved_configuration(e), "x").record, e.record);
    EXPECT_EQ(recording_of("{spikes: inh}").spikes, GroupNames("inh"));
    EXPECT_FALSE(recording_of("{spikes: null}").spikes);
}

TEST(RecordingKeys, ExportBlocksRecordNothing) {
    const Recording record = recording_of("{export_blocks: [[-1, 6], [6, 6], [1999, 0], [-1, 6]]}");
    EXPECT_EQ(record.export_blocks,
              (std::vector<ExportBlock>{{std::nullopt, 6}, {6, 6}, {1999, 0}, {std::nullopt, 6}}));
    EXPECT_TRUE(record.neurons.empty() && record.synapses.empty());
    for (const char* wrong : {"[-2, 6]", "[0, 2000]", "[6]", "6", "[a, 6]"})
        EXPECT_EQ(problems_of(minimal + "record: {export_blocks: [" + wrong + "]}\n"),
                  "configs/x.yaml:2: record.export_blocks[0]: must be a pair [pre, neuron] of ids "
                  "in [0, 1999], with pre -1 for no synapse")
            << wrong;
}

TEST(RecordingKeys, NamedRecordings) {
    const std::string text =
        "{neurons: [3], recordings: {fast: {neurons: [1, 0], variables: V_mV, every_steps: 1, "
        "from_s: 2, to_s: 3}, slow: {synapses_between: [{from: exc, to: exc}], every_steps: 500, "
        "variables: [h_mV, z]}}}";
    const Recording record = recording_of(text);
    EXPECT_EQ(record.neurons, (std::vector<NeuronId>{3}));
    ASSERT_EQ(record.n_recordings(), 3u);
    const TraceRecording& fast = record.recording(1);
    EXPECT_EQ(fast.name, "fast");
    EXPECT_EQ(fast.neurons, (std::vector<NeuronId>{1, 0}));
    EXPECT_EQ(fast.variables, (std::vector<std::string>{"V_mV"}));
    EXPECT_EQ(fast.every_steps, 1);
    EXPECT_EQ(fast.from_s, 2);
    EXPECT_EQ(fast.to_s, 3);
    const TraceRecording& slow = record.recording(2);
    EXPECT_EQ(slow.variables, (std::vector<std::string>{"h_mV", "z"}));
    EXPECT_EQ(slow.every_steps, 500);
    EXPECT_EQ(slow.selections.size(), 1u);
    EXPECT_FALSE(slow.to_s);

    const Experiment e = parse_configuration(minimal + "record: " + text + "\n", "x");
    Recording written = parse_configuration(resolved_configuration(e), "x").record;
    // Groups are looked up in a network first.
    written.named[1].selections = e.record.named[1].selections;
    EXPECT_EQ(written, e.record);
}

TEST(RecordingKeys, NonsenseIsRefused) {
    const auto expect = [](const std::string& record, const std::string& problem) {
        const std::string found = problems_of(minimal + "record: " + record + "\n");
        EXPECT_NE(found.find(problem), std::string::npos) << record << ": " << found;
    };
    expect("{snapshots_s: {every_s: 0}}", "record.snapshots_s.every_s: must be");
    expect("{snapshots_s: {from_s: 1}}", "record.snapshots_s.every_s");
    expect("{snapshots_s: {every_s: 1, of: 2}}", "record.snapshots_s.of: unknown key");
    expect("{snapshots_s: {every_s: 0.0002}}", "stands for 150001 snapshots; at most 100000");
    expect("{snapshots_s: {every_s: 1, from_s: 31}}", "has no times from 31 s to 30 s");
    expect("{snapshots_s: {every_s: 0.00031}}", "multiple of simulation.dt_ms");
    expect("{from_s: 30}", "record.from_s: must be less than simulation.duration_s = 30 s");
    expect("{from_s: 0.0001}", "record.from_s");
    expect("{from_s: 2, to_s: 1}", "record.to_s: must be at least record.from_s = 2 s (is 1)");
    expect("{spikes: [inh, nobody]}", "record.spikes[1]: there is no group 'nobody'");
    const auto expect_named = [&](const std::string& recording, const std::string& problem) {
        expect("{recordings: {a: " + recording + "}}", problem);
    };
    expect_named("{every_steps: 5}", "record.recordings.a: records nothing; name neurons");
    expect_named("{neurons: []}", "");
    expect_named("{neurons: [1], every: 5}", "record.recordings.a.every: unknown key");
    expect_named("{neurons: [1, 1]}", "record.recordings.a.neurons[1]: lists neuron 1 again");
    expect_named("{neurons: [1], from_s: 3, to_s: 2}",
                 "record.recordings.a.to_s: must be at least record.recordings.a.from_s = 3 s");
    expect_named("{neurons: [1], to_s: 0.00031}", "record.recordings.a.to_s");
    expect_named("{neurons: [1], variables: []}", "record.recordings.a.variables");
    expect("{recordings: {a b: {neurons: [1]}}}", "record.recordings.a b");
    expect("{recordings: [1]}", "record.recordings: must be");
    expect("{variables: [V_mV]}", "record.variables: unknown key");
    expect("{spikes: {}}", "record.spikes: must be a name, or a list of names");
}

}  // namespace
}  // namespace engram::test
