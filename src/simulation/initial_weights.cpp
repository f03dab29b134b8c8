// SPDX-License-Identifier: Apache-2.0
#include "simulation/initial_weights.hpp"

#include <algorithm>
#include <vector>

#include "base/errors.hpp"
#include "model/elementary.hpp"
#include "model/late_phase.hpp"
#include "model/random.hpp"
#include "simulation/initial_state.hpp"

namespace engram {
namespace {

// Membership of two groups, and what holds between them.
struct Stipulation {
    std::vector<std::uint8_t> is_source;  //!< by global id
    std::vector<std::uint8_t> is_target;  //!< by local index
    std::optional<double> h_mV;
    std::optional<double> z;
};

Stipulation resolve(const StipulatedWeights& weights, const Network& network,
                    const Experiment& experiment) {
    Stipulation stipulation{std::vector<std::uint8_t>(network.plastic().n_sources()),
                            std::vector<std::uint8_t>(network.n_local()), weights.h_mV, weights.z};
    for (const NeuronId id : experiment.group(weights.from).ids)
        if (id < stipulation.is_source.size()) stipulation.is_source[id] = 1;
    for (const NeuronId id : experiment.group(weights.to).ids)
        if (network.owns(id)) stipulation.is_target[network.partition().local_index(id)] = 1;
    return stipulation;
}

}  // namespace

void set_initial_weights(const LocalState& local, const Network& network,
                         const Experiment& experiment) {
    const InitialWeights& weights = experiment.initial_weights;
    const InitialValues values(local, network, experiment);
    const double h_0_mV = experiment.synapses.h_0_mV;
    const double z_max = experiment.synapses.z_max;
    const model::RandomStreams streams{experiment.seed};
    std::vector<Stipulation> stipulations;
    for (const StipulatedWeights& stipulated : weights.stipulated)
        stipulations.push_back(resolve(stipulated, network, experiment));
    const SynapseTable& table = network.plastic();
    for (NeuronId source = 0; source < table.n_sources(); ++source)
        for (SynapseIndex k = table.row_begin(source); k < table.row_end(source); ++k) {
            const std::uint32_t target = table.targets()[k];
            const auto words =
                streams(model::Purpose::initial_weight, source, network.global_id(target), 0);
            const model::NormalPair normal = model::normal_pair(words.word[0], words.word[1]);
            double h_mV = h_0_mV * model::exp_exact(weights.h_sigma * double{normal.first});
            double z = std::clamp(
                0.5 * z_max * (model::exp_exact(weights.z_sigma * double{normal.second}) - 1.0),
                model::z_min, z_max);
            for (const Stipulation& here : stipulations) {
                if (here.is_source[source] == 0 || here.is_target[target] == 0) continue;
                h_mV = here.h_mV.value_or(h_mV);
                z = here.z.value_or(z);
            }
            values.set_weights(k, h_mV, z);
        }
    const std::string problem = values.problem_of_sums();
    if (!problem.empty()) throw ConfigError({{"", 0, "initial_weights", problem}});
}

}  // namespace engram
