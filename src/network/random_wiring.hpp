// SPDX-License-Identifier: Apache-2.0
// Connections that are drawn: for each target a sequence of gaps between its sources.
#pragma once

#include <optional>

#include "model/geometric_gaps.hpp"
#include "network/wiring.hpp"

namespace engram {

// Each ordered pair of different neurons independently, with a probability that depends on their
// populations.
class RandomWiring : public Wiring {
  public:
    //! One probability for all.
    RandomWiring(NeuronId n_neurons, double probability, std::uint64_t seed);
    //! Of those projections that are not read from files. Sources of a target are drawn in
    //! segments: neighbouring populations that project to it with equal probability make up one.
    RandomWiring(const Populations& populations, std::span<const Projection> projections,
                 std::uint64_t seed);

    void visit(NeuronId first, NeuronId count, const TargetVisitor& visitor) const override;
    std::vector<double> expected_synapses(const Populations& populations) const override;

  private:
    // Sources [first, end), drawn with one sequence of gaps.
    struct Segment {
        NeuronId first = 0;
        NeuronId end = 0;
        double probability = 0;
        std::optional<model::GeometricGaps> gaps;  // nothing if all or none are connected
    };
    // Targets as far as `end` that have the same segments.
    struct Block {
        NeuronId end = 0;
        std::vector<Segment> segments;
    };

    static Segment make_segment(NeuronId first, NeuronId end, double probability);
    // Appends the sources of a segment.
    void draw(const Segment& segment, std::uint32_t number, NeuronId target,
              std::vector<NeuronId>& sources) const;

    std::vector<Block> blocks_;
    std::uint64_t seed_;
};

}  // namespace engram
