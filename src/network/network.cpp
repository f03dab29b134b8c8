#include "network/network.hpp"

namespace engram {

Network::Network(const Experiment& experiment, const Wiring& wiring, Partition partition, int rank)
    : partition_(partition),
      populations_(experiment.populations),
      rank_(rank),
      n_local_(partition.n_local(rank)),
      n_local_exc_(0) {
    const NeuronId n_exc = populations_.n_exc;
    const auto ranges = partition_.ranges(rank);
    for (const NeuronRange& range : ranges)
        if (range.first < n_exc) n_local_exc_ += std::min(range.count, n_exc - range.first);

    const auto table_of = [&](NeuronId source, NeuronId target) -> SynapseTable& {
        return tables_[(source < n_exc ? 0 : 2) + (target < n_exc ? 0 : 1)];
    };
    const auto row_of = [&](NeuronId source) { return source < n_exc ? source : source - n_exc; };
    const auto visit_all = [&](auto&& connect) {
        for (const NeuronRange& range : ranges)
            wiring.visit(range.first, range.count,
                         [&](NeuronId target, std::span<const NeuronId> sources) {
                             const std::uint32_t local = range.local + (target - range.first);
                             for (const NeuronId source : sources)
                                 connect(table_of(source, target), row_of(source), local);
                         });
    };

    // Drawing the wiring twice is cheaper than holding it twice.
    for (int k = 0; k < 4; ++k)
        tables_[k].start_counting(k < 2 ? populations_.n_exc : populations_.n_inh);
    visit_all([](SynapseTable& table, NeuronId row, std::uint32_t) { table.count(row); });
    for (SynapseTable& table : tables_) table.start_adding();
    visit_all(
        [](SynapseTable& table, NeuronId row, std::uint32_t local) { table.add(row, local); });
    for (SynapseTable& table : tables_) table.finish_adding();
}

std::unique_ptr<Wiring> make_wiring(const Experiment& experiment) {
    const NeuronId n = experiment.populations.size();
    if (experiment.connectivity.file)
        return std::make_unique<MatrixWiring>(*experiment.connectivity.file, n);
    return std::make_unique<RandomWiring>(n, experiment.connectivity.probability, experiment.seed);
}

}  // namespace engram
