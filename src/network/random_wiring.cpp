// SPDX-License-Identifier: Apache-2.0
#include "network/random_wiring.hpp"

#include <algorithm>

#include "model/random.hpp"

namespace engram {

namespace {

// As many as are expected to be needed and one to find the end, in whole vectors.
std::size_t draws_at_once(double n_expected) {
    constexpr std::size_t multiple = 8;
    const double n = std::min(n_expected, double{model::most_gaps - multiple});
    return (static_cast<std::size_t>(n) / multiple + 1) * multiple;
}

}  // namespace

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
    // A probability below the resolution of 1 - p draws nothing.
    if (probability >= 1.0 || 1.0 - probability >= 1.0) return {first, end, probability, {}};
    return {first, end, probability, model::GeometricGaps(probability)};
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

// The gaps between successes of independent trials are geometric: one draw per connection. Draws
// are made several at a time; those behind the last source are not used.
void RandomWiring::draw(const Segment& segment, std::uint32_t number, NeuronId target,
                        std::vector<NeuronId>& sources) const {
    // Candidate sources are numbered without the target itself.
    const bool has_target = segment.first <= target && target < segment.end;
    const NeuronId n_candidates = segment.end - segment.first - (has_target ? 1 : 0);
    const NeuronId skipped = has_target ? target : segment.end;
    const auto source_of = [&](NeuronId candidate) {
        const NeuronId source = segment.first + candidate;
        return source + (source >= skipped ? 1 : 0);
    };
    if (!segment.gaps) {
        if (segment.probability < 1.0) return;
        for (NeuronId candidate = 0; candidate < n_candidates; ++candidate)
            sources.push_back(source_of(candidate));
        return;
    }
    const model::RandomStreams streams{seed_};
    std::uint32_t gaps[model::most_gaps];
    NeuronId candidate = 0;
    for (std::uint64_t first_draw = 0;;) {
        const std::size_t n_draws = draws_at_once((n_candidates - candidate) * segment.probability);
        segment.gaps->draw(streams, model::Purpose::wiring, target, number, first_draw, n_draws,
                           n_candidates, gaps);
        first_draw += n_draws;
        const std::size_t n_before = sources.size();
        sources.resize(n_before + n_draws);
        NeuronId* next = sources.data() + n_before;
        bool at_end = false;
        for (std::size_t i = 0; i < n_draws; ++i) {
            at_end = gaps[i] >= n_candidates - candidate;
            if (at_end) break;
            candidate += gaps[i];
            *next++ = source_of(candidate++);
        }
        sources.resize(static_cast<std::size_t>(next - sources.data()));
        if (at_end) return;
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
