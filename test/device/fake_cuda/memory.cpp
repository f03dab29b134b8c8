// SPDX-License-Identifier: Apache-2.0
// Memory and copies.
#include <cstdlib>
#include <cstring>

#include "device/fake_cuda/state.hpp"

namespace engram::test::fake_cuda {
namespace {

bool holds(const Blocks& blocks, const void* pointer, std::size_t bytes) {
    const auto* first = static_cast<const std::byte*>(pointer);
    auto block = blocks.upper_bound(first);
    if (block == blocks.begin()) return false;
    --block;
    return first + bytes <= block->first + block->second;
}

// Contents are garbage before and after an allocation's life.
constexpr int garbage = 0xa5;

void* take(Blocks& blocks, std::size_t bytes) {
    void* memory = std::malloc(bytes);
    std::memset(memory, garbage, bytes);
    blocks.emplace(static_cast<const std::byte*>(memory), bytes);
    return memory;
}

bool give_back(Blocks& blocks, void* memory) {
    for (cudaStream_t stream : state().streams)
        if (!stream->queue.empty()) ++state().counts.early_releases;
    const auto block = blocks.find(static_cast<const std::byte*>(memory));
    if (block == blocks.end()) return false;
    std::memset(memory, garbage, block->second);
    blocks.erase(block);
    std::free(memory);
    return true;
}

}  // namespace

}  // namespace engram::test::fake_cuda

using namespace engram::test::fake_cuda;

extern "C" {

cudaError_t cudaMemGetInfo(size_t* free, size_t* total) {
    *total = state().machine.memory;
    *free = *total - state().used;
    return done(cudaSuccess);
}
cudaError_t cudaMalloc(void** memory, size_t bytes) {
    State& s = state();
    if (spoils_recording()) return done(cudaErrorStreamCaptureUnsupported);
    if (s.used + bytes > s.machine.memory || fails_now(s.machine.until_allocation_fails))
        return done(cudaErrorMemoryAllocation);
    *memory = take(s.device_memory, bytes);
    memory_taken(*memory, bytes);
    s.used += bytes;
    return done(cudaSuccess);
}
cudaError_t cudaFree(void* memory) {
    State& s = state();
    if (spoils_recording()) return done(cudaErrorStreamCaptureUnsupported);
    const auto block = s.device_memory.find(static_cast<const std::byte*>(memory));
    if (block == s.device_memory.end()) return done(cudaErrorInvalidValue);
    s.used -= block->second;
    memory_released(memory);
    give_back(s.device_memory, memory);
    return done(cudaSuccess);
}
cudaError_t cudaMallocHost(void** memory, size_t bytes) {
    if (spoils_recording()) return done(cudaErrorStreamCaptureUnsupported);
    if (fails_now(state().machine.until_pinned_allocation_fails))
        return done(cudaErrorMemoryAllocation);
    *memory = take(state().pinned_memory, bytes);
    return done(cudaSuccess);
}
cudaError_t cudaFreeHost(void* memory) {
    return done(give_back(state().pinned_memory, memory) ? cudaSuccess : cudaErrorInvalidValue);
}
cudaError_t cudaPointerGetAttributes(cudaPointerAttributes* attributes, const void* pointer) {
    *attributes = {};
    attributes->type = holds(state().device_memory, pointer, 1)   ? cudaMemoryTypeDevice
                       : holds(state().pinned_memory, pointer, 1) ? cudaMemoryTypeHost
                                                                  : cudaMemoryTypeUnregistered;
    return done(cudaSuccess);
}
cudaError_t cudaMemsetAsync(void* to, int byte, size_t bytes, cudaStream_t stream) {
    if (!holds(state().device_memory, to, bytes)) return done(cudaErrorInvalidValue);
    if (state().machine.forget_memsets) return done(cudaSuccess);
    return enqueue(stream, [=] {
        std::memset(to, byte, bytes);
        memory_written(to, bytes);
    });
}
// The host's memory is read or written late, be it pinned or not.
cudaError_t cudaMemcpyAsync(void* to, const void* from, size_t bytes, cudaMemcpyKind kind,
                            cudaStream_t stream) {
    const void* on_device = kind == cudaMemcpyHostToDevice ? to : from;
    if (!holds(state().device_memory, on_device, bytes)) return done(cudaErrorInvalidValue);
    return enqueue(stream, [=] {
        std::memcpy(to, from, bytes);
        if (kind == cudaMemcpyHostToDevice) memory_written(to, bytes);
    });
}
}
