// SPDX-License-Identifier: Apache-2.0
#include "base/messages.hpp"

#include <gtest/gtest.h>

#include "base/errors.hpp"

namespace engram::test {
namespace {

TEST(Messages, EachLineHasThePrefix) {
    testing::internal::CaptureStderr();
    warning("{} is full\nempty it", "a/b");
    EXPECT_EQ(testing::internal::GetCapturedStderr(),
              "engram: warning: a/b is full\nengram: warning: empty it\n");
}

TEST(Messages, NamesMakeNoLines) {
    testing::internal::CaptureStderr();
    note("{} and {} of {:<3}{}", std::string("a\nengram: error: b"), "c\nx", "e", 1);
    EXPECT_EQ(testing::internal::GetCapturedStderr(),
              "engram: note: a\\nengram: error: b and c\\nx of e  1\n");
}

TEST(Messages, ErrorsAreOneLineButForLists) {
    const FileError error("a\nb", std::string("holds 'c\nx\0'; mend it", 21));
    EXPECT_STREQ(error.what(), "a\\nb: holds 'c\\nx\\x00'; mend it");
    EXPECT_EQ(error.path(), "a\nb");
    EXPECT_EQ(error.problem(), "holds 'c\\nx\\x00'; mend it");
    EXPECT_STREQ(FileError::of_lines("a", "b\na: c").what(), "a: b\na: c");
    EXPECT_STREQ(UsageError("unknown 'a\nb'").what(), "unknown 'a\\nb'");
    EXPECT_STREQ(ConfigError({{"f\ng", 1, "k\nl", "m\nn"}, {"", 0, "", "o\np"}}).what(),
                 "f\\ng:1: k\\nl: m\\nn\no\np");
    EXPECT_LT(std::string(FileError("a", std::string(5'000'000, 'x')).what()).size(), 20'000u);
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
