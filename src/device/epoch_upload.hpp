// What an epoch's kernels need to know from the host, gathered so that one copy brings it over.
#pragma once

#include <cstring>
#include <span>

#include "device/block_task.hpp"
#include "device/device_array.hpp"

namespace engram::device {

class EpochUpload {
  public:
    explicit EpochUpload(Device& device) : device_(device), staging_(device) {}

    //! Begins an upload of at most this size; see size_of.
    void begin(std::size_t bytes) {
        used_ = 0;
        staging_.reserve(bytes);
        if (bytes <= memory_.size()) return;
        memory_ = DeviceArray<std::byte>();
        memory_ = DeviceArray<std::byte>(device_, bytes + bytes / 2);
    }

    //! Adds values and tells where they will be on the device.
    template <class T>
    List<T> add(std::span<const T> values) {
        if (values.empty()) return {};
        std::memcpy(staging_.data() + used_, values.data(), values.size_bytes());
        const std::byte* place = memory_.data() + used_;
        used_ += size_of(values);
        return {reinterpret_cast<const T*>(place), static_cast<std::uint32_t>(values.size())};
    }

    //! Replaces values that have been added.
    template <class T>
    void replace(const List<T>& added, std::span<const T> values) {
        const auto offset = reinterpret_cast<const std::byte*>(added.items) - memory_.data();
        std::memcpy(staging_.data() + offset, values.data(), values.size_bytes());
    }

    //! Bytes that values take.
    template <class T>
    static std::size_t size_of(std::span<const T> values) {
        return (values.size_bytes() + alignment - 1) / alignment * alignment;
    }

    void send() { memory_.copy_from({staging_.data(), used_}); }

  private:
    static constexpr std::size_t alignment = 16;
    Device& device_;
    StagingBuffer staging_;
    DeviceArray<std::byte> memory_;
    std::size_t used_ = 0;
};

}  // namespace engram::device
