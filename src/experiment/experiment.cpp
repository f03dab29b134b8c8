#include "experiment/experiment.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace engram {

// The quotient of two decimals is off by a few units in the last place, far below half a step.
Step Experiment::steps_from_ms(double time_ms) const {
    return std::llround(time_ms / dt_ms);
}

const Group& Experiment::group(const std::string& name) const {
    const auto found =
        std::find_if(groups.begin(), groups.end(), [&](const Group& g) { return g.name == name; });
    if (found == groups.end()) throw std::out_of_range("no group of neurons named " + name);
    return *found;
}

}  // namespace engram
