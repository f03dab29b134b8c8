// Snapshots of the plastic synapses: a part file each while the simulation runs, all gathered in
// network.h5 at its end.
#pragma once

#include <mpi.h>

#include <array>
#include <string>

#include "base/step_time.hpp"
#include "io/edge_layout.hpp"
#include "io/edge_provider.hpp"
#include "io/parallel_file.hpp"

namespace engram {

//! Datasets h_mV and z.
using SnapshotPlaces = std::array<DatasetPlace<double>, 2>;

// A complete part file.
struct SnapshotPart {
    std::string path;
    double time_s = 0;
    std::uint64_t checksum = 0;  //!< as write_snapshot_part
};

//! Collective. Writes h and z of all edges of exc_exc durably to a part file of its own.
//! \return checksum of its content, the same on every rank
//! \throw FileError on every rank
std::uint64_t write_snapshot_part(const std::string& path, double time_s, std::uint64_t n_targets,
                                  const EdgeProvider& provider, const PlasticValues& values,
                                  MPI_Comm comm,
                                  std::uint64_t edges_per_round = default_edges_per_round);

//! Collective. Each rank reads its share.
//! \throw FileError on every rank if the part is unusable or damaged
void verify_snapshot_part(const SnapshotPart& part, MPI_Comm comm);

//! Collective. Makes a part file again, from a network.h5 that holds the snapshot.
//! \throw FileError on every rank, with nothing changed, if network.h5 is unusable or does not hold
//! it
void rebuild_snapshot_part(const SnapshotPart& part, const std::string& network_path,
                           MPI_Comm comm);

//! Copies a part file into a group of another file.
class SnapshotCopy {
  public:
    //! \throw FileError if the part is unusable, or has not `n_edges` edges
    SnapshotCopy(SnapshotPart part, std::uint64_t n_edges);

    //! \param parent  name of the group to which the snapshot is added
    void lay_out(FileLayout& file, const std::string& parent);
    //! Collective. Each rank copies its share; damage is told by file.finish().
    void write(ParallelFile& file) const;

  private:
    SnapshotPart part_;
    std::uint64_t n_edges_;
    SnapshotPlaces places_;
};

}  // namespace engram
