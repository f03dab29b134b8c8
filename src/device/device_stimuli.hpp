// SPDX-License-Identifier: Apache-2.0
// The stimuli of one rank's neurons, with the state of their processes in device memory.
#pragma once

#include <utility>
#include <vector>

#include "device/block_task.hpp"
#include "device/device_array.hpp"
#include "device/epoch_plan.hpp"
#include "simulation/known_current.hpp"
#include "simulation/stimuli.hpp"

namespace engram::device {

class DeviceStimuli : public Stimuli<DeviceArray<double>> {
  public:
    //! \param propagators  of the neurons, by population
    DeviceStimuli(Device& device, const Experiment& experiment, const Network& network,
                  std::vector<model::NeuronPropagator> propagators)
        : Stimuli(experiment, network,
                  [&device, n = network.n_local()] {
                      DeviceArray<double> zeros(device, n);
                      zeros.fill_bytes(0);
                      return zeros;
                  }),
          propagators_(std::move(propagators)) {
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
            plan.pulses.push_back({span, currents_.data() + i * propagators_.size(),
                                   pulse.deviation_nA.data(), -1, -1});
            if (plan.task.is_whole() && pulse.is_known()) add_known(pulse, plan);
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
    void add_known(const Pulse& pulse, BlockPlan& plan) const {
        plan.pulses.back().known = static_cast<std::int32_t>(plan.known_currents.size());
        for (std::size_t p = 0; p < propagators_.size(); ++p)
            plan.known_currents.push_back(
                KnownCurrent(pulse, p, propagators_[p], plan.task.begin, plan.task.steps).effect);
    }

    DeviceArray<std::uint8_t> receives_;
    std::vector<model::NeuronPropagator> propagators_;
    DeviceArray<model::StimulusCurrent> currents_;  //!< [pulse][population]
};

}  // namespace engram::device
