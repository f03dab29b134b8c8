// SPDX-License-Identifier: Apache-2.0
#include "io/record_salvage.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <random>

#include "base/temporary_directory.hpp"
#include "io/record_spool.hpp"

namespace engram::test {
namespace {

// Two numbers, of which the first is the step.
using Record = std::array<std::int64_t, 2>;

class RecordSalvage : public testing::Test {
  protected:
    // Three records in every step, an anchor every 10 steps.
    RecordSalvage() {
        RecordSpool spool(path_, sizeof(Record), 7);
        for (Step step = 0; step < 100; ++step) {
            for (std::int64_t i = 0; i < 3; ++i) {
                const Record record{step, 1000 * step + i};
                std::memcpy(spool.add(), record.data(), sizeof record);
                records_.push_back(record);
            }
            if (step % 10 != 9) continue;
            mark_ = spool.flush();
            anchors_.push_back({step + 1, mark_.n_records, mark_.checksum});
        }
        intact_ = content(path_);
    }

    void flip(std::size_t record, std::size_t byte = 5) {
        std::string bytes = content(path_);
        bytes.at(record * sizeof(Record) + byte) ^= 0x10;
        put(path_, bytes);
    }

    RecordMark salvage() const {
        return salvage_records(path_, sizeof(Record), mark_, 100, anchors_);
    }

    static std::vector<std::pair<Step, Step>> steps_of(const RecordMark& mark) {
        std::vector<std::pair<Step, Step>> steps;
        for (const RecordGap& gap : mark.gaps) steps.emplace_back(gap.begin, gap.end);
        return steps;
    }

    // What a reader is given must be all that lies outside of the gaps.
    void expect_the_rest(const RecordMark& mark) const {
        RecordSpool(path_, sizeof(Record), 7, mark).flush();
        RecordReader reader(path_, sizeof(Record), mark);
        std::vector<Record> found;
        for (auto bytes = reader.next(13); !bytes.empty(); bytes = reader.next(13))
            for (std::size_t i = 0; i < bytes.size(); i += sizeof(Record))
                std::memcpy(found.emplace_back().data(), bytes.data() + i, sizeof(Record));
        std::vector<Record> expected;
        for (const Record& record : records_)
            if (std::ranges::none_of(mark.gaps, [&](const RecordGap& gap) {
                    return gap.begin <= record[0] && record[0] < gap.end;
                }))
                expected.push_back(record);
        EXPECT_EQ(found, expected);
        EXPECT_EQ(mark.n_kept(), expected.size());
        EXPECT_EQ(mark.n_records, mark_.n_records);
        EXPECT_EQ(mark.checksum, mark_.checksum);
    }

    using Steps = std::vector<std::pair<Step, Step>>;

