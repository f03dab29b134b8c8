// SPDX-License-Identifier: Apache-2.0
// Which background each neuron has at which time, as background_changes says.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "base/step_time.hpp"
#include "experiment/experiment.hpp"

namespace engram {

// Neurons of one population that have the same background at all times make a class. Class p, of
// the populations, are those of population p that no change concerns that is of a part of it;
// classes of such parts follow.
class BackgroundClasses {
  public:
    //! \pre the groups of all changes exist
    explicit BackgroundClasses(const Experiment& experiment);

    std::size_t size() const { return classes_.size(); }
    std::size_t population_of(std::size_t c) const { return classes_[c].population; }
    std::size_t of(NeuronId neuron) const;
    //! Whether the background of a class is that of a change, by its index, while it holds.
    bool is_concerned(std::size_t c, std::size_t change) const;

  private:
    struct Class {
        std::size_t population;
        std::vector<std::uint32_t> parts;  //!< by number of groups of which it is part; ascending
    };
    // What some changes are of.
    struct Whom {
        GroupNames names;
        std::vector<char> wholes;  //!< by population
    };

    Populations populations_;
    std::vector<Whom> groups_;                    //!< each once
    std::vector<std::uint32_t> group_of_change_;  //!< index of groups_
    std::vector<Class> classes_;
    std::map<NeuronId, std::uint32_t> class_of_part_;  //!< of the neurons that parts concern
};

// The background is constant between the steps at which a change begins or ends. Which one each
// class has is then called a setting.
class Backgrounds {
  public:
    // One that neurons of a population have at some time.
    struct Kind {
        std::size_t population;
        BackgroundParameters parameters;

        bool operator==(const Kind&) const = default;
    };

    //! \pre no two changes that concern a class hold at the same time
    explicit Backgrounds(const Experiment& experiment);

    const BackgroundClasses& classes() const { return classes_; }
    //! Each once.
    const std::vector<Kind>& kinds() const { return kinds_; }
    //! Each once; the first is the usual one.
    std::size_t n_settings() const { return settings_.size(); }
    //! Index of the kind of a class in a setting.
    std::uint32_t kind(std::size_t setting, std::size_t c) const { return settings_[setting][c]; }
    //! Which setting holds from a step on, for each at which a change begins or ends.
    const std::map<Step, std::int32_t>& course() const { return course_; }

  private:
    using Setting = std::vector<std::uint32_t>;  //!< kinds by class
    std::uint32_t number_of(const Kind& kind);
    std::int32_t number_of(const Setting& setting);

    BackgroundClasses classes_;
    std::vector<Kind> kinds_;
    std::vector<Setting> settings_;
    std::map<Step, std::int32_t> course_;
};

}  // namespace engram
