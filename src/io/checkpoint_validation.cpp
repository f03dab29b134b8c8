// SPDX-License-Identifier: Apache-2.0
#include "io/checkpoint_validation.hpp"

#include <algorithm>
#include <cmath>

#include "base/collective.hpp"
#include "base/errors.hpp"
#include "base/messages.hpp"
#include "base/number_text.hpp"
#include "experiment/conditions.hpp"
#include "experiment/configuration.hpp"
#include "model/fixed_point.hpp"
#include "model/late_phase.hpp"
#include "simulation/decision_grid.hpp"

namespace engram {
namespace {

constexpr double longest_wall_s = 1e10;   // three centuries
constexpr double largest_value = 1e15;    // of any variable: squares stay finite
constexpr double smallest_share = 1e-12;  // what is divided by it stays finite
constexpr double rounding = 1e-9;         // of what may reach a bound

// One checkpoint's header.
class HeaderCheck {
  public:
    HeaderCheck(const CheckpointHeader& header, const Experiment& experiment,
                const std::string& path)
        : position_(header.position),
          recordings_(header.recordings),
          experiment_(experiment),
          schedule_(make_schedule(experiment)),
          path_(path) {}

    void run() const {
        check_position();
        check_reports();
        check_reference();
        check_recordings();
    }

  private:
    [[noreturn]] void fail(const std::string& problem) const {
        throw FileError(path_, "the header does not fit its configuration: " + problem +
                                   "; use another checkpoint");
    }
    void require(bool condition, const std::string& problem) const {
        if (!condition) fail(problem);
    }

    std::int64_t n_phases() const { return std::ssize(schedule_.phases); }
    const Phase& phase() const { return schedule_.phases[index()]; }
    std::size_t index() const { return static_cast<std::size_t>(position_.phase_index); }
    bool is_spiking() const { return phase().kind == PhaseKind::spiking; }

    void check_position() const {
        const Step step = position_.step;
        require(position_.phase_index <= n_phases(),
                "phase_index is " + std::to_string(position_.phase_index) + ", but there are " +
                    std::to_string(n_phases()) + " phases");
        if (position_.phase_index == n_phases()) {
            require(!position_.within_phase && step == experiment_.duration_steps(),
                    "all phases are done, but step is " + std::to_string(step));
            return;
        }
        const std::string place = "step " + std::to_string(step) + " is not where phase " +
                                  std::to_string(position_.phase_index) + ", steps " +
                                  std::to_string(phase().begin) + " to " +
                                  std::to_string(phase().end) + ", can be interrupted";
        if (!position_.within_phase)
            require(step == phase().begin, place);
        else if (is_spiking())  // at a decision of the plasticity
            require(phase().begin <= step && step < phase().end &&
                        (step - phase().begin) % decision_grid(experiment_).every() == 0,
                    place);
        else  // the last sample may be that of the end
            require(phase().begin <= step && step <= phase().end, place);
    }

    void check_reports() const {
        const auto& reports = position_.reports;
        const std::size_t expected = index() + (position_.within_phase ? 1 : 0);
        require(reports.size() == expected, "phases has " + std::to_string(reports.size()) +
                                                " entries instead of " + std::to_string(expected));
        for (std::size_t i = 0; i < reports.size(); ++i)
            check_report(reports[i], schedule_.phases[i], "phases[" + std::to_string(i) + "]");
    }

    void check_report(const PhaseReport& report, const Phase& expected,
                      const std::string& name) const {
        const Phase& found = report.phase;
        require(found.kind == expected.kind && found.label == expected.label &&
                    found.begin == expected.begin && found.end == expected.end,
                name + " is not that of the schedule, " + expected.label + " from step " +
                    std::to_string(expected.begin) + " to " + std::to_string(expected.end));
        require(report.wall_s >= 0.0 && report.wall_s <= longest_wall_s,
                name + ".wall_s is " + number_text(report.wall_s));
        const Step done = std::min(expected.end, position_.step) - expected.begin;
        check_counts(report.spikes, "spikes", expected, done, name);
        check_counts(report.silent_resets, "silent resets", expected, done, name);
    }

    void check_counts(const std::map<std::string, std::uint64_t>& counts, const char* what,
                      const Phase& phase, Step done, const std::string& name) const {
        for (const auto& [population, n] : counts) {
            const Population* const found = experiment_.populations.find(population);
            require(found != nullptr, fmt::format("{} counts {} of '{}', which is no population",
                                                  name, what, population));
            // A neuron fires, or is reset, once in a step at most.
            const double most = phase.kind == PhaseKind::spiking
                                    ? static_cast<double>(found->count) * static_cast<double>(done)
                                    : 0.0;
            require(static_cast<double>(n) <= most,
                    fmt::format("{} counts {} {} of '{}', more than there can be", name, n, what,
                                population));
        }
    }

