// SPDX-License-Identifier: Apache-2.0
// Everything that the future of a run depends on, as the parts that a checkpoint stores.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "experiment/schedule.hpp"
#include "plasticity/variable.hpp"
#include "simulation/spike.hpp"

namespace engram {

// What a phase has cost and brought; complete on rank 0.
struct PhaseReport {
    Phase phase;
    double wall_s = 0;
    std::map<std::string, std::uint64_t> spikes = {};  //!< by name of the population
    //! Likewise: resets without a spike; of those that can have some, once the phase is complete.
    std::map<std::string, std::uint64_t> silent_resets = {};

    std::uint64_t spikes_of(const std::string& population) const {
        const auto found = spikes.find(population);
        return found == spikes.end() ? 0 : found->second;
    }
    std::uint64_t silent_resets_of(const std::string& population) const {
        const auto found = silent_resets.find(population);
        return found == silent_resets.end() ? 0 : found->second;
    }
    std::uint64_t all_spikes() const {
        std::uint64_t sum = 0;
        for (const auto& [population, count] : spikes) sum += count;
        return sum;
    }
};

// Where a run is. The same on every rank, but for the spike counts of the reports.
struct RunPosition {
    std::int64_t phase_index = 0;  //!< of the phase that contains `step`, or begins there
    //! Within a consolidation: of the next sample; the state is that at the phase's beginning.
    Step step = 0;
    bool within_phase = false;         //!< false: the phase has not begun
    Step reference = 0;                //!< see PlasticState
    std::vector<PhaseReport> reports;  //!< of completed phases, and of the present one
};

// State that every rank holds alike.
struct SharedState {
    std::vector<PackedSpike> arriving;    //!< in the epoch that begins at `step`
    std::vector<SpikeEvent> calcium_due;  //!< presynaptic influx to come: step and neuron
    //! Excitatory spikes that count for the rates of plasticity; none if nothing asks for them.
    std::vector<SpikeEvent> recent_spikes;
};

// Variables of mechanisms on this rank; the spans show where they lie in the executor.
template <class T>
struct Named {
    std::string name;
    std::span<T> values;
    plasticity::Domain domain = plasticity::Domain::real;
};
using NamedValues = Named<double>;
using NamedBytes = Named<std::uint8_t>;
struct LocalState {
    std::vector<NamedValues> by_neuron;   //!< of each neuron as many values, one after the other
    std::vector<NamedValues> by_source;   //!< of plastic synapses; all ranks hold them alike
    std::vector<NamedValues> by_synapse;  //!< plastic synapses in the order of the table
    std::vector<NamedBytes> bytes_by_synapse;

    void add(plasticity::By by, plasticity::Domain domain, const std::string& name,
             std::span<double> values) {
        using enum plasticity::By;
        (by == neuron || by == neuron_and_mode ? by_neuron
         : by == source                        ? by_source
                                               : by_synapse)
            .push_back({name, values, domain});
    }
    //! See plasticity::can_save_all.
    void add(plasticity::By, plasticity::Domain domain, const std::string& name,
             std::span<std::uint8_t> values) {
        bytes_by_synapse.push_back({name, values, domain});
    }
};

// Saves checkpoints; rank 0 decides when.
class CheckpointStore {
  public:
    virtual ~CheckpointStore() = default;
    //! Local, cheap, every epoch. Bits of CheckpointRequest that this rank wants; a request of any
    //! rank is granted by all at the end of the epoch.
    virtual std::uint32_t requests(Step step) = 0;
    //! Collective. Saves the state at the end of an epoch or phase.
    virtual void save(const RunPosition& position, const SharedState& shared,
                      const LocalState& local) = 0;
};

enum CheckpointRequest : std::uint32_t { request_checkpoint = 1, request_stop = 2 };

}  // namespace engram
