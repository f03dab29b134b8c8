// SPDX-License-Identifier: Apache-2.0
// Who projects to whom and how, as a dense matrix of the oracle's own.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "experiment/experiment.hpp"
#include "model/random.hpp"

namespace engram::test {

class DenseWiring {
  public:
    explicit DenseWiring(const Experiment& experiment);

    bool connected(NeuronId pre, NeuronId post) const { return connected_[pre * n_ + post]; }
    //! Of a connected pair.
    bool plastic(NeuronId pre, NeuronId post) const { return kind(pre, post).plastic; }
    //! Of a connected pair that is not plastic [units of h_0].
    double weight(NeuronId pre, NeuronId post) const { return kind(pre, post).weight; }
    //! Likewise: place of the target that it ends at.
    std::uint32_t site(NeuronId pre, NeuronId post) const { return kind(pre, post).site; }
    //! Index of the population of a neuron.
    std::size_t population(NeuronId id) const { return population_[id]; }

  private:
    // Of a pair of populations.
    struct Kind {
        bool exists = false;
        bool plastic = false;
        double weight = 0;
        double probability = 0;
        std::string file;
        std::uint32_t site = 0;
    };
    const Kind& kind(NeuronId pre, NeuronId post) const {
        return kinds_[population_[pre] * n_populations_ + population_[post]];
    }
    void read_kinds(const Experiment& experiment);
    void draw(NeuronId post, const model::RandomStreams& streams);
    void read(const std::string& path, const Population& from, const Population& to);

    NeuronId n_ = 0;
    std::size_t n_populations_;
    std::vector<std::size_t> population_;  // by neuron
    std::vector<Kind> kinds_;              // [from][to]
    std::vector<bool> connected_;          // [pre][post]
};

}  // namespace engram::test
