#include "io/trace_file.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cstring>
#include <vector>

#include "io/file_format.hpp"
#include "io/parallel_file.hpp"

namespace engram {
namespace {

constexpr std::array<TraceColumn, columns_per_neuron> neuron_columns{{{"V_mV", "mV"},
                                                                      {"I_total_nA", "nA"},
                                                                      {"I_stim_nA", "nA"},
                                                                      {"I_bg_nA", "nA"},
                                                                      {"S_mV", "mV"},
                                                                      {"p", "umol/l"}}};
constexpr std::array<TraceColumn, columns_per_synapse> synapse_columns{
    {{"Ca", "1"}, {"h_mV", "mV"}, {"z", "1"}}};

constexpr std::size_t bytes_at_once = std::size_t{1} << 23;

std::size_t rows_at_once(std::size_t n_columns) {
    return std::max<std::size_t>(1, bytes_at_once / (n_columns * sizeof(double)));
}

// Lays the datasets out and knows which column goes where.
class TraceLayout {
  public:
    TraceLayout(FileLayout& file, std::uint64_t n_rows) : file_(file), n_rows_(n_rows) {}

    void add_column(hid_t group, const TraceColumn& column) {
        places_.push_back(file_.add_dataset<double>(group, column.name, {n_rows_}, column.units));
    }

    void add_neuron(NeuronId gid, const Populations& populations) {
        const bool excitatory = gid < populations.n_exc;
        const h5::Group group =
            h5::create_group(file_.file(), "traces/neurons/" + std::to_string(gid));
        h5::write_attribute(group, "gid", std::uint64_t{gid});
        h5::write_attribute(group, "population", excitatory ? "exc" : "inh");
        h5::write_attribute(group, "node_id",
                            std::uint64_t{excitatory ? gid : gid - populations.n_exc});
        for (const TraceColumn& column : neuron_columns) add_column(group, column);
    }

    void add_synapse(const RecordedSynapse& synapse) {
        const std::string name = std::to_string(synapse.pre) + "_" + std::to_string(synapse.post);
        const h5::Group group = h5::create_group(file_.file(), "traces/synapses/" + name);
        h5::write_attribute(group, "pre", std::uint64_t{synapse.pre});
        h5::write_attribute(group, "post", std::uint64_t{synapse.post});
        h5::write_attribute(group, "population", "exc_exc");
        for (const TraceColumn& column : synapse_columns) add_column(group, column);
    }

    const std::vector<DatasetPlace<double>>& places() const { return places_; }

  private:
    FileLayout& file_;
    std::uint64_t n_rows_;
    std::vector<DatasetPlace<double>> places_;
};

// Transposes the recording, a block of rows at a time.
void copy_rows(const std::string& spool_path, ParallelFile& file,
               const std::vector<DatasetPlace<double>>& places) {
    const std::size_t n_columns = places.size();
    std::vector<double> column;
    std::uint64_t first = 0;
    read_trace_spool(spool_path, n_columns, [&](std::span<const double> rows) {
        column.resize(rows.size() / n_columns);
        for (std::size_t j = 0; j < n_columns; ++j) {
            for (std::size_t i = 0; i < column.size(); ++i) column[i] = rows[i * n_columns + j];
            file.write(places[j], {first, column.size()}, std::span<const double>(column));
        }
        first += column.size();
    });
}

}  // namespace

std::span<const TraceColumn, columns_per_neuron> neuron_trace_columns() {
    return neuron_columns;
}

std::span<const TraceColumn, columns_per_synapse> synapse_trace_columns() {
    return synapse_columns;
}

std::size_t trace_columns(const Recording& record) {
    return 1 + columns_per_neuron * record.neurons.size() +
           columns_per_synapse * record.synapses.size();
}

TraceSpool::TraceSpool(const std::string& path, std::size_t n_columns)
    : n_columns_(n_columns),
      records_(path, n_columns * sizeof(double),
               std::min<std::size_t>(rows_at_once(n_columns), 4096)) {}

TraceSpool::TraceSpool(const std::string& path, std::size_t n_columns, std::uint64_t position)
    : n_columns_(n_columns),
      records_(path, n_columns * sizeof(double),
               std::min<std::size_t>(rows_at_once(n_columns), 4096), position) {}

void TraceSpool::append(std::span<const double> row) {
    assert(row.size() == n_columns_);
    std::memcpy(records_.add(), row.data(), n_columns_ * sizeof(double));
}

void read_trace_spool(const std::string& spool_path, std::size_t n_columns,
                      const std::function<void(std::span<const double>)>& receive) {
    RecordReader records(spool_path, n_columns * sizeof(double));
    std::vector<double> rows;
    for (auto bytes = records.next(rows_at_once(n_columns)); !bytes.empty();
         bytes = records.next(rows_at_once(n_columns))) {
        rows.resize(bytes.size() / sizeof(double));
        std::memcpy(rows.data(), bytes.data(), bytes.size());
        receive(rows);
    }
}

void write_trace_file(const std::string& spool_path, const std::string& target_path,
                      const Recording& record, const Populations& populations, double dt_ms) {
    const std::uint64_t n_rows =
        RecordReader(spool_path, trace_columns(record) * sizeof(double)).size();
    FileLayout layout;
    write_sonata_format(layout.file(), "engram traces");
    TraceLayout columns(layout, n_rows);
    {
        const h5::Group traces = h5::create_group(layout.file(), "traces");
        h5::write_attribute(traces, "dt_ms", dt_ms);
        h5::write_attribute(traces, "every_steps", std::int64_t{record.every_steps});
        // Both exist even if nothing of the kind was recorded.
        h5::create_group(traces, "neurons");
        h5::create_group(traces, "synapses");
        columns.add_column(traces, {"time_ms", "ms"});
    }
    for (const NeuronId gid : record.neurons) columns.add_neuron(gid, populations);
    for (const RecordedSynapse& synapse : record.synapses) columns.add_synapse(synapse);

    ParallelFile file(target_path, std::move(layout), MPI_COMM_SELF);
    copy_rows(spool_path, file, columns.places());
    file.finish();
}

}  // namespace engram
