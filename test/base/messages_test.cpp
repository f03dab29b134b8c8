// SPDX-License-Identifier: Apache-2.0
#include "base/messages.hpp"

#include <gtest/gtest.h>

namespace engram::test {
namespace {

TEST(Messages, EachLineHasThePrefix) {
    testing::internal::CaptureStderr();
    warning("{} is full\nempty it", "a/b");
    EXPECT_EQ(testing::internal::GetCapturedStderr(),
              "engram: warning: a/b is full\nengram: warning: empty it\n");
}

TEST(Messages, Quantities) {
    EXPECT_EQ(counted(1, "rank"), "1 rank");
    EXPECT_EQ(counted(0, "rank"), "0 ranks");
    EXPECT_EQ(duration_text(45.4), "45 s");
    EXPECT_EQ(duration_text(123), "2:03 min");
    EXPECT_EQ(duration_text(3723), "1:02:03 h");
    EXPECT_EQ(duration_text(120 * 86400.0), "120 days");
    EXPECT_EQ(duration_text(10 * 365.25 * 86400.0), "10 years");
    EXPECT_EQ(memory_text(350.4), "350 MB");
    EXPECT_EQ(memory_text(1.25e6), "1.25 TB");
    EXPECT_EQ(memory_text(3e12), "3 EB");
}

}  // namespace
}  // namespace engram::test
