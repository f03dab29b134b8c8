// The stimuli of one rank's neurons: which are on when, and the state of their processes in device
// memory. As Stimulator.
#pragma once

#include <string>
#include <vector>

#include "device/block_task.hpp"
#include "device/device_array.hpp"
#include "experiment/stimulation.hpp"
#include "network/network.hpp"

namespace engram::device {

class DeviceStimuli {
  public:
    DeviceStimuli(Device& device, const Experiment& experiment, const Network& network);

    //! [stimulus][neuron]
    const std::uint8_t* receives() const { return receives_.data(); }

    //! Readies the processes of what is on during steps [begin, end) and drops those that are over.
    void begin_epoch(Step begin, Step end);

    // What is on during a block.
    struct Selection {
        std::vector<PulseTask> pulses;
        std::vector<TrainTask> trains;
        std::vector<ForcedTask> forced;
    };
    //! Of part of the present epoch.
    Selection select(Step begin, Step end) const;

    // The process of a pulse.
    struct Process {
        std::string name;
        DeviceArray<double>* deviation_nA;
    };
    //! Of what is on across `step`.
    std::vector<Process> state(Step step);

  private:
    struct Pulse {
        CurrentPulse shape;
        DeviceArray<double> deviation_nA;  //!< from the mean, by local neuron; empty while off
    };
    void make_ready(Pulse& pulse);

    Device& device_;
    std::uint32_t n_local_;
    DeviceArray<std::uint8_t> receives_;
    std::size_t n_populations_;
    DeviceArray<StimulusCurrent> currents_;  //!< [pulse][population]
    std::vector<Pulse> pulses_;
    std::vector<PoissonTrain> trains_;
    std::vector<ForcedSpike> forced_;  //!< by step
};

}  // namespace engram::device
