// SPDX-License-Identifier: Apache-2.0
// Kernels that take samples, and tell the weights of synapses at steps within a window.
#pragma once

#include "device/arrays.hpp"
#include "device/block_task.hpp"
#include "plasticity/consolidation.hpp"
#include "plasticity/weight_within.hpp"

namespace engram::device {

// Item = recorded synapse, before anything of the window has happened to it.
template <class M>
struct BeginSynapseSamples {
    static constexpr const char* name = "record";
    Arrays<M> arrays;

    ENGRAM_HD_INLINE void operator()(std::uint64_t q) const {
        const SampledSynapse& recorded = arrays.recorded_synapses[q];
        arrays.recorded_g[q] = arrays.g[recorded.synapse];
        arrays.recorded_z[q] = arrays.z(recorded.synapse, recorded.target);
    }
};

// A synapse within the window of a task.
template <class M>
ENGRAM_HD_INLINE plasticity::WeightWithin<M> weight_within(const Arrays<M>& arrays,
                                                           const Physics<M>& physics,
                                                           const BlockTask& task,
                                                           std::uint32_t source,
                                                           std::uint32_t target, double g_before) {
    return {physics, task.window,
            arrays.synapse(arrays.pre(source, task.parity, physics), source, target, task.parity,
                           physics),
            arrays.calcium[task.parity].arrivals[source], g_before};
}

// Item = recorded synapse, once the window is finished: its samples at all steps that are due.
template <class M>
struct FinishSynapseSamples {
    static constexpr const char* name = "record";
    Arrays<M> arrays;
    const Physics<M>* physics;
    const BlockTask* task;

    ENGRAM_HD_INLINE void operator()(std::uint64_t q) const {
        const SampledSynapse& recorded = arrays.recorded_synapses[q];
        const auto within = weight_within(arrays, *physics, *task, recorded.source, recorded.target,
                                          arrays.recorded_g[q]);
        for (int s = 0; s < task->window.steps; ++s)
            if (task->sample_row[s] != no_sample)
                within.sample(s, arrays.recorded_z[q],
                              arrays.synapse_values(task->sample_row[s], q));
    }
};

// Item = row, once the window is finished; replaces g by h at a step of it.
template <class M>
struct FinishSnapshot {
    static constexpr const char* name = "snapshot";
    static constexpr int team_lanes = 128;
    Arrays<M> arrays;
    const Physics<M>* physics;
    const BlockTask* task;
    int step;
    double* g_then_h;

    ENGRAM_HD_INLINE std::uint64_t n_items() const { return arrays.plastic.n_sources; }
    ENGRAM_HD_INLINE void operator()(std::uint64_t source, int lane, int lanes) const {
        for (std::uint64_t k = arrays.plastic.offsets[source] + lane;
             k < arrays.plastic.offsets[source + 1]; k += lanes)
            g_then_h[k] = weight_within(arrays, *physics, *task, static_cast<std::uint32_t>(source),
                                        arrays.plastic.targets[k], g_then_h[k])
                              .h_mV(step);
    }
};

// A sample within a piece of a consolidation.
template <class M>
struct SampleTime {
    std::int64_t row;
    typename plasticity::Course<M>::Instant instant;
};

// Item = (sample, recorded neuron).
template <class M>
struct SampleNeuronsAfter {
    static constexpr const char* name = "record";
    Arrays<M> arrays;
    plasticity::Course<M> course;
    const SampleTime<M>* samples;

    ENGRAM_HD_INLINE void operator()(std::uint64_t item) const {
        const SampleTime<M>& sample = samples[item / arrays.n_recorded_neurons];
        const std::uint64_t q = item % arrays.n_recorded_neurons;
        const std::uint32_t j = arrays.recorded_neurons[q];
        const PopulationInfo& population = arrays.populations[arrays.population[j]];
        course.sample_neuron(arrays, j, sample.instant, population.v_init_mV, population.excitatory,
                             arrays.neuron_values(sample.row, q));
    }
};

// Item = (sample, recorded synapse).
template <class M>
struct SampleSynapsesAfter {
    static constexpr const char* name = "record";
    Arrays<M> arrays;
    plasticity::Course<M> course;
    const SampleTime<M>* samples;

    ENGRAM_HD_INLINE void operator()(std::uint64_t item) const {
        const SampleTime<M>& sample = samples[item / arrays.n_recorded_synapses];
        const std::uint64_t q = item % arrays.n_recorded_synapses;
        const SampledSynapse& recorded = arrays.recorded_synapses[q];
        course.sample_synapse(arrays, recorded.synapse, recorded.target, sample.instant,
                              arrays.synapse_values(sample.row, q));
    }
};

}  // namespace engram::device
