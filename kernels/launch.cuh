// SPDX-License-Identifier: Apache-2.0
// Runs kernels of src/device on the GPU, alone or several of one type as one: one thread per item,
// or one block of threads per item of a team kernel.
#pragma once

#include <cuda_runtime.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <span>
#include <type_traits>
#include <variant>
#include <vector>

#include "cuda_handles.hpp"
#include "device/device_array.hpp"
#include "device/kernel.hpp"
#include "item_counts.hpp"

namespace engram::device {

inline constexpr unsigned threads_per_block = 128;

// What a thread does of the items of a kernel, as one of a row of the grid.
template <class K>
__device__ void run_share(const K& kernel, std::uint64_t items) {
    const std::uint64_t stride = std::uint64_t{gridDim.x} * blockDim.x;
    for (std::uint64_t item = std::uint64_t{blockIdx.x} * blockDim.x + threadIdx.x; item < items;
         item += stride)
        kernel(item);
}
template <class K>
__device__ void run_share_of_team(const K& kernel) {
    const std::uint64_t items = kernel.n_items();
    for (std::uint64_t item = blockIdx.x; item < items; item += gridDim.x)
        kernel(item, static_cast<int>(threadIdx.x), static_cast<int>(blockDim.x));
}

template <class K>
__global__ void __launch_bounds__(threads_per_block)
    run_items(const K kernel, std::uint64_t items) {
    run_share(kernel, items);
}
template <class K>
__global__ void __launch_bounds__(K::team_lanes) run_teams(const K kernel) {
    run_share_of_team(kernel);
}

// One kernel for each row of the grid.
template <class K>
__global__ void __launch_bounds__(threads_per_block)
    run_items_of_many(const K* kernels, const ItemCounts counts) {
    run_share(kernels[blockIdx.y], counts.of[blockIdx.y]);
}
template <class K>
__global__ void __launch_bounds__(K::team_lanes) run_teams_of_many(const K* kernels) {
    run_share_of_team(kernels[blockIdx.y]);
}

//! Loads the code of kernels, stopping at the first that cannot be loaded. By default CUDA loads a
//! kernel when it is first launched, which drivers before 12.3 do not allow while launches are
//! recorded.
//! \param stack_bytes  set to the most stack that one of them takes [byte per thread]
template <class... K>
cudaError_t load_kernels(std::type_identity<std::variant<K...>>, std::size_t& stack_bytes) {
    cudaFuncAttributes attributes{};
    cudaError_t result = cudaSuccess;
    const auto load = [&](auto* function) {
        result = cudaFuncGetAttributes(&attributes, function);
        stack_bytes = std::max(stack_bytes, attributes.localSizeBytes);
        return result == cudaSuccess;
    };
    const auto load_kernel = [&]<class One>(std::type_identity<One>) {
        if constexpr (TeamKernel<One>)
            return load(run_teams<One>) && load(run_teams_of_many<One>);
        else
            return load(run_items<One>) && load(run_items_of_many<One>);
    };
    (load_kernel(std::type_identity<K>{}) && ...);
    return result;
}

// Blocks of threads for so many items; a thread takes several if there are more.
template <class K>
unsigned blocks_for(std::uint64_t items, std::uint64_t most_blocks) {
    const std::uint64_t per_block = TeamKernel<K> ? 1 : threads_per_block;
    return static_cast<unsigned>(std::min((items + per_block - 1) / per_block, most_blocks));
}

//! \param items        see Device::launch
//! \param most_blocks  enough to fill the GPU
template <class K>
void launch_on(cudaStream_t stream, const K& kernel, std::uint64_t items,
               std::uint64_t most_blocks) {
    // What every GPU and driver takes; the kernel is copied at the launch.
    static_assert(std::is_trivially_copyable_v<K> && sizeof(K) + sizeof(items) <= 4096);
    if (items == 0) return;
    const unsigned blocks = blocks_for<K>(items, most_blocks);
    if constexpr (TeamKernel<K>)
        run_teams<K><<<blocks, K::team_lanes, 0, stream>>>(kernel);
    else
        run_items<K><<<blocks, threads_per_block, 0, stream>>>(kernel, items);
    check_cuda(cudaGetLastError(), K::name);
}

//! \param kernels  in device memory, n of them
//! \param counts   items of each; of a team kernel, how many to expect
template <class K>
void launch_many_on(cudaStream_t stream, const K* kernels, unsigned n, const ItemCounts& counts,
                    std::uint64_t most_blocks) {
    const std::uint64_t most_items = *std::max_element(counts.of, counts.of + n);
    if (most_items == 0) return;
    const dim3 grid(blocks_for<K>(most_items, std::max<std::uint64_t>(1, most_blocks / n)), n);
    if constexpr (TeamKernel<K>)
        run_teams_of_many<K><<<grid, K::team_lanes, 0, stream>>>(kernels);
    else
        run_items_of_many<K><<<grid, threads_per_block, 0, stream>>>(kernels, counts);
    check_cuda(cudaGetLastError(), K::name);
}

// Kernels of one type in device memory, so that one launch runs them all. Keeps what it was filled
// with: from epoch to epoch the same launches come again, and then nothing need be copied.
class KernelTable {
  public:
    explicit KernelTable(Device& device) : device_(device), staging_(device) {}

    //! \param launches  of one type of kernel, at most most_launches_as_one. The stream must have
    //!                  been waited for since the last call.
    void launch(cudaStream_t stream, std::span<const Launch> launches, std::uint64_t most_blocks) {
        std::visit(
            [&]<class K>(const K&) {
                static_assert(std::is_trivially_copyable_v<K>);
                std::vector<std::byte> kernels(launches.size() * sizeof(K));
                ItemCounts counts{};
                for (std::size_t i = 0; i < launches.size(); ++i) {
                    std::memcpy(kernels.data() + i * sizeof(K), &std::get<K>(launches[i].kernel),
                                sizeof(K));
                    counts.of[i] = launches[i].items;
                }
                if (kernels != content_) upload(std::move(kernels));
                launch_many_on(stream, reinterpret_cast<const K*>(on_device_.data()),
                               static_cast<unsigned>(launches.size()), counts, most_blocks);
            },
            launches.front().kernel);
    }

  private:
    void upload(std::vector<std::byte> kernels) {
        content_.clear();  // of no use if something fails
        if (kernels.size() > on_device_.size()) on_device_ = {device_, kernels.size()};
        staging_.reserve(kernels.size());
        std::memcpy(staging_.data(), kernels.data(), kernels.size());
        on_device_.copy_from({staging_.data(), kernels.size()});
        content_ = std::move(kernels);
    }

    Device& device_;
    DeviceArray<std::byte> on_device_;
    StagingBuffer staging_;
    std::vector<std::byte> content_;
};

}  // namespace engram::device
