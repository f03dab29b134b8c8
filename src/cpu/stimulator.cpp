#include "cpu/stimulator.hpp"

#include <algorithm>

namespace engram {

Stimulator::Stimulator(const Experiment& experiment, const Network& network, const Tiles& tiles)
    : tiles_(tiles),
      stimuli_(experiment, [n = network.n_local()] { return std::vector<double>(n); }),
      streams_{experiment.seed},
      acting_(tiles.size()) {
    for (const Stimulus& stimulus : experiment.stimuli) {
        Receivers& receivers = receivers_.emplace_back();
        for (const std::uint32_t neuron :
             local_members(network, experiment.group(stimulus.group))) {
            while (receivers.tile_offset.size() <= tiles.of(neuron))
                receivers.tile_offset.push_back(static_cast<std::uint32_t>(receivers.all.size()));
            receivers.all.push_back({neuron, network.global_id(neuron)});
        }
        receivers.tile_offset.resize(tiles.size() + 1,
                                     static_cast<std::uint32_t>(receivers.all.size()));
    }
}

void Stimulator::begin_block(Step begin, Step end) {
    on_ = stimuli_.during(begin, end);
    std::fill(acting_.begin(), acting_.end(), 0);
    const auto mark = [&](std::uint32_t stimulus) {
        for (std::uint32_t tile = 0; tile < acting_.size(); ++tile)
            if (!receivers(stimulus, tile).empty()) acting_[tile] = 1;
    };
    for (const std::size_t pulse : on_.pulses) mark(stimuli_[pulse].stimulus);
    for (const model::PoissonTrain& train : on_.trains) mark(train.stimulus);
    for (const model::ForcedSpike& spike : on_.forced) mark(spike.stimulus);
}

std::vector<NamedValues> Stimulator::state(Step step) {
    std::vector<NamedValues> result;
    for (const auto& [name, deviation_nA] : stimuli_.state(step))
        result.push_back({name, *deviation_nA});
    return result;
}

void Stimulator::apply(std::uint32_t tile, Step step, Neurons& neurons) {
    const model::NeuronPropagator& propagator = neurons.propagator(tile);
    for (const std::size_t number : on_.pulses) {
        auto& pulse = stimuli_[number];
        if (!pulse.is_on(step)) continue;
        const model::StimulusCurrent current = pulse.current[tiles_[tile].population];
        for (const auto [neuron, id] : receivers(pulse.stimulus, tile)) {
            const model::PulseStep effect =
                model::step_stimulus(propagator, current, streams_, pulse.stimulus, id, step,
                                     pulse.deviation_nA[neuron]);
            neurons.add_stimulus(neuron, effect.on_v_mV, effect.current_nA);
        }
    }
    for (const model::PoissonTrain& train : on_.trains) {
        if (!train.is_on(step)) continue;
        for (const auto [neuron, id] : receivers(train.stimulus, tile))
            if (train.fires(streams_, id, step)) neurons.force_spike(neuron);
    }
    for (const model::ForcedSpike& spike : on_.forced) {
        if (spike.step != step) continue;
        for (const auto [neuron, id] : receivers(spike.stimulus, tile)) neurons.force_spike(neuron);
    }
}

}  // namespace engram
