// SPDX-License-Identifier: Apache-2.0
// Synaptic input of a block, and what it and known stimulus currents do to the end of the block.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <tuple>
#include <utility>
#include <vector>

#include "base/contracts.hpp"
#include "cpu/tile_currents.hpp"
#include "cpu/tiles.hpp"
#include "model/calcium.hpp"
#include "model/fixed_point.hpp"
#include "plasticity/mechanisms.hpp"

namespace engram {

// By local neuron, site, and step of the block. Neurons are taken in groups: few groups have input
// at a given step, and only those are looked at.
class BlockInputs {
  public:
    static constexpr std::uint32_t group_size = 8;

    BlockInputs(std::uint32_t n_neurons, std::size_t n_sites, int longest_block)
        : stride_((n_neurons + group_size - 1) / group_size * std::size_t{group_size}),
          n_sites_(n_sites),
          values_(static_cast<std::size_t>(longest_block) * n_sites * stride_),
          steps_of_group_(stride_ / group_size) {}

    //! Adds an input [mV] that arrives at a step of the present block at a site of several neurons.
    void add(int step, std::size_t site, std::span<const std::uint32_t> neurons,
             model::FixedPoint weight) {
        ENGRAM_EXPECT(site < n_sites_);
        model::FixedPoint* row = &values_[place(step, site)];
        for (const std::uint32_t neuron : neurons) {
            model::add_wrapping(row[neuron], weight);
            steps_of_group_[neuron / group_size].add(step);
        }
    }
    void add(int step, std::size_t site, std::uint32_t neuron, model::FixedPoint weight) {
        add(step, site, {&neuron, 1}, weight);
    }

    //! Of one step and site, by neuron; of the next site that much further on.
    const model::FixedPoint* row(int step, std::size_t site = 0) const {
        return &values_[place(step, site)];
    }
    std::size_t site_stride() const { return stride_; }
    const model::StepSet& steps_of_group(std::uint32_t group) const {
        return steps_of_group_[group];
    }
    //! Steps at which any neuron of a tile has input, and perhaps others.
    model::StepSet steps_of(const Tile& tile) const {
        model::StepSet steps;
        for (std::uint32_t group = tile.begin / group_size; group * group_size < tile.end; ++group)
            steps.add(steps_of_group_[group]);
        return steps;
    }

    //! Forgets the input of a tile; what its first and last group have of other tiles stays.
    void clear(const Tile& tile) {
        for (std::uint32_t group = tile.begin / group_size; group * group_size < tile.end; ++group)
            steps_of_group_[group].for_each([&](int step) {
                for (std::size_t site = 0; site < n_sites_; ++site) {
                    const std::size_t row = place(step, site);
                    const std::uint32_t begin = std::max(group * group_size, tile.begin);
                    const std::uint32_t end = std::min((group + 1) * group_size, tile.end);
                    std::fill(&values_[row + begin], &values_[row] + end, 0);
                }
            });
    }
    //! Once all tiles have been cleared.
    void end_block() { std::ranges::fill(steps_of_group_, model::StepSet{}); }
    void clear_all() {
        std::ranges::fill(values_, 0);
        end_block();
    }

  private:
    std::size_t place(int step, std::size_t site) const {
        return (static_cast<std::size_t>(step) * n_sites_ + site) * stride_;
    }

    std::size_t stride_;
    std::size_t n_sites_;
    std::vector<model::FixedPoint> values_;       //!< [step][site][neuron]
    std::vector<model::StepSet> steps_of_group_;  //!< at which any of its neurons has input
};

// What input and currents of a block do to its end, by neuron of a tile.
template <class Neuron>
class TileInputSums {
  public:
    using Sums = typename Neuron::BlockInput;

    TileInputSums(const Neuron neuron, const typename Neuron::Solution& solution,
                  const BlockInputs& inputs, const TileCurrents& currents, const Tile& tile)
        : lead_(tile.begin % BlockInputs::group_size),
          any_(!inputs.steps_of(tile).empty() || currents.any()) {
        if (!any_) return;
        constexpr std::uint32_t size = BlockInputs::group_size;
        const std::uint32_t first = tile.begin / size;
        for (std::uint32_t group = first; group * size < tile.end; ++group) {
            double parts[n_parts][size] = {};
            inputs.steps_of_group(group).for_each([&](int k) {
                const model::FixedPoint* rows[Neuron::n_sites];
                for (std::size_t site = 0; site < Neuron::n_sites; ++site)
                    rows[site] = inputs.row(k, site) + std::size_t{group} * size;
                const auto effect = solution.input_effect(k);
                // See NeuronLoopsOf::loop.
                const auto one = [&](std::uint32_t i) __attribute__((always_inline)) {
                    model::FixedPoint at_sites[Neuron::n_sites];
                    for (std::size_t site = 0; site < Neuron::n_sites; ++site)
                        at_sites[site] = rows[site][i];
                    Sums sums = gather(parts, i, every_part);
                    Neuron::add_input(sums, effect, neuron.input(at_sites));
                    scatter(sums, parts, i, every_part);
                };
#pragma omp simd
                for (std::uint32_t i = 0; i < size; ++i) one(i);
            });
            const std::size_t place = std::size_t{group - first} * size;
            for (std::size_t p = 0; p < n_parts; ++p)
                std::copy_n(parts[p], size, &parts_[p][place]);
        }
        if constexpr (plasticity::TakesCurrents<Neuron>)
            if (currents.any()) add(currents, tile.size());
    }

    //! Whether there may be any; if not, there are no sums.
    bool any() const {
        return any_;
    }
    Sums operator[](std::size_t i) const {
        return gather(parts_, lead_ + i, every_part);
    }

  private:
    static constexpr auto members = Sums::parts();
    static constexpr std::size_t n_parts = std::tuple_size_v<decltype(members)>;
    static constexpr auto every_part = std::make_index_sequence<n_parts>{};
    using Values = std::array<double, tile_size + 2 * BlockInputs::group_size>;

    void add(const TileCurrents& currents, std::size_t count) {
        const auto one = [&](std::size_t i) __attribute__((always_inline)) {
            Sums sums = gather(parts_, lead_ + i, every_part);
            Neuron::add_currents(sums, currents[i]);
            scatter(sums, parts_, lead_ + i, every_part);
        };
#pragma omp simd
        for (std::size_t i = 0; i < count; ++i) one(i);
    }

    template <class Parts, std::size_t... p>
    [[gnu::always_inline]] static Sums gather(const Parts& parts, std::size_t i,
                                              std::index_sequence<p...>) {
        Sums sums;
        ((sums.*std::get<p>(members) = parts[p][i]), ...);
        return sums;
    }
    template <class Parts, std::size_t... p>
    [[gnu::always_inline]] static void scatter(const Sums& sums, Parts& parts, std::size_t i,
                                               std::index_sequence<p...>) {
        ((parts[p][i] = sums.*std::get<p>(members)), ...);
    }

    std::size_t lead_;
    bool any_;
    std::array<Values, n_parts> parts_;
};

}  // namespace engram
