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

std::vector<Projection> Experiment::projections() const {
    if (given_projections) return *given_projections;
    const Connectivity& c = connectivity;
    const auto fixed = [&](std::size_t from, std::size_t to, double weight_h_0) {
        return Projection{from, to, false, weight_h_0, c.probability, c.file};
    };
    return {{0, 0, true, 0.0, c.probability, c.file},
            fixed(0, 1, c.w_ei),
            fixed(1, 0, -c.w_ie),
            fixed(1, 1, -c.w_ii)};
}

}  // namespace engram
