// SPDX-License-Identifier: Apache-2.0
// The stimuli of one rank's neurons, with the state of their processes in device memory.
#pragma once

#include <utility>
#include <vector>

#include "device/block_task.hpp"
#include "device/device_array.hpp"
#include "device/epoch_plan.hpp"
#include "simulation/stimuli.hpp"

namespace engram::device {

class DeviceStimuli : public Stimuli<DeviceArray<double>> {
  public:
    DeviceStimuli(Device& device, const Experiment& experiment, const Network& network)
        : Stimuli(experiment, network,
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
    //! Fills in what the device needs to know of the stimuli in the block of a plan.
    void plan(BlockPlan& plan) const {
        const Step begin = plan.task.begin;
        StimuliOn on = during(begin, plan.task.end());
        for (const std::size_t i : on.pulses) {
            const Pulse& pulse = (*this)[i];
            // Without its deviation, which lies on the device.
            const model::StimulusSpan& span = pulse;
            plan.pulses.push_back(
                {span, currents_.data() + i * n_populations_, pulse.deviation_nA.data(), -1});
            if (!pulse.waveform_nA) continue;
            plan.pulses.back().waveform = static_cast<std::int32_t>(plan.waveforms.size());
            for (Step step = begin; step < plan.task.end(); ++step)
                plan.waveforms.push_back(pulse.is_on(step) ? pulse.waveform_nA(step - pulse.begin)
                                                           : 0.0);
        }
        plan.trains = std::move(on.trains);
        plan.forced.assign(on.forced.begin(), on.forced.end());
        const auto event = [&](Step step, std::uint32_t neuron) {
            return pack_spike(static_cast<std::uint32_t>(step - begin), neuron);
        };
        for (const LocalForcedSpike& spike : on.forced_by_neuron)
            plan.forced_by_neuron.push_back(event(spike.step, spike.neuron));
        for (const LocalInput& input : on.inputs)
            plan.inputs.push_back({event(input.step, input.neuron), input.weight, input.site});
    }

  private:
    DeviceArray<std::uint8_t> receives_;
    std::size_t n_populations_;
    DeviceArray<model::StimulusCurrent> currents_;  //!< [pulse][population]
};

}  // namespace engram::device
