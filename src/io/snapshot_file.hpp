// Snapshots of the plastic synapses: a part file each while the simulation runs, all gathered in
// network.h5 at its end.
#pragma once

#include <mpi.h>

#include <span>
#include <string>
#include <vector>

#include "experiment/step_time.hpp"
#include "io/edge_layout.hpp"
#include "io/edge_provider.hpp"

namespace engram {

//! Write h and z of all edges of exc_exc durably to a part file of its own. Collective.
void write_snapshot_part(const std::string& path, double time_s, std::uint64_t n_targets,
                         const EdgeProvider& provider, const PlasticValues& values, MPI_Comm comm,
                         std::uint64_t edges_per_round = default_edges_per_round);

//! Make network.h5 at `target_path` from a network file and the part files of snapshots, which
//! all stay as they are: after a failure this may be repeated. Collective.
void assemble_network_file(const std::string& network_path,
                           std::span<const std::string> snapshot_paths,
                           const std::string& target_path, MPI_Comm comm);

}  // namespace engram
