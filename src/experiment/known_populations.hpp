// SPDX-License-Identifier: Apache-2.0
// What a configuration with mistakes still tells of its populations.
#pragma once

#include <string>

#include "experiment/config_problems.hpp"
#include "experiment/populations.hpp"

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

}  // namespace engram
