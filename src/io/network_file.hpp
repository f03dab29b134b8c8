// SPDX-License-Identifier: Apache-2.0
// network.h5: the synapses in SONATA format, written by all ranks together.
#pragma once

#include <mpi.h>

#include <span>
#include <string>
#include <vector>

#include "io/edge_layout.hpp"
#include "io/edge_provider.hpp"
#include "io/snapshot_file.hpp"

namespace engram {

inline const std::string network_filetype = "engram network";

struct NetworkEdges {
    EdgePopulation population;
    const EdgeProvider* provider = nullptr;
};

// A snapshot of the end, which no part file holds.
struct LastSnapshot {
    PlasticSnapshot snapshot;
    const EdgeProvider* provider = nullptr;  //!< of all plastic edges
    std::uint64_t n_targets = 0;             //!< of the provider
};

//! Collective. Writes network.h5 durably, with the snapshots of each plastic projection. The parts
//! of snapshots stay as they are: after a failure this may be repeated. Memory grows with the
//! number of neurons and `edges_per_round` only, and what is written does not depend on the number
//! of ranks. Damage of a part is found. An edge takes 8 bytes, 12 in a projection of more than 64
//! rounds of them; what is the same for all edges of a projection takes none.
//! \param last             follows on those of the parts; may be null
//! \param indexes_sources  whether there is an index by source too, of up to 16 bytes per edge
//! \param populations      of whose excitatory neurons snapshots have proteins, with their neurons
//! \throw FileError on every rank
void write_network_file(const std::string& path, std::span<const NetworkEdges> edges,
                        std::span<const SnapshotPart> snapshot_parts, const LastSnapshot* last,
                        bool indexes_sources, MPI_Comm comm,
                        std::uint64_t edges_per_round = default_edges_per_round,
                        std::span<const Population> populations = {});

}  // namespace engram
