// SPDX-License-Identifier: Apache-2.0
// One rank's neurons in device memory, and launches of their kernels.
#pragma once

#include <algorithm>
#include <cstdint>
#include <tuple>
#include <type_traits>
#include <vector>

#include "device/device_state.hpp"
#include "device/host_copy.hpp"
#include "device/kernel.hpp"
#include "experiment/backgrounds.hpp"
#include "plasticity/mechanisms.hpp"
#include "simulation/block_grid.hpp"
#include "simulation/mechanism_setup.hpp"

namespace engram::device {

// Something empty where there is none.
template <class Neuron>
struct SolutionOfNeuron {
    struct Type {};
};
template <plasticity::HasSolution Neuron>
struct SolutionOfNeuron<Neuron> {
    using Type = typename Neuron::Solution;
};
template <class Neuron>
using SolutionOf = typename SolutionOfNeuron<Neuron>::Type;

// Blocks of a grid have two lengths.
inline constexpr int solutions_per_kind = 2;

// The neurons of one mechanism.
template <class Neuron>
class DeviceNeurons {
  public:
    using View = typename Neuron::View;

    //! \param taken  by population: whether a mechanism has it; those that this one takes are added
    DeviceNeurons(Device& device, const Experiment& experiment, const Network& network,
                  std::vector<bool>& taken)
        : device_(device), storage_(make_device_storage<View>(device, {})) {
        for (std::size_t p = 0; p < taken.size(); ++p) {
            if (taken[p] || !is_described_by<Neuron>(experiment, network.populations()[p]))
                continue;
            taken[p] = true;
            empty_ = false;
            add(network.local_range(p));
        }
        if (empty_) return;
        upload_kinds(experiment, network);
        storage_ = make_device_storage<View>(device, sizes_of_state(network));
    }

    //! Whether no population is of the mechanism: the same on all ranks, whichever neurons they
    //! have.
    bool empty() const { return empty_; }
    plasticity::Storage<View, DeviceArray>& storage() { return storage_; }

    //! At the start of a phase.
    void rest() const {
        for (const LocalRange& range : ranges_)
            device_.launch(RestNeurons<Neuron>{view(), range.begin}, range.size());
    }
    template <class M>
    void advance(const Arrays<M>& arrays, const Physics<M>* physics, const BlockTask* task) const {
        for (const LocalRange& range : ranges_)
            device_.launch(AdvanceNeurons<M, Neuron>{arrays, physics, view(), range.begin, task},
                           range.size());
    }

    //! Adds the resets without a spike in the present phase, by population.
    void add_silent_resets(const Network& network, std::vector<std::uint64_t>& n) const {
        if constexpr (plasticity::HasSilentResets<Neuron>) {
            if (empty_) return;
            std::vector<double> of_neuron(network.n_local());
            const CopyOut copy{of_neuron.data(), view().state.silent_resets,
                               of_neuron.size() * sizeof(double)};
            if (!of_neuron.empty()) device_.copy_out({&copy, 1});
            for (std::size_t p = 0; p < n.size(); ++p) {
                const LocalRange range = network.local_range(p);
                for (std::uint32_t j = range.begin; j < range.end; ++j)
                    n[p] += static_cast<std::uint64_t>(of_neuron[j]);
            }
        }
    }

  private:
    void add(const LocalRange& range) {
        if (range.size() == 0) return;
        if (!ranges_.empty() && ranges_.back().end == range.begin)
            ranges_.back().end = range.end;
        else
            ranges_.push_back(range);
    }
    NeuronsOf<Neuron> view() const {
        NeuronsOf<Neuron> neurons;
        storage_.describe(neurons.state);
        neurons.kinds = kinds_.data();
        neurons.kind_of = kind_of_.data();
        neurons.class_of = class_of_.data();
        neurons.n_classes = n_classes_;
        if constexpr (plasticity::HasSolution<Neuron>) neurons.solutions = solutions_.data();
        return neurons;
    }
    void upload_kinds(const Experiment& experiment, const Network& network) {
        const Backgrounds backgrounds(experiment);
        std::vector<Neuron> kinds;
        for (const auto& [p, parameters] : backgrounds.kinds()) {
            const Population& population = network.populations()[p];
            kinds.push_back(is_described_by<Neuron>(experiment, population)
                                ? make_neuron<Neuron>(experiment, population, parameters)
                                : Neuron());
        }
        kinds_ = {device_, kinds};
        upload_solutions(kinds, block_grid(experiment));
        const BackgroundClasses& classes = backgrounds.classes();
        n_classes_ = static_cast<std::uint32_t>(classes.size());
        std::vector<std::uint32_t> kind_of;
        for (std::size_t setting = 0; setting < backgrounds.n_settings(); ++setting)
            for (std::size_t c = 0; c < classes.size(); ++c)
                kind_of.push_back(backgrounds.kind(setting, c));
        kind_of_ = {device_, kind_of};
        std::vector<ClassOfNeuron> class_of;
        for (std::uint32_t j = 0; j < network.n_local(); ++j)
            class_of.push_back(static_cast<ClassOfNeuron>(classes.of(network.global_id(j))));
        class_of_ = {device_, class_of};
    }
    void upload_solutions(const std::vector<Neuron>& kinds, const BlockGrid& grid) {
        if constexpr (plasticity::HasSolution<Neuron>) {
            std::vector<typename Neuron::Solution> solutions;
            for (const Neuron& neuron : kinds)
                for (int shorter = 0; shorter < solutions_per_kind; ++shorter)
                    solutions.push_back(neuron.solution(std::max(1, grid.longest() - shorter)));
            solutions_ = {device_, solutions};
        }
    }

