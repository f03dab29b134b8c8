// network.h5: the synapses in SONATA format, written by all ranks together.
#pragma once

#include <mpi.h>

#include <span>
#include <string>
#include <vector>

#include "io/edge_layout.hpp"
#include "io/edge_provider.hpp"
#include "io/hdf5.hpp"

namespace engram {

inline const std::string network_filetype = "engram network";

struct NetworkEdges {
    EdgePopulation population;
    const EdgeProvider* provider = nullptr;
};

//! Write /edges/<name>. Memory grows with the number of neurons and `edges_per_round` only, and
//! what is written does not depend on the number of ranks. Collective.
void write_network_edges(const h5::File& file, const EdgePopulation& population,
                         const EdgeProvider& provider, MPI_Comm comm,
                         std::uint64_t edges_per_round = default_edges_per_round);

//! Write a whole network file durably. Collective.
void write_network_file(const std::string& path, std::span<const NetworkEdges> edges, MPI_Comm comm,
                        std::uint64_t edges_per_round = default_edges_per_round);

}  // namespace engram
