// SPDX-License-Identifier: Apache-2.0
// What may change during a run. Constant within a block, and within a piece of a consolidation.
#pragma once

#include <cstdint>
#include <optional>

namespace engram::model {

struct Conditions {
    double theta_pro_mV = 0;  //!< threshold of protein synthesis
    //! Off: h, z, proteins and tags stand still, and their clock with them; calcium runs on.
    bool plasticity = true;
    //! Which of the settings of the background holds (experiment/backgrounds.hpp); 0: the usual
    //! one.
    std::int32_t background = 0;

    bool operator==(const Conditions&) const = default;
    //! Whether consolidation goes on as with others: neurons are at rest in it.
    bool consolidates_as(Conditions others) const {
        others.background = background;
        return *this == others;
    }
};

// From a time on, what is given here holds instead of what held before.
struct ConditionChange {
    double time_s = 0;
    std::optional<double> theta_pro_mV = std::nullopt;
    std::optional<bool> plasticity = std::nullopt;
    std::optional<std::int32_t> background = std::nullopt;

    void apply_to(Conditions& conditions) const {
        if (theta_pro_mV) conditions.theta_pro_mV = *theta_pro_mV;
        if (plasticity) conditions.plasticity = *plasticity;
        if (background) conditions.background = *background;
    }
    bool operator==(const ConditionChange&) const = default;
};

}  // namespace engram::model