    Device& device_;
    bool empty_ = true;
    std::uint32_t n_classes_ = 0;
    std::vector<LocalRange> ranges_;
    // See NeuronsOf.
    DeviceArray<Neuron> kinds_;
    DeviceArray<SolutionOf<Neuron>> solutions_;
    DeviceArray<std::uint32_t> kind_of_;
    DeviceArray<ClassOfNeuron> class_of_;
    plasticity::Storage<View, DeviceArray> storage_;
};

// The neurons of whichever mechanisms a network has.
template <class Mechanisms>
class AllNeurons;

template <class... Neuron>
class AllNeurons<plasticity::NeuronMechanisms<Neuron...>> {
  public:
    static constexpr int most_sites = std::max({Neuron::n_sites...});
    //! Of those that an experiment has.
    static std::uint32_t n_sites(const Experiment& experiment) {
        int most = 1;
        for_each_used(experiment, [&]<class One>(std::type_identity<One>) {
            most = std::max(most, One::n_sites);
        });
        return static_cast<std::uint32_t>(most);
    }
    //! Of the state of neurons, and of the constants of their blocks.
    static std::uint64_t bytes(const Experiment& experiment, const plasticity::StateSizes& sizes) {
        const Backgrounds backgrounds(experiment);
        std::uint64_t bytes = 0;
        for_each_used(experiment, [&]<class One>(std::type_identity<One>) {
            bytes +=
                plasticity::state_bytes<typename One::View>(sizes) +
                backgrounds.kinds().size() * solutions_per_kind * sizeof(SolutionOf<One>) +
                sizes.neurons * sizeof(ClassOfNeuron) +
                backgrounds.n_settings() * backgrounds.classes().size() * sizeof(std::uint32_t);
        });
        return bytes;
    }

    AllNeurons(Device& device, const Experiment& experiment, const Network& network)
        : AllNeurons(device, experiment, network,
                     std::vector<bool>(network.populations().n_populations())) {}

    //! At the start of a phase.
    void rest() const {
        for_each([&](const auto& neurons) { neurons.rest(); });
    }
    template <class M>
    void advance(const Arrays<M>& arrays, const Physics<M>* physics, const BlockTask* task) const {
        for_each([&](const auto& neurons) { neurons.advance(arrays, physics, task); });
    }
    std::vector<std::uint64_t> silent_resets(const Network& network) const {
        std::vector<std::uint64_t> n(network.populations().n_populations());
        for_each([&](const auto& neurons) { neurons.add_silent_resets(network, n); });
        return n;
    }
    void add_to(HostCopy& copy) {
        std::apply(
            [&](auto&... neurons) {
                ((neurons.empty() ? void() : copy.add(neurons.storage())), ...);
            },
            all_);
    }

  private:
    AllNeurons(Device& device, const Experiment& experiment, const Network& network,
               std::vector<bool> taken)
        : all_{DeviceNeurons<Neuron>(device, experiment, network, taken)...} {}

    template <class Visit>
    void for_each(Visit visit) const {
        std::apply([&](const auto&... neurons) { (visit(neurons), ...); }, all_);
    }
    //! Calls visit(type) with each that describes a population of an experiment.
    template <class Visit>
    static void for_each_used(const Experiment& experiment, Visit visit) {
        std::vector<bool> taken(experiment.populations.n_populations());
        const auto look_at = [&]<class One>(std::type_identity<One> type) {
            bool is_used = false;
            for (std::size_t p = 0; p < taken.size(); ++p) {
                if (taken[p] || !is_described_by<One>(experiment, experiment.populations[p]))
                    continue;
                taken[p] = is_used = true;
            }
            if (is_used) visit(type);
        };
        (look_at(std::type_identity<Neuron>{}), ...);
    }

    std::tuple<DeviceNeurons<Neuron>...> all_;
};

using BuiltInDeviceNeurons = AllNeurons<plasticity::BuiltInNeurons>;

}  // namespace engram::device
