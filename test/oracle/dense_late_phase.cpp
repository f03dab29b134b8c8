// SPDX-License-Identifier: Apache-2.0
#include "oracle/dense_late_phase.hpp"

#include <algorithm>
#include <cmath>

#include "oracle/dense_integral.hpp"

namespace engram::test {

std::vector<DensePool> pools_of(const SynapseParameters& parameters) {
    switch (parameters.protein_pools) {
        case ProteinPools::common:
            return {pool_c};
        case ProteinPools::p_and_d:
            return {pool_p, pool_d};
        case ProteinPools::p_c_and_d:
            break;
    }
    return {pool_p, pool_c, pool_d};
}

int DenseLatePhase::tag(double change_mV) const {
    return change_mV >= p_.theta_tag_mV ? 1 : -change_mV >= p_.theta_tag_mV ? -1 : 0;
}

DensePools DenseLatePhase::targets(const DenseChanges& changes, double theta_pro_mV) const {
    DensePools targets{};
    for (const DensePool pool : {pool_p, pool_c, pool_d})
        if (changes.sums_mV()[pool] >= theta_pro_mV) targets[pool] = p_.p_max_umol_per_l;
    return targets;
}

DensePools DenseLatePhase::after(const DensePools& from, const DensePools& targets,
                                 double time_s) const {
    const double decay = std::exp(-time_s / p_.tau_p_s);
    DensePools amounts;
    for (const DensePool pool : {pool_p, pool_c, pool_d})
        amounts[pool] = targets[pool] + (from[pool] - targets[pool]) * decay;
    return amounts;
}

DenseLatePhase::Used DenseLatePhase::used(const DensePools& amounts) const {
    switch (p_.protein_pools) {
        case ProteinPools::common:
            return {amounts[pool_c], amounts[pool_c]};
        case ProteinPools::p_and_d:
            return {amounts[pool_p], amounts[pool_d]};
        case ProteinPools::p_c_and_d:
            break;
    }
    return {amounts[pool_p] * amounts[pool_c] / p_.p_max_umol_per_l,
            amounts[pool_d] * amounts[pool_c] / p_.p_max_umol_per_l};
}

DenseLatePhase::Exposure DenseLatePhase::exposure(const DensePools& from, const DensePools& targets,
                                                  double time_s) const {
    // So fine that the error is rounding.
    const int n = 2 * std::max(1, static_cast<int>(std::ceil(512.0 * time_s / p_.tau_p_s)));
    const double scale = p_.f_int_l_per_umol / p_.tau_z_s;
    return {scale * integral(0.0, time_s, n,
                             [&](double t) { return used(after(from, targets, t)).up; }),
            scale * integral(0.0, time_s, n,
                             [&](double t) { return used(after(from, targets, t)).down; })};
}

double DenseLatePhase::z_after(double z, int tag, const Exposure& exposure) const {
    if (tag > 0) return p_.z_max - (p_.z_max - z) * std::exp(-exposure.up / p_.z_max);
    if (tag < 0) return -0.5 + (z + 0.5) * std::exp(-exposure.down);
    return z;
}

void DenseLatePhase::consolidate(Cell& cell, double theta_pro_mV, double time_s) const {
    const double relaxation_per_s = 0.1 / p_.tau_h_s;
    std::vector<double> times{0.0, time_s};
    const auto add_event = [&](double size, double threshold) {
        const double t = threshold > 0.0 ? std::log(size / threshold) / relaxation_per_s : 0.0;
        if (t > 0.0 && t < time_s) times.push_back(t);
    };
    DenseChanges at_begin;
    for (const double change : cell.change_mV) {
        at_begin.add(change);
        add_event(std::fabs(change), p_.theta_tag_mV);
    }
    for (const double sum : at_begin.sums_mV()) add_event(sum, theta_pro_mV);
    std::sort(times.begin(), times.end());
    for (std::size_t i = 0; i + 1 < times.size(); ++i) {
        // What holds between two events holds in their middle, where no rounding can matter.
        const double relaxation = std::exp(-relaxation_per_s * (times[i] + times[i + 1]) / 2.0);
        const double length_s = times[i + 1] - times[i];
        DenseChanges changes;
        for (const double change : cell.change_mV) changes.add(change * relaxation);
        const DensePools toward = targets(changes, theta_pro_mV);
        const Exposure exposed = exposure(cell.protein, toward, length_s);
        for (std::size_t q = 0; q < cell.z.size(); ++q)
            cell.z[q] = z_after(cell.z[q], tag(cell.change_mV[q] * relaxation), exposed);
        cell.protein = after(cell.protein, toward, length_s);
    }
    for (double& change : cell.change_mV) change *= std::exp(-relaxation_per_s * time_s);
}

}  // namespace engram::test
