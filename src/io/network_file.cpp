#include "io/network_file.hpp"

#include "io/durable.hpp"
#include "io/file_format.hpp"
#include "io/shared_write.hpp"
#include "io/source_index.hpp"
#include "network/collective.hpp"

namespace engram {
namespace {

// source_node_id and target_node_id; counts the edges of each source on the way.
void write_node_ids(hid_t group, const EdgePopulation& population, const EdgeProvider& provider,
                    const EdgeLayout& layout, std::uint64_t edges_per_round, MPI_Comm comm,
                    SourceIndex& index) {
    const auto source_ids =
        h5::create_dataset<std::uint64_t>(group, "source_node_id", {layout.n_edges()});
    const auto target_ids =
        h5::create_dataset<std::uint64_t>(group, "target_node_id", {layout.n_edges()});
    h5::write_attribute(source_ids, "node_population", population.source_population);
    h5::write_attribute(target_ids, "node_population", population.target_population);

    std::vector<std::uint64_t> sources, targets, sources_of_range;
    for (const EdgeRound& round : layout.rounds(edges_per_round)) {
        sources.clear();
        targets.clear();
        for (const TargetRange& range : round.targets) {
            provider.sources(range, sources_of_range);
            index.count(range, layout, sources_of_range);
            sources.insert(sources.end(), sources_of_range.begin(), sources_of_range.end());
            for (std::uint64_t target = range.first; target < range.first + range.count; ++target) {
                targets.insert(targets.end(), layout.in_degree(target), target);
            }
        }
        write_together(comm, source_ids, round.edges, sources);
        write_together(comm, target_ids, round.edges, targets);
    }
}

// SONATA's bookkeeping: all edges are of one type and have their properties in group 0.
void write_grouping(hid_t group, std::uint64_t n_edges, std::uint64_t rows_per_round,
                    MPI_Comm comm) {
    const h5::Shape shape{n_edges};
    write_computed<std::uint64_t>(comm, group, "edge_type_id", shape, rows_per_round,
                                  [](std::uint64_t, std::uint64_t* type) { *type = 0; });
    write_computed<std::uint32_t>(comm, group, "edge_group_id", shape, rows_per_round,
                                  [](std::uint64_t, std::uint32_t* id) { *id = 0; });
    write_computed<std::uint64_t>(comm, group, "edge_group_index", shape, rows_per_round,
                                  [](std::uint64_t edge, std::uint64_t* index) { *index = edge; });
}

void write_constant(hid_t group, const std::string& name, const std::string& units, double value,
                    std::uint64_t n_edges, std::uint64_t rows_per_round, MPI_Comm comm) {
    const auto dataset =
        write_computed<double>(comm, group, name, {n_edges}, rows_per_round,
                               [value](std::uint64_t, double* entry) { *entry = value; });
    h5::write_attribute(dataset, "units", units);
}

void write_target_index(hid_t group, const EdgeLayout& layout, std::uint64_t rows_per_round,
                        MPI_Comm comm) {
    std::vector<std::uint64_t> first_range{0};
    std::vector<std::uint64_t> with_edges;
    for (std::uint64_t target = 0; target < layout.n_targets(); ++target) {
        if (layout.in_degree(target) > 0) with_edges.push_back(target);
        first_range.push_back(with_edges.size());
    }
    write_computed<std::uint64_t>(comm, group, "node_id_to_ranges", {layout.n_targets(), 2},
                                  rows_per_round, [&](std::uint64_t target, std::uint64_t* bounds) {
                                      bounds[0] = first_range[target];
                                      bounds[1] = first_range[target + 1];
                                  });
    write_computed<std::uint64_t>(comm, group, "range_to_edge_id", {with_edges.size(), 2},
                                  rows_per_round, [&](std::uint64_t range, std::uint64_t* bounds) {
                                      bounds[0] = layout.first_edge(with_edges[range]);
                                      bounds[1] = layout.first_edge(with_edges[range] + 1);
                                  });
}

}  // namespace

void write_network_edges(const h5::File& file, const EdgePopulation& population,
                         const EdgeProvider& provider, MPI_Comm comm,
                         std::uint64_t edges_per_round) {
    const EdgeLayout layout(provider, population.n_targets, comm);
    const h5::Group group = h5::create_group(file, "edges/" + population.name);
    SourceIndex source_index(population.n_sources, population.n_targets);
    write_node_ids(group, population, provider, layout, edges_per_round, comm, source_index);
    write_grouping(group, layout.n_edges(), edges_per_round, comm);

    const h5::Group properties = h5::create_group(group, "0");
    write_constant(properties, "syn_weight", "mV", population.syn_weight_mV, layout.n_edges(),
                   edges_per_round, comm);
    write_constant(properties, "delay", "ms", population.delay_ms, layout.n_edges(),
                   edges_per_round, comm);

    const h5::Group by_target = h5::create_group(group, "indices/target_to_source");
    write_target_index(by_target, layout, edges_per_round, comm);
    const h5::Group by_source = h5::create_group(group, "indices/source_to_target");
    source_index.finish_counting(layout, comm);
    source_index.write(by_source, provider, layout, edges_per_round, comm);
}

void write_network_file(const std::string& path, std::span<const NetworkEdges> edges, MPI_Comm comm,
                        std::uint64_t edges_per_round) {
    h5::File file = h5::File::create(temporary_path(path), comm);
    write_sonata_format(file, network_filetype);
    h5::create_group(file, "edges");
    for (const NetworkEdges& part : edges) {
        write_network_edges(file, part.population, *part.provider, comm, edges_per_round);
    }
    file.close();
    finish_file(path, comm);
}

}  // namespace engram
