// SPDX-License-Identifier: Apache-2.0
// The loops that advance a tile of neurons, through a block or by a step, and their state.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "cpu/background.hpp"
#include "cpu/block_inputs.hpp"
#include "cpu/host_storage.hpp"
#include "cpu/tile_currents.hpp"
#include "cpu/tiles.hpp"
#include "experiment/backgrounds.hpp"
#include "model/fixed_point.hpp"
#include "model/neuron.hpp"
#include "model/random_lanes.hpp"
#include "plasticity/mechanisms.hpp"
#include "simulation/block_grid.hpp"
#include "simulation/mechanism_setup.hpp"
#include "simulation/not_finite.hpp"
#include "simulation/simulation_state.hpp"

namespace engram {

// A spike of a local neuron within a block.
struct BlockSpike {
    std::uint32_t neuron;
    int step;
};

// A tile in a block of the grid.
struct TileBlock {
    const Tile& tile;
    Step begin;
    int steps;
    const BlockInputs& inputs;
    const TileCurrents& currents;
    const Background::OfBlock& z;  //!< of no meaning without noise
};

// Those of a tile whose every step is wanted.
struct WatchedNeurons {
    std::span<const std::uint32_t> neurons;  //!< local, ascending
    //! Called with each of them and each step of the block, when its state is the one at that step,
    //! and with its stimulus current [nA].
    std::function<void(std::uint32_t, int, double)> on_step;
};

// What is known of a tile that goes through a block, or a part of one, step by step.
struct SteppedNeurons {
    //! Whether it is all of the block: then the end is that of the solution.
    bool is_whole;
    //! By neuron of the tile: whether a stimulus acts on it in the block, but for known currents.
    std::array<std::uint8_t, tile_size> is_stimulated;
    //! Whether some of its input is not known yet.
    std::array<std::uint8_t, tile_size> is_open;
};

// What reaches the neurons of a tile in a step; by neuron of the tile.
struct TileInput {
    const double* noise = nullptr;                //!< null: none
    const model::FixedPoint* synaptic = nullptr;  //!< [site][neuron]; null: none
    std::size_t site_stride = 0;
    const double* stimulus_mV = nullptr;      //!< null: none
    const double* stimulus_end_nA = nullptr;  //!< see model::StimulusEffect
};

class NeuronLoops {
  public:
    virtual ~NeuronLoops() = default;

    //! Whether its neurons have a solution: see plasticity/point_neuron.hpp.
    virtual bool has_solution() const = 0;
    //! See plasticity::TakesCurrents.
    virtual bool takes_currents() const = 0;
    virtual int n_sites() const = 0;

    //! Of tiles of its populations only:
    virtual bool has_noise(const Tile& tile) const = 0;
    virtual const model::NeuronPropagator& propagator(const Tile& tile) const = 0;

    //! Advances a tile with a solution through a whole block, and appends its spikes in no order.
    //! Returns how many neurons were refined.
    virtual std::size_t advance_block(const TileBlock& block, const Background& background,
                                      const WatchedNeurons& watched,
                                      std::vector<BlockSpike>& fired) = 0;

    //! To go through a block step by step: first this, with the input that is known already.
    virtual void begin_steps(const TileBlock& block, const SteppedNeurons& stepped) = 0;
    //! Turns the normal numbers of all steps of a block into those of its noise, given z if there
    //! is a solution.
    //! \param xi  by step
    virtual void find_noise(const TileBlock& block, const Background::OfTile* xi,
                            std::array<double, tile_size>* noise) const = 0;
    //! Then advances a tile by a step, and appends the local indices of the neurons that fire at
    //! its beginning to `fired`, ascending.
    virtual void advance(const Tile& tile, const TileInput& input,
                         std::vector<std::uint32_t>& fired) = 0;
    virtual void force_spike(const Tile& tile, std::uint32_t neuron) = 0;
    //! Then this, with all input of the block.
    virtual void end_steps(const TileBlock& block, const SteppedNeurons& stepped) = 0;

    //! See the mechanism's sample().
    //! \param synaptic  as TileInput, of the neuron
    virtual void sample(const Tile& tile, std::uint32_t neuron, const model::FixedPoint* synaptic,
                        std::size_t site_stride, double stimulus_nA, double* values) const = 0;

    //! Resets without a spike in the present phase of a population of these neurons.
    virtual std::uint64_t silent_resets(const LocalRange& population) const = 0;

