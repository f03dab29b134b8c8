// SPDX-License-Identifier: Apache-2.0
#include "io/snapshot_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "base/collective.hpp"
#include "base/errors.hpp"
#include "base/step_time.hpp"
#include "experiment/network_keys.hpp"
#include "io/file_format.hpp"
#include "io/file_layout.hpp"
#include "io/network_file.hpp"
#include "io/protein_snapshot.hpp"

namespace engram {
namespace {

const std::string remedy = "; the file is damaged: use another one";

h5::DataSet open_values(const h5::File& file, const std::string& name, std::uint64_t n) {
    h5::DataSet dataset = h5::open_dataset(file, name);
    if (h5::shape(dataset) != h5::Shape{n})
        throw FileError(file.path(), "/" + name + " does not have a value for each of the " +
                                         std::to_string(n) + " that there must be" + remedy);
    return dataset;
}

std::span<const Population> populations_of(const Experiment& experiment) {
    return {experiment.populations.begin(), experiment.populations.end()};
}

}  // namespace

std::vector<double> snapshot_times_s(const std::string& path) {
    const h5::File file = h5::File::open(path, h5::Access::read_only);
    check_format(file, network_filetype, network_format_version);
    std::set<double> times_s;
    if (!h5::is_group(file, "edges")) return {};
    for (const std::string& projection : h5::names_in(h5::open_group(file, "edges"))) {
        const std::string snapshots = fmt::format("edges/{}/snapshots", projection);
        if (!h5::exists(file, snapshots) || !h5::is_group(file, snapshots)) continue;
        for (const std::string& label : h5::names_in(h5::open_group(file, snapshots))) {
            const h5::Group group = h5::open_group(file, fmt::format("{}/{}", snapshots, label));
            const auto time_s = h5::read_attribute<double>(group, "time_s");
            if (!std::isfinite(time_s) || snapshot_label(time_s) != label)
                throw FileError(path, fmt::format("/{}/{} has another time than its name says{}",
                                                  snapshots, shortened(label), remedy));
            times_s.insert(time_s);
        }
    }
    return {times_s.begin(), times_s.end()};
}

SnapshotReader::SnapshotReader(const std::string& path, double time_s, const Experiment& experiment,
                               const std::string& key)
    : file_(h5::File::open(path, h5::Access::read_only)),
      key_(key),
      time_s_(time_s),
      label_(snapshot_label(time_s)),
      experiment_(experiment) {
    check_format(file_, network_filetype, network_format_version);
    for (const Projection& projection : experiment.projections()) {
        const std::string edges = "edges/" + projection_name(experiment.populations, projection);
        if (!projection.plastic || !h5::exists(file_, edges)) continue;
        EdgeGroup group(file_, edges, experiment, key);
        if (group.from() != projection.from || group.to() != projection.to)
            fail("/" + edges + " connects other populations by its attributes node_population");
        const std::string snapshot = edges + "/snapshots/" + label_;
        if (!h5::exists(file_, snapshot))
            fail("holds no /" + snapshot + ", so that the weights of these synapses at " +
                 label_.substr(2) + " are not known; use another snapshot");
        const std::uint64_t n_edges = group.n_edges();
        weights_.push_back({std::move(group), open_values(file_, snapshot + "/h_mV", n_edges),
                            open_values(file_, snapshot + "/z", n_edges), snapshot});
    }
    has_proteins_ = engram::has_proteins(file_, time_s, populations_of(experiment));
}

void SnapshotReader::fail(const std::string& problem) const {
    throw FileError(file_.path(), problem + " (" + key_ + ")");
}

void SnapshotReader::visit(NeuronId first, NeuronId count, const UseWeight& use) {
    constexpr NeuronId targets_at_once = 1024;
    for (Weights& weights : weights_)
        for (NeuronId done = 0; done < count; done += targets_at_once)
            weights.edges.visit(first + done, std::min(targets_at_once, count - done),
                                [&](h5::Slab edges, std::span<const NeuronId> sources,
                                    std::span<const NeuronId> targets) {
                                    const auto h_mV = h5::read_rows<double>(weights.h_mV, edges);
                                    const auto z = h5::read_rows<double>(weights.z, edges);
                                    const std::span<const h5::Slab> slabs(&edges, 1);
                                    weights.h_sum +=
                                        checksum_of(slabs, std::span<const double>(h_mV));
                                    weights.z_sum += checksum_of(slabs, std::span<const double>(z));
                                    for (std::size_t i = 0; i < sources.size(); ++i)
                                        use(sources[i], targets[i], h_mV[i], z[i]);
                                });
}

void SnapshotReader::require_sums(MPI_Comm communicator) const {
    std::vector<std::uint64_t> found;
    for (const Weights& weights : weights_)
        found.insert(found.end(), {weights.h_sum, weights.z_sum});
    sum_over_ranks(communicator, found);
    collectively(communicator, [&] {
        if (!h5::exists(file_, checksums_group)) return;
        const Checksums expected = read_checksums(file_);
        auto sum = found.begin();
        for (const Weights& weights : weights_)
            for (const auto& [dataset, name] :
                 {std::pair(&weights.h_mV, "h_mV"), std::pair(&weights.z, "z")}) {
                const auto known = expected.find(weights.place + "/" + name);
                // Of a constant it is that of one value, which every reader sees.
                if (known != expected.end() && !h5::is_constant(*dataset) && known->second != *sum)
                    fail("/" + known->first +
                         " is damaged (its checksum does not match); restore the file from a copy, "
                         "or, if it was changed on purpose, remove its group /checksums");
                ++sum;
            }
    });
}

bool SnapshotReader::has_protein(const std::string& pool) const {
    return std::ranges::all_of(experiment_.populations, [&](const Population& population) {
        return !population.is_excitatory() ||
               h5::exists(file_, protein_group(population, time_s_) + "/" + pool);
    });
}

std::vector<double> SnapshotReader::proteins(const std::string& pool, NeuronId first,
                                             NeuronId count) const {
    for (const Population& population : experiment_.populations) {
        const std::string group = protein_group(population, time_s_);
        if (population.is_excitatory() && !h5::exists(file_, fmt::format("{}/{}", group, pool)))
            fail(fmt::format(
                "/{} holds no amounts of the protein {}, which the synapses of this run need; set "
                "synapses.protein_pools as in that run, or initial_state.proteins to false",
                group, pool));
    }
    return read_proteins(file_, time_s_, pool, populations_of(experiment_), {first, count});
}

}  // namespace engram
