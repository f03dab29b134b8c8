// SPDX-License-Identifier: Apache-2.0
// The processor with mechanisms that are not built in, and what the oracle must do to agree.
#pragma once

#include "oracle/dense_variant.hpp"
#include "simulation/executor.hpp"

namespace engram::test {

//! GatedEarlyPhase.
ExecutorFactory gated_processor();
DenseVariant gated_oracle();

//! TwoSiteNeuron where it describes the neurons, else what is built in.
ExecutorFactory two_site_processor();
DenseVariant two_site_oracle();

//! Both of them.
ExecutorFactory gated_two_site_processor();

}  // namespace engram::test
