#include "io/edge_wiring.hpp"

#include <algorithm>

#include "experiment/errors.hpp"

namespace engram {
namespace {

constexpr NeuronId targets_at_once = 1024;

std::vector<std::string> children_of(hid_t location) {
    std::vector<std::string> names;
    H5Literate(
        location, H5_INDEX_NAME, H5_ITER_INC, nullptr,
        [](hid_t, const char* name, const H5L_info_t*, void* result) -> herr_t {
            static_cast<std::vector<std::string>*>(result)->emplace_back(name);
            return 0;
        },
        &names);
    return names;
}

bool is_hdf5(const std::string& path) {
    return h5::quietly([&] { return H5Fis_hdf5(path.c_str()); }) > 0;
}

}  // namespace

EdgeWiring::EdgeWiring(const std::string& path, const Populations& populations)
    : path_(path), file_(h5::File::open(path, h5::Access::read_only)) {
    if (!h5::exists(file_, "edges")) fail("holds no /edges; give a file of SONATA edges");
    const h5::Group edges = h5::open_group(file_, "edges");
    for (const std::string& name : children_of(edges))
        groups_.push_back(open_group("edges/" + name, populations));
}

void EdgeWiring::fail(const std::string& problem) const {
    throw FileError(path_, problem + " (connectivity.file)");
}

EdgeWiring::EdgeGroup EdgeWiring::open_group(const std::string& name,
                                             const Populations& populations) const {
    const std::string index = name + "/indices/target_to_source";
    for (const std::string& needed : {name + "/source_node_id", name + "/target_node_id",
                                      index + "/node_id_to_ranges", index + "/range_to_edge_id"})
        if (!h5::exists(file_, needed)) fail("has no /" + needed);
    const auto population = [&](const std::string& end) {
        const std::string dataset = name + "/" + end + "_node_id";
        const std::string nodes =
            h5::read_string_attribute(h5::open_dataset(file_, dataset), "node_population");
        if (nodes != "exc" && nodes != "inh")
            fail("/" + dataset + " has node_population '" + nodes + "'; must be exc or inh");
        return nodes == "exc";
    };
    const auto first = [&](bool exc) { return exc ? 0 : populations.n_exc; };
    const auto size = [&](bool exc) { return exc ? populations.n_exc : populations.n_inh; };
    const bool exc_source = population("source");
    const bool exc_target = population("target");
    return {name,
            first(exc_source),
            size(exc_source),
            first(exc_target),
            size(exc_target),
            h5::open_dataset(file_, name + "/source_node_id"),
            h5::open_dataset(file_, index + "/node_id_to_ranges"),
            h5::open_dataset(file_, index + "/range_to_edge_id")};
}

void EdgeWiring::append_sources(const EdgeGroup& group, NeuronId first, NeuronId count,
                                std::vector<std::vector<NeuronId>>& sources) const {
    const NeuronId begin = std::max(first, group.first_target);
    const NeuronId end = std::min(first + count, group.first_target + group.n_targets);
    if (begin >= end) return;
    const hsize_t n_indexed = h5::shape(group.ranges_of_target).front();
    if (n_indexed > group.n_targets)
        fail("/" + group.name + " has " + std::to_string(n_indexed) +
             " targets, but the population has " + std::to_string(group.n_targets) + " neurons");
    for (NeuronId target = begin; target < end; ++target) {
        const NeuronId node = target - group.first_target;
        if (node >= n_indexed) break;
        const auto rows = h5::read_rows<std::uint64_t>(group.ranges_of_target, {node, 1});
        if (rows[0] == rows[1]) continue;
        const auto ranges =
            h5::read_rows<std::uint64_t>(group.edge_ranges, {rows[0], rows[1] - rows[0]});
        for (std::size_t i = 0; i < ranges.size(); i += 2) {
            const auto ids = h5::read_rows<std::uint64_t>(group.source_ids,
                                                          {ranges[i], ranges[i + 1] - ranges[i]});
            for (const std::uint64_t id : ids) {
                if (id >= group.n_sources)
                    fail("/" + group.name + " names source node " + std::to_string(id) +
                         ", but the population has " + std::to_string(group.n_sources) +
                         " neurons");
                sources[target - first].push_back(group.first_source + static_cast<NeuronId>(id));
            }
        }
    }
}

void EdgeWiring::visit(NeuronId first, NeuronId count, const TargetVisitor& visitor) const {
    for (NeuronId done = 0; done < count; done += targets_at_once) {
        const NeuronId begin = first + done;
        const NeuronId n = std::min(targets_at_once, count - done);
        std::vector<std::vector<NeuronId>> sources(n);
        for (const EdgeGroup& group : groups_) append_sources(group, begin, n, sources);
        for (NeuronId i = 0; i < n; ++i) {
            const NeuronId target = begin + i;
            std::sort(sources[i].begin(), sources[i].end());
            if (std::adjacent_find(sources[i].begin(), sources[i].end()) != sources[i].end())
                fail("connects a pair of neurons twice (target " + std::to_string(target) + ")");
            if (std::binary_search(sources[i].begin(), sources[i].end(), target))
                fail("connects neuron " + std::to_string(target) + " with itself");
            visitor(target, sources[i]);
        }
    }
}

std::unique_ptr<Wiring> open_wiring(const Experiment& experiment) {
    const auto& file = experiment.connectivity.file;
    if (file && is_hdf5(*file)) return std::make_unique<EdgeWiring>(*file, experiment.populations);
    return make_wiring(experiment);
}

}  // namespace engram