    TemporaryDirectory directory_;
    std::string path_ = directory_.file("records.bin");
    std::vector<Record> records_;
    std::vector<RecordAnchor> anchors_;
    RecordMark mark_;
    std::string intact_;
};

TEST_F(RecordSalvage, FindsNothingWhereNothingIsDamaged) {
    EXPECT_EQ(salvage(), mark_);
    anchors_.clear();
    EXPECT_EQ(salvage(), mark_);
}

TEST_F(RecordSalvage, LosesThePiecesThatAreDamaged) {
    flip(0);
    EXPECT_EQ(steps_of(salvage()), (Steps{{0, 10}}));
    flip(299);
    EXPECT_EQ(steps_of(salvage()), (Steps{{0, 10}, {90, 100}}));
    flip(131);
    flip(119);  // the last of its piece, beside the former
    const RecordMark mark = salvage();
    EXPECT_EQ(steps_of(mark), (Steps{{0, 10}, {30, 50}, {90, 100}}));
    EXPECT_EQ(mark.gaps[1].first, 90u);
    EXPECT_EQ(mark.gaps[1].count, 60u);
    expect_the_rest(mark);
}

TEST_F(RecordSalvage, LosesWhatIsCutOff) {
    std::filesystem::resize_file(path_, 140 * sizeof(Record) + 3);
    const RecordMark mark = salvage();
    EXPECT_EQ(steps_of(mark), (Steps{{40, 100}}));
    expect_the_rest(mark);
    EXPECT_EQ(std::filesystem::file_size(path_), intact_.size());
}

TEST_F(RecordSalvage, LosesAllOfAFileThatIsAbsent) {
    std::filesystem::remove(path_);
    const RecordMark mark = salvage();
    EXPECT_EQ(steps_of(mark), (Steps{{0, 100}}));
    EXPECT_FALSE(std::filesystem::exists(path_)) << "looking changes nothing";
    expect_the_rest(mark);
}

TEST_F(RecordSalvage, LosesMoreWithoutAnchors) {
    flip(150);
    anchors_.erase(anchors_.begin() + 4);  // of step 50, where the damage is
    EXPECT_EQ(steps_of(salvage()), (Steps{{40, 60}}));
    anchors_.clear();
    EXPECT_EQ(steps_of(salvage()), (Steps{{0, 100}}));
}

// An anchor whose sum is not of this recording neither hides damage nor makes any.
TEST_F(RecordSalvage, PassesOverForeignAnchors) {
    anchors_.push_back({15, 45, 12345});
    anchors_.push_back({40, 120, 777});
    EXPECT_EQ(salvage(), mark_);
    flip(150);
    EXPECT_EQ(steps_of(salvage()), (Steps{{50, 60}}));
    anchors_.push_back({52, 10, 3});  // counts that fall tell of no run
    EXPECT_EQ(steps_of(salvage()), (Steps{{0, 100}}));
    expect_the_rest(salvage());
}

TEST_F(RecordSalvage, KeepsKnownGaps) {
    flip(150);
    mark_ = salvage();
    EXPECT_EQ(salvage(), mark_);
    flip(151);  // within the gap
    EXPECT_EQ(salvage(), mark_);
    anchors_.clear();
    EXPECT_EQ(salvage(), mark_);
    flip(20);
    EXPECT_EQ(steps_of(salvage()), (Steps{{0, 100}})) << "one larger gap takes the other in";
    expect_the_rest(salvage());
}

TEST_F(RecordSalvage, AddsToKnownGaps) {
    flip(150);
    mark_ = salvage();
    flip(180);  // the next piece
    EXPECT_EQ(steps_of(salvage()), (Steps{{50, 70}}));
    flip(250);
    EXPECT_EQ(steps_of(salvage()), (Steps{{50, 70}, {80, 90}}));
    expect_the_rest(salvage());
}

TEST_F(RecordSalvage, NeverKeepsWhatIsDamaged) {
    std::mt19937 random(7);
    for (int i = 0; i < 200; ++i) {
        put(path_, intact_);
        for (int n = 0; n <= i % 5; ++n) flip(random() % 300, random() % sizeof(Record));
        expect_the_rest(salvage());
    }
}

// The recording goes on behind its gaps as if nothing had happened.
TEST_F(RecordSalvage, LeavesTheChecksumsOfWhatFollows) {
    const auto go_on = [&](const RecordMark& mark) {
        RecordSpool spool(path_, sizeof(Record), 7, mark);
        const Record record{100, 1};
        std::memcpy(spool.add(), record.data(), sizeof record);
        return spool.flush();
    };
    const RecordMark undisturbed = go_on(mark_);
    put(path_, intact_);
    flip(150);
    const RecordMark salvaged = go_on(salvage());
    EXPECT_EQ(salvaged.n_records, undisturbed.n_records);
    EXPECT_EQ(salvaged.checksum, undisturbed.checksum);
    EXPECT_NO_THROW(verify_recording(path_, sizeof(Record), salvaged));
    flip(10);
    EXPECT_THROW(verify_recording(path_, sizeof(Record), salvaged), FileError);
}

}  // namespace
}  // namespace engram::test
