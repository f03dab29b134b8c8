// What one rank holds against the same of the whole network.
#pragma once

#include "simulation/complete_run.hpp"

namespace engram::test {

// Local weights of a snapshot against those of the whole network.
inline void expect_part_of(const Snapshot& part, const Network& local, const Snapshot& whole,
                           const Network& all) {
    EXPECT_EQ(part.step, whole.step);
    std::vector<double> h_mV;
    std::vector<double> z;
    for (NeuronId pre = 0; pre < local.plastic().n_sources(); ++pre)
        for (const std::uint32_t target : local.plastic().row(pre)) {
            const NeuronId post = local.global_id(target);
            const SynapseIndex k = all.plastic().find(pre, all.partition().local_index(post));
            ASSERT_LT(k, all.plastic().size());
            h_mV.push_back(whole.h_mV[k]);
            z.push_back(whole.z[k]);
        }
    expect_same_bits(part.h_mV, h_mV, "h");
    expect_same_bits(part.z, z, "z");
}

}  // namespace engram::test
