// Kernels of one type in device memory, so that one launch runs them all.
#pragma once

#include <cuda_runtime.h>

#include <cstring>
#include <span>
#include <vector>

#include "cuda_handles.hpp"
#include "device/kernel.hpp"
#include "launch.cuh"

namespace engram::device {

// Keeps what it was filled with: from epoch to epoch the same launches come again, and then nothing
// need be copied.
class KernelTable {
  public:
    explicit KernelTable(cudaStream_t stream) : stream_(stream) {}

    //! \param launches  of one type of kernel, at most most_launches_as_one. The stream must have
    //!                  been waited for since the last call.
    void launch(std::span<const Launch> launches, std::uint64_t most_blocks) {
        std::visit([&](const auto& first) { launch_type(launches, first, most_blocks); },
                   launches.front().kernel);
    }

  private:
    template <class K>
    void launch_type(std::span<const Launch> launches, const K&, std::uint64_t most_blocks) {
        static_assert(std::is_trivially_copyable_v<K>);
        std::vector<std::byte> kernels(launches.size() * sizeof(K));
        ItemCounts counts{};
        for (std::size_t i = 0; i < launches.size(); ++i) {
            std::memcpy(kernels.data() + i * sizeof(K), &std::get<K>(launches[i].kernel),
                        sizeof(K));
            counts.of[i] = launches[i].items;
        }
        if (kernels != content_) upload(std::move(kernels));
        launch_many_on(stream_, static_cast<const K*>(on_device_.get()),
                       static_cast<unsigned>(launches.size()), counts, most_blocks);
    }

    void upload(std::vector<std::byte> kernels) {
        content_.clear();  // of no use if something fails
        if (kernels.size() > capacity_) {
            capacity_ = 0;
            void* memory = nullptr;
            check_cuda(cudaMalloc(&memory, kernels.size()), "allocating memory");
            on_device_.reset(memory);
            check_cuda(cudaMallocHost(&memory, kernels.size()), "allocating pinned memory");
            staging_.reset(memory);
            capacity_ = kernels.size();
        }
        std::memcpy(staging_.get(), kernels.data(), kernels.size());
        check_cuda(cudaMemcpyAsync(on_device_.get(), staging_.get(), kernels.size(),
                                   cudaMemcpyHostToDevice, stream_),
                   "copying to the GPU");
        content_ = std::move(kernels);
    }

    cudaStream_t stream_;
    DeviceMemory on_device_;
    PinnedMemory staging_;
    std::size_t capacity_ = 0;
    std::vector<std::byte> content_;
};

}  // namespace engram::device
