// Runs on one core of the processor.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "cpu/active_synapses.hpp"
#include "cpu/calcium_traces.hpp"
#include "cpu/neurons.hpp"
#include "cpu/plastic_state.hpp"
#include "cpu/stimulator.hpp"
#include "plasticity/weight_within.hpp"
#include "simulation/calcium_influx.hpp"
#include "simulation/cut_epoch.hpp"
#include "simulation/plastic_executor.hpp"

namespace engram {

template <class M>
class CpuExecutor : public PlasticExecutor<M, CpuExecutor<M>> {
  public:
    //! \param neurons  see make_neuron_loops
    CpuExecutor(const Experiment& experiment, const Network& network,
                std::vector<std::shared_ptr<NeuronLoops>> neurons);

    void begin_phase(Step begin) override;
    void run_epoch(Step begin, int steps, std::span<const PackedSpike> arriving,
                   std::vector<PackedSpike>& fired, TraceSampler& sampler) override;
    void schedule(std::span<const PackedSpike> spikes, Step begin) override {
        influx_.schedule(spikes, begin);
    }
    void complete_samples(TraceSampler&) override {}
    void request_snapshot(Step step) override { snapshot_steps_.push_back(step); }
    std::vector<Snapshot> take_snapshots() override { return std::exchange(snapshots_, {}); }
    SnapshotView weights(Step step) override;
    std::vector<double> protein() const override;
    SharedState shared_state() override { return {{}, influx_.due()}; }
    LocalState local_state(Step step, bool within_phase) override;
    LocalState prepare_restore(Step step, bool within_phase) override {
        return local_state(step, within_phase);
    }
    void restore(Step reference, const SharedState* shared) override;
    std::string device_name() const override { return "CPU"; }
    WorkCounters work() const override;

    //! Where the state of the synapses lies.
    const plasticity::View<M>& view() const { return state_.view(); }

  private:
    using Base = PlasticExecutor<M, CpuExecutor<M>>;
    friend Base;
    using Base::conditions_;
    using Base::network_;
    using Base::physics_;

    // See PlasticExecutor.
    static constexpr std::int64_t samples_at_once = 1;
    template <class Operation>
    void on_synapses(const Operation& operation) {
        const plasticity::View<M> view = state_.view();
        const std::uint64_t n = network_.plastic().size();
        for (std::uint64_t k = 0; k < n; ++k) operation(view, k, view.plastic.targets[k]);
    }
    template <class Operation>
    void on_neurons(const Operation& operation) {
        const plasticity::View<M> view = state_.view();
        for (std::uint32_t j = 0; j < network_.n_local(); ++j) operation(view, j);
    }
    void make_sums() { state_.make_sums(); }
    void sample(const plasticity::Course<M>& course, Step begin, std::span<const Step> steps,
                TraceSampler& sampler) const;
    Snapshot tell_weights(Step step, const plasticity::Course<M>& course,
                          const typename plasticity::Course<M>::Instant& instant);

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

    const Experiment& experiment_;
    PlasticState<M> state_;
    Neurons neurons_;
    Stimulator stimulator_;
    CalciumInflux influx_;
    CalciumTraces calcium_;
    ActiveSynapses<M> active_;
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

//! With the mechanisms that the experiment asks for.
std::unique_ptr<Executor> make_cpu_executor(const Experiment& experiment, const Network& network,
                                            MPI_Comm communicator);

}  // namespace engram
