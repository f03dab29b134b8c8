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

//! Names of the recorded variables that are amounts of protein, e.g. "p", in the order of
//! Executor::protein.
std::vector<std::string> protein_pools(const SynapseParameters& synapses);

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
    //! \param pool    index in protein_pools
    //! \param target  local index
    void set_protein(std::size_t pool, std::uint32_t target, double amount_umol_per_l) const {
        proteins_[pool][target] = amount_umol_per_l;
    }

    //! Why a synapse cannot have these weights; empty: it can.
    std::string problem_of_weights(double h_mV, double z) const;
    //! Likewise of an amount of protein.
    std::string problem_of_protein(double amount_umol_per_l) const;
    //! Of all weights onto a neuron together, once they are set.
    std::string problem_of_sums() const;

  private:
    const Network& network_;
    const SynapseParameters& synapses_;
    double h_0_mV_;
    std::span<double> change_mV_;
    std::span<double> z_;
    std::vector<std::span<double>> proteins_;
};

}  // namespace engram
