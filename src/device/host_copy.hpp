// SPDX-License-Identifier: Apache-2.0
// State of a device on the host, for checkpoints.
#pragma once

#include <string>
#include <tuple>
#include <vector>

#include "device/device_array.hpp"
#include "plasticity/variable.hpp"
#include "simulation/simulation_state.hpp"

namespace engram::device {

class HostCopy {
  public:
    //! Makes room for what checkpoints hold of a state, which must outlive the copy.
    template <class View>
    void add(plasticity::Storage<View, DeviceArray>& storage) {
        storage.for_each_saved([&](const auto& variable, auto& array) {
            add(variable.by, variable.name, array, variable.domain);
        });
    }
    template <class T>
    void add(plasticity::By by, const std::string& name, DeviceArray<T>& array,
             plasticity::Domain domain = plasticity::Domain::real) {
        std::get<Entries<T>>(entries_).push_back(
            {by, domain, name, &array, std::vector<T>(array.size())});
    }

    void download() {
        for_each([](auto& entry) { entry.on_device->copy_to(entry.values); });
    }
    void upload() {
        for_each([](auto& entry) { entry.on_device->copy_from(entry.values); });
    }
    //! Valid until the next add() or clear().
    LocalState views() {
        LocalState local;
        for_each([&](auto& entry) { local.add(entry.by, entry.domain, entry.name, entry.values); });
        return local;
    }
    void clear() { entries_ = {}; }

  private:
    template <class T>
    struct Entry {
        plasticity::By by;
        plasticity::Domain domain;
        std::string name;
        DeviceArray<T>* on_device;
        std::vector<T> values;
    };
    template <class T>
    using Entries = std::vector<Entry<T>>;

    template <class Visit>
    void for_each(Visit visit) {
        for (auto& entry : std::get<0>(entries_)) visit(entry);
        for (auto& entry : std::get<1>(entries_)) visit(entry);
    }

    std::tuple<Entries<double>, Entries<std::uint8_t>> entries_;
};

}  // namespace engram::device