    //! From now on another of the settings of the background holds; see model::Conditions.
    virtual void set_background(std::int32_t setting) = 0;
    //! Brings all neurons to rest.
    virtual void rest(const Network& network) = 0;
    //! Adds the state at the start of a step, to be read or overwritten.
    virtual void collect(LocalState& local) = 0;
    //! \throw NumericalError if a membrane potential is not a finite number
    virtual void check_finite(const Network& network, Step step) const = 0;
};

// The solutions over the blocks of a grid, of which there are two lengths at most.
template <class Neuron>
class SolutionsOf {};
template <plasticity::HasSolution Neuron>
class SolutionsOf<Neuron> {
  public:
    SolutionsOf(const Neuron& neuron, const BlockGrid& grid) : longest_(grid.longest()) {
        for (int steps = longest_; steps >= std::max(1, longest_ - 1); --steps)
            solutions_.push_back(neuron.solution(steps));
    }
    const typename Neuron::Solution& operator()(int steps) const {
        return solutions_[static_cast<std::size_t>(longest_ - steps)];
    }

  private:
    int longest_;
    std::vector<typename Neuron::Solution> solutions_;
};

template <class Neuron>
class NeuronLoopsOf : public NeuronLoops {
  public:
    using View = typename Neuron::View;
    using State = typename Neuron::State;
    static constexpr bool with_solution = plasticity::HasSolution<Neuron>;
    static constexpr bool with_currents = plasticity::TakesCurrents<Neuron>;

    NeuronLoopsOf(const Network& network, const Experiment& experiment)
        : storage_(make_host_storage<View>(sizes_of_state(network))),
          end_storage_(make_host_storage<View>({tile_size, 0, 0})),
          start_storage_(make_host_storage<View>({tile_size, 0, 0})) {
        storage_.describe(view_);
        end_storage_.describe(end_);
        start_storage_.describe(start_);
        make_settings(network, experiment);
        can_fire_.fill(1.0);
    }

    bool has_solution() const override { return with_solution; }
    bool takes_currents() const override { return with_currents; }
    int n_sites() const override { return Neuron::n_sites; }
    bool has_noise(const Tile& tile) const override { return of(tile).has_noise(); }
    const model::NeuronPropagator& propagator(const Tile& tile) const override {
        return of(tile).propagator();
    }

    std::size_t advance_block(const TileBlock& block, const Background& background,
                              const WatchedNeurons& watched,
                              std::vector<BlockSpike>& fired) override {
        std::size_t n_refined = 0;
        if constexpr (with_solution) {
            const auto sums = sums_of(block);
            const bool all_below = sums.any() ? to_end_of_block<true>(block, sums)
                                              : to_end_of_block<false>(block, sums);
            auto next = watched.neurons.begin();
            if (!all_below || next != watched.neurons.end())
                for (std::uint32_t i = 0; i < block.tile.size(); ++i) {
                    const bool is_watched =
                        next != watched.neurons.end() && *next == block.tile.begin + i;
                    if (is_watched) ++next;
                    if (is_below_[i] != 0.0 && !is_watched) continue;
                    const bool below = is_below_[i] != 0.0 || is_below(block, sums, i);
                    if (below && !is_watched) continue;
                    refine(block, background, i, !below, is_watched ? &watched : nullptr, fired);
                    ++n_refined;
                }
            const View view = view_, end = end_;
            const std::size_t first = block.tile.begin, count = block.tile.size();
#pragma omp simd
            for (std::size_t i = 0; i < count; ++i) view.store(first + i, end.load(i));
        } else {
            ENGRAM_EXPECT(false);
        }
        return n_refined;
    }

