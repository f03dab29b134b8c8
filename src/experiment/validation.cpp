// SPDX-License-Identifier: Apache-2.0
#include "experiment/validation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>
#include <set>
#include <utility>

#include "base/number_text.hpp"
#include "experiment/backgrounds.hpp"
#include "experiment/conditions.hpp"
#include "experiment/group_reader.hpp"
#include "experiment/keys.hpp"
#include "experiment/magnitudes.hpp"
#include "experiment/network_keys.hpp"
#include "experiment/neuron_sections.hpp"
#include "experiment/schemes.hpp"
#include "experiment/stimulation.hpp"
#include "model/cable_resistances.hpp"
#include "model/step_sets.hpp"

namespace engram {
namespace {

constexpr double most_steps = 4503599627370496.0;  // 2^52: times in steps stay exact as doubles
constexpr Step longest_axonal_delay_steps = 65535;
constexpr int most_compartments = 10'000;
constexpr std::size_t most_backgrounds = 1000;  // each takes constants for its blocks

const std::string duration_key = keys::path_of<&Experiment::duration_s>();
const std::string dt_key = keys::path_of<&Experiment::dt_ms>();
const std::string dt_fast_forward_key = keys::path_of<&Experiment::dt_fast_forward_s>();
const std::string axonal_delay_key = keys::path_of<&SynapseParameters::t_ax_delay_ms>();
const std::string calcium_delay_key = keys::path_of<&SynapseParameters::t_ca_delay_ms>();
const std::string theta_p_key = keys::path_of<&SynapseParameters::theta_p>();
const std::string theta_d_key = keys::path_of<&SynapseParameters::theta_d>();
const std::string protein_pools_key = keys::path_of<&SynapseParameters::protein_pools>();
const std::string tau_syn_key = keys::path_of<&SynapseParameters::tau_syn_ms>();
const std::string z_max_key = keys::path_of<&SynapseParameters::z_max>();
const std::string snapshots_key = keys::path_of<&Recording::snapshots_s>();
const std::string writes_network_key = keys::path_of<&Experiment::writes_network>();
const std::string every_simulated_key = keys::path_of<&CheckpointSettings::every_simulated_s>();

class Validator {
  public:
    Validator(const Experiment& experiment, ConfigProblems& problems)
        : experiment_(experiment),
          problems_(problems),
          has_duration_(problems.sound({duration_key, dt_key}) &&
                        1000.0 * experiment.duration_s / experiment.dt_ms <= most_steps),
          has_axonal_delay_(problems.sound({axonal_delay_key, dt_key}) &&
                            experiment.steps_from_ms(experiment.synapses.t_ax_delay_ms) <=
                                longest_axonal_delay_steps) {}

    void run() {
        check_times();
        check_margins();
        check_neurons();
        check_synapses();
        check_wiring_files();
        check_initial_weights();
        for (const Stimulus& stimulus : experiment_.stimuli) check_stimulus(stimulus);
        check_all_intervals();
        check_recorded_times();
        check_recorded_protein();
        check_snapshots();
        check_checkpoints();
        check_defaults();
        check_magnitudes(experiment_, problems_);
    }

  private:
    static std::string item(const std::string& key, std::size_t index) {
        return key + "[" + std::to_string(index) + "]";
    }

    static std::string is(double value) { return " (is " + number_text(value) + ")"; }

    std::string multiple_of_dt() const {
        return "must be a multiple of " + dt_key + " = " + number_text(experiment_.dt_ms);
    }

    bool is_below_a_step(double time_ms) const { return time_ms < 0.5 * experiment_.dt_ms; }

    bool is_multiple_of_dt(double time_ms) const {
        const double steps = time_ms / experiment_.dt_ms;
        // Rounding of the decimals and of the quotient: relative to the number of steps.
        const double tolerance = 1e-6 + 1e-15 * steps;
        if (time_ms != 0.0 && is_below_a_step(time_ms)) return false;
        return std::abs(steps - std::round(steps)) <= tolerance;
    }

    // `value` in the unit of its key, which is `unit_ms` long. False if there is a problem.
    bool check_time(const std::string& key, double value, double unit_ms) {
        return problems_.sound({key, dt_key}) && check_steps(key, value, unit_ms);
    }

