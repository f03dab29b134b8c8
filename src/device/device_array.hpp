// SPDX-License-Identifier: Apache-2.0
// Owned arrays in device memory and in host memory that is fast to copy from.
#pragma once

#include <memory>
#include <span>
#include <type_traits>
#include <vector>

#include "device/device.hpp"

namespace engram::device {

// Gives memory back to its device.
struct ReleaseOnDevice {
    Device* device = nullptr;
    void operator()(void* memory) const noexcept { device->release(memory); }
};
struct ReleaseOnHost {
    Device* device = nullptr;
    void operator()(void* memory) const noexcept { device->release_host(memory); }
};

template <class T>
requires std::is_trivially_copyable_v<T>
class DeviceArray {
  public:
    DeviceArray() = default;
    //! Contents are undefined.
    DeviceArray(Device& device, std::size_t size) : device_(&device), size_(size) {
        if (size > 0) data_ = {static_cast<T*>(device.allocate(size * sizeof(T))), {&device}};
    }
    DeviceArray(Device& device, std::span<const T> values) : DeviceArray(device, values.size()) {
        copy_from(values);
    }

    T* data() const { return data_.get(); }
    std::size_t size() const { return size_; }

    void fill_bytes(int byte) const {
        if (size_ > 0) device_->fill(data(), byte, size_ * sizeof(T));
    }
    //! \param values  at most size()
    void copy_from(std::span<const T> values) const {
        if (!values.empty()) device_->copy_in(data(), values.data(), values.size_bytes());
    }
    void copy_to(std::span<T> values, std::size_t first = 0) const {
        if (values.empty()) return;
        const CopyOut copy{values.data(), data() + first, values.size_bytes()};
        device_->copy_out({&copy, 1});
    }
    std::vector<T> to_vector() const {
        std::vector<T> values(size_);
        copy_to(values);
        return values;
    }

  private:
    Device* device_ = nullptr;
    std::unique_ptr<T, ReleaseOnDevice> data_;
    std::size_t size_ = 0;
};

// Bytes on the host that are copied often.
class StagingBuffer {
  public:
    explicit StagingBuffer(Device& device) : data_(nullptr, {&device}) {}

    //! Makes room; contents are lost if there was too little.
    void reserve(std::size_t bytes) {
        if (bytes <= capacity_) return;
        data_.reset();
        data_.reset(static_cast<std::byte*>(data_.get_deleter().device->allocate_host(bytes)));
        capacity_ = bytes;
    }
    std::byte* data() { return data_.get(); }

  private:
    std::unique_ptr<std::byte, ReleaseOnHost> data_;
    std::size_t capacity_ = 0;
};

}  // namespace engram::device
