// SPDX-License-Identifier: Apache-2.0
// What the shadow of the device's memory takes for a mistake, and what not.
#include "device/ptx/memory.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <string>

namespace engram::test::ptx {
namespace {

class PtxMemory : public testing::Test {
  protected:
    PtxMemory() {
        memory.take(words, sizeof words);
        memory.begin_launch(8);
    }
    void access(Kind kind, std::size_t byte, std::size_t bytes, std::uint32_t thread) {
        const std::uint64_t address = reinterpret_cast<std::uint64_t>(words) + byte;
        if (bytes == 1) memory.access<1>(kind, address, thread);
        if (bytes == 4) memory.access<4>(kind, address, thread);
        if (bytes == 8) memory.access<8>(kind, address, thread);
    }
    std::string violation(Kind kind, std::size_t byte, std::size_t bytes, std::uint32_t thread) {
        try {
            access(kind, byte, bytes, thread);
        } catch (const Violation& problem) {
            return problem.what();
        }
        return "none";
    }
    void expect_race(Kind first, Kind second) {
        memory.begin_launch(8);
        access(first, 0, 4, 1);
        EXPECT_NE(violation(second, 0, 4, 2).find("race of thread 2 with thread 1"),
                  std::string::npos);
    }

    std::uint64_t words[2] = {};
    Memory memory;
};

TEST_F(PtxMemory, WhatNobodyWroteIsNotRead) {
    EXPECT_EQ(violation(Kind::read, 0, 8, 1), "reads memory that was never written");
    EXPECT_EQ(violation(Kind::atomic, 0, 8, 1), "reads memory that was never written");
    access(Kind::write, 0, 4, 1);
    EXPECT_EQ(violation(Kind::read, 0, 4, 1), "none");
    EXPECT_EQ(violation(Kind::read, 0, 8, 1), "reads memory that was never written");
    memory.mark_written(words, 8);
    EXPECT_EQ(violation(Kind::read, 0, 8, 1), "none");
}

TEST_F(PtxMemory, EndsAtItsBounds) {
    EXPECT_EQ(violation(Kind::write, 8, 8, 0), "none");
    EXPECT_NE(violation(Kind::write, 12, 8, 0), "none");
    EXPECT_NE(violation(Kind::write, 16, 1, 0), "none");
    const int elsewhere = 0;
    EXPECT_THROW(memory.mark_written(&elsewhere, sizeof elsewhere), Violation);
    memory.release(words);
    EXPECT_NE(violation(Kind::write, 0, 8, 0), "none");
}

TEST_F(PtxMemory, RacesAreBetweenThreadsOfALaunch) {
    memory.mark_written(words, sizeof words);
    expect_race(Kind::write, Kind::write);
    expect_race(Kind::write, Kind::read);
    expect_race(Kind::read, Kind::write);
    expect_race(Kind::atomic, Kind::read);
    expect_race(Kind::read, Kind::atomic);
    expect_race(Kind::atomic, Kind::write);
}

TEST_F(PtxMemory, ReadingTogetherAndAtomicsAreNoRace) {
    memory.mark_written(words, sizeof words);
    for (std::uint32_t thread = 0; thread < 3; ++thread) {
        EXPECT_EQ(violation(Kind::read, 0, 8, thread), "none");
        EXPECT_EQ(violation(Kind::atomic, 8, 8, thread), "none");
    }
    // By several threads, one of which is this one.
    EXPECT_NE(violation(Kind::write, 0, 1, 0), "none");
    EXPECT_NE(violation(Kind::read, 8, 1, 0), "none");
    memory.begin_launch(8);
    EXPECT_EQ(violation(Kind::write, 0, 8, 5), "none");
    EXPECT_EQ(violation(Kind::read, 0, 8, 5), "none");
    EXPECT_EQ(violation(Kind::atomic, 0, 8, 5), "none");
}

TEST_F(PtxMemory, NeighbouringBytesAreOfDifferentThreads) {
    for (std::uint32_t thread = 0; thread < 8; ++thread)
        EXPECT_EQ(violation(Kind::write, thread, 1, thread), "none");
    EXPECT_NE(violation(Kind::write, 7, 1, 0), "none");
}

}  // namespace
}  // namespace engram::test::ptx
