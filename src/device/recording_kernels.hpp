// Kernels that tell the weights of synapses at steps within a block without changing its course:
// the weight at the start of the block is kept, and the draws, which are keyed, are repeated.
#pragma once

#include "device/arrays.hpp"
#include "device/block_task.hpp"
#include "plasticity/weight_within.hpp"

namespace engram::device {

// Item = recorded synapse, before anything of the block has happened to it.
struct BeginSynapseSamples {
    static constexpr const char* name = "record";
    Arrays arrays;

    ENGRAM_HD_INLINE void operator()(std::uint64_t q) const {
        const std::uint64_t k = arrays.recorded_synapses[q];
        arrays.recorded_g[q] = arrays.g[k];
        arrays.recorded_z[q] = arrays.z(k, arrays.recorded_targets[q]);
    }
};

// Item = recorded synapse, once the block is finished: its samples at all steps that are due.
struct FinishSynapseSamples {
    static constexpr const char* name = "record";
    Arrays arrays;
    Physics physics;
    const BlockTask* task;

    ENGRAM_HD_INLINE void operator()(std::uint64_t q) const {
        const BlockTask& t = *task;
        const std::uint32_t source = arrays.recorded_sources[q];
        const std::uint32_t target = arrays.recorded_targets[q];
        const plasticity::WeightWithin h_at{
            physics,
            t,
            {arrays.pre(source, t.parity, physics), arrays.post(target, t.parity, physics), source,
             arrays.global_ids[target]},
            arrays.arrivals[t.parity][source],
            arrays.recorded_g[q]};
        for (int s = 0; s < t.steps; ++s) {
            if (t.sample_row[s] == no_sample) continue;
            double* value = arrays.samples + t.sample_row[s] * arrays.sample_width +
                            arrays.n_recorded_neurons * arrays.neuron_width +
                            q * arrays.synapse_width;
            value[column_ca] = h_at.synapse.pre.at(s, physics.calcium_decay) +
                               h_at.synapse.post.at(s, physics.calcium_decay);
            value[column_h] = h_at(s);
            value[column_z] = arrays.recorded_z[q];
        }
    }
};

// Item = row; copies the weights at the start of the block in which a snapshot falls: g for h.
struct BeginSnapshot {
    static constexpr const char* name = "snapshot";
    static constexpr int team_lanes = 128;
    Arrays arrays;
    double* g;
    double* z;

    ENGRAM_HD_INLINE std::uint64_t n_items() const { return arrays.plastic.n_sources; }
    ENGRAM_HD_INLINE void operator()(std::uint64_t source, int lane, int lanes) const {
        for (std::uint64_t k = arrays.plastic.offsets[source] + lane;
             k < arrays.plastic.offsets[source + 1]; k += lanes) {
            g[k] = arrays.g[k];
            z[k] = arrays.z(k, arrays.plastic.targets[k]);
        }
    }
};

// Item = row, once the block is finished; replaces g by h at a step of the block.
struct FinishSnapshot {
    static constexpr const char* name = "snapshot";
    static constexpr int team_lanes = 128;
    Arrays arrays;
    Physics physics;
    const BlockTask* task;
    int step;
    double* g_then_h;

    ENGRAM_HD_INLINE std::uint64_t n_items() const { return arrays.plastic.n_sources; }
    ENGRAM_HD_INLINE void operator()(std::uint64_t item, int lane, int lanes) const {
        const auto source = static_cast<std::uint32_t>(item);
        const model::CalciumTrace pre = arrays.pre(source, task->parity, physics);
        const model::BlockMask arrivals = arrays.arrivals[task->parity][source];
        for (std::uint64_t k = arrays.plastic.offsets[source] + lane;
             k < arrays.plastic.offsets[source + 1]; k += lanes) {
            const std::uint32_t target = arrays.plastic.targets[k];
            g_then_h[k] = plasticity::WeightWithin{physics,
                                                   *task,
                                                   {pre, arrays.post(target, task->parity, physics),
                                                    source, arrays.global_ids[target]},
                                                   arrivals,
                                                   g_then_h[k]}(step);
        }
    }
};

}  // namespace engram::device
