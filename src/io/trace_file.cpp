// SPDX-License-Identifier: Apache-2.0
#include "io/trace_file.hpp"

#include <algorithm>
#include <cstring>
#include <vector>

#include "base/contracts.hpp"
#include "base/errors.hpp"
#include "io/file_format.hpp"
#include "io/gap_attribute.hpp"
#include "io/parallel_file.hpp"
#include "plasticity/recorded.hpp"

namespace engram {
namespace {

const std::string trace_filetype = "engram traces";
constexpr std::size_t bytes_at_once = std::size_t{1} << 23;

std::size_t rows_at_once(std::size_t n_columns) {
    return std::max<std::size_t>(1, bytes_at_once / (n_columns * sizeof(double)));
}

// Lays the datasets out and knows which column goes where.
class TraceLayout {
  public:
    TraceLayout(FileLayout& file, std::uint64_t n_rows, const SynapseParameters& synapses,
                const model::ProteinDiffusion& diffusion)
        : file_(file),
          n_rows_(n_rows),
          neuron_columns_(neuron_columns(synapses, diffusion)),
          synapse_columns_(synapse_columns(synapses)) {}

    void add_column(hid_t group, const std::string& name, const char* unit) {
        places_.push_back(file_.add_dataset<double>(group, name, {n_rows_}, unit));
    }

    void add_neuron(NeuronId gid, const Populations& populations) {
        const Population& population = populations.of(gid);
        const h5::Group group =
            h5::create_group(file_.file(), "traces/neurons/" + std::to_string(gid));
        h5::write_attribute(group, "gid", std::uint64_t{gid});
        h5::write_attribute(group, "population", population.name);
        h5::write_attribute(group, "node_id", std::uint64_t{gid - population.first});
        for (const Column& column : neuron_columns_) add_column(group, column.name, column.unit);
    }

    void add_synapse(const RecordedSynapse& synapse, const Populations& populations) {
        const std::string name = std::to_string(synapse.pre) + "_" + std::to_string(synapse.post);
        const h5::Group group = h5::create_group(file_.file(), "traces/synapses/" + name);
        h5::write_attribute(group, "pre", std::uint64_t{synapse.pre});
        h5::write_attribute(group, "post", std::uint64_t{synapse.post});
        h5::write_attribute(
            group, "population",
            populations.of(synapse.pre).name + "_" + populations.of(synapse.post).name);
        for (const Column& column : synapse_columns_) add_column(group, column.name, column.unit);
    }

    const std::vector<DatasetPlace<double>>& places() const { return places_; }

