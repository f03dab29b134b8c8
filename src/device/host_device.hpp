// SPDX-License-Identifier: Apache-2.0
// Runs the kernels over host memory, so that everything but the launches can be tested without a
// GPU.
#pragma once

#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <new>
#include <vector>

#include "device/device.hpp"

namespace engram::device {

class HostDevice : public Device {
  public:
    //! In which order items and lanes are done; no result may depend on it.
    enum class Order { forward, backward };

    //! \param lanes    lanes of a team
    //! \param threads  if more than one, items and lanes are dealt out to so many threads of the
    //!                 host, in no order, so that a race detector sees those within a kernel
    explicit HostDevice(int lanes = 1, Order order = Order::forward, int threads = 1);
    ~HostDevice() override;

    std::string name() const override { return "kernels on the host"; }
    std::uint64_t free_bytes() const override { return pages(_SC_AVPHYS_PAGES); }
    std::uint64_t total_bytes() const override { return pages(_SC_PHYS_PAGES); }
    std::uint64_t stack_bytes() const override { return 0; }
    double peak_bandwidth() const override { return 0.0; }
    void* allocate(std::size_t bytes) override {
        void* memory = std::malloc(bytes);
        if (memory == nullptr) throw std::bad_alloc();
        return memory;
    }
    void release(void* memory) noexcept override { std::free(memory); }
    void* allocate_host(std::size_t bytes) override { return allocate(bytes); }
    void release_host(void* memory) noexcept override { release(memory); }
    void fill(void* to, int byte, std::size_t bytes) override { std::memset(to, byte, bytes); }
    void copy_in(void* to, const void* from, std::size_t bytes) override {
        std::memcpy(to, from, bytes);
    }
    void copy_out(std::span<const CopyOut> copies) override {
        for (const CopyOut& copy : copies) std::memcpy(copy.to, copy.from, copy.bytes);
    }
    void launch(const Kernel& kernel, std::uint64_t items) override;
    void launch_as_one(std::span<const Launch> launches) override;
    //! Repeats what is kept, so that tests see a key that does not tell all.
    void launch_together(const SequenceKey& key, const std::function<void()>& record) override;
    //! How often a kept sequence was repeated.
    std::uint64_t n_repeats() const { return n_repeats_; }
    void measure_kernels(bool on) override { measuring_ = on; }
    Profile profile() override { return profile_; }

  private:
    static std::uint64_t pages(int which) {
        return static_cast<std::uint64_t>(sysconf(which)) *
               static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
    }

    int lanes_;
    Order order_;
    int threads_;
    bool measuring_ = false;
    Profile profile_;
    std::map<SequenceKey, std::vector<Launch>> sequences_;
    std::uint64_t n_repeats_ = 0;
    std::vector<Launch>* recording_ = nullptr;
};

}  // namespace engram::device
