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

template <class M>
class ConsolidationEngine {
  public:
    ConsolidationEngine(const Experiment& experiment, const Network& network,
                        const plasticity::Physics<M>& physics, const ConditionsCourse& conditions,
                        PlasticState<M>& state)
        : experiment_(experiment),
          network_(network),
          physics_(physics),
          conditions_(conditions),
          state_(state) {}

    //! See Executor::consolidate.
    bool run(Step begin, Step end, const SampleSteps& sample_steps,
             const std::vector<Step>& snapshot_steps, TraceSampler& sampler,
             const OnSampled& sampled, std::vector<Snapshot>& snapshots);

  private:
    using Course = plasticity::Course<M>;
    void sample(const Course& course, Step step, Step begin, TraceSampler& sampler) const;
    Snapshot snapshot(const Course& course, Step step, Step begin) const;
    double seconds(Step steps) const { return static_cast<double>(steps) * physics_.dt_s; }

    const Experiment& experiment_;
    const Network& network_;
    const plasticity::Physics<M>& physics_;
    const ConditionsCourse& conditions_;
    PlasticState<M>& state_;
};

}  // namespace engram
