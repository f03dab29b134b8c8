// Groups of neurons as configured, resolved to ids.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "experiment/config_reader.hpp"
#include "experiment/experiment.hpp"

namespace engram {

// Numbers of neurons, as far as the section `populations` is right.
struct KnownSizes {
    std::optional<NeuronId> n_exc;
    std::optional<NeuronId> n_all;

    KnownSizes(const Populations& populations, ConfigProblems& problems);
    //! Ids from here on are wrong in any case.
    NeuronId most_exc() const { return n_exc.value_or(most_neurons); }
    NeuronId most_all() const { return n_all.value_or(most_neurons); }
};

//! Reads the section `groups`: the built-in groups, then the configured ones in their order.
//! A group with a problem, or one that follows from a wrong value elsewhere, has no ids, but is
//! listed, so that references to it are understood.
std::vector<Group> read_groups(ConfigReader reader, const Populations& populations,
                               std::uint64_t seed);

//! The group of that name; null, with a problem noted for the key, if there is none.
const Group* find_group(const std::vector<Group>& groups, const std::string& name,
                        const std::string& key, ConfigProblems& problems);

//! Whether a name can be a key of a configuration, of --set, and of a file's group.
bool is_valid_name(const std::string& name);

inline constexpr const char* valid_name_rule =
    "is no valid name (letters, digits, '_' and '-'; no '-' at the beginning)";

}  // namespace engram
