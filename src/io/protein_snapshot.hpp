// SPDX-License-Identifier: Apache-2.0
// The amounts of protein that belong to a snapshot: in its part file by global id of the neuron,
// in network.h5 by population. Those of inhibitory neurons, which have none, are not kept there.
#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "experiment/populations.hpp"
#include "io/parallel_file.hpp"

namespace engram {

// What this rank has of them.
struct ProteinSnapshot {
    std::vector<h5::Slab> neurons;                       //!< global ids
    std::map<std::string, std::vector<double>> amounts;  //!< [umol/l] by pool, of these neurons
};

// Datasets of one location, by pool.
class ProteinPlaces {
  public:
    //! Adds a dataset of `n_neurons` for each pool.
    ProteinPlaces(FileLayout& file, const h5::Group& location,
                  const std::vector<std::string>& pools, std::uint64_t n_neurons);
    const DatasetPlace<double>& of(const std::string& pool) const { return places_.at(pool); }

  private:
    std::map<std::string, DatasetPlace<double>> places_;
};

//! Names of the pools that a group of datasets holds, ascending.
std::vector<std::string> pools_in(hid_t location, const std::string& group);

//! Group of a part file.
inline constexpr const char* protein_part_group = "proteins";
//! Where network.h5 holds the proteins of a population at the time of a snapshot.
std::string protein_group(const Population& population, double time_s);

//! Cable::shape of the cells of a population; empty: proteins do not diffuse in them.
//! \throw FileError if it is none
std::vector<double> read_cell_shape(const h5::File& file, double time_s,
                                    const Population& population);

// A snapshot's groups in a network.h5, one for each excitatory population.
class ProteinGroups {
  public:
    //! \param populations  with their neurons, must outlive this
    ProteinGroups(double time_s, std::vector<std::string> pools,
                  std::span<const Population> populations);

    void lay_out(FileLayout& file);
    //! Amounts of consecutive neurons. Not collective, and fails in file.finish() only.
    void write(ParallelFile& file, const std::string& pool, h5::Slab neurons,
               std::span<const double> amounts) const;

  private:
    double time_s_;
    std::vector<std::string> pools_;
    std::span<const Population> populations_;
    std::vector<ProteinPlaces> places_;  //!< by excitatory population
};

//! Amounts of consecutive neurons in a network.h5; 0 of those that have none.
//! \throw FileError if a dataset is missing, or has another size than its population
std::vector<double> read_proteins(const h5::File& file, double time_s, const std::string& pool,
                                  std::span<const Population> populations, h5::Slab neurons);

//! Whether a network.h5 holds the proteins of all excitatory populations at a time.
bool has_proteins(const h5::File& file, double time_s, std::span<const Population> populations);

}  // namespace engram
