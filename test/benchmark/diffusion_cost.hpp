// SPDX-License-Identifier: Apache-2.0
// What protein that diffuses along the neurons costs beside protein that does not.
#pragma once

namespace engram::benchmark {

//! Prints the time of the processor that a consolidation of 8 h takes, and a window of 15 ms, for
//! the published network with proteins in some of its neurons.
void print_diffusion_costs();

}  // namespace engram::benchmark
