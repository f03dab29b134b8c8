// Detailed simulation of one rank's neurons and synapses, one min-delay epoch at a time.
#pragma once

#include <span>
#include <vector>

#include "cpu/active_synapses.hpp"
#include "cpu/calcium_traces.hpp"
#include "cpu/neurons.hpp"
#include "cpu/stimulator.hpp"
#include "experiment/conditions.hpp"
#include "plasticity/weight_within.hpp"
#include "simulation/calcium_influx.hpp"
#include "simulation/cut_epoch.hpp"
#include "simulation/executor.hpp"
#include "simulation/simulation_state.hpp"
#include "simulation/snapshot.hpp"
#include "simulation/spike.hpp"
#include "simulation/trace_sampler.hpp"

namespace engram {

template <class M>
class SpikingEngine {
  public:
    //! All but the loops must outlive it.
    SpikingEngine(const Experiment& experiment, const Network& network,
                  const plasticity::Physics<M>& physics, const ConditionsCourse& conditions,
                  PlasticState<M>& state, std::vector<std::shared_ptr<NeuronLoops>> neurons);

    //! Starts a phase at rest: V_init, no currents, no calcium, nothing on its way.
    void begin_phase(Step begin);

    //! The state between two epochs that all ranks hold alike.
    SharedState shared_state() const;
    //! Adds views of the rest, at `step`.
    void collect_state(Step step, LocalState& local);
    //! Takes over the shared part once the local part has been overwritten.
    void restore(const SharedState& shared) {
        influx_.restore(shared.calcium_due);
        calcium_.restore();
    }

    //! Whether a snapshot at `step` is wanted of the next epoch that contains it.
    void request_snapshot(Step step) { snapshot_steps_.push_back(step); }
    //! Snapshots taken since the last call.
    std::vector<Snapshot> take_snapshots();

    //! Simulates steps [begin, begin + steps), at most one epoch.
    //! \param arriving  all ranks' spikes of the previous epoch, sorted; they arrive in this one
    //! \param fired     receives this rank's spikes
    //! \param sampler   receives the samples that are due
    void run_epoch(Step begin, int steps, std::span<const PackedSpike> arriving,
                   std::vector<PackedSpike>& fired, TraceSampler& sampler);

    //! Tells the engine all ranks' spikes of the epoch that began at `begin`.
    void schedule(std::span<const PackedSpike> spikes, Step begin) {
        influx_.schedule(spikes, begin);
    }

    //! Steps of a min-delay epoch.
    int epoch_steps() const { return epoch_steps_; }
    WorkCounters work() const;

  private:
    static constexpr auto no_row = static_cast<std::size_t>(-1);

    // A spike that arrives at synapses which may be active: their weights are known only in the
    // step.
    struct ActiveArrival {
        NeuronId source;
        int step;
        std::uint32_t begin;  //!< of its synapses in ActiveArrivals::synapses
        std::uint32_t end;
    };
    struct ActiveArrivals {
        std::vector<ActiveArrival> arrivals;  //!< ascending by step
        std::vector<typename ActiveSynapses<M>::Member> synapses;
    };
    // Of the start of the block at first: g for h.
    struct PendingSnapshot {
        int step_in_block;
        Snapshot snapshot;
    };

    void run_block(const EpochPart& part, std::vector<PackedSpike>& fired, TraceSampler& sampler);
    void mark_events(const Block& block, const EpochPart& part);
    void deliver_spikes(const Block& block, const EpochPart& part);
    void deliver(const Block& block, NeuronId neuron, int step);
    void deliver_fixed(const FixedSynapses& fixed, NeuronId row, int step,
                       model::FixedPoint weight);
    void deliver_plastic(const Block& block, NeuronId source, int step);
    void put_aside(SynapseIndex k, NeuronId source, std::uint32_t target, int step);
    void advance_neurons(const Block& block, std::uint32_t tile, int offset,
                         std::vector<PackedSpike>& fired, TraceSampler& sampler);
    void deliver_active(const Block& block, std::uint32_t tile, int step, std::size_t& next);
    void sample_neurons(const Block& block, std::uint32_t tile, int step, TraceSampler& sampler);
    void begin_protein(const Block& block);
    void advance_protein(const Block& block);
    void begin_recording(const Block& block, TraceSampler& sampler);
    void finish_recording(const Block& block, TraceSampler& sampler);
    void forget_arrivals();
    plasticity::WeightWithin<M> weight_within(const Block& block, NeuronId source,
                                              std::uint32_t target, double g_before) const;

    const Network& network_;
    const plasticity::Physics<M>& physics_;
    const ConditionsCourse& conditions_;
    PlasticState<M>& state_;
    Neurons neurons_;
    Stimulator stimulator_;
    CalciumInflux influx_;
    CalciumTraces calcium_;
    ActiveSynapses<M> active_;
    int epoch_steps_;
    double fold_interval_s_;
    std::vector<model::FixedPoint> fixed_weights_;  //!< of Network::fixed
    std::vector<LocalRange> excitatory_;

    // State of the present block.
    std::vector<ActiveArrivals> active_arrivals_;         //!< by tile
    std::vector<typename M::Late::Synthesis> synthesis_;  //!< by local neuron
    bool any_protein_ = false;                            //!< any synthesis or protein in the block
    std::vector<std::uint32_t> fired_;
    std::vector<std::size_t> sample_rows_;  //!< by step of the block; no_row if none is due
    std::vector<double> recorded_g_;        //!< of recorded synapses, at the start of the block
    std::vector<double> recorded_z_;
    std::vector<Step> snapshot_steps_;
    std::vector<PendingSnapshot> pending_snapshots_;
    std::vector<Snapshot> snapshots_;
    WorkCounters work_;
};

}  // namespace engram
