// SPDX-License-Identifier: Apache-2.0
// Draws the normal numbers of the background for the neurons of a tile at once.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "cpu/tiles.hpp"
#include "model/calcium.hpp"
#include "model/random.hpp"
#include "model/random_lanes.hpp"

namespace engram {

class Background {
  public:
    Background(const Network& network, const Tiles& tiles, std::uint64_t seed)
        : streams_{seed}, global_ids_(network.global_ids()) {
        for (std::uint32_t tile = 0; tile < tiles.size(); ++tile)
            pairs_.emplace_back(tiles[tile], global_ids_);
    }

    const model::RandomStreams& streams() const { return streams_; }
    std::uint32_t id(std::uint32_t neuron) const { return global_ids_[neuron]; }

    // By neuron of a tile.
    using OfTile = std::array<float, tile_size>;
    struct OfBlock {
        OfTile first;
        OfTile second;
    };

    //! The two numbers of a whole block, as model::normals_of_block.
    void draw_block(std::uint32_t tile, const Tile& here, Step begin, OfBlock& z) const {
        const Pairs& pairs = pairs_[tile];
        const std::size_t n = pairs.ids.size();
        std::uint32_t words[4][tile_size];
        model::random_words<4>(streams_, model::Purpose::background_block,
                               model::OfEach{pairs.ids.data()}, model::Same<std::uint32_t>{0},
                               model::Same{static_cast<std::uint64_t>(begin)}, n,
                               {words[0], words[1], words[2], words[3]});
        // By slot: the even and the odd neuron of each pair.
        std::array<float, 2 * tile_size> first;
        std::array<float, 2 * tile_size> second;
#pragma omp simd
        for (std::size_t i = 0; i < n; ++i) {
            const auto even = model::normal_pair(words[0][i], words[1][i]);
            const auto odd = model::normal_pair(words[2][i], words[3][i]);
            first[2 * i] = even.first;
            first[2 * i + 1] = odd.first;
            second[2 * i] = even.second;
            second[2 * i + 1] = odd.second;
        }
        const std::size_t size = here.size();
        if (pairs.contiguous) {
            const std::size_t lead = pairs.slots.front();
            std::copy_n(&first[lead], size, z.first.data());
            std::copy_n(&second[lead], size, z.second.data());
            return;
        }
        for (std::size_t i = 0; i < size; ++i) {
            z.first[i] = first[pairs.slots[i]];
            z.second[i] = second[pairs.slots[i]];
        }
    }

    //! The numbers of steps, as model::normal_at_step.
    //! \param xi  by step
    void draw_steps(const Tile& here, Step begin, int steps, OfTile* xi) const {
        const std::size_t count = here.size();
        std::uint32_t words[4][tile_size];
        for (Step quad = begin >> 2; quad <= (begin + steps - 1) >> 2; ++quad) {
            model::random_words<4>(
                streams_, model::Purpose::background, model::OfEach{&global_ids_[here.begin]},
                model::Same<std::uint32_t>{0}, model::Same{static_cast<std::uint64_t>(quad)}, count,
                {words[0], words[1], words[2], words[3]});
            OfTile unused;
            float* row[4];
            for (int lane = 0; lane < 4; ++lane) {
                const Step k = 4 * quad + lane - begin;
                row[lane] = k >= 0 && k < steps ? xi[k].data() : unused.data();
            }
#pragma omp simd
            for (std::size_t i = 0; i < count; ++i) {
                const auto low = model::normal_pair(words[0][i], words[1][i]);
                const auto high = model::normal_pair(words[2][i], words[3][i]);
                row[0][i] = low.first;
                row[1][i] = low.second;
                row[2][i] = high.first;
                row[3][i] = high.second;
            }
        }
    }

  private:
    // The calls of the generator that a tile needs, ascending, and where its neurons find theirs.
    struct Pairs {
        std::vector<std::uint32_t> ids;    //!< of a neuron, halved
        std::vector<std::uint16_t> slots;  //!< by neuron
        bool contiguous = true;

        Pairs(const Tile& tile, const std::vector<std::uint32_t>& global_ids) {
            for (std::uint32_t neuron = tile.begin; neuron < tile.end; ++neuron) {
                const std::uint32_t id = global_ids[neuron];
                if (ids.empty() || ids.back() != id / 2) ids.push_back(id / 2);
                slots.push_back(static_cast<std::uint16_t>(2 * (ids.size() - 1) + (id & 1)));
                contiguous = contiguous && slots.back() == slots.front() + slots.size() - 1;
            }
        }
    };

    model::RandomStreams streams_;
    std::vector<std::uint32_t> global_ids_;
    std::vector<Pairs> pairs_;  //!< by tile
};

}  // namespace engram
