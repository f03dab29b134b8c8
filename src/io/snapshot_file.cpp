#include "io/snapshot_file.hpp"

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

SnapshotPlaces lay_out_values(FileLayout& file, hid_t location, std::uint64_t n_edges) {
    SnapshotPlaces places;
    for (std::size_t i = 0; i < places.size(); ++i)
        places[i] = file.add_dataset<double>(location, value_kinds[i].name, {n_edges},
                                             value_kinds[i].units);
    return places;
}

SnapshotPlaces lay_out_part(FileLayout& file, double time_s, std::uint64_t n_edges) {
    write_format(file.file(), snapshot_filetype);
    h5::write_attribute(file.file(), "label", snapshot_label(time_s));
    h5::write_attribute(file.file(), "time_s", time_s);
    return lay_out_values(file, file.file(), n_edges);
}

void append(std::vector<double>& all, const std::vector<double>& part) {
    all.insert(all.end(), part.begin(), part.end());
}

// Checksum of one array, h_mV with z behind it, of which each rank adds what it handles.
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

// Reads this rank's share of a snapshot, hands it on piece by piece, and sums it up.
template <class Receive>
void read_share(hid_t location, std::uint64_t n_edges, MPI_Comm comm, SnapshotSum& sum,
                const Receive& receive) {
    const EvenShare share(n_edges, default_edges_per_round, comm);
    for (std::size_t kind = 0; kind < value_kinds.size(); ++kind) {
        const h5::DataSet source = h5::open_dataset(location, value_kinds[kind].name);
        for (std::uint64_t round = 0; round < share.n_rounds; ++round) {
            const h5::Slab slab = share.slab(round, default_edges_per_round);
            const auto values = h5::read_rows<double>(source, slab);
            sum.add(kind, std::span(&slab, 1), values);
            receive(kind, slab, values);
        }
    }
}

const std::string damaged = "the snapshot is damaged (its checksum does not match)";

// Collective. Copies a snapshot from a group of a file.
void copy_values(const std::string& path, const std::string& group, std::uint64_t checksum,
                 std::uint64_t n_edges, const SnapshotPlaces& places, ParallelFile& target) {
    SnapshotSum sum(n_edges);
    target.attempt([&] {
        const h5::File file = h5::File::open(path, h5::Access::read_only);
        read_share(h5::open_group(file, group), n_edges, target.communicator(), sum,
                   [&](std::size_t kind, h5::Slab slab, const std::vector<double>& values) {
                       target.write(places[kind], slab, std::span<const double>(values));
                   });
    });
    const std::uint64_t found = sum.total(target.communicator());
    target.attempt([&] {
        if (found != checksum) throw FileError(path, damaged);
    });
}

}  // namespace

std::uint64_t write_snapshot_part(const std::string& path, double time_s, std::uint64_t n_targets,
                                  const EdgeProvider& provider, const PlasticValues& values,
                                  MPI_Comm comm, std::uint64_t edges_per_round) {
    const EdgeLayout edges(provider, n_targets, comm);
    FileLayout layout;
    const auto [h_place, z_place] = lay_out_part(layout, time_s, edges.n_edges());

    ParallelFile file(path, std::move(layout), comm);
    SnapshotSum sum(edges.n_edges());
    std::vector<double> h_mV, z, h_of_range, z_of_range;
    for (const EdgeRound& round : edges.rounds(edges_per_round)) {
        h_mV.clear();
        z.clear();
        for (const TargetRange& range : round.targets) {
            values(range, h_of_range, z_of_range);
            append(h_mV, h_of_range);
            append(z, z_of_range);
        }
        file.write(h_place, round.edges, std::span<const double>(h_mV));
        file.write(z_place, round.edges, std::span<const double>(z));
        sum.add(0, round.edges, h_mV);
        sum.add(1, round.edges, z);
    }
    file.finish();
    return sum.total(comm);
}

void verify_snapshot_part(const SnapshotPart& part, MPI_Comm comm) {
    std::optional<SnapshotSum> sum;
    collectively(comm, [&] {
        const h5::File file = h5::File::open(part.path, h5::Access::read_only);
        check_format(file, snapshot_filetype);
        const std::uint64_t n_edges = count_edges(file);
        sum.emplace(n_edges);
        read_share(file, n_edges, comm, *sum, [](std::size_t, h5::Slab, const auto&) {});
    });
    if (sum->total(comm) != part.checksum) throw SharedFileError(part.path, damaged);
}

void rebuild_snapshot_part(const SnapshotPart& part, const std::string& network_path,
                           MPI_Comm comm) {
    const std::string group = "edges/exc_exc/snapshots/" + snapshot_label(part.time_s);
    std::uint64_t n_edges = 0;
    collectively(comm, [&] {
        const h5::File file = h5::File::open(network_path, h5::Access::read_only);
        check_format(file, network_filetype);
        n_edges = count_edges(h5::open_group(file, group));
    });
    FileLayout layout;
    const SnapshotPlaces places = lay_out_part(layout, part.time_s, n_edges);
    ParallelFile file(part.path, std::move(layout), comm);
    copy_values(network_path, group, part.checksum, n_edges, places, file);
    file.finish();
}

SnapshotCopy::SnapshotCopy(SnapshotPart part, std::uint64_t n_edges)
    : part_(std::move(part)), n_edges_(n_edges) {
    const h5::File file = h5::File::open(part_.path, h5::Access::read_only);
    check_format(file, snapshot_filetype);
    if (count_edges(file) != n_edges)
        throw FileError(part_.path,
                        "the snapshot has another number of synapses than the network; it is of "
                        "another run: run the simulation again");
}

void SnapshotCopy::lay_out(FileLayout& file, const std::string& parent) {
    const h5::Group group =
        h5::create_group(file.file(), parent + "/" + snapshot_label(part_.time_s));
    h5::write_attribute(group, "time_s", part_.time_s);
    places_ = lay_out_values(file, group, n_edges_);
}

void SnapshotCopy::write(ParallelFile& file) const {
    copy_values(part_.path, "/", part_.checksum, n_edges_, places_, file);
}

}  // namespace engram
