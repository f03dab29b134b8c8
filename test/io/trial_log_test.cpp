// SPDX-License-Identifier: Apache-2.0
#include "io/trial_log.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <vector>

#include "base/errors.hpp"
#include "io/content_checksum.hpp"

namespace engram {
namespace {

namespace fs = std::filesystem;

class TrialLogTest : public testing::Test {
  protected:
    TrialLogTest() {
        fs::remove_all(directory_);
        fs::create_directories(directory_);
    }
    ~TrialLogTest() override { fs::remove_all(directory_); }

    std::string directory() const { return directory_.string(); }
    std::string file(int group) const {
        return (directory_ / ("trials-" + std::to_string(group) + ".bin")).string();
    }

    fs::path directory_ = fs::temp_directory_path() / "engram_trial_log_test";
};

TrialRecord record(std::uint32_t point, std::uint32_t trial, std::size_t n_rows) {
    return {{point, trial},
            {1.5 * trial, std::nan("")},
            {{3, 4}, {5, 1}},
            std::vector<double>(n_rows, 0.1 * trial)};
}

void expect_equal(const TrialRecord& a, const TrialRecord& b) {
    EXPECT_EQ(a.item, b.item);
    ASSERT_EQ(a.measures.size(), b.measures.size());
    EXPECT_EQ(a.measures[0], b.measures[0]);
    EXPECT_TRUE(std::isnan(b.measures[1]));
    EXPECT_EQ(a.synapses, b.synapses);
    EXPECT_EQ(a.trace_rows, b.trace_rows);
}

TEST_F(TrialLogTest, holds_the_trials_of_all_groups) {
    {
        TrialLog first(directory(), 0);
        TrialLog second(directory(), 1);
        first.append(record(0, 0, 10));
        second.append(record(0, 1, 0));
        first.append(record(1, 7, 1000));
    }
    const TrialArchive archive(directory());
    EXPECT_EQ(archive.size(), 3u);
    expect_equal(record(0, 0, 10), archive.read({0, 0}));
    expect_equal(record(0, 1, 0), archive.read({0, 1}));
    expect_equal(record(1, 7, 1000), archive.read({1, 7}));
    EXPECT_FALSE(archive.contains({1, 0}));
    EXPECT_THROW(archive.read({1, 0}), FileError);
}

TEST_F(TrialLogTest, drops_what_was_not_written_to_its_end) {
    {
        TrialLog log(directory(), 0);
        log.append(record(0, 0, 10));
        log.append(record(0, 1, 10));
    }
    const auto whole = fs::file_size(file(0));
    for (const std::uintmax_t lost : {std::uintmax_t{1}, std::uintmax_t{50}, whole / 2 - 1}) {
        fs::resize_file(file(0), whole - lost);
        const TrialArchive archive(directory());
        EXPECT_TRUE(archive.contains({0, 0}));
        EXPECT_FALSE(archive.contains({0, 1})) << lost;
        TrialLog(directory(), 0).append(record(0, 1, 10));
        EXPECT_EQ(fs::file_size(file(0)), whole);
        expect_equal(record(0, 1, 10), TrialArchive(directory()).read({0, 1}));
    }
}

TEST_F(TrialLogTest, notices_a_flipped_byte) {
    TrialLog(directory(), 0).append(record(0, 0, 10));
    const auto size = static_cast<std::streamoff>(fs::file_size(file(0)));
    for (std::streamoff place = 0; place < size; place += 7) {
        std::fstream stream(file(0), std::ios::in | std::ios::out | std::ios::binary);
        stream.seekg(place);
        const char byte = static_cast<char>(stream.get());
        stream.seekp(place);
        stream.put(static_cast<char>(byte ^ 4));
        stream.close();
        EXPECT_EQ(TrialArchive(directory()).size(), 0u) << place;
        stream.open(file(0), std::ios::in | std::ios::out | std::ios::binary);
        stream.seekp(place);
        stream.put(byte);
    }
    EXPECT_EQ(TrialArchive(directory()).size(), 1u);
}

// Trials that were computed with other bits are neither mixed with new ones nor dropped.
TEST_F(TrialLogTest, refuses_trials_of_another_version_of_the_results) {
    TrialLog(directory(), 0).append(record(0, 0, 10));
    std::fstream stream(file(0), std::ios::in | std::ios::out | std::ios::binary);
    std::vector<std::uint64_t> words(fs::file_size(file(0)) / sizeof(std::uint64_t));
    const auto bytes = static_cast<std::streamsize>(words.size() * sizeof(std::uint64_t));
    stream.read(reinterpret_cast<char*>(words.data()), bytes);
    constexpr std::uint64_t of_0_1_0 = 0x0130'4c41'4952'5445;
    words.back() += checksum_of(0, of_0_1_0) - checksum_of(0, words[0]);
    words[0] = of_0_1_0;
    stream.seekp(0);
    stream.write(reinterpret_cast<const char*>(words.data()), bytes);
    stream.close();
    const auto size = fs::file_size(file(0));
    EXPECT_THROW(TrialArchive{directory()}, FileError);
    EXPECT_THROW(TrialLog(directory(), 0), FileError);
    EXPECT_EQ(fs::file_size(file(0)), size);
}

}  // namespace
}  // namespace engram
