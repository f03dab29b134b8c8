// SPDX-License-Identifier: Apache-2.0
// How much memory of a device one rank's part of a network takes.
#pragma once

#include <cstdint>

#include "network/network.hpp"
#include "plasticity/variable.hpp"

namespace engram::device {

// What one rank's part of a network consists of.
struct RankSizes : plasticity::StateSizes {
    std::uint64_t fixed_rows = 0;  //!< of all tables of fixed synapses
    std::uint64_t fixed_synapses = 0;
};

RankSizes sizes_of(const Network& network);
//! Of a rank that has its share of everything.
RankSizes expected_sizes(const Experiment& experiment, double n_plastic, double n_fixed,
                         int n_ranks);

//! Most spikes that one epoch can bring on a rank with so many neurons, whatever their populations.
std::uint64_t most_spikes_per_epoch(const Experiment& experiment, std::uint64_t n_local);

//! Bytes that are taken before the first step. During the run 16 more are taken for each plastic
//! synapse that the spikes of one epoch reach at most, and a few MB for samples.
std::uint64_t bytes_on_device(const Experiment& experiment, const RankSizes& sizes);

}  // namespace engram::device
