// SPDX-License-Identifier: Apache-2.0
#include "io/edge_group.hpp"

#include <algorithm>

#include "base/errors.hpp"
#include "experiment/network_keys.hpp"

namespace engram {
namespace {

constexpr std::uint64_t rows_at_once = 1 << 18;
constexpr const char* index_name = "/indices/target_to_source";
constexpr const char* index_remedy = "; write the index of the file again";
constexpr const char* converted =
    "; tools/engram-convert makes such a file of any edges in SONATA format";

// Signed, so that negative numbers and those beyond 2^63, which no file needs, stay recognisable.
using Number = std::int64_t;

std::string interval(Number begin, Number end) {
    return "[" + std::to_string(begin) + ", " + std::to_string(end) + ")";
}

bool is_interval(Number begin, Number end, std::uint64_t size) {
    return 0 <= begin && begin <= end && static_cast<std::uint64_t>(end) <= size;
}

}  // namespace

EdgeGroup::EdgeGroup(const h5::File& file, const std::string& name, const Experiment& experiment,
                     std::string key)
    : path_(file.path()),
      name_(name),
      key_(std::move(key)),
      source_ids_(open_ids(file, "/source_node_id", 1)),
      target_ids_(open_ids(file, "/target_node_id", 1)),
      ranges_of_target_(open_ids(file, std::string(index_name) + "/node_id_to_ranges", 2)),
      edge_ranges_(open_ids(file, std::string(index_name) + "/range_to_edge_id", 2)) {
    source_ = population_of(source_ids_, "source", experiment);
    target_ = population_of(target_ids_, "target", experiment);
    n_edges_ = h5::shape(source_ids_).front();
    n_ranges_ = h5::shape(edge_ranges_).front();
    const std::uint64_t n_targets = h5::shape(target_ids_).front();
    if (n_targets != n_edges_)
        fail("/source_node_id has " + std::to_string(n_edges_) + " edges, /target_node_id " +
             std::to_string(n_targets) + "; they must be of equal length");
    const std::uint64_t n_indexed = h5::shape(ranges_of_target_).front();
    if (n_indexed != target_.size)
        fail(std::string(index_name) + "/node_id_to_ranges has " + std::to_string(n_indexed) +
             " nodes, but population " + target_.name + " has " + std::to_string(target_.size) +
             " neurons; set " + target_.count_key +
             " to the number of the file, or index every node");
}

void EdgeGroup::fail(const std::string& problem) const {
    throw FileError(path_, "/" + name_ + problem + " (" + key_ + ")");
}

h5::DataSet EdgeGroup::open_ids(const h5::File& file, const std::string& name,
                                std::size_t n_columns) const {
    if (!h5::exists(file, name_ + name)) fail(name + " is missing, and is needed" + converted);
    h5::DataSet dataset = h5::find_dataset(file, name_ + name);
    if (dataset < 0) fail(name + " is not a dataset that can be read");
    const h5::DataType type(H5Dget_type(dataset));
    if (H5Tget_class(type) != H5T_INTEGER) fail(name + " does not hold integers, as it must");
    const h5::DataSpace space(H5Dget_space(dataset));
    const int n_dimensions = H5Sget_simple_extent_ndims(space);
    hsize_t extent[H5S_MAX_RANK] = {};
    H5Sget_simple_extent_dims(space, extent, nullptr);
    const bool is_list = n_columns == 1 && n_dimensions == 1;
    const bool is_table = n_columns > 1 && n_dimensions == 2 && extent[1] == n_columns;
    if (!is_list && !is_table)
        fail(name + (n_columns == 1 ? " must have one dimension"
                                    : " must have two columns, the begin and the end of ranges"));
    return dataset;
}

EdgeGroup::Population EdgeGroup::population_of(hid_t ids, const std::string& end,
                                               const Experiment& experiment) const {
    const std::string dataset = "/" + end + "_node_id";
    const Populations& populations = experiment.populations;
    std::string names;
    for (const engram::Population& population : populations)
        names += (names.empty() ? "" : " or ") + population.name;
    if (!h5::has_attribute(ids, "node_population"))
        fail(dataset + " has no attribute node_population; it must have one, " + names + converted);
    const std::string name = h5::read_string_attribute(ids, "node_population");
    const engram::Population* population = populations.find(name);
    if (population == nullptr)
        fail(dataset + " has node_population '" + shortened(name) + "'; must be " + names +
             converted);
    return {name, static_cast<std::size_t>(population - &populations[0]), population->first,
            population->count, count_key(experiment, *population)};
}

// Calls `use` with pieces whose rows follow on each other, few enough to be read at once.
template <class Use>
void EdgeGroup::for_each_run(const std::vector<Piece>& pieces, Use&& use) const {
    std::vector<Piece> run;
    std::uint64_t n_rows = 0;
    const auto finish = [&] {
        if (n_rows > 0) use(run, h5::Slab{run.front().first, n_rows});
        run.clear();
        n_rows = 0;
    };
    for (Piece rest : pieces) {
        while (rest.count > 0) {
            if (n_rows == rows_at_once || (n_rows > 0 && run.front().first + n_rows != rest.first))
                finish();
            const std::uint64_t n = std::min(rest.count, rows_at_once - n_rows);
            run.push_back({rest.first, n, rest.target});
            n_rows += n;
            rest.first += n;
            rest.count -= n;
        }
    }
    finish();
}

std::vector<EdgeGroup::Piece> EdgeGroup::ranges_of(NeuronId first_node, NeuronId n) const {
    const auto rows = h5::read_rows<Number>(ranges_of_target_, {first_node, n});
    std::vector<Piece> ranges;
    for (NeuronId i = 0; i < n; ++i) {
        const Number begin = rows[2 * i];
        const Number end = rows[2 * i + 1];
        if (!is_interval(begin, end, n_ranges_))
            fail(std::string(index_name) + "/node_id_to_ranges of node " +
                 std::to_string(first_node + i) + " is " + interval(begin, end) +
                 ", no part of the " + std::to_string(n_ranges_) + " rows of range_to_edge_id" +
                 index_remedy);
        ranges.push_back({static_cast<std::uint64_t>(begin),
                          static_cast<std::uint64_t>(end - begin), first_node + i});
    }
    return ranges;
}

// Ranges of edges; `ranges` are consecutive rows of the index.
std::vector<EdgeGroup::Piece> EdgeGroup::edges_of(const std::vector<Piece>& ranges) const {
    std::vector<Piece> edges;
    const std::uint64_t first_row = ranges.front().first;
    const auto rows = h5::read_rows<Number>(
        edge_ranges_, {first_row, ranges.back().first + ranges.back().count - first_row});
    for (const Piece& range : ranges)
        for (std::uint64_t row = range.first; row < range.first + range.count; ++row) {
            const Number begin = rows[2 * (row - first_row)];
            const Number end = rows[2 * (row - first_row) + 1];
            if (!is_interval(begin, end, n_edges_))
                fail(std::string(index_name) + "/range_to_edge_id in row " + std::to_string(row) +
                     " is " + interval(begin, end) + ", no part of the " +
                     std::to_string(n_edges_) + " edges" + index_remedy);
            edges.push_back({static_cast<std::uint64_t>(begin),
                             static_cast<std::uint64_t>(end - begin), range.target});
        }
    return edges;
}

void EdgeGroup::use_edges(const std::vector<Piece>& edges, const UseEdges& use) const {
    std::vector<NeuronId> sources, targets;
    for_each_run(edges, [&](const std::vector<Piece>& run, h5::Slab slab) {
        const auto source_nodes = h5::read_rows<Number>(source_ids_, slab);
        const auto target_nodes = h5::read_rows<Number>(target_ids_, slab);
        sources.clear();
        targets.clear();
        for (const Piece& piece : run) {
            for (std::uint64_t edge = piece.first; edge < piece.first + piece.count; ++edge) {
                const Number source = source_nodes[edge - slab.first];
                const Number target = target_nodes[edge - slab.first];
                if (target != static_cast<Number>(piece.target))
                    fail("/target_node_id of edge " + std::to_string(edge) + " is " +
                         std::to_string(target) + ", but the index lists it under node " +
                         std::to_string(piece.target) + index_remedy);
                if (source < 0 || source >= static_cast<Number>(source_.size))
                    fail("/source_node_id of edge " + std::to_string(edge) + " names source node " +
                         std::to_string(source) + ", but population " + source_.name + " has " +
                         std::to_string(source_.size) + " neurons; set " + source_.count_key +
                         ", or correct the edge");
                sources.push_back(source_.first + static_cast<NeuronId>(source));
                targets.push_back(target_.first + piece.target);
            }
        }
        use(slab, sources, targets);
    });
}

std::uint64_t EdgeGroup::append_sources(NeuronId first,
                                        std::vector<std::vector<NeuronId>>& sources) const {
    return visit(
        first, static_cast<NeuronId>(sources.size()),
        [&](h5::Slab, std::span<const NeuronId> of_edges, std::span<const NeuronId> targets) {
            for (std::size_t i = 0; i < targets.size(); ++i)
                sources[targets[i] - first].push_back(of_edges[i]);
        });
}

std::uint64_t EdgeGroup::visit(NeuronId first, NeuronId count, const UseEdges& use) const {
    const NeuronId begin = std::max(first, target_.first);
    const NeuronId end = std::min(first + count, target_.first + target_.size);
    if (begin >= end) return 0;
    std::uint64_t n_read = 0;
    std::vector<std::uint64_t> n_of_target(end - begin);
    for_each_run(ranges_of(begin - target_.first, end - begin),
                 [&](const std::vector<Piece>& ranges, h5::Slab) {
                     const std::vector<Piece> edges = edges_of(ranges);
                     // Before they are read: an index may list the same edges any number of times.
                     for (const Piece& piece : edges) {
                         std::uint64_t& n = n_of_target[target_.first + piece.target - begin];
                         n += piece.count;
                         if (n > source_.size)
                             fail(std::string(index_name) + " lists more edges to node " +
                                  std::to_string(piece.target) + " than population " +
                                  source_.name + " has neurons (" + std::to_string(source_.size) +
                                  ")" + index_remedy);
                         n_read += piece.count;
                     }
                     use_edges(edges, use);
                 });
    return n_read;
}

void EdgeGroup::require_all(std::uint64_t n_indexed) const {
    if (n_indexed < n_edges_)
        fail(std::string(index_name) + " leads to only " + std::to_string(n_indexed) + " of the " +
             std::to_string(n_edges_) + " edges" + index_remedy);
}

}  // namespace engram
