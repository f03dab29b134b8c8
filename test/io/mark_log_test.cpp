// SPDX-License-Identifier: Apache-2.0
#include "io/mark_log.hpp"

#include <gtest/gtest.h>

#include "base/temporary_directory.hpp"

namespace engram::test {
namespace {

class MarkLogTest : public testing::Test {
  protected:
    MarkLogTest() {
        MarkLog log(path_, 0, 2);
        for (const Step step : {10, 20, 30}) log.append(marks_at(step));
    }

    static TimedMarks marks_at(Step step) {
        TimedMarks marks;
        marks.step = step;
        marks.spikes = {static_cast<std::uint64_t>(step), 5};
        marks.traces = {{7, 11}, {8, 12}};
        return marks;
    }

    std::vector<Step> steps() const {
        std::vector<Step> steps;
        for (const TimedMarks& marks : read_mark_log(path_, 2)) steps.push_back(marks.step);
        return steps;
    }

    TemporaryDirectory directory_;
    std::string path_ = directory_.file("marks.bin");
};

TEST_F(MarkLogTest, IsReadAsItWasWritten) {
    EXPECT_EQ(steps(), (std::vector<Step>{10, 20, 30}));
    EXPECT_EQ(read_mark_log(path_, 2)[1].spikes, (RecordMark{20, 5}));
    EXPECT_EQ(read_mark_log(path_, 2)[1].traces, (std::vector<RecordMark>{{7, 11}, {8, 12}}));
}

TEST_F(MarkLogTest, GoesOnBehindTheStepThatARunContinuesFrom) {
    MarkLog(path_, 20, 2).append(marks_at(25));
    EXPECT_EQ(steps(), (std::vector<Step>{10, 20, 25}));
}

TEST_F(MarkLogTest, PassesOverWhatIsDamaged) {
    const std::string intact = content(path_);
    for (std::size_t byte = 0; byte < intact.size(); ++byte) {
        std::string damaged = intact;
        damaged[byte] ^= 1;
        put(path_, damaged);
        std::vector<Step> expected{10, 20, 30};
        expected.erase(expected.begin() + static_cast<std::ptrdiff_t>(byte / (intact.size() / 3)));
        EXPECT_EQ(steps(), expected) << byte;
    }
    put(path_, intact.substr(0, intact.size() - 1));
    EXPECT_EQ(steps(), (std::vector<Step>{10, 20}));
    std::filesystem::remove(path_);
    EXPECT_EQ(steps(), std::vector<Step>());
}

}  // namespace
}  // namespace engram::test
