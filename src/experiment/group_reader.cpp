// SPDX-License-Identifier: Apache-2.0
#include "experiment/group_reader.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <optional>

#include "experiment/group_spec.hpp"
#include "experiment/keys.hpp"
#include "experiment/random_subset.hpp"

namespace engram {
namespace {

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
            if (!spec.valid)
                for (const GroupReference& reference : spec.references)
                    if (!reference.group.empty() && !problems_.has(reference.path))
                        find_group(groups_, reference.group, reference.path, problems_);
    }

  private:
    using State = GroupSpec::State;
    using Form = GroupSpec::Form;

    // A group whose references are being followed.
    struct Open {
        std::size_t group;
        std::size_t next = 0;  // of its references
    };

    // Those that a group is made from come first, however long the chain.
    void resolve(std::size_t index) {
        if (specs_[index].state == State::resolved) return;
        std::vector<Open> chain{{index}};
        specs_[index].state = State::begun;
        while (!chain.empty()) {
            Open& open = chain.back();
            GroupSpec& spec = specs_[open.group];
            const std::optional<std::size_t> next = next_reference(open);
            if (!next) {
                spec.valid = spec.valid && take_ids(groups_[open.group], spec);
                spec.state = State::resolved;
                chain.pop_back();
            } else if (specs_[*next].state == State::begun) {
                spec.valid = false;
                report_cycle(chain, *next);
            } else if (specs_[*next].state == State::open) {
                specs_[*next].state = State::begun;
                chain.push_back({*next});
            }
        }
    }

    // Index of the next group that one is made from; nothing if there are no more, or none of that
    // name.
    std::optional<std::size_t> next_reference(Open& open) {
        GroupSpec& spec = specs_[open.group];
        if (!spec.valid || open.next == spec.references.size()) return std::nullopt;
        const GroupReference& reference = spec.references[open.next++];
        const Group* other = find_group(groups_, reference.group, reference.path, problems_);
        spec.valid = other != nullptr;
        if (other == nullptr) return std::nullopt;
        return groups_.index_of(*other);
    }

    // False if a group it refers to is not usable, or nothing is left; ids that stay open are
    // empty.
    bool take_ids(Group& group, GroupSpec& spec) {
        if (spec.form == Form::ids) {
            group.ids = std::move(spec.ids);
            return true;
        }
        std::vector<const Group*> others;
        for (const GroupReference& reference : spec.references)
            others.push_back(groups_.find(reference.group));
        for (const Group* other : others)
            if (!specs_[groups_.index_of(*other)].valid) return false;
        for (const Group* other : others)  // it may yet have some
            if (other->ids.empty() && !known_.is_empty(other->name)) return true;
        if (spec.form == Form::union_of) return take_union(group, spec);
        if (spec.form == Form::intersection) return take_intersection(others, group, spec);
        return take_share(others, group, spec);
    }

    bool take_union(Group& group, const GroupSpec& spec) {
        std::vector<std::string> names;
        for (const GroupReference& reference : spec.references) names.push_back(reference.group);
        group.ids = groups_.members(names);
        return has_some(group, spec, "union", "has no neurons: its groups have none");
    }

    bool take_intersection(const std::vector<const Group*>& others, Group& group,
                           const GroupSpec& spec) {
        group.ids = others.front()->ids;
        for (const Group* other : others) {
            std::vector<NeuronId> common;
            std::set_intersection(group.ids.begin(), group.ids.end(), other->ids.begin(),
                                  other->ids.end(), std::back_inserter(common));
            group.ids = std::move(common);
        }
        return has_some(group, spec, "intersection", "has no neurons: its groups share none");
    }

    bool has_some(const Group& group, const GroupSpec& spec, const std::string& key,
                  const std::string& message) {
        if (!group.ids.empty()) return true;
        const std::string& first = spec.references.front().path;
        problems_.add(first.substr(0, first.rfind("." + key) + 1 + key.size()), message);
        return false;
    }

    bool take_share(const std::vector<const Group*>& others, Group& group, const GroupSpec& spec) {
        std::string whole = "group " + others.front()->name;
        std::vector<NeuronId> left = others.front()->ids;
        if (others.size() > 1) {
            std::vector<std::string> names;
            for (std::size_t i = 1; i < others.size(); ++i) {
                names.push_back(others[i]->name);
                whole += (i == 1 ? " without " : ", ") + others[i]->name;
            }
            const std::vector<NeuronId> excepted = groups_.members(names);
            std::vector<NeuronId> rest;
            std::set_difference(left.begin(), left.end(), excepted.begin(), excepted.end(),
                                std::back_inserter(rest));
            if (rest.empty()) {
                problems_.add(spec.path + ".except",
                              "leaves none of the " + std::to_string(left.size()) +
                                  " neurons of group " + others.front()->name);
                return false;
            }
            left = std::move(rest);
        }
        const std::size_t size = left.size();
        if (spec.count > size) {
            problems_.add(spec.path + ".count", "must be at most " + std::to_string(size) +
                                                    ", the size of " + whole + " (is " +
                                                    std::to_string(spec.count) + ")");
            return false;
        }
        std::size_t count = spec.count > 0 ? spec.count : size;
        if (spec.fraction) {
            const double exact = *spec.fraction * static_cast<double>(size);
            count = static_cast<std::size_t>(spec.round_up ? std::ceil(exact) : std::round(exact));
        }
        if (count == 0) {
            problems_.add(spec.path + ".fraction",
                          "selects none of the " + std::to_string(size) + " neurons of " + whole);
            return false;
        }
        if (!spec.random) {
            left.resize(count);
            group.ids = std::move(left);
        } else if (seed_) {
            group.ids = random_subset(left, count, *seed_, group.name);
        }
        return true;
    }

    //! \param first  group of the chain that its last one refers back to
    void report_cycle(const std::vector<Open>& chain, std::size_t first) {
        constexpr std::size_t most_named = 20;
        const auto begin = std::find_if(chain.begin(), chain.end(),
                                        [&](const Open& open) { return open.group == first; });
        std::string text;
        std::size_t n_named = 0;
        for (auto open = begin; open != chain.end() && n_named < most_named; ++open, ++n_named)
            text += groups_[open->group].name + " -> ";
        if (chain.end() - begin > static_cast<std::ptrdiff_t>(most_named)) text += "... -> ";
        problems_.add(specs_[first].references[begin->next - 1].path,
                      "refers back to itself: " + text + groups_[first].name);
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
            specs.push_back(
                read_group_spec(reader.section(name), reader.path_of(name), known.end()));
        }
    }
    std::optional<std::uint64_t> known_seed;
    if (!problems.concern(keys::path_of<&Experiment::seed>())) known_seed = seed;
    GroupResolver(groups, specs, known, known_seed, problems).resolve_all();
    return groups;
}

}  // namespace engram