    void begin_steps(const TileBlock& block, const SteppedNeurons& stepped) override {
        if constexpr (with_solution) {
            const auto sums = sums_of(block);
            for (std::uint32_t i = 0; i < block.tile.size(); ++i) {
                start_.store(i, view_.load(block.tile.begin + i));
                was_held_[i] = 0;
                const bool is_known =
                    stepped.is_whole && stepped.is_stimulated[i] == 0 && stepped.is_open[i] == 0;
                can_fire_[i] = is_known && is_below(block, sums, i) ? 0.0 : 1.0;
            }
        }
    }
    void find_noise(const TileBlock& block, const Background::OfTile* xi,
                    std::array<double, tile_size>* noise) const override {
        const std::size_t count = block.tile.size();
        if constexpr (with_solution) {
            const auto& solution = this->solution(block);
            std::array<double, tile_size> first, second;
            for (std::size_t i = 0; i < count; ++i) {
                first[i] = block.z.first[i];
                second[i] = block.z.second[i];
            }
            for (int k = 0; k < block.steps; ++k)
#pragma omp simd
                for (std::size_t i = 0; i < count; ++i) {
                    model::NoisePair left{first[i], second[i]};
                    solution.take_out(left, k, xi[k][i]);
                    first[i] = left.first;
                    second[i] = left.second;
                }
            for (int k = 0; k < block.steps; ++k)
#pragma omp simd
                for (std::size_t i = 0; i < count; ++i)
                    noise[k][i] = solution.refined(k, xi[k][i], {first[i], second[i]});
        } else {
            for (int k = 0; k < block.steps; ++k)
                std::copy_n(xi[k].begin(), count, noise[k].begin());
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
        const bool any_fired = (this->*loops[variant])(tile, input);
        if constexpr (with_solution)
            for (std::uint32_t i = 0; i < tile.size(); ++i)
                was_held_[i] |= Neuron::was_held(view_.load(tile.begin + i));
        if (!any_fired) return;
        const double spike = of(tile).measure_of_spike();
        for (std::uint32_t i = tile.begin; i < tile.end; ++i)
            if (Neuron::spike_measure(view_.load(i)) == spike) fired.push_back(i);
    }
    void force_spike(const Tile& tile, std::uint32_t neuron) override {
        auto state = view_.load(neuron);
        of(tile).force_spike(state);
        view_.store(neuron, state);
    }
    void end_steps(const TileBlock& block, const SteppedNeurons& stepped) override {
        if constexpr (with_solution) {
            if (!stepped.is_whole) return;
            const auto sums = sums_of(block);
            for (std::uint32_t i = 0; i < block.tile.size(); ++i) {
                const std::uint32_t j = block.tile.begin + i;
                const bool keeps_v = was_held_[i] != 0 || stepped.is_stimulated[i] != 0;
                view_.store(j, of(block.tile)
                                   .refined_end(at_end(block, sums, i, start_.load(i)),
                                                view_.load(j), keeps_v));
            }
        }
    }

    void sample(const Tile& tile, std::uint32_t neuron, const model::FixedPoint* synaptic,
                std::size_t site_stride, double stimulus_nA, double* values) const override {
        of(tile).sample(view_.load(neuron), input_of(tile, synaptic, site_stride), stimulus_nA,
                        values);
    }

    std::uint64_t silent_resets(const LocalRange& population) const override {
        std::uint64_t n = 0;
        if constexpr (plasticity::HasSilentResets<Neuron>)
            for (std::uint32_t j = population.begin; j < population.end; ++j)
                n += static_cast<std::uint64_t>(view_.silent_resets[j]);
        return n;
    }

    void set_background(std::int32_t setting) override {
        setting_ = static_cast<std::size_t>(setting);
    }
    void rest(const Network& network) override {
        // Which background they have makes no difference to neurons at rest.
        for (std::size_t p = 0; p < network.populations().n_populations(); ++p) {
            if (!kind(p)) continue;
            const LocalRange range = network.local_range(p);
            for (std::uint32_t j = range.begin; j < range.end; ++j)
                view_.store(j, kind(p)->neuron.at_rest());
        }
    }
    void collect(LocalState& local) override {
        collect_saved(storage_, local);
    }
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
    // Neurons of a population, with one of the backgrounds that they have.
    struct Kind {
        Neuron neuron;
        SolutionsOf<Neuron> solutions;
    };
    static Kind make_kind(const Neuron& neuron, [[maybe_unused]] const Experiment& experiment) {
        if constexpr (with_solution)
            return {neuron, SolutionsOf<Neuron>(neuron, block_grid(experiment))};
        else
            return {neuron, {}};
    }
    void make_settings(const Network& network, const Experiment& experiment) {
        const Backgrounds backgrounds(experiment);
        for (const auto& [p, parameters] : backgrounds.kinds()) {
            const Population& population = network.populations()[p];
            std::optional<Kind>& kind = kinds_.emplace_back();
            if (is_described_by<Neuron>(experiment, population))
                kind.emplace(
                    make_kind(make_neuron<Neuron>(experiment, population, parameters), experiment));
        }
        kind_of_.resize(backgrounds.n_settings());
        for (std::size_t setting = 0; setting < kind_of_.size(); ++setting)
            for (std::size_t c = 0; c < backgrounds.classes().size(); ++c)
                kind_of_[setting].push_back(backgrounds.kind(setting, c));
    }
    const std::optional<Kind>& kind(std::size_t background_class) const {
        return kinds_[kind_of_[setting_][background_class]];
    }
    const Neuron& of(const Tile& tile) const {
        return kind(tile.background_class)->neuron;
    }
    const auto& solution(const TileBlock& block) const {
        return kind(block.tile.background_class)->solutions(block.steps);
    }
    auto sums_of(const TileBlock& block) const {
        return TileInputSums<Neuron>(of(block.tile), solution(block), block.inputs, block.currents,
                                     block.tile);
    }
    static model::NoisePair z_of(const TileBlock& block, std::size_t i) {
        return {block.z.first[i], block.z.second[i]};
    }
    typename Neuron::Input input_of(const Tile& tile, const model::FixedPoint* synaptic,
                                    std::size_t site_stride) const {
        model::FixedPoint at_sites[Neuron::n_sites];
        for (std::size_t site = 0; site < Neuron::n_sites; ++site)
            at_sites[site] = synaptic[site * site_stride];
        return of(tile).input(at_sites);
    }

    State at_end(const TileBlock& block, const TileInputSums<Neuron>& sums, std::size_t i,
                 const State& start) const {
        const auto& solution = this->solution(block);
        const model::NoisePair z = of(block.tile).has_noise() ? z_of(block, i) : model::NoisePair{};
        return solution.at_end(start, solution.end(start, z), input_sums(sums, i));
    }
    //! As decided at the beginning of the block, by whichever bound.
    bool is_below(const TileBlock& block, const TileInputSums<Neuron>& sums, std::size_t i) const {
        const auto& solution = this->solution(block);
        const State start = view_.load(block.tile.begin + i);
        const model::NoisePair z = of(block.tile).has_noise() ? z_of(block, i) : model::NoisePair{};
        const auto input = input_sums(sums, i);
        return solution.is_below_quickly(start, solution.end(start, z), input) ||
               solution.is_below(start, z, input);
    }
    static auto input_sums(const TileInputSums<Neuron>& sums, std::size_t i) {
        return sums.any() ? sums[i] : typename Neuron::BlockInput{};
    }

    //! Fills end_ and is_below_. Whether all are.
    template <bool with_input>
    bool to_end_of_block(const TileBlock& block, const TileInputSums<Neuron>& sums) {
        return of(block.tile).has_noise() ? to_end_of_block<with_input, true>(block, sums)
                                          : to_end_of_block<with_input, false>(block, sums);
    }
    template <bool with_input, bool with_noise>
    bool to_end_of_block(const TileBlock& block, const TileInputSums<Neuron>& sums) {
        // A copy, which the stores below cannot change.
        const typename Neuron::BlockEnds solution = this->solution(block);
        const View view = view_, at_end = end_;
        const float* first_normal = block.z.first.data();
        const float* second_normal = block.z.second.data();
        double* is_below = is_below_.data();
        const std::size_t first = block.tile.begin, count = block.tile.size();
        const auto one = [ =, &sums ](std::size_t i) __attribute__((always_inline)) {
            const State start = view.load(first + i);
            model::NoisePair z;
            if constexpr (with_noise) z = {first_normal[i], second_normal[i]};
            const auto input = with_input ? sums[i] : typename Neuron::BlockInput{};
            const auto end = solution.end(start, z);
            at_end.store(i, solution.at_end(start, end, input));
            return solution.is_below_quickly(start, end, input) ? 1.0 : 0.0;
        };
        double all = 1.0;
#pragma omp simd reduction(min : all)
        for (std::size_t i = 0; i < count; ++i) {
            const double below = one(i);
            is_below[i] = below;
            all = below < all ? below : all;
        }
        return all != 0.0;
    }

    //! Goes through the block step by step with a neuron of the tile, and corrects end_.
    void refine(const TileBlock& block, const Background& background, std::uint32_t i,
                bool can_fire, const WatchedNeurons* watched, std::vector<BlockSpike>& fired) {
        const Neuron& neuron = of(block.tile);
        const auto& solution = this->solution(block);
        const std::uint32_t j = block.tile.begin + i;
        std::array<float, model::max_block_steps> xi{};
        model::NoisePair left;
        if (neuron.has_noise()) {
            model::normals_of_steps(background.streams(), model::Purpose::background,
                                    background.id(j), 0, block.begin, block.steps, xi.data());
            left = z_of(block, i);
            for (int k = 0; k < block.steps; ++k)
                solution.take_out(left, k, xi[static_cast<std::size_t>(k)]);
        }
        stimulus_.clear();
        if constexpr (with_currents) block.currents.find_steps(j, stimulus_);
        State state = view_.load(j);
        bool was_held = false;
        for (int k = 0; k < block.steps; ++k) {
            const auto input =
                input_of(block.tile, block.inputs.row(k) + j, block.inputs.site_stride());
            const auto step = static_cast<std::size_t>(k);
            const auto stimulus = stimulus_.empty() ? model::StimulusSum{} : stimulus_[step];
            if (watched != nullptr) {
                view_.store(j, state);
                watched->on_step(j, k, stimulus.current_nA);
            }
            const double noise = solution.refined(k, xi[step], left);
            neuron.advance(state, input, noise, stimulus.effect, can_fire);
            if (Neuron::spike_measure(state) == neuron.measure_of_spike()) fired.push_back({j, k});
            was_held |= Neuron::was_held(state);
        }
        end_.store(i, neuron.refined_end(end_.load(i), state, was_held));
    }

    //! Whether any neuron fired.
    template <bool with_noise, bool with_input, bool with_stimulus>
    bool loop(const Tile& tile, const TileInput& arriving) {
        const Neuron neuron = of(tile);
        const View view = view_;
        const std::size_t first = tile.begin;
        // Wider than 32 bits, so that the compiler need not reckon with overflow and gather.
        const std::size_t count = tile.size();
        const double* noise = arriving.noise;
        const double* can_fire = can_fire_.data();
        const model::FixedPoint* synaptic[Neuron::n_sites];
        for (std::size_t site = 0; site < Neuron::n_sites; ++site)
            synaptic[site] = with_input ? arriving.synaptic + site * arriving.site_stride : nullptr;
        const double* stimulus_mV = arriving.stimulus_mV;
        const double* stimulus_end_nA = arriving.stimulus_end_nA;
        // A function of its own: what the body of the loop itself declares, g++ 12 keeps in arrays
        // by lane, and then finds no vectors for the state of larger neurons.
        const auto one = [=](std::size_t i) __attribute__((always_inline)) {
            State state = view.load(first + i);
            typename Neuron::Input input{};
            if constexpr (with_input) {
                model::FixedPoint at_sites[Neuron::n_sites];
                for (std::size_t site = 0; site < Neuron::n_sites; ++site)
                    at_sites[site] = synaptic[site][i];
                input = neuron.input(at_sites);
            }
            const double noise_here = with_noise ? noise[i] : 0.0;
            model::StimulusEffect stimulus_here;
            if constexpr (with_stimulus) stimulus_here = {stimulus_mV[i], stimulus_end_nA[i]};
            if constexpr (with_solution)
                neuron.advance(state, input, noise_here, stimulus_here, can_fire[i] != 0.0);
            else
                neuron.advance(state, input, noise_here, stimulus_here);
            view.store(first + i, state);
            return Neuron::spike_measure(state);
        };
        double highest = 0.0;
#pragma omp simd reduction(max : highest)
        for (std::size_t i = 0; i < count; ++i) {
            const double measure = one(i);
            highest = measure > highest ? measure : highest;
        }
        return highest == neuron.measure_of_spike();
    }

    plasticity::Storage<View, HostArray> storage_;
    View view_;
    std::vector<std::optional<Kind>> kinds_;           //!< none where they are another mechanism's
    std::vector<std::vector<std::uint32_t>> kind_of_;  //!< [setting][class of the background]
    std::size_t setting_ = 0;

    // Of the tile that is being advanced, by neuron.
    plasticity::Storage<View, HostArray> end_storage_;
    plasticity::Storage<View, HostArray> start_storage_;
    View end_;    //!< of the block, were the neuron free
    View start_;  //!< of the block
    std::array<double, tile_size> is_below_;
    std::array<std::uint8_t, tile_size> was_held_{};
    std::vector<model::StimulusSum> stimulus_;  //!< of a neuron that is refined, by step
    std::array<double, tile_size> can_fire_;
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