    bool check_steps(const std::string& key, double value, double unit_ms) {
        if (value * unit_ms / experiment_.dt_ms > most_steps)
            problems_.add(key, "must be at most 2^52 time steps" + is(value));
        else if (!is_multiple_of_dt(value * unit_ms))
            add_no_multiple(key, value);
        else
            return true;
        return false;
    }

    // Who left a value at its default has chosen the time step, not the value.
    void add_no_multiple(const std::string& key, double value) {
        if (problems_.is_written(key) || !problems_.is_written(dt_key))
            problems_.add(key, multiple_of_dt() + is(value));
        else
            unfit_defaults_ +=
                (unfit_defaults_.empty() ? "" : ", ") + key + " = " + number_text(value);
    }

    void check_defaults() {
        if (unfit_defaults_.empty()) return;
        problems_.add(dt_key,
                      "must divide all times, also those left at their "
                      "defaults: " +
                          unfit_defaults_ + is(experiment_.dt_ms) +
                          "; choose another, or set these");
    }

    void check_at_least_dt(const std::string& key, double value_ms) {
        if (!problems_.sound({key, dt_key})) return;
        if (is_below_a_step(value_ms))
            problems_.add(key, "must be at least " + dt_key + " = " +
                                   number_text(experiment_.dt_ms) + is(value_ms));
        else
            check_steps(key, value_ms, 1.0);
    }

    void check_times() {
        for (const auto& [key, time_s] :
             {std::pair{duration_key, experiment_.duration_s},
              std::pair{dt_fast_forward_key, experiment_.dt_fast_forward_s}}) {
            if (!problems_.sound({key, dt_key})) continue;
            if (is_below_a_step(1000.0 * time_s))
                problems_.add(key, "must be at least one time step" + is(time_s));
            else
                check_steps(key, time_s, 1000.0);
        }
    }

    void check_margins() {
        check_margin(keys::path_of<&Experiment::margin_before_s>(), experiment_.margin_before_s);
        check_margin(keys::path_of<&Experiment::margin_after_s>(), experiment_.margin_after_s);
    }

    void check_neurons() {
        check_neuron(keys::neuron.name, experiment_.neuron);
        for (const NeuronSection& section : own_neuron_sections(experiment_, problems_))
            check_neuron(section.path, section.parameters);
    }

    void check_neuron(const std::string& path, const NeuronParameters& neuron) {
        const std::string threshold_key = path + "." + keys::name_of<&NeuronParameters::v_th_mV>();
        const auto below_threshold = [&](const char* name, double value) {
            const std::string key = path + "." + name;
            if (problems_.sound({key, threshold_key}) && value >= neuron.v_th_mV)
                problems_.add(key, "must be less than " + threshold_key + " = " +
                                       number_text(neuron.v_th_mV) + is(value));
        };
        below_threshold(keys::name_of<&NeuronParameters::v_reset_mV>(), neuron.v_reset_mV);
        below_threshold(keys::name_of<&NeuronParameters::v_init_mV>(), neuron.v_init_mV);
        const std::string t_ref_key = path + "." + keys::name_of<&NeuronParameters::t_ref_ms>();
        if (path == keys::neuron.name || problems_.is_written(t_ref_key))
            check_at_least_dt(t_ref_key, neuron.t_ref_ms);
        check_diffusivity(path, neuron);
        if (neuron.morphology) check_morphology(path, neuron);
    }

    bool any_morphology() const {
        return std::ranges::any_of(experiment_.populations, [&](const Population& population) {
            return experiment_.neuron_of(population).morphology.has_value();
        });
    }

    // The section `neuron` may say it for populations that have a morphology of their own.
    void check_diffusivity(const std::string& path, const NeuronParameters& neuron) {
        const std::string key =
            path + "." + keys::name_of<&NeuronParameters::protein_diffusivity_um2_per_s>();
        const bool is_felt = neuron.morphology || (path == keys::neuron.name && any_morphology());
        if (!is_felt && std::isfinite(neuron.protein_diffusivity_um2_per_s) &&
            problems_.sound({key, path}))
            problems_.add(key, "needs " + path + "." +
                                   keys::name_of<&NeuronParameters::morphology>() +
                                   ": proteins have nowhere to diffuse in a point" +
                                   is(neuron.protein_diffusivity_um2_per_s) +
                                   "; give one, or remove the diffusivity");
    }

