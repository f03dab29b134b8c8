// SPDX-License-Identifier: Apache-2.0
#include "experiment/configuration.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <iostream>

#include "base/durable.hpp"
#include "base/plain_text.hpp"
#include "experiment/arbor_settings.hpp"
#include "experiment/conditions.hpp"
#include "experiment/config_reader.hpp"
#include "experiment/ensemble_settings.hpp"
#include "experiment/group_reader.hpp"
#include "experiment/initial_state_reader.hpp"
#include "experiment/interval_reader.hpp"
#include "experiment/keys.hpp"
#include "experiment/measure_reader.hpp"
#include "experiment/network_reader.hpp"
#include "experiment/recording_reader.hpp"
#include "experiment/stimulus_reader.hpp"
#include "experiment/tree_builder.hpp"
#include "experiment/validation.hpp"
#include "experiment/yaml_parser.hpp"

namespace engram {
namespace {

void read_output(ConfigReader reader, const std::string& file, Experiment& experiment) {
    experiment.output_directory = "results/" + std::filesystem::path(file).stem().string();
    keys::read_keys(reader, keys::output, experiment);
    if (experiment.output_directory.empty())
        reader.problem(keys::name_of<&Experiment::output_directory>(), "must not be empty");
    const auto unwanted = find_unwanted(experiment.output_directory);
    if (unwanted && !reader.has(keys::name_of<&Experiment::output_directory>()))
        reader.problem(keys::name_of<&Experiment::output_directory>(),
                       "is by default named after the configuration file, whose name holds " +
                           unwanted->what + "; give another one");
    reader.finish();
}

template <class... Keys, class Parameters>
void read(ConfigReader& root, const keys::Section<Keys...>& section, Parameters& parameters) {
    read_section(root.section(section.name), section, parameters);
}

// What concerns many runs is used by Ensemble; see there.
void check_ensemble_keys(ConfigReader& reader) {
    read_ensemble_settings(reader);
    reader.node("sweep");
}

// Of the bytes rather than of what they mean: comments count too.
void require_text(const std::string& text, const std::string& file) {
    if (text.size() > most_config_bytes)
        throw ConfigError({{file, 0, "", "is larger than a configuration may be (64 MB)"}});
    if (const auto unwanted = find_unwanted(text)) {
        const TextPosition position = position_in(text, unwanted->offset);
        throw ConfigError({{file, position.line, "",
                            "holds " + unwanted->what + " in column " +
                                std::to_string(position.column) + "; " + unwanted->remedy}});
    }
}

// No more than is refused for its size.
std::string read_standard_input() {
    std::string text;
    std::array<char, 1 << 16> part;
    while (text.size() <= most_config_bytes && std::cin.read(part.data(), part.size()).gcount() > 0)
        text.append(part.data(), static_cast<std::size_t>(std::cin.gcount()));
    if (std::cin.bad()) throw FileError("standard input", "cannot be read");
    if (text.find_first_not_of(" \t\r\n") == std::string::npos)
        throw FileError("standard input",
                        "is empty; give a configuration, as in "
                        "'engram run - < CONFIG'");
    return text;
}

void refuse_diffusivity(ArborDiffusivity diffusivity) {
    if (diffusivity != ArborDiffusivity::not_given)
        throw UsageError(
            "--arbor-diffusivity is for JSON files of the published program; a YAML file has "
            "neuron.protein_diffusivity_um2_per_s");
}

ConfigTree with_overrides(ConfigTree tree, const Overrides& overrides) {
    const ConfigNode::Kind kind = tree.root.kind;
    if (kind != ConfigNode::Kind::map && kind != ConfigNode::Kind::null) {
        tree.problems.push_back(
            {tree.file, tree.root.place.line(), "", must_be("a map of sections", tree.root)});
        throw ConfigError(std::move(tree.problems));
    }
    for (const std::string& override_text : overrides)
        apply_override(tree.root, override_text, tree.problems);
    return tree;
}

}  // namespace

ConfigTree parse_config_tree(const std::string& text, const std::string& file,
                             const Overrides& overrides) {
    require_text(text, file);
    ConfigTree tree;
    tree.file = file;
    tree.root = parse_yaml(text, file, tree.problems);
    return with_overrides(std::move(tree), overrides);
}

Experiment make_experiment(const ConfigTree& tree) {
    const std::string& file = tree.file;
    const ConfigNode& root = tree.root;
    ConfigProblems problems(file, &root);
    for (const ConfigProblem& problem : tree.problems) problems.add(problem);

    Experiment experiment;
    ConfigReader reader(&root, "", problems);
    read(reader, keys::simulation, experiment);
    read(reader, keys::background, experiment.background);
    read(reader, keys::neuron, experiment.neuron);
    experiment.initial_state = read_initial_state(reader.section(keys::initial_state.name));
    read_network(reader, experiment);
    experiment.groups =
        read_groups(reader.section("groups"), experiment.populations, experiment.seed);
    experiment.initial_weights = read_initial_weights(reader.section(keys::initial_weights.name),
                                                      experiment.groups, experiment.populations);
    experiment.stimuli =
        read_stimuli(reader.section("stimuli"), experiment.populations, experiment.groups);
    read(reader, keys::synapses, experiment.synapses);
    read_intervals(reader, experiment);
    experiment.record = read_recording(reader.section(keys::record.name), experiment.populations,
                                       experiment.groups, experiment.duration_s);
    experiment.measures = read_measures(reader.section(keys::measures.name), experiment);
    read(reader, keys::checkpoint, experiment.checkpoint);
    read_output(reader.section(keys::output.name), file, experiment);
    check_ensemble_keys(reader);
    reader.finish();

    validate(experiment, problems);
    problems.throw_if_any();
    experiment.changes = condition_changes(experiment);
    std::sort(experiment.record.snapshots_s.begin(), experiment.record.snapshots_s.end());
    return experiment;
}

Experiment parse_configuration(const std::string& text, const std::string& file,
                               const Overrides& overrides) {
    return make_experiment(parse_config_tree(text, file, overrides));
}

ConfigTree read_config_tree(const std::string& path, const Overrides& overrides,
                            ArborDiffusivity diffusivity) {
    if (path == standard_input) {
        refuse_diffusivity(diffusivity);
        return parse_config_tree(read_standard_input(), "stdin", overrides);
    }
    const std::filesystem::file_status status = std::filesystem::status(path);
    if (!std::filesystem::exists(status)) throw FileError(path, "there is no such file");
    if (std::filesystem::is_directory(status)) throw FileError(path, "is a directory");
    if (!std::filesystem::is_regular_file(status))
        throw FileError(path, "is not a regular file; write the configuration to one");
    if (std::filesystem::file_size(path) > most_config_bytes)
        throw FileError(path, "is larger than a configuration may be (64 MB); give a YAML file");
    const std::string text = read_text_file(path);
    if (std::filesystem::path(path).extension() != ".json") {
        refuse_diffusivity(diffusivity);
        return parse_config_tree(text, path, overrides);
    }
    require_text(text, path);
    ArborImport imported = import_arbor_configuration(text, path, diffusivity);
    ConfigTree tree;
    tree.file = path;
    tree.root = std::move(imported.root);
    tree.notices = std::move(imported.notices);
    take_out_replaced_samples(tree.root, overrides);
    tree = with_overrides(std::move(tree), overrides);
    take_out_what_is_late(tree.root, path, tree.notices);
    return tree;
}

Experiment read_configuration(const std::string& path, const Overrides& overrides) {
    return make_experiment(read_config_tree(path, overrides));
}

}  // namespace engram
