// Steps of a consolidation at which traces are sampled: however many, they take no room.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
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
    //! Those at or after a step.
    SampleSteps from(Step step) const {
        const std::int64_t before =
            std::min(n_regular, step > first ? (step - first + every - 1) / every : 0);
        SampleSteps rest{first + before * every, every, n_regular - before, last};
        if (last && *last < step) rest.last.reset();
        return rest;
    }
};

// Called, on all ranks alike, when rows of the sampler are complete, of which it may take some
// away. Until the consolidation ends the state is that at its beginning, and may be saved. \param
// n_done  samples that are complete \return whether to go on
using OnSampled = std::function<bool(std::int64_t n_done)>;

}  // namespace engram
