// SPDX-License-Identifier: Apache-2.0
// What is no configuration at all.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "experiment/problems_of.hpp"

namespace engram {
namespace {

using test::problems_of;

TEST(ConfigInput, endless_aliases_are_refused) {
    EXPECT_NE(problems_of("simulation: &a {duration_s: 1, description: *a}\n"), "");
}

TEST(ConfigInput, multiplied_aliases_are_refused) {
    std::string text = "a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n";
    for (int i = 1; i < 9; ++i) {
        const std::string below = "*a" + std::to_string(i - 1);
        text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + below;
        for (int k = 1; k < 10; ++k) text += ", " + below;
        text += "]\n";
    }
    EXPECT_NE(problems_of(text).find("exceeds 4 million values"), std::string::npos);
}

TEST(ConfigInput, tabs_are_named) {
    EXPECT_EQ(problems_of("simulation:\n\tduration_s: 1\n"),
              "configs/x.yaml:2: not valid YAML: illegal map value; indent with spaces instead of "
              "tabs");
}

TEST(ConfigInput, unreadable_files) {
    const auto message = [](const std::string& path) -> std::string {
        try {
            read_configuration(path);
        } catch (const FileError& error) {
            EXPECT_EQ(error.exit_code(), ExitCode::unusable_file);
            return error.what();
        }
        return "";
    };
    EXPECT_EQ(message("/nowhere/x.yaml"), "/nowhere/x.yaml: there is no such file");
    EXPECT_EQ(message("/"), "/: is a directory");
    EXPECT_EQ(message("/dev/zero"),
              "/dev/zero: is not a regular file; write the configuration to one");
    const std::string binary = "config_problems_test.binary.yaml";
    std::ofstream(binary) << std::string("a: 1\0", 5);
    EXPECT_EQ(message(binary), binary + ": is not text; give a configuration in YAML");
    std::filesystem::resize_file(binary, (64 << 20) + 1);
    EXPECT_EQ(message(binary),
              binary + ": is larger than any configuration (64 MB); give a YAML file");
    std::filesystem::remove(binary);
}
}  // namespace
}  // namespace engram
