// SPDX-License-Identifier: Apache-2.0
// The machine: its GPUs, errors, and what it does when.
#include <cstdlib>
#include <cstring>
#include <sstream>
#include <utility>

#include "device/fake_cuda/state.hpp"

namespace engram::test::fake_cuda {
namespace {

Machine machine_of_environment() {
    Machine machine;
    const char* text = std::getenv("ENGRAM_FAKE_CUDA");
    std::istringstream words(text != nullptr ? text : "");
    for (std::string word; words >> word;) {
        const std::size_t equals = word.find('=');
        const std::string key = word.substr(0, equals);
        const auto value = std::stoll(word.substr(equals + 1));
        if (key == "gpus") machine.gpus = static_cast<int>(value);
        if (key == "driver") machine.driver = static_cast<int>(value);
        if (key == "memory") machine.memory = static_cast<std::size_t>(value);
        if (key == "until_kernel_crashes") machine.until_kernel_crashes = static_cast<int>(value);
        if (key == "taken") machine.taken = value != 0;
        if (key == "architecture") machine.architecture = static_cast<int>(value);
        if (key == "order") machine.order = static_cast<int>(value);
    }
    return machine;
}

// Physical numbers of the GPUs that the process sees.
std::vector<int> visible_gpus() {
    std::vector<int> gpus;
    const char* text = std::getenv("CUDA_VISIBLE_DEVICES");
    if (text == nullptr) {
        for (int i = 0; i < state().machine.gpus; ++i) gpus.push_back(i);
        return gpus;
    }
    std::istringstream words(text);
    for (std::string word; std::getline(words, word, ',');) {
        const int gpu = std::stoi(word);
        if (gpu < 0 || gpu >= state().machine.gpus) break;
        gpus.push_back(gpu);
    }
    return gpus;
}

}  // namespace

State& state() {
    static State state = [] {
        State made;
        made.machine = machine_of_environment();
        return made;
    }();
    return state;
}

cudaError_t done(cudaError_t error) {
    if (state().fatal_error != cudaSuccess) error = state().fatal_error;
    if (error != cudaSuccess) state().last_error = error;
    return error;
}

bool fails_now(int& until_failure) {
    return until_failure > 0 && --until_failure == 0;
}

bool spoils_recording() {
    bool spoilt = false;
    for (cudaStream_t stream : state().streams)
        if (stream->recording) stream->recording_failed = spoilt = true;
    return spoilt;
}

Machine& machine() {
    return state().machine;
}
Counts& counts() {
    return state().counts;
}
std::size_t n_live_objects() {
    return state().objects.size() + state().device_memory.size() + state().pinned_memory.size();
}
void reset() {
    state().machine = {};
    state().counts = {};
    state().last_error = state().fatal_error = cudaSuccess;
    state().violation.clear();
}
const std::string& violation() {
    return state().violation;
}

}  // namespace engram::test::fake_cuda

using engram::test::fake_cuda::done;
using engram::test::fake_cuda::state;
using engram::test::fake_cuda::visible_gpus;

extern "C" {

cudaError_t cudaGetDeviceCount(int* count) {
    // Without a driver, the count is left as it is.
    if (state().machine.driver < CUDART_VERSION / 1000 * 1000)
        return done(cudaErrorInsufficientDriver);
    *count = static_cast<int>(visible_gpus().size());
    return done(*count > 0 ? cudaSuccess : cudaErrorNoDevice);
}
cudaError_t cudaDriverGetVersion(int* version) {
    *version = state().machine.driver;
    return cudaSuccess;
}
cudaError_t cudaSetDevice(int) {
    return done(state().machine.taken ? cudaErrorDevicesUnavailable : cudaSuccess);
}
cudaError_t cudaGetDeviceProperties(cudaDeviceProp* properties, int index) {
    *properties = {};
    const std::vector<int> gpus = visible_gpus();
    if (index < 0 || index >= static_cast<int>(gpus.size())) return done(cudaErrorInvalidDevice);
    std::strcpy(properties->name, "Fake");
    properties->uuid.bytes[0] = static_cast<char>(gpus[static_cast<std::size_t>(index)]);
    properties->major = 9;
    properties->multiProcessorCount = 1;
    properties->maxThreadsPerMultiProcessor = 2048;
    return done(cudaSuccess);
}
cudaError_t cudaDeviceGetAttribute(int* value, cudaDeviceAttr, int) {
    *value = 1;
    return done(cudaSuccess);
}
cudaError_t cudaGetLastError() {
    return std::exchange(state().last_error, state().fatal_error);
}
const char* cudaGetErrorString(cudaError_t error) {
    switch (error) {
        case cudaErrorNoDevice:
            return "no CUDA-capable device is detected";
        case cudaErrorNoKernelImageForDevice:
            return "no kernel image is available for execution on the device";
        case cudaErrorIllegalAddress:
            return "an illegal memory access was encountered";
        default:
            return "an error";
    }
}
const char* cudaGetErrorName(cudaError_t error) {
    return error == cudaErrorIllegalAddress ? "cudaErrorIllegalAddress" : "another";
}
}
