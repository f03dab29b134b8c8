// SPDX-License-Identifier: Apache-2.0
#include "job/run_summary.hpp"

#include <H5public.h>

#include <algorithm>
#include <array>
#include <functional>
#include <numeric>

#include "base/collective.hpp"
#include "base/messages.hpp"
#include "base/peak_memory.hpp"
#include "base/step_time.hpp"
#include "base/version.hpp"
#include "experiment/conditions.hpp"
#include "experiment/keys.hpp"
#include "experiment/stimulation.hpp"
#include "io/network_edges.hpp"
#include "model/neuromodulation.hpp"

namespace engram::job {

namespace {

using nlohmann::json;

std::vector<double> gather(double value, MPI_Comm communicator) {
    std::vector<double> all(rank_of(communicator) == 0 ? size_of(communicator) : 0);
    MPI_Gather(&value, 1, MPI_DOUBLE, all.data(), 1, MPI_DOUBLE, 0, communicator);
    return all;
}

std::uint64_t sum(std::uint64_t value, MPI_Comm communicator) {
    std::uint64_t total = 0;
    MPI_Reduce(&value, &total, 1, MPI_UINT64_T, MPI_SUM, 0, communicator);
    return total;
}

// Wall time by part: of rank 0, and the mean and the highest of all ranks. Collective.
json parts_summary(const RunClock& clock, double setup_s, MPI_Comm communicator) {
    std::array<double, n_run_parts> own{};
    for (std::size_t i = 0; i < n_run_parts; ++i) own[i] = clock.seconds(static_cast<RunPart>(i));
    own[static_cast<std::size_t>(RunPart::build)] = setup_s;
    std::array<double, n_run_parts> sums{};
    std::array<double, n_run_parts> highest{};
    MPI_Reduce(own.data(), sums.data(), n_run_parts, MPI_DOUBLE, MPI_SUM, 0, communicator);
    MPI_Reduce(own.data(), highest.data(), n_run_parts, MPI_DOUBLE, MPI_MAX, 0, communicator);
    json parts;
    for (std::size_t i = 0; i < n_run_parts; ++i) {
        parts["rank_0"][run_part_names[i]] = own[i];
        parts["mean"][run_part_names[i]] = sums[i] / size_of(communicator);
        parts["highest"][run_part_names[i]] = highest[i];
    }
    return parts;
}

// The largest first; those below 1 % are left out.
std::string parts_text(const json& parts_s) {
    std::vector<std::pair<double, std::string>> parts;
    double whole_s = 0;
    for (const auto& [name, value] : parts_s.items()) {
        parts.emplace_back(value.get<double>(), name);
        whole_s += parts.back().first;
    }
    if (whole_s <= 0.0) return "";
    std::ranges::stable_sort(parts, std::greater<>(), &std::pair<double, std::string>::first);
    std::string text = fmt::format("Wall time {:.2f} s", whole_s);
    const char* separator = ": ";
    for (const auto& [seconds, name] : parts) {
        if (seconds < 0.01 * whole_s) break;
        text += fmt::format("{}{} {:.0f} %", separator, name, 100.0 * seconds / whole_s);
        separator = ", ";
    }
    return text + ".\n";
}

double rate_Hz(std::uint64_t n_spikes, NeuronId n_neurons, double time_s) {
    return n_neurons == 0 || time_s == 0.0 ? 0.0
                                           : static_cast<double>(n_spikes) / n_neurons / time_s;
}

json phase_summary(const PhaseReport& report, const Experiment& experiment) {
    const double begin_s = step_time_ms(report.phase.begin, experiment.dt_ms) / 1000.0;
    const double end_s = step_time_ms(report.phase.end, experiment.dt_ms) / 1000.0;
    json phase = {{"label", report.phase.label},
                  {"kind", report.phase.kind == PhaseKind::spiking ? "spiking" : "consolidation"},
                  {"begin_s", begin_s},
                  {"end_s", end_s},
                  {"wall_s", report.wall_s}};
    if (report.phase.kind != PhaseKind::spiking) return phase;
    for (const Population& population : experiment.populations) {
        const std::uint64_t n_spikes = report.spikes_of(population.name);
        phase["spikes"][population.name] = n_spikes;
        phase["rate_Hz"][population.name] = rate_Hz(n_spikes, population.count, end_s - begin_s);
    }
    if (!report.silent_resets.empty()) phase["silent_resets"] = report.silent_resets;
    phase["real_time_factor"] = report.wall_s > 0.0 ? (end_s - begin_s) / report.wall_s : 0.0;
    return phase;
}

// A name, or a list of several.
json group_summary(const GroupNames& names) {
    if (names.size() == 1) return names[0];
    return std::vector<std::string>(names.begin(), names.end());
}

// Of populations that may have some, in all phases.
json silent_resets_summary(const std::vector<PhaseReport>& reports) {
    std::map<std::string, std::uint64_t> all;
    for (const PhaseReport& report : reports)
        for (const auto& [population, n] : report.silent_resets) all[population] += n;
    return all;
}

std::string hdf5_version() {
    unsigned major = 0;
    unsigned minor = 0;
    unsigned release = 0;
    H5get_libversion(&major, &minor, &release);
    return fmt::format("{}.{}.{}", major, minor, release);
}

std::string mpi_version() {
    char text[MPI_MAX_LIBRARY_VERSION_STRING];
    int length = 0;
    MPI_Get_library_version(text, &length);
    const std::string version(text, static_cast<std::size_t>(length));
    return version.substr(0, version.find_first_of(",\n"));
}

// [begin, end] of an interval within the run.
json interval_summary(const Experiment& experiment, const Interval& interval) {
    const StepRange range = steps_of(experiment, interval);
    return {step_time_ms(range.begin, experiment.dt_ms) / 1000.0,
            step_time_ms(range.end, experiment.dt_ms) / 1000.0};
}

}  // namespace

std::vector<double> gather_peak_memory_MB(MPI_Comm communicator) {
    return gather(peak_memory_MB(), communicator);
}

json versions() {
    return {{"engram", version()},
            {"commit", commit()},
            {"results", results_version},
            {"hdf5", hdf5_version()},
            {"mpi", mpi_version()}};
}

json stimuli_summary(const Experiment& experiment) {
    constexpr std::size_t most_intervals = 1000;
    json stimuli = json::object();
    for (const Stimulus& stimulus : experiment.stimuli) {
        json intervals = json::array();
        for (const StepRange& range : joined(stimulus_ranges(experiment, stimulus), most_intervals))
            intervals.push_back({step_time_ms(range.begin, experiment.dt_ms) / 1000.0,
                                 step_time_ms(range.end, experiment.dt_ms) / 1000.0});
        stimuli[stimulus.name] = {{"scheme", scheme_entry(stimulus.scheme).name},
                                  {"group", group_summary(stimulus.group)},
                                  {"intervals_s", std::move(intervals)}};
    }
    return stimuli;
}

double value_summary(double value) {
    return value;
}
json value_summary(const GroupNames& names) {
    return group_summary(names);
}

json entry_summary(const Experiment&, const Interval&) {
    return json::object();
}
json entry_summary(const Experiment& experiment, const Neuromodulation& interval) {
    return {{"theta_pro_mV",
             model::modulated_theta_pro_mV(experiment.synapses.h_0_mV, interval.amplitude)}};
}

json conditions_summary(const Experiment& experiment) {
    json summary;
    keys::for_each_interval_section([&](const auto& section) {
        json& entries = summary[section.name];
        if (!section.may_be_absent || section.is_given(experiment)) entries = json::object();
        for (const auto& entry : section.of(experiment)) {
            json& told = entries[entry.name] = entry_summary(experiment, entry);
            section.for_each_part([&]<class Part>(const Part& part) {
                if constexpr (!std::is_same_v<typename Part::Owner, Interval>)
                    part.for_each([&](const auto& key) {
                        told[key.name] = value_summary(entry.*key.member);
                    });
            });
            told["interval_s"] = interval_summary(experiment, entry);
        }
    });
    return summary;
}

// What the run began with; null: all at rest.
json initial_state_summary(const Experiment& experiment) {
    const InitialState& state = experiment.initial_state;
    if (!state.from) return nullptr;
    return {{"from", *state.from},
            {"at_s", *state.at_s},
            {"file_checksum", state.file_checksum},
            {"proteins", state.proteins}};
}

json make_summary(const Simulation& simulation, double setup_s, double run_s,
                  MPI_Comm communicator) {
    const Experiment& experiment = simulation.experiment();
    const std::vector<double> memory = gather_peak_memory_MB(communicator);
    const WorkCounters work = simulation.work();
    const std::uint64_t neuron_steps = sum(work.neuron_steps, communicator);
    const std::uint64_t delivered = sum(work.delivered_spikes, communicator);
    const std::uint64_t draws = sum(work.early_phase_draws, communicator);
    json synapses = json::object();
    const Network& network = simulation.network();
    for (std::size_t p = 0; p < network.projections().size(); ++p)
        synapses[projection_name(network.populations(), network.projections()[p])] =
            sum(NetworkEdgeProvider(network, p).n_synapses(), communicator);

    json phases = json::array();
    double spiking_s = 0;
    double spiking_wall_s = 0;
    json neurons;
    json spikes;
    for (const Population& population : experiment.populations) {
        neurons[population.name] = population.count;
        spikes[population.name] =
            std::accumulate(simulation.reports().begin(), simulation.reports().end(),
                            std::uint64_t{0}, [&](std::uint64_t n, const PhaseReport& report) {
                                return n + report.spikes_of(population.name);
                            });
    }
    for (const PhaseReport& report : simulation.reports()) {
        phases.push_back(phase_summary(report, experiment));
        if (report.phase.kind != PhaseKind::spiking) continue;
        spiking_s += step_time_ms(report.phase.end - report.phase.begin, experiment.dt_ms) / 1000.0;
        spiking_wall_s += report.wall_s;
    }
    const ExchangeCounters& exchange = simulation.exchange_counters();
    const RunClock& clock = simulation.clock();
    const double waited_s = clock.seconds(RunPart::waiting);
    return {{"schedule", simulation.schedule().name},
            {"phases", phases},
            {"stimuli", stimuli_summary(experiment)},
            {"conditions", conditions_summary(experiment)},
            {"duration_s", experiment.duration_s},
            {"seed", experiment.seed},
            {"noise_seed", experiment.seed_of_noise()},
            {"initial_state", initial_state_summary(experiment)},
            {"neurons", neurons},
            {"synapses", synapses},
            {"spikes", spikes},
            {"silent_resets", silent_resets_summary(simulation.reports())},
            {"real_time_factor", spiking_wall_s > 0.0 ? spiking_s / spiking_wall_s : 0.0},
            {"wall_s", {{"setup", setup_s}, {"run", run_s}}},
            {"ranks", size_of(communicator)},
            {"device", simulation.executor().device_name()},
            {"peak_memory_MB", memory},
            {"work",
             {{"neuron_steps", neuron_steps},
              {"delivered_spikes", delivered},
              {"early_phase_draws", draws}}},
            {"exchange",
             {{"calls", exchange.calls},
              {"overflow_calls", exchange.overflow_calls},
              {"bytes_received", exchange.bytes_received},
              {"wall_s", clock.seconds(RunPart::exchange) + waited_s},
              {"waited_s", waited_s}}},
            {"parts_wall_s", parts_summary(clock, setup_s, communicator)},
            {"versions", versions()}};
}

std::string summary_text(const json& summary, const std::string& directory) {
    std::string text = fmt::format("Schedule: {}\n", summary["schedule"].get<std::string>());
    for (const json& phase : summary["phases"]) {
        text += fmt::format("  {:<12} {:12.10g} s to {:12.10g} s   {:8.2f} s wall",
                            phase["label"].get<std::string>(), phase["begin_s"].get<double>(),
                            phase["end_s"].get<double>(), phase["wall_s"].get<double>());
        if (phase.contains("rate_Hz")) {
            const char* separator = "   ";
            for (const auto& [population, rate] : phase["rate_Hz"].items()) {
                text += fmt::format("{}{} {:.3g} Hz", separator, population, rate.get<double>());
                separator = ", ";
            }
        }
        text += '\n';
    }
    const char* separator = "Spikes: ";
    for (const auto& [population, n] : summary["spikes"].items()) {
        text += fmt::format("{}{} {}", separator, n.get<std::uint64_t>(), population);
        separator = ", ";
    }
    separator = ".  Reset without a spike: ";
    for (const auto& [population, n] : summary["silent_resets"].items()) {
        text += fmt::format("{}{} {}", separator, n.get<std::uint64_t>(), population);
        separator = ", ";
    }
    const auto memory = summary["peak_memory_MB"].get<std::vector<double>>();
    text += fmt::format(".  Real-time factor {:.1f}.  Peak memory {:.0f} MB per rank, {}.\n",
                        summary["real_time_factor"].get<double>(),
                        memory.empty() ? 0.0 : *std::max_element(memory.begin(), memory.end()),
                        counted(summary["ranks"].get<unsigned>(), "rank"));
    text += parts_text(summary["parts_wall_s"]["rank_0"]);
    return text + "Results: " + one_line(directory) + '\n';
}

}  // namespace engram::job