    void check_morphology(const std::string& path, const NeuronParameters& neuron) {
        const std::string section = path + "." + keys::name_of<&NeuronParameters::morphology>();
        const std::string compartment_key =
            section + "." + keys::name_of<&Morphology::compartment_um>();
        if (experiment_.synapses.protein_pools != ProteinPools::common &&
            problems_.sound({protein_pools_key}))
            problems_.add(protein_pools_key,
                          "must be C where neurons have a morphology, as in " + section);
        check_late_phase_of_cable(path, neuron);
        if (!problems_.sound({section})) return;
        const double length_um = neuron.morphology->length_um();
        if (length_um / neuron.morphology->compartment_um > most_compartments) {
            problems_.add(compartment_key,
                          "must be at least " +
                              number_text(std::ceil(1e4 * length_um / most_compartments) / 1e4) +
                              ", so that the cell of " +
                              number_text(std::round(1e4 * length_um) / 1e4) + " um has at most " +
                              std::to_string(most_compartments) + " compartments" +
                              is(neuron.morphology->compartment_um));
            return;
        }
        if (!problems_.sound({path, tau_syn_key})) return;
        const double tau_syn_ms = experiment_.synapses.tau_syn_ms;
        const double spreading_ms = model::CableResistances::spreading_ms(neuron);
        const double longest_ms = model::CableResistances::longest_spreading_ms(neuron, tau_syn_ms);
        if (spreading_ms > longest_ms)
            problems_.add(
                section,
                fmt::format("potential must spread along the cell ten times as fast as the "
                            "membrane and synaptic currents decay, within {:.4g} ms (takes {:.4g} "
                            "ms); choose shorter dendrites, a larger radius or a lower {}",
                            longest_ms, spreading_ms,
                            keys::name_of<&Morphology::axial_resistivity_ohm_cm>()));
    }

    // What the late phase with diffusing protein does not have.
    void check_late_phase_of_cable(const std::string& path, const NeuronParameters& neuron) {
        if (!std::isfinite(neuron.protein_diffusivity_um2_per_s)) return;
        const SynapseParameters& synapses = experiment_.synapses;
        const std::string where = " where proteins diffuse, as in " + path + "." +
                                  keys::name_of<&NeuronParameters::protein_diffusivity_um2_per_s>();
        if (synapses.z_max != 1.0 && problems_.sound({z_max_key}))
            problems_.add(z_max_key, "must be 1" + where + is(synapses.z_max));
        for (const auto& [key, threshold_Hz] :
             {std::pair{keys::path_of<&SynapseParameters::rate_threshold_p_Hz>(),
                        synapses.rate_threshold_p_Hz},
              std::pair{keys::path_of<&SynapseParameters::rate_threshold_d_Hz>(),
                        synapses.rate_threshold_d_Hz}})
            if (threshold_Hz != 0.0 && problems_.sound({key}))
                problems_.add(key, "must be 0" + where + is(threshold_Hz));
    }

    void check_synapses() {
        const SynapseParameters& synapses = experiment_.synapses;
        if (problems_.sound({theta_p_key, theta_d_key}) && synapses.theta_p < synapses.theta_d)
            problems_.add(theta_p_key, "must be at least " + theta_d_key + " = " +
                                           number_text(synapses.theta_d) + is(synapses.theta_p));
        check_time(calcium_delay_key, synapses.t_ca_delay_ms, 1.0);
        check_at_least_dt(axonal_delay_key, synapses.t_ax_delay_ms);
        if (problems_.sound({axonal_delay_key, dt_key}) &&
            experiment_.steps_from_ms(synapses.t_ax_delay_ms) > longest_axonal_delay_steps)
            problems_.add(axonal_delay_key, "must be at most " +
                                                std::to_string(longest_axonal_delay_steps) +
                                                " time steps" + is(synapses.t_ax_delay_ms));
        check_calcium_delay();
        check_rate_window();
    }

    // The spikes that leave it within an epoch, or between two decisions, must be known before.
    void check_rate_window() {
        const SynapseParameters& synapses = experiment_.synapses;
        const std::string key = keys::path_of<&SynapseParameters::rate_window_s>();
        if ((synapses.rate_threshold_p_Hz == 0.0 && synapses.rate_threshold_d_Hz == 0.0) ||
            !problems_.sound({key, axonal_delay_key, dt_key}))
            return;
        const double least_ms =
            std::max(synapses.t_ax_delay_ms, model::max_window_steps * experiment_.dt_ms);
        if (synapses.rate_window_s * 1000.0 < least_ms)
            problems_.add(key, "must be at least " + number_text(least_ms / 1000.0) +
                                   ", the axonal delay and " +
                                   std::to_string(model::max_window_steps) + " time steps" +
                                   is(synapses.rate_window_s));
    }

