// SPDX-License-Identifier: Apache-2.0
// Counting numbers as HDF5 stores them in chunks with its filters "shuffle" and "deflate".
#pragma once

#include <zlib.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace engram {

// Of uint32. Shuffled, a chunk has the lowest bytes of all its numbers, then the second ones, and
// so on. The lower two are the same in every chunk of 2^16, and are deflated once; the upper two
// are constant within a chunk. So a chunk costs a hundredth of what HDF5's own filters take.
class CountingChunks {
  public:
    static constexpr std::uint32_t numbers = 1 << 16;

    CountingChunks();
    //! The stored form of the numbers [2^16 upper, 2^16 (upper + 1)), valid until the next call.
    std::span<const std::byte> chunk(std::uint16_t upper);

  private:
    std::vector<std::byte> lower_;  //!< the beginning of every chunk, lower halves included
    uLong lower_sum_;               //!< Adler-32 of the lower halves
    std::vector<std::byte> chunk_;
};

}  // namespace engram
