// SPDX-License-Identifier: Apache-2.0
#include "io/counting_chunks.hpp"

#include <algorithm>
#include <bit>
#include <new>

namespace engram {
namespace {

using Bytes = std::vector<std::byte>;

static_assert(std::endian::native == std::endian::little, "planes of bytes begin with the lowest");

constexpr std::size_t half = 2 * std::size_t{CountingChunks::numbers};  // bytes of two planes

const Bytef* data_of(const Bytes& bytes) {
    return reinterpret_cast<const Bytef*>(bytes.data());
}

uLong sum_of(const Bytes& bytes) {
    return adler32(adler32(0, nullptr, 0), data_of(bytes), static_cast<uInt>(bytes.size()));
}

// Appends blocks of a deflated stream.
// \param flush Z_FINISH for the last ones, Z_FULL_FLUSH if others follow
void append_deflated(Bytes& stream, const Bytes& bytes, int flush) {
    constexpr int fastest = 1, raw = -15, memory = 8;
    z_stream z{};
    if (deflateInit2(&z, fastest, Z_DEFLATED, raw, memory, Z_DEFAULT_STRATEGY) != Z_OK)
        throw std::bad_alloc();
    const std::size_t before = stream.size();
    stream.resize(before + deflateBound(&z, static_cast<uLong>(bytes.size())) + 16);
    z.next_in = const_cast<Bytef*>(data_of(bytes));
    z.avail_in = static_cast<uInt>(bytes.size());
    z.next_out = reinterpret_cast<Bytef*>(stream.data() + before);
    z.avail_out = static_cast<uInt>(stream.size() - before);
    deflate(&z, flush);
    stream.resize(stream.size() - z.avail_out);
    deflateEnd(&z);
}

}  // namespace

CountingChunks::CountingChunks() : lower_{std::byte{0x78}, std::byte{0x01}} {  // head of zlib
    Bytes planes(half);
    for (std::uint32_t i = 0; i < numbers; ++i) {
        planes[i] = static_cast<std::byte>(i & 0xff);
        planes[numbers + i] = static_cast<std::byte>(i >> 8);
    }
    append_deflated(lower_, planes, Z_FULL_FLUSH);
    lower_sum_ = sum_of(planes);
}

std::span<const std::byte> CountingChunks::chunk(std::uint16_t upper) {
    Bytes planes(half, static_cast<std::byte>(upper & 0xff));
    std::fill(planes.begin() + numbers, planes.end(), static_cast<std::byte>(upper >> 8));
    chunk_ = lower_;
    append_deflated(chunk_, planes, Z_FINISH);
    const uLong sum = adler32_combine(lower_sum_, sum_of(planes), half);
    for (int shift = 24; shift >= 0; shift -= 8)
        chunk_.push_back(static_cast<std::byte>(sum >> shift & 0xff));
    return chunk_;
}

}  // namespace engram
