// SPDX-License-Identifier: Apache-2.0
// Presynaptic calcium, and arrivals of spikes, of those sources that have any: a few of all, so
// that neither memory nor work grows with the network, but for 4 bytes per source.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "base/contracts.hpp"
#include "model/calcium.hpp"
#include "network/network.hpp"

namespace engram {

class HotSources {
  public:
    //! \param jump  Ca_pre
    HotSources(std::uint32_t n_sources, double jump) : jump_(jump), slots_(n_sources, none) {}

    //! No calcium.
    void rest() {
        sources_.clear();
        start_.clear();
        events_of_.clear();
        touched_.clear();
        events_.clear();
        std::ranges::fill(slots_, none);
        begin_window();
    }
    //! Traces by source at the start of a window, and back.
    std::vector<double> starts() const {
        std::vector<double> starts(slots_.size());
        for (std::size_t slot = 0; slot < sources_.size(); ++slot)
            starts[sources_[slot]] = start_[slot];
        return starts;
    }
    void take_over(const std::vector<double>& starts) {
        ENGRAM_EXPECT(starts.size() == slots_.size());
        rest();
        for (NeuronId source = 0; source < starts.size(); ++source)
            if (starts[source] != 0.0) add_slot(source, starts[source]);
        begin_window();
    }

    //! Calcium enters at a step of the window.
    void add_influx(NeuronId source, int step) {
        Events& events = touch(source);
        events.jumps.add(step);
        events.highest += jump_;
        highest_of_all_ = std::max(highest_of_all_, events.highest);
    }
    //! A spike arrives at a step of the window.
    void add_arrival(NeuronId source, int step) { touch(source).arrivals.add(step); }

    model::CalciumTrace trace(NeuronId source) const {
        const std::uint32_t slot = slots_[source];
        if (slot == none) return {0.0, jump_, {}};
        if (events_of_[slot] == none) return {start_[slot], jump_, {}};
        return {start_[slot], jump_, events_[events_of_[slot]].jumps};
    }
    const model::StepSet& arrivals(NeuronId source) const {
        static constexpr model::StepSet no_steps{};
        const std::uint32_t slot = slots_[source];
        if (slot == none || events_of_[slot] == none) return no_steps;
        return events_[events_of_[slot]].arrivals;
    }
    //! No trace is above this within the window until now.
    double highest() const { return highest_of_all_; }
    //! Calls visit(source) for those whose trace may have been as high as that in the window.
    template <class Visit>
    void for_each_above(double calcium, Visit visit) const {
        for (std::size_t slot = 0; slot < sources_.size(); ++slot)
            if (highest(slot) >= calcium) visit(sources_[slot]);
    }

    void end_window(int steps, const model::CalciumDecay& decay) {
        ends_.clear();
        for (const std::uint32_t slot : touched_) {
            ends_.push_back(trace(sources_[slot]).at_end(steps, decay));
            events_of_[slot] = none;
        }
        events_.clear();
        const double factor = decay.factor[steps];
        for (double& start : start_) start = model::above_floor(start * factor);
        for (std::size_t q = 0; q < touched_.size(); ++q)
            start_[touched_[q]] = model::above_floor(ends_[q]);
        touched_.clear();
        for (std::uint32_t slot = 0; slot < sources_.size();) {
            if (start_[slot] == 0.0)
                remove(slot);
            else
                ++slot;
        }
        begin_window();
    }

  private:
    struct Events {
        model::StepSet jumps;
        model::StepSet arrivals;
        double highest;  //!< bound of the trace in the window until now
    };
    static constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();

    void begin_window() {
        highest_of_all_ = start_.empty() ? 0.0 : *std::ranges::max_element(start_);
    }
    double highest(std::size_t slot) const {
        return events_of_[slot] == none ? start_[slot] : events_[events_of_[slot]].highest;
    }
    std::uint32_t add_slot(NeuronId source, double start) {
        slots_[source] = static_cast<std::uint32_t>(sources_.size());
        sources_.push_back(source);
        start_.push_back(start);
        events_of_.push_back(none);
        return slots_[source];
    }
    // The last takes its place.
    void remove(std::uint32_t slot) {
        slots_[sources_[slot]] = none;
        if (slot + 1 < sources_.size()) {
            sources_[slot] = sources_.back();
            start_[slot] = start_.back();
            slots_[sources_[slot]] = slot;
        }
        sources_.pop_back();
        start_.pop_back();
        events_of_.pop_back();
    }
    // Of a source to which something happens in the window.
    Events& touch(NeuronId source) {
        std::uint32_t slot = slots_[source];
        if (slot == none) slot = add_slot(source, 0.0);
        if (events_of_[slot] == none) {
            events_of_[slot] = static_cast<std::uint32_t>(events_.size());
            events_.push_back({{}, {}, start_[slot]});
            touched_.push_back(slot);
        }
        return events_[events_of_[slot]];
    }

    double jump_;
    std::vector<std::uint32_t> slots_;  //!< by source
    // By slot:
    std::vector<NeuronId> sources_;
    std::vector<double> start_;             //!< trace at the start of the window
    std::vector<std::uint32_t> events_of_;  //!< what happens in the window; none: nothing

    std::vector<std::uint32_t> touched_;  //!< slots to which something happens in the window
    std::vector<Events> events_;          //!< of those, in their order
    std::vector<double> ends_;            //!< of those
    double highest_of_all_ = 0;
};

}  // namespace engram
