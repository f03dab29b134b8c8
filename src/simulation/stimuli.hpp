// SPDX-License-Identifier: Apache-2.0
// The stimuli of a run: which are on when, whom they reach, and the processes of their currents.
#pragma once

#include <algorithm>
#include <functional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "experiment/stimulation.hpp"
#include "network/network.hpp"

namespace engram {

//! The local ones of some neurons. \pre their global ids ascend, as their local indices then do
inline std::vector<std::uint32_t> local_members(const Network& network,
                                                const std::vector<NeuronId>& ids) {
    std::vector<std::uint32_t> members;
    for (const NeuronId id : ids)
        if (network.owns(id)) members.push_back(network.partition().local_index(id));
    return members;
}

// What is on during a block; it may begin or end within.
struct StimuliOn {
    std::vector<std::size_t> pulses;  //!< numbers
    std::vector<model::PoissonTrain> trains;
    std::span<const model::ForcedSpike> forced;
};

// Array: values by local neuron, wherever the executor keeps them.
template <class Array>
class Stimuli {
  public:
    // An Ornstein-Uhlenbeck current and the state of its processes.
    struct Pulse : CurrentPulse {
        Array deviation_nA;  //!< from the mean; empty while off
    };
    // A process as a checkpoint names it.
    struct Process {
        std::string name;
        Array* deviation_nA;
    };

    //! \param zeros  makes an array of zeros
    Stimuli(const Experiment& experiment, std::function<Array()> zeros) : zeros_(std::move(zeros)) {
        Stimulation stimulation = make_stimulation(experiment);
        for (CurrentPulse& pulse : stimulation.pulses) pulses_.push_back({std::move(pulse), {}});
        trains_ = std::move(stimulation.trains);
        forced_ = std::move(stimulation.forced);
    }

    const Pulse& operator[](std::size_t pulse) const { return pulses_[pulse]; }
    Pulse& operator[](std::size_t pulse) { return pulses_[pulse]; }
    std::size_t n_pulses() const { return pulses_.size(); }

    //! Readies the processes of what is on during an epoch and drops those that are over.
    void begin_epoch(Step begin, Step end) {
        for (Pulse& pulse : pulses_) {
            if (pulse.overlaps(begin, end))
                make_ready(pulse);
            else
                pulse.deviation_nA = Array();
        }
    }

    //! What is on during steps [begin, end) of the epoch.
    StimuliOn during(Step begin, Step end) const {
        StimuliOn on;
        for (std::size_t i = 0; i < pulses_.size(); ++i)
            if (pulses_[i].overlaps(begin, end)) on.pulses.push_back(i);
        for (const model::PoissonTrain& train : trains_)
            if (train.overlaps(begin, end)) on.trains.push_back(train);
        const auto at = [&](Step step) {
            return std::partition_point(forced_.begin(), forced_.end(),
                                        [step](const auto& spike) { return spike.step < step; });
        };
        on.forced = {at(begin), at(end)};
        return on;
    }

    //! The processes of what is on across `step`, ready to be read or overwritten.
    std::vector<Process> state(Step step) {
        std::vector<Process> result;
        for (Pulse& pulse : pulses_) {
            if (step <= pulse.begin || step >= pulse.end) continue;
            make_ready(pulse);
            result.push_back({pulse.name() + "_deviation_nA", &pulse.deviation_nA});
        }
        return result;
    }

  private:
    void make_ready(Pulse& pulse) {
        if (pulse.deviation_nA.size() == 0) pulse.deviation_nA = zeros_();
    }

    std::function<Array()> zeros_;
    std::vector<Pulse> pulses_;
    std::vector<model::PoissonTrain> trains_;
    std::vector<model::ForcedSpike> forced_;  //!< by step
};

}  // namespace engram
