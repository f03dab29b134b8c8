// What happened to watched synapses within a block, so that their weight can be told at any step of
// it without changing the course of the simulation.
#pragma once

#include <cstdint>
#include <vector>

#include "cpu/block.hpp"
#include "model/early_phase.hpp"
#include "model/random.hpp"

namespace engram {

// One draw of the early phase: from step `from` to step `to` of the block within one zone.
struct Interval {
    SynapseIndex synapse;
    NeuronId pre;
    NeuronId post;
    model::Zone zone;
    int from;
    int to;
    double h_from;
    double h_to;
};

class IntervalLog {
  public:
    void clear() { intervals_.clear(); }
    void add(const Interval& interval) { intervals_.push_back(interval); }

    //! Groups the entries by synapse, keeping their order in time. Call before h_at.
    void sort();

    //! h [mV] of a synapse at a step of the block. Between the ends of a draw it is filled in by an
    //! Ornstein-Uhlenbeck bridge with random numbers of its own, sampled in one sitting per step.
    double h_at(SynapseIndex synapse, int step_in_block, const Block& block,
                const PlasticState& state, const model::RandomStreams& streams) const;

  private:
    std::vector<Interval> intervals_;
};

}  // namespace engram
