// SPDX-License-Identifier: Apache-2.0
// What the network layer tells the writer of network.h5 about the synapses of a projection.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace engram {

//! Consecutive neurons, numbered within the target population.
struct TargetRange {
    std::uint64_t first = 0;
    std::uint64_t count = 0;
};

//! Parts of the local ranges, ascending, with no local target left out between them.
using LocalTargets = std::span<const TargetRange>;

//! The edges that end at the neurons of this rank. The edges of a target are sorted by source.
class EdgeProvider {
  public:
    virtual ~EdgeProvider() = default;
    //! Ascending and disjoint; over all ranks each target occurs exactly once.
    virtual std::vector<TargetRange> local_targets() const = 0;
    //! Stores the number of edges of each local target at its place; leaves the others as they are.
    virtual void in_degrees(std::span<std::uint64_t> degrees) const = 0;
    //! Replaces `source_ids` by the sources, numbered within their population, of all edges of some
    //! targets, sorted by (target, source).
    virtual void sources(LocalTargets targets, std::vector<std::uint32_t>& source_ids) const = 0;
};

//! Replaces h_mV and z by those of all edges of some targets, in the order of sources().
using PlasticValues =
    std::function<void(LocalTargets targets, std::vector<double>& h_mV, std::vector<double>& z)>;

//! Constant properties of the edges from one population to another.
struct EdgePopulation {
    std::string name;  //!< e.g. "exc_inh"
    std::string source_population;
    std::string target_population;
    std::uint64_t n_sources = 0;
    std::uint64_t n_targets = 0;
    double syn_weight_mV = 0;  //!< of plastic synapses: the initial value h_0
    double delay_ms = 0;
    bool plastic = false;
    std::uint64_t first_source = 0;  //!< global id of node 0 of each end
    std::uint64_t first_target = 0;
};

}  // namespace engram
