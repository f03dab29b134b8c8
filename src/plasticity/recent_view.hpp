// SPDX-License-Identifier: Apache-2.0
// Numbers of recent spikes of the neurons, for an early phase that asks for them. A checkpoint
// holds the spikes instead.
#pragma once

#include <tuple>
#include <type_traits>

#include "model/recent_spikes.hpp"
#include "plasticity/variable.hpp"

namespace engram::plasticity {

//! Whether an early phase asks how often neurons have fired lately.
template <class Early>
inline constexpr bool asks_for_rates = std::is_same_v<typename Early::Recent, model::RecentSpikes>;

template <class Recent>
struct RecentView {
    static constexpr auto variables() { return std::tuple{}; }
};

template <>
struct RecentView<model::RecentSpikes> {
    std::int32_t* pre_recent = nullptr;
    std::int32_t* post_recent = nullptr;
    model::StepSet* pre_leaving = nullptr;
    model::StepSet* post_leaving = nullptr;

    static constexpr auto variables() {
        using enum InCheckpoint;
        constexpr model::StepSet none{};
        return std::tuple{Variable{&RecentView::pre_recent, "pre_recent", "1", By::source, 0, no,
                                   "arrivals of spikes within the last while"},
                          Variable{&RecentView::post_recent, "post_recent", "1", By::neuron, 0, no,
                                   "spikes within the last while"},
                          Variable{&RecentView::pre_leaving, "pre_leaving", "", By::source, none,
                                   no, "steps of the window at which an arrival counts no more"},
                          Variable{&RecentView::post_leaving, "post_leaving", "", By::neuron, none,
                                   no, "steps of the window at which a spike counts no more"}};
    }
};

}  // namespace engram::plasticity
