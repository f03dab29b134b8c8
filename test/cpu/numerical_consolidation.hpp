// SPDX-License-Identifier: Apache-2.0
// The published equations of consolidation for one neuron and its incoming synapses, by classical
// Runge-Kutta. Steps within which a bracket ([S >= theta_pro] or a tag) changes are halved until
// they no longer matter.
#pragma once

#include <cmath>
#include <vector>

#include "model/parameters.hpp"

namespace engram::test {

struct NumericalPool {
    std::vector<double> change_mV;  //!< h - h_0
    std::vector<double> z;
    double protein = 0;

    bool synthesis(const SynapseParameters& p) const {
        double sum = 0;
        for (const double change : change_mV) sum += std::fabs(change);
        return sum >= p.theta_pro_mV;
    }
    int tag(const SynapseParameters& p, std::size_t q) const {
        return (change_mV[q] >= p.theta_tag_mV) - (-change_mV[q] >= p.theta_tag_mV);
    }

    void integrate(const SynapseParameters& p, double time_s) {
        const double step_s = 5.0;
        const int n = static_cast<int>(time_s / step_s);
        for (int i = 0; i < n; ++i) advance(p, step_s);
        advance(p, time_s - n * step_s);
    }

  private:
    void advance(const SynapseParameters& p, double step_s) {
        NumericalPool next = *this;
        next.runge_kutta(p, *this, step_s);
        if (step_s < 1e-7 || next.same_brackets(p, *this)) {
            *this = next;
            return;
        }
        advance(p, step_s / 2);
        advance(p, step_s / 2);
    }
    bool same_brackets(const SynapseParameters& p, const NumericalPool& other) const {
        if (synthesis(p) != other.synthesis(p)) return false;
        for (std::size_t q = 0; q < z.size(); ++q)
            if (tag(p, q) != other.tag(p, q)) return false;
        return true;
    }
    // State, with weights and protein in one list.
    std::vector<double> packed() const {
        std::vector<double> y = change_mV;
        y.insert(y.end(), z.begin(), z.end());
        y.push_back(protein);
        return y;
    }
    // Slopes at y, with the brackets of *this.
    std::vector<double> slopes(const SynapseParameters& p, const std::vector<double>& y) const {
        const std::size_t n = z.size();
        std::vector<double> slope(y.size());
        for (std::size_t q = 0; q < n; ++q) {
            slope[q] = -0.1 * y[q] / p.tau_h_s;
            const double rate = p.f_int_l_per_umol * y[2 * n] / p.tau_z_s;
            if (tag(p, q) > 0) slope[n + q] = rate * (1 - y[n + q]);
            if (tag(p, q) < 0) slope[n + q] = -rate * (y[n + q] + 0.5);
        }
        slope[2 * n] = (-y[2 * n] + (synthesis(p) ? p.p_max_umol_per_l : 0.0)) / p.tau_p_s;
        return slope;
    }
    void runge_kutta(const SynapseParameters& p, const NumericalPool& from, double step_s) {
        const std::vector<double> y = from.packed();
        const auto along = [&](const std::vector<double>& slope, double length) {
            std::vector<double> result = y;
            for (std::size_t i = 0; i < y.size(); ++i) result[i] += length * slope[i];
            return result;
        };
        const auto k1 = from.slopes(p, y);
        const auto k2 = from.slopes(p, along(k1, step_s / 2));
        const auto k3 = from.slopes(p, along(k2, step_s / 2));
        const auto k4 = from.slopes(p, along(k3, step_s));
        const std::size_t n = z.size();
        for (std::size_t i = 0; i < y.size(); ++i) {
            const double value = y[i] + step_s / 6 * (k1[i] + 2 * k2[i] + 2 * k3[i] + k4[i]);
            (i < n ? change_mV[i] : i < 2 * n ? z[i - n] : protein) = value;
        }
    }
};

}  // namespace engram::test
