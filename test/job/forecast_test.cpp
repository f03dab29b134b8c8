// SPDX-License-Identifier: Apache-2.0
#include "job/forecast.hpp"

#include <gtest/gtest.h>

#include "network/make_wiring.hpp"

namespace engram::test {
namespace {

double synapses_MB(const Populations& populations) {
    Experiment e;
    e.populations = populations;
    e.connectivity.probability = 0.5;
    return job::make_forecast(e, *make_wiring(e), 1).synapses_MB;
}

// Of fixed synapses no more is kept than their targets, but building holds them in two forms: 4 and
// 2 bytes each, and 18 for each target of a projection.
TEST(Forecast, holds_for_building) {
    const double n_synapses = 0.5 * 4000 * 3999;
    EXPECT_NEAR(synapses_MB({0, 4000}), (6 * n_synapses + 18 * 8000.0) / 1e6, 0.5);
    // Plastic ones have state later on that takes more.
    EXPECT_NEAR(synapses_MB({4000, 0}), 37 * n_synapses / 1e6, 0.5);
}

}  // namespace
}  // namespace engram::test
