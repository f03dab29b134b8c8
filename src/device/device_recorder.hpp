// Samples that kernels take, until they are read back in batches.
#pragma once

#include "device/arrays.hpp"
#include "device/device_array.hpp"
#include "simulation/trace_sampler.hpp"

namespace engram::device {

class DeviceRecorder {
  public:
    DeviceRecorder(Device& device, const Network& network, const Experiment& experiment);

    //! Fills in where samples go. Valid until reserve_rows.
    void describe(Arrays& arrays) const;
    std::uint32_t n_neurons() const { return static_cast<std::uint32_t>(neurons_.size()); }
    std::uint32_t n_synapses() const { return static_cast<std::uint32_t>(synapses_.size()); }

    //! Makes room for this many more rows; what is there may be moved to the sampler.
    void reserve_rows(std::size_t n, TraceSampler& sampler);
    //! Adds a row to the sampler, to be filled by kernels, and returns its number here.
    std::int64_t add_row(Step step, TraceSampler& sampler);
    //! Fills in the rows of the sampler that are here.
    void complete(TraceSampler& sampler);

  private:
    Device& device_;
    std::size_t width_, neuron_width_, synapse_width_;
    DeviceArray<std::int32_t> recorded_neuron_;
    DeviceArray<std::uint32_t> neurons_;
    DeviceArray<std::uint64_t> synapses_;
    DeviceArray<std::uint32_t> sources_, targets_;
    DeviceArray<double> recorded_g_, recorded_z_;
    DeviceArray<double> samples_;
    std::size_t capacity_ = 0;  // rows
    std::size_t n_rows_ = 0;    // the last ones of the sampler
};

}  // namespace engram::device
