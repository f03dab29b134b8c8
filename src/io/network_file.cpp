// SPDX-License-Identifier: Apache-2.0
#include "io/network_file.hpp"

#include <optional>
#include <variant>

#include "base/collective.hpp"
#include "io/even_share.hpp"
#include "io/file_format.hpp"
#include "io/source_index.hpp"

namespace engram {
namespace {

using Ids = std::vector<std::uint64_t>;
using NodeIds = std::vector<std::uint32_t>;

// Counting numbers, whose datasets are among the largest of the file: compressed by every rank
// where that takes about a second at most, else shared out and as narrow as they may be.
constexpr std::uint64_t most_rounds_compressed = 64;
using CountingPlace =
    std::variant<std::monostate, DatasetPlace<std::uint32_t>, DatasetPlace<std::uint64_t>>;

CountingPlace add_counting(FileLayout& file, hid_t group, const std::string& name, std::uint64_t n,
                           std::uint64_t per_round) {
    if (n <= most_rounds_compressed * per_round) {
        file.add_counting(group, name, static_cast<std::uint32_t>(n));
        return {};
    }
    if (n <= std::uint64_t{1} << 32) return file.add_dataset<std::uint32_t>(group, name, {n});
    return file.add_dataset<std::uint64_t>(group, name, {n});
}

// The edges from one population to another: first counted, then laid out, then written.
class EdgeTable {
  public:
    // Collective.
    EdgeTable(const NetworkEdges& edges, bool indexes_sources, std::uint64_t edges_per_round,
              MPI_Comm comm)
        : population_(edges.population),
          provider_(*edges.provider),
          edges_per_round_(edges_per_round),
          layout_(provider_, population_.n_targets, comm),
          rounds_(layout_.rounds(edges_per_round)) {
        for (std::uint64_t target = 0; target < layout_.n_targets(); ++target)
            if (layout_.in_degree(target) > 0) targets_with_edges_.push_back(target);
        if (!indexes_sources) return;
        by_source_.emplace(population_.n_sources, population_.n_targets);
        NodeIds sources;
        for (const EdgeRound& round : rounds_) {
            provider_.sources(round.targets, sources);
            by_source_->count(round.targets, layout_, sources);
        }
        by_source_->finish_counting(layout_, comm);
    }

    std::uint64_t n_edges() const { return layout_.n_edges(); }
    bool is_plastic() const { return population_.plastic; }
    PlasticEdges plastic_edges() const {
        return {population_.name, population_.first_source, population_.first_target,
                layout_.first_edges()};
    }

    void lay_out(FileLayout& file) {
        const h5::Group group = h5::create_group(file.file(), "edges/" + population_.name);
        const h5::Shape shape{n_edges()};
        sources_ = node_ids(file, group, "source_node_id", population_.source_population);
        target_ids_ = node_ids(file, group, "target_node_id", population_.target_population);
        // SONATA's bookkeeping: all edges are of one type and have their properties in group 0.
        file.add_constant<std::uint64_t>(group, "edge_type_id", shape, 0);
        file.add_constant<std::uint32_t>(group, "edge_group_id", shape, 0);
        group_index_ = add_counting(file, group, "edge_group_index", n_edges(), edges_per_round_);
        const h5::Group properties = h5::create_group(group, "0");
        add_property(file, properties, "syn_weight", population_.syn_weight_mV, "mV");
        add_property(file, properties, "delay", population_.delay_ms, "ms");
        const h5::Group by_target = h5::create_group(group, "indices/target_to_source");
        target_index_ = {file, by_target, layout_.n_targets(), targets_with_edges_.size()};
        if (!by_source_) return;
        const h5::Group by_source = h5::create_group(group, "indices/source_to_target");
        source_index_ = by_source_->lay_out(file, by_source);
    }

    // Collective.
    void write(ParallelFile& file) const {
        write_node_ids(file);
        std::visit([&](const auto& place) { write_counting(file, place); }, group_index_);
        write_target_index(file);
        if (by_source_)
            by_source_->write(file, source_index_, provider_, layout_, edges_per_round_);
    }

