// SPDX-License-Identifier: Apache-2.0
// Checksums of arrays of which every rank holds some rows.
//
// HDF5's own checksums need its data in chunks, which ranks would share, and each shared one would
// be read, verified and written anew. These sums commute: each rank adds what it writes or reads.
#pragma once

#include <cstdint>
#include <cstring>
#include <map>
#include <span>
#include <string>

#include "io/hdf5_dataset.hpp"

namespace engram {

//! A bijection of 64-bit words that leaves no pattern (the finaliser of SplitMix64).
inline std::uint64_t scramble(std::uint64_t x) {
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
    return x ^ (x >> 31);
}

//! Contribution of one value. For a given row two different values never contribute the same.
template <h5::Number T>
std::uint64_t checksum_of(std::uint64_t row, T value) {
    std::uint64_t bits = 0;
    std::memcpy(&bits, &value, sizeof value);
    return scramble(bits + scramble(row + 0x9e3779b97f4a7c15ULL));
}

//! Sum over rows in the order of the slabs. Longer rows count as so many rows of one value.
template <h5::Number T>
std::uint64_t checksum_of(std::span<const h5::Slab> slabs, std::span<const T> values,
                          hsize_t row_length = 1) {
    std::uint64_t sum = 0;
    std::size_t i = 0;
    for (const h5::Slab& slab : slabs)
        for (hsize_t row = slab.first * row_length; row < (slab.first + slab.count) * row_length;
             ++row)
            sum += checksum_of(row, values[i++]);
    return sum;
}

using Checksums = std::map<std::string, std::uint64_t>;  //!< by path of the dataset

}  // namespace engram
