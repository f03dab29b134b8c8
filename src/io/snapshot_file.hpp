// Snapshots of the plastic synapses: a part file each while the simulation runs, all gathered in
// network.h5 at its end.
#pragma once

#include <mpi.h>

#include <array>
#include <string>

#include "experiment/step_time.hpp"
#include "io/edge_layout.hpp"
#include "io/edge_provider.hpp"
#include "io/parallel_file.hpp"

namespace engram {

//! Datasets h_mV and z.
using SnapshotPlaces = std::array<DatasetPlace<double>, 2>;

//! Collective. Writes h and z of all edges of exc_exc durably to a part file of its own.
//! \throw FileError on every rank
void write_snapshot_part(const std::string& path, double time_s, std::uint64_t n_targets,
                         const EdgeProvider& provider, const PlasticValues& values, MPI_Comm comm,
                         std::uint64_t edges_per_round = default_edges_per_round);

//! Copies a part file into a group of another file.
class SnapshotCopy {
  public:
    //! \throw FileError if the part is unusable, or has not `n_edges` edges
    SnapshotCopy(const std::string& part_path, std::uint64_t n_edges);

    //! \param parent  name of the group to which the snapshot is added
    void lay_out(FileLayout& file, const std::string& parent);
    //! Each rank copies its share.
    void write(ParallelFile& file) const;

  private:
    std::string part_path_;
    std::uint64_t n_edges_;
    std::string label_;
    double time_s_;
    SnapshotPlaces places_;
};

}  // namespace engram
