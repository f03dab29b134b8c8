// SPDX-License-Identifier: Apache-2.0
#include "analysis/induction.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>

#include "analysis/nothing.hpp"
#include "base/contracts.hpp"
#include "plasticity/recorded.hpp"

namespace engram {
namespace {

struct Name {
    const char* name;
    const char* units;
    const char* description;
};
constexpr Name of_values[] = {
    {"h_change", "mV", "h - h_0 where it is furthest from 0, in the samples of"},
    {"h_extreme", "%", "h there, of h_0, of"},
    {"h_extreme_at", "s", "time of the largest change of h of"},
    {"z_end", "1", "z in the last sample of"},
    {"w_end", "%", "h/h_0 + z in the last sample of"},
    {"p_highest", "1", "largest amount of protein of the postsynaptic neuron, of p_max, of"},
    {"p_highest_at", "s", "when that is reached, of"}};
// 1 of the class of the synapse, 0 of the others: means over trials are shares of them.
constexpr const char* classes[] = {"unchanged", "early_LTP",  "tagged_LTP", "late_LTP",
                                   "early_LTD", "tagged_LTD", "late_LTD"};

std::size_t class_of(double largest_mV, bool is_tagged, bool has_protein) {
    if (largest_mV == 0) return 0;
    const std::size_t stage = !is_tagged ? 0 : has_protein ? 2 : 1;
    return (largest_mV > 0 ? 1 : 4) + stage;
}

}  // namespace

Induction::Induction(const Experiment& experiment)
    : h_0_mV_(experiment.synapses.h_0_mV),
      theta_tag_mV_(experiment.synapses.theta_tag_mV),
      p_max_(experiment.synapses.p_max_umol_per_l) {
    const Recording& record = experiment.record;
    const model::ProteinDiffusion diffusion = experiment.protein_diffusion();
    const std::vector<Column> of_neuron = neuron_columns(experiment.synapses, diffusion);
    const std::vector<std::string> amounts = protein_amounts(experiment.synapses, diffusion);
    const std::size_t per_synapse = synapse_columns(experiment.synapses).size();
    const std::size_t first = 1 + of_neuron.size() * record.neurons.size();
    width_ = first + per_synapse * record.synapses.size();
    for (std::size_t i = 0; i < record.synapses.size(); ++i) {
        Course& course = courses_.emplace_back();
        course.h_column = first + per_synapse * i + column_h;
        course.z_column = first + per_synapse * i + column_z;
        const auto neuron = std::ranges::find(record.neurons, record.synapses[i].post);
        if (neuron == record.neurons.end()) continue;
        const std::size_t of_this =
            1 + of_neuron.size() * static_cast<std::size_t>(neuron - record.neurons.begin());
        for (std::size_t k = 0; k < of_neuron.size(); ++k)
            if (std::ranges::find(amounts, of_neuron[k].name) != amounts.end())
                course.protein_columns.push_back(of_this + k);
    }
}

void Induction::add(std::span<const double> rows) {
    ENGRAM_EXPECT(rows.size() % width_ == 0);
    for (; !rows.empty(); rows = rows.subspan(width_)) {
        for (Course& course : courses_) add_sample(course, rows.first(width_));
        ++n_samples_;
    }
}

void Induction::add_sample(Course& course, std::span<const double> row) {
    const bool is_first = n_samples_ == 0;
    const double time_s = row[0] / 1000.0;
    const double change_mV = row[course.h_column] - h_0_mV_;
    if (is_first || std::abs(change_mV) > std::abs(course.largest_mV)) {
        course.largest_mV = change_mV;
        course.largest_at_s = time_s;
    }
    course.is_tagged |= std::abs(change_mV) > theta_tag_mV_;
    std::vector<double> protein;
    for (const std::size_t column : course.protein_columns) protein.push_back(row[column]);
    if (protein.empty()) {
        course.has_protein |= !is_first && row[course.z_column] != course.z;
    } else {
        for (std::size_t pool = 0; pool < protein.size() && !is_first; ++pool)
            course.has_protein |= protein[pool] > course.protein[pool];
        const double highest = *std::ranges::max_element(protein);
        if (is_first || highest > course.highest_protein) {
            course.highest_protein = highest;
            course.highest_at_s = time_s;
        }
    }
    course.h_mV = row[course.h_column];
    course.z = row[course.z_column];
    course.protein = std::move(protein);
}

std::vector<double> Induction::values() const {
    std::vector<double> values;
    for (const Course& course : courses_) {
        if (n_samples_ == 0) {
            values.insert(values.end(), std::size(of_values) + std::size(classes), nothing);
            continue;
        }
        const bool knows_protein = !course.protein_columns.empty();
        for (const double value :
             {course.largest_mV, 100.0 * (1.0 + course.largest_mV / h_0_mV_), course.largest_at_s,
              course.z, 100.0 * (course.h_mV / h_0_mV_ + course.z),
              knows_protein && p_max_ > 0 ? course.highest_protein / p_max_ : nothing,
              knows_protein ? course.highest_at_s : nothing})
            values.push_back(value);
        const std::size_t own = class_of(course.largest_mV, course.is_tagged, course.has_protein);
        for (std::size_t i = 0; i < std::size(classes); ++i) values.push_back(i == own ? 1.0 : 0.0);
    }
    return values;
}

std::vector<MeasureName> induction_names(const Experiment& experiment) {
    std::vector<std::string> synapses;
    for (const RecordedSynapse& synapse : experiment.record.synapses)
        synapses.push_back(std::to_string(synapse.pre) + "_" + std::to_string(synapse.post));
    for (const SynapseSelection& selection : experiment.record.selections)
        for (std::uint32_t i = 0; i < selection.count; ++i)
            synapses.push_back("selected_" + std::to_string(synapses.size()));
    std::vector<MeasureName> names;
    for (const std::string& synapse : synapses) {
        for (const Name& value : of_values)
            names.push_back({value.name + ("." + synapse), value.units,
                             value.description + (" synapse " + synapse)});
        for (const char* name : classes)
            names.push_back({name + ("." + synapse), "1",
                             "whether this is the class of plasticity of synapse " + synapse});
    }
    return names;
}

}  // namespace engram
