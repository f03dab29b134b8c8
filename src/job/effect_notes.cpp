// SPDX-License-Identifier: Apache-2.0
#include "job/effect_notes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "analysis/memories.hpp"
#include "analysis/recall_measures.hpp"
#include "base/step_time.hpp"
#include "experiment/conditions.hpp"
#include "experiment/keys.hpp"
#include "experiment/schedule.hpp"
#include "experiment/stimulation.hpp"
#include "model/cable_resistances.hpp"

namespace engram::job {
namespace {

class Notes {
  public:
    explicit Notes(const Experiment& experiment)
        : experiment_(experiment), phases_(make_schedule(experiment).phases) {}

    std::vector<std::string> all() {
        note_stimuli();
        note_backgrounds();
        note_spiking_windows();
        note_plasticity();
        note_windows();
        note_slow_cells();
        return std::move(notes_);
    }

  private:
    template <class... T>
    void add(fmt::format_string<T...> format, T&&... values) {
        notes_.push_back(fmt::format(format, std::forward<T>(values)...));
    }
    double seconds(Step step) const { return step_time_ms(step, experiment_.dt_ms) / 1000.0; }

    //! How much of a range lies in spiking phases.
    Step spiking_steps(StepRange range) const {
        Step n = 0;
        for (const Phase& phase : phases_)
            if (phase.kind == PhaseKind::spiking)
                n += std::max(Step{0},
                              std::min(phase.end, range.end) - std::max(phase.begin, range.begin));
        return n;
    }

    void note_stimuli() {
        for (const Stimulus& stimulus : experiment_.stimuli) {
            const double end_s = stimulus.start_s + stimulus.duration_s;
            if (stimulus.duration_s > 0.0 &&
                end_s > experiment_.duration_s + 0.5e-3 * experiment_.dt_ms)
                add("stimuli.{}: would last to {:.10g} s, and ends with the run at {:.10g} s",
                    stimulus.name, end_s, experiment_.duration_s);
            const bool has_spikes_of_file =
                scheme_entry(stimulus.scheme).effect == StimulusEffect::spikes_of_file;
            if (has_spikes_of_file && stimulus.content &&
                std::ranges::none_of(stimulus.content->times_ms, [&](double time_ms) {
                    return time_ms < 1000.0 * stimulus.duration_s;
                }))
                add("stimuli.{}: has no effect: its file has no spikes within the {:.10g} s that "
                    "it lasts",
                    stimulus.name, stimulus.duration_s);
        }
    }

    void note_backgrounds() {
        for (const BackgroundChange& change : experiment_.background_changes)
            if (spiking_steps(steps_of(experiment_, change)) == 0)
                add("{}.{}: has no effect: it lies within consolidation, which knows no background",
                    keys::background_changes_section, change.name);
    }

    void note_spiking_windows() {
        if (!experiment_.spiking_windows.empty() && experiment_.fast_forward == FastForward::off)
            add("{}: has no effect: with {}: off all of the run is spiking",
                keys::spiking_windows_section, keys::path_of<&Experiment::fast_forward>());
    }

    void note_plasticity() {
        const ConditionsCourse course(experiment_);
        if (course.plastic_steps(experiment_.duration_steps()) > 0) return;
        std::string without_effect;
        const auto name = [&](bool is_given, const std::string& key) {
            if (is_given) without_effect += (without_effect.empty() ? "" : ", ") + key;
        };
        name(experiment_.synapses.rate_threshold_p_Hz > 0.0,
             keys::path_of<&SynapseParameters::rate_threshold_p_Hz>());
        name(experiment_.synapses.rate_threshold_d_Hz > 0.0,
             keys::path_of<&SynapseParameters::rate_threshold_d_Hz>());
        name(experiment_.neuromodulation.has_value(), keys::neuromodulation_section);
        if (!without_effect.empty())
            add("{}: has no effect: plasticity is off all along ({})", without_effect,
                keys::plasticity_off_section);
    }

    // Outside of spiking phases nobody fires, so that a rate is too low by their share.
    void note_windows() {
        std::vector<RecallSetting> settings{recall_setting(experiment_)};
        for (const Memory& memory : measured_memories(experiment_))
            settings.push_back(memory.setting);
        std::set<std::pair<Step, Step>> told;
        for (const RecallSetting& setting : settings)
            for (const auto& [window, what, remedy] :
                 {std::tuple{setting.reference, "learning", ""},
                  std::tuple{setting.recall, "recall", ", or set measures.from_onset"}}) {
                if (!window || !told.emplace(window->begin, window->end).second) continue;
                const Step outside =
                    window->end - window->begin - spiking_steps({window->begin, window->end});
                if (outside > 0)
                    add("measures: rates of {} are those from {:.10g} s to {:.10g} s, of which "
                        "{:.10g} s lie in consolidation, where nobody fires; choose longer margins "
                        "(simulation.margin_before_s, margin_after_s), or another window{}",
                        what, seconds(window->begin), seconds(window->end), seconds(outside),
                        remedy);
            }
    }

    // Potentials along a cell are those after all modes but the mean have settled.
    void note_slow_cells() {
        constexpr double most_left = 1e-3;
        std::set<double> told_ms;
        for (const Population& population : experiment_.populations) {
            const NeuronParameters& neuron = experiment_.neuron_of(population);
            if (!neuron.morphology) continue;
            const double slowest_ms =
                model::CableResistances::make(neuron, experiment_.synapses.tau_syn_ms)
                    .slowest_mode_ms;
            const double left = std::exp(-experiment_.dt_ms / slowest_ms);
            if (left > most_left && told_ms.insert(slowest_ms).second)
                add("{}: in neurons of {} the potential spreads within {:.3g} ms, so that {:.2g} % "
                    "of a change along the cell is under way after a time step of {:.10g} ms; "
                    "potentials are those once it has settled",
                    keys::morphology.name, population.name, slowest_ms, 100.0 * left,
                    experiment_.dt_ms);
        }
    }

    const Experiment& experiment_;
    std::vector<Phase> phases_;
    std::vector<std::string> notes_;
};

}  // namespace

std::vector<std::string> effect_notes(const Experiment& experiment) {
    return Notes(experiment).all();
}

}  // namespace engram::job