    // Spikes travel between ranks once per axonal delay; calcium must not be due before.
    void check_calcium_delay() {
        const SynapseParameters& synapses = experiment_.synapses;
        if (problems_.sound({calcium_delay_key}) && has_axonal_delay_ &&
            synapses.t_ca_delay_ms < synapses.t_ax_delay_ms)
            problems_.add(calcium_delay_key, "must be at least " + axonal_delay_key + " = " +
                                                 number_text(synapses.t_ax_delay_ms) +
                                                 is(synapses.t_ca_delay_ms));
    }

    void check_initial_weights() {
        const InitialWeights& weights = experiment_.initial_weights;
        if (weights.is_given() && experiment_.initial_state.from)
            problems_.add(keys::initial_weights.name,
                          "cannot be given together with " + keys::path_of<&InitialState::from>() +
                              ", which has the weights; remove one of them");
        const std::string key = keys::path_of<&InitialWeights::stipulated>();
        for (std::size_t i = 0; i < weights.stipulated.size(); ++i) {
            const StipulatedWeights& stipulated = weights.stipulated[i];
            const std::string path = item(key, i);
            const std::string z_path = path + "." + keys::name_of<&StipulatedWeights::z>();
            if (stipulated.z && problems_.sound({z_path, z_max_key}) &&
                *stipulated.z > experiment_.synapses.z_max)
                problems_.add(z_path, "must be at most " + z_max_key + " = " +
                                          number_text(experiment_.synapses.z_max) +
                                          is(*stipulated.z));
            if (!stipulated.h_mV && !stipulated.z && problems_.sound({path}))
                problems_.add(path, "stipulates nothing; give h_mV, z, or both");
        }
    }

    void check_wiring_files() {
        for (const auto& [path, key] : wiring_files(experiment_)) check_file(path, key);
    }

    void check_file(const std::string& path, const std::string& key) {
        std::error_code error;
        std::error_code ignored;
        if (!problems_.sound({key})) return;
        const auto type = std::filesystem::status(path, error).type();
        if (type == std::filesystem::file_type::not_found)
            problems_.add(key, "there is no file " + path);
        else if (error)
            problems_.add(key, path + " cannot be read (" + error.message() + ")");
        else if (std::filesystem::is_directory(path, ignored))
            problems_.add(key, path + " is a directory");
        else if (!std::filesystem::is_regular_file(path, ignored))
            problems_.add(key, path + " is not a regular file");
        else if (!std::ifstream(path))
            problems_.add(key, path + " cannot be read");
    }

    void check_stimulus(const Stimulus& stimulus) {
        const std::string path = "stimuli." + stimulus.name + ".";
        const std::string scheme_key = path + keys::name_of<&Stimulus::scheme>();
        if (!problems_.sound({scheme_key, dt_key})) return;
        constexpr const char* spike_times = keys::name_of<&Stimulus::spike_times_ms>();
        constexpr const char* length = keys::name_of<&Stimulus::duration_s>();
        const bool has_spikes = scheme_takes(stimulus.scheme, spike_times);
        const std::string start_key =
            path + (has_spikes ? spike_times : keys::name_of<&Stimulus::start_s>());
        check_spike_times(stimulus.spike_times_ms, start_key);
        if (!has_spikes) check_time(start_key, stimulus.start_s, 1000.0);
        if (scheme_takes(stimulus.scheme, length))
            check_time(path + length, stimulus.duration_s, 1000.0);
        if (scheme_takes(stimulus.scheme, keys::name_of<&Stimulus::train_s>()))
            check_trains(stimulus, path);
        if (scheme_takes(stimulus.scheme, keys::name_of<&Stimulus::frequency_Hz>()))
            check_frequency(stimulus, path + keys::name_of<&Stimulus::frequency_Hz>());
        check_content_keys(stimulus, path);
        check_pulses(stimulus, scheme_key);
        check_rate(stimulus, path + keys::name_of<&Stimulus::rate_Hz>());
        check_margin(path + keys::name_of<&Stimulus::margin_before_s>(),
                     stimulus.margin_before_s.value_or(0));
        check_margin(path + keys::name_of<&Stimulus::margin_after_s>(),
                     stimulus.margin_after_s.value_or(0));

        if (problems_.sound(
                {start_key, path + length, path + keys::name_of<&Stimulus::train_s>()}) &&
            has_duration_ &&
            stimulus_extent(experiment_, stimulus).begin >= experiment_.duration_steps())
            problems_.add(start_key,
                          "must be less than " + duration_key + " = " +
                              number_text(experiment_.duration_s) + " s" +
                              is(has_spikes ? stimulus.spike_times_ms.front() : stimulus.start_s));
    }

