// SPDX-License-Identifier: Apache-2.0
// Where a configuration, in the form in which it was given, says something about its network.
#pragma once

#include <string>
#include <vector>

#include "experiment/experiment.hpp"

namespace engram {

//! E.g. "populations.n_exc", "populations.CA1.count".
std::string count_key(const Experiment& experiment, const Population& population);

//! E.g. "connectivity.w_ei", "projections.CA3_CA1.weight_h_0".
std::string weight_key(const Experiment& experiment, const Projection& projection);

//! E.g. "connectivity.file", "projections.CA3_CA1.file".
std::string file_key(const Experiment& experiment, const Projection& projection);

//! Calls visit(given, path) with the Connectivity, or each of the named projections, whichever says
//! where the wiring comes from: `file` and `file_checksum`; path: "connectivity",
//! "projections.NAME".
template <class AnyExperiment, class Visit>
void for_each_wiring(AnyExperiment& experiment, Visit visit) {
    if (!experiment.has_named_populations())
        return visit(experiment.connectivity, std::string("connectivity"));
    for (auto& projection : *experiment.given_projections)
        visit(projection, "projections." + projection.name);
}

// A file that the wiring, or a part of it, is read from.
struct WiringFile {
    std::string path;
    std::string key;
};

std::vector<WiringFile> wiring_files(const Experiment& experiment);

//! Whether some of the wiring depends on the seed.
bool draws_wiring(const Experiment& experiment);

//! Name of a projection in files: source and target population, e.g. "exc_inh".
std::string projection_name(const Populations& populations, const Projection& projection);

}  // namespace engram
