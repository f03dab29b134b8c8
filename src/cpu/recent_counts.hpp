// SPDX-License-Identifier: Apache-2.0
// Numbers of recent spikes by neuron, in host memory; see model/recent_spikes.hpp.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <vector>

#include "model/recent_spikes.hpp"

namespace engram {

template <class Recent>
class RecentCounts;

// Of an early phase that does not ask.
template <>
class RecentCounts<model::NoRecentSpikes> {
  public:
    explicit RecentCounts(std::uint32_t /*n_neurons*/) {}

    void clear() {}
    void enter(std::uint32_t, int) {}
    void end_window() {}
    model::NoRecentSpikes operator[](std::uint32_t) const { return {}; }
};

template <>
class RecentCounts<model::RecentSpikes> {
  public:
    explicit RecentCounts(std::uint32_t n_neurons)
        : before_(n_neurons), changes_of_(n_neurons, none) {}

    //! No spikes.
    void clear() {
        std::ranges::fill(before_, 0);
        forget_changes();
    }
    //! A spike that counts when the window begins.
    void count(std::uint32_t neuron) { ++before_[neuron]; }
    //! A spike that counts from a step of the window on.
    void enter(std::uint32_t neuron, int step) { changes(neuron).entering.add(step); }
    //! A spike that counts no more from a step of the window on.
    void leave(std::uint32_t neuron, int step) { changes(neuron).leaving.add(step); }
    void end_window() {
        for (const std::uint32_t neuron : changing_) {
            const model::RecentSpikes recent = (*this)[neuron];
            before_[neuron] = recent.at(model::max_window_steps - 1);
        }
        forget_changes();
    }
    model::RecentSpikes operator[](std::uint32_t neuron) const {
        if (changes_of_[neuron] == none) return {before_[neuron], {}, {}};
        const Changes& changes = changes_[changes_of_[neuron]];
        return {before_[neuron], changes.entering, changes.leaving};
    }

  private:
    struct Changes {
        model::StepSet entering;
        model::StepSet leaving;
    };
    static constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();

    Changes& changes(std::uint32_t neuron) {
        if (changes_of_[neuron] == none) {
            changes_of_[neuron] = static_cast<std::uint32_t>(changes_.size());
            changes_.emplace_back();
            changing_.push_back(neuron);
        }
        return changes_[changes_of_[neuron]];
    }
    void forget_changes() {
        for (const std::uint32_t neuron : changing_) changes_of_[neuron] = none;
        changing_.clear();
        changes_.clear();
    }

    std::vector<std::int32_t> before_;       //!< by neuron, when the window begins
    std::vector<std::uint32_t> changes_of_;  //!< by neuron; none: nothing happens in the window
    std::vector<Changes> changes_;
    std::vector<std::uint32_t> changing_;  //!< their neurons
};

}  // namespace engram
