// Kernels of the fast-forward: one evaluation per neuron or synapse; as ConsolidationEngine.
// The state must have been folded at the start.
#pragma once

#include "device/arrays.hpp"
#include "model/consolidation.hpp"

namespace engram::device {

ENGRAM_HD_INLINE double z_after(const Arrays& arrays, const model::Consolidation& consolidation,
                                std::uint64_t k, std::uint32_t target, double time_s) {
    return consolidation.z_after(arrays.z(k, target), static_cast<model::Tag>(arrays.tag[k]),
                                 arrays.g[k], arrays.protein[target],
                                 arrays.synthesis_end_s[target], time_s);
}

// Item = local neuron: when its protein synthesis ends.
struct FindSynthesisEnd {
    static constexpr const char* name = "consolidate";
    Arrays arrays;
    model::Consolidation consolidation;

    ENGRAM_HD_INLINE void operator()(std::uint64_t j) const {
        arrays.synthesis_end_s[j] = consolidation.time_until_below(
            model::from_fixed_point(arrays.change_sum[j]), consolidation.late.theta_pro_mV);
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
        double* value = arrays.samples + sample.row * arrays.sample_width + q * sampled_per_neuron;
        const PopulationPhysics& population = arrays.populations[arrays.population[j]];
        value[0] = population.v_init_mV;
        if (!population.excitatory) return;
        value[4] =
            consolidation.relaxation(sample.time_s) * model::from_fixed_point(arrays.change_sum[j]);
        value[5] =
            consolidation.protein_after(arrays.protein[j], arrays.synthesis_end_s[j], sample.time_s)
                .amount;
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
                        arrays.n_recorded_neurons * sampled_per_neuron + q * sampled_per_synapse;
        value[1] = h_0_mV + arrays.g[k] * consolidation.relaxation(sample.time_s);
        value[2] = z_after(arrays, consolidation, k, arrays.recorded_targets[q], sample.time_s);
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
            h_mV[k] = h_0_mV + arrays.g[k] * relaxation;
            z[k] = z_after(arrays, consolidation, k, arrays.plastic.targets[k], time_s);
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
            const double z = z_after(arrays, consolidation, k, arrays.plastic.targets[k], time_s);
            arrays.g[k] *= relaxation;
            arrays.tag[k] = static_cast<std::uint8_t>(model::Tag::none);
            arrays.stored_z[k] = z;
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
            consolidation.protein_after(arrays.protein[j], arrays.synthesis_end_s[j], time_s)
                .amount;
    }
};

}  // namespace engram::device
