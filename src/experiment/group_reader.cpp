// SPDX-License-Identifier: Apache-2.0
#include "experiment/group_reader.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <optional>

#include "experiment/keys.hpp"
#include "experiment/random_subset.hpp"

namespace engram {
namespace {

// A group as written, before the groups it refers to are known.
struct GroupSpec {
    enum class State { open, begun, resolved };

    bool valid = true;
    State state = State::open;
    bool random = false;
    std::string of;             // empty if the ids are given directly
    std::string path;           // of the map that holds count or fraction
    std::vector<NeuronId> ids;  // sorted
    NeuronId count = 0;         // of the group `of`; 0 if a fraction is given instead
    double fraction = 0;
};

std::vector<NeuronId> consecutive(NeuronId first, NeuronId count) {
    std::vector<NeuronId> ids(count);
    std::iota(ids.begin(), ids.end(), first);
    return ids;
}

std::vector<NeuronId> read_ids(ConfigReader& reader, NeuronId size) {
    std::map<NeuronId, int> seen;
    std::size_t index = 0;
    for (const ConfigNode* item : reader.items("ids")) {
        const std::string path = reader.path_of("ids") + "[" + std::to_string(index++) + "]";
        const auto id = to_integer<NeuronId>(*item, 0, size - 1);
        if (!id)
            reader.problems().add(item->place, path,
                                  must_be(integer_range<NeuronId>(0, size - 1), *item));
        else if (++seen[*id] == 2)
            reader.problems().add(item->place, path, "is given twice (" + item->text + ")");
    }
    if (index == 0 && !reader.problems().concern(reader.path_of("ids")))
        reader.problem("ids", "must have at least one id");
    std::vector<NeuronId> ids;
    for (const auto& [id, times] : seen) ids.push_back(id);
    return ids;
}

std::vector<NeuronId> read_range(ConfigReader& reader, NeuronId size) {
    NeuronId first = 0;
    NeuronId count = 1;
    reader.require("first").integer<NeuronId>("first", first, 0, size - 1);
    reader.require("count").integer<NeuronId>("count", count, 1, size);
    if (count > size - first && !reader.problems().concern(reader.path_of("first")) &&
        !reader.problems().concern(reader.path_of("count")))
        reader.problem("count", "must be an integer in [1, " + std::to_string(size - first) +
                                    "] with first = " + std::to_string(first) + " (is " +
                                    std::to_string(count) + ")");
    count = std::min(count, size - first);
    return consecutive(first, count);
}

// {of: name, count: n} or {of: name, fraction: x}.
void read_part(ConfigReader& reader, const std::string& path, GroupSpec& spec) {
    spec.path = path;
    reader.require("of").text("of", spec.of);
    reader.integer<NeuronId>("count", spec.count, 1);
    reader.number("fraction", spec.fraction, {0, 1, true});
    if (reader.has("count") == reader.has("fraction"))
        reader.problems().add(path, "must have either count or fraction");
}

GroupSpec read_spec(ConfigReader reader, const std::string& path, NeuronId size) {
    GroupSpec spec;
    ConfigProblems& problems = reader.problems();
    if (reader.has("ids")) {
        spec.ids = read_ids(reader, size);
    } else if (reader.has("random")) {
        spec.random = true;
        ConfigReader random = reader.section("random");
        read_part(random, path + ".random", spec);
        random.finish();
    } else if (reader.has("of")) {
        read_part(reader, path, spec);
    } else if (reader.has("first") || reader.has("count")) {
        spec.ids = read_range(reader, size);
    } else if (!problems.concern(path)) {
        problems.add(path, "must have first and count, or ids, or of, or random");
    }
    if (!problems.concern(path) || !reader.keys().empty()) reader.finish();
    spec.valid = !problems.concern(path);
    return spec;
}

// Resolves references in any order of definition. What depends on a wrong value elsewhere, like the
// size of a population, stays open, and no problem is seen in it.
class GroupResolver {
  public:
    //! \param specs  of each group; those that are built in are resolved
    //! \param seed  nothing if it is not known
    GroupResolver(Groups& groups, std::vector<GroupSpec>& specs, const KnownPopulations& known,
                  std::optional<std::uint64_t> seed, ConfigProblems& problems)
        : groups_(groups), specs_(specs), known_(known), seed_(seed), problems_(problems) {}

    void resolve_all() {
        for (std::size_t i = 0; i < groups_.size(); ++i) resolve(i);
        for (const GroupSpec& spec : specs_)
            if (!spec.valid && !spec.of.empty() && !problems_.has(spec.path + ".of"))
                find_group(groups_, spec.of, spec.path + ".of", problems_);
    }

  private:
    using State = GroupSpec::State;