    void check_reference() const {
        require(position_.reference <= state_step(position_, experiment_),
                "reference_step " + std::to_string(position_.reference) +
                    " lies behind the state, step " +
                    std::to_string(state_step(position_, experiment_)));
    }

    void check_recordings() const {
        std::uint64_t n_spikes = 0;
        for (const PhaseReport& report : position_.reports) n_spikes += report.all_spikes();
        const bool records_all = !experiment_.record.spikes;
        require(records_all ? recordings_.spikes.n_records == n_spikes
                            : recordings_.spikes.n_records <= n_spikes,
                "recorded_spikes.count is " + std::to_string(recordings_.spikes.n_records) +
                    ", but the phases count " + std::to_string(n_spikes));
        check_gaps(recordings_.spikes, "recorded_spikes");
        require(recordings_.traces.size() == experiment_.record.n_recordings(),
                "named_recordings are not those of the configuration");
        for (std::size_t i = 0; i < recordings_.traces.size(); ++i)
            check_rows(
                recordings_.traces[i],
                i == 0 ? "recorded_trace_rows" : "named_recordings[" + std::to_string(i - 1) + "]");
        std::vector<Step> taken;
        for (const double time_s : experiment_.record.snapshots_s)
            if (const Step step = experiment_.steps_from_s(time_s);
                step < state_step(position_, experiment_))
                taken.push_back(step);
        require(std::ranges::equal(recordings_.snapshots, taken, {}, &SnapshotMark::step),
                "snapshots are not those of record.snapshots_s before step " +
                    std::to_string(state_step(position_, experiment_)));
    }

    void check_rows(const RecordMark& mark, const std::string& name) const {
        require(
            mark.n_records <= static_cast<std::uint64_t>(position_.step) + 1,
            name + ".count is " + std::to_string(mark.n_records) + ", more than there are steps");
        check_gaps(mark, name);
    }

    void check_gaps(const RecordMark& mark, const std::string& name) const {
        Step step = 0;
        std::uint64_t record = 0;
        for (const RecordGap& gap : mark.gaps) {
            // Of a complete run, the last sample is of the step behind all others.
            require(step <= gap.begin && gap.begin < gap.end && gap.end <= position_.step + 1,
                    name + ".gaps are not in order, or not of steps before " +
                        std::to_string(position_.step));
            require(record <= gap.first && gap.first <= mark.n_records && gap.count > 0 &&
                        gap.count <= mark.n_records - gap.first,
                    name + ".gaps are not in order, or not of its records");
            step = gap.end;
            record = gap.first + gap.count;
        }
    }

    const RunPosition& position_;
    const RecordingMarks& recordings_;
    const Experiment& experiment_;
    const Schedule schedule_;
    const std::string& path_;
};

bool is_within_spiking(const RunPosition& position) {
    return position.within_phase && position.reports.back().phase.kind == PhaseKind::spiking;
}

//! Of spikes, or what they bring, at steps in [begin, end).
std::string problem_of_events(const std::string& name, const std::vector<SpikeEvent>& events,
                              Step begin, Step end, const std::string& otherwise,
                              const Populations& populations) {
    const auto order = [](const SpikeEvent& event) { return std::pair(event.step, event.neuron); };
    if (std::ranges::adjacent_find(events, std::greater_equal(), order) != events.end())
        return "'shared/" + name + "_step' is not sorted";
    for (const auto& [step, neuron] : events) {
        if (step < begin || step >= end)
            return fmt::format("'shared/{}_step' holds {}, {}", name, step, otherwise);
        if (neuron >= populations.size() || !populations.is_excitatory(neuron))
            return fmt::format("'shared/{}_neuron' holds {}, which is no excitatory neuron", name,
                               neuron);
    }
    return "";
}

std::string problem_of_spikes(const SharedState& shared, const RunPosition& position,
                              const Experiment& experiment) {
    const auto& arriving = shared.arriving;
    const auto& due = shared.calcium_due;
    const auto& recent = shared.recent_spikes;
    if (!is_within_spiking(position))
        return arriving.empty() && due.empty() && recent.empty()
                   ? ""
                   : "'shared' holds spikes though no neuron has fired";
    const Populations& populations = experiment.populations;
    const Step epoch_steps = experiment.steps_from_ms(experiment.synapses.t_ax_delay_ms);
    const Step calcium_delay = experiment.steps_from_ms(experiment.synapses.t_ca_delay_ms);
    if (std::ranges::adjacent_find(arriving, std::greater_equal()) != arriving.end())
        return "'shared/arriving_spikes' is not sorted";
    for (const PackedSpike spike : arriving)
        if (step_in_epoch(spike) >= epoch_steps || neuron_of(spike) >= populations.size())
            return "'shared/arriving_spikes' holds a spike that cannot be";
    std::string of_calcium =
        problem_of_events("calcium_due", due, position.step, position.step + calcium_delay,
                          "when no calcium can be due", populations);
    if (!of_calcium.empty()) return of_calcium;
    const Step counts =
        experiment.steps_from_ms(experiment.synapses.rate_window_s * 1000.0) + epoch_steps;
    return problem_of_events("recent_spikes", recent,
                             position.step - counts - 2 * epoch_steps - model::max_window_steps,
                             position.step, "when no spike can count", populations);
}

// Smallest and largest value that a variable can have.
struct Bounds {
    double lowest;
    double highest;

