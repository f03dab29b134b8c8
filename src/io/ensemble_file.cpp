// SPDX-License-Identifier: Apache-2.0
#include "io/ensemble_file.hpp"

#include <cstdio>
#include <optional>
#include <unordered_map>

#include "analysis/measure_sink.hpp"
#include "analysis/nothing.hpp"
#include "experiment/config_text.hpp"
#include "io/file_format.hpp"
#include "io/parallel_file.hpp"
#include "plasticity/recorded.hpp"

namespace engram {
namespace {

void write_values(hid_t group, const std::string& name, const std::vector<double>& values) {
    h5::write_dataset(group, name, {values.size()}, std::span<const double>(values));
}

// Datasets mean, sd, sem of the quantities first, first + stride, ...
void write_statistics(hid_t group, const std::string& prefix, const RunningStatistics& statistics,
                      std::size_t first, std::size_t stride) {
    std::vector<double> mean, sd, sem;
    for (std::size_t i = first; i < statistics.size(); i += stride) {
        mean.push_back(statistics.mean(i));
        sd.push_back(statistics.sd(i));
        sem.push_back(statistics.sem(i));
    }
    write_values(group, prefix + "mean", mean);
    write_values(group, prefix + "sd", sd);
    write_values(group, prefix + "sem", sem);
}

void write_statistics(hid_t group, const BatchStatistics& statistics, std::size_t first,
                      std::size_t stride) {
    write_statistics(group, "", statistics.samples(), first, stride);
    if (statistics.has_batches())
        write_statistics(group, "batch_", statistics.batches(), first, stride);
}

std::vector<std::string> point_names(const Ensemble& ensemble) {
    std::vector<std::string> names;
    for (const SweepPoint& point : ensemble.points()) names.push_back(point.name);
    return names;
}

std::vector<std::uint64_t> trial_seeds(const Ensemble& ensemble) {
    std::vector<std::uint64_t> seeds;
    for (std::uint32_t trial = 0; trial < ensemble.trials(); ++trial)
        seeds.push_back(ensemble.seed(trial));
    return seeds;
}

void write_points(hid_t file, const Ensemble& ensemble) {
    const h5::Group group = h5::create_group(file, "points");
    const std::vector<std::string> names = point_names(ensemble);
    std::vector<std::string> keys, values;
    for (const SweepPoint& point : ensemble.points()) {
        for (const SweepSetting& setting : point.settings)
            values.push_back(inline_text(*setting.value));
    }
    for (const SweepSetting& setting : ensemble.points().front().settings)
        keys.push_back(setting.key);
    h5::write_texts(group, "names", {names.size()}, names);
    h5::write_texts(group, "keys", {keys.size()}, keys);
    h5::write_texts(group, "values", {names.size(), keys.size()}, values);
}

void write_seeds(hid_t file, const Ensemble& ensemble) {
    const std::vector<std::uint64_t> seeds = trial_seeds(ensemble);
    const h5::Group group = h5::create_group(file, "trials");
    h5::write_dataset(group, "seed", {seeds.size()}, std::span<const std::uint64_t>(seeds));
}

// The measures that any point has, in the order in which they first occur.
std::vector<MeasureName> all_measures(const Ensemble& ensemble,
                                      std::vector<std::vector<std::size_t>>& columns) {
    std::vector<MeasureName> all;
    std::unordered_map<std::string, std::size_t> places;
    for (std::uint32_t point = 0; point < ensemble.points().size(); ++point) {
        columns.emplace_back();
        for (const MeasureName& name : measure_names(ensemble.experiment({point, 0}))) {
            const auto [found, is_new] = places.emplace(name.name, all.size());
            if (is_new) all.push_back(name);
            columns.back().push_back(found->second);
        }
    }
    return all;
}

// Statistics of the traces of one point, and what its columns are.
class PointTraces {
  public:
    explicit PointTraces(std::uint32_t per_batch) : per_batch_(per_batch) {}

    void add(const TrialRecord& record) {
        if (!statistics_) {
            statistics_.emplace(record.trace_rows.size(), per_batch_);
            synapses_ = record.synapses;
        }
        if (record.trace_rows.size() != statistics_->samples().size() ||
            record.synapses.size() != synapses_.size())
            comparable_ = false;
        for (std::size_t i = 0; i < synapses_.size() && comparable_; ++i)
            if (!(record.synapses[i] == synapses_[i])) same_synapses_ = false;
        if (comparable_) statistics_->add(record.trace_rows);
    }

    //! Nothing is written if nothing was recorded, or not the same in every trial.
    void write(hid_t file, const std::string& path, const Experiment& experiment) const {
        const Recording& record = experiment.record;
        if (!statistics_ || !comparable_ || statistics_->samples().size() == 0) return;
        if (record.neurons.empty() && synapses_.empty()) return;
        const std::vector<Column> of_neuron =
            neuron_columns(experiment.synapses, experiment.protein_diffusion());
        const std::vector<Column> of_synapse = synapse_columns(experiment.synapses);
        const std::size_t n_columns =
            1 + of_neuron.size() * record.neurons.size() + of_synapse.size() * synapses_.size();
        const h5::Group group = h5::create_group(file, path);
        std::vector<double> time_ms;
        for (std::size_t i = 0; i < statistics_->samples().size(); i += n_columns)
            time_ms.push_back(statistics_->samples().mean(i));
        write_values(group, "time_ms", time_ms);
        h5::create_group(group, "neurons");
        h5::create_group(group, "synapses");
        std::size_t column = 1;
        for (const NeuronId gid : record.neurons)
            for (const Column& name : of_neuron)
                write_column(group, "neurons/" + std::to_string(gid), name, column++, n_columns);
        for (std::size_t i = 0; i < synapses_.size(); ++i)
            for (const Column& name : of_synapse)
                write_column(group, "synapses/" + synapse_name(i), name, column++, n_columns);
    }

