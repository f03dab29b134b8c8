// SPDX-License-Identifier: Apache-2.0
#include "job/device_choice.hpp"

#include "base/errors.hpp"

namespace engram::job {

DeviceChoice parse_device_choice(const std::string& text) {
    if (text == "cpu") return DeviceChoice::cpu;
    if (text == "gpu") return DeviceChoice::gpu;
    if (text == "auto") return DeviceChoice::automatic;
    if (text == "host-kernels") return DeviceChoice::host_kernels;
    throw UsageError("--device must be cpu, gpu or auto, is '" + text + "'");
}

}  // namespace engram::job