    void check_all_intervals() {
        keys::for_each_interval_section([&](const auto& section) {
            std::vector<const Interval*> sound;
            for (const auto& interval : section.of(experiment_))
                if (check_interval(section.name, interval)) sound.push_back(&interval);
            if constexpr (std::is_same_v<typename std::remove_cvref_t<decltype(section)>::Entry,
                                         BackgroundChange>)
                check_background_changes(sound);
            if (section.overlap != nullptr)
                check_overlaps(std::move(sound), section.name, section.overlap);
        });
    }

    //! \param sound  those whose times are, in their order
    void check_background_changes(const std::vector<const Interval*>& sound) {
        constexpr const char* section = keys::background_changes_section;
        const std::vector<BackgroundChange>& all = experiment_.background_changes;
        bool has_groups = problems_.sound({"groups", "populations"});
        for (const BackgroundChange& change : all) {
            const std::string key =
                interval_key(section, change, keys::name_of<&BackgroundChange::group>());
            if (problems_.sound({key}))
                for (const std::string& name : change.group)
                    find_group(experiment_.groups, name, key, problems_);
            has_groups = has_groups && problems_.sound({key});
            if (has_groups && experiment_.groups.members(change.group).empty())
                problems_.add(key, "has no neurons");
        }
        if (all.empty() || !has_groups) return;
        const BackgroundClasses classes(experiment_);
        if (classes.size() > experiment_.populations.n_populations() + most_backgrounds)
            return problems_.add(
                section, "cuts populations into more than " + std::to_string(most_backgrounds) +
                             " parts; use fewer groups, or such as do not overlap");
        for (std::size_t c = 0; c < classes.size(); ++c) {
            std::vector<const Interval*> of_class;
            for (const Interval* one : sound) {
                const auto i = static_cast<const BackgroundChange*>(one) - all.data();
                if (classes.is_concerned(c, static_cast<std::size_t>(i))) of_class.push_back(one);
            }
            check_overlaps(std::move(of_class), section, "a neuron has one background at a time");
        }
        if (problems_.sound({section}) && all.size() > most_backgrounds &&
            Backgrounds(experiment_).n_settings() > most_backgrounds)
            problems_.add(section, "amounts to more than " + std::to_string(most_backgrounds) +
                                       " different backgrounds; use fewer different values");
    }

    static std::string interval_key(const char* section, const Interval& interval,
                                    const char* name) {
        return std::string(section) + "." + interval.name + "." + name;
    }

    // False if its times are not known, or wrong.
    bool check_interval(const char* section, const Interval& interval) {
        const std::string start_key =
            interval_key(section, interval, keys::name_of<&Interval::start_s>());
        const std::string duration_of_it =
            interval_key(section, interval, keys::name_of<&Interval::duration_s>());
        const bool starts = check_time(start_key, interval.start_s, 1000.0);
        const bool ends =
            !interval.duration_s || check_time(duration_of_it, *interval.duration_s, 1000.0);
        if (!starts || !has_duration_) return false;
        if (experiment_.steps_from_s(interval.start_s) < experiment_.duration_steps())
            return ends && problems_.sound({duration_of_it});
        problems_.add(start_key, "must be less than " + duration_key + " = " +
                                     number_text(experiment_.duration_s) + " s" +
                                     is(interval.start_s));
        return false;
    }

    // Of what there is one at a time.
    void check_overlaps(std::vector<const Interval*> intervals, const char* section,
                        const std::string& rule) {
        const auto begin_of = [&](const Interval* interval) {
            return steps_of(experiment_, *interval).begin;
        };
        std::ranges::stable_sort(intervals, {}, begin_of);
        const Interval* last = nullptr;  // of those that begin before the one that ends last
        for (const Interval* interval : intervals) {
            const Step end = last == nullptr ? 0 : steps_of(experiment_, *last).end;
            const std::string key =
                interval_key(section, *interval, keys::name_of<&Interval::start_s>());
            if (begin_of(interval) < end && !problems_.concern(key))
                problems_.add(key, "lies within '" + last->name + "', which ends at " +
                                       number_text(step_time_ms(end, experiment_.dt_ms) / 1000.0) +
                                       " s: " + rule + is(interval->start_s));
            if (last == nullptr || steps_of(experiment_, *interval).end > end) last = interval;
        }
    }