  private:
    DatasetPlace<std::uint32_t> node_ids(FileLayout& file, hid_t group, const std::string& name,
                                         const std::string& node_population) const {
        const auto dataset = h5::create_dataset<std::uint32_t>(group, name, {n_edges()});
        h5::write_attribute(dataset, "node_population", node_population);
        return file.place_of<std::uint32_t>(dataset);
    }

    void add_property(FileLayout& file, hid_t group, const std::string& name, double value,
                      const std::string& units) const {
        file.add_constant(group, name, {n_edges()}, value, units);
    }

    void write_node_ids(ParallelFile& file) const {
        NodeIds sources, targets;
        for (const EdgeRound& round : rounds_) {
            provider_.sources(round.targets, sources);
            targets.clear();
            for (const TargetRange& range : round.targets)
                for (auto target = range.first; target < range.first + range.count; ++target)
                    targets.insert(targets.end(), layout_.in_degree(target),
                                   static_cast<std::uint32_t>(target));
            file.write(sources_, round.edges, std::span<const std::uint32_t>(sources));
            file.write(target_ids_, round.edges, std::span<const std::uint32_t>(targets));
        }
    }

    void write_counting(ParallelFile& /*file*/, std::monostate) const {}
    template <class T>
    void write_counting(ParallelFile& file, const DatasetPlace<T>& place) const {
        write_computed(file, place, edges_per_round_,
                       [](std::uint64_t edge, T* index) { *index = static_cast<T>(edge); });
    }

    void write_target_index(ParallelFile& file) const {
        Ids first_range{0};
        for (std::uint64_t target = 0; target < layout_.n_targets(); ++target)
            first_range.push_back(first_range.back() + (layout_.in_degree(target) > 0));
        target_index_.write_nodes(file, edges_per_round_, first_range);
        write_computed(file, target_index_.range_to_edge_id, edges_per_round_,
                       [&](std::uint64_t range, std::uint64_t* bounds) {
                           bounds[0] = layout_.first_edge(targets_with_edges_[range]);
                           bounds[1] = layout_.first_edge(targets_with_edges_[range] + 1);
                       });
    }

    EdgePopulation population_;
    const EdgeProvider& provider_;
    std::uint64_t edges_per_round_;
    EdgeLayout layout_;
    std::vector<EdgeRound> rounds_;
    Ids targets_with_edges_;
    std::optional<SourceIndex> by_source_;  //!< if it is wanted
    // In the file:
    DatasetPlace<std::uint32_t> sources_, target_ids_;
    CountingPlace group_index_;
    IndexPlaces target_index_, source_index_;
};

}  // namespace

void write_network_file(const std::string& path, std::span<const NetworkEdges> edges,
                        std::span<const SnapshotPart> snapshot_parts, const LastSnapshot* last,
                        bool indexes_sources, MPI_Comm comm, std::uint64_t edges_per_round,
                        std::span<const Population> populations) {
    std::vector<EdgeTable> tables;
    std::vector<SnapshotCopy> snapshots;
    FileLayout layout;
    write_sonata_format(layout.file(), network_filetype, network_format_version);
    h5::create_group(layout.file(), "edges");
    for (const NetworkEdges& part : edges) {
        EdgeTable& table = tables.emplace_back(part, indexes_sources, edges_per_round, comm);
        table.lay_out(layout);
    }
    std::vector<PlasticEdges> plastic;
    for (const EdgeTable& table : tables)
        if (table.is_plastic()) plastic.push_back(table.plastic_edges());
    const PlasticOrder order(std::move(plastic));
    collectively(comm, [&] {
        for (const SnapshotPart& part : snapshot_parts)
            snapshots.emplace_back(part, order, populations);
    });
    for (SnapshotCopy& snapshot : snapshots) snapshot.lay_out(layout);
    std::optional<PresentSnapshot> present;
    if (last != nullptr) {
        present.emplace(last->snapshot, *last->provider, order, populations, comm);
        present->lay_out(layout);
    }

    ParallelFile file(path, std::move(layout), comm);
    for (const EdgeTable& table : tables) table.write(file);
    for (const SnapshotCopy& snapshot : snapshots) snapshot.write(file);
    if (present) present->write(file, last->n_targets, edges_per_round);
    file.finish();
}

}  // namespace engram
