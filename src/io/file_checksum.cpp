// SPDX-License-Identifier: Apache-2.0
#include "io/file_checksum.hpp"

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "base/collective.hpp"
#include "base/file_descriptor.hpp"
#include "io/content_checksum.hpp"
#include "io/even_share.hpp"

namespace engram {
namespace {

constexpr std::uint64_t word_bytes = sizeof(std::uint64_t);
constexpr std::uint64_t words_at_once = 1 << 17;

}  // namespace

std::string file_checksum(const std::string& path, MPI_Comm communicator) {
    std::array<std::uint64_t, 1> sum{};
    collectively(communicator, [&] {
        const FileDescriptor file(path, O_RDONLY, "read the file");
        const std::uint64_t n_bytes = file.size();
        const std::uint64_t n_words = (n_bytes + word_bytes - 1) / word_bytes;
        const EvenShare share(n_words, words_at_once, communicator);
        for (std::uint64_t round = 0; round < share.n_rounds; ++round) {
            const h5::Slab slab = share.slab(round, words_at_once);
            std::vector<std::uint64_t> words(slab.count);
            const std::uint64_t begin = slab.first * word_bytes;
            const std::uint64_t end = std::min(n_bytes, begin + words.size() * word_bytes);
            if (begin < end) file.read_at(begin, words.data(), end - begin);
            sum[0] += checksum_of(std::span(&slab, 1), std::span<const std::uint64_t>(words));
        }
        // What fills up the last word counts for nothing else.
        if (rank_of(communicator) == 0) sum[0] += checksum_of(n_words, n_bytes);
    });
    sum_over_ranks(communicator, sum);
    return fmt::format("sum-{:016x}", sum[0]);
}

}  // namespace engram
