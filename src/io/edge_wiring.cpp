// SPDX-License-Identifier: Apache-2.0
#include "io/edge_wiring.hpp"

#include <algorithm>
#include <filesystem>

#include "base/collective.hpp"
#include "base/errors.hpp"
#include "experiment/keys.hpp"
#include "experiment/network_keys.hpp"

namespace engram {
namespace {

constexpr NeuronId targets_at_once = 1024;

bool is_hdf5(const std::string& path) {
    return h5::quietly([&] { return H5Fis_hdf5(path.c_str()); }) > 0;
}

bool is_called_hdf5(const std::string& path) {
    const std::string extension = std::filesystem::path(path).extension().string();
    return extension == ".h5" || extension == ".hdf5" || extension == ".sonata";
}

}  // namespace

EdgeWiring::EdgeWiring(const std::string& path, const Experiment& experiment)
    : path_(path),
      key_(keys::path_of<&Connectivity::file>()),
      file_(h5::File::open(path, h5::Access::read_only)) {
    require_edges();
    for (const std::string& name : h5::names_in(h5::open_group(file_, "edges"))) {
        if (!is_group("edges/" + name))
            fail("/edges/" + name + " is not a group of edges; remove it");
        groups_.emplace_back(file_, "edges/" + name, experiment, key_);
    }
    if (groups_.empty()) fail("/edges holds no group of edges; give a file of SONATA edges");
}

EdgeWiring::EdgeWiring(const std::string& path, const Experiment& experiment,
                       const Projection& projection)
    : path_(path),
      key_(file_key(experiment, projection)),
      file_(h5::File::open(path, h5::Access::read_only)) {
    require_edges();
    const std::string name = "edges/" + projection_name(experiment.populations, projection);
    if (!h5::exists(file_, name) || !is_group(name))
        fail("holds no group /" + name + "; the edges of the projection must be there");
    const EdgeGroup& group = groups_.emplace_back(file_, name, experiment, key_);
    if (group.from() != projection.from || group.to() != projection.to)
        fail("/" + name + " connects " + experiment.populations[group.from()].name + " to " +
             experiment.populations[group.to()].name +
             " by its attributes node_population; correct them");
}

void EdgeWiring::require_edges() const {
    if (!h5::exists(file_, "edges") || !is_group("edges"))
        fail("holds no /edges; give a file of SONATA edges");
}

bool EdgeWiring::is_group(const std::string& name) const {
    return h5::is_group(file_, name);
}

void EdgeWiring::fail(const std::string& problem) const {
    throw FileError(path_, problem + " (" + key_ + ")");
}

void EdgeWiring::visit(NeuronId first, NeuronId count, const TargetVisitor& visitor) const {
    std::vector<std::uint64_t> n_read(groups_.size());
    visit(first, count, visitor, n_read);
}

// Adds to `n_read` the edges of each group.
void EdgeWiring::visit(NeuronId first, NeuronId count, const TargetVisitor& visitor,
                       std::vector<std::uint64_t>& n_read) const {
    for (NeuronId done = 0; done < count; done += targets_at_once) {
        const NeuronId begin = first + done;
        const NeuronId n = std::min(targets_at_once, count - done);
        std::vector<std::vector<NeuronId>> sources(n);
        for (std::size_t g = 0; g < groups_.size(); ++g)
            n_read[g] += groups_[g].append_sources(begin, sources);
        for (NeuronId i = 0; i < n; ++i) {
            const NeuronId target = begin + i;
            if (!std::is_sorted(sources[i].begin(), sources[i].end()))
                std::sort(sources[i].begin(), sources[i].end());
            if (std::adjacent_find(sources[i].begin(), sources[i].end()) != sources[i].end())
                fail("connects a pair of neurons twice (target " + std::to_string(target) +
                     "); remove one of the edges, or of the ranges that lead to it, or merge them "
                     "with tools/engram-convert --multapses once");
            if (std::binary_search(sources[i].begin(), sources[i].end(), target))
                fail("connects neuron " + std::to_string(target) +
                     " with itself; remove the edge, or leave such edges out "
                     "with tools/engram-convert --autapses drop");
            visitor(target, sources[i]);
        }
    }
}

void EdgeWiring::visit_all(const Populations& populations, const TargetVisitor& visitor,
                           MPI_Comm communicator) const {
    const VisitedShare share(populations, communicator);
    std::vector<std::uint64_t> n_read(groups_.size());
    collectively(communicator, [&] { visit(share.first, share.count, visitor, n_read); });
    sum_over_ranks(communicator, n_read);
    collectively(communicator, [&] {
        for (std::size_t g = 0; g < groups_.size(); ++g) groups_[g].require_all(n_read[g]);
    });
}

std::vector<double> EdgeWiring::expected_synapses(const Populations& populations) const {
    const std::size_t n = populations.n_populations();
    std::vector<double> counts(n * n);
    for (const EdgeGroup& group : groups_)
        counts[group.from() * n + group.to()] += static_cast<double>(group.n_edges());
    return counts;
}

namespace {

std::unique_ptr<Wiring> open_file(const Experiment& experiment, const Projection& projection) {
    const std::string& path = *projection.file;
    if (is_hdf5(path)) {
        if (experiment.has_named_populations())
            return std::make_unique<EdgeWiring>(path, experiment, projection);
        return std::make_unique<EdgeWiring>(path, experiment);
    }
    if (is_called_hdf5(path))
        throw FileError(path,
                        "is not an HDF5 file, though its name says so; give a file of SONATA "
                        "edges, or a matrix of 0 and 1 under another name (" +
                            file_key(experiment, projection) + ")");
    return open_matrix(experiment, projection);
}

}  // namespace

std::unique_ptr<Wiring> open_wiring(const Experiment& experiment) {
    return make_wiring(experiment, open_file);
}

}  // namespace engram
