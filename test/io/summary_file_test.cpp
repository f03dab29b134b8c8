// SPDX-License-Identifier: Apache-2.0
#include "io/summary_file.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "base/temporary_directory.hpp"

namespace engram::test {
namespace {

TEST(Summary, IsReadableJson) {
    const TemporaryDirectory directory;
    const std::string path = directory.file("summary.json");
    write_summary(path, {{"seed", 1},
                         {"directory",
                          "bad\xff"
                          "byte"},
                         {"rate", std::nan("")}});
    const auto summary = nlohmann::json::parse(content(path));
    EXPECT_EQ(summary["seed"], 1);
    EXPECT_TRUE(summary["rate"].is_null());
}

}  // namespace
}  // namespace engram::test
