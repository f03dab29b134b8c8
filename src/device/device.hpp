// SPDX-License-Identifier: Apache-2.0
// A device: memory of its own, and the means to run kernels over it. Work is done in the order in
// which it is asked for; only copies to the host wait for it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>

namespace engram::device {

// See device/kernel.hpp; only what launches kernels or runs them recompiles with them.
struct Kernel;
struct Launch;

// Time spent in each kernel.
struct KernelTime {
    std::uint64_t calls = 0;
    double seconds = 0;
};
using Profile = std::map<std::string, KernelTime>;

// A copy from device memory to the host.
struct CopyOut {
    void* to = nullptr;
    const void* from = nullptr;
    std::size_t bytes = 0;
};

// What a sequence of launches depends on.
using SequenceKey = std::array<std::uint64_t, 6>;
// Sequences that a device keeps at most.
inline constexpr std::size_t most_sequences = 64;

class Device {
  public:
    virtual ~Device() = default;

    //! For messages and the summary, e.g. "NVIDIA H100 80GB HBM3 (GPU 0)".
    virtual std::string name() const = 0;
    virtual std::uint64_t free_bytes() const = 0;
    virtual std::uint64_t total_bytes() const = 0;
    //! Set aside for the stacks of kernels when they are first launched; not part of what is
    //! allocated.
    virtual std::uint64_t stack_bytes() const = 0;
    //! What its memory can move at best [byte/s]; 0 if that is not known.
    virtual double peak_bandwidth() const = 0;

    //! \throw DeviceError if there is not enough memory
    virtual void* allocate(std::size_t bytes) = 0;
    virtual void release(void* memory) noexcept = 0;
    //! Host memory that copies are fastest from and to.
    virtual void* allocate_host(std::size_t bytes) = 0;
    virtual void release_host(void* memory) noexcept = 0;

    //! Sets every byte.
    virtual void fill(void* to, int byte, std::size_t bytes) = 0;
    //! Copies from the host. The source may be changed as soon as anything has been copied to the
    //! host afterwards, or at once if it is not from allocate_host.
    virtual void copy_in(void* to, const void* from, std::size_t bytes) = 0;
    //! Copies to the host and waits until this and all work before it is done.
    virtual void copy_out(std::span<const CopyOut> copies) = 0;

    //! \param items  number of items; of a team kernel, how many to expect
    virtual void launch(const Kernel& kernel, std::uint64_t items) = 0;

    //! Launches kernels of one type, over different data, as one.
    virtual void launch_as_one(std::span<const Launch> launches) = 0;

    //! Launches together what `record` launches, and does nothing else. If the same key comes
    //! again, the device may repeat the launches that it has kept, without calling `record`: all
    //! that `record` launches must follow from the key.
    virtual void launch_together(const SequenceKey& key, const std::function<void()>& record) = 0;

    //! Starts or stops to measure kernels one by one, which takes time itself.
    virtual void measure_kernels(bool on) = 0;
    virtual Profile profile() = 0;
};

}  // namespace engram::device
