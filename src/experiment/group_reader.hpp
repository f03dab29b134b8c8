// Groups of neurons as configured, resolved to ids.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "experiment/config_reader.hpp"
#include "experiment/experiment.hpp"

namespace engram {

// The populations, as far as the section `populations` is right.
class KnownPopulations {
  public:
    //! Both must outlive it.
    KnownPopulations(const Populations& populations, const ConfigProblems& problems);

    bool knows(const Population& population) const;
    bool knows_all() const { return n_known_ == populations_.n_populations(); }
    //! Ids from here on are wrong in any case.
    NeuronId end() const { return knows_all() ? populations_.size() : most_neurons; }
    bool may_be_excitatory(NeuronId id) const;
    //! E.g. "an integer in [0, 1599]".
    std::string excitatory_ids() const;
    //! Whether a group has no neurons because it is that of an empty population.
    bool is_empty(const std::string& group) const;

  private:
    const Populations& populations_;
    std::size_t n_known_;  //!< the first so many
};

//! Reads the section `groups`: the built-in groups, then the configured ones in their order.
//! A group with a problem, or one that follows from a wrong value elsewhere, has no ids, but is
//! listed, so that references to it are understood.
std::vector<Group> read_groups(ConfigReader reader, const Populations& populations,
                               std::uint64_t seed);

//! Whether a group is that of a population, or `all`.
bool is_built_in(const std::string& group, const Populations& populations);

//! The group of that name; null, with a problem noted for the key, if there is none.
const Group* find_group(const std::vector<Group>& groups, const std::string& name,
                        const std::string& key, ConfigProblems& problems);

//! Whether a name can be a key of a configuration, of --set, and of a file's group.
bool is_valid_name(const std::string& name);

inline constexpr const char* valid_name_rule =
    "is no valid name (letters, digits, '_' and '-'; no '-' at the beginning)";

}  // namespace engram
