// SPDX-License-Identifier: Apache-2.0
// Experiments that several tests share.
#pragma once

#include <numeric>
#include <span>
#include <string>
#include <vector>

#include "experiment/experiment.hpp"
#include "network/network.hpp"

namespace engram::test {

inline Group group_of(const std::string& name, NeuronId first, NeuronId count) {
    Group group{name, std::vector<NeuronId>(count)};
    std::iota(group.ids.begin(), group.ids.end(), first);
    return group;
}

inline std::vector<RecordedSynapse> plastic_synapses(const Experiment& e) {
    std::vector<RecordedSynapse> synapses;
    make_wiring(e)->visit(0, e.populations[0].count,
                          [&](NeuronId post, std::span<const NeuronId> sources) {
                              for (const NeuronId pre : sources)
                                  if (pre < e.populations[0].count) synapses.push_back({pre, post});
                          });
    return synapses;
}

// 60 forced spikes, every 2 ms from 0.4 ms on.
inline Stimulus forced_spikes(const std::string& group) {
    Stimulus forced;
    forced.name = "forced";
    forced.scheme = Scheme::explicit_spikes;
    forced.group = group;
    for (int k = 0; k < 60; ++k) forced.spike_times_ms.push_back(k * 2.0 + 0.4);
    return forced;
}

// 40 + 10 neurons with noise, learning (three pulses within 0.4 s) and a recall pulse, wired so
// densely that spikes arrive at active synapses all the time.
inline Experiment noisy_learning_network() {
    Experiment e;
    e.duration_s = 1.2;
    e.seed = 7;
    e.fast_forward = FastForward::off;
    e.populations = {40, 10};
    e.connectivity.probability = 0.3;
    e.background = {0.4, 0.1};
    e.groups = {group_of("assembly", 0, 12), group_of("recalled", 3, 6)};
    Stimulus pulse;
    pulse.scheme = Scheme::rect;
    pulse.group = "assembly";
    pulse.duration_s = 0.1;
    pulse.n_inputs = 25;
    pulse.rate_Hz = 100;
    for (const double start : {0.1, 0.3, 0.5}) {
        pulse.name = "learn" + std::to_string(start);
        pulse.start_s = start;
        e.stimuli.push_back(pulse);
    }
    pulse.name = "recall";
    pulse.role = StimulusRole::recall;
    pulse.group = "recalled";
    pulse.start_s = 0.9;
    e.stimuli.push_back(pulse);
    // Fast protein dynamics, so that the late phase has something to do within a second.
    e.synapses.tau_p_s = 2.0;
    e.synapses.tau_z_s = 2.0;
    e.output_directory = "unused";
    return e;
}

// 12 + 3 neurons: learning pulses at 0.1 and 0.3 s, a recall pulse at 17 s, a consolidation
// from 5.4 to 12 s. Everything is recorded, so often that samples are handed out within the
// consolidation.
inline Experiment learning_and_recall() {
    Experiment e = noisy_learning_network();
    e.populations = {12, 3};
    e.connectivity.probability = 0.5;
    e.groups = {group_of("assembly", 0, 6), group_of("recalled", 0, 3)};
    e.background = {0.15, 0.05};
    e.stimuli.erase(e.stimuli.begin() + 2);
    e.stimuli[2].start_s = 17.0;
    e.duration_s = 17.3;
    e.fast_forward = FastForward::automatic;
    e.dt_fast_forward_s = 0.003;
    e.record.neurons = {0, 1, 3, 7, 14};
    e.record.synapses = plastic_synapses(e);
    e.record.every_steps = 50;
    e.record.snapshots_s = {0.16, 8.0, 17.08};
    e.checkpoint.phase_ends = false;
    return e;
}

// Spikes every `every_ms` in [begin_s, end_s).
inline Stimulus regular_spikes(const std::string& group, double every_ms, double begin_s,
                               double end_s) {
    Stimulus spikes;
    spikes.name = group + " from " + std::to_string(begin_s);
    spikes.scheme = Scheme::explicit_spikes;
    spikes.group = group;
    const int n = static_cast<int>((end_s - begin_s) * 1000.0 / every_ms);
    for (int k = 0; k < n; ++k) spikes.spike_times_ms.push_back(begin_s * 1000.0 + k * every_ms);
    return spikes;
}

// 10 + 2 neurons, some of which fire fast and some slowly by force: potentiation and depression.
// Learning from 0.1 to 1.3 s, recall at 300 s; in between weights relax within 100 s, so that
// syntheses and tags end. Of spiking phases the samples at beginnings of blocks are 0.075 s apart.
inline Experiment both_signs_network() {
    Experiment e;
    e.duration_s = 300.4;
    e.dt_ms = 0.5;
    e.seed = 7;
    e.dt_fast_forward_s = 7;
    e.populations = {10, 2};
    e.connectivity.probability = 0.5;
    e.groups = {group_of("fast", 0, 3), group_of("slow", 3, 3)};
    e.stimuli = {regular_spikes("fast", 4.0, 0.1, 1.3), regular_spikes("slow", 18.0, 0.1, 1.3),
                 regular_spikes("fast", 4.0, 300.0, 300.3),
                 regular_spikes("slow", 18.0, 300.0, 300.3)};
    e.synapses.t_ca_delay_ms = 19.0;
    e.synapses.tau_h_s = 10.0;
    e.synapses.gamma_p = 30.0;
    e.synapses.gamma_d = 12.0;
    e.synapses.sigma_pl_mV = 0.3;
    e.synapses.theta_pro_mV = 3.0;
    e.synapses.tau_p_s = 30.0;
    e.synapses.tau_z_s = 20.0;
    for (NeuronId id = 0; id < e.populations.size(); ++id) e.record.neurons.push_back(id);
    e.record.synapses = plastic_synapses(e);
    e.record.every_steps = 50;
    e.record.snapshots_s = {0.7, 150.0, 300.2};
    e.output_directory = "unused";
    return e;
}

// The learning alone, and so fast a late phase that it has something to show for it.
inline Experiment both_signs_learning() {
    Experiment e = both_signs_network();
    e.duration_s = 1.5;
    e.fast_forward = FastForward::off;
    e.stimuli.resize(2);
    e.synapses.tau_p_s = 0.5;
    e.synapses.tau_z_s = 0.5;
    e.record.snapshots_s = {0.7};
    return e;
}

}  // namespace engram::test
