// SPDX-License-Identifier: Apache-2.0
// Takes the place of kernels/cuda_device.cu in a build without CUDA.
#include "base/errors.hpp"
#include "device/cuda_device.hpp"

namespace engram::device {

namespace {
const char* const how_to_get_it =
    "this engram was built without CUDA; build it where the CUDA toolkit is installed "
    "(cmake --preset cuda), or use --device cpu";
}

std::string cuda_support() {
    return "built without CUDA";
}

CudaDevices find_cuda_devices() {
    return {0, how_to_get_it, {}};
}

std::unique_ptr<Device> make_cuda_device(int) {
    throw DeviceError(how_to_get_it);
}

}  // namespace engram::device
