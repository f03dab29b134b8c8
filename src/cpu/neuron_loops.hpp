// SPDX-License-Identifier: Apache-2.0
// Tiles of neurons, the vectorised loop that advances one by a step, and the state of the neurons.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "cpu/host_storage.hpp"
#include "model/fixed_point.hpp"
#include "model/neuron.hpp"
#include "plasticity/mechanisms.hpp"
#include "simulation/mechanism_setup.hpp"
#include "simulation/not_finite.hpp"
#include "simulation/simulation_state.hpp"

namespace engram {

inline constexpr std::uint32_t tile_size = 256;

// Local neurons [begin, end).
struct Tile {
    std::uint32_t begin;
    std::uint32_t end;
    std::size_t population;
};

// The local neurons cut into tiles: neurons of one population that are advanced together through a
// block, so that their state stays in the cache.
class Tiles {
  public:
    explicit Tiles(const Network& network) : tile_of_(network.n_local()) {
        for (std::size_t p = 0; p < network.populations().n_populations(); ++p) {
            const LocalRange range = network.local_range(p);
            for (std::uint32_t begin = range.begin; begin < range.end; begin += tile_size) {
                const std::uint32_t end = std::min(begin + tile_size, range.end);
                std::fill(tile_of_.begin() + begin, tile_of_.begin() + end, size());
                tiles_.push_back({begin, end, p});
            }
        }
    }

    std::uint32_t size() const { return static_cast<std::uint32_t>(tiles_.size()); }
    const Tile& operator[](std::uint32_t tile) const { return tiles_[tile]; }
    //! The tile of a local neuron.
    std::uint32_t of(std::uint32_t neuron) const { return tile_of_[neuron]; }

  private:
    std::vector<Tile> tiles_;
    std::vector<std::uint32_t> tile_of_;
};

// What reaches the neurons of a tile in a step; by neuron of the tile.
struct TileInput {
    const float* noise = nullptr;           //!< null: none
    model::FixedPoint* synaptic = nullptr;  //!< [site][neuron]; null: none. Is reset.
    std::size_t site_stride = 0;
    const double* stimulus_mV = nullptr;  //!< null: none
};

class NeuronLoops {
  public:
    virtual ~NeuronLoops() = default;

    //! Of tiles of its populations only:
    //! Advances a tile by a step and appends the local indices of the neurons that fire at its
    //! beginning to `fired`, ascending.
    virtual void advance(const Tile& tile, const TileInput& input,
                         std::vector<std::uint32_t>& fired) = 0;
    virtual bool has_noise(const Tile& tile) const = 0;
    virtual const model::NeuronPropagator& propagator(const Tile& tile) const = 0;
    virtual void force_spike(const Tile& tile, std::uint32_t neuron) = 0;
    //! See the mechanism's sample().
    //! \param synaptic  as TileInput, of the neuron
    virtual void sample(const Tile& tile, std::uint32_t neuron, const model::FixedPoint* synaptic,
                        std::size_t site_stride, double stimulus_nA, double* values) const = 0;

    virtual int n_sites() const = 0;
    //! Brings all neurons to rest.
    virtual void rest(const Network& network) = 0;
    //! Adds the state at the start of a step, to be read or overwritten.
    virtual void collect(LocalState& local) = 0;
    //! \throw NumericalError if a membrane potential is not a finite number
    virtual void check_finite(const Network& network, Step step) const = 0;
};

template <class Neuron>
class NeuronLoopsOf : public NeuronLoops {
  public:
    using View = typename Neuron::View;

    NeuronLoopsOf(const Network& network, const Experiment& experiment)
        : storage_(make_host_storage<View>(sizes_of_state(network))),
          of_population_(network.populations().n_populations()) {
        storage_.describe(view_);
        for (std::size_t p = 0; p < of_population_.size(); ++p) {
            const Population& population = network.populations()[p];
            if (is_described_by<Neuron>(experiment, population))
                of_population_[p] = make_neuron<Neuron>(experiment, population);
        }
    }

