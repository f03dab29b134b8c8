// Kernels that tell the weights of synapses at steps within a block without changing its course:
// the weight at the start of the block is kept, and the draws, which are keyed, are repeated.
#pragma once

#include "device/arrays.hpp"
#include "device/block_task.hpp"
#include "device/intervals.hpp"

namespace engram::device {

// Tells h of one synapse at a step of the block; as IntervalLog::h_at.
struct WeightWithin {
    const Physics& physics;
    const BlockTask& task;
    ActiveSynapse synapse;
    model::BlockMask arrivals;
    double g_before;  //!< at the start of the block

    ENGRAM_HD_INLINE double operator()(int step) const {
        double g = g_before;
        int last = -1;  // end of the last draw
        double h_last = 0.0;
        for (int from = 0; from < task.steps;) {
            const int end = next_cut(arrivals, from, task.steps);
            const ZoneInterval interval = next_interval(physics, synapse, from, end);
            from = interval.to;
            if (interval.zone == model::Zone::passive) continue;
            const Draw draw =
                draw_interval(physics, task, synapse, g, interval.zone, interval.from, interval.to);
            if (step < interval.from)
                return last < 0 ? relaxed(draw.h_from_mV, interval.from, step)
                                : relaxed(h_last, last, step);
            if (step < interval.to) return bridge(draw, interval, step);
            g = draw.g_to;
            h_last = draw.h_to_mV;
            last = interval.to;
        }
        return last < 0 ? std::fma(g, task.relaxation[step], physics.early.h_0_mV)
                        : relaxed(h_last, last, step);
    }

  private:
    ENGRAM_HD_INLINE double relaxed(double h_mV, int from, int step) const {
        const double h_0 = physics.early.h_0_mV;
        return h_0 + (h_mV - h_0) * task.relaxation[step] * task.inverse_relaxation[from];
    }

    // Every step before the wanted one is filled in as well, each given its predecessor.
    ENGRAM_HD_INLINE double bridge(const Draw& draw, const ZoneInterval& interval, int step) const {
        double h = draw.h_from_mV;
        for (int s = interval.from + 1; s <= step; ++s) {
            const auto words =
                physics.streams(model::Purpose::recording_bridge, synapse.source, synapse.post_id,
                                static_cast<std::uint64_t>(task.begin + s));
            const double noise = model::normal_pair(words.word[0], words.word[1]).first;
            h = physics.early.between(h, 1, draw.h_to_mV, interval.to - s, interval.zone, noise);
        }
        return h;
    }
};

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
        const WeightWithin h_at{
            physics,
            t,
            {arrays.pre(source, t.parity, physics), arrays.post(target, t.parity, physics), source,
             arrays.global_ids[target]},
            arrays.arrivals[t.parity][source],
            arrays.recorded_g[q]};
        for (int s = 0; s < t.steps; ++s) {
            if (t.sample_row[s] == no_sample) continue;
            double* value = arrays.samples + t.sample_row[s] * arrays.sample_width +
                            arrays.n_recorded_neurons * sampled_per_neuron +
                            q * sampled_per_synapse;
            value[0] = h_at.synapse.pre.at(s, physics.calcium_decay) +
                       h_at.synapse.post.at(s, physics.calcium_decay);
            value[1] = h_at(s);
            value[2] = arrays.recorded_z[q];
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
            g_then_h[k] = WeightWithin{physics,
                                       *task,
                                       {pre, arrays.post(target, task->parity, physics), source,
                                        arrays.global_ids[target]},
                                       arrivals,
                                       g_then_h[k]}(step);
        }
    }
};

}  // namespace engram::device
