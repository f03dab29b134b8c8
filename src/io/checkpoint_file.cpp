#include "io/checkpoint_file.hpp"

#include <algorithm>

#include "experiment/errors.hpp"
#include "io/checkpoint_header.hpp"
#include "io/collective.hpp"
#include "io/durable.hpp"
#include "io/edge_layout.hpp"
#include "io/file_format.hpp"
#include "io/network_edges.hpp"
#include "io/shared_write.hpp"

namespace engram {
namespace {

constexpr hsize_t rows_per_chunk = 1u << 16;

template <h5::Number T>
h5::DataSet create(hid_t location, const std::string& name, std::uint64_t n) {
    // Checksums need chunks, and chunks need content.
    const h5::DatasetOptions options{.chunk_rows = std::min<hsize_t>(n, rows_per_chunk),
                                     .checksum = n > 0};
    return h5::create_dataset<T>(location, name, {n}, options);
}

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

// Values that every rank holds; rank 0 writes them.
template <h5::Number T>
void write_shared(hid_t file, const std::string& name, const std::vector<T>& values,
                  MPI_Comm comm) {
    const h5::DataSet dataset = create<T>(file, name, values.size());
    if (values.empty()) return;
    const h5::Slab all{0, values.size()};
    const std::span<const h5::Slab> mine(&all, rank_of(comm) == 0 ? 1 : 0);
    write_together(comm, dataset, mine, rank_of(comm) == 0 ? values : std::vector<T>());
}

// Reads rows, checksums verified. Each rank reads for itself, so that damage which only one meets
// cannot leave the others waiting.
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
                     const Network& network, bool exc_only, MPI_Comm comm) {
    const auto slabs = neuron_slabs(network, exc_only);
    const NeuronId n = exc_only ? network.populations().n_exc : network.populations().size();
    h5::create_group(file, group);
    for (const NamedValues& entry : list) {
        const h5::DataSet dataset = create<double>(file, group + "/" + entry.name, n);
        write_together(comm, dataset, slabs,
                       std::vector<double>(entry.values.begin(), entry.values.end()));
    }
}

void read_by_neuron(hid_t file, const std::string& group, const std::vector<NamedValues>& list,
                    const Network& network, bool exc_only) {
    const auto slabs = neuron_slabs(network, exc_only);
    const NeuronId n = exc_only ? network.populations().n_exc : network.populations().size();
    for (const NamedValues& entry : list) {
        const h5::DataSet dataset = open_sized(file, group + "/" + entry.name, n);
        const auto values = read_slabs_alone<double>(dataset, slabs);
        std::copy(values.begin(), values.end(), entry.values.begin());
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
    void write(hid_t dataset, std::span<const T> values, MPI_Comm comm) const {
        if (n_edges() == 0) return;
        std::vector<T> ordered;
        for (const EdgeRound& round : rounds_) {
            const auto order = order_of(round);
            ordered.resize(order.size());
            for (std::size_t i = 0; i < order.size(); ++i) ordered[i] = values[order[i]];
            write_together(comm, dataset, round.edges, ordered);
        }
    }

    template <h5::Number T>
    void read(hid_t dataset, std::span<T> values) const {
        if (n_edges() == 0) return;
        for (const EdgeRound& round : rounds_) {
            const auto order = order_of(round);
            const auto ordered = read_slabs_alone<T>(dataset, round.edges);
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

void write_content(const h5::File& file, const CheckpointHeader& header, const SharedState& shared,
                   const LocalState& local, const Network& network, MPI_Comm comm) {
    write_format(file, checkpoint_filetype);
    const std::string text = header_text(header);
    write_shared(file, "header", std::vector<std::uint8_t>(text.begin(), text.end()), comm);

    std::vector<std::int64_t> due_steps;
    std::vector<std::uint32_t> due_neurons;
    for (const SpikeEvent& event : shared.calcium_due) {
        due_steps.push_back(event.step);
        due_neurons.push_back(event.neuron);
    }
    h5::create_group(file, "shared");
    write_shared(file, "shared/arriving_spikes", shared.arriving, comm);
    write_shared(file, "shared/calcium_due_step", due_steps, comm);
    write_shared(file, "shared/calcium_due_neuron", due_neurons, comm);
    write_shared(file, "shared/calcium_pre", shared.calcium_pre, comm);

    write_by_neuron(file, "neurons", local.by_neuron, network, false, comm);
    write_by_neuron(file, "exc_neurons", local.by_exc_neuron, network, true, comm);

    const SynapseRounds rounds(network, comm);
    h5::create_group(file, "synapses");
    for (const NamedValues& entry : local.by_synapse) {
        const auto dataset = create<double>(file, "synapses/" + entry.name, rounds.n_edges());
        rounds.write(dataset, std::span<const double>(entry.values), comm);
    }
    const auto tags = create<std::uint8_t>(file, "synapses/tag", rounds.n_edges());
    rounds.write(tags, std::span<const std::uint8_t>(local.tags), comm);
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

std::string read_header_text(const std::string& path) {
    const h5::File file = h5::File::open(path, h5::Access::read_only);
    check_version(file);
    const auto bytes = h5::read_dataset<std::uint8_t>(file, "header");
    return {bytes.begin(), bytes.end()};
}

}  // namespace

void write_checkpoint(const std::string& path, const CheckpointHeader& header,
                      const SharedState& shared, const LocalState& local, const Network& network,
                      MPI_Comm communicator) {
    h5::File file = h5::File::create_checked(temporary_path(path), communicator);
    write_content(file, header, shared, local, network, communicator);
    file.close();
    finish_file(path, communicator);
}

CheckpointHeader read_checkpoint_header(const std::string& path, MPI_Comm communicator) {
    std::string text;
    on_root(communicator, [&] {
        text = read_header_text(path);
        parse_header(text, path);
    });
    std::uint64_t size = text.size();
    MPI_Bcast(&size, 1, MPI_UINT64_T, 0, communicator);
    text.resize(size);
    MPI_Bcast(text.data(), static_cast<int>(size), MPI_CHAR, 0, communicator);
    return parse_header(text, path);
}

SharedState read_checkpoint_state(const std::string& path, const LocalState& local,
                                  const Network& network, MPI_Comm communicator) {
    const SynapseRounds rounds(network, communicator);
    SharedState shared;
    collectively(communicator, [&] {
        const h5::File file = h5::File::open(path, h5::Access::read_only);
        check_version(file);
        shared.arriving = h5::read_dataset<std::uint64_t>(file, "shared/arriving_spikes");
        const auto steps = h5::read_dataset<std::int64_t>(file, "shared/calcium_due_step");
        const auto neurons = h5::read_dataset<std::uint32_t>(file, "shared/calcium_due_neuron");
        if (steps.size() != neurons.size())
            throw FileError(path, "calcium influx is damaged; use another checkpoint");
        for (std::size_t i = 0; i < steps.size(); ++i)
            shared.calcium_due.push_back({steps[i], neurons[i]});
        shared.calcium_pre = h5::read_dataset<double>(file, "shared/calcium_pre");
        read_by_neuron(file, "neurons", local.by_neuron, network, false);
        read_by_neuron(file, "exc_neurons", local.by_exc_neuron, network, true);
        for (const NamedValues& entry : local.by_synapse)
            rounds.read(open_sized(file, "synapses/" + entry.name, rounds.n_edges()), entry.values);
        rounds.read(open_sized(file, "synapses/tag", rounds.n_edges()), local.tags);
    });
    return shared;
}

}  // namespace engram
