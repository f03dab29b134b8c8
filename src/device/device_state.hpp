// SPDX-License-Identifier: Apache-2.0
// The state of one rank's neurons and plastic synapses in device memory.
#pragma once

#include <algorithm>
#include <array>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <type_traits>

#include "base/errors.hpp"
#include "device/arrays.hpp"
#include "device/device_array.hpp"
#include "device/device_need.hpp"
#include "device/kernel.hpp"

namespace engram::device {

//! \param value  a number, or something whose bytes are all alike
template <class T>
void fill(Device& device, const DeviceArray<T>& array, const T& value) {
    if constexpr (std::is_same_v<T, double>) {
        if (value != 0.0) return device.launch(Fill<double>{array.data(), value}, array.size());
        array.fill_bytes(0);
    } else {
        const auto bytes = std::as_bytes(std::span(&value, 1));
        assert(std::ranges::count(bytes, bytes[0]) == std::ssize(bytes));
        array.fill_bytes(std::to_integer<int>(bytes[0]));
    }
}

//! Memory of a state, at rest.
template <class View>
plasticity::Storage<View, DeviceArray> make_device_storage(Device& device,
                                                           const plasticity::StateSizes& sizes) {
    return plasticity::Storage<View, DeviceArray>(
        [&]<class V, class T>(const plasticity::Variable<V, T>& variable) {
            DeviceArray<T> array(device, variable.count(sizes));
            fill(device, array, variable.at_rest);
            return array;
        });
}

template <class M>
class DeviceState {
  public:
    using View = plasticity::View<M>;
    using RecentView = plasticity::RecentView<typename M::Early::Recent>;

    //! \param block_steps  of the longest block
    //! \param n_spikes     most spikes that an epoch can bring on this rank
    DeviceState(Device& device, const plasticity::StateSizes& sizes, int block_steps,
                std::uint32_t n_sites, std::uint64_t n_spikes)
        : plastic(make_device_storage<View>(device, sizes)),
          calcium{make_device_storage<plasticity::CalciumView>(device, sizes),
                  make_device_storage<plasticity::CalciumView>(device, sizes)},
          recent{make_device_storage<RecentView>(device, sizes),
                 make_device_storage<RecentView>(device, sizes)},
          output(device, first_spike_word + n_spikes),
          n_draws(device, n_draw_counters),
          device_(device),
          scratch_(make_device_storage<WindowScratch>(device, sizes)),
          input_(device, static_cast<std::uint64_t>(block_steps) * n_sites * sizes.neurons),
          arrival_list_(device, static_cast<std::uint64_t>(block_steps) * sizes.neurons),
          n_sites_(n_sites),
          counters_(device, 1) {
        n_draws.fill_bytes(0);
        input_.fill_bytes(0);
        fill(device, arrival_list_, end_of_list);
    }

    //! Fills in where the state lies. Valid until reserve_arrivals.
    void describe(Arrays<M>& arrays) const {
        plastic.describe(arrays);
        for (std::size_t parity = 0; parity < 2; ++parity) {
            calcium[parity].describe(arrays.calcium[parity]);
            recent[parity].describe(arrays.recent[parity]);
        }
        scratch_.describe(arrays);
        arrays.input = input_.data();
        arrays.arrival_list = arrival_list_.data();
        arrays.n_sites = n_sites_;
        arrays.active_arrivals = active_arrivals_.data();
        arrays.counters = counters_.data();
        arrays.output = output.data();
        arrays.n_draws = n_draws.data();
    }

    //! No calcium, no events marked.
    void clear_calcium() {
        for (auto& storage : calcium) clear(storage);
    }
    //! No recent spikes.
    void clear_recent() {
        for (auto& storage : recent) clear(storage);
    }
    //! Numbers of recent spikes when the next window begins, by source and by local neuron.
    void set_recent(std::size_t parity, const std::vector<std::int32_t>& pre,
                    const std::vector<std::int32_t>& post) {
        recent[parity].for_each([&]<class V, class T>(const plasticity::Variable<V, T>& variable,
                                                      DeviceArray<T>& array) {
            if constexpr (std::is_same_v<T, std::int32_t>)
                array.copy_from(variable.by == plasticity::By::source ? pre : post);
        });
    }
    //! Makes room for this many arrivals at synapses that may be active.
    void reserve_arrivals(std::uint64_t n) {
        if (n <= active_arrivals_.size()) return;
        if (n >= end_of_list)
            throw DeviceError(std::to_string(n) +
                              " synapses receive a spike within one epoch, more than one GPU can "
                              "note down; use more ranks");
        // Released first, so that both need not fit; nothing of it is needed between epochs.
        active_arrivals_ = {};
        active_arrivals_ = {device_, std::max<std::uint64_t>(n + n / 2, 1u << 16)};
    }

    //! Bytes that a network's state will take.
    static std::uint64_t bytes(const plasticity::StateSizes& sizes, int block_steps,
                               std::uint32_t n_sites, std::uint64_t n_spikes) {
        const std::uint64_t of_steps = n_sites * sizeof(model::FixedPoint) + sizeof(std::uint32_t);
        return static_cast<std::uint64_t>(block_steps) * sizes.neurons * of_steps +
               plasticity::state_bytes<View>(sizes) +
               2 * plasticity::state_bytes<plasticity::CalciumView>(sizes) +
               2 * plasticity::state_bytes<RecentView>(sizes) +
               plasticity::state_bytes<WindowScratch>(sizes) + n_spikes * sizeof(std::uint64_t);
    }

    // See Arrays.
    plasticity::Storage<View, DeviceArray> plastic;
    std::array<plasticity::Storage<plasticity::CalciumView, DeviceArray>, 2> calcium;
    std::array<plasticity::Storage<RecentView, DeviceArray>, 2> recent;
    DeviceArray<std::uint64_t> output;
    DeviceArray<model::FixedPoint> n_draws;

  private:
    template <class Storage>
    void clear(Storage& storage) {
        storage.for_each(
            [&](const auto& variable, auto& array) { fill(device_, array, variable.at_rest); });
    }

    Device& device_;
    plasticity::Storage<WindowScratch, DeviceArray> scratch_;
    DeviceArray<model::FixedPoint> input_;
    DeviceArray<std::uint32_t> arrival_list_;
    std::uint32_t n_sites_;
    DeviceArray<ActiveArrival> active_arrivals_;
    DeviceArray<BlockCounters> counters_;
};

}  // namespace engram::device
