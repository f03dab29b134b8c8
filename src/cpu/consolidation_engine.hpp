// Fast-forward: early- and late-phase weights and proteins in closed form, without spikes.
//
// |h - h_0| relaxes exponentially, so the synthesis of every protein pool and the tag of every
// synapse end at a time known in advance, and p and its integral are elementary in between.
// Any length costs one evaluation per synapse and has no step error.
#pragma once

#include <vector>

#include "cpu/plastic_state.hpp"
#include "plasticity/consolidation.hpp"
#include "simulation/sample_steps.hpp"
#include "simulation/snapshot.hpp"
#include "simulation/trace_sampler.hpp"

namespace engram {

class ConsolidationEngine {
  public:
    ConsolidationEngine(const Experiment& experiment, const Network& network, PlasticState& state);

    //! Fast-forwards from `begin` to `end`, samples at the given steps in between, and
    //! takes snapshots at `snapshot_steps`. Calls `sampled` after each sample.
    //! \return false if that ended it: the state is that at `begin`
    bool run(Step begin, Step end, const SampleSteps& sample_steps,
             const std::vector<Step>& snapshot_steps, TraceSampler& sampler,
             const OnSampled& sampled, std::vector<Snapshot>& snapshots);

  private:
    double seconds(Step steps) const { return static_cast<double>(steps) * dt_s_; }
    void sample(Step step, double time_s, TraceSampler& sampler) const;

    const Experiment& experiment_;
    const Network& network_;
    PlasticState& state_;
    double dt_s_;
    model::Consolidation consolidation_;
};

}  // namespace engram
