// SPDX-License-Identifier: Apache-2.0
#include "network/random_wiring.hpp"

#include <algorithm>
#include <cmath>

#include "model/random.hpp"

namespace engram {

RandomWiring::RandomWiring(NeuronId n_neurons, double probability, std::uint64_t seed)
    : blocks_{{n_neurons, {make_segment(0, n_neurons, probability)}}}, seed_(seed) {}

RandomWiring::RandomWiring(const Populations& populations, std::span<const Projection> projections,
                           std::uint64_t seed)
    : seed_(seed) {
    const std::size_t n = populations.n_populations();
    std::vector<const Projection*> drawn(n * n);
    for (const Projection& projection : projections)
        if (!projection.file) drawn[projection.from * n + projection.to] = &projection;
    for (std::size_t to = 0; to < n; ++to) {
        Block block{populations[to].end(), {}};
        bool continues = false;
        for (std::size_t from = 0; from < n; ++from) {
            const Projection* projection = drawn[from * n + to];
            if (projection == nullptr) {
                continues = false;
                continue;
            }
            if (continues && block.segments.back().probability == projection->probability)
                block.segments.back().end = populations[from].end();
            else
                block.segments.push_back(make_segment(
                    populations[from].first, populations[from].end(), projection->probability));
            continues = true;
        }
        blocks_.push_back(std::move(block));
    }
}

RandomWiring::Segment RandomWiring::make_segment(NeuronId first, NeuronId end, double probability) {
    return {first, end, probability, probability < 1.0 ? model::log_exact(1.0 - probability) : 0.0};
}

void RandomWiring::visit(NeuronId first, NeuronId count, const TargetVisitor& visitor) const {
    std::vector<NeuronId> sources;
    auto block = blocks_.begin();
    for (NeuronId target = first; target < first + count; ++target) {
        while (target >= block->end) ++block;
        sources.clear();
        std::uint32_t number = 0;
        for (const Segment& segment : block->segments) draw(segment, number++, target, sources);
        visitor(target, sources);
    }
}

// The gaps between successes of independent trials are geometric: one draw per connection.
void RandomWiring::draw(const Segment& segment, std::uint32_t number, NeuronId target,
                        std::vector<NeuronId>& sources) const {
    const model::RandomStreams streams{seed_};
    const double probability = segment.probability;
    // A probability below the resolution of 1 - p draws nothing.
    if (probability < 1.0 && 1.0 - probability >= 1.0) return;
    // Candidate sources are numbered without the target itself.
    const bool has_target = segment.first <= target && target < segment.end;
    const std::uint64_t n_candidates = segment.end - segment.first - (has_target ? 1 : 0);
    std::uint64_t candidate = 0;
    for (std::uint64_t draw = 0;; ++candidate) {
        if (probability < 1.0) {
            const auto words = streams(model::Purpose::wiring, target, number, draw++);
            const double u = model::uniform52(words.word[0], words.word[1]);
            const double gap = std::floor(model::log_exact(u) / segment.log_failure);
            if (gap >= static_cast<double>(n_candidates - candidate)) break;
            candidate += static_cast<std::uint64_t>(gap);
        }
        if (candidate >= n_candidates) break;
        const auto source = segment.first + static_cast<NeuronId>(candidate);
        sources.push_back(has_target && source >= target ? source + 1 : source);
    }
}

std::vector<double> RandomWiring::expected_synapses(const Populations& populations) const {
    const std::size_t n = populations.n_populations();
    std::vector<double> expected(n * n);
    for (std::size_t to = 0; to < n; ++to) {
        auto block = blocks_.begin();
        while (populations[to].end() > block->end) ++block;
        for (std::size_t from = 0; from < n; ++from)
            for (const Segment& segment : block->segments) {
                if (populations[from].first < segment.first ||
                    populations[from].end() > segment.end)
                    continue;
                const double n_sources = populations[from].count - (from == to ? 1.0 : 0.0);
                expected[from * n + to] =
                    segment.probability * std::max(0.0, n_sources) * populations[to].count;
            }
    }
    return expected;
}

}  // namespace engram
