// SPDX-License-Identifier: Apache-2.0
// What is no configuration at all.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "experiment/problems_of.hpp"

namespace engram {
namespace {

using test::minimal;
using test::problems_of;

// With all that goes with a message but the name of the file.
std::string problems_in(const std::string& text) {
    return problems_of(minimal + text);
}

TEST(ConfigInput, endless_aliases_are_refused) {
    EXPECT_EQ(problems_of("simulation: &a {duration_s: 1, description: *a}\n"),
              "configs/x.yaml:1: simulation.description: this alias is inside of what it repeats");
}

TEST(ConfigInput, an_alias_needs_its_anchor) {
    EXPECT_EQ(problems_in("record: *a\n"),
              "configs/x.yaml:2: not valid YAML: the referenced anchor is not defined");
}

TEST(ConfigInput, aliases_repeat_values) {
    EXPECT_EQ(problems_in("groups: {a: &g {first: 0, count: 2}, b: *g}\n"), "");
}

TEST(ConfigInput, multiplied_aliases_are_refused) {
    std::string text = "a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n";
    for (int i = 1; i < 9; ++i) {
        const std::string below = "*a" + std::to_string(i - 1);
        text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + below;
        for (int k = 1; k < 10; ++k) text += ", " + below;
        text += "]\n";
    }
    EXPECT_NE(problems_of(text).find("exceeds 4 million keys and values"), std::string::npos);
}

TEST(ConfigInput, aliases_of_long_text_are_refused) {
    std::string text = "x: &a " + std::string(60'000, 'y') + "\nz: [*a";
    for (int i = 0; i < 2000; ++i) text += ", *a";
    EXPECT_NE(problems_of(text + "]\n").find("]: here the configuration exceeds 64 MB of text"),
              std::string::npos);
}

TEST(ConfigInput, nesting_has_an_end) {
    for (const char* opening : {"[", "{a: ", "? ", "- "}) {
        std::string text = "a: ";
        if (opening[0] == '?' || opening[0] == '-') text.clear();
        for (int i = 0; i < 100'000; ++i) text += opening;
        EXPECT_NE(problems_of(text).find("nested too deeply"), std::string::npos) << opening;
    }
}

// Also where a file was cut off.
TEST(ConfigInput, a_key_without_a_colon_is_refused) {
    const std::string problem = ": not valid YAML: a key without a colon, or the end is missing";
    EXPECT_EQ(problems_in("record:\n  every_steps: 10\n  neurons"), "configs/x.yaml:4" + problem);
    for (const char* key :
         {"connectivity", "connectivity\n", "\"connectivity\"", "[a]", "connectivity # c\n\n"})
        EXPECT_EQ(problems_in(key), "configs/x.yaml:2" + problem) << key;
}

TEST(ConfigInput, a_byte_order_mark_is_passed_over) {
    EXPECT_EQ(problems_of("\xEF\xBB\xBF" + minimal), "");
    EXPECT_EQ(problems_of("\xEF\xBB\xBF"
                          "simulation: {duration_s: 30}\nrecord"),
              "configs/x.yaml:2: not valid YAML: a key without a colon, or the end is missing");
}

// A part that is too long must not hide what follows it.
TEST(ConfigInput, nothing_is_cut_off) {
    const std::string end = "\nneuron: {t_ref_ms: -1}\n";
    const auto repeated = [](const std::string& part) {
        std::string text;
        while (text.size() < 5 << 20) text += part;
        return text;
    };
    const std::string parts[] = {
        "output:\n  directory: |\n" + repeated("    line\n"),  // block scalar
        "output:\n  directory: >\n" + repeated("    line\n"),
        "output:\n  directory: a\n" + repeated("    line\n"),  // plain scalar of several lines
        "output:\n  directory: \"" + repeated("    line\n") + "\"",
        repeated("\n"),
        repeated("  "),
        repeated("# comment\n"),
        "# " + repeated("c"),
        "record: {neurons: [" + repeated("1, ") + "1]}",
    };
    for (const std::string& part : parts) {
        const std::string problems = problems_in(part + end);
        const bool is_refused = problems.find("x.yaml:") != std::string::npos &&
                                problems.find("more than 4 MB from here on") != std::string::npos;
        const bool is_read = problems.find("neuron.t_ref_ms: must be") != std::string::npos;
        EXPECT_TRUE(is_refused || is_read) << part.substr(0, 40) << "...\n"
                                           << problems.substr(0, 1000);
    }
    // What comes before has its own reason.
    EXPECT_EQ(problems_of("simulation:\n\tduration_s: 1\n" + repeated("# comment\n")),
              "configs/x.yaml:2: not valid YAML: illegal map value; indent with spaces instead of "
              "tabs");
    const std::string long_but_in_parts = repeated("# comment\n# comment\ncheckpoint: {keep: 2}\n");
    EXPECT_NE(problems_of(long_but_in_parts).find("is given twice"), std::string::npos);
}

TEST(ConfigInput, there_is_one_document) {
    EXPECT_EQ(problems_in("---\nneuron: {}\n"),
              "configs/x.yaml:2: a second YAML document begins here; only one is allowed");
    EXPECT_EQ(problems_in("...\n"), "");
    EXPECT_EQ(problems_of("{simulation: {duration_s: 1}}\nneuron: {}\n"),
              "configs/x.yaml:2: a second YAML document begins here; only one is allowed");
    EXPECT_NE(problems_in("record: {every_steps: 1}}\n"), "");
}

TEST(ConfigInput, where_a_map_is_expected_nothing_else_will_do) {
    EXPECT_EQ(problems_of("simulation"),
              "configs/x.yaml:1: must be a map of sections (is simulation)");
    for (const char* section : {"populations", "connectivity", "groups", "background", "stimuli",
                                "neuron", "synapses", "record", "checkpoint", "output"}) {
        const std::string problem = problems_in(std::string(section) + ": x\n");
        EXPECT_NE(problem.find(std::string(":2: ") + section + ": must be a map"),
                  std::string::npos)
            << problem;
    }
}

TEST(ConfigInput, text_is_utf8) {
    EXPECT_EQ(problems_in("output: {directory: \"caf\xE9\"}\n"),
              "configs/x.yaml:2: holds a byte that is not UTF-8 (0xe9) in column 25; it must be "
              "text in UTF-8");
    EXPECT_EQ(problems_in("# \xC2\xB5 \x07\n"),
              "configs/x.yaml:2: holds the control character U+0007 in column 5; remove it");
    EXPECT_EQ(problems_in("# naïve 記憶 \xF0\x9F\xA7\xA0\r\n"), "");
}

TEST(ConfigInput, escape_sequences_make_no_other_text) {
    const std::pair<const char*, const char*> escapes[] = {
        {"\\0", "control character U+0000"},     {"\\x07", "control character U+0007"},
        {"\\u0085", "control character U+0085"}, {"\\N", "byte that is not UTF-8"},
        {"\\e", "control character U+001B"},     {"\\x7f", "control character U+007F"}};
    for (const auto& [escape, what] : escapes) {
        const std::string problem =
            problems_in(std::string("output:\n  directory: \"a") + escape + "b\"\n");
        EXPECT_NE(problem.find(std::string("x.yaml:3: output.directory: holds ")),
                  std::string::npos)
            << problem;
        EXPECT_NE(problem.find(what), std::string::npos) << problem;
    }
    EXPECT_NE(problems_in("output: {directory: \"a\\u202eb\"}\n"), "");
    EXPECT_NE(problems_in("record: {neurons: [\"\\x07\"]}\n"), "");
    EXPECT_NE(problems_in("\"rec\\x1b\": 1\n").find("rec\\x1b: is a key with"), std::string::npos);
    EXPECT_EQ(problems_in("output: {directory: \"a\\tb\\u00e9\"}\n"), "");
}

TEST(ConfigInput, tags_are_refused) {
    for (const char* tag : {"!foo", "!!str", "!<x>"})
        EXPECT_NE(problems_in(std::string("checkpoint: {keep: ") + tag + " 5}\n")
                      .find("configs/x.yaml:2: checkpoint.keep: has the tag "),
                  std::string::npos)
            << tag;
    EXPECT_NE(problems_in("neuron: !foo {}\n"), "");
    EXPECT_NE(problems_in("record: {neurons: !foo []}\n"), "");
}

TEST(ConfigInput, long_keys_and_values_are_not_repeated) {
    const std::string problem = problems_in("neuron: {t_ref_ms: " + std::string(5000, 'x') + "}\n");
    EXPECT_TRUE(problem.ends_with("xxx... (5000 bytes))")) << problem;
    EXPECT_NE(problems_in("? " + std::string(5000, 'x') + "\n: 1\n").find("is too long for a key"),
              std::string::npos);
}

TEST(ConfigInput, repeated_keys_are_not_counted_for_ever) {
    std::string text;
    for (int i = 0; i < 3000; ++i) text += "a: 1\n";
    const std::string problem = problems_of(text);
    EXPECT_EQ(std::count(problem.begin(), problem.end(), '\n'), 1000);
    EXPECT_TRUE(problem.ends_with(":1001: here are too many problems to go on"));
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
    const std::string large = "config_problems_test.large.yaml";
    std::ofstream(large) << "a: 1";
    std::filesystem::resize_file(large, (64 << 20) + 1);
    EXPECT_EQ(message(large),
              large + ": is larger than a configuration may be (64 MB); give a YAML file");
    std::filesystem::remove(large);
}
}  // namespace
}  // namespace engram
