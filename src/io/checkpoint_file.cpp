#include "io/checkpoint_file.hpp"

#include <algorithm>
#include <filesystem>

#include "experiment/errors.hpp"
#include "io/checkpoint_header.hpp"
#include "io/durable.hpp"
#include "io/edge_layout.hpp"
#include "io/file_format.hpp"
#include "io/network_edges.hpp"
#include "io/shared_write.hpp"
#include "network/collective.hpp"

namespace engram {
namespace {

h5::DataSet open_sized(hid_t location, const std::string& name, std::uint64_t n) {
    h5::DataSet dataset = h5::open_dataset(location, name);
    if (h5::shape(dataset) != h5::Shape{n})
        h5::reject(location, "'" + name + "' has another number of values than the configuration",
                   "it is of another run: use a checkpoint of this one");
    return dataset;
}

// Rows of this rank in a dataset by neuron, or by excitatory neuron.
std::vector<h5::Slab> neuron_slabs(const Network& network, bool exc_only) {
    std::vector<h5::Slab> slabs;
    const NeuronId limit = exc_only ? network.populations().n_exc : network.populations().size();
    for (const NeuronRange& range : network.partition().ranges(network.rank()))
        if (range.first < limit)
            slabs.push_back({range.first, std::min(range.count, limit - range.first)});
    return slabs;
}

// The part of a transfer that this rank has done: what it adds to the checksums.
class Ledger {
  public:
    template <h5::Number T>
    void add(const std::string& name, std::span<const h5::Slab> slabs, std::span<const T> values) {
        sums_[name] += checksum_of(slabs, values);
    }
    //! Collective. Sums over all ranks, which have the same names.
    Checksums total(MPI_Comm comm) const {
        std::vector<std::uint64_t> values;
        for (const auto& entry : sums_) values.push_back(entry.second);
        sum_over_ranks(comm, values);
        Checksums result;
        std::size_t next = 0;
        for (const auto& entry : sums_) result[entry.first] = values[next++];
        return result;
    }

  private:
    Checksums sums_;
};

// Values that every rank holds; rank 0 writes them.
template <h5::Number T>
void write_shared(hid_t file, const std::string& name, const std::vector<T>& values, Ledger& ledger,
                  MPI_Comm comm) {
    const h5::DataSet dataset = h5::create_dataset<T>(file, name, {values.size()});
    const h5::Slab all{0, values.size()};
    const bool mine = rank_of(comm) == 0 && !values.empty();
    const std::span<const h5::Slab> slabs(&all, mine ? 1 : 0);
    write_together(comm, dataset, slabs, mine ? values : std::vector<T>());
    ledger.add(name, slabs, std::span<const T>(values));
}

// All ranks read the values, rank 0 accounts for them.
template <h5::Number T>
std::vector<T> read_shared(hid_t file, const std::string& name, Ledger& ledger, MPI_Comm comm) {
    auto values = h5::read_dataset<T>(file, name);
    const h5::Slab all{0, values.size()};
    ledger.add(name, std::span(&all, rank_of(comm) == 0 ? 1 : 0), std::span<const T>(values));
    return values;
}

// Each rank reads for itself, so that an error that only one meets cannot leave the others waiting.
template <h5::Number T>
std::vector<T> read_slabs_alone(hid_t dataset, std::span<const h5::Slab> slabs) {
    std::vector<T> values;
    for (const h5::Slab& slab : slabs) {
        const auto part = h5::read_rows<T>(dataset, slab);
        values.insert(values.end(), part.begin(), part.end());
    }
    return values;
}

void write_by_neuron(hid_t file, const std::string& group, const std::vector<NamedValues>& list,
                     const Network& network, bool exc_only, Ledger& ledger, MPI_Comm comm) {
    const auto slabs = neuron_slabs(network, exc_only);
    const NeuronId n = exc_only ? network.populations().n_exc : network.populations().size();
    h5::create_group(file, group);
    for (const NamedValues& entry : list) {
        const std::string name = group + "/" + entry.name;
        const h5::DataSet dataset = h5::create_dataset<double>(file, name, {n});
        write_together(comm, dataset, slabs,
                       std::vector<double>(entry.values.begin(), entry.values.end()));
        ledger.add(name, slabs, std::span<const double>(entry.values));
    }
}

void read_by_neuron(hid_t file, const std::string& group, const std::vector<NamedValues>& list,
                    const Network& network, bool exc_only, Ledger& ledger) {
    const auto slabs = neuron_slabs(network, exc_only);
    const NeuronId n = exc_only ? network.populations().n_exc : network.populations().size();
    for (const NamedValues& entry : list) {
        const std::string name = group + "/" + entry.name;
        const h5::DataSet dataset = open_sized(file, name, n);
        const auto values = read_slabs_alone<double>(dataset, slabs);
        std::copy(values.begin(), values.end(), entry.values.begin());
        ledger.add(name, slabs, std::span<const double>(values));
    }
}

// Synapses in rounds: positions in the table of what one collective transfer moves.
class SynapseRounds {
  public:
    SynapseRounds(const Network& network, MPI_Comm comm)
        : provider_(network, Projection::exc_exc),
          layout_(provider_, network.populations().n_exc, comm),
          rounds_(layout_.rounds(default_edges_per_round)) {}

