// SPDX-License-Identifier: Apache-2.0
// Sharing the rows of a dataset evenly among the ranks.
#pragma once

#include <mpi.h>

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "base/collective.hpp"
#include "io/parallel_file.hpp"

namespace engram {

//! Rows [begin, end) of an array that ranks share evenly.
struct EvenShare {
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
    std::uint64_t n_rounds = 0;

    EvenShare(std::uint64_t n_rows, std::uint64_t rows_per_round, MPI_Comm comm) {
        const auto rank = static_cast<std::uint64_t>(rank_of(comm));
        const auto n_ranks = static_cast<std::uint64_t>(size_of(comm));
        const std::uint64_t share = (n_rows + n_ranks - 1) / n_ranks;
        begin = std::min(n_rows, rank * share);
        end = std::min(n_rows, begin + share);
        n_rounds = (share + rows_per_round - 1) / rows_per_round;
    }
    //! Rows of this rank in a round; none once it is done.
    h5::Slab slab(std::uint64_t round, std::uint64_t rows_per_round) const {
        const std::uint64_t first = std::min(end, begin + round * rows_per_round);
        return {first, std::min(rows_per_round, end - first)};
    }
};

//! Fill a dataset whose rows any rank can compute: `fill(row, values)` stores one.
template <h5::Number T, typename Fill>
void write_computed(ParallelFile& file, const DatasetPlace<T>& place, std::uint64_t rows_per_round,
                    Fill&& fill) {
    const EvenShare share(place.shape.front(), rows_per_round, file.communicator());
    const std::uint64_t length = h5::row_length(place.shape);
    std::vector<T> values;
    for (std::uint64_t round = 0; round < share.n_rounds; ++round) {
        const h5::Slab slab = share.slab(round, rows_per_round);
        values.resize(slab.count * length);
        for (std::uint64_t i = 0; i < slab.count; ++i)
            fill(slab.first + i, values.data() + i * length);
        file.write(place, slab, std::span<const T>(values));
    }
}

}  // namespace engram