    // The default is rounded, since no time step should have to divide it.
    void check_margin(const std::string& key, double value_s) {
        if (problems_.is_written(key)) check_time(key, value_s, 1000.0);
    }

    void check_spike_times(const std::vector<double>& times_ms, const std::string& path) {
        for (std::size_t i = 0; i < times_ms.size(); ++i) {
            if (std::isnan(times_ms[i]) || !check_steps(item(path, i), times_ms[i], 1.0)) continue;
            if (i > 0 && times_ms[i] > times_ms[i - 1] &&
                experiment_.steps_from_ms(times_ms[i]) ==
                    experiment_.steps_from_ms(times_ms[i - 1]))
                problems_.add(item(path, i),
                              "is in the same time step as the one before" + is(times_ms[i]));
        }
    }

    void check_trains(const Stimulus& stimulus, const std::string& path) {
        const std::string train_key = path + keys::name_of<&Stimulus::train_s>();
        const std::string period_key = path + keys::name_of<&Stimulus::period_s>();
        check_time(train_key, stimulus.train_s, 1000.0);
        check_time(period_key, stimulus.period_s, 1000.0);
        if (problems_.sound({train_key, period_key}) && stimulus.repeats > 1 &&
            stimulus.period_s < stimulus.train_s)
            problems_.add(period_key,
                          "must be at least " + train_key + " = " + number_text(stimulus.train_s) +
                              ", so that trains do not overlap" + is(stimulus.period_s));
    }

    void check_frequency(const Stimulus& stimulus, const std::string& key) {
        const double highest_Hz = 500.0 / experiment_.dt_ms;
        if (problems_.sound({key}) && stimulus.frequency_Hz > highest_Hz)
            problems_.add(key, "must be at most " + number_text(highest_Hz) +
                                   ", a period of two time steps" + is(stimulus.frequency_Hz));
    }

    void check_content_keys(const Stimulus& stimulus, const std::string& path) {
        const std::string file_key = path + keys::name_of<&Stimulus::file>();
        if (scheme_takes(stimulus.scheme, keys::name_of<&Stimulus::file>())) {
            if (stimulus.file)
                check_file(*stimulus.file, file_key);
            else if (problems_.sound({file_key}))
                problems_.add(file_key, "must name a file (is null)");
        }
        const std::string interval = path + keys::name_of<&Stimulus::interval_ms>();
        if (scheme_takes(stimulus.scheme, keys::name_of<&Stimulus::interval_ms>()) &&
            stimulus.interval_ms > 0.0)
            check_at_least_dt(interval, stimulus.interval_ms);
    }

    void check_pulses(const Stimulus& stimulus, const std::string& key) {
        const double length_ms = 1000.0 * scheme_entry(stimulus.scheme).pulse_s;
        if (!is_multiple_of_dt(length_ms))
            problems_.add(key, "the length of its pulses, " + number_text(length_ms) + " ms, " +
                                   multiple_of_dt());
    }

    void check_rate(const Stimulus& stimulus, const std::string& key) {
        if (scheme_entry(stimulus.scheme).effect != StimulusEffect::poisson_spikes ||
            !problems_.sound({key}))
            return;
        const double highest_Hz = 1000.0 / experiment_.dt_ms;
        if (stimulus.rate_Hz > highest_Hz * (1 + 1e-12))
            problems_.add(key, "must be at most " + number_text(highest_Hz) +
                                   ", one spike per time step" + is(stimulus.rate_Hz));
    }

