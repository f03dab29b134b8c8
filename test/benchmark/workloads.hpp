// SPDX-License-Identifier: Apache-2.0
// What the benchmark programs run.
#pragma once

#include <algorithm>
#include <numeric>
#include <string>

#include "experiment/experiment.hpp"
#include "simulation/result_sink.hpp"

namespace engram::benchmark {

// Counts the spikes and keeps nothing.
class NullSink : public ResultSink {
  public:
    void write_spikes(std::span<const SpikeEvent> spikes) override { n_spikes += spikes.size(); }
    void write_traces(std::span<const double>, std::size_t) override {}
    void write_snapshot(const SnapshotView&) override {}
    std::size_t n_spikes = 0;
};

// The network of 1600 + 400 neurons of the publications.
inline Experiment published_network(double duration_s) {
    Experiment e;
    e.duration_s = duration_s;
    e.fast_forward = FastForward::off;
    return e;
}

// Four fifths excitatory, 1,000 inputs each, or 10 % connectivity if that is less.
inline Experiment network_of(NeuronId n_neurons, double duration_s) {
    Experiment e = published_network(duration_s);
    e.populations = {n_neurons / 5 * 4, n_neurons - n_neurons / 5 * 4};
    e.connectivity.probability = std::min(0.1, 1000.0 / n_neurons);
    return e;
}

// The same neurons with the published morphology.
inline Experiment with_morphology(Experiment e) {
    e.neuron.morphology.emplace().reset = Morphology::Reset::any_compartment;
    return e;
}

// Learning at 10 s, recall at `recall_s`, assembly of 200.
inline Experiment memory_recall(double recall_s, double duration_s) {
    Experiment e = published_network(duration_s);
    e.fast_forward = FastForward::automatic;
    const auto first_neurons = [](const std::string& name, NeuronId count) {
        Group group{name, std::vector<NeuronId>(count)};
        std::iota(group.ids.begin(), group.ids.end(), 0);
        return group;
    };
    e.groups = {first_neurons("assembly", 200), first_neurons("recalled", 100)};
    Stimulus learn;
    learn.name = "learn";
    learn.scheme = Scheme::triplet;
    learn.group = "assembly";
    learn.start_s = 10;
    learn.n_inputs = 25;
    learn.rate_Hz = 100;
    Stimulus recall = learn;
    recall.name = "recall";
    recall.scheme = Scheme::onepulse;
    recall.role = StimulusRole::recall;
    recall.group = "recalled";
    recall.start_s = recall_s;
    e.stimuli = {learn, recall};
    return e;
}

}  // namespace engram::benchmark