    bool contain(double value) const { return lowest <= value && value <= highest; }  // no NaN
};

Bounds bounds_of(plasticity::Domain domain, const Experiment& experiment) {
    using enum plasticity::Domain;
    switch (domain) {
        case not_negative:
            return {0.0, largest_value};
        case share:
            return {smallest_share, 1.0};
        case protein:
            return {0.0, experiment.synapses.p_max_umol_per_l * (1.0 + rounding)};
        case protein_mode: {
            const double most =
                std::sqrt(2.0) * experiment.synapses.p_max_umol_per_l * (1.0 + rounding);
            return {-most, most};
        }
        case tag:
            return {0.0, static_cast<double>(model::Tag::depression)};
        case real:
            break;
    }
    return {-largest_value, largest_value};
}

template <class T>
std::string problem_of_values(const std::string& group, const std::vector<Named<T>>& list,
                              const Experiment& experiment) {
    for (const Named<T>& entry : list) {
        const Bounds bounds = bounds_of(entry.domain, experiment);
        // Without an early end, so that the loop is vectorised.
        bool all = true;
        for (const T value : entry.values) all &= bounds.contain(static_cast<double>(value));
        if (all) continue;
        const auto bad = std::ranges::find_if_not(
            entry.values, [&](T value) { return bounds.contain(static_cast<double>(value)); });
        return "'" + group + entry.name + "' holds " + number_text(static_cast<double>(*bad)) +
               ", which is not between " + number_text(bounds.lowest) + " and " +
               number_text(bounds.highest);
    }
    return "";
}

[[noreturn]] void fail(const std::string& path, const std::string& problem) {
    throw FileError(path, problem + "; use another checkpoint");
}

}  // namespace

Step state_step(const RunPosition& position, const Experiment& experiment) {
    if (!position.within_phase) return position.step;
    const Schedule schedule = make_schedule(experiment);
    const Phase& phase = schedule.phases.at(static_cast<std::size_t>(position.phase_index));
    if (phase.kind == PhaseKind::spiking) return position.step;
    const ConditionsCourse conditions(experiment);
    Step begin = phase.begin;
    for (;;) {
        const Step end = conditions.next_change_of_consolidation(begin, phase.end);
        if (end > position.step || end == phase.end) return begin;
        begin = end;
    }
}

void validate_header(const CheckpointHeader& header, const std::string& path) {
    const Experiment experiment = parse_configuration(header.configuration, path);
    HeaderCheck(header, experiment, path).run();
}

void validate_state(const RunPosition& position, const SharedState& shared, const LocalState& local,
                    const Experiment& experiment, const std::string& path, MPI_Comm communicator) {
    collectively(communicator, [&] {
        for (const std::string& problem :
             {problem_of_spikes(shared, position, experiment),
              problem_of_values("neurons/", local.by_neuron, experiment),
              problem_of_values("shared/", local.by_source, experiment),
              problem_of_values("synapses/", local.by_synapse, experiment),
              problem_of_values("synapses/", local.bytes_by_synapse, experiment)})
            if (!problem.empty()) fail(path, problem);
    });
}

void validate_weights(const SnapshotView& weights, const Experiment& experiment,
                      const std::string& path, MPI_Comm communicator) {
    const Bounds of_h{-model::fixed_point_limit, model::fixed_point_limit};
    const Bounds of_z{model::z_min - rounding, std::max(experiment.synapses.z_max, 0.0) + rounding};
    collectively(communicator, [&] {
        weights.for_each([&](SynapseIndex, const PlasticWeights& here) {
            if (!of_h.contain(here.h_mV) || !of_z.contain(here.z))
                fail(path, "a synapse has h = " + number_text(here.h_mV) +
                               " mV and z = " + number_text(here.z) + ", which cannot be");
        });
    });
}

}  // namespace engram
