#include "experiment/network_reader.hpp"

#include "experiment/group_reader.hpp"
#include "experiment/parameter_fields.hpp"
#include "experiment/path_reader.hpp"
#include "experiment/projection_reader.hpp"

namespace engram {
namespace {

bool is_count_of_published(const std::string& key) {
    return key == "n_exc" || key == "n_inh";
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

void read_published_populations(ConfigReader reader, Populations& populations) {
    NeuronId n_exc = populations.find("exc")->count;
    NeuronId n_inh = populations.find("inh")->count;
    reader.integer<NeuronId>("n_exc", n_exc, 1, most_neurons);
    reader.integer<NeuronId>("n_inh", n_inh, 0, most_neurons);
    populations = Populations(n_exc, n_inh);
    if (populations.size() > most_neurons)
        reader.problem("n_inh", "n_exc + n_inh must be at most " + std::to_string(most_neurons) +
                                    " (is " + std::to_string(populations.size()) + ")");
    reader.finish();
}

void read_connectivity(ConfigReader reader, const std::string& base_directory,
                       Connectivity& connectivity) {
    read_fields(reader, connectivity_fields, connectivity);
    connectivity.file = read_path(reader, "file", base_directory);
    reader.finish();
}

Population read_population(ConfigReader reader, const std::string& name,
                           const Experiment& experiment) {
    Population population;
    population.name = name;
    reader.require("count").integer<NeuronId>("count", population.count, 1, most_neurons);
    std::size_t kind = 0;
    reader.require("kind").word("kind", kind, {"excitatory", "inhibitory"});
    population.kind = kind == 0 ? PopulationKind::excitatory : PopulationKind::inhibitory;
    population.neuron = experiment.neuron;
    read_section(reader.section("neuron"), neuron_fields, *population.neuron);
    population.background = experiment.background;
    read_section(reader.section("background"), background_fields, *population.background);
    reader.finish();
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
        const std::string path = reader.path_of(name) + ".count";
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

void read_network(ConfigReader& root, const std::string& base_directory, Experiment& experiment) {
    const std::vector<std::string> names = named_populations(root.node("populations"));
    if (names.empty()) {
        read_published_populations(root.section("populations"), experiment.populations);
        read_connectivity(root.section("connectivity"), base_directory, experiment.connectivity);
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
            read_projections(root.section("projections"), experiment.populations, base_directory);
    else if (!is_given(root, "connectivity"))
        root.problem("projections",
                     "is missing: named populations need projections; write 'projections: {}' if "
                     "there are no synapses");
}

}  // namespace engram
