#include "device/device_stimuli.hpp"

#include <algorithm>

namespace engram::device {

namespace {

std::vector<std::uint8_t> receivers(const Experiment& experiment, const Network& network) {
    std::vector<std::uint8_t> receives;
    for (const Stimulus& stimulus : experiment.stimuli) {
        const std::size_t first = receives.size();
        receives.resize(first + network.n_local());
        for (const NeuronId id : experiment.group(stimulus.group).ids)
            if (network.owns(id)) receives[first + network.partition().local_index(id)] = 1;
    }
    return receives;
}

}  // namespace

DeviceStimuli::DeviceStimuli(Device& device, const Experiment& experiment, const Network& network)
    : device_(device),
      n_local_(network.n_local()),
      receives_(device, receivers(experiment, network)),
      n_populations_(network.populations().n_populations()) {
    Stimulation stimulation = make_stimulation(experiment);
    std::vector<StimulusCurrent> currents;
    for (const CurrentPulse& shape : stimulation.pulses) {
        pulses_.push_back({shape, {}});
        for (const auto& [mean_nA, sigma_nA] : shape.current)
            currents.push_back({mean_nA, sigma_nA});
    }
    currents_ = {device, currents};
    trains_ = std::move(stimulation.trains);
    forced_ = std::move(stimulation.forced);
    std::sort(forced_.begin(), forced_.end(),
              [](const ForcedSpike& a, const ForcedSpike& b) { return a.step < b.step; });
}

void DeviceStimuli::make_ready(Pulse& pulse) {
    if (pulse.deviation_nA.size() == n_local_) return;
    pulse.deviation_nA = DeviceArray<double>(device_, n_local_);
    pulse.deviation_nA.fill_bytes(0);
}

void DeviceStimuli::begin_epoch(Step begin, Step end) {
    for (Pulse& pulse : pulses_) {
        if (pulse.shape.begin < end && begin < pulse.shape.end)
            make_ready(pulse);
        else
            pulse.deviation_nA = DeviceArray<double>();
    }
}

DeviceStimuli::Selection DeviceStimuli::select(Step begin, Step end) const {
    Selection selection;
    for (std::size_t i = 0; i < pulses_.size(); ++i) {
        const CurrentPulse& shape = pulses_[i].shape;
        if (shape.begin < end && begin < shape.end)
            selection.pulses.push_back({shape.stimulus, shape.begin, shape.end,
                                        currents_.data() + i * n_populations_,
                                        pulses_[i].deviation_nA.data()});
    }
    for (const PoissonTrain& train : trains_)
        if (train.begin < end && begin < train.end)
            selection.trains.push_back(
                {train.stimulus, train.begin, train.end, train.probability_per_step});
    auto it = std::lower_bound(forced_.begin(), forced_.end(), begin,
                               [](const ForcedSpike& a, Step step) { return a.step < step; });
    for (; it != forced_.end() && it->step < end; ++it)
        selection.forced.push_back({it->stimulus, it->step});
    return selection;
}

std::vector<DeviceStimuli::Process> DeviceStimuli::state(Step step) {
    std::vector<Process> result;
    for (Pulse& pulse : pulses_) {
        if (step <= pulse.shape.begin || step >= pulse.shape.end) continue;
        make_ready(pulse);
        result.push_back({pulse.shape.name() + "_deviation_nA", &pulse.deviation_nA});
    }
    return result;
}

}  // namespace engram::device
