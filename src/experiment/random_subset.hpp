// SPDX-License-Identifier: Apache-2.0
// Random subsets of neurons that depend on the seed and the group's name alone.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "experiment/experiment.hpp"

namespace engram {

//! Draws `count` of the ids, each subset equally likely; the result is ascending.
std::vector<NeuronId> random_subset(std::vector<NeuronId> ids, std::size_t count,
                                    std::uint64_t seed, const std::string& group_name);

}  // namespace engram
