// SPDX-License-Identifier: Apache-2.0
// Problems of --set.
#include <gtest/gtest.h>

#include "experiment/problems_of.hpp"

namespace engram {
namespace {

using test::minimal;
using test::problems_of;

TEST(ConfigOverrides, problems_name_them) {
    EXPECT_EQ(problems_of(minimal, {"neuron.t_ref_ms=-2"}),
              "--set neuron.t_ref_ms=-2: neuron.t_ref_ms: must be greater than 0 and at most 1e5 "
              "(is -2)");
    EXPECT_EQ(problems_of(minimal, {"neuron.t_reff_ms=2"}),
              "--set neuron.t_reff_ms=2: neuron.t_reff_ms: unknown key; did you mean 't_ref_ms'?");
    EXPECT_EQ(problems_of(minimal, {"neuron={V_th: -50}"}),
              "--set neuron={V_th: -50}: neuron.V_th: unknown key; did you mean 'V_th_mV'?");
    EXPECT_EQ(problems_of(minimal, {"neuron.t_ref_ms"}),
              "--set: neuron.t_ref_ms: must have the form section.key=value");
    EXPECT_EQ(problems_of(minimal, {"neuron.=3"}),
              "--set: neuron.=3: must have the form section.key=value");
    EXPECT_EQ(problems_of(minimal, {"record.neurons=[1"}),
              "--set record.neurons=[1: record.neurons: not valid YAML: a key without a colon, "
              "or the end is missing");
    EXPECT_EQ(problems_of(minimal, {"record={every_steps: 1, every_steps: 2}"}),
              "--set record={every_steps: 1, every_steps: 2}: record.every_steps: is given twice");
    EXPECT_EQ(problems_of(minimal,
                          {"stimuli.a.scheme=FULL", "stimuli.a.group=exc", "stimuli.a.n_inputs=1"}),
              "--set stimuli.a.scheme=FULL: stimuli.a.rate_Hz: is missing");
}

TEST(ConfigOverrides, text_is_utf8) {
    EXPECT_EQ(
        problems_of(minimal, {"simulation.description=caf\xE9"}),
        "--set simulation.description=caf\\xe9: holds a byte that is not UTF-8 (0xe9); it must "
        "be text in UTF-8");
    EXPECT_NE(problems_of(minimal, {"neuron.\x1b=1"}), "");
    EXPECT_NE(problems_of(minimal, {"simulation.description=\"\\x07\""}), "");
}

TEST(ConfigOverrides, values_are_one_whole_document) {
    for (const char* value : {"record=every_steps: 10\n neurons", "record={}\n---\n{}",
                              "record={} }", "record=!foo {}", "record=*a"})
        EXPECT_NE(problems_of(minimal, {value}).find("--set " + one_line(value) + ": record"),
                  std::string::npos)
            << value;
}

TEST(ConfigOverrides, override_mends_a_problem_of_the_file) {
    EXPECT_EQ(problems_of(minimal + "neuron: {t_ref_ms: -2}\n", {"neuron.t_ref_ms=2"}), "");
}

TEST(ConfigOverrides, null_takes_a_key_away) {
    const std::string text = minimal +
                             "groups: {a: {first: 0, count: 1}}\n"
                             "stimuli:\n"
                             "  s: {scheme: FULL, group: a, n_inputs: 1, rate_Hz: 1}\n"
                             "  t: {scheme: nonsense}\n"
                             "neuron: {t_ref_ms: -2}\n";
    EXPECT_NE(problems_of(text), "");
    EXPECT_EQ(problems_of(text, {"stimuli.t=null", "neuron.t_ref_ms="}), "");
    EXPECT_EQ(problems_of(text, {"stimuli=null", "groups=null", "neuron=null"}), "");
    EXPECT_NE(problems_of(text, {"stimuli.t=null", "neuron=null", "groups.a=null"}), "");
    // What is not there cannot be meant: a typing error.
    EXPECT_NE(problems_of(text, {"stimuli.t=null", "neuron=null", "stimuli.u=null"}), "");
    EXPECT_NE(problems_of(text, {"stimuli.t=null", "neuron=null", "neuronn=null"}), "");
}

}  // namespace
}  // namespace engram
