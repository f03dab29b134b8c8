// SPDX-License-Identifier: Apache-2.0
#include "io/snapshot_file.hpp"

#include <array>
#include <optional>

#include "base/collective.hpp"
#include "base/errors.hpp"
#include "io/content_checksum.hpp"
#include "io/even_share.hpp"
#include "io/file_format.hpp"
#include "io/network_file.hpp"

namespace engram {
namespace {

const std::string snapshot_filetype = "engram snapshot";

struct ValueKind {
    const char* name;
    const char* units;
};
constexpr std::array<ValueKind, 2> value_kinds{{{"h_mV", "mV"}, {"z", "1"}}};
constexpr std::array members{&SnapshotPlaces::h_mV, &SnapshotPlaces::z};

// Collective.
std::optional<double> common_value(CommonBits bits, MPI_Comm comm) {
    join_over_ranks(comm, {&bits, 1});
    return bits.value<double>();
}

// h is stored always, so that a file has room for as many constants as readers take.
SnapshotPlaces lay_out_values(FileLayout& file, hid_t location, std::uint64_t n_edges,
                              std::optional<double> z) {
    const auto& [of_h, of_z] = value_kinds;
    SnapshotPlaces places;
    places.h_mV = file.add_dataset<double>(location, of_h.name, {n_edges}, of_h.units);
    if (z)
        file.add_constant(location, of_z.name, {n_edges}, *z, of_z.units);
    else
        places.z = file.add_dataset<double>(location, of_z.name, {n_edges}, of_z.units);
    return places;
}

SnapshotPlaces lay_out_part(FileLayout& file, double time_s, std::uint64_t n_edges,
                            std::optional<double> z) {
    write_format(file.file(), snapshot_filetype);
    h5::write_attribute(file.file(), "label", snapshot_label(time_s));
    h5::write_attribute(file.file(), "time_s", time_s);
    return lay_out_values(file, file.file(), n_edges, z);
}

std::vector<std::string> pools_of(const ProteinSnapshot& proteins) {
    std::vector<std::string> pools;
    for (const auto& [pool, amounts] : proteins.amounts) pools.push_back(pool);
    return pools;
}

// Of a part file; nothing if it has none.
std::optional<ProteinPlaces> lay_out_proteins(FileLayout& file,
                                              const std::vector<std::string>& pools,
                                              std::uint64_t n_neurons) {
    if (pools.empty()) return std::nullopt;
    const h5::Group group = h5::create_group(file.file(), protein_part_group);
    return ProteinPlaces(file, group, pools, n_neurons);
}

std::vector<std::string> pools_of_part(const std::string& path) {
    const h5::File file = h5::File::open(path, h5::Access::read_only);
    return pools_in(file, protein_part_group);
}

void append(std::vector<double>& all, const std::vector<double>& part) {
    all.insert(all.end(), part.begin(), part.end());
}

// Checksum of one array, h_mV with z and the pools of proteins behind it, of which each rank adds
// what it handles. Without proteins it is that of before there were any in snapshots.
class SnapshotSum {
  public:
    explicit SnapshotSum(std::uint64_t n_edges) : n_edges_(n_edges) {}

    //! \param kind  index into value_kinds
    void add(std::size_t kind, std::span<const h5::Slab> slabs, std::span<const double> values) {
        for (const h5::Slab& slab : slabs) {
            const h5::Slab place{kind * n_edges_ + slab.first, slab.count};
            sum_ += checksum_of(std::span(&place, 1), values.first(slab.count));
            values = values.subspan(slab.count);
        }
    }
    //! \param pool  index among the pools, ascending by name
    void add_proteins(std::size_t pool, std::uint64_t n_neurons, std::span<const h5::Slab> slabs,
                      std::span<const double> amounts) {
        for (const h5::Slab& slab : slabs) {
            const h5::Slab place{value_kinds.size() * n_edges_ + pool * n_neurons + slab.first,
                                 slab.count};
            sum_ += checksum_of(std::span(&place, 1), amounts.first(slab.count));
            amounts = amounts.subspan(slab.count);
        }
    }
    //! Collective.
    std::uint64_t total(MPI_Comm comm) const {
        std::uint64_t sum = sum_;
        sum_over_ranks(comm, {&sum, 1});
        return sum;
    }

