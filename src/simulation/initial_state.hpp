// SPDX-License-Identifier: Apache-2.0
// What a run begins with, instead of h = h_0, z = 0 and no proteins.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "network/network.hpp"
#include "simulation/simulation_state.hpp"

namespace engram {

//! Names of what is kept of the proteins of a neuron, e.g. "p", in the order of Executor::protein;
//! see protein_amounts.
std::vector<std::string> kept_proteins(const Experiment& experiment);
//! Whether one of them is the amplitude of a mode along the cell. Where there is none, it is 0:
//! protein is spread evenly.
bool is_protein_mode(const std::string& name);

// Writes through the views of Simulation::begin_initial_state.
class InitialValues {
  public:
    //! All must outlive this.
    InitialValues(const LocalState& local, const Network& network, const Experiment& experiment);

    //! \param k  synapse in the order of the table
    void set_weights(SynapseIndex k, double h_mV, double z) const {
        change_mV_[k] = h_mV - h_0_mV_;
        z_[k] = z;
    }
    //! \param pool    index in kept_proteins
    //! \param target  local index
    void set_protein(std::size_t pool, std::uint32_t target, double amount_umol_per_l) const {
        const ProteinPlace& place = proteins_[pool];
        place.values[target * place.stride + place.first] = amount_umol_per_l;
    }

    //! Why a synapse cannot have these weights; empty: it can.
    std::string problem_of_weights(double h_mV, double z) const;
    //! Likewise of an amount of protein.
    //! \param pool  index in kept_proteins
    std::string problem_of_protein(std::size_t pool, double amount_umol_per_l) const;
    //! Of all weights onto a neuron together, once they are set.
    std::string problem_of_sums() const;

  private:
    const Network& network_;
    const SynapseParameters& synapses_;
    double h_0_mV_;
    std::span<double> change_mV_;
    std::span<double> z_;
    // Where one of the kept proteins of all local neurons is.
    struct ProteinPlace {
        std::span<double> values;
        std::size_t first;
        std::size_t stride;
        bool is_mode;
    };
    std::vector<ProteinPlace> proteins_;
};

}  // namespace engram
