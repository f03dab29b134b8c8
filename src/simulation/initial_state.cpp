// SPDX-License-Identifier: Apache-2.0
#include "simulation/initial_state.hpp"

#include <algorithm>
#include <cmath>

#include "base/contracts.hpp"
#include "base/number_text.hpp"
#include "model/fixed_point.hpp"
#include "model/late_phase.hpp"
#include "plasticity/recorded.hpp"

namespace engram {
namespace {

constexpr double rounding = 1e-9;  // of files that other programs have written
constexpr double highest_sum_mV = model::fixed_point_limit / 2;

// The one of a list that one of some names has.
std::span<double> values_of(const std::vector<NamedValues>& list,
                            const std::vector<std::string>& names) {
    const auto found = std::ranges::find_if(list, [&](const NamedValues& values) {
        return std::ranges::find(names, values.name) != names.end();
    });
    ENGRAM_EXPECT(found != list.end());
    return found->values;
}

std::string range(double low, double high, const std::string& unit) {
    return "between " + number_text(low) + " and " + number_text(high) + unit;
}

}  // namespace

std::vector<std::string> kept_proteins(const Experiment& experiment) {
    return protein_amounts(experiment.synapses, experiment.protein_diffusion());
}

bool is_protein_mode(const std::string& name) {
    return name.starts_with("p_mode_");
}

InitialValues::InitialValues(const LocalState& local, const Network& network,
                             const Experiment& experiment)
    : network_(network),
      synapses_(experiment.synapses),
      h_0_mV_(experiment.synapses.h_0_mV),
      change_mV_(values_of(local.by_synapse, {"g_mV"})),
      z_(values_of(local.by_synapse, {"stored_z"})) {
    std::size_t n_modes = 0;
    for (const std::string& pool : kept_proteins(experiment)) {
        if (is_protein_mode(pool)) {
            const auto values = values_of(local.by_neuron, {"protein_modes_umol_per_l"});
            proteins_.push_back({values, n_modes++, values.size() / network.n_local(), true});
            continue;
        }
        // A pool that is common to all synapses is C where there is room for several.
        const std::string letter = pool == "p" ? "C" : pool.substr(2);
        std::vector<std::string> names{"protein_" + letter + "_umol_per_l"};
        if (pool == "p") names.emplace_back("protein_umol_per_l");
        proteins_.push_back({values_of(local.by_neuron, names), 0, 1, false});
    }
}

std::string InitialValues::problem_of_weights(double h_mV, double z) const {
    if (!(std::fabs(h_mV) <= highest_sum_mV))
        return "h = " + number_text(h_mV) + " mV, which is not " +
               range(-highest_sum_mV, highest_sum_mV, " mV");
    if (!(z >= model::z_min - rounding && z <= synapses_.z_max + rounding))
        return "z = " + number_text(z) + ", which is not " +
               range(model::z_min, synapses_.z_max, " (synapses.z_max)");
    return "";
}

std::string InitialValues::problem_of_protein(std::size_t pool, double amount) const {
    const double highest = synapses_.p_max_umol_per_l;
    if (proteins_[pool].is_mode) {
        const double most = std::sqrt(2.0) * highest;
        if (std::fabs(amount) <= most * (1.0 + rounding)) return "";
        return number_text(amount) + " umol/l of a mode of its protein, which is not " +
               range(-most, most, " (synapses.p_max_umol_per_l, times the square root of 2)");
    }
    if (amount >= 0.0 && amount <= highest * (1.0 + rounding)) return "";
    return number_text(amount) + " umol/l of protein, which is not " +
           range(0.0, highest, " (synapses.p_max_umol_per_l)");
}

std::string InitialValues::problem_of_sums() const {
    std::vector<double> sums_mV(network_.n_local());
    const std::vector<std::uint32_t>& targets = network_.plastic().targets();
    for (std::size_t k = 0; k < targets.size(); ++k)
        sums_mV[targets[k]] += std::fabs(change_mV_[k]) + h_0_mV_ * (1.0 + std::fabs(z_[k]));
    for (std::size_t j = 0; j < sums_mV.size(); ++j)
        if (!(sums_mV[j] <= highest_sum_mV))
            return "the weights onto neuron " +
                   std::to_string(network_.global_id(static_cast<std::uint32_t>(j))) +
                   " together exceed what can be computed with (" + number_text(highest_sum_mV) +
                   " mV)";
    return "";
}

}  // namespace engram
