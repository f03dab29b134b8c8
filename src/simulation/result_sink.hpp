// SPDX-License-Identifier: Apache-2.0
// Where results go while they come: files, or memory in tests.
#pragma once

#include <span>

#include "experiment/schedule.hpp"
#include "simulation/snapshot.hpp"
#include "simulation/spike.hpp"

namespace engram {

class ResultSink {
  public:
    virtual ~ResultSink() = default;
    //! Rank 0 only. Spikes of all ranks, ascending by step, then neuron, from call to call too.
    virtual void write_spikes(std::span<const SpikeEvent> spikes) = 0;
    //! Rank 0 only. Whole rows of one recording: time_ms, then values of each of its neurons and of
    //! each of its synapses; see trace_columns.
    //! \param recording  its number, see Recording::recording
    virtual void write_traces(std::size_t recording, std::span<const double> rows,
                              std::size_t n_rows) = 0;
    //! Collective. Weights of the local synapses.
    virtual void write_snapshot(const SnapshotView& snapshot) = 0;
};

// How far a run has come; rank 0 only.
class ProgressListener {
  public:
    virtual ~ProgressListener() = default;
    //! \param step where the run is: behind the phase's begin if it is resumed
    virtual void phase_begins(const Phase&, Step /*step*/) {}
    //! After each epoch: the present step and the spikes that were fired in it.
    virtual void epoch_done(Step, std::size_t /*n_exc_spikes*/, std::size_t /*n_inh_spikes*/) {}
    //! Before that, of an epoch of a spiking phase: its spikes, ascending by step, up to a step.
    virtual void spikes_fired(Step, std::span<const SpikeEvent>) {}
    virtual void phase_ends(const Phase&, double /*wall_s*/) {}
};

class TwoListeners : public ProgressListener {
  public:
    //! Both must outlive this.
    TwoListeners(ProgressListener& first, ProgressListener& second)
        : first_(first), second_(second) {}

    void phase_begins(const Phase& phase, Step step) override {
        first_.phase_begins(phase, step);
        second_.phase_begins(phase, step);
    }
    void epoch_done(Step step, std::size_t n_exc_spikes, std::size_t n_inh_spikes) override {
        first_.epoch_done(step, n_exc_spikes, n_inh_spikes);
        second_.epoch_done(step, n_exc_spikes, n_inh_spikes);
    }
    void spikes_fired(Step step, std::span<const SpikeEvent> spikes) override {
        first_.spikes_fired(step, spikes);
        second_.spikes_fired(step, spikes);
    }
    void phase_ends(const Phase& phase, double wall_s) override {
        first_.phase_ends(phase, wall_s);
        second_.phase_ends(phase, wall_s);
    }

  private:
    ProgressListener& first_;
    ProgressListener& second_;
};

}  // namespace engram
