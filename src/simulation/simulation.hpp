// One simulation on all ranks of a communicator: builds the network, runs the phases, hands out
// results.
#pragma once

#include <mpi.h>

#include <memory>
#include <string>
#include <vector>

#include "experiment/schedule.hpp"
#include "simulation/consolidation_engine.hpp"
#include "simulation/plastic_state.hpp"
#include "simulation/result_sink.hpp"
#include "simulation/spike_exchange.hpp"
#include "simulation/spiking_engine.hpp"
#include "simulation/trace_gatherer.hpp"

namespace engram {

// What a phase has cost and brought; complete on rank 0.
struct PhaseReport {
    Phase phase;
    double wall_s = 0;
    std::uint64_t n_exc_spikes = 0;
    std::uint64_t n_inh_spikes = 0;
};

class Simulation {
  public:
    //! Collective. Builds this rank's part of the network.
    //! \throw ConfigError if a recorded synapse does not exist; FileError as make_wiring;
    //!        UsageError if there are more ranks than neurons. The first is thrown on every rank.
    Simulation(Experiment experiment, MPI_Comm communicator);

    //! Collective. Runs the whole schedule. Rank 0 decides which phase comes next.
    //! \throw NumericalError on the rank where a state is no longer finite
    void run(ResultSink& sink, ProgressListener& progress);

    const Experiment& experiment() const { return experiment_; }
    const Schedule& schedule() const { return schedule_; }
    const Network& network() const { return network_; }
    const PlasticState& state() const { return state_; }
    const std::vector<PhaseReport>& reports() const { return reports_; }
    const ExchangeCounters& exchange_counters() const { return exchange_->counters(); }
    WorkCounters work() const { return spiking_.work(); }

  private:
    void check_recorded_synapses() const;
    void run_spiking(const Phase& phase, PhaseReport& report);
    void run_consolidation(const Phase& phase);
    void hand_out_spikes(const std::vector<PackedSpike>& spikes, Step begin, int steps,
                         PhaseReport& report);
    void hand_out_snapshots(std::vector<Snapshot> snapshots);
    void take_final_snapshot();
    std::vector<Step> snapshot_steps_within(const Phase& phase) const;

    Experiment experiment_;
    Schedule schedule_;
    MPI_Comm communicator_;
    int rank_;
    Network network_;
    PlasticState state_;
    SpikingEngine spiking_;
    ConsolidationEngine consolidation_;
    TraceSampler sampler_;
    TraceGatherer gatherer_;
    std::unique_ptr<SpikeExchange> exchange_;
    std::vector<PhaseReport> reports_;
    ResultSink* sink_ = nullptr;            // of the present run
    ProgressListener* progress_ = nullptr;  // of the present run
};

}  // namespace engram
