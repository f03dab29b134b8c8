// SPDX-License-Identifier: Apache-2.0
// What computes one rank's part of a simulation, and where its state lives: the processor or a GPU.
// Every executor gives the same bits.
#pragma once

#include <mpi.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "network/network.hpp"
#include "simulation/run_clock.hpp"
#include "simulation/simulation_state.hpp"
#include "simulation/snapshot.hpp"
#include "simulation/spike.hpp"
#include "simulation/trace_sampler.hpp"

namespace engram {

// Steps of a consolidation at which traces are sampled, ascending: however many, they take no room.
struct SampleSteps {
    Step first = 0;
    Step every = 1;
    std::int64_t n_regular = 0;  //!< first, first + every, ...
    std::optional<Step> last;    //!< behind the regular ones

    std::int64_t size() const { return n_regular + (last ? 1 : 0); }
    Step at(std::int64_t i) const { return i < n_regular ? first + i * every : *last; }
    //! Those at or after a step.
    SampleSteps from(Step step) const {
        const std::int64_t before =
            std::min(n_regular, step > first ? (step - first + every - 1) / every : 0);
        SampleSteps rest{first + before * every, every, n_regular - before, last};
        if (last && *last < step) rest.last.reset();
        return rest;
    }
    //! Those at or before a step.
    SampleSteps up_to(Step step) const {
        SampleSteps rest = *this;
        rest.n_regular = step < first ? 0 : std::min(n_regular, (step - first) / every + 1);
        if (last && *last > step) rest.last.reset();
        return rest;
    }
};

// Called, on all ranks alike, when rows of the sampler are complete, of which it may take some
// away. Until the consolidation ends the state is that at its beginning, and may be saved. Is told
// how many samples are complete, and returns whether to go on.
using OnSampled = std::function<bool(std::int64_t n_done)>;

// Work done so far on this rank, for benchmarks and the summary.
struct WorkCounters {
    std::uint64_t neuron_steps = 0;
    std::uint64_t delivered_spikes = 0;  //!< synapses reached
    std::uint64_t early_phase_draws = 0;
    //! Of neurons in blocks, those that went step by step; counted by the processor alone.
    std::uint64_t stepped_blocks = 0;
};

// Steps [begin, begin + steps) of a spiking phase: a min-delay epoch, or what the phase leaves of
// one.
struct Epoch {
    Step begin = 0;
    int steps = 0;
    Step decision =
        0;  //!< when the plasticity is decided next, see DecisionGrid: at its end or later

    Step end() const { return begin + steps; }
};

class Executor {
  public:
    virtual ~Executor() = default;

    //! Starts a spiking phase at rest: V_init, no currents, no calcium, nothing on its way.
    virtual void begin_phase(Step begin) = 0;
    //! Steps of a min-delay epoch.
    virtual int epoch_steps() const = 0;
    //! Simulates an epoch so far that its spikes are known. Each is followed by finish_epoch.
    //! \param arriving  all ranks' spikes of the previous epoch, sorted; they arrive in this one
    //! \param fired     receives this rank's spikes, in any order
    //! \param sampler   receives a row for each step that is due; see complete_samples
    //! \throw NumericalError if a membrane potential is not a finite number
    virtual void run_epoch(const Epoch& epoch, std::span<const PackedSpike> arriving,
                           std::vector<PackedSpike>& fired, TraceSampler& sampler) = 0;
    //! What is left of the epoch, which may be done while the spikes are on their way to other
    //! ranks. After an epoch that ends with a decision weights, tags, samples and snapshots are
    //! complete, and the state can be saved.
    //! \param sampler  as in run_epoch
    virtual void finish_epoch(TraceSampler&) {}
    //! Takes note of all ranks' spikes of the epoch that began at `begin`: their calcium.
    virtual void schedule(std::span<const PackedSpike> spikes, Step begin) = 0;

    //! Fast-forwards from `begin` to `end`, within which conditions do not change, samples at the
    //! given steps, and takes snapshots at `snapshot_steps`.
    //! \param sampled  see OnSampled
    //! \return whether it came to the end; if not, the state is that at `begin`
    virtual bool consolidate(Step begin, Step end, const SampleSteps& sample_steps,
                             const std::vector<Step>& snapshot_steps, TraceSampler& sampler,
                             const OnSampled& sampled, std::vector<Snapshot>& snapshots) = 0;

    //! Fills in the values of all rows of the sampler, which may have been kept elsewhere.
    virtual void complete_samples(TraceSampler&) {}
    //! Whether a snapshot at `step` is wanted; asked for before the window that contains it begins.
    virtual void request_snapshot(Step step) = 0;
    //! Snapshots taken since the last call.
    virtual std::vector<Snapshot> take_snapshots() = 0;
    //! Present weights, to be told at `step`; valid until the state changes.
    virtual SnapshotView weights(Step step) = 0;
    //! Protein amounts [umol/l] by pool and local neuron.
    virtual std::vector<double> protein() const = 0;

    //! Step that the early phase is stored relative to.
    virtual Step reference() const = 0;
    //! State that all ranks hold alike, after a decision.
    virtual SharedState shared_state() = 0;
    //! Views of what is local at `step`, valid until the state changes.
    //! \param within_phase  whether a spiking phase has begun: membrane and calcium count too
    virtual LocalState local_state(Step step, bool within_phase) = 0;
    //! Views to write a saved state to; restore() then takes it over.
    virtual LocalState prepare_restore(Step step, bool within_phase) {
        return local_state(step, within_phase);
    }
    //! \param shared  of a phase that has begun, else null
    virtual void restore(Step reference, const SharedState* shared) = 0;

    //! Resets without a spike of this rank's neurons since the spiking phase began, by population.
    virtual std::vector<std::uint64_t> silent_resets() const = 0;

    //! Name of what computes, e.g. "CPU".
    virtual std::string device_name() const = 0;
    virtual WorkCounters work() const = 0;
    //! Bytes of all state that there is by plastic synapse.
    virtual std::uint64_t synapse_bytes() const = 0;

    //! Is told what the time of the run is spent on, by the executor and by those who call it.
    RunClock& clock() { return clock_; }
    const RunClock& clock() const { return clock_; }

  private:
    RunClock clock_;
};

//! Makes the executor of this rank. Collective; experiment and network must outlive it.
using ExecutorFactory = std::function<std::unique_ptr<Executor>(
    const Experiment& experiment, const Network& network, MPI_Comm communicator)>;

}  // namespace engram
