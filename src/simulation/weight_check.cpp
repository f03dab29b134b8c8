// SPDX-License-Identifier: Apache-2.0
#include "simulation/weight_check.hpp"

#include <algorithm>
#include <cmath>

#include "base/errors.hpp"
#include "base/number_text.hpp"
#include "base/step_time.hpp"
#include "model/fixed_point.hpp"

namespace engram {
namespace {

// False of NaN too.
bool is_usable(double value) {
    return std::fabs(value) < model::fixed_point_limit;
}

[[noreturn]] void fail(const Network& network, SynapseIndex k, Step step, double dt_ms,
                       const std::string& weights) {
    const SynapseTable& table = network.plastic();
    NeuronId source = 0;
    while (table.row_end(source) <= k) ++source;
    throw NumericalError(
        "the synapse from neuron " + std::to_string(source) + " to neuron " +
        std::to_string(network.global_id(table.targets()[k])) + " has " + weights + " at " +
        number_text(step_time_ms(step, dt_ms) / 1000.0) +
        " s, which is not a possible weight; check h_0_mV, sigma_pl_mV and the other "
        "parameters in synapses, then run again");
}

}  // namespace

void check_weights(const SnapshotView& weights, const Network& network, double dt_ms) {
    weights.for_each([&](SynapseIndex k, const PlasticWeights& here) {
        if (!is_usable(here.h_mV) || !std::isfinite(here.z))
            fail(network, k, weights.step, dt_ms,
                 "h = " + number_text(here.h_mV) + " mV, z = " + number_text(here.z));
    });
}

void check_weights(const LocalState& state, const Network& network, Step step, double dt_ms) {
    for (const NamedValues& entry : state.by_synapse) {
        const auto& values = entry.values;
        const auto bad = std::find_if(values.begin(), values.end(),
                                      [&](double value) { return !std::isfinite(value); });
        if (bad != values.end())
            fail(network, static_cast<SynapseIndex>(bad - values.begin()), step, dt_ms,
                 entry.name + " = " + number_text(*bad));
    }
}

}  // namespace engram
