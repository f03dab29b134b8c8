// SPDX-License-Identifier: Apache-2.0
#include "io/spike_file.hpp"

#include <gtest/gtest.h>

#include "base/temporary_directory.hpp"
#include "io/hdf5_dataset.hpp"

namespace engram::test {
namespace {

const Populations populations(4, 2);

std::vector<SpikeEvent> many_spikes(Step n_steps) {
    std::vector<SpikeEvent> spikes;
    for (Step step = 0; step < n_steps; ++step) {
        spikes.push_back({step, static_cast<NeuronId>(step % 6)});
    }
    return spikes;
}

class SpikeFileTest : public ::testing::Test {
  protected:
    std::vector<double> times(const std::string& population) {
        const h5::File file = h5::File::open(target_, h5::Access::read_only);
        return h5::read_dataset<double>(file, "spikes/" + population + "/timestamps");
    }
    std::vector<std::uint64_t> ids(const std::string& population) {
        const h5::File file = h5::File::open(target_, h5::Access::read_only);
        return h5::read_dataset<std::uint64_t>(file, "spikes/" + population + "/node_ids");
    }
    TemporaryDirectory directory_;
    RecordMark mark_;
    const std::string spool_ = directory_.file("spikes.bin");
    const std::string target_ = directory_.file("spikes.h5");
};

TEST_F(SpikeFileTest, SplitsSpikesByPopulation) {
    {
        SpikeSpool spool(spool_);
        spool.append(std::vector<SpikeEvent>{{3, 1}, {3, 5}});
        spool.append({});
        spool.append(std::vector<SpikeEvent>{{50, 0}, {50, 3}, {50, 4}});
        EXPECT_EQ(spool.position(), 5u);
        mark_ = spool.flush();
    }
    write_spike_file(spool_, mark_, target_, populations, 0.2);
    EXPECT_EQ(times("exc"), (std::vector{0.6, 10.0, 10.0}));
    EXPECT_EQ(ids("exc"), (std::vector<std::uint64_t>{1, 0, 3}));
    EXPECT_EQ(times("inh"), (std::vector{0.6, 10.0}));
    EXPECT_EQ(ids("inh"), (std::vector<std::uint64_t>{1, 0}));
}

TEST_F(SpikeFileTest, SilentNetworkHasBothPopulations) {
    write_spike_file(spool_, SpikeSpool(spool_).flush(), target_, populations, 0.2);
    EXPECT_TRUE(times("exc").empty());
    EXPECT_TRUE(ids("inh").empty());
}

TEST_F(SpikeFileTest, ManySpikesPassThroughTheBuffers) {
    const auto spikes = many_spikes(200'000);
    {
        SpikeSpool spool(spool_);
        spool.append(spikes);
        // Whole buffers leave early: memory stays bounded.
        EXPECT_GT(std::filesystem::file_size(spool_), 0u);
        mark_ = spool.flush();
    }
    EXPECT_EQ(std::filesystem::file_size(spool_), 12 * spikes.size());
    write_spike_file(spool_, mark_, target_, populations, 1.0);
    std::vector<double> expected;
    for (const SpikeEvent& spike : spikes) {
        if (spike.neuron < 4) expected.push_back(static_cast<double>(spike.step));
    }
    EXPECT_EQ(times("exc"), expected);
}

TEST_F(SpikeFileTest, ContinuationEqualsAnUninterruptedRecording) {
    const auto spikes = many_spikes(100'000);
    {
        SpikeSpool spool(spool_);
        spool.append(std::span(spikes).first(70'001));
        mark_ = spool.flush();
        // Recorded after the checkpoint, then lost in the crash.
        spool.append(std::span(spikes).first(90'000));
        spool.flush();
    }
    {
        verify_spike_spool(spool_, mark_);
        SpikeSpool spool(spool_, mark_);
        EXPECT_EQ(spool.position(), 70'001u);
        spool.append(std::span(spikes).subspan(70'001));
        mark_ = spool.flush();
    }
    const std::string continued = content(spool_);
    SpikeSpool whole(spool_);
    whole.append(spikes);
    EXPECT_EQ(whole.flush(), mark_);
    EXPECT_EQ(continued, content(spool_));
}

TEST_F(SpikeFileTest, ContinuationNeedsTheWholeRecording) {
    expect_contains(file_error([&] { SpikeSpool(spool_, {}); }), "cannot open the recording");
    SpikeSpool spool(spool_);
    spool.append(many_spikes(10));
    spool.flush();
    const std::string message = file_error([&] { SpikeSpool(spool_, {11, 0}); });
    expect_contains(message,
                    spool_ + ": the recording has 10 records, but the checkpoint needs 11");
    EXPECT_EQ(content(spool_).size(), 120u);
}

TEST_F(SpikeFileTest, UnusableRecordingsLeaveTheOldFile) {
    put(target_, "old");
    RecordMark mark{2, 0};
    const auto convert = [&] { write_spike_file(spool_, mark, target_, populations, 0.2); };
    expect_contains(file_error(convert), spool_ + ": cannot open the recording");
    put(spool_, "thirteen byte");
    expect_contains(file_error(convert), "has 1 records, but the checkpoint needs 2");
    put(spool_, "foreign data");
    mark = {1, 0};
    expect_contains(file_error(convert), "is damaged");
    RecordChecksum checksum;
    const std::string foreign = content(spool_);
    checksum.add(std::as_bytes(std::span(foreign)));
    mark.checksum = checksum.value();
    expect_contains(file_error(convert), "which the network has not");
    EXPECT_EQ(content(target_), "old");
}

TEST_F(SpikeFileTest, EveryByteOfARecordingCounts) {
    SpikeSpool spool(spool_);
    spool.append(many_spikes(20));
    mark_ = spool.flush();
    const std::string intact = content(spool_);
    put(target_, "old");
    for (std::size_t i = 0; i < intact.size(); ++i) {
        std::string damaged = intact;
        damaged[i] ^= 1;
        put(spool_, damaged);
        expect_contains(file_error([&] { verify_spike_spool(spool_, mark_); }), "is damaged");
    }
    // Also the exchange of two records, and a flip behind the mark.
    put(spool_, intact.substr(12, 12) + intact.substr(0, 12) + intact.substr(24));
    expect_contains(file_error([&] { verify_spike_spool(spool_, mark_); }), "is damaged");
    expect_contains(file_error([&] { write_spike_file(spool_, mark_, target_, populations, 0.2); }),
                    "is damaged");
    EXPECT_EQ(content(target_), "old");
    put(spool_, intact + "behind");
    verify_spike_spool(spool_, mark_);
}

TEST_F(SpikeFileTest, RecordingIsRebuiltFromTheFinishedFile) {
    std::vector<SpikeEvent> spikes = many_spikes(150'000);  // several buffers
    for (const NeuronId neuron : {0, 3, 4, 5}) spikes.push_back({200'000, neuron});
    RecordMark prefix;
    {
        SpikeSpool spool(spool_);
        spool.append(std::span(spikes).first(140'001));
        prefix = spool.flush();
        spool.append(std::span(spikes).subspan(140'001));
        mark_ = spool.flush();
    }
    const std::string original = content(spool_);
    write_spike_file(spool_, mark_, target_, populations, 0.2);
    const auto rebuild = [&](std::uint64_t n) {
        return rebuild_spike_spool(spool_, target_, populations, 0.2, n);
    };
    EXPECT_EQ(rebuild(spikes.size()), mark_);
    EXPECT_EQ(content(spool_), original);
    EXPECT_EQ(rebuild(140'001), prefix);
    EXPECT_EQ(content(spool_).size(), 12 * 140'001u);
    expect_contains(file_error([&] { rebuild(spikes.size() + 1); }), "fewer spikes");
}

TEST_F(SpikeFileTest, SpikesThatWereLostAreLeftOutAndNamed) {
    const std::vector<SpikeEvent> spikes = many_spikes(3000);
    SpikeSpool spool(spool_);
    std::vector<RecordAnchor> anchors;
    for (const std::size_t n : {1000, 2000, 3000}) {
        spool.append(std::span(spikes).subspan(n - 1000, 1000));
        const RecordMark mark = spool.flush();
        anchors.push_back({static_cast<Step>(n), mark.n_records, mark.checksum});
    }
    mark_ = spool.flush();
    std::string bytes = content(spool_);
    bytes[12 * 1500] ^= 1;
    put(spool_, bytes);
    const RecordMark mark = salvage_spike_spool(spool_, mark_, 3000, anchors);
    EXPECT_EQ(mark.n_kept(), 2000u);
    write_spike_file(spool_, mark, target_, populations, 0.2);
    {
        const h5::File file = h5::File::open(target_, h5::Access::read_only);
        hsize_t n = 0;
        for (const Population& population : populations)
            n += h5::shape(h5::open_dataset(file, "spikes/" + population.name + "/node_ids"))[0];
        EXPECT_EQ(n, 2000u);
        EXPECT_EQ(h5::read_array_attribute<double>(h5::open_group(file, "spikes"), "gaps_ms"),
                  (std::vector<double>{200, 400}));
    }
    EXPECT_EQ(rebuild_spike_spool(spool_, target_, populations, 0.2, 3000, mark.gaps), mark);
    EXPECT_NO_THROW(verify_spike_spool(spool_, mark));
}

TEST_F(SpikeFileTest, UnwritableTargetIsNamed) {
    SpikeSpool(spool_).flush();
    const std::string below = spool_ + "/spikes.h5";
    expect_contains(file_error([&] { write_spike_file(spool_, {}, below, populations, 0.2); }),
                    below);
    expect_contains(file_error([&] { SpikeSpool spool(spool_ + "/x"); }), "cannot create");
}

}  // namespace
}  // namespace engram::test
