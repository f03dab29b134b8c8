// Turns error codes of CUDA into exceptions.
#pragma once

#include <cuda_runtime.h>

#include <string>

#include "base/errors.hpp"

namespace engram::device {

//! \throw DeviceError
[[noreturn]] inline void fail(const std::string& message) {
    cudaGetLastError();  // unless it is fatal, it would be taken for one of the next launch
    throw DeviceError(message);
}

//! \throw DeviceError that says what was done and what CUDA thinks of it
inline void check_cuda(cudaError_t error, const char* what) {
    if (error == cudaSuccess) return;
    fail(std::string("GPU: ") + what + " failed: " + cudaGetErrorString(error) + " (" +
         cudaGetErrorName(error) + ")");
}

}  // namespace engram::device
