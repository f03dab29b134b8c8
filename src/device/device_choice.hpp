// Which device a run is computed on, as the user says it.
#pragma once

#include <mpi.h>

#include <functional>
#include <memory>
#include <string>

#include "device/launch_batch.hpp"
#include "simulation/executor.hpp"

namespace engram::device {

enum class DeviceChoice {
    cpu,
    gpu,
    automatic,    //!< a GPU if there is one that has room, else the processor
    host_kernels  //!< the code of the GPU on the processor: slow, for tests
};

//! \throw UsageError
DeviceChoice parse_device_choice(const std::string& text);

//! Receives what the user should know; called on rank 0 only.
using Notice = std::function<void(const std::string&)>;

//! Collective. Finds the GPU of each rank: ranks of one node take its GPUs in turn.
//! The factory is collective as well: all ranks use GPUs, or none does.
//! \throw SharedDeviceError if GPUs are asked for and a rank has none; the factory, if one has no
//!        room
ExecutorFactory select_executor(DeviceChoice choice, MPI_Comm communicator, const Notice& notice);

// Executors of several runs that take turns on a rank.
struct BatchExecutors {
    ExecutorFactory make_executor;
    //! Launches what the executors have in common; null on the processor.
    std::shared_ptr<LaunchBatch> batch;
    int ranks_per_device = 1;  //!< that share its memory
};

//! Collective, as select_executor.
//! \param wait  see LaunchBatch
BatchExecutors select_batch_executors(DeviceChoice choice, MPI_Comm communicator,
                                      const Notice& notice, std::function<void()> wait);

}  // namespace engram::device
