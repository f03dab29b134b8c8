// SPDX-License-Identifier: Apache-2.0
#include "experiment/network_keys.hpp"

#include <algorithm>

#include "experiment/keys.hpp"

namespace engram {

std::string count_key(const Experiment& experiment, const Population& population) {
    return experiment.has_named_populations()
               ? "populations." + population.name + "." + keys::name_of<&Population::count>()
               : "populations.n_" + population.name;
}

std::string weight_key(const Experiment& experiment, const Projection& projection) {
    return experiment.has_named_populations()
               ? "projections." + projection.name + "." + keys::name_of<&Projection::weight_h_0>()
               : "connectivity." + projection.name;
}

std::string file_key(const Experiment& experiment, const Projection& projection) {
    return experiment.has_named_populations()
               ? "projections." + projection.name + "." + keys::name_of<&Projection::file>()
               : keys::path_of<&Connectivity::file>();
}

std::vector<WiringFile> wiring_files(const Experiment& experiment) {
    std::vector<WiringFile> files;
    for_each_wiring(experiment, [&](const auto& given, const std::string& path) {
        if (given.file)
            files.push_back({*given.file, path + "." + keys::name_of<&Connectivity::file>()});
    });
    return files;
}

bool draws_wiring(const Experiment& experiment) {
    const std::vector<Projection> projections = experiment.projections();
    return std::any_of(projections.begin(), projections.end(),
                       [](const Projection& projection) { return !projection.file; });
}

std::string projection_name(const Populations& populations, const Projection& projection) {
    return populations[projection.from].name + "_" + populations[projection.to].name;
}

}  // namespace engram
