#include "io/snapshot_file.hpp"

#include "experiment/errors.hpp"
#include "io/even_share.hpp"
#include "io/file_format.hpp"

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

void append(std::vector<double>& all, const std::vector<double>& part) {
    all.insert(all.end(), part.begin(), part.end());
}

}  // namespace

void write_snapshot_part(const std::string& path, double time_s, std::uint64_t n_targets,
                         const EdgeProvider& provider, const PlasticValues& values, MPI_Comm comm,
                         std::uint64_t edges_per_round) {
    const EdgeLayout edges(provider, n_targets, comm);
    FileLayout layout;
    write_format(layout.file(), snapshot_filetype);
    h5::write_attribute(layout.file(), "label", snapshot_label(time_s));
    h5::write_attribute(layout.file(), "time_s", time_s);
    const auto [h_place, z_place] = lay_out_values(layout, layout.file(), edges.n_edges());

    ParallelFile file(path, std::move(layout), comm);
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
    }
    file.finish();
}

SnapshotCopy::SnapshotCopy(const std::string& part_path, std::uint64_t n_edges)
    : part_path_(part_path), n_edges_(n_edges) {
    const h5::File part = h5::File::open(part_path, h5::Access::read_only);
    check_format(part, snapshot_filetype);
    label_ = h5::read_string_attribute(part, "label");
    time_s_ = h5::read_attribute<double>(part, "time_s");
    for (const ValueKind& kind : value_kinds)
        if (h5::shape(h5::open_dataset(part, kind.name)) != h5::Shape{n_edges})
            throw FileError(part_path,
                            "the snapshot has another number of synapses than the network; it is "
                            "of another run: run the simulation again");
}

void SnapshotCopy::lay_out(FileLayout& file, const std::string& parent) {
    const h5::Group group = h5::create_group(file.file(), parent + "/" + label_);
    h5::write_attribute(group, "time_s", time_s_);
    places_ = lay_out_values(file, group, n_edges_);
}

void SnapshotCopy::write(ParallelFile& file) const {
    const EvenShare share(n_edges_, default_edges_per_round, file.communicator());
    file.attempt([&] {
        const h5::File part = h5::File::open(part_path_, h5::Access::read_only);
        for (std::size_t i = 0; i < places_.size(); ++i) {
            const h5::DataSet source = h5::open_dataset(part, value_kinds[i].name);
            for (std::uint64_t round = 0; round < share.n_rounds; ++round) {
                const h5::Slab slab = share.slab(round, default_edges_per_round);
                const auto values = h5::read_rows<double>(source, slab);
                file.write(places_[i], slab, std::span<const double>(values));
            }
        }
    });
}

}  // namespace engram
