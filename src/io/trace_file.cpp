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
#include "simulation/recorded_columns.hpp"

namespace engram {
namespace {

const std::string trace_filetype = "engram traces";
constexpr std::size_t trace_bytes_at_once = std::size_t{1} << 23;

std::size_t rows_at_once(std::size_t n_columns) {
    return std::max<std::size_t>(1, trace_bytes_at_once / (n_columns * sizeof(double)));
}

// Where the group of a recording lies: that of the section record itself, or a named one.
std::string group_of(const TraceRecording& recording) {
    return recording.name.empty() ? "traces" : "recordings/" + recording.name;
}

std::string name_of(const RecordedSynapse& synapse) {
    return std::to_string(synapse.pre) + "_" + std::to_string(synapse.post);
}

// Lays the datasets of a recording out and knows which column goes where.
class TraceLayout {
  public:
    TraceLayout(FileLayout& file, const TraceRecording& recording, const RecordMark& mark,
                const Experiment& experiment)
        : file_(file),
          path_(group_of(recording)),
          n_rows_(mark.n_kept()),
          columns_(recorded_columns(recording, experiment)) {
        const h5::Group group = h5::create_group(file_.file(), path_);
        h5::write_attribute(group, "dt_ms", experiment.dt_ms);
        h5::write_attribute(group, "every_steps", std::int64_t{recording.every_steps});
        write_gaps(group, mark.gaps, experiment.dt_ms);
        // Both exist even if nothing of the kind was recorded.
        h5::create_group(group, "neurons");
        h5::create_group(group, "synapses");
        add_column(group, "time_ms", "ms");
        for (const NeuronId gid : recording.neurons) add_neuron(gid, experiment.populations);
        for (const RecordedSynapse& synapse : recording.synapses)
            add_synapse(synapse, experiment.populations);
    }

    const std::vector<DatasetPlace<double>>& places() const { return places_; }

  private:
    void add_column(hid_t group, const std::string& name, const char* unit) {
        places_.push_back(file_.add_dataset<double>(group, name, {n_rows_}, unit));
    }

    void add_neuron(NeuronId gid, const Populations& populations) {
        const Population& population = populations.of(gid);
        const h5::Group group =
            h5::create_group(file_.file(), path_ + "/neurons/" + std::to_string(gid));
        h5::write_attribute(group, "gid", std::uint64_t{gid});
        h5::write_attribute(group, "population", population.name);
        h5::write_attribute(group, "node_id", std::uint64_t{gid - population.first});
        for (const Column& column : columns_.of_neuron) add_column(group, column.name, column.unit);
    }

    void add_synapse(const RecordedSynapse& synapse, const Populations& populations) {
        const h5::Group group =
            h5::create_group(file_.file(), path_ + "/synapses/" + name_of(synapse));
        h5::write_attribute(group, "pre", std::uint64_t{synapse.pre});
        h5::write_attribute(group, "post", std::uint64_t{synapse.post});
        h5::write_attribute(
            group, "population",
            populations.of(synapse.pre).name + "_" + populations.of(synapse.post).name);
        for (const Column& column : columns_.of_synapse)
            add_column(group, column.name, column.unit);
    }

    FileLayout& file_;
    std::string path_;
    std::uint64_t n_rows_;
    RecordedColumns columns_;
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
std::vector<h5::DataSet> open_columns(const h5::File& file, const TraceRecording& recording,
                                      const Experiment& experiment) {
    const std::string group = group_of(recording) + "/";
    const RecordedColumns kept = recorded_columns(recording, experiment);
    std::vector<h5::DataSet> columns;
    const auto open = [&](const std::string& name) {
        columns.push_back(h5::open_dataset(file, group + name));
    };
    open("time_ms");
    for (const NeuronId gid : recording.neurons)
        for (const Column& column : kept.of_neuron)
            open("neurons/" + std::to_string(gid) + "/" + column.name);
    for (const RecordedSynapse& synapse : recording.synapses)
        for (const Column& column : kept.of_synapse)
            open("synapses/" + name_of(synapse) + "/" + column.name);
    return columns;
}

}  // namespace

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

void write_trace_file(std::span<const SpooledTraces> recordings, const std::string& target_path,
                      const Experiment& experiment) {
    ENGRAM_EXPECT(recordings.size() == experiment.record.n_recordings());
    FileLayout layout;
    write_sonata_format(layout.file(), trace_filetype);
    if (recordings.size() > 1) h5::create_group(layout.file(), "recordings");
    std::vector<TraceLayout> layouts;
    for (std::size_t i = 0; i < recordings.size(); ++i)
        layouts.emplace_back(layout, experiment.record.recording(i), recordings[i].mark,
                             experiment);
    ParallelFile file(target_path, std::move(layout), MPI_COMM_SELF);
    for (std::size_t i = 0; i < recordings.size(); ++i)
        copy_rows(recordings[i].path, recordings[i].mark, file, layouts[i].places());
    file.finish();
}

// The rows as they are read, as numbers, and one column of them.
std::uint64_t trace_copy_bytes(std::size_t n_columns, std::uint64_t n_rows) {
    return std::min<std::uint64_t>(rows_at_once(n_columns), n_rows) * (2 * n_columns + 1) *
           sizeof(double);
}

RecordMark rebuild_trace_spool(const std::string& spool_path, const std::string& trace_path,
                               const Experiment& experiment, std::size_t recording,
                               std::uint64_t n_rows, const std::vector<RecordGap>& gaps) {
    const h5::File file = h5::File::open(trace_path, h5::Access::read_only);
    check_format(file, trace_filetype);
    const std::vector<h5::DataSet> columns =
        open_columns(file, experiment.record.recording(recording), experiment);
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
