// SPDX-License-Identifier: Apache-2.0
// One simulation on all ranks of a communicator: builds the network, runs the phases, hands out
// results.
#pragma once

#include <mpi.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "experiment/conditions.hpp"
#include "experiment/schedule.hpp"
#include "simulation/executor.hpp"
#include "simulation/result_sink.hpp"
#include "simulation/simulation_state.hpp"
#include "simulation/spike_exchange.hpp"
#include "simulation/trace_gatherer.hpp"

namespace engram {

enum class RunOutcome { completed, stopped };

class Simulation {
  public:
    //! Collective. Builds this rank's part of the network.
    //! \param wiring         its connections; without it, those of make_wiring
    //! \param make_executor  what computes it
    //! \throw ConfigError if a recorded synapse does not exist; FileError as make_wiring;
    //!        UsageError if there are more ranks than neurons. The first is thrown on every rank.
    Simulation(Experiment experiment, const Wiring& wiring, MPI_Comm communicator,
               const ExecutorFactory& make_executor);
    Simulation(const Experiment& experiment, MPI_Comm communicator,
               const ExecutorFactory& make_executor)
        : Simulation(experiment, *make_wiring(experiment), communicator, make_executor) {}

    //! Collective. Runs the schedule from the present position. Rank 0 decides which phase comes
    //! next. Returns early, after a checkpoint, if the store asks for a stop.
    //! \param store  saves checkpoints; null: none
    //! \throw NumericalError on the rank where a state is no longer finite: potentials are looked
    //!        at after each epoch, weights whenever they are handed out or saved, and at the end
    RunOutcome run(ResultSink& sink, ProgressListener& progress, CheckpointStore* store = nullptr);

    //! Prepares for overwriting by a saved state: the views of what is local.
    LocalState begin_restore(const RunPosition& position);
    //! Takes over a saved state whose local part has been written through the views.
    void finish_restore(const RunPosition& position, SharedState shared);

    //! Prepares for a run that begins with another state than rest: the views of what is local, at
    //! step 0. Of the early phase they hold h - h_0.
    LocalState begin_initial_state();
    //! Takes over what has been written through the views. Sums and tags follow from it.
    void finish_initial_state();

    const Experiment& experiment() const { return experiment_; }
    const Schedule& schedule() const { return schedule_; }
    const Network& network() const { return network_; }
    const Executor& executor() const { return *executor_; }
    //! Of all local plastic synapses at the present position; valid until run().
    SnapshotView weights() { return executor_->weights(position_.step); }
    const RunPosition& position() const { return position_; }
    const std::vector<PhaseReport>& reports() const { return position_.reports; }
    const ExchangeCounters& exchange_counters() const { return exchange_.counters(); }
    //! Runs within run(), and belongs to the parts that it consists of.
    RunClock& clock() { return executor_->clock(); }
    const RunClock& clock() const { return std::as_const(*executor_).clock(); }
    WorkCounters work() const { return executor_->work(); }

  private:
    class Loop;

    Experiment experiment_;
    ConditionsCourse conditions_;
    Schedule schedule_;
    MPI_Comm communicator_;
    int rank_;
    Network network_;
    std::unique_ptr<Executor> executor_;
    TraceSampler sampler_;
    TraceGatherer gatherer_;
    SpikeExchange exchange_;
    RunPosition position_;
    std::vector<PackedSpike> arriving_;  // in the epoch that begins at position_.step
    Step saved_step_ = -1;  // of the newest checkpoint, or of that the run continues from
};

}  // namespace engram
