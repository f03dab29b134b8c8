// SPDX-License-Identifier: Apache-2.0
// Whether all values of an array that ranks share are one: then a file need hold that alone.
#pragma once

#include <mpi.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <limits>
#include <optional>
#include <span>

#include "io/hdf5_dataset.hpp"

namespace engram {

// The bits that values have in common. Bits, since 0 and -0 shall stay different, and values that
// are no numbers equal themselves.
class CommonBits {
  public:
    //! Of no values, which agree with any.
    CommonBits() = default;
    template <h5::Number T>
    explicit CommonBits(std::span<const T> values) {
        add(values);
    }

    template <h5::Number T>
    void add(T value) {
        const std::uint64_t bits = bits_of(value);
        lowest_ = std::min(lowest_, bits);
        highest_ = std::max(highest_, bits);
    }
    template <h5::Number T>
    void add(std::span<const T> values) {
        if (values.empty()) return;
        add(values.front());
        // Each value is the next one.
        if (std::memcmp(values.data(), values.data() + 1, (values.size() - 1) * sizeof(T)) != 0)
            differ();
    }
    //! Whether no further values can make it one.
    bool has_different() const { return lowest_ < highest_; }
    //! Of type T; none if values differ, or there are none.
    template <h5::Number T>
    std::optional<T> value() const {
        if (lowest_ != highest_) return std::nullopt;
        T value;
        std::memcpy(&value, &lowest_, sizeof value);
        return value;
    }

    //! Collective. Joins each with those of the other ranks at its place.
    friend void join_over_ranks(MPI_Comm comm, std::span<CommonBits> all);

  private:
    template <h5::Number T>
    static std::uint64_t bits_of(T value) {
        std::uint64_t bits = 0;
        std::memcpy(&bits, &value, sizeof value);
        return bits;
    }
    void differ() {
        lowest_ = 0;
        highest_ = std::numeric_limits<std::uint64_t>::max();
    }

    std::uint64_t lowest_ = std::numeric_limits<std::uint64_t>::max();
    std::uint64_t highest_ = 0;
};

void join_over_ranks(MPI_Comm comm, std::span<CommonBits> all);

}  // namespace engram
