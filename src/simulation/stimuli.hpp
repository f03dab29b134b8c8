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
#include "simulation/given_spikes.hpp"

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
    std::span<const LocalForcedSpike> forced_by_neuron;
    std::span<const LocalInput> inputs;
};

// Which of many spans overlap some steps, without looking at all of them.
class SpanIndex {
  public:
    template <class Span>
    explicit SpanIndex(const std::vector<Span>& spans) {
        for (std::size_t i = 0; i < spans.size(); ++i)
            spans_.push_back({spans[i].begin, spans[i].end, 0, i});
        std::ranges::stable_sort(spans_, {}, &One::begin);
        Step latest = 0;
        for (One& one : spans_) one.latest_end = latest = std::max(latest, one.end);
    }
    //! Ascending numbers of those that overlap [begin, end).
    std::vector<std::size_t> overlapping(Step begin, Step end) const {
        std::vector<std::size_t> found;
        // Before the first of these all have ended.
        for (auto one = std::ranges::upper_bound(spans_, begin, {}, &One::latest_end);
             one != spans_.end() && one->begin < end; ++one)
            if (one->end > begin) found.push_back(one->number);
        std::ranges::sort(found);
        return found;
    }

  private:
    struct One {
        Step begin;
        Step end;
        Step latest_end;  //!< of this and those before it
        std::size_t number;
    };
    std::vector<One> spans_;  //!< by begin
};

// Array: values by local neuron, wherever the executor keeps them.
template <class Array>
class Stimuli {
  public:
    // A current and the state of its processes.
    struct Pulse : CurrentPulse {
        Array deviation_nA;  //!< from the mean; empty while off
    };
    // A process as a checkpoint names it.
    struct Process {
        std::string name;
        Array* deviation_nA;
    };

    //! \param zeros  makes an array of zeros
    Stimuli(const Experiment& experiment, const Network& network, std::function<Array()> zeros)
        : Stimuli(make_stimulation(experiment), GivenSpikes(experiment, network),
                  std::move(zeros)) {}

    const Pulse& operator[](std::size_t pulse) const { return pulses_[pulse]; }
    Pulse& operator[](std::size_t pulse) { return pulses_[pulse]; }
    std::size_t n_pulses() const { return pulses_.size(); }

    //! Readies the processes of what is on during an epoch and drops those that are over.
    void begin_epoch(Step begin, Step end) {
        const std::vector<std::size_t> on = pulse_index_.overlapping(begin, end);
        for (const std::size_t i : ready_)
            if (!std::ranges::binary_search(on, i)) pulses_[i].deviation_nA = Array();
        ready_.clear();
        for (const std::size_t i : on) make_ready(i);
    }

    //! What is on during steps [begin, end) of the epoch.
    StimuliOn during(Step begin, Step end) const {
        StimuliOn on;
        on.pulses = pulse_index_.overlapping(begin, end);
        for (const std::size_t i : train_index_.overlapping(begin, end))
            on.trains.push_back(trains_[i]);
        const auto at = [&](Step step) {
            return std::partition_point(forced_.begin(), forced_.end(),
                                        [step](const auto& spike) { return spike.step < step; });
        };
        on.forced = {at(begin), at(end)};
        on.forced_by_neuron = given_.forced(begin, end);
        on.inputs = given_.inputs(begin, end);
        return on;
    }

    //! The processes of what is on across `step`, ready to be read or overwritten.
    std::vector<Process> state(Step step) {
        std::vector<Process> result;
        for (std::size_t i = 0; i < pulses_.size(); ++i) {
            Pulse& pulse = pulses_[i];
            if (step <= pulse.begin || step >= pulse.end) continue;
            make_ready(i);
            result.push_back({pulse.name() + "_deviation_nA", &pulse.deviation_nA});
        }
        return result;
    }

  private:
    Stimuli(Stimulation stimulation, GivenSpikes given, std::function<Array()> zeros)
        : zeros_(std::move(zeros)),
          pulse_index_(stimulation.pulses),
          train_index_(stimulation.trains),
          trains_(std::move(stimulation.trains)),
          forced_(std::move(stimulation.forced)),
          given_(std::move(given)) {
        for (CurrentPulse& pulse : stimulation.pulses) pulses_.push_back({std::move(pulse), {}});
    }

    void make_ready(std::size_t pulse) {
        Array& deviation_nA = pulses_[pulse].deviation_nA;
        if (deviation_nA.size() == 0) deviation_nA = zeros_();
        ready_.push_back(pulse);
    }

    std::function<Array()> zeros_;
    SpanIndex pulse_index_;
    SpanIndex train_index_;
    std::vector<Pulse> pulses_;
    std::vector<std::size_t> ready_;  //!< of the pulses, whose processes there may be
    std::vector<model::PoissonTrain> trains_;
    std::vector<model::ForcedSpike> forced_;  //!< by step
    GivenSpikes given_;
};

}  // namespace engram
