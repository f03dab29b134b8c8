// SPDX-License-Identifier: Apache-2.0
#include "io/network_file.hpp"

#include "base/collective.hpp"
#include "io/even_share.hpp"
#include "io/file_format.hpp"
#include "io/source_index.hpp"

namespace engram {
namespace {

using Ids = std::vector<std::uint64_t>;

// The edges from one population to another: first counted, then laid out, then written.
class EdgeTable {
  public:
    // Collective.
    EdgeTable(const NetworkEdges& edges, std::uint64_t edges_per_round, MPI_Comm comm)
        : population_(edges.population),
          provider_(*edges.provider),
          edges_per_round_(edges_per_round),
          layout_(provider_, population_.n_targets, comm),
          rounds_(layout_.rounds(edges_per_round)),
          by_source_(population_.n_sources, population_.n_targets) {
        Ids sources;
        for (const EdgeRound& round : rounds_)
            for (const TargetRange& range : round.targets) {
                provider_.sources(range, sources);
                by_source_.count(range, layout_, sources);
            }
        by_source_.finish_counting(layout_, comm);
        for (std::uint64_t target = 0; target < layout_.n_targets(); ++target)
            if (layout_.in_degree(target) > 0) targets_with_edges_.push_back(target);
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
        type_ = file.add_dataset<std::uint64_t>(group, "edge_type_id", shape);
        group_id_ = file.add_dataset<std::uint32_t>(group, "edge_group_id", shape);
        group_index_ = file.add_dataset<std::uint64_t>(group, "edge_group_index", shape);
        const h5::Group properties = h5::create_group(group, "0");
        weight_ = file.add_dataset<double>(properties, "syn_weight", shape, "mV");
        delay_ = file.add_dataset<double>(properties, "delay", shape, "ms");
        const h5::Group by_target = h5::create_group(group, "indices/target_to_source");
        target_index_ = {file, by_target, layout_.n_targets(), targets_with_edges_.size()};
        const h5::Group by_source = h5::create_group(group, "indices/source_to_target");
        source_index_ = by_source_.lay_out(file, by_source);
    }

    // Collective.
    void write(ParallelFile& file) const {
        write_node_ids(file);
        write_grouping(file);
        write_constant(file, weight_, population_.syn_weight_mV);
        write_constant(file, delay_, population_.delay_ms);
        write_target_index(file);
        by_source_.write(file, source_index_, provider_, layout_, edges_per_round_);
    }

  private:
    DatasetPlace<std::uint64_t> node_ids(FileLayout& file, hid_t group, const std::string& name,
                                         const std::string& node_population) const {
        const auto dataset = h5::create_dataset<std::uint64_t>(group, name, {n_edges()});
        h5::write_attribute(dataset, "node_population", node_population);
        return file.place_of<std::uint64_t>(dataset);
    }

    void write_node_ids(ParallelFile& file) const {
        Ids sources, targets, sources_of_range;
        for (const EdgeRound& round : rounds_) {
            sources.clear();
            targets.clear();
            for (const TargetRange& range : round.targets) {
                provider_.sources(range, sources_of_range);
                sources.insert(sources.end(), sources_of_range.begin(), sources_of_range.end());
                for (auto target = range.first; target < range.first + range.count; ++target)
                    targets.insert(targets.end(), layout_.in_degree(target), target);
            }
            file.write(sources_, round.edges, std::span<const std::uint64_t>(sources));
            file.write(target_ids_, round.edges, std::span<const std::uint64_t>(targets));
        }
    }

    // SONATA's bookkeeping: all edges are of one type and have their properties in group 0.
    void write_grouping(ParallelFile& file) const {
        write_computed(file, type_, edges_per_round_,
                       [](std::uint64_t, std::uint64_t* type) { *type = 0; });
        write_computed(file, group_id_, edges_per_round_,
                       [](std::uint64_t, std::uint32_t* id) { *id = 0; });
        write_computed(file, group_index_, edges_per_round_,
                       [](std::uint64_t edge, std::uint64_t* index) { *index = edge; });
    }

    void write_constant(ParallelFile& file, const DatasetPlace<double>& place, double value) const {
        write_computed(file, place, edges_per_round_,
                       [value](std::uint64_t, double* entry) { *entry = value; });
    }

    void write_target_index(ParallelFile& file) const {
        Ids first_range{0};
        for (std::uint64_t target = 0; target < layout_.n_targets(); ++target)
            first_range.push_back(first_range.back() + (layout_.in_degree(target) > 0));
        write_computed(file, target_index_.node_id_to_ranges, edges_per_round_,
                       [&](std::uint64_t target, std::uint64_t* bounds) {
                           bounds[0] = first_range[target];
                           bounds[1] = first_range[target + 1];
                       });
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
    SourceIndex by_source_;
    Ids targets_with_edges_;
    // In the file:
    DatasetPlace<std::uint64_t> sources_, target_ids_, type_, group_index_;
    DatasetPlace<std::uint32_t> group_id_;
    DatasetPlace<double> weight_, delay_;
    IndexPlaces target_index_, source_index_;
};

}  // namespace

void write_network_file(const std::string& path, std::span<const NetworkEdges> edges,
                        std::span<const SnapshotPart> snapshot_parts, MPI_Comm comm,
                        std::uint64_t edges_per_round) {
    std::vector<EdgeTable> tables;
    std::vector<SnapshotCopy> snapshots;
    FileLayout layout;
    write_sonata_format(layout.file(), network_filetype);
    h5::create_group(layout.file(), "edges");
    for (const NetworkEdges& part : edges) {
        EdgeTable& table = tables.emplace_back(part, edges_per_round, comm);
        table.lay_out(layout);
    }
    std::vector<PlasticEdges> plastic;
    for (const EdgeTable& table : tables)
        if (table.is_plastic()) plastic.push_back(table.plastic_edges());
    const PlasticOrder order(std::move(plastic));
    collectively(comm, [&] {
        for (const SnapshotPart& part : snapshot_parts) snapshots.emplace_back(part, order);
    });
    for (SnapshotCopy& snapshot : snapshots) snapshot.lay_out(layout);

    ParallelFile file(path, std::move(layout), comm);
    for (const EdgeTable& table : tables) table.write(file);
    for (const SnapshotCopy& snapshot : snapshots) snapshot.write(file);
    file.finish();
}

}  // namespace engram
