// SPDX-License-Identifier: Apache-2.0
#include "experiment/ensemble.hpp"

#include <algorithm>
#include <filesystem>
#include <limits>
#include <map>
#include <set>

#include "experiment/config_reader.hpp"
#include "experiment/config_text.hpp"
#include "experiment/keys.hpp"
#include "experiment/sweep_reader.hpp"
#include "model/random.hpp"

namespace engram {
namespace {

// A file or directory that a run reads.
bool names_input(const std::string& key) {
    return key == keys::path_of<&Connectivity::file>() ||
           key == keys::path_of<&InitialState::from>() ||
           (key.starts_with("projections.") &&
            key.ends_with(std::string(".") + keys::name_of<&Projection::file>())) ||
           (key.starts_with("stimuli.") &&
            key.ends_with(std::string(".") + keys::name_of<&Stimulus::file>()));
}

const ConfigNode* find_path(const ConfigNode& root, const std::string& section,
                            const std::string& key) {
    const ConfigNode* node = root.find(section);
    return node == nullptr ? nullptr : node->find(key);
}

// Of a run in trials the ends of short phases are not worth a checkpoint, unless asked for.
void drop_phase_end_checkpoints(ConfigNode& root) {
    constexpr const char* key = keys::name_of<&CheckpointSettings::phase_ends>();
    if (find_path(root, keys::checkpoint.name, key) == nullptr)
        set_value(root, keys::path_of<&CheckpointSettings::phase_ends>(),
                  ConfigNode::scalar("false", false, {}));
}

// All measures of an ensemble are in its own file; of each trial the network is the largest one.
void drop_network(ConfigNode& root) {
    const ConfigNode* output = root.find(keys::output.name);
    if (output != nullptr && output->kind != ConfigNode::Kind::map) return;
    const bool is_given =
        output != nullptr && output->find(keys::name_of<&Experiment::writes_network>()) != nullptr;
    const ConfigNode* times =
        find_path(root, keys::record.name, keys::name_of<&Recording::snapshots_s>());
    const bool takes_snapshots =
        times != nullptr && times->kind != ConfigNode::Kind::null &&
        (times->kind != ConfigNode::Kind::list || !times->children.empty());
    if (!is_given && !takes_snapshots)
        set_value(root, keys::path_of<&Experiment::writes_network>(),
                  ConfigNode::scalar("false", false, {}));
}

ConfigTree at_point(const ConfigTree& tree, const SweepPoint& point) {
    ConfigTree result = tree;
    for (const SweepSetting& setting : point.settings)
        if (setting.value->kind == ConfigNode::Kind::null)
            remove_value(result.root, setting.key);
        else
            set_value(result.root, setting.key, *setting.value);
    drop_network(result.root);
    return result;
}

// So that the configuration can be stored in another directory.
void make_absolute(ConfigNode* node, const std::string& file) {
    if (node == nullptr || node->kind != ConfigNode::Kind::scalar || node->text.empty()) return;
    const auto directory = std::filesystem::path(file).parent_path();
    const auto path = std::filesystem::absolute(directory / node->text).lexically_normal();
    *node = ConfigNode::scalar(path.string(), true, node->place);
}

void make_lists_absolute(ConfigNode* sweep, const std::string& prefix, const std::string& file) {
    if (sweep == nullptr) return;
    if (sweep->kind == ConfigNode::Kind::map) {
        for (std::size_t i = 0; i < sweep->keys.size(); ++i)
            make_lists_absolute(&sweep->children[i],
                                prefix + (prefix.empty() ? "" : ".") + sweep->keys[i], file);
    } else if (sweep->kind == ConfigNode::Kind::list) {
        for (ConfigNode& item : sweep->children) {
            if (names_input(prefix))
                make_absolute(&item, file);
            else if (prefix.empty())
                make_lists_absolute(&item, "", file);
        }
    }
}

// Keys that are swept by null alone, and so are taken away at all points, but are not there.
void check_nulls(const ConfigNode& root, const std::vector<SweepPoint>& points,
                 ConfigProblems& problems) {
    std::map<std::string, const ConfigNode*> nulls;
    std::set<std::string> others;
    for (const SweepPoint& point : points)
        for (const SweepSetting& setting : point.settings)
            if (setting.value->kind == ConfigNode::Kind::null)
                nulls.emplace(setting.key, setting.value.get());
            else
                others.insert(setting.key);
    for (const auto& [key, value] : nulls)
        if (!others.contains(key) && find_value(root, key) == nullptr)
            problems.add(value->place, "sweep." + key, "takes away what the file does not have");
}

// Of the file, whatever is swept.
std::uint64_t noise_seed_of(const ConfigTree& tree) {
    ConfigProblems reported_elsewhere(tree.file, &tree.root);
    ConfigReader reader(&tree.root, "", reported_elsewhere);
    ConfigReader simulation = reader.section(keys::simulation.name);
    Experiment experiment;
    keys::read_keys(simulation, keys::simulation, experiment);
    return experiment.seed_of_noise();
}

}  // namespace

bool Ensemble::is_wanted(const ConfigTree& tree) {
    if (const ConfigNode* sweep = tree.root.find("sweep"))
        if (sweep->kind != ConfigNode::Kind::null) return true;
    const ConfigNode* trials = tree.root.find(keys::name_of<&EnsembleSettings::trials>());
    return trials != nullptr && trials->text != "1";
}

Ensemble::Ensemble(ConfigTree tree) : tree_(std::move(tree)) {
    if (ConfigNode* connectivity = tree_.root.find(keys::connectivity.name))
        make_absolute(connectivity->find(keys::name_of<&Connectivity::file>()), tree_.file);
    if (ConfigNode* initial_state = tree_.root.find(keys::initial_state.name))
        make_absolute(initial_state->find(keys::name_of<&InitialState::from>()), tree_.file);
    if (ConfigNode* projections = tree_.root.find("projections"))
        for (ConfigNode& projection : projections->children)
            make_absolute(projection.find(keys::name_of<&Projection::file>()), tree_.file);
    if (ConfigNode* stimuli = tree_.root.find("stimuli"))
        for (ConfigNode& stimulus : stimuli->children)
            make_absolute(stimulus.find(keys::name_of<&Stimulus::file>()), tree_.file);
    make_lists_absolute(tree_.root.find("sweep"), "", tree_.file);
    drop_phase_end_checkpoints(tree_.root);

    ConfigProblems problems(tree_.file, &tree_.root);
    for (const ConfigProblem& problem : tree_.problems) problems.add(problem);
    ConfigReader reader(&tree_.root, "", problems);
    settings_ = read_ensemble_settings(reader);
    points_ = read_sweep(reader.node("sweep"), seed_key(), problems);
    check_nulls(tree_.root, points_, problems);
    if (size() > most_runs)
        problems.add(keys::name_of<&EnsembleSettings::trials>(),
                     "trials at " + std::to_string(points_.size()) + " points are more than " +
                         std::to_string(most_runs) + " runs (is " +
                         std::to_string(settings_.trials) + ")");

    constexpr std::size_t most_problems = 1000;
    for (const SweepPoint& point : points_) {
        if (problems.list().size() > most_problems) break;
        try {
            const Experiment experiment = make_experiment(at_point(tree_, point));
            base_seed_ = shares_network() ? noise_seed_of(tree_) : experiment.seed;
            output_directory_ = experiment.output_directory;
            if (!experiment.record.named.empty()) {
                ConfigProblems found(tree_.file, &tree_.root);
                found.add(keys::path_of<&Recording::named>(),
                          "is for single runs: an ensemble averages what " +
                              std::string(keys::record.name) +
                              " itself lists; list there what shall be averaged");
                for (const ConfigProblem& problem : found.list()) problems.add_new(problem);
            }
            if (experiment.record.spikes && settings_.keeps_results) {
                ConfigProblems found(tree_.file, &tree_.root);
                found.add(keys::path_of<&Recording::spikes>(),
                          "must be left out where the results of trials are kept, which are "
                          "measured by their recorded spikes; or set trial_results: none");
                for (const ConfigProblem& problem : found.list()) problems.add_new(problem);
            }
        } catch (const ConfigError& error) {
            for (const ConfigProblem& problem : error.problems()) problems.add_new(problem);
        }
    }
    problems.throw_if_any();
}

void Ensemble::set_output_directory(const std::string& path) {
    output_directory_ = path;
    set_value(tree_.root, keys::path_of<&Experiment::output_directory>(),
              ConfigNode::scalar(path, true, {}));
}

std::string Ensemble::seed_key() const {
    return shares_network() ? keys::path_of<&Experiment::noise_seed>()
                            : keys::path_of<&Experiment::seed>();
}

std::string Ensemble::seed_name() const {
    return shares_network() ? "noise seed" : "seed";
}

std::uint64_t Ensemble::seed(std::uint32_t trial) const {
    const auto words = model::RandomStreams{base_seed_}(model::Purpose::trial, 0, 0, trial);
    // 53 bits, which every reader of JSON and YAML keeps exactly.
    return (std::uint64_t{words.word[0]} << 32 | words.word[1]) >> 11;
}

ConfigTree Ensemble::tree(EnsembleItem item) const {
    ConfigTree tree = at_point(tree_, points_.at(item.point));
    set_value(tree.root, seed_key(),
              ConfigNode::scalar(std::to_string(seed(item.trial)), false, {}));
    return tree;
}

std::string Ensemble::configuration() const {
    return config_text(tree_.root);
}

}  // namespace engram
