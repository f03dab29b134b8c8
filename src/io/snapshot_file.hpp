// SPDX-License-Identifier: Apache-2.0
// Snapshots of the plastic synapses: a part file each while the simulation runs, for all
// projections; gathered by projection in network.h5 at its end, with one of the end itself.
#pragma once

#include <mpi.h>

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/step_time.hpp"
#include "io/common_bits.hpp"
#include "io/edge_layout.hpp"
#include "io/edge_provider.hpp"
#include "io/parallel_file.hpp"
#include "io/plastic_order.hpp"
#include "io/protein_snapshot.hpp"

namespace engram {

// Datasets h_mV and z in a file.
struct SnapshotPlaces {
    std::optional<DatasetPlace<double>> h_mV;
    std::optional<DatasetPlace<double>> z;  //!< none: it is a constant
};

// What a snapshot holds of the edges of this rank.
struct PlasticSnapshot {
    double time_s = 0;
    PlasticValues values;
    CommonBits z;  //!< of all values of z; left empty, they are stored even if they are one
    ProteinSnapshot proteins = {};  //!< no pools: none are kept
};

// A complete part file.
struct SnapshotPart {
    std::string path;
    double time_s = 0;
    std::uint64_t checksum = 0;  //!< as write_snapshot_part
};

//! Collective. Writes h and z of all plastic edges, and the proteins, durably to a part file of its
//! own. If z is the same everywhere, it takes no space. \param n_targets  of the provider; the
//! proteins are of as many neurons \return checksum of its content, however it is stored; the same
//! on every rank \throw FileError on every rank
std::uint64_t write_snapshot_part(const std::string& path, const PlasticSnapshot& snapshot,
                                  std::uint64_t n_targets, const EdgeProvider& provider,
                                  MPI_Comm comm,
                                  std::uint64_t edges_per_round = default_edges_per_round);

//! Is given the weights of all edges of some targets, in the order of EdgeProvider::sources.
using UseWeights = std::function<void(LocalTargets targets, std::span<const double> h_mV,
                                      std::span<const double> z)>;

//! Collective. Reads what write_snapshot_part has written for the same edges.
//! \throw FileError on every rank if the part is unusable or damaged
void read_snapshot_part(const SnapshotPart& part, std::uint64_t n_targets,
                        const EdgeProvider& provider, const UseWeights& use, MPI_Comm comm,
                        std::uint64_t edges_per_round = default_edges_per_round);

// Which edges of a network.h5 are plastic.
struct PlasticProjection {
    std::string name;                //!< e.g. "exc_exc"
    std::uint64_t first_source = 0;  //!< global id of node 0 of each end
    std::uint64_t first_target = 0;
};

//! Collective. Each rank reads its share.
//! \throw FileError on every rank if the part is unusable or damaged
void verify_snapshot_part(const SnapshotPart& part, MPI_Comm comm);

//! Collective. Makes a part file again, from a network.h5 that holds the snapshot.
//! \param projections  the plastic ones
//! \throw FileError on every rank, with nothing changed, if network.h5 is unusable or does not hold
//! it
//! \param populations  of which there may be proteins
void rebuild_snapshot_part(const SnapshotPart& part, const std::string& network_path,
                           const std::vector<PlasticProjection>& projections, MPI_Comm comm,
                           std::span<const Population> populations = {});

// A snapshot's groups in a network.h5, one for each plastic projection.
class SnapshotGroups {
  public:
    //! \param order  of the edges of the network; must outlive this
    //! \param z      what z is everywhere, if it is a constant
    SnapshotGroups(double time_s, std::optional<double> z, const PlasticOrder& order)
        : time_s_(time_s), z_(z), order_(order) {}

    //! The groups of the projections must be there already.
    void lay_out(FileLayout& file);
    //! Values of consecutive edges in the order of all plastic ones; those of a constant are not
    //! written. Not collective, and fails in file.finish() only.
    void write(ParallelFile& file, h5::Slab all, std::span<const double> values,
               std::optional<DatasetPlace<double>> SnapshotPlaces::*kind) const;

  private:
    double time_s_;
    std::optional<double> z_;
    const PlasticOrder& order_;
    std::vector<SnapshotPlaces> places_;  //!< by projection
};

//! Copies a part file into network.h5.
class SnapshotCopy {
  public:
    //! \param order  of the edges of the network; must outlive this
    //! \throw FileError if the part is unusable, or has another number of edges
    SnapshotCopy(SnapshotPart part, const PlasticOrder& order,
                 std::span<const Population> populations);

    void lay_out(FileLayout& file) {
        groups_.lay_out(file);
        proteins_.lay_out(file);
    }
    //! Collective. Each rank copies its share; damage is told by file.finish().
    void write(ParallelFile& file) const;

  private:
    SnapshotPart part_;
    const PlasticOrder& order_;
    SnapshotGroups groups_;
    ProteinGroups proteins_;
};

//! Puts a snapshot of the present state into network.h5, which needs no part file: until network.h5
//! is complete, the run can be continued from a checkpoint, and comes here again.
class PresentSnapshot {
  public:
    //! Collective. All must outlive this.
    //! \param provider  of all plastic edges
    PresentSnapshot(const PlasticSnapshot& snapshot, const EdgeProvider& provider,
                    const PlasticOrder& order, std::span<const Population> populations,
                    MPI_Comm comm);

    void lay_out(FileLayout& file) {
        groups_.lay_out(file);
        proteins_.lay_out(file);
    }
    //! Collective. Each rank writes what it has.
    //! \param n_targets  of the provider
    void write(ParallelFile& file, std::uint64_t n_targets, std::uint64_t edges_per_round) const;

  private:
    const PlasticSnapshot& snapshot_;
    const EdgeProvider& provider_;
    SnapshotGroups groups_;
    ProteinGroups proteins_;
};

}  // namespace engram
