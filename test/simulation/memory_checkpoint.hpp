// SPDX-License-Identifier: Apache-2.0
// A checkpoint that is kept in memory: stops a run at a step, and restores another from there.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "simulation/memory_sink.hpp"
#include "simulation/simulation.hpp"

namespace engram::test {

class MemoryCheckpoint : public CheckpointStore {
  public:
    //! Stops at the first end of an epoch, sample of a consolidation, or end of a phase at or
    //! after `stop_step`.
    explicit MemoryCheckpoint(Step stop_step) : stop_step_(stop_step) {}

    std::uint32_t requests(Step step) override { return step >= stop_step_ ? request_stop : 0u; }

    void save(const RunPosition& position, const SharedState& shared,
              const LocalState& local) override {
        position_ = position;
        shared_ = shared;
        parts_.clear();
        bytes_.clear();
        for (const auto* list : {&local.by_neuron, &local.by_source, &local.by_synapse})
            for (const NamedValues& part : *list)
                parts_[part.name].assign(part.values.begin(), part.values.end());
        for (const NamedBytes& part : local.bytes_by_synapse)
            bytes_[part.name].assign(part.values.begin(), part.values.end());
    }

    const RunPosition& position() const { return position_.value(); }
    const SharedState& shared() const { return shared_; }

    //! Names of all that is restored.
    std::vector<std::string> part_names() const {
        std::vector<std::string> names = {"reference", "arriving", "calcium_due"};
        for (const auto& [name, values] : parts_) names.push_back(name);
        for (const auto& [name, values] : bytes_) names.push_back(name);
        return names;
    }

    //! Restores a simulation that has not run yet.
    //! \param without  name of a part to be left out
    void restore(Simulation& simulation, const std::string& without = "") const {
        RunPosition position = position_.value();
        SharedState shared = shared_;
        if (without == "reference") position.reference = 0;
        if (without == "arriving") shared.arriving.clear();
        if (without == "calcium_due") shared.calcium_due.clear();
        const LocalState local = simulation.begin_restore(position);
        std::size_t n_parts = 0;
        const auto fill = [&](const auto& list, const auto& saved) {
            for (const auto& part : list) {
                ++n_parts;
                if (part.name != without) copy(saved.at(part.name), part.values);
            }
        };
        for (const auto* list : {&local.by_neuron, &local.by_source, &local.by_synapse})
            fill(*list, parts_);
        fill(local.bytes_by_synapse, bytes_);
        if (n_parts != parts_.size() + bytes_.size())
            throw std::logic_error("a saved part has no place");
        simulation.finish_restore(position, std::move(shared));
    }

  private:
    template <class Value>
    static void copy(const std::vector<Value>& from, std::span<Value> to) {
        if (from.size() != to.size()) throw std::logic_error("a saved part has another size");
        std::ranges::copy(from, to.begin());
    }

    Step stop_step_;
    std::optional<RunPosition> position_;
    SharedState shared_;
    std::map<std::string, std::vector<double>> parts_;
    std::map<std::string, std::vector<std::uint8_t>> bytes_;
};

//! Runs an experiment until then.
inline MemoryCheckpoint run_until(double time_s, const Experiment& e,
                                  const ExecutorFactory& executor, MemorySink& sink) {
    MemoryCheckpoint checkpoint(e.steps_from_s(time_s));
    Simulation simulation(e, MPI_COMM_SELF, executor);
    ProgressListener progress;
    EXPECT_EQ(simulation.run(sink, progress, &checkpoint), RunOutcome::stopped);
    return checkpoint;
}

//! Runs it from there to its end.
inline void run_rest(const MemoryCheckpoint& checkpoint, const Experiment& e,
                     const ExecutorFactory& executor, MemorySink& sink,
                     const std::string& without = "") {
    Simulation simulation(e, MPI_COMM_SELF, executor);
    checkpoint.restore(simulation, without);
    ProgressListener progress;
    EXPECT_EQ(simulation.run(sink, progress), RunOutcome::completed);
}

//! Results of a run that is saved, stopped and restored.
inline MemorySink interrupted_run(const Experiment& e, const ExecutorFactory& executor,
                                  double time_s) {
    MemorySink sink;
    const MemoryCheckpoint checkpoint = run_until(time_s, e, executor, sink);
    run_rest(checkpoint, e, executor, sink);
    return sink;
}

}  // namespace engram::test
