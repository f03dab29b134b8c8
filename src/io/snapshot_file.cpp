#include "io/snapshot_file.hpp"


#include "experiment/errors.hpp"
#include "io/durable.hpp"
#include "io/file_format.hpp"
#include "io/network_file.hpp"
#include "io/parallel_copy.hpp"
#include "io/shared_write.hpp"
#include "network/collective.hpp"

namespace engram {
namespace {

const std::string snapshot_filetype = "engram snapshot";
const std::string plastic_edges = "edges/exc_exc";

struct ValueKind {
    const char* name;
    const char* units;
};
constexpr std::array<ValueKind, 2> value_kinds{{{"h_mV", "mV"}, {"z", "1"}}};

h5::DataSet create_values(hid_t location, const ValueKind& kind, std::uint64_t n_edges) {
    h5::DataSet dataset = h5::create_dataset<double>(location, kind.name, {n_edges});
    h5::write_attribute(dataset, "units", kind.units);
    return dataset;
}

void append(std::vector<double>& all, const std::vector<double>& part) {
    all.insert(all.end(), part.begin(), part.end());
}

std::uint64_t n_plastic_edges(const h5::File& network) {
    const std::string name = plastic_edges + "/source_node_id";
    return h5::shape(h5::open_dataset(network, name)).front();
}

void copy_values(hid_t source, hid_t target, std::uint64_t n_edges, MPI_Comm comm) {
    const EvenShare share(n_edges, default_edges_per_round, comm);
    for (std::uint64_t round = 0; round < share.n_rounds; ++round) {
        const h5::Slab slab = share.slab(round, default_edges_per_round);
        std::vector<double> values;
        collectively(comm, [&] { values = h5::read_slab<double>(source, slab); });
        write_together(comm, target, std::span(&slab, 1), values);
    }
}

void add_snapshot(const h5::File& network, const std::string& part_path, MPI_Comm comm) {
    const h5::File part = h5::File::open(part_path, h5::Access::read_only, comm);
    check_format(part, snapshot_filetype);
    const auto label = h5::read_string_attribute(part, "label");
    const auto time_s = h5::read_attribute<double>(part, "time_s");
    const std::uint64_t n_edges = n_plastic_edges(network);

    const h5::Group group = h5::create_group(network, plastic_edges + "/snapshots/" + label);
    h5::write_attribute(group, "time_s", time_s);
    for (const ValueKind& kind : value_kinds) {
        const h5::DataSet source = h5::open_dataset(part, kind.name);
        if (h5::shape(source).front() != n_edges) {
            throw FileError(part_path,
                            "the snapshot has another number of synapses than the "
                            "network; it is of another run: run the simulation again");
        }
        const h5::DataSet target = create_values(group, kind, n_edges);
        copy_values(source, target, n_edges, comm);
    }
}

}  // namespace

void write_snapshot_part(const std::string& path, double time_s, std::uint64_t n_targets,
                         const EdgeProvider& provider, const PlasticValues& values, MPI_Comm comm,
                         std::uint64_t edges_per_round) {
    const EdgeLayout layout(provider, n_targets, comm);
    h5::File file = h5::File::create(temporary_path(path), comm);
    write_format(file, snapshot_filetype);
    h5::write_attribute(file, "label", snapshot_label(time_s));
    h5::write_attribute(file, "time_s", time_s);
    {
        const h5::DataSet all_h = create_values(file, value_kinds[0], layout.n_edges());
        const h5::DataSet all_z = create_values(file, value_kinds[1], layout.n_edges());
        std::vector<double> h_mV, z, h_of_range, z_of_range;
        for (const EdgeRound& round : layout.rounds(edges_per_round)) {
            h_mV.clear();
            z.clear();
            for (const TargetRange& range : round.targets) {
                values(range, h_of_range, z_of_range);
                append(h_mV, h_of_range);
                append(z, z_of_range);
            }
            write_together(comm, all_h, round.edges, h_mV);
            write_together(comm, all_z, round.edges, z);
        }
    }
    file.close();
    finish_file(path, comm);
}

void assemble_network_file(const std::string& network_path,
                           std::span<const std::string> snapshot_paths,
                           const std::string& target_path, MPI_Comm comm) {
    const std::string temporary = temporary_path(target_path);
    // A copy, because a file that is open for writing when the program is killed is lost.
    copy_file(network_path, temporary, comm);
    h5::File network = h5::File::open(temporary, h5::Access::read_write, comm);
    check_format(network, network_filetype);
    for (const std::string& part : snapshot_paths) add_snapshot(network, part, comm);
    network.close();
    finish_file(target_path, comm);
}

}  // namespace engram
