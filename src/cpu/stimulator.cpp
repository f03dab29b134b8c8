#include "cpu/stimulator.hpp"

#include <algorithm>

namespace engram {

Stimulator::Stimulator(const Experiment& experiment, const Network& network, const Tiles& tiles)
    : n_local_(network.n_local()), tiles_(tiles), streams_{experiment.seed} {
    const std::uint32_t n_tiles = tiles.size();
    for (const Stimulus& stimulus : experiment.stimuli) {
        Receivers receivers;
        // Ascending global ids of one rank are ascending local indices.
        for (const NeuronId id : experiment.group(stimulus.group).ids) {
            if (!network.owns(id)) continue;
            receivers.neurons.push_back(network.partition().local_index(id));
            receivers.ids.push_back(id);
        }
        for (std::uint32_t tile = 0; tile <= n_tiles; ++tile) {
            const auto it =
                std::lower_bound(receivers.neurons.begin(), receivers.neurons.end(),
                                 tile < n_tiles ? tiles[tile].begin : network.n_local());
            receivers.tile_offset.push_back(
                static_cast<std::uint32_t>(it - receivers.neurons.begin()));
        }
        receivers_.push_back(std::move(receivers));
    }
    Stimulation stimulation = make_stimulation(experiment);
    for (const CurrentPulse& shape : stimulation.pulses) pulses_.push_back({shape, {}});
    trains_ = std::move(stimulation.trains);
    forced_ = std::move(stimulation.forced);
    std::sort(forced_.begin(), forced_.end(),
              [](const ForcedSpike& a, const ForcedSpike& b) { return a.step < b.step; });
    acting_.resize(n_tiles);
}

void Stimulator::begin_block(Step begin, Step end) {
    std::fill(acting_.begin(), acting_.end(), 0);
    const auto mark = [&](std::uint32_t stimulus) {
        const auto& offset = receivers_[stimulus].tile_offset;
        for (std::size_t tile = 0; tile < acting_.size(); ++tile)
            if (offset[tile + 1] > offset[tile]) acting_[tile] = 1;
    };
    active_pulses_.clear();
    for (std::uint32_t k = 0; k < pulses_.size(); ++k) {
        Pulse& pulse = pulses_[k];
        if (pulse.shape.begin < end && begin < pulse.shape.end) {
            active_pulses_.push_back(k);
            mark(pulse.shape.stimulus);
            if (pulse.deviation_nA.empty()) pulse.deviation_nA.assign(n_local_, 0.0);
        } else {
            pulse.deviation_nA.clear();
        }
    }
    active_trains_.clear();
    for (std::uint32_t k = 0; k < trains_.size(); ++k) {
        if (trains_[k].begin >= end || begin >= trains_[k].end) continue;
        active_trains_.push_back(k);
        mark(trains_[k].stimulus);
    }
    active_forced_.clear();
    auto it = std::lower_bound(forced_.begin(), forced_.end(), begin,
                               [](const ForcedSpike& a, Step step) { return a.step < step; });
    for (; it != forced_.end() && it->step < end; ++it) {
        active_forced_.push_back(static_cast<std::uint32_t>(it - forced_.begin()));
        mark(it->stimulus);
    }
}

std::vector<NamedValues> Stimulator::state(Step step) {
    std::vector<NamedValues> result;
    for (Pulse& pulse : pulses_) {
        if (step <= pulse.shape.begin || step >= pulse.shape.end) continue;
        if (pulse.deviation_nA.empty()) pulse.deviation_nA.assign(n_local_, 0.0);
        result.push_back({pulse.shape.name() + "_deviation_nA", pulse.deviation_nA});
    }
    return result;
}

void Stimulator::apply_pulse(Pulse& pulse, std::uint32_t tile, Step step, Neurons& neurons) const {
    const CurrentPulse& shape = pulse.shape;
    if (step < shape.begin || step >= shape.end) return;
    const Receivers& receivers = receivers_[shape.stimulus];
    const model::NeuronPropagator& p = neurons.propagator(tile);
    const double mean_nA = shape.current[tiles_[tile].population].mean_nA;
    const double sigma_nA = shape.current[tiles_[tile].population].sigma_nA;
    for (std::uint32_t r = receivers.tile_offset[tile]; r < receivers.tile_offset[tile + 1]; ++r) {
        const double noise =
            sigma_nA > 0.0
                ? static_cast<double>(model::normal_at_step(streams_, model::Purpose::stimulus,
                                                            receivers.ids[r], shape.stimulus, step))
                : 0.0;
        double& deviation = pulse.deviation_nA[receivers.neurons[r]];
        const model::PulseStep effect = model::step_pulse(p, mean_nA, sigma_nA, deviation, noise);
        neurons.add_stimulus(receivers.neurons[r], effect.on_v_mV, effect.current_nA);
        deviation = effect.deviation_nA;
    }
}

void Stimulator::apply(std::uint32_t tile, Step step, Neurons& neurons) {
    for (const std::uint32_t k : active_pulses_) apply_pulse(pulses_[k], tile, step, neurons);
    for (const std::uint32_t k : active_trains_) {
        const PoissonTrain& train = trains_[k];
        if (step < train.begin || step >= train.end) continue;
        const Receivers& receivers = receivers_[train.stimulus];
        for (std::uint32_t r = receivers.tile_offset[tile]; r < receivers.tile_offset[tile + 1];
             ++r) {
            const auto words = streams_(model::Purpose::forced_spikes, receivers.ids[r],
                                        train.stimulus, static_cast<std::uint64_t>(step) >> 2);
            if (model::uniform(words.word[step & 3]) < train.probability_per_step)
                neurons.force_spike(receivers.neurons[r]);
        }
    }
    for (const std::uint32_t k : active_forced_) {
        if (forced_[k].step != step) continue;
        const Receivers& receivers = receivers_[forced_[k].stimulus];
        for (std::uint32_t r = receivers.tile_offset[tile]; r < receivers.tile_offset[tile + 1];
             ++r)
            neurons.force_spike(receivers.neurons[r]);
    }
}

}  // namespace engram
