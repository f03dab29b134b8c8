// State of a device on the host, for checkpoints.
#pragma once

#include <string>
#include <vector>

#include "device/device_state.hpp"
#include "device/device_stimuli.hpp"
#include "simulation/simulation_state.hpp"

namespace engram::device {

class HostCopy {
  public:
    //! Chooses what to copy, in the order of a checkpoint, and makes room for it. The arrays must
    //! outlive the copy.
    void select(DeviceState& state, int parity,
                const std::vector<DeviceStimuli::Process>& processes, bool within_phase);

    void download();
    void upload();
    //! Valid until the next select() or clear().
    LocalState views();
    void clear();

  private:
    struct Entry {
        std::string name;
        DeviceArray<double>* on_device;
        std::vector<double> values;
    };
    std::vector<Entry> by_neuron_;
    std::vector<Entry> by_synapse_;
    DeviceArray<std::uint8_t>* tags_on_device_ = nullptr;
    std::vector<std::uint8_t> tags_;
};

}  // namespace engram::device