  private:
    std::uint64_t n_edges_;
    std::uint64_t sum_ = 0;
};

std::uint64_t count_edges(hid_t location) {
    const h5::Shape shape = h5::shape(h5::open_dataset(location, value_kinds[0].name));
    for (const ValueKind& kind : value_kinds)
        if (shape.size() != 1 || h5::shape(h5::open_dataset(location, kind.name)) != shape)
            h5::reject(location, "the snapshot is damaged", "use an older checkpoint");
    return shape.front();
}

// Calls use(kind, slab) for this rank's share of a snapshot, piece by piece.
template <class Use>
void for_share(std::uint64_t n_edges, MPI_Comm comm, const Use& use) {
    const EvenShare share(n_edges, default_edges_per_round, comm);
    for (std::size_t kind = 0; kind < value_kinds.size(); ++kind)
        for (std::uint64_t round = 0; round < share.n_rounds; ++round)
            use(kind, share.slab(round, default_edges_per_round));
}

// The proteins of a part file.
class PartProteins {
  public:
    explicit PartProteins(const h5::File& file)
        : file_(file), pools_(pools_in(file, protein_part_group)) {
        if (!pools_.empty()) n_neurons_ = h5::shape(open(pools_.front())).front();
        for (const std::string& pool : pools_)
            if (h5::shape(open(pool)) != h5::Shape{n_neurons_})
                h5::reject(file, "the snapshot is damaged", "use an older checkpoint");
    }

    const std::vector<std::string>& pools() const { return pools_; }

    //! Calls use(pool, slab, amounts) for this rank's share, piece by piece.
    template <class Use>
    void for_share(SnapshotSum& sum, MPI_Comm comm, const Use& use) const {
        const EvenShare share(n_neurons_, default_edges_per_round, comm);
        for (std::size_t p = 0; p < pools_.size(); ++p)
            for (std::uint64_t round = 0; round < share.n_rounds; ++round) {
                const h5::Slab slab = share.slab(round, default_edges_per_round);
                const auto amounts = h5::read_rows<double>(open(pools_[p]), slab);
                sum.add_proteins(p, n_neurons_, std::span(&slab, 1), amounts);
                use(pools_[p], slab, std::span<const double>(amounts));
            }
    }
    void add_to(SnapshotSum& sum, MPI_Comm comm) const {
        for_share(sum, comm, [](const std::string&, h5::Slab, std::span<const double>) {});
    }

  private:
    h5::DataSet open(const std::string& pool) const {
        return h5::open_dataset(file_, std::string(protein_part_group) + "/" + pool);
    }

