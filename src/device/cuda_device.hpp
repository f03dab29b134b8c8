// SPDX-License-Identifier: Apache-2.0
// GPUs of this machine, by CUDA. A build without CUDA has none.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "device/device.hpp"

namespace engram::device {

//! What the program was built for, e.g. "CUDA 13.0 (sm_80, sm_90)" or "built without CUDA".
std::string cuda_support();

// Tells GPUs apart, whatever processes number them.
using DeviceUuid = std::array<unsigned char, 16>;

// The GPUs that this process may use (see CUDA_VISIBLE_DEVICES).
struct CudaDevices {
    int count = 0;
    std::string problem;  //!< why there is none
    std::vector<DeviceUuid> uuids;
};
CudaDevices find_cuda_devices();

//! \param index  below the number of devices found
//! \throw DeviceError if the device cannot be used
std::unique_ptr<Device> make_cuda_device(int index);

}  // namespace engram::device
