// SPDX-License-Identifier: Apache-2.0
// Owned streams, events and graphs of CUDA, and its error codes as exceptions.
#pragma once

#include <cuda_runtime.h>

#include <functional>
#include <memory>
#include <string>
#include <type_traits>

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

// Gives back what a handle stands for.
template <auto destroy>
struct Destroy {
    template <class T>
    void operator()(T* handle) const noexcept {
        destroy(handle);
    }
};
template <class Handle, auto destroy>
using Owned = std::unique_ptr<std::remove_pointer_t<Handle>, Destroy<destroy>>;

using Stream = Owned<cudaStream_t, cudaStreamDestroy>;
using Event = Owned<cudaEvent_t, cudaEventDestroy>;
using Graph = Owned<cudaGraphExec_t, cudaGraphExecDestroy>;

//! A stream that does not wait for the default stream, nor the other way round.
inline Stream make_stream() {
    cudaStream_t stream = nullptr;
    check_cuda(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), "creating a stream");
    return Stream(stream);
}

//! An event that has been recorded on the stream.
inline Event record_event(cudaStream_t stream) {
    cudaEvent_t event = nullptr;
    check_cuda(cudaEventCreate(&event), "creating an event");
    Event owned(event);
    check_cuda(cudaEventRecord(event, stream), "measuring");
    return owned;
}

//! What `record` launches on the stream, which costs about as much to launch as one kernel. Nothing
//! is run yet.
inline Graph record_graph(cudaStream_t stream, const std::function<void()>& record) {
    check_cuda(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal),
               "recording launches");
    cudaGraph_t graph = nullptr;
    try {
        record();
    } catch (...) {
        cudaStreamEndCapture(stream, &graph);
        if (graph != nullptr) cudaGraphDestroy(graph);
        throw;
    }
    check_cuda(cudaStreamEndCapture(stream, &graph), "recording launches");
    cudaGraphExec_t executable = nullptr;
    const cudaError_t made = cudaGraphInstantiate(&executable, graph, 0);
    cudaGraphDestroy(graph);
    check_cuda(made, "preparing recorded launches");
    return Graph(executable);
}

}  // namespace engram::device
