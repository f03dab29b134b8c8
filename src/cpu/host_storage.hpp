// SPDX-License-Identifier: Apache-2.0
// Memory of the processor for the state of a mechanism.
#pragma once

#include <algorithm>
#include <vector>

#include "network/network.hpp"
#include "plasticity/variable.hpp"
#include "simulation/simulation_state.hpp"

namespace engram {

template <class T>
using HostArray = std::vector<T>;

//! At rest.
template <class View>
plasticity::Storage<View, HostArray> make_host_storage(const plasticity::StateSizes& sizes) {
    return plasticity::Storage<View, HostArray>(
        [&]<class V, class T>(const plasticity::Variable<V, T>& variable) {
            return HostArray<T>(variable.count(sizes), variable.at_rest);
        });
}

template <class View>
void set_at_rest(plasticity::Storage<View, HostArray>& storage) {
    storage.for_each([](const auto& variable, auto& array) {
        std::fill(array.begin(), array.end(), variable.at_rest);
    });
}

//! Adds what checkpoints hold of a state.
template <class View>
void collect_saved(plasticity::Storage<View, HostArray>& storage, LocalState& local) {
    storage.for_each_saved([&](const auto& variable, auto& array) {
        local.add(variable.by, variable.domain, variable.name, array);
    });
}

}  // namespace engram