  private:
    // With a wiring per trial the recorded synapses are others each time.
    std::string synapse_name(std::size_t i) const {
        if (!same_synapses_) return "selected_" + std::to_string(i);
        return std::to_string(synapses_[i].pre) + "_" + std::to_string(synapses_[i].post);
    }

    void write_column(hid_t location, const std::string& owner, const Column& column,
                      std::size_t first, std::size_t stride) const {
        const h5::Group group = h5::create_group(location, owner + "/" + column.name);
        h5::write_attribute(group, "units", column.unit);
        write_statistics(group, *statistics_, first, stride);
    }

    std::uint32_t per_batch_;
    std::optional<BatchStatistics> statistics_;
    std::vector<RecordedSynapse> synapses_;
    bool comparable_ = true;
    bool same_synapses_ = true;
};

std::string point_path(std::uint32_t point) {
    char name[32];
    std::snprintf(name, sizeof name, "traces/%03u", point);
    return name;
}

//! \param values  of one measure, by point and trial
BatchStatistics statistics_of(const std::vector<double>& values, const Ensemble& ensemble) {
    const std::size_t n_points = ensemble.points().size();
    const std::size_t n_trials = ensemble.trials();
    BatchStatistics statistics(n_points, ensemble.trials_per_batch());
    std::vector<double> sample(n_points);
    for (std::size_t trial = 0; trial < n_trials; ++trial) {
        for (std::size_t point = 0; point < n_points; ++point)
            sample[point] = values[point * n_trials + trial];
        statistics.add(sample);
    }
    return statistics;
}

RunningStatistics write_measure(hid_t file, const MeasureName& name, const Ensemble& ensemble,
                                const std::vector<double>& values) {
    const h5::Group group = h5::create_group(file, "measures/" + name.name);
    h5::write_attribute(group, "units", name.units);
    h5::write_attribute(group, "description", name.description);
    h5::write_dataset(group, "trials", {ensemble.points().size(), ensemble.trials()},
                      std::span<const double>(values));
    const BatchStatistics statistics = statistics_of(values, ensemble);
    write_statistics(group, statistics, 0, 1);
    return statistics.samples();
}

}  // namespace

std::vector<MeasureStatistics> write_ensemble_file(const std::string& path,
                                                   const Ensemble& ensemble,
                                                   const TrialArchive& trials) {
    std::vector<std::vector<std::size_t>> columns;  // by point: where its measures belong
    const std::vector<MeasureName> names = all_measures(ensemble, columns);
    std::vector<std::vector<double>> values(names.size(),
                                            std::vector<double>(ensemble.size(), nothing));

    FileLayout content;
    const h5::File& file = content.file();
    write_format(file, ensemble_filetype);
    h5::write_attribute(file, "n_points", std::uint64_t{ensemble.points().size()});
    h5::write_attribute(file, "n_trials", std::uint64_t{ensemble.trials()});
    h5::write_attribute(file, "trials_per_batch", std::uint64_t{ensemble.trials_per_batch()});
    write_points(file, ensemble);
    write_seeds(file, ensemble);
    h5::create_group(file, "traces");
    for (std::uint32_t point = 0; point < ensemble.points().size(); ++point) {
        PointTraces traces(ensemble.trials_per_batch());
        for (std::uint32_t trial = 0; trial < ensemble.trials(); ++trial) {
            const TrialRecord record = trials.read({point, trial});
            if (record.measures.size() != columns[point].size())
                throw FileError(trials.directory(),
                                "the log of trial " + std::to_string(trial) + " of point " +
                                    std::to_string(point) +
                                    " is of another ensemble; remove the logs, and resume");
            for (std::size_t i = 0; i < record.measures.size(); ++i)
                values[columns[point].at(i)][std::size_t{point} * ensemble.trials() + trial] =
                    record.measures[i];
            traces.add(record);
        }
        traces.write(file, point_path(point), ensemble.experiment({point, 0}));
    }
    std::vector<MeasureStatistics> statistics;
    for (std::size_t i = 0; i < names.size(); ++i)
        statistics.push_back({names[i], write_measure(file, names[i], ensemble, values[i])});
    ParallelFile(path, std::move(content), MPI_COMM_SELF).finish();
    return statistics;
}

std::vector<MeasureStatistics> read_ensemble_file(const std::string& path,
                                                  const Ensemble& ensemble) {
    const h5::File file = h5::File::open(path, h5::Access::read_only);
    check_format(file, ensemble_filetype);
    const auto require = [&](bool condition) {
        if (!condition)
            throw FileError(path,
                            "is of another ensemble than config.yaml; restore the one that "
                            "was changed");
    };
    require(h5::read_texts(file, "points/names") == point_names(ensemble) &&
            h5::read_dataset<std::uint64_t>(file, "trials/seed") == trial_seeds(ensemble));
    std::vector<std::vector<std::size_t>> columns;
    std::vector<MeasureStatistics> statistics;
    for (const MeasureName& name : all_measures(ensemble, columns)) {
        const auto values = h5::read_dataset<double>(file, "measures/" + name.name + "/trials");
        require(values.size() == ensemble.size());
        statistics.push_back({name, statistics_of(values, ensemble).samples()});
    }
    return statistics;
}

}  // namespace engram
