// SPDX-License-Identifier: Apache-2.0
// Which device a run is computed on, as the user says it. Apart from what acts on it, which knows
// every kernel.
#pragma once

#include <string>

namespace engram::job {

enum class DeviceChoice {
    cpu,
    gpu,
    automatic,    //!< a GPU if there is one that has room, else the processor
    host_kernels  //!< the code of the GPU on the processor: slow, for tests
};

//! \throw UsageError
DeviceChoice parse_device_choice(const std::string& text);

}  // namespace engram::job
