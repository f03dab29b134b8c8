// SPDX-License-Identifier: Apache-2.0
#include "oracle/dense_morphology.hpp"

#include <cmath>
#include <numbers>
#include <numeric>

namespace engram::test {

DenseMorphology::DenseMorphology(const NeuronParameters& neuron) : v_rev_mV_(neuron.v_rev_mV) {
    const Morphology& m = *neuron.morphology;
    const double length_um =
        m.basal_dendrite_um + 2 * m.soma_radius_um + m.compartment_um + m.apical_dendrite_um;
    n_ = 1;
    while (length_um / n_ > m.compartment_um + 1e-9) ++n_;
    const double dx_um = length_um / n_;
    soma_ =
        static_cast<int>((m.basal_dendrite_um + m.soma_radius_um + m.compartment_um / 2) / dx_um);
    const double membrane_um = m.capacitance == Morphology::Capacitance::published
                                   ? length_um - m.compartment_um
                                   : length_um;
    c_nF_ = neuron.c_mem_nF * dx_um / membrane_um;
    leak_uS_ = dx_um / membrane_um / neuron.r_leak_MOhm;
    // Ohm cm um / um^2 = 10^4 Ohm.
    const double area_um2 = std::numbers::pi * m.soma_radius_um * m.soma_radius_um;
    axial_uS_ = area_um2 / (m.axial_resistivity_ohm_cm * dx_um) * 1e-4 * 1e6;
}

std::vector<double> DenseMorphology::axial(const std::vector<double>& v) const {
    std::vector<double> current(v.size(), 0.0);
    for (int i = 0; i + 1 < n_; ++i) {
        const double flow = axial_uS_ * (v[i] - v[i + 1]);
        current[i] += flow;
        current[i + 1] -= flow;
    }
    return current;
}

void DenseMorphology::solve(double a, double b, std::vector<double>& y) const {
    // Gaussian elimination of neighbours.
    const double off = -b * axial_uS_;
    std::vector<double> diagonal(n_, a);
    for (int i = 0; i < n_; ++i) diagonal[i] -= off * ((i > 0) + (i + 1 < n_));
    for (int i = 1; i < n_; ++i) {
        const double factor = off / diagonal[i - 1];
        diagonal[i] -= factor * off;
        y[i] -= factor * y[i - 1];
    }
    for (int i = n_ - 1; i >= 0; --i)
        y[i] = (y[i] - (i + 1 < n_ ? off * y[i + 1] : 0.0)) / diagonal[i];
}

std::vector<double> DenseMorphology::beyond_the_mean_mV(int compartment,
                                                        double decay_per_ms) const {
    std::vector<double> v(n_, 0.0);
    v[compartment] = 1.0;
    // c dV/dt = -leak V - A V + I with V that decays as I does.
    solve(leak_uS_ - c_nF_ * decay_per_ms, 1.0, v);
    const double mean = std::accumulate(v.begin(), v.end(), 0.0) / n_;
    for (double& one : v) one -= mean;
    return v;
}

void DenseMorphology::integrate(std::vector<double>& v_mV, double time_ms, int n_steps,
                                const Current& soma_nA, const Current& tip_nA) const {
    const double h = time_ms / n_steps;
    for (int k = 0; k < n_steps; ++k) {
        // (c/h + (leak + A)/2) V' = (c/h - (leak + A)/2) V + mean current, V from the resting one.
        for (double& v : v_mV) v -= v_rev_mV_;
        const std::vector<double> flow = axial(v_mV);
        for (int i = 0; i < n_; ++i) v_mV[i] = (c_nF_ / h - leak_uS_ / 2) * v_mV[i] - flow[i] / 2;
        v_mV[soma_] += (soma_nA(k * h) + soma_nA((k + 1) * h)) / 2;
        v_mV[0] += (tip_nA(k * h) + tip_nA((k + 1) * h)) / 2;
        solve(c_nF_ / h + leak_uS_ / 2, 0.5, v_mV);
        for (double& v : v_mV) v += v_rev_mV_;
    }
}

}  // namespace engram::test