    std::uint64_t n_edges() const { return layout_.n_edges(); }

    template <h5::Number T>
    void write(hid_t file, const std::string& name, std::span<const T> values, Ledger& ledger,
               MPI_Comm comm) const {
        const h5::DataSet dataset = h5::create_dataset<T>(file, name, {n_edges()});
        std::vector<T> ordered;
        for (const EdgeRound& round : rounds_) {
            const auto order = order_of(round);
            ordered.resize(order.size());
            for (std::size_t i = 0; i < order.size(); ++i) ordered[i] = values[order[i]];
            write_together(comm, dataset, round.edges, ordered);
            ledger.add(name, round.edges, std::span<const T>(ordered));
        }
    }

    template <h5::Number T>
    void read(hid_t file, const std::string& name, std::span<T> values, Ledger& ledger) const {
        const h5::DataSet dataset = open_sized(file, name, n_edges());
        for (const EdgeRound& round : rounds_) {
            const auto order = order_of(round);
            const auto ordered = read_slabs_alone<T>(dataset, round.edges);
            ledger.add(name, round.edges, std::span<const T>(ordered));
            for (std::size_t i = 0; i < order.size(); ++i) values[order[i]] = ordered[i];
        }
    }

  private:
    std::vector<SynapseIndex> order_of(const EdgeRound& round) const {
        std::vector<SynapseIndex> order;
        std::vector<SynapseIndex> of_range;
        for (const TargetRange& range : round.targets) {
            provider_.synapses(range, of_range);
            order.insert(order.end(), of_range.begin(), of_range.end());
        }
        return order;
    }

