// SPDX-License-Identifier: Apache-2.0
#include "job/forecast.hpp"

#include <gtest/gtest.h>

#include "network/make_wiring.hpp"

namespace engram::test {
namespace {

Experiment network_of(const Populations& populations, double probability) {
    Experiment e;
    e.populations = populations;
    e.connectivity.probability = probability;
    return e;
}

job::Forecast forecast_of(const Experiment& experiment, int n_ranks) {
    return job::make_forecast(experiment, *make_wiring(experiment), n_ranks);
}

double synapses_MB(const Populations& populations) {
    return forecast_of(network_of(populations, 0.5), 1).synapses_MB;
}

// Of fixed synapses no more is kept than their targets, but building holds them in two forms: 4 and
// 2 bytes each, and 18 for each target of a projection.
TEST(Forecast, holds_for_building) {
    const double n_synapses = 0.5 * 4000 * 3999;
    EXPECT_NEAR(synapses_MB({0, 4000}), (6 * n_synapses + 18 * 8000.0) / 1e6, 0.5);
    // Plastic ones have state later on that takes more.
    EXPECT_NEAR(synapses_MB({4000, 0}), 21 * n_synapses / 1e6, 0.5);
    // A snapshot is held while it is written.
    Experiment e = network_of({4000, 0}, 0.5);
    e.record.snapshots_s = {0.1};
    EXPECT_NEAR(forecast_of(e, 1).synapses_MB, 37 * n_synapses / 1e6, 0.5);
}

// On every rank: of an excitatory source, two rows, a number in HotSources, and a watch of its
// tags; of an inhibitory one, two rows.
TEST(Forecast, of_a_rank_grows_with_the_network) {
    const Experiment e = network_of({320'000, 80'000}, 1e-4);
    EXPECT_NEAR(forecast_of(e, 1000).per_rank_MB, (320'000 * 28.0 + 80'000 * 16.0) / 1e6, 0.01);
}

// Ranks share out all but the spikes of the whole network, and wait for each other.
TEST(Forecast, does_not_promise_that_ranks_always_help) {
    Experiment e = network_of({160'000, 40'000}, 0.005);
    e.duration_s = 1000;
    e.fast_forward = FastForward::off;
    const double on_10 = forecast_of(e, 10).wall_s;
    const double on_1000 = forecast_of(e, 1000).wall_s;
    const double on_100000 = forecast_of(e, 100'000).wall_s;
    EXPECT_GT(on_10, 5 * on_1000);
    EXPECT_GT(on_100000, 0.5 * on_1000);
    // Of the whole network, 240 spikes in each epoch of 3 ms.
    EXPECT_GT(on_100000, 1000 / 0.003 * 240 * 100e-9);
}

TEST(Forecast, knows_what_it_takes_to_record_proteins_along_cells) {
    Experiment e = network_of({1600, 400}, 0.1);
    e.neuron.morphology.emplace().compartment_um = 0.01;
    e.neuron.protein_diffusivity_um2_per_s = 1.0;
    e.duration_s = 1.0;
    e.fast_forward = FastForward::off;
    e.record.neurons = {0, 1};
    e.record.protein_at_um = {10, 20};
    const double recorded_s = forecast_of(e, 1).wall_s;
    e.record.neurons.clear();
    // 500 samples of 2 neurons, each with 4,700 modes at 4 places.
    EXPECT_NEAR(recorded_s - forecast_of(e, 1).wall_s, 500 * 2 * 4700 * 4 * 10e-9, 0.02);
}

TEST(Forecast, of_files_holds_checkpoints_and_the_network) {
    Experiment e = network_of({1600, 400}, 0.1);
    const double with_network_MB = forecast_of(e, 1).files_MB;
    EXPECT_NEAR(forecast_of(e, 1).checkpoint_MB, (256'000 * 17.0 + 2000 * 63.0) / 1e6, 0.1);
    e.writes_network = false;
    // Edges, and the values at the end.
    EXPECT_NEAR(with_network_MB - forecast_of(e, 1).files_MB,
                (400'000 * 12.0 + 2000 * 34.0 + 256'000 * 16.0) / 1e6, 0.3);
}

}  // namespace
}  // namespace engram::test
