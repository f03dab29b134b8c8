// SPDX-License-Identifier: Apache-2.0
#include "job/communication_watch.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <string>

namespace engram {
namespace {

using job::CommunicationWatch;
using Clock = std::chrono::steady_clock;
constexpr double timeout_s = 0.2;

double seconds_since(Clock::time_point begin) {
    return std::chrono::duration<double>(Clock::now() - begin).count();
}

// A watch whose message can be waited for.
struct Watched {
    Watched()
        : watch(timeout_s, MPI_COMM_WORLD,
                [this](const std::string& message) { expired.set_value(message); }) {}
    std::promise<std::string> expired;
    CommunicationWatch watch;
};

// Waiting is counted from below by the watch, so a busy machine does not break these.
TEST(CommunicationWatchOnRanks, EndsARankThatStandsStill) {
    const auto begin = Clock::now();
    Watched watched;
    const std::string message = watched.expired.get_future().get();
    EXPECT_GE(seconds_since(begin), timeout_s);
    EXPECT_NE(message.find("rank "), std::string::npos);
    EXPECT_NE(message.find("no progress"), std::string::npos);
    EXPECT_NE(message.find("engram resume"), std::string::npos);
}

TEST(CommunicationWatchOnRanks, BeginsAnewWithEveryMove) {
    Watched watched;
    std::this_thread::sleep_for(std::chrono::duration<double>(timeout_s / 2));
    const auto moved = Clock::now();
    watched.watch.moved();
    watched.expired.get_future().get();
    EXPECT_GE(seconds_since(moved), timeout_s);
}

TEST(CommunicationWatchOnRanks, IsPatientWithLongSteps) {
    const auto begin = Clock::now();
    Watched watched;
    const CommunicationWatch::LongStep step(watched.watch);
    watched.expired.get_future().get();
    EXPECT_GE(seconds_since(begin), CommunicationWatch::patience * timeout_s);
}

TEST(CommunicationWatchOnRanks, DoesNothingAloneOrIfNotWanted) {
    const auto expired = [](const std::string&) { FAIL(); };
    CommunicationWatch alone(1e-9, MPI_COMM_SELF, expired);
    CommunicationWatch unwanted(0, MPI_COMM_WORLD, expired);
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
}

}  // namespace
}  // namespace engram
