// SPDX-License-Identifier: Apache-2.0
// Proteins of a neuron and late-phase weights of its synapses. All pools are computed, whether they
// are used or not; what a late-phase weight has been exposed to is integrated numerically.
#pragma once

#include <array>
#include <cmath>
#include <vector>

#include "model/parameters.hpp"

namespace engram::test {

enum DensePool { pool_p, pool_c, pool_d };
using DensePools = std::array<double, 3>;  //!< a value for each of them

//! Those that a neuron has, in the order in which their amounts are told.
std::vector<DensePool> pools_of(const SynapseParameters& parameters);

// Early-phase changes of the synapses onto a neuron, summed by sign.
struct DenseChanges {
    double up_mV = 0;    //!< of h - h_0 where it is positive
    double down_mV = 0;  //!< of h_0 - h where that is

    void add(double change_mV) { (change_mV > 0.0 ? up_mV : down_mV) += std::abs(change_mV); }
    //! What the synthesis of each protein depends on.
    DensePools sums_mV() const { return {up_mV, up_mV + down_mV, down_mV}; }
};

class DenseLatePhase {
  public:
    explicit DenseLatePhase(const SynapseParameters& parameters) : p_(parameters) {}

    //! Sign of the change that is tagged, or 0.
    int tag(double change_mV) const;
    //! Amounts that the pools tend to.
    DensePools targets(const DenseChanges& changes, double theta_pro_mV) const;
    //! Amounts after a time with constant targets.
    DensePools after(const DensePools& from, const DensePools& targets, double time_s) const;

    // What drives late-phase weights over a time: f_int * integral of q / tau_z, with q the amount
    // of protein that a change of the sign uses.
    struct Exposure {
        double up;
        double down;
    };
    Exposure exposure(const DensePools& from, const DensePools& targets, double time_s) const;
    //! To one pool for both signs, whose integral is given.
    Exposure exposure_to(double integral) const {
        const double exposed = p_.f_int_l_per_umol * integral / p_.tau_z_s;
        return {exposed, exposed};
    }
    double z_after(double z, int tag, const Exposure& exposure) const;

    // A neuron and its incoming synapses during a consolidation.
    struct Cell {
        std::vector<double> change_mV;  //!< h - h_0
        std::vector<double> z;
        DensePools protein;
    };
    //! Moves on from event to event: ends of tags and of syntheses.
    void consolidate(Cell& cell, double theta_pro_mV, double time_s) const;

  private:
    struct Used {
        double up;
        double down;
    };
    Used used(const DensePools& amounts) const;

    SynapseParameters p_;
};

}  // namespace engram::test
