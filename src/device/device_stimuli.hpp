// SPDX-License-Identifier: Apache-2.0
// The stimuli of one rank's neurons, with the state of their processes in device memory.
#pragma once

#include <vector>

#include "device/block_task.hpp"
#include "device/device_array.hpp"
#include "simulation/stimuli.hpp"

namespace engram::device {

class DeviceStimuli : public Stimuli<DeviceArray<double>> {
  public:
    DeviceStimuli(Device& device, const Experiment& experiment, const Network& network)
        : Stimuli(experiment,
                  [&device, n = network.n_local()] {
                      DeviceArray<double> zeros(device, n);
                      zeros.fill_bytes(0);
                      return zeros;
                  }),
          n_populations_(network.populations().n_populations()) {
        std::vector<std::uint8_t> receives(experiment.stimuli.size() * network.n_local());
        for (std::size_t i = 0; i < experiment.stimuli.size(); ++i)
            for (const std::uint32_t j :
                 local_members(network, experiment.receivers(experiment.stimuli[i])))
                receives[i * network.n_local() + j] = 1;
        receives_ = {device, receives};
        std::vector<model::StimulusCurrent> currents;
        for (std::size_t i = 0; i < n_pulses(); ++i) {
            const auto& by_population = (*this)[i].current;
            currents.insert(currents.end(), by_population.begin(), by_population.end());
        }
        currents_ = {device, currents};
    }

    //! [stimulus][neuron]
    const std::uint8_t* receives() const { return receives_.data(); }
    //! What the device needs to know of pulses, given by number, of the present epoch.
    std::vector<PulseTask> tasks(const std::vector<std::size_t>& pulses) const {
        std::vector<PulseTask> tasks;
        for (const std::size_t i : pulses)
            // Without its deviation, which lies on the device.
            // NOLINTNEXTLINE(cppcoreguidelines-slicing)
            tasks.push_back({(*this)[i], currents_.data() + i * n_populations_,
                             (*this)[i].deviation_nA.data()});
        return tasks;
    }

  private:
    DeviceArray<std::uint8_t> receives_;
    std::size_t n_populations_;
    DeviceArray<model::StimulusCurrent> currents_;  //!< [pulse][population]
};

}  // namespace engram::device
