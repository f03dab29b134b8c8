// Owned streams, events and memory.
#pragma once

#include <cuda_runtime.h>

#include <memory>
#include <type_traits>

#include "cuda_error.hpp"

namespace engram::device {

struct DestroyStream {
    void operator()(cudaStream_t stream) const noexcept { cudaStreamDestroy(stream); }
};
struct DestroyEvent {
    void operator()(cudaEvent_t event) const noexcept { cudaEventDestroy(event); }
};
using Stream = std::unique_ptr<std::remove_pointer_t<cudaStream_t>, DestroyStream>;
using Event = std::unique_ptr<std::remove_pointer_t<cudaEvent_t>, DestroyEvent>;

struct FreeOnDevice {
    void operator()(void* memory) const noexcept { cudaFree(memory); }
};
struct FreePinned {
    void operator()(void* memory) const noexcept { cudaFreeHost(memory); }
};
using DeviceMemory = std::unique_ptr<void, FreeOnDevice>;
using PinnedMemory = std::unique_ptr<void, FreePinned>;

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

}  // namespace engram::device
