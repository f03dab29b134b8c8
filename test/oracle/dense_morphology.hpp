// SPDX-License-Identifier: Apache-2.0
// The oracle's neuron with a morphology: all compartments of the cylinder, and Kirchhoff's law.
// From it the resistances that the reduced neuron needs, by solving for the potentials; or the
// potentials themselves, integrated with small steps.
#pragma once

#include <functional>
#include <vector>

#include "model/parameters.hpp"

namespace engram::test {

class DenseMorphology {
  public:
    explicit DenseMorphology(const NeuronParameters& neuron);

    int n() const { return n_; }
    int soma() const { return soma_; }
    double c_tot_nF() const { return c_nF_ * n_; }

    //! What 1 nA that decays at a rate and is injected in a compartment adds to the mean potential
    //! in each compartment [mV], once all that is faster has relaxed.
    //! \param decay_per_ms  0: a constant current
    std::vector<double> beyond_the_mean_mV(int compartment, double decay_per_ms) const;

    //! Currents [nA] into soma and tip, by time since the beginning [ms].
    using Current = std::function<double(double)>;
    //! Moves the potentials [mV] on by a time, in so many equal steps of the trapezoidal rule.
    void integrate(std::vector<double>& v_mV, double time_ms, int n_steps, const Current& soma_nA,
                   const Current& tip_nA) const;

  private:
    //! Solves (a + b A) x = y in place, with A the axial conductances: (A x)_i = sum of x_i - x_j
    //! over the neighbours.
    void solve(double a, double b, std::vector<double>& y) const;
    std::vector<double> axial(const std::vector<double>& v) const;

    int n_;
    int soma_;
    double c_nF_;      //!< of a compartment
    double leak_uS_;   //!< likewise
    double axial_uS_;  //!< between neighbours
    double v_rev_mV_;
};

}  // namespace engram::test
