#include "simulation/supported_network.hpp"

#include <algorithm>

#include "base/errors.hpp"

namespace engram {
namespace {

bool is_supported(const Experiment& experiment) {
    const Populations& populations = experiment.populations;
    const std::vector<Projection> projections = experiment.projections();
    const bool has_shape = populations.n_populations() == 2 && populations[0].is_excitatory() &&
                           !populations[1].is_excitatory() && projections.size() == 4 &&
                           projections[0].plastic;
    return has_shape && std::all_of(populations.begin(), populations.end(), [&](const auto& p) {
               return experiment.neuron_of(p) == experiment.neuron &&
                      experiment.background_of(p) == experiment.background;
           });
}

}  // namespace

Experiment require_supported(Experiment experiment) {
    if (!is_supported(experiment))
        throw ConfigError({{"", 0, "populations",
                            "this version simulates only an excitatory population, followed by an "
                            "inhibitory one with the same neuron and background, and all four "
                            "projections, the first of them plastic; 'engram check' and 'engram "
                            "plan' accept any network"}});
    return experiment;
}

}  // namespace engram
