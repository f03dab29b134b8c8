// One rank's neurons in device memory, of whichever mechanisms they are.
#pragma once

#include <tuple>
#include <vector>

#include "device/device_neurons.hpp"
#include "device/host_copy.hpp"
#include "plasticity/mechanisms.hpp"

namespace engram::device {

template <class Mechanisms>
class AllNeurons;

template <class... Neuron>
class AllNeurons<plasticity::NeuronMechanisms<Neuron...>> {
  public:
    static constexpr int most_sites = std::max({Neuron::n_sites...});

    AllNeurons(Device& device, const Experiment& experiment, const Network& network)
        : AllNeurons(device, experiment, network,
                     std::vector<bool>(network.populations().n_populations())) {}

    //! At the start of a phase.
    void rest(const std::uint8_t* population) const {
        for_each([&](const auto& neurons) { neurons.rest(population); });
    }
    template <class M>
    void advance(const Arrays<M>& arrays, const Physics<M>& physics, const BlockTask* task) const {
        for_each([&](const auto& neurons) { neurons.advance(arrays, physics, task); });
    }
    void add_to(HostCopy& copy) {
        std::apply(
            [&](auto&... neurons) {
                ((neurons.empty() ? void() : copy.add(neurons.storage())), ...);
            },
            all_);
    }

    //! Bytes that they take at most.
    static std::uint64_t bytes(const plasticity::StateSizes& sizes) {
        return plasticity::NeuronMechanisms<Neuron...>::state_bytes(sizes);
    }

  private:
    AllNeurons(Device& device, const Experiment& experiment, const Network& network,
               std::vector<bool> taken)
        : all_{DeviceNeurons<Neuron>(device, experiment, network, taken)...} {}

    template <class Visit>
    void for_each(Visit visit) const {
        std::apply([&](const auto&... neurons) { (visit(neurons), ...); }, all_);
    }

    std::tuple<DeviceNeurons<Neuron>...> all_;
};

using BuiltInDeviceNeurons = AllNeurons<plasticity::BuiltInNeurons>;

}  // namespace engram::device