    // Those that a group is a part of come first, however many they are.
    void resolve(std::size_t index) {
        std::vector<std::size_t> chain;
        for (std::optional<std::size_t> next = index; next;) {
            GroupSpec& spec = specs_[*next];
            if (spec.state == State::resolved) break;
            if (spec.state == State::begun) {
                specs_[chain.back()].valid = false;
                report_cycle({std::find(chain.begin(), chain.end(), *next), chain.end()});
                break;
            }
            spec.state = State::begun;
            chain.push_back(*next);
            next = whole_of(spec);
        }
        for (auto group = chain.rbegin(); group != chain.rend(); ++group) {
            GroupSpec& spec = specs_[*group];
            spec.valid = spec.valid && take_ids(groups_[*group], spec);
            spec.state = State::resolved;
        }
    }

    // Index of the group that one is a part of; nothing if there is none, or none of that name.
    std::optional<std::size_t> whole_of(GroupSpec& spec) {
        if (!spec.valid || spec.of.empty()) return std::nullopt;
        const Group* whole = find_group(groups_, spec.of, spec.path + ".of", problems_);
        spec.valid = whole != nullptr;
        if (whole == nullptr) return std::nullopt;
        return groups_.index_of(*whole);
    }

    // False if the group it refers to is not usable; ids that stay open are empty.
    bool take_ids(Group& group, GroupSpec& spec) {
        if (spec.of.empty()) {
            group.ids = std::move(spec.ids);
            return true;
        }
        const Group* whole = groups_.find(spec.of);
        if (!specs_[groups_.index_of(*whole)].valid) return false;
        const std::size_t size = whole->ids.size();
        if (size == 0 && !known_.is_empty(whole->name)) return true;  // it may yet have some
        if (spec.count > size) {
            problems_.add(spec.path + ".count", "must be at most " + std::to_string(size) +
                                                    ", the size of group " + spec.of + " (is " +
                                                    std::to_string(spec.count) + ")");
            return false;
        }
        const std::size_t count =
            spec.count > 0 ? spec.count
                           : static_cast<std::size_t>(std::llround(spec.fraction * size));
        if (count == 0) {
            problems_.add(spec.path + ".fraction", "selects none of the " + std::to_string(size) +
                                                       " neurons of group " + spec.of);
            return false;
        }
        if (!spec.random)
            group.ids.assign(whole->ids.begin(), whole->ids.begin() + count);
        else if (seed_)
            group.ids = random_subset(whole->ids, count, *seed_, group.name);
        return true;
    }

    void report_cycle(const std::vector<std::size_t>& indices) {
        constexpr std::size_t most_named = 20;
        std::string text;
        for (std::size_t i = 0; i < std::min(indices.size(), most_named); ++i)
            text += groups_[indices[i]].name + " -> ";
        if (indices.size() > most_named) text += "... -> ";
        problems_.add(specs_[indices.front()].path + ".of",
                      "refers back to itself: " + text + groups_[indices.front()].name);
    }

    Groups& groups_;
    std::vector<GroupSpec>& specs_;
    const KnownPopulations& known_;
    std::optional<std::uint64_t> seed_;
    ConfigProblems& problems_;
};

}  // namespace

bool is_valid_name(const std::string& name) {
    const std::string letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
    return !name.empty() && name[0] != '-' && name.find_first_not_of(letters) == std::string::npos;
}

const Group* find_group(const Groups& groups, const std::string& name, const std::string& key,
                        ConfigProblems& problems) {
    const Group* group = groups.find(name);
    if (group != nullptr) return group;
    const std::string suggestion =
        problems.compares_names() ? problems.suggestion(name, groups.names()) : "";
    problems.add(key, "there is no group '" + name + "'" + suggestion);
    return nullptr;
}

bool is_built_in(const std::string& group, const Populations& populations) {
    return group == "all" || populations.find(group) != nullptr;
}

Groups read_groups(ConfigReader reader, const Populations& populations, std::uint64_t seed) {
    ConfigProblems& problems = reader.problems();
    const KnownPopulations known(populations, problems);

    Groups groups;
    for (const Population& population : populations)
        groups.add({population.name, known.knows(population)
                                         ? consecutive(population.first, population.count)
                                         : std::vector<NeuronId>{}});
    groups.add(
        {"all", known.knows_all() ? consecutive(0, populations.size()) : std::vector<NeuronId>{}});
    std::vector<GroupSpec> specs(groups.size());
    for (GroupSpec& spec : specs) spec.state = GroupSpec::State::resolved;
    for (const std::string& name : reader.keys()) {
        if (is_built_in(name, populations)) {
            reader.problem(name,
                           "is a built-in group and cannot be redefined; choose another name");
        } else if (!is_valid_name(name)) {
            problems.add(reader.place_of(name), reader.path_of(name), valid_name_rule);
        } else {
            groups.add({name, {}});
            specs.push_back(read_spec(reader.section(name), reader.path_of(name), known.end()));
        }
    }
    std::optional<std::uint64_t> known_seed;
    if (!problems.concern(keys::path_of<&Experiment::seed>())) known_seed = seed;
    GroupResolver(groups, specs, known, known_seed, problems).resolve_all();
    return groups;
}

}  // namespace engram
