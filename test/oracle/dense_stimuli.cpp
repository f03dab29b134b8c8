// SPDX-License-Identifier: Apache-2.0
#include "oracle/dense_stimuli.hpp"

#include <cmath>
#include <limits>
#include <numbers>

namespace engram::test {

namespace {

bool is_current(Scheme scheme) {
    return scheme == Scheme::rect || scheme == Scheme::onepulse || scheme == Scheme::triplet ||
           scheme == Scheme::full || scheme == Scheme::current || scheme == Scheme::sine ||
           scheme == Scheme::waveform;
}

}  // namespace

DenseStimuli::DenseStimuli(const Experiment& experiment)
    : streams_{experiment.noise_seed ? *experiment.noise_seed : experiment.seed} {
    for (const Stimulus& stimulus : experiment.stimuli) {
        OneStimulus one{stimulus.scheme,
                        std::vector<bool>(experiment.populations.size(), false),
                        intervals_of(experiment, stimulus),
                        {},
                        {},
                        stimulus.rate_Hz / 1000.0 * experiment.dt_ms,
                        stimulus,
                        experiment.dt_ms};
        for (const std::string& name : stimulus.group)
            for (const Group& group : experiment.groups)
                if (group.name == name)
                    for (const NeuronId id : group.ids) one.receives[id] = true;
        // All input neurons together fire so often, and each spike adds h_0 / R.
        const double spikes_per_s = stimulus.n_inputs * stimulus.rate_Hz;
        const double tau_syn_s = experiment.synapses.tau_syn_ms / 1000.0;
        for (const Population& population : experiment.populations) {
            const double r_leak_MOhm =
                population.neuron ? population.neuron->r_leak_MOhm : experiment.neuron.r_leak_MOhm;
            const double spike_nA = experiment.synapses.h_0_mV / r_leak_MOhm;
            const double sigma_nA = spike_nA * std::sqrt(spikes_per_s / (2.0 * tau_syn_s));
            const bool is_given = stimulus.scheme == Scheme::current ||
                                  stimulus.scheme == Scheme::sine ||
                                  stimulus.scheme == Scheme::waveform;
            one.mean_nA.insert(one.mean_nA.end(), population.count,
                               is_given ? stimulus.mean_nA : spikes_per_s * spike_nA);
            one.sigma_nA.insert(
                one.sigma_nA.end(), population.count,
                is_given ? stimulus.sigma_wn_nA_sqrt_s / std::sqrt(2.0 * tau_syn_s) : sigma_nA);
        }
        stimuli_.push_back(one);
    }
}

std::vector<DenseStimuli::Interval> DenseStimuli::intervals_of(const Experiment& experiment,
                                                               const Stimulus& stimulus) const {
    const auto step_at = [&](double time_s) {
        return static_cast<Step>(std::floor(time_s * 1000.0 / experiment.dt_ms + 0.5));
    };
    const auto lasting = [&](double start_s, double duration_s) {
        return Interval{step_at(start_s), step_at(start_s + duration_s)};
    };
    const double start_s = stimulus.start_s;
    switch (stimulus.scheme) {
        case Scheme::rect:
        case Scheme::sine:
        case Scheme::waveform:
        case Scheme::spikes:
            return {lasting(start_s, stimulus.duration_s)};
        case Scheme::onepulse:
            return {lasting(start_s, 0.1)};
        case Scheme::triplet:
            return {lasting(start_s, 0.1), lasting(start_s + 0.5, 0.1),
                    lasting(start_s + 1.0, 0.1)};
        case Scheme::stet:
            return {lasting(start_s, 1.0), lasting(start_s + stimulus.duration_s / 2, 1.0),
                    lasting(start_s + stimulus.duration_s, 1.0)};
        case Scheme::wtet:
            return {lasting(start_s, 0.2)};
        case Scheme::wlfs:
            return {lasting(start_s, 900.0)};
        case Scheme::slfs: {
            std::vector<Interval> bursts;
            for (int i = 0; i < 900; ++i) bursts.push_back(lasting(start_s + i * 1.15, 0.15));
            return bursts;
        }
        case Scheme::current:
        case Scheme::poisson: {
            std::vector<Interval> trains;
            for (int i = 0; i < stimulus.repeats; ++i)
                trains.push_back(lasting(start_s + i * stimulus.period_s, stimulus.train_s));
            return trains;
        }
        case Scheme::full:
            return {{step_at(start_s), std::numeric_limits<Step>::max()}};
        case Scheme::explicit_spikes:
            break;
    }
    std::vector<Interval> spikes;
    for (const double time_ms : stimulus.spike_times_ms) {
        const Step step = step_at(time_ms / 1000.0);
        spikes.push_back({step, step + 1});
    }
    return spikes;
}

DenseStimuli::Current DenseStimuli::current(std::size_t stimulus, NeuronId neuron,
                                            Step step) const {
    const OneStimulus& one = stimuli_[stimulus];
    if (!is_current(one.scheme) || !one.receives[neuron]) return {};
    for (const Interval& pulse : one.on)
        if (pulse.begin <= step && step < pulse.end)
            return {true, step == pulse.begin, mean_nA(one, neuron, step - pulse.begin),
                    one.sigma_nA[neuron]};
    return {};
}

double DenseStimuli::mean_nA(const OneStimulus& one, NeuronId neuron, Step since) {
    const Stimulus& given = one.given;
    if (one.scheme == Scheme::sine) {
        const double time_s = static_cast<double>(since) * one.dt_ms / 1000.0;
        const double angle =
            2.0 * std::numbers::pi * (given.frequency_Hz * time_s + given.phase_deg / 360.0);
        return given.mean_nA + given.amplitude_nA * std::sin(angle);
    }
    if (one.scheme != Scheme::waveform) return one.mean_nA[neuron];
    // By the times of the file, each rounded to a step.
    const auto at = [&](std::size_t i) {
        return std::round(given.content->times_ms[i] / one.dt_ms);
    };
    const std::vector<double>& values = given.content->values_nA;
    std::size_t last = 0;
    while (last + 1 < values.size() && at(last + 1) <= static_cast<double>(since)) ++last;
    if (given.interpolation == Interpolation::held || last + 1 == values.size())
        return values[last];
    const double slope = (values[last + 1] - values[last]) / (at(last + 1) - at(last));
    return values[last] + slope * (static_cast<double>(since) - at(last));
}

int DenseStimuli::count_given(const OneStimulus& one, NeuronId neuron, Step step) {
    if (one.scheme != Scheme::spikes || !one.receives[neuron]) return 0;
    const Interval& on = one.on.front();
    if (step < on.begin || step >= on.end) return 0;
    std::uint32_t place = 0;
    for (NeuronId id = 0; id < neuron; ++id)
        if (one.receives[id]) ++place;
    int count = 0;
    for (std::size_t i = 0; i < one.given.content->nodes.size(); ++i)
        if (one.given.content->nodes[i] == place &&
            std::round(one.given.content->times_ms[i] / one.dt_ms) ==
                static_cast<double>(step - on.begin))
            ++count;
    return count;
}

double DenseStimuli::input_h_0(NeuronId neuron, Step step) const {
    double weight = 0.0;
    for (const OneStimulus& one : stimuli_)
        if (one.given.weight_h_0) weight += *one.given.weight_h_0 * count_given(one, neuron, step);
    return weight;
}

bool DenseStimuli::forces(NeuronId neuron, Step step) const {
    for (std::size_t k = 0; k < stimuli_.size(); ++k) {
        const OneStimulus& one = stimuli_[k];
        if (is_current(one.scheme) || !one.receives[neuron]) continue;
        if (one.scheme == Scheme::spikes) {
            if (!one.given.weight_h_0 && count_given(one, neuron, step) > 0) return true;
            continue;
        }
        for (const Interval& interval : one.on) {
            if (step < interval.begin || step >= interval.end) continue;
            if (one.scheme == Scheme::explicit_spikes) return true;
            // Four steps share the words of one key.
            const auto words =
                streams_(model::Purpose::forced_spikes, neuron, static_cast<std::uint32_t>(k),
                         static_cast<std::uint64_t>(step / 4));
            if (model::uniform(words.word[step % 4]) < one.spike_probability) return true;
        }
    }
    return false;
}

}  // namespace engram::test
