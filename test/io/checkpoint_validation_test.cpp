// SPDX-License-Identifier: Apache-2.0
#include "io/checkpoint_validation.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <nlohmann/json.hpp>

#include "base/temporary_directory.hpp"
#include "experiment/configuration.hpp"
#include "experiment/schedule.hpp"
#include "io/checkpoint_header.hpp"

namespace engram::test {
namespace {

using nlohmann::json;

const std::string path = "checkpoint-1.h5";

// Learning to step 31000, consolidation to 275500, recall to 302500; two snapshots.
const std::string configuration =
    "simulation: {duration_s: 60.5}\n"
    "populations: {n_exc: 40, n_inh: 10}\n"
    "groups: {assembly: {first: 0, count: 16}}\n"
    "stimuli:\n"
    "  learn: {scheme: TRIPLET, group: assembly, start_s: 0.1, n_inputs: 25, rate_Hz: 100}\n"
    "  recall: {scheme: ONEPULSE, group: assembly, start_s: 60.1, n_inputs: 25, rate_Hz: 100}\n"
    "record: {snapshots_s: [0.5, 30]}\n";

Experiment experiment() {
    return parse_configuration(configuration, "configuration");
}

// As it is after so many phases; within the next one at a step.
CheckpointHeader header_at(std::int64_t phase_index, Step step, bool within_phase) {
    const Schedule schedule = make_schedule(experiment());
    CheckpointHeader header;
    header.configuration = configuration;
    header.position.phase_index = phase_index;
    header.position.step = step;
    header.position.within_phase = within_phase;
    for (std::size_t i = 0; i < static_cast<std::size_t>(phase_index) + (within_phase ? 1 : 0); ++i)
        header.position.reports.push_back({schedule.phases.at(i), 1.5, {{"exc", 0}, {"inh", 0}}});
    if (step > 0 && !header.position.reports.empty()) {
        header.position.reports.front().spikes = {{"exc", 7}, {"inh", 2}};
        header.recordings.spikes.n_records = 9;
    }
    if (step > 2500) header.recordings.snapshots.push_back({2500, 11});
    if (phase_index > 1) header.recordings.snapshots.push_back({150000, 12});
    return header;
}

std::string problem_of(const CheckpointHeader& header) {
    return file_error([&] { validate_header(header, path); });
}

TEST(HeaderValidation, WhereARunIsSavedIsAccepted) {
    ASSERT_EQ(make_schedule(experiment()).phases.size(), 3u);
    ASSERT_EQ(make_schedule(experiment()).phases[1].begin, 31000);
    ASSERT_EQ(make_schedule(experiment()).phases[2].begin, 275500);
    for (const auto& [phase, step, within] : {std::tuple{0, 0, false},
                                              {0, 0, true},
                                              {0, 3000, true},
                                              {1, 31000, false},
                                              {1, 31000, true},
                                              {1, 200001, true},
                                              {1, 275500, true},
                                              {2, 275500, false},
                                              {2, 302425, true},
                                              {3, 302500, false}})
        EXPECT_EQ(problem_of(header_at(phase, step, within)), "") << phase << " " << step;
}

TEST(HeaderValidation, OtherPositionsAreRefused) {
    for (const auto& [phase, step, within] : {std::tuple{0, 1, false},
                                              {0, 3001, true},
                                              {0, 3015, true},
                                              {0, 31000, true},
                                              {1, 30999, true},
                                              {1, 275501, true},
                                              {1, 31005, false},
                                              {2, 302500, true},
                                              {3, 302500 - 15, false}}) {
        CheckpointHeader header = header_at(phase, 31000, within);
        header.position.step = step;
        expect_contains(problem_of(header), path + ": the header does not fit its configuration: ");
    }
    CheckpointHeader header = header_at(3, 302500, false);
    header.position.phase_index = 4;
    expect_contains(problem_of(header), "phase_index is 4, but there are 3 phases");
    header.position.phase_index = std::numeric_limits<std::int64_t>::max();
    expect_contains(problem_of(header), "phase_index is");
}

TEST(HeaderValidation, WhatTheRunHasDoneMustBeThatOfTheSchedule) {
    const auto refused = [](const auto& change, const std::string& problem) {
        CheckpointHeader header = header_at(2, 290050, true);
        change(header);
        expect_contains(problem_of(header), problem);
        expect_contains(problem_of(header), "use another checkpoint");
    };
    refused([](auto& h) { h.position.reports.clear(); }, "phases has 0 entries instead of 3");
    refused([](auto& h) { h.position.reports.pop_back(); }, "phases has 2 entries");
    refused([](auto& h) { h.position.reports[1].phase.end += 5; }, "phases[1] is not that");
    refused([](auto& h) { h.position.reports[0].phase.label = "recall"; }, "phases[0] is not that");
    refused([](auto& h) { h.position.reports[0].phase.kind = PhaseKind::consolidation; },
            "phases[0] is not that");
    refused([](auto& h) { h.position.reports[0].wall_s = -1; }, "wall_s is -1");
    refused([](auto& h) { h.position.reports[0].wall_s = 1e300; }, "wall_s is 1e+300");
    refused([](auto& h) { h.position.reports[0].wall_s = std::nan(""); }, "wall_s is nan");
    refused([](auto& h) { h.position.reports[0].spikes["other"] = 0; }, "'other', which is no");
    refused([](auto& h) { h.position.reports[0].spikes["exc"] = 40 * 31000 + 1; },
            "more than there can be");
    refused([](auto& h) { h.position.reports[1].spikes["exc"] = 1; }, "more than there can be");
    refused([](auto& h) { h.recordings.spikes.n_records = 8; }, "but the phases count 9");
    refused([](auto& h) { h.recordings.traces[0].n_records = std::uint64_t{1} << 61; },
            "more than there are steps");
    refused([](auto& h) { h.recordings.traces.emplace_back(); },
            "named_recordings are not those of the configuration");
    refused([](auto& h) { h.position.reference = 290051; }, "lies behind the state");
    refused([](auto& h) { h.recordings.snapshots.pop_back(); }, "snapshots are not those");
    refused([](auto& h) { h.recordings.snapshots[0].step = 2505; }, "snapshots are not those");
    refused([](auto& h) { h.recordings.snapshots.push_back({300000, 1}); }, "snapshots are not");
}

// Some of the recordings of which were lost.
CheckpointHeader header_with_gaps() {
    CheckpointHeader header = header_at(2, 290050, true);
    header.recordings.spikes.gaps = {{0, 500, 0, 3, 77}, {500, 1000, 4, 5, 78}};
    header.recordings.traces[0].n_records = 20;
    header.recordings.traces[0].gaps = {{290000, 290050, 19, 1, 79}};
    header.recordings.snapshots[1].lost = true;
    return header;
}

TEST(HeaderValidation, GapsAreThoseOfItsRecordings) {
    EXPECT_EQ(problem_of(header_with_gaps()), "");
    const auto refused = [](const auto& change) {
        CheckpointHeader header = header_with_gaps();
        change(header.recordings.spikes.gaps);
        expect_contains(problem_of(header), "recorded_spikes.gaps are not in order, or not of ");
    };
    refused([](auto& gaps) { std::swap(gaps[0], gaps[1]); });
    refused([](auto& gaps) { gaps[0].begin = -1; });
    refused([](auto& gaps) { gaps[0].end = gaps[0].begin; });
    refused([](auto& gaps) { gaps[0].end = 501; });
    refused([](auto& gaps) { gaps[1].end = 290052; });
    refused([](auto& gaps) { gaps[0].count = 5; });
    refused([](auto& gaps) { gaps[0].count = 0; });
    refused([](auto& gaps) { gaps[1].count = 6; });
    refused([](auto& gaps) { gaps[1].first = 10; });
    refused([](auto& gaps) { gaps[1].count = std::numeric_limits<std::uint64_t>::max(); });
    CheckpointHeader header = header_with_gaps();
    header.recordings.traces[0].gaps[0].first = 20;
    expect_contains(problem_of(header), "recorded_trace_rows.gaps are not in order");
}

TEST(HeaderValidation, TheReferenceOfAConsolidationIsItsBeginning) {
    CheckpointHeader header = header_at(1, 200000, true);
    header.position.reference = 31000;
    EXPECT_EQ(problem_of(header), "");
    header.position.reference = 31001;
    expect_contains(problem_of(header), "lies behind the state, step 31000");
}

TEST(HeaderValidation, TheConfigurationIsReadAsAnyOther) {
    CheckpointHeader header = header_at(0, 0, false);
    header.configuration = "simulation: {duration_s: -3}\n";
    EXPECT_THROW(validate_header(header, path), ConfigError);
    try {
        validate_header(header, path);
    } catch (const ConfigError& error) {
        EXPECT_EQ(error.problems().front().file, path);
    }
}

// The JSON of a header, to be changed.
json whole_header() {
    return json::parse(header_text(header_at(2, 290050, true)));
}

std::string problem_of_text(const std::string& text) {
    return file_error([&] { parse_header(text, path); });
}

TEST(CheckpointHeader, IsReadAsItWasWritten) {
    const CheckpointHeader header = header_at(2, 290050, true);
    EXPECT_EQ(header_text(parse_header(header_text(header), path)), header_text(header));
    const CheckpointHeader read = parse_header(header_text(header_with_gaps()), path);
    EXPECT_EQ(read.recordings.spikes, header_with_gaps().recordings.spikes);
    EXPECT_EQ(read.recordings.traces, header_with_gaps().recordings.traces);
    EXPECT_FALSE(read.recordings.snapshots[0].lost);
    EXPECT_TRUE(read.recordings.snapshots[1].lost);
}

// So that they are read as those of earlier programs, and by these.
TEST(CheckpointHeader, TellsOfNoGapsWhereThereAreNone) {
    const std::string text = header_text(header_at(2, 290050, true));
    EXPECT_EQ(text.find("gaps"), std::string::npos);
    EXPECT_EQ(text.find("lost"), std::string::npos);
}

TEST(CheckpointHeader, WithGapsOfOtherTypesIsRefused) {
    for (const char* key : {"begin", "end", "first", "count", "checksum"})
        for (const json& value : {json(), json(-1), json(1.5), json("x"), json::array()}) {
            json header = json::parse(header_text(header_with_gaps()));
            header["recorded_spikes"]["gaps"][1][key] = value;
            expect_contains(problem_of_text(header.dump()),
                            std::string("recorded_spikes.gaps[1].") + key + " must be");
        }
    json header = json::parse(header_text(header_with_gaps()));
    header["recorded_spikes"]["gaps"] = 5;
    expect_contains(problem_of_text(header.dump()), "recorded_spikes.gaps must be a list");
    header = whole_header();
    header["snapshots"][0]["lost"] = "no";
    expect_contains(problem_of_text(header.dump()), "snapshots[0].lost must be true or false");
}

TEST(CheckpointHeader, OfOtherTypesIsRefused) {
    for (const char* key :
         {"phase_index", "step", "within_phase", "reference_step", "phases", "recorded_spikes",
          "recorded_trace_rows", "snapshots", "checksums", "configuration"}) {
        for (const json& value : {json(), json(-1), json(1.5), json("x"), json::array({1}),
                                  json::object({{"a", "b"}}), json(std::uint64_t{1} << 63)}) {
            json header = whole_header();
            if (std::string(key) == "configuration" && value.is_string()) continue;
            header[key] = value;
            expect_contains(problem_of_text(header.dump()), path + ": the header is damaged: ");
        }
        json header = whole_header();
        header.erase(key);
        expect_contains(problem_of_text(header.dump()), std::string(key) + " is missing");
    }
}

TEST(CheckpointHeader, NamesNoFilesButItsOwn) {
    for (const char* name : {"../../victim.h5", "/etc/passwd", "", ".", "snapshot-1.h5",
                             "snapshot-0.h5/", "./snapshot-0.h5"}) {
        json header = whole_header();
        header["snapshots"][0]["file"] = name;
        expect_contains(problem_of_text(header.dump()),
                        "snapshots[0].file must be snapshot-0.h5; use another checkpoint");
    }
}

TEST(CheckpointHeader, IsBoundedAndUnambiguous) {
    const std::string text = whole_header().dump();
    EXPECT_EQ(problem_of_text(text), "");
    const std::string deep(100'000, '[');
    expect_contains(problem_of_text("{\"a\": " + deep), "nested too deeply");
    expect_contains(problem_of_text("{\"step\": 5, " + text.substr(1)), "'step' is given twice");
    std::string many = "[0";
    for (int i = 0; i < 5'000'000; ++i) many += ",0";
    expect_contains(problem_of_text("{\"a\": " + many + "]}"), "too many values");
    for (const char* other : {"", "[]", "null", "{", "{} {}", "{\"a\": 1e400}", "\xff"})
        expect_contains(problem_of_text(other), "the header is damaged");
}

// A state of 50 neurons and 4 synapses that may be, within the first phase.
class StateValidation : public ::testing::Test {
  protected:
    StateValidation() {
        using plasticity::By;
        using plasticity::Domain;
        shared_.arriving = {pack_spike(0, 3), pack_spike(0, 49), pack_spike(14, 3)};
        shared_.calcium_due = {{3000, 5}, {3000, 39}, {3093, 0}};
        shared_.recent_spikes = {{600, 3}, {2999, 5}, {2999, 39}};
        local_.add(By::neuron, Domain::real, "v_mV", v_);
        local_.add(By::neuron, Domain::protein, "protein", protein_);
        local_.add(By::neuron, Domain::share, "shrinkage", share_);
        local_.add(By::source, Domain::not_negative, "calcium_pre", calcium_);
        local_.add(By::synapse, Domain::real, "g_mV", g_);
        local_.add(By::synapse, Domain::tag, "tag", tags_);
    }
    std::string problem() const {
        return file_error(
            [&] { validate_state(position_, shared_, local_, experiment_, path, MPI_COMM_SELF); });
    }
    void refuse(double& value, double bad, const std::string& text) const {
        const double before = std::exchange(value, bad);
        expect_contains(problem(), path + ": " + text);
        value = before;
    }

    const Experiment experiment_ = experiment();
    RunPosition position_ = header_at(0, 3000, true).position;
    SharedState shared_;
    std::vector<double> v_ = std::vector<double>(50, -65), protein_ = std::vector<double>(50, 10),
                        share_ = std::vector<double>(50, 0.5),
                        calcium_ = std::vector<double>(40, 2), g_ = std::vector<double>(4, -1);
    std::vector<std::uint8_t> tags_{0, 1, 2, 0};
    LocalState local_;
};

TEST_F(StateValidation, AcceptsWhatMayBe) {
    ASSERT_EQ(experiment_.synapses.p_max_umol_per_l, 10);
    ASSERT_EQ(experiment_.steps_from_ms(experiment_.synapses.t_ax_delay_ms), 15);
    ASSERT_EQ(experiment_.steps_from_ms(experiment_.synapses.t_ca_delay_ms), 94);
    EXPECT_EQ(problem(), "");
}

TEST_F(StateValidation, RefusesImpossibleValues) {
    const double inf = std::numeric_limits<double>::infinity();
    for (const double bad : {std::nan(""), inf, -inf, 1e300}) {
        refuse(v_[49], bad, "'neurons/v_mV' holds ");
        refuse(g_[3], bad, "'synapses/g_mV' holds ");
        refuse(calcium_[0], bad, "'shared/calcium_pre' holds ");
        refuse(protein_[1], bad, "'neurons/protein' holds ");
        refuse(share_[1], bad, "'neurons/shrinkage' holds ");
    }
    refuse(calcium_[39], -1e-9, "'shared/calcium_pre' holds -1e-09");
    refuse(protein_[0], 10.1, "'neurons/protein' holds 10.1");
    refuse(protein_[0], -1, "'neurons/protein' holds -1");
    refuse(share_[0], 0, "'neurons/shrinkage' holds 0");
    refuse(share_[0], 1.5, "'neurons/shrinkage' holds 1.5");
    tags_[2] = 3;
    expect_contains(problem(), "'synapses/tag' holds 3");
}

TEST_F(StateValidation, RefusesImpossibleSpikes) {
    const SharedState good = shared_;
    const auto refused = [&](auto change, const std::string& text) {
        shared_ = good;
        change(shared_);
        expect_contains(problem(), text);
    };
    refused([](auto& s) { std::swap(s.arriving[0], s.arriving[1]); },
            "arriving_spikes' is not sor");
    refused([](auto& s) { s.arriving[1] = s.arriving[0]; }, "arriving_spikes' is not sorted");
    refused([](auto& s) { s.arriving[2] = pack_spike(15, 3); }, "a spike that cannot be");
    refused([](auto& s) { s.arriving[2] = pack_spike(14, 50); }, "a spike that cannot be");
    refused([](auto& s) { s.calcium_due[0].step = 2999; }, "holds 2999, when no calcium can be");
    refused([](auto& s) { s.calcium_due[2].step = 3094; }, "holds 3094, when no calcium can be");
    refused([](auto& s) { s.calcium_due[1].neuron = 40; }, "holds 40, which is no excitatory");
    refused([](auto& s) { s.calcium_due[2].neuron = 4'000'000'000u; }, "no excitatory neuron");
    refused([](auto& s) { std::swap(s.calcium_due[0], s.calcium_due[1]); }, "is not sorted");
    refused([](auto& s) { s.recent_spikes[2].step = 3000; }, "holds 3000, when no spike can count");
    refused([](auto& s) { s.recent_spikes[0].step = 200; }, "holds 200, when no spike can count");
    refused([](auto& s) { s.recent_spikes[2].neuron = 40; }, "holds 40, which is no excitatory");
    refused([](auto& s) { std::swap(s.recent_spikes[0], s.recent_spikes[1]); },
            "recent_spikes_step' is not sorted");
    shared_ = good;
    position_ = header_at(1, 31000, false).position;
    expect_contains(problem(), "no neuron has fired");
}

TEST_F(StateValidation, RefusesImpossibleWeights) {
    Snapshot snapshot{3000, {4.2, -3}, {0.5, -0.5}};
    const auto weights_problem = [&] {
        return file_error(
            [&] { validate_weights(snapshot.view(), experiment_, path, MPI_COMM_SELF); });
    };
    EXPECT_EQ(weights_problem(), "");
    for (const double bad : {-0.6, 1.1, std::nan("")}) {
        snapshot.z[1] = bad;
        expect_contains(weights_problem(), path + ": a synapse has h = -3 mV and z = ");
    }
    snapshot.z[1] = 1;
    snapshot.h_mV[0] = 1e9;
    expect_contains(weights_problem(), "h = 1000000000 mV");
}

}  // namespace
}  // namespace engram::test
