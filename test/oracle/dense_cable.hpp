// SPDX-License-Identifier: Apache-2.0
// Protein in the compartments of a neuron, integrated by small steps of Euler's method:
//     dp_i/dt = D (p_{i-1} - 2 p_i + p_{i+1}) / dx^2 - p_i / tau_p + source_i,    sealed ends,
// where the source is p_max n / tau_p times the share of the synthesis zone that is in compartment
// i. Its error is of the order of the step.
#pragma once

#include <vector>

#include "model/parameters.hpp"

namespace engram::test {

struct DenseCable {
    int n = 1;
    double dx_um = 1;
    double diffusivity_um2_per_s = 0;
    std::vector<double> zone;  //!< share of each compartment, 1 in all
};

//! A cell of these pieces, in compartments of at most a length that is also that of the zone.
DenseCable dense_cable(double basal_um, double soma_radius_um, double apical_um,
                       double compartment_um, double diffusivity_um2_per_s);

class DenseDiffusion {
  public:
    //! \param longest_step_s  of the integration
    DenseDiffusion(const DenseCable& cable, const SynapseParameters& parameters,
                   double longest_step_s);

    //! Moves protein on. Returns the integral of p in the first compartment over the time.
    double advance(std::vector<double>& p, bool synthesis, double time_s) const;

    double longest_step_s() const { return longest_step_s_; }

  private:
    DenseCable cable_;
    double tau_s_;
    double longest_step_s_;
    std::vector<double> source_;
};

}  // namespace engram::test
