// SPDX-License-Identifier: Apache-2.0
#include "simulation/run_clock.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace engram::test {
namespace {

constexpr double nap_s = 0.02;

void nap() {
    std::this_thread::sleep_for(std::chrono::duration<double>(nap_s));
}

TEST(RunClock, EachInstantBelongsToOnePart) {
    RunClock clock;
    nap();  // of no part
    const auto begin = std::chrono::steady_clock::now();
    clock.enter(RunPart::neurons);
    nap();
    clock.enter(RunPart::delivery);
    nap();
    clock.enter(RunPart::neurons);
    nap();
    clock.stop();
    const std::chrono::duration<double> whole = std::chrono::steady_clock::now() - begin;
    nap();  // of no part
    clock.enter(RunPart::files);
    clock.stop();
    EXPECT_GE(clock.seconds(RunPart::neurons), 2 * nap_s);
    EXPECT_GE(clock.seconds(RunPart::delivery), nap_s);
    EXPECT_LT(clock.seconds(RunPart::files), nap_s);
    EXPECT_LE(clock.seconds(RunPart::neurons) + clock.seconds(RunPart::delivery), whole.count());
    EXPECT_EQ(clock.seconds(RunPart::exchange), 0.0);
}

TEST(RunClock, WithinAPartTheOneBeforeStandsStill) {
    RunClock clock;
    clock.enter(RunPart::consolidation);
    {
        const RunClock::Within saving(clock, RunPart::checkpoints);
        {
            const RunClock::Within recording(clock, RunPart::recording);
            nap();
        }
        nap();
    }
    EXPECT_LT(clock.seconds(RunPart::consolidation), nap_s);
    nap();
    clock.stop();
    EXPECT_GE(clock.seconds(RunPart::recording), nap_s);
    EXPECT_GE(clock.seconds(RunPart::checkpoints), nap_s);
    EXPECT_GE(clock.seconds(RunPart::consolidation), nap_s);
}

}  // namespace
}  // namespace engram::test
