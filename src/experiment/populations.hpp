// SPDX-License-Identifier: Apache-2.0
// The populations of a network and the projections between them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/parameters.hpp"

namespace engram {

using NeuronId = std::uint32_t;  //!< global id: populations follow each other as in the file

//! Groups, and whatever ranks know of all neurons, take some bytes for each.
inline constexpr NeuronId most_neurons = 100'000'000;

//! Tables of projections grow with the square; devices number populations in a byte.
inline constexpr std::size_t most_populations = 255;

enum class PopulationKind { excitatory, inhibitory };

// Neurons of one kind with common parameters; their ids are consecutive.
struct Population {
    std::string name;
    PopulationKind kind = PopulationKind::excitatory;
    NeuronId first = 0;  //!< global id
    NeuronId count = 0;
    //! Of a population that the configuration names; else those of the experiment.
    std::optional<NeuronParameters> neuron;
    std::optional<BackgroundParameters> background;

    NeuronId end() const { return first + count; }
    bool contains(NeuronId id) const { return first <= id && id < end(); }
    bool is_excitatory() const { return kind == PopulationKind::excitatory; }

    bool operator==(const Population&) const = default;
};

// Of the published network.
struct PublishedSizes {
    NeuronId n_exc = 1600;
    NeuronId n_inh = 400;
};

class Populations {
  public:
    //! The published network: excitatory `exc`, then inhibitory `inh`.
    Populations(NeuronId n_exc, NeuronId n_inh);
    explicit Populations(PublishedSizes sizes) : Populations(sizes.n_exc, sizes.n_inh) {}
    Populations() : Populations(PublishedSizes{}) {}
    //! Ids are given in this order; `first` of each is set.
    explicit Populations(std::vector<Population> list);

    NeuronId size() const { return list_.back().end(); }
    std::size_t n_populations() const { return list_.size(); }
    const Population& operator[](std::size_t index) const { return list_[index]; }
    auto begin() const { return list_.begin(); }
    auto end() const { return list_.end(); }

    //! Index of the population of a neuron.
    std::size_t index_of(NeuronId id) const {
        std::size_t index = 0;
        while (id >= list_[index].end()) ++index;
        return index;
    }
    const Population& of(NeuronId id) const { return list_[index_of(id)]; }
    //! Null if there is none of that name.
    const Population* find(const std::string& name) const;
    bool is_excitatory(NeuronId id) const { return of(id).is_excitatory(); }
    //! Neurons of all excitatory, or of all inhibitory populations.
    NeuronId count(PopulationKind kind) const;
    //! One more than the highest id of an excitatory neuron.
    NeuronId excitatory_end() const;

    bool operator==(const Populations&) const = default;

  private:
    std::vector<Population> list_;
};

// Where on a neuron with a morphology synapses end.
enum class SynapseSite { soma, tip };  //!< tip: of the basal dendrite

// Synapses from one population to another, or to itself; never from a neuron to itself.
struct Projection {
    std::size_t from = 0;  //!< index of the population
    std::size_t to = 0;
    bool plastic = false;
    double weight_h_0 = 0;   //!< of fixed synapses, in units of h_0; negative of inhibitory ones
    double probability = 0;  //!< of each pair
    std::optional<std::string> file = std::nullopt;  //!< that lists them instead of a draw
    //! In the configuration; of the published network, the key of its weight.
    std::string name = {};
    //! Of fixed synapses: the number of the site at which they end, if the target neurons have
    //! several.
    std::uint32_t site = 0;
    //! Whether it is that of the run whose state is taken over; see InitialState.
    bool wired_by_source = false;
    //! As configured, of target cells with a morphology; none: of plastic synapses the tip, else
    //! the soma. See Experiment::projections.
    std::optional<SynapseSite> ends_at = std::nullopt;
    std::string file_checksum = {};  //!< of what the file must hold; empty: whatever it holds

    bool operator==(const Projection&) const = default;
};

}  // namespace engram
