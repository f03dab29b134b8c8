// SPDX-License-Identifier: Apache-2.0
#include "experiment/sweep_reader.hpp"

#include <set>
#include <unordered_map>

#include "experiment/config_text.hpp"
#include "experiment/keys.hpp"

namespace engram {
namespace {

constexpr std::size_t most_points = 100000;
constexpr std::size_t most_name_bytes = 64 << 20;  // of all points together

// Settings that change together: one list of values per key, all of the same length.
struct Axis {
    std::vector<std::string> keys;
    std::vector<const ConfigNode*> values;                 // each a list
    std::unordered_map<std::string, std::size_t> indices;  // of the keys
    std::size_t size() const { return values.front()->children.size(); }
};

bool concerns_no_run(const std::string& key) {
    const std::string section = key.substr(0, key.find('.'));
    bool is_of_ensemble = false;
    keys::ensemble.for_each([&](const auto& key) { is_of_ensemble |= section == key.name; });
    return is_of_ensemble || section == "sweep" || section == keys::output.name ||
           section == keys::checkpoint.name;
}

// Each list below a map, under its full key; {a: {b: [1, 2]}} sweeps "a.b".
void find_lists(const ConfigNode& node, const std::string& key, const std::string& of_trials,
                Axis& axis, ConfigProblems& problems) {
    const std::string path = key.empty() ? "sweep" : "sweep." + key;
    if (node.kind == ConfigNode::Kind::map && !node.keys.empty()) {
        for (std::size_t i = 0; i < node.keys.size(); ++i)
            find_lists(node.children[i], key.empty() ? node.keys[i] : key + "." + node.keys[i],
                       of_trials, axis, problems);
    } else if (node.kind == ConfigNode::Kind::map && key.empty()) {
        problems.add(node.place, path,
                     "names no key; give lists of values by key, or leave it out");
    } else if (node.kind != ConfigNode::Kind::list || key.empty()) {
        problems.add(node.place, path, must_be("a list of values of a key", node));
    } else if (node.children.empty()) {
        problems.add(node.place, path, "must have at least one value");
    } else if (key == of_trials) {
        problems.add(node.place, path,
                     "cannot be swept, since trials have seeds of their own; 'trials_vary' says "
                     "whether they "
                     "vary simulation.seed or simulation.noise_seed, and the other can be swept");
    } else if (concerns_no_run(key)) {
        problems.add(node.place, path, "cannot be swept; it is the same for the whole ensemble");
    } else if (const auto [known, is_new] = axis.indices.emplace(key, axis.keys.size()); !is_new) {
        // An override spells out the map that a file has written with dots.
        axis.values[known->second] = &node;
    } else {
        axis.keys.push_back(key);
        axis.values.push_back(&node);
    }
}

std::vector<Axis> grid_axes(const ConfigNode& map, const std::string& of_trials,
                            ConfigProblems& problems) {
    Axis all;
    find_lists(map, "", of_trials, all, problems);
    std::vector<Axis> axes;
    for (std::size_t i = 0; i < all.keys.size(); ++i)
        axes.push_back({{all.keys[i]}, {all.values[i]}, {}});
    return axes;
}

std::vector<Axis> coupled_axes(const ConfigNode& list, const std::string& of_trials,
                               ConfigProblems& problems) {
    std::vector<Axis> axes;
    for (const ConfigNode& item : list.children) {
        Axis axis;
        find_lists(item, "", of_trials, axis, problems);
        for (std::size_t i = 1; i < axis.keys.size(); ++i)
            if (axis.values[i]->children.size() != axis.size())
                problems.add(axis.values[i]->place, "sweep." + axis.keys[i],
                             "must have as many values as " + axis.keys[0] + " (" +
                                 std::to_string(axis.size()) + ", is " +
                                 std::to_string(axis.values[i]->children.size()) +
                                 "), since they change together");
        if (!axis.keys.empty()) axes.push_back(std::move(axis));
    }
    return axes;
}

// What the keys of an axis are at some of the points.
struct AxisStep {
    std::vector<SweepSetting> settings;
    std::string name;
};

std::vector<AxisStep> steps_of(const Axis& axis, std::size_t n_values) {
    std::vector<AxisStep> steps(n_values);
    for (std::size_t i = 0; i < n_values; ++i)
        for (std::size_t k = 0; k < axis.keys.size(); ++k) {
            const ConfigNode& value = axis.values[k]->children[i];
            steps[i].settings.push_back({axis.keys[k], std::make_shared<const ConfigNode>(value)});
            steps[i].name += (k == 0 ? "" : ", ") + axis.keys[k] + "=" + inline_text(value);
        }
    return steps;
}

}  // namespace

std::vector<SweepPoint> read_sweep(const ConfigNode* sweep, const std::string& of_trials,
                                   ConfigProblems& problems) {
    std::vector<SweepPoint> points(1);
    if (sweep == nullptr) return points;
    const std::size_t problems_before = problems.list().size();
    const std::vector<Axis> axes = sweep->kind == ConfigNode::Kind::list
                                       ? coupled_axes(*sweep, of_trials, problems)
                                       : grid_axes(*sweep, of_trials, problems);
    std::set<std::string> keys;
    for (const Axis& axis : axes)
        for (const std::string& key : axis.keys)
            if (!keys.insert(key).second)
                problems.add(sweep->place, "sweep." + key, "is swept twice");
    if (axes.empty() && problems.list().size() == problems_before)
        problems.add(sweep->place, "sweep", "names no key with a list of values");
    // The first point then has to show what else is wrong.
    const bool first_only = problems.list().size() > problems_before;
    std::vector<std::size_t> n_values;
    std::size_t n_points = 1;
    for (const Axis& axis : axes) {
        n_values.push_back(first_only ? 1 : axis.size());
        n_points *= n_values.back();
        if (n_points > most_points) {
            problems.add(sweep->place, "sweep",
                         "has more than " + std::to_string(most_points) + " combinations");
            return points;
        }
    }
    std::vector<std::vector<AxisStep>> steps;
    std::size_t n_name_bytes = 0;
    for (std::size_t a = 0; a < axes.size(); ++a) {
        steps.push_back(steps_of(axes[a], n_values[a]));
        for (const AxisStep& step : steps.back())
            n_name_bytes += step.name.size() * (n_points / n_values[a]);
    }
    if (n_name_bytes > most_name_bytes) {
        problems.add(sweep->place, "sweep",
                     "has too much text in the settings of its " + std::to_string(n_points) +
                         " combinations; sweep fewer values, or shorter ones");
        return points;
    }
    points.resize(n_points);
    for (std::size_t i = 0; i < n_points; ++i) {
        std::size_t others = n_points;  // combinations of the axes that follow
        for (std::size_t a = 0; a < axes.size(); ++a) {
            others /= n_values[a];
            const AxisStep& step = steps[a][i / others % n_values[a]];
            std::vector<SweepSetting>& settings = points[i].settings;
            settings.insert(settings.end(), step.settings.begin(), step.settings.end());
            points[i].name += (points[i].name.empty() ? "" : ", ") + step.name;
        }
    }
    return points;
}

}  // namespace engram
