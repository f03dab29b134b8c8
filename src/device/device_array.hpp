// Owned arrays in device memory and in host memory that is fast to copy from.
#pragma once

#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "device/device.hpp"

namespace engram::device {

template <class T>
requires std::is_trivially_copyable_v<T>
class DeviceArray {
  public:
    DeviceArray() = default;
    //! Contents are undefined.
    DeviceArray(Device& device, std::size_t size) : device_(&device), size_(size) {
        if (size > 0) data_ = static_cast<T*>(device.allocate(size * sizeof(T)));
    }
    DeviceArray(Device& device, std::span<const T> values) : DeviceArray(device, values.size()) {
        copy_from(values);
    }
    ~DeviceArray() {
        if (data_ != nullptr) device_->release(data_);
    }
    DeviceArray(DeviceArray&& other) noexcept
        : device_(other.device_),
          data_(std::exchange(other.data_, nullptr)),
          size_(std::exchange(other.size_, 0)) {}
    DeviceArray& operator=(DeviceArray&& other) noexcept {
        std::swap(device_, other.device_);
        std::swap(data_, other.data_);
        std::swap(size_, other.size_);
        return *this;
    }
    DeviceArray(const DeviceArray&) = delete;
    DeviceArray& operator=(const DeviceArray&) = delete;

    T* data() const { return data_; }
    std::size_t size() const { return size_; }

    void fill_bytes(int byte) const {
        if (size_ > 0) device_->fill(data_, byte, size_ * sizeof(T));
    }
    //! \param values  at most size()
    void copy_from(std::span<const T> values) const {
        if (!values.empty()) device_->copy_in(data_, values.data(), values.size_bytes());
    }
    void copy_to(std::span<T> values, std::size_t first = 0) const {
        if (values.empty()) return;
        const CopyOut copy{values.data(), data_ + first, values.size_bytes()};
        device_->copy_out({&copy, 1});
    }
    std::vector<T> to_vector() const {
        std::vector<T> values(size_);
        copy_to(values);
        return values;
    }

  private:
    Device* device_ = nullptr;
    T* data_ = nullptr;
    std::size_t size_ = 0;
};

// Bytes on the host that are copied often.
class StagingBuffer {
  public:
    explicit StagingBuffer(Device& device) : device_(device) {}
    ~StagingBuffer() {
        if (data_ != nullptr) device_.release_host(data_);
    }
    StagingBuffer(const StagingBuffer&) = delete;
    StagingBuffer& operator=(const StagingBuffer&) = delete;

    //! Makes room; contents are lost if there was too little.
    void reserve(std::size_t bytes) {
        if (bytes <= capacity_) return;
        if (data_ != nullptr) device_.release_host(std::exchange(data_, nullptr));
        data_ = static_cast<std::byte*>(device_.allocate_host(bytes));
        capacity_ = bytes;
    }
    std::byte* data() { return data_; }

  private:
    Device& device_;
    std::byte* data_ = nullptr;
    std::size_t capacity_ = 0;
};

}  // namespace engram::device