    void advance(const Tile& tile, const TileInput& input,
                 std::vector<std::uint32_t>& fired) override {
        const int variant = (input.noise != nullptr ? 4 : 0) | (input.synaptic != nullptr ? 2 : 0) |
                            (input.stimulus_mV != nullptr ? 1 : 0);
        constexpr Loop loops[] = {
            &NeuronLoopsOf::loop<false, false, false>, &NeuronLoopsOf::loop<false, false, true>,
            &NeuronLoopsOf::loop<false, true, false>,  &NeuronLoopsOf::loop<false, true, true>,
            &NeuronLoopsOf::loop<true, false, false>,  &NeuronLoopsOf::loop<true, false, true>,
            &NeuronLoopsOf::loop<true, true, false>,   &NeuronLoopsOf::loop<true, true, true>};
        if (!(this->*loops[variant])(tile, input)) return;
        const double spike = of(tile).measure_of_spike();
        for (std::uint32_t i = tile.begin; i < tile.end; ++i)
            if (Neuron::spike_measure(view_.load(i)) == spike) fired.push_back(i);
    }
    bool has_noise(const Tile& tile) const override { return of(tile).has_noise(); }
    const model::NeuronPropagator& propagator(const Tile& tile) const override {
        return of(tile).propagator();
    }
    void force_spike(const Tile& tile, std::uint32_t neuron) override {
        auto state = view_.load(neuron);
        of(tile).force_spike(state);
        view_.store(neuron, state);
    }
    void sample(const Tile& tile, std::uint32_t neuron, const model::FixedPoint* synaptic,
                std::size_t site_stride, double stimulus_nA, double* values) const override {
        const Neuron& common = of(tile);
        typename Neuron::Input input;
        for (int site = 0; site < Neuron::n_sites; ++site)
            input.nA[site] =
                common.input_nA(synaptic[static_cast<std::size_t>(site) * site_stride]);
        common.sample(view_.load(neuron), input, stimulus_nA, values);
    }

    int n_sites() const override { return Neuron::n_sites; }
    void rest(const Network& network) override {
        for (std::size_t p = 0; p < of_population_.size(); ++p) {
            if (!of_population_[p]) continue;
            const LocalRange range = network.local_range(p);
            for (std::uint32_t j = range.begin; j < range.end; ++j)
                view_.store(j, of_population_[p]->at_rest());
        }
    }
    void collect(LocalState& local) override { collect_saved(storage_, local); }
    void check_finite(const Network& network, Step step) const override {
        double sum = 0.0;
        const double* v = view_.v_mV;
        const std::uint32_t size = network.n_local();
#pragma omp simd reduction(+ : sum)
        for (std::uint32_t i = 0; i < size; ++i) sum += v[i] * 0.0;
        if (sum == 0.0) return;
        for (std::uint32_t i = 0; i < size; ++i)
            if (!std::isfinite(v[i])) fail_not_finite(network, i, step);
    }

  private:
    using Loop = bool (NeuronLoopsOf::*)(const Tile&, const TileInput&);
    const Neuron& of(const Tile& tile) const {
        return *of_population_[tile.population];
    }

    //! Whether any neuron fired.
    template <bool with_noise, bool with_input, bool with_stimulus>
    bool loop(const Tile& tile, const TileInput& arriving) {
        const Neuron neuron = of(tile);
        const View view = view_;
        const std::size_t first = tile.begin;
        // Wider than 32 bits, so that the compiler need not reckon with overflow and gather.
        const std::size_t count = tile.end - tile.begin;
        const float* noise = arriving.noise;
        model::FixedPoint* synaptic[Neuron::n_sites];
        for (std::size_t site = 0; site < Neuron::n_sites; ++site)
            synaptic[site] = with_input ? arriving.synaptic + site * arriving.site_stride : nullptr;
        const double* stimulus = arriving.stimulus_mV;
        double highest = 0.0;
#pragma omp simd reduction(max : highest)
        for (std::size_t i = 0; i < count; ++i) {
            typename Neuron::State state = view.load(first + i);
            typename Neuron::Input input{};
            if constexpr (with_input)
                for (std::size_t site = 0; site < Neuron::n_sites; ++site) {
                    input.nA[site] = neuron.input_nA(synaptic[site][i]);
                    synaptic[site][i] = 0;
                }
            neuron.advance(state, input, with_noise ? noise[i] : 0.0f,
                           with_stimulus ? stimulus[i] : 0.0);
            view.store(first + i, state);
            const double measure = Neuron::spike_measure(state);
            highest = measure > highest ? measure : highest;
        }
        return highest == neuron.measure_of_spike();
    }

    plasticity::Storage<View, HostArray> storage_;
    View view_;
    std::vector<std::optional<Neuron>> of_population_;
};

//! The loops of those of the given mechanisms that a network has, by population the first that
//! describes it.
template <class... Neuron>
std::vector<std::shared_ptr<NeuronLoops>> make_neuron_loops(plasticity::NeuronMechanisms<Neuron...>,
                                                            const Network& network,
                                                            const Experiment& experiment) {
    std::vector<std::shared_ptr<NeuronLoops>> of_population(network.populations().n_populations());
    const auto add = [&]<class One>(std::type_identity<One>) {
        std::shared_ptr<NeuronLoops> loops;
        for (std::size_t p = 0; p < of_population.size(); ++p) {
            if (of_population[p] || !is_described_by<One>(experiment, network.populations()[p]))
                continue;
            if (!loops) loops = std::make_shared<NeuronLoopsOf<One>>(network, experiment);
            of_population[p] = loops;
        }
    };
    (add(std::type_identity<Neuron>{}), ...);
    return of_population;
}

}  // namespace engram
