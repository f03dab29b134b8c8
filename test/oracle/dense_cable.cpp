// SPDX-License-Identifier: Apache-2.0
#include "oracle/dense_cable.hpp"

#include <cmath>

namespace engram::test {

DenseCable dense_cable(double basal_um, double soma_radius_um, double apical_um,
                       double compartment_um, double diffusivity_um2_per_s) {
    const double length = basal_um + 2.0 * soma_radius_um + compartment_um + apical_um;
    const double quotient = length / compartment_um;
    const double whole = std::round(quotient);
    DenseCable cable;
    cable.n = static_cast<int>(std::fabs(quotient - whole) < 1e-9 ? whole : std::ceil(quotient));
    cable.dx_um = length / cable.n;
    cable.diffusivity_um2_per_s = diffusivity_um2_per_s;
    const double from = basal_um + soma_radius_um;
    const double to = from + compartment_um;
    for (int i = 0; i < cable.n; ++i) {
        const double left = i * cable.dx_um;
        const double right = left + cable.dx_um;
        const double within = std::fmin(right, to) - std::fmax(left, from);
        cable.zone.push_back(within > 0.0 ? within / compartment_um : 0.0);
    }
    return cable;
}

DenseDiffusion::DenseDiffusion(const DenseCable& cable, const SynapseParameters& parameters,
                               double longest_step_s)
    : cable_(cable), tau_s_(parameters.tau_p_s), longest_step_s_(longest_step_s) {
    for (const double share : cable.zone)
        source_.push_back(parameters.p_max_umol_per_l * cable.n * share / parameters.tau_p_s);
}

double DenseDiffusion::advance(std::vector<double>& p, bool synthesis, double time_s) const {
    const auto n_steps = static_cast<long>(std::ceil(time_s / longest_step_s_ * (1.0 - 1e-9)));
    const double step_s = n_steps > 0 ? time_s / static_cast<double>(n_steps) : 0.0;
    const double exchange = cable_.diffusivity_um2_per_s / (cable_.dx_um * cable_.dx_um);
    const auto n = static_cast<std::size_t>(cable_.n);
    double integral = 0.0;
    std::vector<double> change(n);
    for (long s = 0; s < n_steps; ++s) {
        for (std::size_t i = 0; i < n; ++i) {
            double flow = 0.0;
            if (i > 0) flow += exchange * (p[i - 1] - p[i]);
            if (i + 1 < n) flow += exchange * (p[i + 1] - p[i]);
            change[i] = flow - p[i] / tau_s_ + (synthesis ? source_[i] : 0.0);
        }
        integral += p.front() * step_s;
        for (std::size_t i = 0; i < n; ++i) p[i] += change[i] * step_s;
    }
    return integral;
}

}  // namespace engram::test