    const h5::File& file_;
    std::vector<std::string> pools_;
    std::uint64_t n_neurons_ = 0;
};

h5::DataSet open_values(hid_t location, std::size_t kind) {
    return h5::open_dataset(location, value_kinds[kind].name);
}

// What z is everywhere, if it is stored as a constant.
std::optional<double> constant_z(hid_t location) {
    const h5::DataSet dataset = open_values(location, 1);
    if (!h5::is_constant(dataset)) return std::nullopt;
    return h5::read_rows<double>(dataset, {0, 1}).front();
}

const std::string damaged = "the snapshot is damaged (its checksum does not match)";

// Collective.
void require_sum(const SnapshotSum& sum, std::uint64_t checksum, const std::string& path,
                 ParallelFile& target) {
    const std::uint64_t found = sum.total(target.communicator());
    target.attempt([&] {
        if (found != checksum) throw FileError(path, damaged);
    });
}

// What z is everywhere, if it is a constant.
// \throw FileError if the part is unusable, or has another number of edges
std::optional<double> open_part(const SnapshotPart& part, const PlasticOrder& order) {
    const h5::File file = h5::File::open(part.path, h5::Access::read_only);
    check_format(file, snapshot_filetype);
    if (count_edges(file) != order.n_edges())
        throw FileError(part.path,
                        "the snapshot has another number of synapses than the network; it is of "
                        "another run: run the simulation again");
    return constant_z(file);
}

std::string snapshot_group(const std::string& projection, double time_s) {
    return "edges/" + projection + "/snapshots/" + snapshot_label(time_s);
}

// The order of the edges in a network.h5, by its index by target.
PlasticOrder read_order(const h5::File& file, const std::vector<PlasticProjection>& projections) {
    std::vector<PlasticEdges> edges;
    for (const auto& [name, first_source, first_target] : projections) {
        const h5::Group index = h5::open_group(file, "edges/" + name + "/indices/target_to_source");
        const auto ranges = h5::read_dataset<std::uint64_t>(index, "node_id_to_ranges");
        const auto bounds = h5::read_dataset<std::uint64_t>(index, "range_to_edge_id");
        PlasticEdges& own = edges.emplace_back(PlasticEdges{name, first_source, first_target, {0}});
        for (std::size_t i = 0; i + 1 < ranges.size(); i += 2) {
            std::uint64_t n_edges = 0;
            for (auto r = ranges[i]; r < ranges[i + 1] && 2 * r + 1 < bounds.size(); ++r)
                n_edges += bounds[2 * r + 1] - bounds[2 * r];
            own.first_edge.push_back(own.first_edge.back() + n_edges);
        }
    }
    return PlasticOrder(std::move(edges));
}

// One snapshot of all plastic edges, from the groups of a network.h5.
class StoredSnapshot {
  public:
    StoredSnapshot(const h5::File& file, const PlasticOrder& order, double time_s) : order_(order) {
        for (const PlasticEdges& edges : order.projections()) {
            groups_.push_back(h5::open_group(file, snapshot_group(edges.name, time_s)));
            if (count_edges(groups_.back()) != edges.n_edges())
                h5::reject(groups_.back(), "the snapshot is damaged", "use an older checkpoint");
        }
    }

    // What z is everywhere, if all groups have it as a constant.
    std::optional<double> constant_z() const {
        CommonBits all;
        for (const h5::Group& group : groups_) {
            if (count_edges(group) == 0) continue;
            const std::optional<double> z = engram::constant_z(group);
            if (!z) return std::nullopt;
            all.add(*z);
        }
        return all.value<double>();
    }

    std::vector<double> read(std::size_t kind, h5::Slab all) const {
        const std::vector<h5::Slab> slabs = order_.slabs(all);
        std::vector<std::vector<double>> parts(slabs.size());
        for (std::size_t p = 0; p < slabs.size(); ++p)
            parts[p] = h5::read_rows<double>(open_values(groups_[p], kind), slabs[p]);
        std::vector<double> values;
        order_.for_each_piece(all, [&](std::size_t p, std::uint64_t edge, std::uint64_t n) {
            const auto begin =
                parts[p].begin() + static_cast<std::ptrdiff_t>(edge - slabs[p].first);
            values.insert(values.end(), begin, begin + static_cast<std::ptrdiff_t>(n));
        });
        return values;
    }

