// SPDX-License-Identifier: Apache-2.0
// Runs on one core of the processor.
#pragma once

#include <memory>

#include "simulation/executor.hpp"

namespace engram {

//! With the mechanisms that the experiment asks for.
std::unique_ptr<Executor> make_cpu_executor(const Experiment& experiment, const Network& network,
                                            MPI_Comm communicator);

}  // namespace engram
