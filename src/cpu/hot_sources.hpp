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
    void rest() { take_over(std::vector<double>(slots_.size())); }
    //! Traces by source at the start of a window, and back.
    std::vector<double> starts() const {
        std::vector<double> starts(slots_.size());
        for (std::size_t slot = 0; slot < sources_.size(); ++slot)
            starts[sources_[slot]] = start_[slot];
        return starts;
    }
    void take_over(const std::vector<double>& starts) {
        ENGRAM_EXPECT(starts.size() == slots_.size());
        for (auto* values : {&start_, &highest_}) values->clear();
        sources_.clear();
        jumps_.clear();
        arrivals_.clear();
        touched_.clear();
        std::ranges::fill(slots_, none);
        for (NeuronId source = 0; source < starts.size(); ++source)
            if (starts[source] != 0.0) add_slot(source, starts[source]);
        begin_window();
    }

    //! Calcium enters at a step of the window.
    void add_influx(NeuronId source, int step) {
        const std::uint32_t slot = touch(source);
        jumps_[slot].add(step);
        highest_[slot] += jump_;
        highest_of_all_ = std::max(highest_of_all_, highest_[slot]);
    }
    //! A spike arrives at a step of the window.
    void add_arrival(NeuronId source, int step) { arrivals_[touch(source)].add(step); }

    model::CalciumTrace trace(NeuronId source) const {
        const std::uint32_t slot = slots_[source];
        if (slot == none) return {0.0, jump_, {}};
        return {start_[slot], jump_, jumps_[slot]};
    }
    const model::WindowSteps& arrivals(NeuronId source) const {
        static constexpr model::WindowSteps no_steps{};
        const std::uint32_t slot = slots_[source];
        return slot == none ? no_steps : arrivals_[slot];
    }
    //! No trace is above this within the window until now.
    double highest() const { return highest_of_all_; }
    //! Calls visit(source) for those whose trace may have been as high as that in the window.
    template <class Visit>
    void for_each_above(double calcium, Visit visit) const {
        for (std::size_t slot = 0; slot < sources_.size(); ++slot)
            if (highest_[slot] >= calcium) visit(sources_[slot]);
    }

    void end_window(int steps, const model::CalciumDecay& decay) {
        ends_.clear();
        for (const std::uint32_t slot : touched_) {
            ends_.push_back(trace(sources_[slot]).at_end(steps, decay));
            jumps_[slot] = {};
            arrivals_[slot] = {};
        }
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
    static constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();

    void begin_window() {
        highest_ = start_;
        highest_of_all_ = highest_.empty() ? 0.0 : *std::ranges::max_element(highest_);
    }
    std::uint32_t add_slot(NeuronId source, double start) {
        slots_[source] = static_cast<std::uint32_t>(sources_.size());
        sources_.push_back(source);
        start_.push_back(start);
        highest_.push_back(start);
        jumps_.emplace_back();
        arrivals_.emplace_back();
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
        highest_.pop_back();
        jumps_.pop_back();
        arrivals_.pop_back();
    }
    // The slot of a source to which something happens in the window.
    std::uint32_t touch(NeuronId source) {
        std::uint32_t slot = slots_[source];
        if (slot == none) slot = add_slot(source, 0.0);
        if (jumps_[slot].empty() && arrivals_[slot].empty()) touched_.push_back(slot);
        return slot;
    }

    double jump_;
    std::vector<std::uint32_t> slots_;  //!< by source
    // By slot:
    std::vector<NeuronId> sources_;
    std::vector<double> start_;    //!< trace at the start of the window
    std::vector<double> highest_;  //!< bound of it in the window until now
    std::vector<model::WindowSteps> jumps_;
    std::vector<model::WindowSteps> arrivals_;

    std::vector<std::uint32_t> touched_;  //!< slots with jumps or arrivals in the window
    std::vector<double> ends_;            //!< of those
    double highest_of_all_ = 0;
};

}  // namespace engram
