// SPDX-License-Identifier: Apache-2.0
#include "network/composite_wiring.hpp"

#include <algorithm>

namespace engram {
namespace {

constexpr NeuronId targets_at_once = 1024;

}  // namespace

CompositeWiring::CompositeWiring(std::vector<std::unique_ptr<Wiring>> parts)
    : parts_(std::move(parts)) {}

void CompositeWiring::visit(NeuronId first, NeuronId count, const TargetVisitor& visitor) const {
    for (NeuronId done = 0; done < count; done += targets_at_once) {
        const NeuronId begin = first + done;
        const NeuronId n = std::min(targets_at_once, count - done);
        std::vector<std::vector<NeuronId>> sources(n);
        for (const auto& part : parts_)
            part->visit(begin, n, [&](NeuronId target, std::span<const NeuronId> of_part) {
                std::vector<NeuronId>& all = sources[target - begin];
                const auto n_before = static_cast<std::ptrdiff_t>(all.size());
                all.insert(all.end(), of_part.begin(), of_part.end());
                std::inplace_merge(all.begin(), all.begin() + n_before, all.end());
            });
        for (NeuronId i = 0; i < n; ++i) visitor(begin + i, sources[i]);
    }
}

// Twice, so that each part checks the whole of what it is read from.
void CompositeWiring::visit_all(const Populations& populations, const TargetVisitor& visitor,
                                MPI_Comm communicator) const {
    for (const auto& part : parts_)
        part->visit_all(
            populations, [](NeuronId, std::span<const NeuronId>) {}, communicator);
    Wiring::visit_all(populations, visitor, communicator);
}

std::vector<double> CompositeWiring::expected_synapses(const Populations& populations) const {
    std::vector<double> sum(populations.n_populations() * populations.n_populations());
    for (const auto& part : parts_) {
        const std::vector<double> expected = part->expected_synapses(populations);
        for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += expected[i];
    }
    return sum;
}

}  // namespace engram
