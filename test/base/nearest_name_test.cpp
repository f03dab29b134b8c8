// SPDX-License-Identifier: Apache-2.0
#include "base/nearest_name.hpp"

#include <gtest/gtest.h>

#include "experiment/problems_of.hpp"

namespace engram {
namespace {

using test::minimal;
using test::problems_of;

TEST(NearestName, key_that_was_meant) {
    EXPECT_EQ(edit_distance("kitten", "sitting"), 3u);
    EXPECT_EQ(edit_distance("", "abc"), 3u);
    EXPECT_EQ(problems_of("simulation: {duration_s: 3, duration_ms: 3000}\n"),
              "configs/x.yaml:1: simulation.duration_ms: unknown key; did you mean 'duration_s'?");
    EXPECT_EQ(problems_of(minimal + "neuron: {t_ref_s: 0.002}\n"),
              "configs/x.yaml:2: neuron.t_ref_s: unknown key; did you mean 't_ref_ms'?");
    EXPECT_EQ(problems_of(minimal + "neuron: {tref: 2}\n"),
              "configs/x.yaml:2: neuron.tref: unknown key; did you mean 't_ref_ms'?");
    EXPECT_EQ(problems_of(minimal + "output: {dir: x}\n"),
              "configs/x.yaml:2: output.dir: unknown key; did you mean 'directory'?");
    EXPECT_EQ(problems_of(minimal + "background: {I_0_pA: 150}\n"),
              "configs/x.yaml:2: background.I_0_pA: unknown key; valid are: mean_nA, "
              "sigma_wn_nA_sqrt_s");
    EXPECT_EQ(problems_of(minimal + "stimuli: {a: {scheme: FULL, group: exc, n_inputs: 1, "
                                    "rate_hz: 1, rate_Hz: 1}}\n"),
              "configs/x.yaml:2: stimuli.a.rate_hz: unknown key; did you mean 'rate_Hz'?");
}

}  // namespace
}  // namespace engram