  private:
    FileLayout& file_;
    std::uint64_t n_rows_;
    std::vector<Column> neuron_columns_, synapse_columns_;
    std::vector<DatasetPlace<double>> places_;
};

// Transposes the recording, a block of rows at a time.
void copy_rows(const std::string& spool_path, const RecordMark& mark, ParallelFile& file,
               const std::vector<DatasetPlace<double>>& places) {
    const std::size_t n_columns = places.size();
    std::vector<double> column;
    std::uint64_t first = 0;
    read_trace_spool(spool_path, mark, n_columns, [&](std::span<const double> rows) {
        column.resize(rows.size() / n_columns);
        for (std::size_t j = 0; j < n_columns; ++j) {
            for (std::size_t i = 0; i < column.size(); ++i) column[i] = rows[i * n_columns + j];
            file.write(places[j], {first, column.size()}, std::span<const double>(column));
        }
        first += column.size();
    });
}

// In the order of the recording.
std::vector<h5::DataSet> open_columns(const h5::File& file, const Experiment& experiment) {
    const Recording& record = experiment.record;
    std::vector<h5::DataSet> columns;
    const auto open = [&](const std::string& name) {
        columns.push_back(h5::open_dataset(file, "traces/" + name));
    };
    open("time_ms");
    for (const NeuronId gid : record.neurons)
        for (const Column& column :
             neuron_columns(experiment.synapses, experiment.protein_diffusion()))
            open("neurons/" + std::to_string(gid) + "/" + column.name);
    for (const RecordedSynapse& synapse : record.synapses)
        for (const Column& column : synapse_columns(experiment.synapses))
            open("synapses/" + std::to_string(synapse.pre) + "_" + std::to_string(synapse.post) +
                 "/" + column.name);
    return columns;
}

}  // namespace

std::size_t trace_columns(const Experiment& experiment) {
    return 1 +
           neuron_columns(experiment.synapses, experiment.protein_diffusion()).size() *
               experiment.record.neurons.size() +
           synapse_columns(experiment.synapses).size() * experiment.record.synapses.size();
}

TraceSpool::TraceSpool(const std::string& path, std::size_t n_columns)
    : n_columns_(n_columns),
      records_(path, n_columns * sizeof(double),
               std::min<std::size_t>(rows_at_once(n_columns), 4096)) {}

TraceSpool::TraceSpool(const std::string& path, std::size_t n_columns, const RecordMark& mark)
    : n_columns_(n_columns),
      records_(path, n_columns * sizeof(double),
               std::min<std::size_t>(rows_at_once(n_columns), 4096), mark) {}

void TraceSpool::append(std::span<const double> row) {
    ENGRAM_EXPECT(row.size() == n_columns_);
    std::memcpy(records_.add(), row.data(), n_columns_ * sizeof(double));
}

void verify_trace_spool(const std::string& spool_path, const RecordMark& mark,
                        std::size_t n_columns) {
    verify_recording(spool_path, n_columns * sizeof(double), mark);
}

RecordMark salvage_trace_spool(const std::string& spool_path, const RecordMark& mark, Step end,
                               std::span<const RecordAnchor> anchors, std::size_t n_columns) {
    return salvage_records(spool_path, n_columns * sizeof(double), mark, end, anchors);
}

void read_trace_spool(const std::string& spool_path, const RecordMark& mark, std::size_t n_columns,
                      const std::function<void(std::span<const double>)>& receive) {
    RecordReader records(spool_path, n_columns * sizeof(double), mark);
    std::vector<double> rows;
    for (auto bytes = records.next(rows_at_once(n_columns)); !bytes.empty();
         bytes = records.next(rows_at_once(n_columns))) {
        rows.resize(bytes.size() / sizeof(double));
        std::memcpy(rows.data(), bytes.data(), bytes.size());
        receive(rows);
    }
}

void write_trace_file(const std::string& spool_path, const RecordMark& mark,
                      const std::string& target_path, const Experiment& experiment) {
    const Recording& record = experiment.record;
    FileLayout layout;
    write_sonata_format(layout.file(), trace_filetype);
    TraceLayout columns(layout, mark.n_kept(), experiment.synapses, experiment.protein_diffusion());
    {
        const h5::Group traces = h5::create_group(layout.file(), "traces");
        h5::write_attribute(traces, "dt_ms", experiment.dt_ms);
        h5::write_attribute(traces, "every_steps", std::int64_t{record.every_steps});
        write_gaps(traces, mark.gaps, experiment.dt_ms);
        // Both exist even if nothing of the kind was recorded.
        h5::create_group(traces, "neurons");
        h5::create_group(traces, "synapses");
        columns.add_column(traces, "time_ms", "ms");
    }
    for (const NeuronId gid : record.neurons) columns.add_neuron(gid, experiment.populations);
    for (const RecordedSynapse& synapse : record.synapses)
        columns.add_synapse(synapse, experiment.populations);

    ParallelFile file(target_path, std::move(layout), MPI_COMM_SELF);
    copy_rows(spool_path, mark, file, columns.places());
    file.finish();
}

RecordMark rebuild_trace_spool(const std::string& spool_path, const std::string& trace_path,
                               const Experiment& experiment, std::uint64_t n_rows,
                               const std::vector<RecordGap>& gaps) {
    const h5::File file = h5::File::open(trace_path, h5::Access::read_only);
    check_format(file, trace_filetype);
    const std::vector<h5::DataSet> columns = open_columns(file, experiment);
    const std::uint64_t n_kept = RecordMark{n_rows, 0, gaps}.n_kept();
    for (const h5::DataSet& column : columns)
        if (h5::shape(column).front() < n_kept)
            throw FileError(trace_path, "has fewer rows than the checkpoint needs");
    TraceSpool spool(spool_path, columns.size());
    auto gap = gaps.begin();
    const auto append_gaps = [&] {
        while (gap != gaps.end() && gap->first == spool.position()) spool.append_gap(*gap++);
    };
    std::vector<double> row(columns.size());
    std::vector<std::vector<double>> values(columns.size());
    const std::size_t at_once = rows_at_once(columns.size());
    for (std::uint64_t first = 0; first < n_kept; first += at_once) {
        const h5::Slab slab{first, std::min<std::uint64_t>(at_once, n_kept - first)};
        for (std::size_t j = 0; j < columns.size(); ++j)
            values[j] = h5::read_rows<double>(columns[j], slab);
        for (std::size_t i = 0; i < slab.count; ++i) {
            append_gaps();
            for (std::size_t j = 0; j < columns.size(); ++j) row[j] = values[j][i];
            spool.append(row);
        }
    }
    append_gaps();
    return spool.flush();
}

}  // namespace engram
