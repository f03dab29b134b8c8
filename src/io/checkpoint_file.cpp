// SPDX-License-Identifier: Apache-2.0
#include "io/checkpoint_file.hpp"

#include <algorithm>
#include <limits>
#include <optional>

#include "base/collective.hpp"
#include "base/errors.hpp"
#include "base/version.hpp"
#include "io/checkpoint_header.hpp"
#include "io/common_bits.hpp"
#include "io/file_format.hpp"
#include "io/parallel_file.hpp"

namespace engram {
namespace {

h5::DataSet open_sized(hid_t location, const std::string& name, const h5::Shape& shape) {
    h5::DataSet dataset = h5::open_dataset(location, name);
    if (h5::shape(dataset) != shape)
        h5::reject(location, "'" + name + "' has another number of values than the configuration",
                   "it is of another run: use a checkpoint of this one");
    return dataset;
}

// Rows of this rank in a dataset by neuron.
std::vector<h5::Slab> neuron_slabs(const Network& network) {
    std::vector<h5::Slab> slabs;
    for (const NeuronRange& range : network.partition().ranges(network.rank()))
        slabs.push_back({range.first, range.count});
    return slabs;
}

// Of a dataset by neuron: a row for each. A rank has at least one neuron.
h5::Shape shape_by_neuron(const NamedValues& entry, const Network& network) {
    const hsize_t n = network.populations().size();
    const hsize_t row_length = entry.values.size() / network.n_local();
    return row_length == 1 ? h5::Shape{n} : h5::Shape{n, row_length};
}

// The part of a transfer that this rank has done: what it adds to the checksums.
class Ledger {
  public:
    template <h5::Number T>
    void add(const std::string& name, std::span<const h5::Slab> slabs, std::span<const T> values,
             hsize_t row_length = 1) {
        sums_[name] += checksum_of(slabs, values, row_length);
    }
    //! Of a dataset that holds one value for all of its rows: as if row 0 were all. Each rank calls
    //! this, and rank 0 accounts for it.
    template <h5::Number T>
    void add_constant(const std::string& name, T value, MPI_Comm comm) {
        sums_[name] += rank_of(comm) == 0 ? checksum_of(0, value) : 0;
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

// All ranks read the values, rank 0 accounts for them.
template <h5::Number T>
std::vector<T> read_shared(hid_t file, const std::string& name, Ledger& ledger, MPI_Comm comm) {
    auto values = h5::read_dataset<T>(file, name);
    const h5::Slab all{0, values.size()};
    ledger.add(name, std::span(&all, rank_of(comm) == 0 ? 1 : 0), std::span<const T>(values));
    return values;
}

// Likewise, into where it belongs.
void read_by_source(hid_t file, const std::vector<NamedValues>& list, Ledger& ledger,
                    MPI_Comm comm) {
    for (const NamedValues& entry : list) {
        const std::string name = "shared/" + entry.name;
        open_sized(file, name, {entry.values.size()});
        const auto values = read_shared<double>(file, name, ledger, comm);
        std::copy(values.begin(), values.end(), entry.values.begin());
    }
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

void read_by_neuron(hid_t file, const std::string& group, const std::vector<NamedValues>& list,
                    const Network& network, Ledger& ledger) {
    const auto slabs = neuron_slabs(network);
    for (const NamedValues& entry : list) {
        const std::string name = group + "/" + entry.name;
        const h5::Shape shape = shape_by_neuron(entry, network);
        const h5::DataSet dataset = open_sized(file, name, shape);
        const auto values = read_slabs_alone<double>(dataset, slabs);
        std::copy(values.begin(), values.end(), entry.values.begin());
        ledger.add(name, slabs, std::span<const double>(values), h5::row_length(shape));
    }
}

template <h5::Number T>
void read_synapses(hid_t file, const std::string& name, std::span<T> values,
                   const SynapseOrder& order, Ledger& ledger, MPI_Comm comm) {
    const h5::DataSet dataset = open_sized(file, name, {order.n_synapses()});
    if (h5::is_constant(dataset)) {
        const T value = h5::read_rows<T>(dataset, {0, 1}).front();
        std::fill(values.begin(), values.end(), value);
        ledger.add_constant(name, value, comm);
        return;
    }
    for (const EdgeRound& round : order.rounds()) {
        const auto ordered = read_slabs_alone<T>(dataset, round.edges);
        ledger.add(name, round.edges, std::span<const T>(ordered));
        order.for_each(
            round, [&](std::uint64_t position, SynapseIndex k) { values[k] = ordered[position]; });
    }
}

// Writes a checkpoint: lays it out, fills it, and closes with the header.
class Writer {
  public:
    // Collective.
    Writer(const std::string& path, const CheckpointHeader& header, const SharedState& shared,
           const LocalState& local, const Network& network, const SynapseOrder& order,
           MPI_Comm comm)
        : header_(header),
          shared_(shared),
          due_(shared.calcium_due),
          recent_(shared.recent_spikes),
          local_(local),
          network_(network),
          order_(order),
          comm_(comm) {
        find_constants();
        file_.emplace(path, lay_out(), comm);
    }

    // Collective.
    void write() {
        write_shared("shared/arriving_spikes", arriving_, shared_.arriving);
        write_events("calcium_due", due_);
        write_events("recent_spikes", recent_);
        for (std::size_t i = 0; i < sources_.size(); ++i)
            write_shared("shared/" + local_.by_source[i].name, sources_[i],
                         local_.by_source[i].values);
        write_by_neuron("neurons/", neurons_, local_.by_neuron);
        write_synapses();
        write_header();
        file_->finish();
    }

  private:
    // Which variables of synapses have one value on all ranks.
    void find_constants() {
        std::vector<CommonBits> all;
        for (const NamedValues& entry : local_.by_synapse)
            all.emplace_back(std::span<const double>(entry.values));
        for (const NamedBytes& entry : local_.bytes_by_synapse)
            all.emplace_back(std::span<const std::uint8_t>(entry.values));
        join_over_ranks(comm_, all);
        auto next = all.begin();
        for (std::size_t i = 0; i < local_.by_synapse.size(); ++i)
            synapses_.constants.push_back(next++->value<double>());
        for (std::size_t i = 0; i < local_.bytes_by_synapse.size(); ++i)
            synapse_bytes_.constants.push_back(next++->value<std::uint8_t>());
        // Readers take as many constants as there is room for in the file, so one variable of the
        // widest is always stored.
        auto& widest = synapses_.constants;
        if (std::ranges::all_of(widest, [](const auto& value) { return value.has_value(); })) {
            if (widest.empty())
                std::ranges::fill(synapse_bytes_.constants, std::nullopt);
            else
                widest.front().reset();
        }
    }

    // Events that every rank knows.
    struct Events {
        explicit Events(const std::vector<SpikeEvent>& events) {
            for (const auto& [step, neuron] : events) {
                steps.push_back(step);
                neurons.push_back(neuron);
            }
        }
        void lay_out(FileLayout& layout, const h5::Group& group, const std::string& name) {
            step_place = layout.add_dataset<std::int64_t>(group, name + "_step", {steps.size()});
            neuron_place =
                layout.add_dataset<std::uint32_t>(group, name + "_neuron", {neurons.size()});
        }

        std::vector<std::int64_t> steps;
        std::vector<std::uint32_t> neurons;
        DatasetPlace<std::int64_t> step_place;
        DatasetPlace<std::uint32_t> neuron_place;
    };

    // Variables of synapses in the file: each has one value for all of them, or a place for each.
    template <h5::Number T>
    struct SynapsePlaces {
        std::vector<std::optional<T>> constants;
        std::vector<std::size_t> stored;      //!< indices of those that are no constants
        std::vector<DatasetPlace<T>> places;  //!< of the stored ones

        void lay_out(FileLayout& layout, const h5::Group& group, const std::vector<Named<T>>& list,
                     std::uint64_t n) {
            for (std::size_t i = 0; i < list.size(); ++i) {
                if (constants[i]) {
                    layout.add_constant<T>(group, list[i].name, {n}, *constants[i]);
                    continue;
                }
                stored.push_back(i);
                places.push_back(layout.add_dataset<T>(group, list[i].name, {n}));
            }
        }
    };

    FileLayout lay_out() {
        FileLayout layout(h5::Layout::checked);
        write_checked_format(layout.file(), checkpoint_filetype, checkpoint_format_version);
        h5::write_attribute(layout.file(), "results_version", results_version);
        const h5::Group shared = h5::create_group(layout.file(), "shared");
        arriving_ =
            layout.add_dataset<std::uint64_t>(shared, "arriving_spikes", {shared_.arriving.size()});
        due_.lay_out(layout, shared, "calcium_due");
        recent_.lay_out(layout, shared, "recent_spikes");
        sources_ = lay_out(layout, shared, local_.by_source, network_.plastic().n_sources());
        const h5::Group neurons = h5::create_group(layout.file(), "neurons");
        for (const NamedValues& entry : local_.by_neuron)
            neurons_.push_back(
                layout.add_dataset<double>(neurons, entry.name, shape_by_neuron(entry, network_)));
        const h5::Group synapses = h5::create_group(layout.file(), "synapses");
        synapses_.lay_out(layout, synapses, local_.by_synapse, order_.n_synapses());
        synapse_bytes_.lay_out(layout, synapses, local_.bytes_by_synapse, order_.n_synapses());
        header_place_ = layout.add_dataset<std::uint8_t>(layout.file(), "header", {header_size()});
        header_checksum_ = layout.add_dataset<std::uint64_t>(layout.file(), "header_checksum", {1});
        return layout;
    }

    template <h5::Number T>
    static std::vector<DatasetPlace<T>> lay_out(FileLayout& layout, const h5::Group& group,
                                                const std::vector<Named<T>>& list,
                                                std::uint64_t n) {
        std::vector<DatasetPlace<T>> places;
        for (const Named<T>& entry : list)
            places.push_back(layout.add_dataset<T>(group, entry.name, {n}));
        return places;
    }

    // Checksums are known at last, so there is room for the longest ones. Reports differ from rank
    // to rank, but what shapes the file must not.
    std::uint64_t header_size() {
        CheckpointHeader longest = header_;
        const auto reserve = [&](const std::string& name) {
            longest.checksums[name] = std::numeric_limits<std::uint64_t>::max();
        };
        for (const char* name : {"arriving_spikes", "calcium_due_step", "calcium_due_neuron",
                                 "recent_spikes_step", "recent_spikes_neuron"})
            reserve(std::string("shared/") + name);
        for (const NamedValues& entry : local_.by_source) reserve("shared/" + entry.name);
        for (const NamedValues& entry : local_.by_neuron) reserve("neurons/" + entry.name);
        for (const NamedValues& entry : local_.by_synapse) reserve("synapses/" + entry.name);
        for (const NamedBytes& entry : local_.bytes_by_synapse) reserve("synapses/" + entry.name);
        std::uint64_t size = header_text(longest).size();
        MPI_Bcast(&size, 1, MPI_UINT64_T, 0, comm_);
        return size;
    }

    void write_events(const std::string& name, const Events& events) {
        write_shared("shared/" + name + "_step", events.step_place, events.steps);
        write_shared("shared/" + name + "_neuron", events.neuron_place, events.neurons);
    }
    // Values that every rank holds.
    template <class Values>
    void write_shared(const std::string& name,
                      const DatasetPlace<typename Values::value_type>& place,
                      const Values& values) {
        const h5::Slab all{0, rank_of(comm_) == 0 ? values.size() : 0};
        const std::span<const h5::Slab> slabs(&all, 1);
        const auto span = std::span<const typename Values::value_type>(values).first(all.count);
        file_->write(place, slabs, span);
        ledger_.add(name, slabs, span);
    }

    void write_by_neuron(const std::string& group, const std::vector<DatasetPlace<double>>& places,
                         const std::vector<NamedValues>& list) {
        const auto slabs = neuron_slabs(network_);
        for (std::size_t i = 0; i < list.size(); ++i) {
            const std::span<const double> values = list[i].values;
            file_->write(places[i], slabs, values);
            ledger_.add(group + list[i].name, slabs, values, h5::row_length(places[i].shape));
        }
    }

    void write_synapses() {
        add_constants(local_.by_synapse, synapses_);
        add_constants(local_.bytes_by_synapse, synapse_bytes_);
        std::vector<std::vector<double>> values(synapses_.stored.size());
        std::vector<std::vector<std::uint8_t>> bytes(synapse_bytes_.stored.size());
        for (const EdgeRound& round : order_.rounds()) {
            write_round(round, local_.by_synapse, synapses_, values);
            write_round(round, local_.bytes_by_synapse, synapse_bytes_, bytes);
        }
    }

    template <h5::Number T>
    void add_constants(const std::vector<Named<T>>& list, const SynapsePlaces<T>& in_file) {
        for (std::size_t i = 0; i < list.size(); ++i)
            if (in_file.constants[i])
                ledger_.add_constant("synapses/" + list[i].name, *in_file.constants[i], comm_);
    }

    // \param values  room for each variable, used again in the next round
    template <h5::Number T>
    void write_round(const EdgeRound& round, const std::vector<Named<T>>& list,
                     const SynapsePlaces<T>& in_file, std::vector<std::vector<T>>& values) {
        const std::vector<std::size_t>& stored = in_file.stored;
        if (stored.empty()) return;
        for (std::vector<T>& of_one : values) of_one.resize(round.n_edges);
        order_.for_each_row(round,
                            [&](SynapseIndex first, std::span<const std::uint64_t> positions) {
                                for (std::size_t i = 0; i < stored.size(); ++i) {
                                    T* const ordered = values[i].data();
                                    const T* const in_row = list[stored[i]].values.data() + first;
                                    for (std::size_t n = 0; n < positions.size(); ++n)
                                        ordered[positions[n]] = in_row[n];
                                }
                            });
        for (std::size_t i = 0; i < stored.size(); ++i) {
            const std::span<const T> ordered(values[i]);
            file_->write(in_file.places[i], round.edges, ordered);
            ledger_.add("synapses/" + list[stored[i]].name, round.edges, ordered);
        }
    }

    void write_header() {
        header_.checksums = ledger_.total(comm_);
        if (rank_of(comm_) != 0) return;
        std::string text = header_text(header_);
        text.resize(header_place_.shape.front(), ' ');
        const std::vector<std::uint8_t> bytes(text.begin(), text.end());
        const h5::Slab all{0, bytes.size()};
        const std::uint64_t sum =
            checksum_of(std::span(&all, 1), std::span<const std::uint8_t>(bytes));
        file_->write(header_place_, all, std::span<const std::uint8_t>(bytes));
        file_->write(header_checksum_, {0, 1}, std::span<const std::uint64_t>(&sum, 1));
    }

    CheckpointHeader header_;
    const SharedState& shared_;
    Events due_;
    Events recent_;
    const LocalState& local_;
    const Network& network_;
    const SynapseOrder& order_;
    MPI_Comm comm_;
    Ledger ledger_;
    std::optional<ParallelFile> file_;
    // In the file:
    DatasetPlace<std::uint64_t> arriving_, header_checksum_;
    std::vector<DatasetPlace<double>> sources_, neurons_;
    SynapsePlaces<double> synapses_;
    SynapsePlaces<std::uint8_t> synapse_bytes_;
    DatasetPlace<std::uint8_t> header_place_;
};

void check_version(const h5::File& file) {
    check_format(file, checkpoint_filetype, checkpoint_format_version);
    const auto version = h5::read_attribute<std::uint32_t>(file, "format_version");
    if (version < oldest_checkpoint_format_version)
        throw FileError(file.path(), "its format, version " + std::to_string(version) +
                                         ", is that of Engram 0.1.0, which can resume it; this "
                                         "program reads versions " +
                                         std::to_string(oldest_checkpoint_format_version) +
                                         " and " + std::to_string(checkpoint_format_version) +
                                         " only");
}

}  // namespace

void require_own_results(const h5::File& file) {
    check_version(file);
    const auto results = h5::read_attribute<std::uint32_t>(file, "results_version");
    if (results != results_version)
        throw FileError(file.path(),
                        "it belongs to results of version " + std::to_string(results) +
                            ", and this program computes those of version " +
                            std::to_string(results_version) +
                            ", which have other bits; resume it with the Engram that wrote it "
                            "(versions in summary.json, or engram inspect), or run anew");
}

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
                      const SynapseOrder& order, MPI_Comm communicator) {
    Writer(path, header, shared, local, network, order, communicator).write();
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
    const SynapseOrder order(network, comm);
    SharedState shared;
    Ledger ledger;
    collectively(comm, [&] {
        const h5::File file = h5::File::open(path, h5::Access::read_only);
        check_version(file);
        shared.arriving = read_shared<std::uint64_t>(file, "shared/arriving_spikes", ledger, comm);
        const auto read_events = [&](const std::string& name) {
            const auto steps =
                read_shared<std::int64_t>(file, "shared/" + name + "_step", ledger, comm);
            const auto neurons =
                read_shared<std::uint32_t>(file, "shared/" + name + "_neuron", ledger, comm);
            if (steps.size() != neurons.size())
                throw FileError(path, "'shared/" + name +
                                          "_step' is damaged; use another "
                                          "checkpoint");
            std::vector<SpikeEvent> events;
            for (std::size_t i = 0; i < steps.size(); ++i) events.push_back({steps[i], neurons[i]});
            return events;
        };
        shared.calcium_due = read_events("calcium_due");
        // Of a file without them nothing has asked for rates.
        if (h5::read_attribute<std::uint32_t>(file, "format_version") >= 6)
            shared.recent_spikes = read_events("recent_spikes");
        read_by_source(file, local.by_source, ledger, comm);
        read_by_neuron(file, "neurons", local.by_neuron, network, ledger);
        for (const NamedValues& entry : local.by_synapse)
            read_synapses(file, "synapses/" + entry.name, entry.values, order, ledger, comm);
        for (const NamedBytes& entry : local.bytes_by_synapse)
            read_synapses(file, "synapses/" + entry.name, entry.values, order, ledger, comm);
    });
    const Checksums found = ledger.total(comm);
    for (const auto& [name, sum] : found) {
        const auto expected = checksums.find(name);
        if (expected == checksums.end() || expected->second != sum)
            throw as_shared(FileError(path, "'" + name +
                                                "' is damaged (its checksum does not match); "
                                                "use another checkpoint"));
    }
    return shared;
}

}  // namespace engram
