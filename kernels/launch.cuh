// Runs kernels of src/device on the GPU: one thread per item, or one block of threads per item of
// a team kernel.
#pragma once

#include <cuda_runtime.h>

#include <algorithm>
#include <cstdint>
#include <type_traits>
#include <variant>

#include "cuda_error.hpp"
#include "device/kernel.hpp"

namespace engram::device {

inline constexpr unsigned threads_per_block = 128;

template <class K>
__global__ void __launch_bounds__(threads_per_block)
    run_items(const K kernel, std::uint64_t items) {
    const std::uint64_t stride = std::uint64_t{gridDim.x} * blockDim.x;
    for (std::uint64_t item = std::uint64_t{blockIdx.x} * blockDim.x + threadIdx.x; item < items;
         item += stride)
        kernel(item);
}

template <class K>
__global__ void __launch_bounds__(K::team_lanes) run_teams(const K kernel) {
    const std::uint64_t items = kernel.n_items();
    for (std::uint64_t item = blockIdx.x; item < items; item += gridDim.x)
        kernel(item, static_cast<int>(threadIdx.x), static_cast<int>(blockDim.x));
}

//! Loads the code of kernels, stopping at the first that cannot be loaded. By default CUDA loads a
//! kernel when it is first launched, which drivers before 12.3 do not allow while launches are
//! recorded.
template <class... K>
cudaError_t load_kernels(std::type_identity<std::variant<K...>>) {
    cudaFuncAttributes attributes{};
    cudaError_t result = cudaSuccess;
    const auto load = [&](auto* function) {
        result = cudaFuncGetAttributes(&attributes, function);
        return result == cudaSuccess;
    };
    const auto load_kernel = [&]<class One>(std::type_identity<One>) {
        if constexpr (TeamKernel<One>)
            return load(run_teams<One>);
        else
            return load(run_items<One>);
    };
    (load_kernel(std::type_identity<K>{}) && ...);
    return result;
}

//! \param items        see Device::launch
//! \param most_blocks  enough to fill the GPU; a thread takes several items if there are more
template <class K>
void launch_on(cudaStream_t stream, const K& kernel, std::uint64_t items,
               std::uint64_t most_blocks) {
    // What every GPU and driver takes; the kernel is copied at the launch.
    static_assert(std::is_trivially_copyable_v<K> && sizeof(K) + sizeof(items) <= 4096);
    if (items == 0) return;
    if constexpr (TeamKernel<K>) {
        const auto blocks = static_cast<unsigned>(std::min(items, most_blocks));
        run_teams<K><<<blocks, K::team_lanes, 0, stream>>>(kernel);
    } else {
        const std::uint64_t wanted = (items + threads_per_block - 1) / threads_per_block;
        const auto blocks = static_cast<unsigned>(std::min(wanted, most_blocks));
        run_items<K><<<blocks, threads_per_block, 0, stream>>>(kernel, items);
    }
    check_cuda(cudaGetLastError(), K::name);
}

}  // namespace engram::device
