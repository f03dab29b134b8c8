#include "device/device_recorder.hpp"

#include <algorithm>
#include <vector>

namespace engram::device {

namespace {
constexpr std::size_t values_kept = 1u << 19;
}

DeviceRecorder::DeviceRecorder(Device& device, const Network& network, const Experiment& experiment)
    : device_(device) {
    const TraceSampler sampler(network, experiment);
    width_ = sampler.width();
    neuron_width_ = sampler.neuron_width();
    synapse_width_ = sampler.synapse_width();
    std::vector<std::int32_t> recorded_neuron(network.n_local(), -1);
    std::vector<std::uint32_t> neurons;
    for (const auto& neuron : sampler.neurons()) {
        std::int32_t& first = recorded_neuron[neuron.local];
        if (first < 0) first = static_cast<std::int32_t>(neurons.size());
        neurons.push_back(neuron.local);
    }
    std::vector<std::uint64_t> synapses;
    std::vector<std::uint32_t> sources;
    std::vector<std::uint32_t> targets;
    for (const auto& synapse : sampler.synapses()) {
        synapses.push_back(synapse.synapse);
        sources.push_back(synapse.source);
        targets.push_back(synapse.target);
    }
    recorded_neuron_ = {device, recorded_neuron};
    neurons_ = {device, neurons};
    synapses_ = {device, synapses};
    sources_ = {device, sources};
    targets_ = {device, targets};
    recorded_g_ = {device, synapses.size()};
    recorded_z_ = {device, synapses.size()};
}

void DeviceRecorder::describe(Arrays& arrays) const {
    arrays.recorded_neuron = recorded_neuron_.data();
    arrays.recorded_neurons = neurons_.data();
    arrays.n_recorded_neurons = n_neurons();
    arrays.n_recorded_synapses = n_synapses();
    arrays.recorded_synapses = synapses_.data();
    arrays.recorded_sources = sources_.data();
    arrays.recorded_targets = targets_.data();
    arrays.recorded_g = recorded_g_.data();
    arrays.recorded_z = recorded_z_.data();
    arrays.samples = samples_.data();
    arrays.sample_width = static_cast<std::uint32_t>(width_);
    arrays.neuron_width = static_cast<std::uint32_t>(neuron_width_);
    arrays.synapse_width = static_cast<std::uint32_t>(synapse_width_);
}

void DeviceRecorder::reserve_rows(std::size_t n, TraceSampler& sampler) {
    if (n_rows_ + n <= capacity_ || width_ == 0) return;
    complete(sampler);
    if (n <= capacity_) return;
    capacity_ = std::max(n, std::max<std::size_t>(1, values_kept / width_));
    samples_ = DeviceArray<double>();
    samples_ = DeviceArray<double>(device_, capacity_ * width_);
    samples_.fill_bytes(0);
}

std::int64_t DeviceRecorder::add_row(Step step, TraceSampler& sampler) {
    sampler.add_row(step);
    return static_cast<std::int64_t>(n_rows_++);
}

void DeviceRecorder::complete(TraceSampler& sampler) {
    if (n_rows_ > 0 && width_ > 0) {
        samples_.copy_to(sampler.last_rows(n_rows_));
        // Values that no kernel writes are zero.
        samples_.fill_bytes(0);
    }
    n_rows_ = 0;
}

}  // namespace engram::device