  private:
    const PlasticOrder& order_;
    std::vector<h5::Group> groups_;
};

}  // namespace

std::uint64_t write_snapshot_part(const std::string& path, const PlasticSnapshot& snapshot,
                                  std::uint64_t n_targets, const EdgeProvider& provider,
                                  MPI_Comm comm, std::uint64_t edges_per_round) {
    const ProteinSnapshot& proteins = snapshot.proteins;
    const EdgeLayout edges(provider, n_targets, comm);
    FileLayout layout;
    const SnapshotPlaces places =
        lay_out_part(layout, snapshot.time_s, edges.n_edges(), common_value(snapshot.z, comm));
    const auto of_proteins = lay_out_proteins(layout, pools_of(proteins), n_targets);

    ParallelFile file(path, std::move(layout), comm);
    SnapshotSum sum(edges.n_edges());
    std::vector<double> h_mV, z;
    for (const EdgeRound& round : edges.rounds(edges_per_round)) {
        snapshot.values(round.targets, h_mV, z);
        file.write(*places.h_mV, round.edges, std::span<const double>(h_mV));
        if (places.z) file.write(*places.z, round.edges, std::span<const double>(z));
        sum.add(0, round.edges, h_mV);
        sum.add(1, round.edges, z);
    }
    std::size_t pool = 0;
    for (const auto& [name, amounts] : proteins.amounts) {
        const std::span<const double> values(amounts);
        file.write(of_proteins->of(name), proteins.neurons, values);
        sum.add_proteins(pool++, n_targets, proteins.neurons, values);
    }
    file.finish();
    return sum.total(comm);
}

void read_snapshot_part(const SnapshotPart& part, std::uint64_t n_targets,
                        const EdgeProvider& provider, const UseWeights& use, MPI_Comm comm,
                        std::uint64_t edges_per_round) {
    const EdgeLayout edges(provider, n_targets, comm);
    const std::vector<EdgeRound> rounds = edges.rounds(edges_per_round);
    SnapshotSum sum(edges.n_edges());
    collectively(comm, [&] {
        const h5::File file = h5::File::open(part.path, h5::Access::read_only);
        check_format(file, snapshot_filetype);
        if (count_edges(file) != edges.n_edges()) throw FileError(part.path, damaged);
        for (const EdgeRound& round : rounds) {
            std::array<std::vector<double>, value_kinds.size()> values;
            for (std::size_t kind = 0; kind < values.size(); ++kind) {
                for (const h5::Slab& slab : round.edges)
                    append(values[kind], h5::read_rows<double>(open_values(file, kind), slab));
                sum.add(kind, round.edges, values[kind]);
            }
            use(round.targets, values[0], values[1]);
        }
        PartProteins(file).add_to(sum, comm);
    });
    if (sum.total(comm) != part.checksum) throw as_shared(FileError(part.path, damaged));
}

void verify_snapshot_part(const SnapshotPart& part, MPI_Comm comm) {
    std::optional<SnapshotSum> sum;
    collectively(comm, [&] {
        const h5::File file = h5::File::open(part.path, h5::Access::read_only);
        check_format(file, snapshot_filetype);
        const std::uint64_t n_edges = count_edges(file);
        sum.emplace(n_edges);
        for_share(n_edges, comm, [&](std::size_t kind, h5::Slab slab) {
            const auto values = h5::read_rows<double>(open_values(file, kind), slab);
            sum->add(kind, std::span(&slab, 1), values);
        });
        PartProteins(file).add_to(*sum, comm);
    });
    if (sum->total(comm) != part.checksum) throw as_shared(FileError(part.path, damaged));
}

void rebuild_snapshot_part(const SnapshotPart& part, const std::string& network_path,
                           const std::vector<PlasticProjection>& projections, MPI_Comm comm,
                           std::span<const Population> populations) {
    std::optional<PlasticOrder> order;
    std::optional<double> z;
    std::vector<std::string> pools;
    std::uint64_t n_neurons = 0;
    collectively(comm, [&] {
        const h5::File file = h5::File::open(network_path, h5::Access::read_only);
        check_format(file, network_filetype, network_format_version);
        order = read_order(file, projections);
        z = StoredSnapshot(file, *order, part.time_s).constant_z();
        for (const Population& population : populations) {
            if (!population.is_excitatory()) continue;
            n_neurons = population.end();
            pools = pools_in(file, protein_group(population, part.time_s));
        }
    });
    FileLayout layout;
    const SnapshotPlaces places = lay_out_part(layout, part.time_s, order->n_edges(), z);
    const auto of_proteins = lay_out_proteins(layout, pools, n_neurons);
    ParallelFile file(part.path, std::move(layout), comm);
    SnapshotSum sum(order->n_edges());
    file.attempt([&] {
        const h5::File network = h5::File::open(network_path, h5::Access::read_only);
        const StoredSnapshot snapshot(network, *order, part.time_s);
        for_share(order->n_edges(), comm, [&](std::size_t kind, h5::Slab slab) {
            const std::vector<double> values = snapshot.read(kind, slab);
            sum.add(kind, std::span(&slab, 1), values);
            if (const auto& place = places.*members[kind])
                file.write(*place, slab, std::span<const double>(values));
        });
        const EvenShare share(n_neurons, default_edges_per_round, comm);
        for (std::size_t p = 0; p < pools.size(); ++p)
            for (std::uint64_t round = 0; round < share.n_rounds; ++round) {
                const h5::Slab slab = share.slab(round, default_edges_per_round);
                const auto amounts =
                    read_proteins(network, part.time_s, pools[p], populations, slab);
                sum.add_proteins(p, n_neurons, std::span(&slab, 1), amounts);
                file.write(of_proteins->of(pools[p]), slab, std::span<const double>(amounts));
            }
    });
    require_sum(sum, part.checksum, network_path, file);
    file.finish();
}

void SnapshotGroups::lay_out(FileLayout& file) {
    for (const PlasticEdges& edges : order_.projections()) {
        const h5::Group group = h5::create_group(file.file(), snapshot_group(edges.name, time_s_));
        h5::write_attribute(group, "time_s", time_s_);
        places_.push_back(lay_out_values(file, group, edges.n_edges(), z_));
    }
}

void SnapshotGroups::write(ParallelFile& file, h5::Slab all, std::span<const double> values,
                           std::optional<DatasetPlace<double>> SnapshotPlaces::*kind) const {
    if (places_.empty() || !(places_.front().*kind)) return;
    if (places_.size() == 1) {
        file.write(*(places_.front().*kind), all, values);
        return;
    }
    std::vector<std::vector<double>> by_projection(places_.size());
    auto next = values.begin();
    order_.for_each_piece(all, [&](std::size_t p, std::uint64_t, std::uint64_t n) {
        const auto end = next + static_cast<std::ptrdiff_t>(n);
        by_projection[p].insert(by_projection[p].end(), next, end);
        next = end;
    });
    const std::vector<h5::Slab> slabs = order_.slabs(all);
    for (std::size_t p = 0; p < places_.size(); ++p)
        file.write(*(places_[p].*kind), slabs[p], std::span<const double>(by_projection[p]));
}

SnapshotCopy::SnapshotCopy(SnapshotPart part, const PlasticOrder& order,
                           std::span<const Population> populations)
    : part_(std::move(part)),
      order_(order),
      groups_(part_.time_s, open_part(part_, order), order),
      proteins_(part_.time_s, pools_of_part(part_.path), populations) {}

void SnapshotCopy::write(ParallelFile& file) const {
    SnapshotSum sum(order_.n_edges());
    file.attempt([&] {
        const h5::File part = h5::File::open(part_.path, h5::Access::read_only);
        for_share(order_.n_edges(), file.communicator(), [&](std::size_t kind, h5::Slab slab) {
            const auto values = h5::read_rows<double>(open_values(part, kind), slab);
            sum.add(kind, std::span(&slab, 1), values);
            groups_.write(file, slab, values, members[kind]);
        });
        PartProteins(part).for_share(
            sum, file.communicator(),
            [&](const std::string& pool, h5::Slab slab, std::span<const double> amounts) {
                proteins_.write(file, pool, slab, amounts);
            });
    });
    require_sum(sum, part_.checksum, part_.path, file);
}

PresentSnapshot::PresentSnapshot(const PlasticSnapshot& snapshot, const EdgeProvider& provider,
                                 const PlasticOrder& order, std::span<const Population> populations,
                                 MPI_Comm comm)
    : snapshot_(snapshot),
      provider_(provider),
      groups_(snapshot.time_s, common_value(snapshot.z, comm), order),
      proteins_(snapshot.time_s, pools_of(snapshot.proteins), populations) {}

void PresentSnapshot::write(ParallelFile& file, std::uint64_t n_targets,
                            std::uint64_t edges_per_round) const {
    const EdgeLayout edges(provider_, n_targets, file.communicator());
    std::vector<double> h_mV, z;
    for (const EdgeRound& round : edges.rounds(edges_per_round)) {
        snapshot_.values(round.targets, h_mV, z);
        std::uint64_t done = 0;
        for (const h5::Slab& slab : round.edges) {
            groups_.write(file, slab, std::span(h_mV).subspan(done, slab.count),
                          &SnapshotPlaces::h_mV);
            groups_.write(file, slab, std::span(z).subspan(done, slab.count), &SnapshotPlaces::z);
            done += slab.count;
        }
    }
    for (const auto& [pool, amounts] : snapshot_.proteins.amounts) {
        std::span<const double> rest(amounts);
        for (const h5::Slab& neurons : snapshot_.proteins.neurons) {
            proteins_.write(file, pool, neurons, rest.first(neurons.count));
            rest = rest.subspan(neurons.count);
        }
    }
}

}  // namespace engram