    // Recorded are those cells in which protein differs from place to place.
    void check_recorded_protein() {
        const std::string key = keys::path_of<&Recording::protein_at_um>();
        const std::vector<double>& places_um = experiment_.record.protein_at_um;
        if (places_um.empty() || !problems_.sound({key, keys::neuron.name, "populations"})) return;
        double shortest_um = std::numeric_limits<double>::infinity();
        bool diffuses = false;
        for (const Population& population : experiment_.populations) {
            const NeuronParameters& neuron = experiment_.neuron_of(population);
            if (!population.is_excitatory() || !neuron.morphology ||
                !std::isfinite(neuron.protein_diffusivity_um2_per_s))
                continue;
            diffuses = true;
            if (is_recorded(population))
                shortest_um = std::min(shortest_um, neuron.morphology->length_um());
        }
        if (!diffuses)
            problems_.add(key,
                          "is for proteins that differ from place to place; give " +
                              keys::path_of<&NeuronParameters::morphology>() + " and " +
                              keys::path_of<&NeuronParameters::protein_diffusivity_um2_per_s>());
        for (std::size_t i = 0; i < places_um.size(); ++i) {
            if (places_um[i] > shortest_um)
                problems_.add(key,
                              "must be within the cells of recorded neurons, of which the "
                              "shortest is " +
                                  number_text(shortest_um) + " um long" + is(places_um[i]));
            if (std::find(places_um.begin(), places_um.begin() + static_cast<std::ptrdiff_t>(i),
                          places_um[i]) != places_um.begin() + static_cast<std::ptrdiff_t>(i))
                problems_.add(key, "has " + number_text(places_um[i]) + " twice");
        }
    }

    bool is_recorded(const Population& population) const {
        const Recording& record = experiment_.record;
        for (std::size_t i = 0; i < record.n_recordings(); ++i)
            if (std::ranges::any_of(record.recording(i).neurons, [&](NeuronId id) {
                    return population.first <= id && id < population.end();
                }))
                return true;
        return false;
    }

    void check_recorded_times() {
        const Recording& record = experiment_.record;
        for (std::size_t i = 0; i < record.n_recordings(); ++i)
            check_recorded_time(record.recording(i));
    }
    void check_recorded_time(const TraceRecording& recording) {
        const std::string path = keys::path_of_recording(recording) + ".";
        const std::string from_key = path + keys::name_of<&TraceRecording::from_s>();
        const std::string to_key = path + keys::name_of<&TraceRecording::to_s>();
        const bool begins = check_time(from_key, recording.from_s, 1000.0);
        const bool ends = check_time(to_key, recording.to_s.value_or(0), 1000.0);
        if (begins && has_duration_ && recording.from_s > 0 &&
            experiment_.steps_from_s(recording.from_s) >= experiment_.duration_steps())
            problems_.add(from_key, "must be less than " + duration_key + " = " +
                                        number_text(experiment_.duration_s) + " s" +
                                        is(recording.from_s));
        if (begins && ends && recording.to_s && *recording.to_s < recording.from_s)
            problems_.add(to_key, "must be at least " + from_key + " = " +
                                      number_text(recording.from_s) + " s" + is(*recording.to_s));
    }

    void check_snapshots() {
        if (!problems_.sound({dt_key})) return;
        const std::vector<double>& times_s = experiment_.record.snapshots_s;
        if (!times_s.empty() && !experiment_.writes_network)
            problems_.add(writes_network_key,
                          "must be true where there are " + snapshots_key +
                              ": network.h5 holds the snapshots; or leave them out");
        std::set<Step> seen;
        for (std::size_t i = 0; i < times_s.size(); ++i) {
            const std::string key = item(snapshots_key, i);
            if (std::isnan(times_s[i]) || !check_steps(key, times_s[i], 1000.0)) continue;
            const Step step = experiment_.steps_from_s(times_s[i]);
            if (has_duration_ && step > experiment_.duration_steps())
                problems_.add(key, "must be in [0, " + duration_key + " = " +
                                       number_text(experiment_.duration_s) + "]" + is(times_s[i]));
            else if (!seen.insert(step).second)
                problems_.add(key, "lists " + number_text(times_s[i]) + " again");
        }
    }

    void check_checkpoints() {
        const std::string& key = every_simulated_key;
        const double every_s = experiment_.checkpoint.every_simulated_s;
        if (problems_.sound({key, dt_key}) && every_s > 0 && experiment_.steps_from_s(every_s) < 1)
            problems_.add(key, "must be 0 (none) or at least one time step" + is(every_s));
    }

    const Experiment& experiment_;
    ConfigProblems& problems_;
    // What others are measured by serves that purpose even if it is no multiple of the time step.
    bool has_duration_;
    bool has_axonal_delay_;
    std::string unfit_defaults_;  // "key = value, ..." that the time step does not divide
};

}  // namespace

void validate(const Experiment& experiment, ConfigProblems& problems) {
    Validator(experiment, problems).run();
}

}  // namespace engram
