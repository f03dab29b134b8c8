// SPDX-License-Identifier: Apache-2.0
// What the fake runtime knows, for its own files.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <set>
#include <vector>

#include "device/fake_cuda/fake_cuda.hpp"

// Work that waits for somebody to wait for it, or that is recorded.
struct CUstream_st {
    std::vector<engram::test::fake_cuda::Runner> queue;
    std::vector<engram::test::fake_cuda::Runner> recorded;
    bool recording = false;
    bool recording_failed = false;
};
struct CUgraph_st {
    std::vector<engram::test::fake_cuda::Runner> nodes;
};
struct CUgraphExec_st {
    std::vector<engram::test::fake_cuda::Runner> nodes;
};
struct CUevent_st {
    bool recorded = false;
    std::chrono::steady_clock::time_point time;
};

namespace engram::test::fake_cuda {

using Blocks = std::map<const std::byte*, std::size_t>;

struct State {
    Machine machine;
    Counts counts;
    Blocks device_memory;
    Blocks pinned_memory;
    std::size_t used = 0;
    std::set<const void*> objects;  // streams, events, graphs
    std::set<cudaStream_t> streams;
    std::map<const void*, std::string> functions;  // by the address of their stub
    std::set<const void*> loaded;
    cudaError_t last_error = cudaSuccess;
    cudaError_t fatal_error = cudaSuccess;
    std::string violation;
    struct {
        dim3 grid, block;
        cudaStream_t stream;
    } next_launch{};
};

State& state();

// Every function of the runtime ends with this: errors stay until they are asked for, fatal ones
// for good.
cudaError_t done(cudaError_t error);
// Counts down to a failure.
bool fails_now(int& until_failure);
// What must not be done while launches are recorded spoils the recording.
bool spoils_recording();
// Has work done when the stream is waited for, or records it.
cudaError_t enqueue(cudaStream_t stream, Runner work);

template <class T>
T* keep(T* object) {
    state().objects.insert(object);
    return object;
}

template <class T>
cudaError_t drop(T* object) {
    if (state().objects.erase(object) == 0) return done(cudaErrorInvalidResourceHandle);
    std::unique_ptr<T>{object};
    return done(cudaSuccess);
}

}  // namespace engram::test::fake_cuda
