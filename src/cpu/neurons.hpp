// State of one rank's neurons and the vectorised loop that advances them by a step.
#pragma once

#include <cstdint>
#include <vector>

#include "cpu/tiles.hpp"
#include "model/calcium.hpp"
#include "model/fixed_point.hpp"
#include "model/neuron.hpp"
#include "model/random.hpp"
#include "network/network.hpp"
#include "plasticity/samples.hpp"
#include "simulation/simulation_state.hpp"

namespace engram {

class Neurons {
  public:
    Neurons(const Network& network, const Experiment& experiment);

    std::uint32_t size() const { return size_; }
    const Tiles& tiles() const { return tiles_; }

    //! Every neuron at V_init, without currents; the background starts at its mean.
    void rest();

    //! Adds a synaptic input [mV, fixed point] that arrives at a step of the present block.
    void add_input(int step_in_block, std::uint32_t neuron, model::FixedPoint weight) {
        model::add_wrapping(input_[static_cast<std::size_t>(step_in_block) * size_ + neuron],
                            weight);
        has_input_[static_cast<std::size_t>(step_in_block) * tiles_.size() + tiles_.of(neuron)] = 1;
    }
    //! Adds a stimulus current's effect on V within the coming step, and its value for recording.
    void add_stimulus(std::uint32_t neuron, double effect_mV, double current_nA) {
        stimulus_mV_[neuron] += effect_mV;
        i_stim_nA_[neuron] += current_nA;
    }
    //! Makes a neuron fire at the coming step unless it is refractory.
    void force_spike(std::uint32_t neuron) {
        if (model::StepNeuron::can_fire(refractory_[neuron]))
            v_mV_[neuron] = propagator(tiles_.of(neuron)).v_th_mV;
    }
    //! Forgets the stimulus currents of a tile after a step.
    void clear_stimulus(std::uint32_t tile);

    //! Advances a tile from `step` to the next, with the input of `step_in_block`, and appends the
    //! local indices of the neurons that fire at `step` to `fired`, ascending.
    void advance(std::uint32_t tile, Step step, int step_in_block, bool stimulated,
                 std::vector<std::uint32_t>& fired);

    //! See plasticity::sample_currents.
    void sample(std::uint32_t neuron, int step_in_block, double* values) const;

    //! The state at the start of a step, to be read or overwritten.
    std::vector<NamedValues> state() {
        return {{"v_mV", v_mV_},
                {"i_syn_nA", i_syn_nA_},
                {"i_bg_nA", i_bg_nA_},
                {"refractory_steps", refractory_}};
    }

    //! \throw NumericalError if a membrane potential is no finite number
    void check_finite(Step step) const;

    //! Of the neurons of a tile.
    const model::NeuronPropagator& propagator(std::uint32_t tile) const {
        return of_population_[tiles_[tile].population].step.propagator;
    }
    const model::RandomStreams& streams() const { return streams_; }

  private:
    // What the neurons of a population have in common.
    struct Common {
        model::StepNeuron step;
        double v_init_mV;
        double nA_per_quantum;  //!< synaptic current per unit of fixed-point input
        //! Value of refractory_ that only the step of a spike leaves.
        double just_fired() const { return static_cast<double>(step.propagator.refractory_steps); }
    };

    void draw_noise(const Tile& tile, std::uint32_t number, Step step);
    template <bool with_noise, bool with_input, bool with_stimulus>
    bool advance_tile(const Tile& tile, const float* noise, model::FixedPoint* input);

    const Network& network_;
    std::uint32_t size_;
    Tiles tiles_;
    std::vector<Common> of_population_;
    model::RandomStreams streams_;

    std::vector<double> v_mV_;
    std::vector<double> i_syn_nA_;
    std::vector<double> i_bg_nA_;     //!< minus its mean
    std::vector<double> refractory_;  //!< see model::NeuronState
    std::vector<double> stimulus_mV_;
    std::vector<double> i_stim_nA_;
    std::vector<model::FixedPoint> input_;  //!< [step in block][neuron]
    std::vector<std::uint8_t> has_input_;   //!< [step in block][tile]
    std::vector<std::uint32_t> global_ids_;

    // Noise of the four steps that share one call of the generator: [step mod 4][neuron].
    std::vector<float> noise_;
    std::vector<Step> noise_quad_;  //!< by tile: step / 4 of what noise_ holds
};

}  // namespace engram
