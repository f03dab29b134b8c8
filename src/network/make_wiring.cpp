// SPDX-License-Identifier: Apache-2.0
#include "network/make_wiring.hpp"

#include "experiment/network_keys.hpp"
#include "network/composite_wiring.hpp"
#include "network/matrix_wiring.hpp"
#include "network/random_wiring.hpp"

namespace engram {

std::unique_ptr<Wiring> open_matrix(const Experiment& experiment, const Projection& projection) {
    const std::string& path = *projection.file;
    if (!experiment.has_named_populations())
        return std::make_unique<MatrixWiring>(path, experiment.populations.size());
    const Population& from = experiment.populations[projection.from];
    const Population& to = experiment.populations[projection.to];
    return std::make_unique<MatrixWiring>(
        path, MatrixBlock{from.first, from.count, to.first, to.count,
                          count_key(experiment, from) + " x " + count_key(experiment, to),
                          file_key(experiment, projection)});
}

std::unique_ptr<Wiring> make_wiring(const Experiment& experiment, const OpenProjectionFile& open) {
    const std::vector<Projection> projections = experiment.projections();
    if (!experiment.has_named_populations() && experiment.connectivity.file)
        return open(experiment, projections.front());
    std::vector<std::unique_ptr<Wiring>> parts;
    parts.push_back(std::make_unique<RandomWiring>(experiment.populations, projections,
                                                   experiment.seed_of_wiring()));
    for (const Projection& projection : projections)
        if (projection.file) parts.push_back(open(experiment, projection));
    if (parts.size() == 1) return std::move(parts.front());
    return std::make_unique<CompositeWiring>(std::move(parts));
}

SynapseCounts expected_synapses(const Experiment& experiment, const Wiring& wiring) {
    const std::size_t n = experiment.populations.n_populations();
    const std::vector<double> expected = wiring.expected_synapses(experiment.populations);
    SynapseCounts counts;
    for (const Projection& projection : experiment.projections())
        (projection.plastic ? counts.plastic : counts.fixed) +=
            expected[projection.from * n + projection.to];
    return counts;
}

}  // namespace engram