    NetworkEdgeProvider provider_;
    EdgeLayout layout_;
    std::vector<EdgeRound> rounds_;
};

void write_header(const h5::File& file, const CheckpointHeader& header, MPI_Comm comm) {
    // Reports differ from rank to rank, but what shapes the file must not.
    const std::string text = broadcast_text(header_text(header), comm);
    const std::vector<std::uint8_t> bytes(text.begin(), text.end());
    Ledger ledger;
    write_shared(file, "header", bytes, ledger, comm);
    Ledger ignored;
    write_shared(file, "header_checksum",
                 std::vector<std::uint64_t>{ledger.total(comm).at("header")}, ignored, comm);
}

void write_content(const h5::File& file, CheckpointHeader header, const SharedState& shared,
                   const LocalState& local, const Network& network, MPI_Comm comm) {
    write_format(file, checkpoint_filetype);
    Ledger ledger;
    std::vector<std::int64_t> due_steps;
    std::vector<std::uint32_t> due_neurons;
    for (const SpikeEvent& event : shared.calcium_due) {
        due_steps.push_back(event.step);
        due_neurons.push_back(event.neuron);
    }
    h5::create_group(file, "shared");
    write_shared(file, "shared/arriving_spikes", shared.arriving, ledger, comm);
    write_shared(file, "shared/calcium_due_step", due_steps, ledger, comm);
    write_shared(file, "shared/calcium_due_neuron", due_neurons, ledger, comm);
    write_shared(file, "shared/calcium_pre", shared.calcium_pre, ledger, comm);

    write_by_neuron(file, "neurons", local.by_neuron, network, false, ledger, comm);
    write_by_neuron(file, "exc_neurons", local.by_exc_neuron, network, true, ledger, comm);

    const SynapseRounds rounds(network, comm);
    h5::create_group(file, "synapses");
    for (const NamedValues& entry : local.by_synapse)
        rounds.write(file, "synapses/" + entry.name, std::span<const double>(entry.values), ledger,
                     comm);
    rounds.write(file, "synapses/tag", std::span<const std::uint8_t>(local.tags), ledger, comm);

    header.checksums = ledger.total(comm);
    write_header(file, header, comm);
}

// Collective. A disk that fills up while all ranks write can leave MPI waiting, so look before.
void require_space(const std::string& path, const LocalState& local, const SharedState& shared,
                   MPI_Comm comm) {
    std::uint64_t bytes = local.tags.size_bytes();
    for (const auto* list : {&local.by_neuron, &local.by_exc_neuron, &local.by_synapse})
        for (const NamedValues& entry : *list) bytes += entry.values.size_bytes();
    sum_over_ranks(comm, {&bytes, 1});
    constexpr std::uint64_t header_and_structure = 1u << 16;
    bytes += shared.arriving.size() * 8 + shared.calcium_due.size() * 12 +
             shared.calcium_pre.size() * 8 + header_and_structure;
    on_root(comm, [&] {
        std::error_code error;
        const auto space =
            std::filesystem::space(std::filesystem::absolute(path).parent_path(), error);
        if (!error && space.available < bytes)
            throw FileError(path, "the checkpoint needs " + std::to_string(bytes >> 10) +
                                      " KiB and the disk has " +
                                      std::to_string(space.available >> 10) +
                                      " KiB left; free space, then resume");
    });
}

void check_version(const h5::File& file) {
    check_format(file, checkpoint_filetype);
    const auto version = h5::read_attribute<std::uint32_t>(file, "format_version");
    if (version < file_format_version)
        throw FileError(file.path(), "format version " + std::to_string(version) +
                                         " is older than version " +
                                         std::to_string(file_format_version) +
                                         " of this program; resume with the Engram that wrote it");
}

}  // namespace

CheckpointHeader read_checkpoint_header(const h5::File& file) {
    check_version(file);
    const auto bytes = h5::read_dataset<std::uint8_t>(file, "header");
    const auto expected = h5::read_dataset<std::uint64_t>(file, "header_checksum");
    const h5::Slab all{0, bytes.size()};
    if (expected.size() != 1 ||
        expected.front() != checksum_of(std::span(&all, 1), std::span<const std::uint8_t>(bytes)))
        throw FileError(file.path(), "the header is damaged; use another checkpoint");
    return parse_header({bytes.begin(), bytes.end()}, file.path());
}

void write_checkpoint(const std::string& path, const CheckpointHeader& header,
                      const SharedState& shared, const LocalState& local, const Network& network,
                      MPI_Comm communicator) {
    require_space(path, local, shared, communicator);
    h5::File file = h5::File::create_checked(temporary_path(path), communicator);
    write_content(file, header, shared, local, network, communicator);
    file.close();
    finish_file(path, communicator);
}

CheckpointHeader read_checkpoint_header(const std::string& path, MPI_Comm communicator) {
    std::string text;
    on_root(communicator, [&] {
        text = header_text(read_checkpoint_header(h5::File::open(path, h5::Access::read_only)));
    });
    return parse_header(broadcast_text(std::move(text), communicator), path);
}

SharedState read_checkpoint_state(const std::string& path, const Checksums& checksums,
                                  const LocalState& local, const Network& network, MPI_Comm comm) {
    const SynapseRounds rounds(network, comm);
    SharedState shared;
    Ledger ledger;
    collectively(comm, [&] {
        const h5::File file = h5::File::open(path, h5::Access::read_only);
        check_version(file);
        shared.arriving = read_shared<std::uint64_t>(file, "shared/arriving_spikes", ledger, comm);
        const auto steps = read_shared<std::int64_t>(file, "shared/calcium_due_step", ledger, comm);
        const auto neurons =
            read_shared<std::uint32_t>(file, "shared/calcium_due_neuron", ledger, comm);
        if (steps.size() != neurons.size())
            throw FileError(path, "calcium influx is damaged; use another checkpoint");
        for (std::size_t i = 0; i < steps.size(); ++i)
            shared.calcium_due.push_back({steps[i], neurons[i]});
        shared.calcium_pre = read_shared<double>(file, "shared/calcium_pre", ledger, comm);
        read_by_neuron(file, "neurons", local.by_neuron, network, false, ledger);
        read_by_neuron(file, "exc_neurons", local.by_exc_neuron, network, true, ledger);
        for (const NamedValues& entry : local.by_synapse)
            rounds.read(file, "synapses/" + entry.name, entry.values, ledger);
        rounds.read(file, "synapses/tag", local.tags, ledger);
    });
    const Checksums found = ledger.total(comm);
    for (const auto& [name, sum] : found) {
        const auto expected = checksums.find(name);
        if (expected == checksums.end() || expected->second != sum)
            throw SharedFileError(path, "'" + name +
                                            "' is damaged (its checksum does not match); "
                                            "use another checkpoint");
    }
    return shared;
}

}  // namespace engram
