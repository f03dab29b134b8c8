// Kernels of the fast-forward: one evaluation per neuron or synapse.
// The state must have been folded at the start.
#pragma once

#include "device/arrays.hpp"
#include "plasticity/consolidation.hpp"

namespace engram::device {

// Item = local neuron: when its protein synthesis ends.
struct FindSynthesisEnd {
    static constexpr const char* name = "consolidate";
    Arrays arrays;
    model::Consolidation consolidation;

    ENGRAM_HD_INLINE void operator()(std::uint64_t j) const {
        plasticity::find_synthesis_end(arrays, consolidation, static_cast<std::uint32_t>(j));
    }
};

// A sample within the consolidation.
struct SampleTime {
    std::int64_t row;
    double time_s;
};

// Item = (sample, recorded neuron).
struct SampleNeuronsAfter {
    static constexpr const char* name = "record";
    Arrays arrays;
    model::Consolidation consolidation;
    const SampleTime* samples;

    ENGRAM_HD_INLINE void operator()(std::uint64_t item) const {
        const SampleTime sample = samples[item / arrays.n_recorded_neurons];
        const std::uint64_t q = item % arrays.n_recorded_neurons;
        const std::uint32_t j = arrays.recorded_neurons[q];
        double* value = arrays.samples + sample.row * arrays.sample_width + q * arrays.neuron_width;
        const PopulationPhysics& population = arrays.populations[arrays.population[j]];
        value[column_v] = population.v_init_mV;
        if (population.excitatory)
            plasticity::sample_neuron_after(arrays, consolidation, j, sample.time_s, value);
    }
};

// Item = (sample, recorded synapse).
struct SampleSynapsesAfter {
    static constexpr const char* name = "record";
    Arrays arrays;
    model::Consolidation consolidation;
    double h_0_mV;
    const SampleTime* samples;

    ENGRAM_HD_INLINE void operator()(std::uint64_t item) const {
        const SampleTime sample = samples[item / arrays.n_recorded_synapses];
        const std::uint64_t q = item % arrays.n_recorded_synapses;
        const std::uint64_t k = arrays.recorded_synapses[q];
        double* value = arrays.samples + sample.row * arrays.sample_width +
                        arrays.n_recorded_neurons * arrays.neuron_width + q * arrays.synapse_width;
        plasticity::sample_synapse_after(arrays, consolidation, h_0_mV, k,
                                         arrays.recorded_targets[q], sample.time_s, value);
    }
};

// Item = row: the weights some time after the start.
struct SnapshotAfter {
    static constexpr const char* name = "snapshot";
    static constexpr int team_lanes = 128;
    Arrays arrays;
    model::Consolidation consolidation;
    double h_0_mV;
    double time_s;
    double* h_mV;
    double* z;

    ENGRAM_HD_INLINE std::uint64_t n_items() const { return arrays.plastic.n_sources; }
    ENGRAM_HD_INLINE void operator()(std::uint64_t source, int lane, int lanes) const {
        const double relaxation = consolidation.relaxation(time_s);
        for (std::uint64_t k = arrays.plastic.offsets[source] + lane;
             k < arrays.plastic.offsets[source + 1]; k += lanes) {
            h_mV[k] = plasticity::h_after(arrays, h_0_mV, k, relaxation);
            z[k] = plasticity::z_after(arrays, consolidation, k, arrays.plastic.targets[k], time_s);
        }
    }
};

// Item = row: moves its synapses to the end. Tags that last are set again by folding.
struct ConsolidateRows {
    static constexpr const char* name = "consolidate";
    static constexpr int team_lanes = 128;
    Arrays arrays;
    model::Consolidation consolidation;
    double time_s;

    ENGRAM_HD_INLINE std::uint64_t n_items() const { return arrays.plastic.n_sources; }
    ENGRAM_HD_INLINE void operator()(std::uint64_t source, int lane, int lanes) const {
        const double relaxation = consolidation.relaxation(time_s);
        for (std::uint64_t k = arrays.plastic.offsets[source] + lane;
             k < arrays.plastic.offsets[source + 1]; k += lanes) {
            plasticity::consolidate(arrays, consolidation, k, arrays.plastic.targets[k], relaxation,
                                    time_s);
        }
    }
};

// Item = local neuron, after its synapses.
struct ConsolidateProtein {
    static constexpr const char* name = "consolidate";
    Arrays arrays;
    model::Consolidation consolidation;
    double time_s;

    ENGRAM_HD_INLINE void operator()(std::uint64_t j) const {
        arrays.protein[j] =
            plasticity::protein_after(arrays, consolidation, static_cast<std::uint32_t>(j), time_s);
    }
};

}  // namespace engram::device
