// The stimuli of one rank's neurons, with the state of their processes in device memory.
#pragma once

#include <vector>

#include "device/block_task.hpp"
#include "device/device_array.hpp"
#include "simulation/stimuli.hpp"

namespace engram::device {

class DeviceStimuli : public Stimuli<DeviceArray<double>> {
  public:
    DeviceStimuli(Device& device, const Experiment& experiment, const Network& network);

    //! [stimulus][neuron]
    const std::uint8_t* receives() const { return receives_.data(); }
    //! What the device needs to know of pulses, given by number, of the present epoch.
    std::vector<PulseTask> tasks(const std::vector<std::size_t>& pulses) const;

  private:
    DeviceArray<std::uint8_t> receives_;
    std::size_t n_populations_;
    DeviceArray<model::StimulusCurrent> currents_;  //!< [pulse][population]
};

}  // namespace engram::device
