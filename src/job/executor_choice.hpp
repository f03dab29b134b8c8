// SPDX-License-Identifier: Apache-2.0
// What computes a run: the processor or a GPU, as the user says and the machine allows.
#pragma once

#include <mpi.h>

#include <functional>
#include <memory>

#include "job/device_choice.hpp"
#include "simulation/executor.hpp"

namespace engram::device {
class LaunchBatch;
}

namespace engram::job {

//! Collective. Finds the GPU of each rank: ranks of one node take its GPUs in turn.
//! The factory is collective as well: all ranks use GPUs, or none does.
//! \throw DeviceError on every rank if GPUs are asked for and a rank has none; the factory, if one
//!        has no room
ExecutorFactory select_executor(DeviceChoice choice, MPI_Comm communicator);

// Executors of several runs that take turns on a rank.
struct BatchExecutors {
    ExecutorFactory make_executor;
    //! Launches what the executors have in common; null on the processor.
    std::shared_ptr<device::LaunchBatch> batch;
    int ranks_per_device = 1;  //!< that share its memory
};

//! Collective, as select_executor.
//! \param wait  see device::LaunchBatch
BatchExecutors select_batch_executors(DeviceChoice choice, MPI_Comm communicator,
                                      std::function<void()> wait);

}  // namespace engram::job
