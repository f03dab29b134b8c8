// SPDX-License-Identifier: Apache-2.0
#include "device/task_turns.hpp"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <vector>

namespace engram::test {
namespace {

using device::TaskTurns;

TEST(TaskTurns, TasksWaitForEachOther) {
    TaskTurns turns;
    std::string log;
    turns.run(
        3,
        [&](std::size_t i) {
            for (std::size_t k = 0; k <= i; ++k) {
                log += std::to_string(i);
                turns.wait();
            }
            log += 'e';
        },
        [&] { log += '|'; });
    EXPECT_EQ(log, "012|e12|e2|e");
}

TEST(TaskTurns, TasksThatDoNotWaitRunOneByOne) {
    TaskTurns turns;
    std::string log;
    turns.run(
        2, [&](std::size_t i) { log += std::to_string(i); }, [&] { log += '|'; });
    EXPECT_EQ(log, "01");
}

// Tells when it is destroyed.
struct Guard {
    std::string& log;
    ~Guard() { log += 'u'; }
};

TEST(TaskTurns, AnErrorUnwindsTheOthersAndIsThrown) {
    TaskTurns turns;
    std::string log;
    const auto task = [&](std::size_t i) {
        const Guard guard{log};
        turns.wait();
        if (i == 1) throw std::runtime_error("task 1");
        turns.wait();
        log += "not reached";
    };
    try {
        turns.run(3, task, [&] { log += '|'; });
        FAIL() << "nothing was thrown";
    } catch (const std::runtime_error& error) {
        EXPECT_STREQ(error.what(), "task 1");
    }
    EXPECT_EQ(log, "|uuu");
    // And can be used again.
    turns.run(
        1, [&](std::size_t) { turns.wait(); }, [&] { log += '.'; });
    EXPECT_EQ(log, "|uuu.");
}

TEST(TaskTurns, AnErrorOfWhatTheyWaitForUnwindsAll) {
    TaskTurns turns;
    std::string log;
    const auto task = [&](std::size_t) {
        const Guard guard{log};
        turns.wait();
    };
    EXPECT_THROW(turns.run(2, task, [] { throw std::runtime_error("device"); }),
                 std::runtime_error);
    EXPECT_EQ(log, "uu");
}

TEST(TaskTurns, AnErrorAtTheStartKeepsTheRestFromStarting) {
    TaskTurns turns;
    std::size_t started = 0;
    const auto task = [&](std::size_t) {
        ++started;
        throw std::runtime_error("at once");
    };
    EXPECT_THROW(turns.run(5, task, [] {}), std::runtime_error);
    EXPECT_EQ(started, 1u);
}

}  // namespace
}  // namespace engram::test
