// SPDX-License-Identifier: Apache-2.0
// The bound of potentiation and the pools of proteins: read, written, refused.
#include <gtest/gtest.h>

#include "experiment/config_difference.hpp"
#include "experiment/configuration.hpp"
#include "experiment/problems_of.hpp"

namespace engram {
namespace {

using test::minimal;
using test::problems_of;

TEST(LatePhaseKeys, protein_pools_are_written_as_they_are_read) {
    const Experiment standard = parse_configuration(minimal, "c.yaml");
    EXPECT_EQ(standard.synapses, SynapseParameters());
    EXPECT_NE(resolved_configuration(standard).find("  z_max: 1\n  protein_pools: C\n"),
              std::string::npos);
    for (const auto& [word, pools] : {std::pair{"C", ProteinPools::common},
                                      {"P/D", ProteinPools::p_and_d},
                                      {"P/C/D", ProteinPools::p_c_and_d}}) {
        const Experiment e = parse_configuration(
            minimal, "c.yaml", {std::string("synapses.protein_pools=") + word, "synapses.z_max=5"});
        EXPECT_EQ(e.synapses.protein_pools, pools);
        EXPECT_EQ(e.synapses.z_max, 5);
        const std::string text = resolved_configuration(e);
        EXPECT_NE(text.find(std::string("  z_max: 5\n  protein_pools: ") + word + "\n"),
                  std::string::npos);
        EXPECT_EQ(parse_configuration(text, "again.yaml"), e);
        const auto differences = configuration_differences(resolved_configuration(standard), text);
        ASSERT_EQ(differences.size(), pools == ProteinPools::common ? 1u : 2u);
        EXPECT_EQ(differences.back().key, "synapses.z_max");
        if (differences.size() == 1) continue;
        EXPECT_EQ(differences[0].key, "synapses.protein_pools");
        EXPECT_EQ(differences[0].before, "C");
        EXPECT_EQ(differences[0].after, word);
    }
}

TEST(LatePhaseKeys, what_cannot_be_computed_with_is_refused) {
    const auto problem = [](const std::string& synapses) {
        return problems_of(minimal + "synapses: {" + synapses + "}\n");
    };
    const std::string key = "configs/x.yaml:2: synapses.";
    EXPECT_EQ(problem("z_max: 0"), key + "z_max: must be in [1e-06, 1000] (is 0)");
    EXPECT_EQ(
        problem("protein_pools: P/c/D"),
        key + "protein_pools: must be one of C, P/D, P/C/D (is P/c/D); did you mean 'P/C/D'?");
    EXPECT_EQ(problem("protein_pools: all"),
              key + "protein_pools: must be one of C, P/D, P/C/D (is all)");
    EXPECT_EQ(problem("protein_pools: [P, D]"),
              key + "protein_pools: must be one of C, P/D, P/C/D (is a list)");
    EXPECT_EQ(problem("protein_pool: C"),
              key + "protein_pool: unknown key; did you mean 'protein_pools'?");
}

}  // namespace
}  // namespace engram
