// SPDX-License-Identifier: Apache-2.0
// Named sets of neurons.
#pragma once

#include <initializer_list>
#include <string>
#include <unordered_map>
#include <vector>

#include "experiment/populations.hpp"

namespace engram {

// Ids are unique and ascending.
struct Group {
    std::string name;
    std::vector<NeuronId> ids;

    bool operator==(const Group&) const = default;
};

// The groups that something concerns, by name: one, or several whose neurons count once.
class GroupNames {
  public:
    GroupNames() = default;
    // Implicit: most things concern one group.
    GroupNames(std::string name) : names_{std::move(name)} {}
    GroupNames(const char* name) : names_{name} {}
    GroupNames(std::vector<std::string> names) : names_(std::move(names)) {}

    std::size_t size() const { return names_.size(); }
    const std::string& operator[](std::size_t index) const { return names_[index]; }
    auto begin() const { return names_.begin(); }
    auto end() const { return names_.end(); }

    bool operator==(const GroupNames&) const = default;

  private:
    std::vector<std::string> names_;
};

// In the order in which they were added, found by name in constant time.
class Groups {
  public:
    Groups() = default;
    Groups(std::initializer_list<Group> groups) {
        for (const Group& group : groups) add(group);
    }

    //! \pre no other has its name
    void add(Group group) {
        indices_.emplace(group.name, list_.size());
        list_.push_back(std::move(group));
    }
    //! Null if there is none of that name.
    const Group* find(const std::string& name) const {
        const auto found = indices_.find(name);
        return found == indices_.end() ? nullptr : &list_[found->second];
    }
    //! Ids of all neurons of some groups, each once and ascending.
    //! \throw std::out_of_range if there is no group of one of the names
    std::vector<NeuronId> members(const GroupNames& names) const;
    std::vector<std::string> names() const {
        std::vector<std::string> all;
        for (const Group& group : list_) all.push_back(group.name);
        return all;
    }
    std::size_t index_of(const Group& group) const { return &group - list_.data(); }

    std::size_t size() const { return list_.size(); }
    Group& operator[](std::size_t index) { return list_[index]; }
    auto begin() const { return list_.begin(); }
    auto end() const { return list_.end(); }

    bool operator==(const Groups& other) const { return list_ == other.list_; }

  private:
    std::vector<Group> list_;
    std::unordered_map<std::string, std::size_t> indices_;  //!< by name
};

}  // namespace engram
