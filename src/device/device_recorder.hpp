// SPDX-License-Identifier: Apache-2.0
// Samples that kernels take, until they are read back in batches.
//
// A row has a place for all that is recorded, whichever recordings are due: so kernels need not
// know which they are. What is not due is dropped when rows are read back.
#pragma once

#include <algorithm>
#include <span>
#include <vector>

#include "device/arrays.hpp"
#include "device/device_array.hpp"
#include "simulation/trace_sampler.hpp"

namespace engram::device {

class DeviceRecorder {
  public:
    DeviceRecorder(Device& device, const Network& network, const Experiment& experiment)
        : device_(device) {
        const TraceSampler sampler(network, experiment);
        std::vector<std::int32_t> recorded_neuron(network.n_local(), -1);
        std::vector<std::uint32_t> neurons;
        for (const auto& neuron : sampler.neurons()) {
            std::int32_t& first = recorded_neuron[neuron.local];
            if (first < 0) first = static_cast<std::int32_t>(neurons.size());
            neurons.push_back(neuron.local);
        }
        recorded_neuron_ = {device, recorded_neuron};
        neurons_ = {device, neurons};
        synapses_ = {device, sampler.synapses()};
        recorded_g_ = {device, synapses_.size()};
        recorded_z_ = {device, synapses_.size()};
        arrays_ = {.recorded_neuron = recorded_neuron_.data(),
                   .recorded_neurons = neurons_.data(),
                   .recorded_synapses = synapses_.data(),
                   .n_recorded_neurons = static_cast<std::uint32_t>(neurons.size()),
                   .n_recorded_synapses = static_cast<std::uint32_t>(synapses_.size()),
                   .recorded_g = recorded_g_.data(),
                   .recorded_z = recorded_z_.data(),
                   .sample_width = static_cast<std::uint32_t>(
                       sampler.neurons().size() * sampler.neuron_width() +
                       sampler.synapses().size() * sampler.synapse_width()),
                   .neuron_width = static_cast<std::uint32_t>(sampler.neuron_width()),
                   .synapse_width = static_cast<std::uint32_t>(sampler.synapse_width())};
    }

    //! Valid until reserve_rows.
    const RecordingArrays& arrays() const { return arrays_; }

    //! Makes room for this many more rows; what is there may be moved to the sampler.
    void reserve_rows(std::size_t n, TraceSampler& sampler) {
        const std::size_t width = arrays_.sample_width;
        if (sampler_rows_.size() + n <= capacity_ || width == 0) return;
        complete(sampler);
        if (n <= capacity_) return;
        constexpr std::size_t values_kept = 1u << 19;
        capacity_ = std::max(n, std::max<std::size_t>(1, values_kept / width));
        samples_ = DeviceArray<double>();
        samples_ = DeviceArray<double>(device_, capacity_ * width);
        samples_.fill_bytes(0);
        arrays_.samples = samples_.data();
    }
    //! Keeps a place for a row of the sampler, to be filled by kernels, and returns its number
    //! here.
    std::int64_t add_row(std::size_t sampler_row) {
        sampler_rows_.push_back(sampler_row);
        return static_cast<std::int64_t>(sampler_rows_.size() - 1);
    }
    //! Fills in the rows of the sampler that are here.
    void complete(TraceSampler& sampler) {
        const std::size_t width = arrays_.sample_width;
        if (!sampler_rows_.empty() && width > 0) {
            host_.resize(sampler_rows_.size() * width);
            samples_.copy_to(std::span(host_));
            for (std::size_t row = 0; row < sampler_rows_.size(); ++row)
                hand_over(std::span(host_).subspan(row * width, width), sampler_rows_[row],
                          sampler);
            // Values that no kernel writes are zero.
            samples_.fill_bytes(0);
        }
        sampler_rows_.clear();
    }

  private:
    static void hand_over(std::span<const double> values, std::size_t row, TraceSampler& sampler) {
        const double* next = values.data();
        const auto take = [&](double* target, std::size_t width) {
            if (target != nullptr) std::copy_n(next, width, target);
            next += width;
        };
        for (std::size_t q = 0; q < sampler.neurons().size(); ++q)
            take(sampler.neuron_values(row, q), sampler.neuron_width());
        for (std::size_t q = 0; q < sampler.synapses().size(); ++q)
            take(sampler.synapse_values(row, q), sampler.synapse_width());
    }

    Device& device_;
    DeviceArray<std::int32_t> recorded_neuron_;
    DeviceArray<std::uint32_t> neurons_;
    DeviceArray<SampledSynapse> synapses_;
    DeviceArray<double> recorded_g_, recorded_z_;
    DeviceArray<double> samples_;
    RecordingArrays arrays_;
    std::size_t capacity_ = 0;               // rows
    std::vector<std::size_t> sampler_rows_;  // by row that is here
    std::vector<double> host_;
};

}  // namespace engram::device
