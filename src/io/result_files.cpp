// SPDX-License-Identifier: Apache-2.0
#include "io/result_files.hpp"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <system_error>

#include "base/collective.hpp"
#include "base/contracts.hpp"
#include "base/durable.hpp"
#include "base/file_descriptor.hpp"
#include "base/step_time.hpp"
#include "experiment/configuration.hpp"
#include "io/network_file.hpp"
#include "io/recordings.hpp"
#include "simulation/initial_state.hpp"
#include "simulation/recorded_columns.hpp"

namespace engram {

namespace {

EdgePopulation edge_population(const Projection& projection, const Experiment& experiment) {
    const Population& from = experiment.populations[projection.from];
    const Population& to = experiment.populations[projection.to];
    const double h_0 = experiment.synapses.h_0_mV;
    return {projection_name(experiment.populations, projection),
            from.name,
            to.name,
            from.count,
            to.count,
            projection.plastic ? h_0 : projection.weight_h_0 * h_0,
            experiment.synapses.t_ax_delay_ms,
            projection.plastic,
            from.first,
            to.first};
}

std::vector<char> recorded_spikes(const Experiment& experiment) {
    if (!experiment.record.spikes) return {};
    std::vector<char> recorded(experiment.populations.size(), 0);
    for (const NeuronId id : experiment.groups.members(*experiment.record.spikes)) recorded[id] = 1;
    return recorded;
}

void remove_if_there(const std::string& path) {
    std::error_code error;
    std::filesystem::remove(path, error);
    if (error) fail_with_error(error.value(), path, "remove the file", "change the permissions");
}

void scatter(std::span<const double> values, std::span<const std::uint64_t> positions,
             std::span<double> ordered) {
    for (std::size_t i = 0; i < positions.size(); ++i) ordered[positions[i]] = values[i];
}

}  // namespace

ResultFiles::ResultFiles(OutputDirectory directory, const Experiment& experiment,
                         const Network& network, MPI_Comm communicator)
    : directory_(std::move(directory)),
      experiment_(experiment),
      network_(network),
      communicator_(communicator),
      records_spikes_of_(recorded_spikes(experiment)),
      records_snapshots_(experiment.writes_network) {
    rank_ = rank_of(communicator_);
    on_root(communicator_, [&] {
        write_text_file(directory_.config(), resolved_configuration(experiment_));
        spikes_.emplace(directory_.spike_spool());
        for (std::size_t i = 0; i < experiment_.record.n_recordings(); ++i)
            traces_.emplace_back(directory_.trace_spool(i), trace_columns(experiment_, i));
    });
}

ResultFiles::ResultFiles(OutputDirectory directory, const Experiment& experiment,
                         const Network& network, MPI_Comm communicator, const RecordingMarks& marks)
    : directory_(std::move(directory)),
      experiment_(experiment),
      network_(network),
      communicator_(communicator),
      records_spikes_of_(recorded_spikes(experiment)),
      snapshots_(marks.snapshots),
      records_snapshots_(experiment.writes_network) {
    rank_ = rank_of(communicator_);
    on_root(communicator_, [&] {
        write_text_file(directory_.config(), resolved_configuration(experiment_));
        spikes_.emplace(directory_.spike_spool(), marks.spikes);
        for (std::size_t i = 0; i < marks.traces.size(); ++i)
            traces_.emplace_back(directory_.trace_spool(i), trace_columns(experiment_, i),
                                 marks.traces[i]);
    });
}

void ResultFiles::write_network() const {
    std::vector<NetworkEdgeProvider> providers;
    std::vector<NetworkEdges> edges;
    const std::vector<Projection>& projections = network_.projections();
    for (std::size_t i = 0; i < projections.size(); ++i) providers.emplace_back(network_, i);
    for (std::size_t i = 0; i < providers.size(); ++i)
        edges.push_back({edge_population(projections[i], experiment_), &providers[i]});
    const std::vector<SnapshotPart> parts = snapshot_parts(directory_, snapshots_, experiment_);
    std::optional<NetworkEdgeProvider> all_plastic;
    std::optional<LastSnapshot> last;
    if (last_) {
        all_plastic.emplace(NetworkEdgeProvider::all_plastic(network_, providers));
        last = {content_of(*last_, *all_plastic), &*all_plastic,
                experiment_.populations.excitatory_end()};
    }
    std::vector<Population> populations(experiment_.populations.begin(),
                                        experiment_.populations.end());
    for (Population& population : populations)
        population.neuron = experiment_.neuron_of(population);
    write_network_file(directory_.network(), edges, parts, last ? &*last : nullptr,
                       experiment_.indexes_sources, communicator_, default_edges_per_round,
                       populations);
}

RecordingMarks ResultFiles::flush() {
    if (rank_ != 0) return {};
    RecordingMarks marks{spikes_->flush(), {}, snapshots_};
    for (TraceSpool& traces : traces_) marks.traces.push_back(traces.flush());
    return marks;
}

void ResultFiles::write_spikes(std::span<const SpikeEvent> spikes) {
    if (records_spikes_of_.empty()) return spikes_->append(spikes);
    std::vector<SpikeEvent> recorded;
    std::ranges::copy_if(spikes, std::back_inserter(recorded), [&](const SpikeEvent& spike) {
        return records_spikes_of_[spike.neuron] != 0;
    });
    spikes_->append(recorded);
}

void ResultFiles::write_traces(std::size_t recording, std::span<const double> rows,
                               std::size_t n_rows) {
    ENGRAM_EXPECT(n_rows > 0 && rows.size() == n_rows * trace_columns(experiment_, recording));
    const std::size_t width = rows.size() / n_rows;
    for (std::size_t row = 0; row < n_rows; ++row)
        traces_[recording].append(rows.subspan(row * width, width));
}

// The view and the provider must outlive what this returns.
PlasticSnapshot ResultFiles::content_of(const SnapshotView& snapshot,
                                        const NetworkEdgeProvider& provider) const {
    constexpr SynapseIndex piece = 4096;
    CommonBits all_z;
    std::vector<double> some(piece);
    for (SynapseIndex k = 0; k < snapshot.n_synapses && !all_z.has_different(); k += piece) {
        some.resize(std::min(piece, snapshot.n_synapses - k));
        snapshot.read_z(k, some);
        all_z.add(std::span<const double>(some));
    }
    const auto values = [&, constant_z = all_z.value<double>()](LocalTargets targets,
                                                                std::vector<double>& h_mV,
                                                                std::vector<double>& z) {
        h_mV.resize(provider.n_synapses(targets));
        if (constant_z)
            z.assign(h_mV.size(), *constant_z);
        else
            z.resize(h_mV.size());
        std::vector<double> in_row;
        provider.for_each_row(
            targets, [&](NeuronId, SynapseIndex first, std::span<const std::uint64_t> positions) {
                in_row.resize(positions.size());
                snapshot.read_h_mV(first, in_row);
                scatter(in_row, positions, h_mV);
                if (constant_z) return;
                snapshot.read_z(first, in_row);
                scatter(in_row, positions, z);
            });
    };
    return {step_time_ms(snapshot.step, experiment_.dt_ms) / 1000.0, values, all_z,
            proteins_of(snapshot)};
}

// As far as the last excitatory neuron.
ProteinSnapshot ResultFiles::proteins_of(const SnapshotView& snapshot) const {
    ProteinSnapshot proteins;
    if (snapshot.protein.empty()) return proteins;
    const hsize_t end = experiment_.populations.excitatory_end();
    hsize_t n = 0;
    for (const NeuronRange& range : network_.partition().ranges(network_.rank())) {
        if (range.first >= end) break;
        proteins.neurons.push_back(
            {range.first, std::min<hsize_t>(range.count, end - range.first)});
        n += proteins.neurons.back().count;
    }
    const auto count = static_cast<std::ptrdiff_t>(n);
    auto first = snapshot.protein.begin();
    for (const std::string& pool : kept_proteins(experiment_)) {
        proteins.amounts[pool].assign(first, first + count);
        first += network_.n_local();
    }
    return proteins;
}

void ResultFiles::write_snapshot(const SnapshotView& snapshot) {
    if (!records_snapshots_) return;
    // A run that is killed before its results are complete comes to its end again.
    if (snapshot.step == experiment_.duration_steps()) {
        last_ = snapshot;
        return;
    }
    const auto provider = NetworkEdgeProvider::all_plastic(network_);
    const std::string path = directory_.snapshot_part(static_cast<int>(snapshots_.size()));
    const std::uint64_t checksum =
        write_snapshot_part(path, content_of(snapshot, provider),
                            experiment_.populations.excitatory_end(), provider, communicator_);
    snapshots_.push_back({snapshot.step, checksum, false});
}

void ResultFiles::replay(ResultSink& sink) {
    on_root(communicator_, [&] {
        const RecordingMarks marks = flush();
        read_spike_spool(directory_.spike_spool(), marks.spikes, experiment_.populations.size(),
                         [&](std::span<const SpikeEvent> spikes) { sink.write_spikes(spikes); });
        for (std::size_t i = 0; i < marks.traces.size(); ++i) {
            const std::size_t n_columns = trace_columns(experiment_, i);
            read_trace_spool(directory_.trace_spool(i), marks.traces[i], n_columns,
                             [&](std::span<const double> rows) {
                                 sink.write_traces(i, rows, rows.size() / n_columns);
                             });
        }
    });
    const auto provider = NetworkEdgeProvider::all_plastic(network_);
    const std::vector<SnapshotPart> parts = snapshot_parts(directory_, snapshots_, experiment_);
    auto part = parts.begin();
    for (const SnapshotMark& mark : snapshots_) {
        if (mark.lost) continue;
        const SynapseIndex n = network_.plastic().size();
        Snapshot snapshot{mark.step, std::vector<double>(n), std::vector<double>(n)};
        read_snapshot_part(
            *part++, experiment_.populations.excitatory_end(), provider,
            [&](LocalTargets targets, std::span<const double> h_mV, std::span<const double> z) {
                provider.for_each_synapse(targets,
                                          [&](std::uint64_t position, SynapseIndex synapse) {
                                              snapshot.h_mV[synapse] = h_mV[position];
                                              snapshot.z[synapse] = z[position];
                                          });
            },
            communicator_);
        sink.write_snapshot(snapshot.view());
    }
    if (last_) sink.write_snapshot(*last_);
}

RecordingMarks ResultFiles::finish() {
    RecordingMarks marks{{}, {}, snapshots_};
    on_root(communicator_, [&] {
        marks = flush();
        write_spike_file(directory_.spike_spool(), marks.spikes, directory_.spikes(),
                         experiment_.populations, experiment_.dt_ms);
        std::vector<SpooledTraces> traces;
        for (std::size_t i = 0; i < marks.traces.size(); ++i)
            traces.push_back({directory_.trace_spool(i), marks.traces[i]});
        write_trace_file(traces, directory_.traces(), experiment_);
        // Some file systems keep a removed file, and so its directory, as long as it is open.
        spikes_.reset();
        traces_.clear();
    });
    if (experiment_.writes_network) {
        write_network();
    } else {
        // That of a run that has been extended is of the time before.
        on_root(communicator_, [&] { remove_if_there(directory_.network()); });
    }
    return marks;
}

}  // namespace engram
