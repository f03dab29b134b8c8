// SPDX-License-Identifier: Apache-2.0
#include "experiment/network_reader.hpp"

#include "experiment/group_reader.hpp"
#include "experiment/keys.hpp"
#include "experiment/projection_reader.hpp"

namespace engram {
namespace {

constexpr const char* n_exc_key = keys::name_of<&PublishedSizes::n_exc>();
constexpr const char* n_inh_key = keys::name_of<&PublishedSizes::n_inh>();

bool is_count_of_published(const std::string& key) {
    return key == n_exc_key || key == n_inh_key;
}

// Names of populations: keys with a map.
std::vector<std::string> named_populations(const ConfigNode* section) {
    std::vector<std::string> names;
    if (section == nullptr || section->kind != ConfigNode::Kind::map) return names;
    for (const std::string& key : section->keys)
        if (!is_count_of_published(key) && section->find(key)->kind == ConfigNode::Kind::map)
            names.push_back(key);
    return names;
}

// Whether nothing is said of the wiring itself, though a run is named that has one.
bool is_wired_by_source(ConfigReader& connectivity, const Experiment& experiment) {
    return experiment.initial_state.from &&
           !connectivity.has(keys::name_of<&Connectivity::probability>()) &&
           connectivity.node(keys::name_of<&Connectivity::file>()) == nullptr;
}

void read_published_populations(ConfigReader reader, Populations& populations) {
    PublishedSizes sizes;
    keys::read_keys(reader, keys::published_populations, sizes);
    populations = Populations(sizes);
    if (populations.size() > most_neurons)
        reader.problem(n_inh_key, std::string(n_exc_key) + " + " + n_inh_key + " must be at most " +
                                      std::to_string(most_neurons) + " (is " +
                                      std::to_string(populations.size()) + ")");
    reader.finish();
}

Population read_population(ConfigReader reader, const std::string& name,
                           const Experiment& experiment) {
    Population population;
    population.name = name;
    population.neuron = experiment.neuron;
    population.background = experiment.background;
    const std::string diffusivity_key =
        reader.path_of(keys::name_of<&Population::neuron>()) + "." +
        keys::name_of<&NeuronParameters::protein_diffusivity_um2_per_s>();
    ConfigProblems& problems = reader.problems();
    keys::read_section(std::move(reader), keys::population, population);
    // What a point neuron has of the section `neuron` says nothing of it.
    if (!population.neuron->morphology && !problems.is_written(diffusivity_key))
        population.neuron->protein_diffusivity_um2_per_s =
            NeuronParameters{}.protein_diffusivity_um2_per_s;
    return population;
}

void check_name(ConfigReader& reader, const std::string& name) {
    if (!is_valid_name(name))
        reader.problems().add(reader.place_of(name), reader.path_of(name), valid_name_rule);
    else if (name == "all")
        reader.problem(name, "is the built-in group of all neurons; choose another name");
}

Populations read_populations(ConfigReader reader, const std::vector<std::string>& names,
                             const Experiment& experiment) {
    std::vector<Population> list;
    std::uint64_t size = 0;
    for (const std::string& name : reader.keys()) {
        if (is_count_of_published(name)) {
            reader.problem(name, "cannot be given beside named populations (" + names.front() +
                                     "); give populations.NAME.count of each");
            continue;
        }
        if (list.size() == most_populations) {
            reader.problem(name, "there can be at most " + std::to_string(most_populations) +
                                     " populations; join some that have the same parameters");
            break;
        }
        check_name(reader, name);
        list.push_back(read_population(reader.section(name), name, experiment));
        size += list.back().count;
        if (size <= most_neurons) continue;
        const std::string path = reader.path_of(name) + "." + keys::name_of<&Population::count>();
        if (!reader.problems().concern(path))
            reader.problems().add(path, "all populations together must have at most " +
                                            std::to_string(most_neurons) + " neurons (are " +
                                            std::to_string(size) + " up to here)");
        list.back().count = 0;
    }
    return Populations(std::move(list));
}

bool is_given(ConfigReader& root, const std::string& section) {
    return root.node(section) != nullptr;
}

}  // namespace

void read_network(ConfigReader& root, Experiment& experiment) {
    const std::vector<std::string> names = named_populations(root.node("populations"));
    if (names.empty()) {
        read_published_populations(root.section("populations"), experiment.populations);
        ConfigReader connectivity = root.section("connectivity");
        keys::read_keys(connectivity, keys::connectivity, experiment.connectivity);
        experiment.connectivity.wired_by_source = is_wired_by_source(connectivity, experiment);
        connectivity.finish();
        if (is_given(root, "projections"))
            root.problem("projections",
                         "need named populations, populations.NAME: {count: N, kind: excitatory or "
                         "inhibitory}; the network of n_exc and n_inh is wired by connectivity");
        return;
    }
    experiment.populations = read_populations(root.section("populations"), names, experiment);
    experiment.given_projections.emplace();
    if (is_given(root, "connectivity"))
        root.problem("connectivity", "cannot be given beside named populations (" + names.front() +
                                         "); give projections.NAME: {from: POPULATION, to: "
                                         "POPULATION, ...} instead");
    if (is_given(root, "projections"))
        *experiment.given_projections =
            read_projections(root.section("projections"), experiment.populations,
                             experiment.initial_state.from.has_value());
    else if (!is_given(root, "connectivity"))
        root.problem("projections",
                     "is missing: named populations need projections; write 'projections: {}' if "
                     "there are no synapses");
}

}  // namespace engram
