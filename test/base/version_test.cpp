// SPDX-License-Identifier: Apache-2.0
#include "base/version.hpp"

#include <gtest/gtest.h>

#include <regex>

namespace engram {
namespace {

TEST(Version, consists_of_three_numbers) {
    EXPECT_TRUE(std::regex_match(version(), std::regex("[0-9]+\\.[0-9]+\\.[0-9]+"))) << version();
}

TEST(Version, commit_is_a_hash_or_unknown) {
    const std::regex expected("[0-9a-f]{12,40}(-dirty)?|unknown");
    EXPECT_TRUE(std::regex_match(commit(), expected)) << commit();
}

}  // namespace
}  // namespace engram
