// SPDX-License-Identifier: Apache-2.0
#include "analysis/running_statistics.hpp"

#include <gtest/gtest.h>

#include <array>

namespace engram {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

TEST(RunningStatistics, mean_deviation_and_error_of_each_quantity) {
    RunningStatistics statistics(2);
    for (const auto& sample :
         {std::array{1.0, 1e9 + 4}, {2.0, 1e9 + 7}, {6.0, 1e9 + 13}, {7.0, 1e9 + 16}})
        statistics.add(sample);
    EXPECT_DOUBLE_EQ(statistics.mean(0), 4.0);
    EXPECT_DOUBLE_EQ(statistics.sd(0), std::sqrt(26.0 / 3));
    EXPECT_DOUBLE_EQ(statistics.sem(0), std::sqrt(26.0 / 3) / 2);
    EXPECT_DOUBLE_EQ(statistics.mean(1), 1e9 + 10);
    EXPECT_DOUBLE_EQ(statistics.sd(1), std::sqrt(30.0));
}

TEST(RunningStatistics, leaves_out_what_is_undefined) {
    RunningStatistics statistics(3);
    statistics.add(std::array{1.0, nan, nan});
    statistics.add(std::array{nan, 5.0, nan});
    statistics.add(std::array{3.0, nan, nan});
    EXPECT_EQ(statistics.mean(0), 2.0);
    EXPECT_DOUBLE_EQ(statistics.sd(0), std::sqrt(2.0));
    EXPECT_EQ(statistics.mean(1), 5.0);
    EXPECT_TRUE(std::isnan(statistics.sd(1)));
    EXPECT_TRUE(std::isnan(statistics.mean(2)));
}

TEST(BatchStatistics, averages_the_means_of_whole_batches) {
    BatchStatistics statistics(1, 2);
    for (const double value : {1.0, 3.0, 10.0, 20.0, 100.0}) statistics.add(std::array{value});
    ASSERT_TRUE(statistics.has_batches());
    EXPECT_DOUBLE_EQ(statistics.samples().mean(0), 26.8);
    EXPECT_DOUBLE_EQ(statistics.batches().mean(0), 8.5);  // of 2 and 15
    EXPECT_DOUBLE_EQ(statistics.batches().sd(0), std::sqrt(2 * 6.5 * 6.5));
}

}  // namespace
}  // namespace engram
