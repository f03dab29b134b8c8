// State of a device on the host, for checkpoints.
#pragma once

#include <string>
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
        storage.for_each_saved(
            [&](const auto& variable, auto& array) { add(variable.by, variable.name, array); });
    }
    void add(plasticity::By by, const std::string& name, DeviceArray<double>& array) {
        doubles_.push_back({by, name, &array, std::vector<double>(array.size())});
    }
    void add(plasticity::By by, const std::string& name, DeviceArray<std::uint8_t>& array) {
        bytes_.push_back({by, name, &array, std::vector<std::uint8_t>(array.size())});
    }

    void download() {
        for (auto& entry : doubles_) entry.on_device->copy_to(entry.values);
        for (auto& entry : bytes_) entry.on_device->copy_to(entry.values);
    }
    void upload() {
        for (auto& entry : doubles_) entry.on_device->copy_from(entry.values);
        for (auto& entry : bytes_) entry.on_device->copy_from(entry.values);
    }
    //! Valid until the next add() or clear().
    LocalState views() {
        LocalState local;
        for (auto& entry : doubles_) local.add(entry.by, entry.name, entry.values);
        for (auto& entry : bytes_) local.add(entry.by, entry.name, entry.values);
        return local;
    }
    void clear() {
        doubles_.clear();
        bytes_.clear();
    }

  private:
    template <class T>
    struct Entry {
        plasticity::By by;
        std::string name;
        DeviceArray<T>* on_device;
        std::vector<T> values;
    };
    std::vector<Entry<double>> doubles_;
    std::vector<Entry<std::uint8_t>> bytes_;
};

}  // namespace engram::device
