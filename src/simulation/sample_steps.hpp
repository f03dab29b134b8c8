// Steps of a consolidation at which traces are sampled: however many, they take no room.
#pragma once

#include <cstdint>
#include <optional>

#include "experiment/experiment.hpp"

namespace engram {

// Ascending.
struct SampleSteps {
    Step first = 0;
    Step every = 1;
    std::int64_t n_regular = 0;  //!< first, first + every, ...
    std::optional<Step> last;    //!< behind the regular ones

    std::int64_t size() const { return n_regular + (last ? 1 : 0); }
    Step at(std::int64_t i) const { return i < n_regular ? first + i * every : *last; }
};

}  // namespace engram
