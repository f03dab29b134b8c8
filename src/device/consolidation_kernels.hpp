// Kernels of the fast-forward: one evaluation per neuron or synapse.
// The state must have been folded at the start.
#pragma once

#include "device/arrays.hpp"
#include "plasticity/consolidation.hpp"

namespace engram::device {

// Item = local neuron: when its protein synthesis ends.
template <class M>
struct FindSynthesisEnd {
    static constexpr const char* name = "consolidate";
    Arrays<M> arrays;
    plasticity::Course<M> course;

    ENGRAM_HD_INLINE void operator()(std::uint64_t j) const {
        course.begin(arrays, static_cast<std::uint32_t>(j));
    }
};

// A sample within the consolidation.
struct SampleTime {
    std::int64_t row;
    double time_s;
};

// Item = (sample, recorded neuron).
template <class M>
struct SampleNeuronsAfter {
    static constexpr const char* name = "record";
    Arrays<M> arrays;
    plasticity::Course<M> course;
    const SampleTime* samples;

    ENGRAM_HD_INLINE void operator()(std::uint64_t item) const {
        const SampleTime sample = samples[item / arrays.n_recorded_neurons];
        const std::uint64_t q = item % arrays.n_recorded_neurons;
        const std::uint32_t j = arrays.recorded_neurons[q];
        double* value = arrays.samples + sample.row * arrays.sample_width + q * arrays.neuron_width;
        const PopulationInfo& population = arrays.populations[arrays.population[j]];
        value[column_v] = population.v_init_mV;
        if (population.excitatory)
            course.sample_neuron(arrays, j, course.at(sample.time_s), value + n_membrane_columns);
    }
};

// Item = (sample, recorded synapse).
template <class M>
struct SampleSynapsesAfter {
    static constexpr const char* name = "record";
    Arrays<M> arrays;
    plasticity::Course<M> course;
    const SampleTime* samples;

    ENGRAM_HD_INLINE void operator()(std::uint64_t item) const {
        const SampleTime sample = samples[item / arrays.n_recorded_synapses];
        const std::uint64_t q = item % arrays.n_recorded_synapses;
        const std::uint64_t k = arrays.recorded_synapses[q];
        double* value = arrays.samples + sample.row * arrays.sample_width +
                        arrays.n_recorded_neurons * arrays.neuron_width + q * arrays.synapse_width;
        const auto instant = course.at(sample.time_s);
        value[column_h] = course.h_mV(arrays, k, instant);
        value[column_z] = course.z(arrays, k, arrays.recorded_targets[q], instant);
    }
};

// Item = row: the weights some time after the start.
template <class M>
struct SnapshotAfter {
    static constexpr const char* name = "snapshot";
    static constexpr int team_lanes = 128;
    Arrays<M> arrays;
    plasticity::Course<M> course;
    double time_s;
    double* h_mV;
    double* z;

    ENGRAM_HD_INLINE std::uint64_t n_items() const { return arrays.plastic.n_sources; }
    ENGRAM_HD_INLINE void operator()(std::uint64_t source, int lane, int lanes) const {
        const auto instant = course.at(time_s);
        for (std::uint64_t k = arrays.plastic.offsets[source] + lane;
             k < arrays.plastic.offsets[source + 1]; k += lanes) {
            h_mV[k] = course.h_mV(arrays, k, instant);
            z[k] = course.z(arrays, k, arrays.plastic.targets[k], instant);
        }
    }
};

// Item = row: moves its synapses to the end. Tags that last are set again by folding.
template <class M>
struct ConsolidateRows {
    static constexpr const char* name = "consolidate";
    static constexpr int team_lanes = 128;
    Arrays<M> arrays;
    plasticity::Course<M> course;
    double time_s;

    ENGRAM_HD_INLINE std::uint64_t n_items() const { return arrays.plastic.n_sources; }
    ENGRAM_HD_INLINE void operator()(std::uint64_t source, int lane, int lanes) const {
        const auto instant = course.at(time_s);
        for (std::uint64_t k = arrays.plastic.offsets[source] + lane;
             k < arrays.plastic.offsets[source + 1]; k += lanes) {
            course.consolidate(arrays, k, arrays.plastic.targets[k], instant);
        }
    }
};

// Item = local neuron, after its synapses.
template <class M>
struct ConsolidateProtein {
    static constexpr const char* name = "consolidate";
    Arrays<M> arrays;
    plasticity::Course<M> course;
    double time_s;

    ENGRAM_HD_INLINE void operator()(std::uint64_t j) const {
        course.consolidate_neuron(arrays, static_cast<std::uint32_t>(j), course.at(time_s));
    }
};

}  // namespace engram::device
