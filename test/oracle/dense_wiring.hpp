// Who projects to whom, as a dense matrix of the oracle's own.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "experiment/experiment.hpp"

namespace engram::test {

class DenseWiring {
  public:
    explicit DenseWiring(const Experiment& experiment);

    bool connected(NeuronId pre, NeuronId post) const { return connected_[pre * n_ + post]; }

  private:
    void draw(double probability, std::uint64_t seed);
    void read(const std::string& path);

    NeuronId n_;
    std::vector<bool> connected_;  // [pre][post]
};

}  // namespace engram::test
