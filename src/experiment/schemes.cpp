// SPDX-License-Identifier: Apache-2.0
#include "experiment/schemes.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "experiment/keys.hpp"

namespace engram {
namespace {

using Ranges = std::vector<StepRange>;

constexpr double pulse_s = 0.1;             // ONEPULSE, and each pulse of TRIPLET
constexpr double triplet_interval_s = 0.5;  // from one start to the next
constexpr int triplet_pulses = 3;
constexpr double stet_train_s = 1.0;
constexpr int stet_trains = 3;
constexpr double wtet_train_s = 0.2;
constexpr double slfs_burst_s = 0.15;  // three spikes at 20 Hz
constexpr double slfs_period_s = 1.15;
constexpr int slfs_bursts = 900;
constexpr double wlfs_train_s = 900.0;

//! From the start of a stimulus on: so many pulses of a length, at a distance from start to start.
Ranges pulses(const Experiment& experiment, const Stimulus& stimulus, int number, double length_s,
              double distance_s) {
    const Step start = experiment.steps_from_s(stimulus.start_s);
    Ranges ranges;
    for (int i = 0; i < number; ++i) {
        const Step begin = start + experiment.steps_from_s(i * distance_s);
        ranges.push_back({begin, begin + experiment.steps_from_s(length_s)});
    }
    return ranges;
}

Ranges rect(const Experiment& experiment, const Stimulus& stimulus) {
    return pulses(experiment, stimulus, 1, stimulus.duration_s, 0.0);
}

Ranges one_pulse(const Experiment& experiment, const Stimulus& stimulus) {
    return pulses(experiment, stimulus, 1, pulse_s, 0.0);
}

Ranges triplet(const Experiment& experiment, const Stimulus& stimulus) {
    return pulses(experiment, stimulus, triplet_pulses, pulse_s, triplet_interval_s);
}

Ranges strong_tetanus(const Experiment& experiment, const Stimulus& stimulus) {
    const Step start = experiment.steps_from_s(stimulus.start_s);
    Ranges ranges;
    for (int i = 0; i < stet_trains; ++i) {
        const Step begin =
            start + experiment.steps_from_s(i * stimulus.duration_s / (stet_trains - 1));
        ranges.push_back({begin, begin + experiment.steps_from_s(stet_train_s)});
    }
    return ranges;
}

Ranges weak_tetanus(const Experiment& experiment, const Stimulus& stimulus) {
    return pulses(experiment, stimulus, 1, wtet_train_s, 0.0);
}

Ranges strong_low_frequency(const Experiment& experiment, const Stimulus& stimulus) {
    return pulses(experiment, stimulus, slfs_bursts, slfs_burst_s, slfs_period_s);
}

Ranges weak_low_frequency(const Experiment& experiment, const Stimulus& stimulus) {
    return pulses(experiment, stimulus, 1, wlfs_train_s, 0.0);
}

Ranges trains(const Experiment& experiment, const Stimulus& stimulus) {
    return pulses(experiment, stimulus, static_cast<int>(stimulus.repeats), stimulus.train_s,
                  stimulus.period_s);
}

Ranges to_the_end(const Experiment& experiment, const Stimulus& stimulus) {
    return {{experiment.steps_from_s(stimulus.start_s), experiment.duration_steps()}};
}

Ranges given_steps(const Experiment& experiment, const Stimulus& stimulus) {
    Ranges ranges;
    for (const double time_ms : stimulus.spike_times_ms) {
        const Step step = experiment.steps_from_ms(time_ms);
        ranges.push_back({step, step + 1});
    }
    return ranges;
}

// White noise of a given amplitude, in a current with the time constant of synapses.
model::StimulusCurrent given_current(const Experiment& experiment, const Stimulus& stimulus,
                                     const NeuronParameters&) {
    return {stimulus.mean_nA, model::background_sigma_nA(stimulus.sigma_wn_nA_sqrt_s,
                                                         experiment.synapses.tau_syn_ms)};
}

model::StimulusCurrent without_noise(const Experiment&, const Stimulus&, const NeuronParameters&) {
    return {};
}

Waveform sine(const Experiment& experiment, const Stimulus& stimulus) {
    const double turns_per_step = stimulus.frequency_Hz * experiment.dt_ms / 1000.0;
    const double first_turns = stimulus.phase_deg / 360.0;
    return [=, mean_nA = stimulus.mean_nA, amplitude_nA = stimulus.amplitude_nA](Step step) {
        // Whole turns are left out first, so that a sine that is on for days stays exact.
        const double turns = static_cast<double>(step) * turns_per_step;
        return mean_nA +
               amplitude_nA * model::sin_of_turns(turns - std::floor(turns) + first_turns);
    };
}

// The last value that there is stays; without a file that was read there is none.
Waveform from_file(const Experiment& experiment, const Stimulus& stimulus) {
    if (!stimulus.content) return {};
    std::vector<Step> at;
    for (const double time_ms : stimulus.content->times_ms)
        at.push_back(experiment.steps_from_ms(time_ms));
    return [at = std::move(at), content = stimulus.content,
            linear = stimulus.interpolation == Interpolation::linear](Step step) {
        const auto behind =
            static_cast<std::size_t>(std::upper_bound(at.begin(), at.end(), step) - at.begin());
        if (behind == 0) return 0.0;
        const double before = content->values_nA[behind - 1];
        if (!linear || behind == at.size()) return before;
        const double part = static_cast<double>(step - at[behind - 1]) /
                            static_cast<double>(at[behind] - at[behind - 1]);
        return before + (content->values_nA[behind] - before) * part;
    };
}

constexpr const char* start_s = keys::name_of<&Stimulus::start_s>();
constexpr const char* duration_s = keys::name_of<&Stimulus::duration_s>();
constexpr const char* n_inputs = keys::name_of<&Stimulus::n_inputs>();
constexpr const char* rate_Hz = keys::name_of<&Stimulus::rate_Hz>();
constexpr const char* spike_times_ms = keys::name_of<&Stimulus::spike_times_ms>();
constexpr const char* train_s = keys::name_of<&Stimulus::train_s>();
constexpr const char* period_s = keys::name_of<&Stimulus::period_s>();
constexpr const char* repeats = keys::name_of<&Stimulus::repeats>();
constexpr const char* mean_nA = keys::name_of<&Stimulus::mean_nA>();
constexpr const char* sigma_wn = keys::name_of<&Stimulus::sigma_wn_nA_sqrt_s>();
constexpr const char* amplitude_nA = keys::name_of<&Stimulus::amplitude_nA>();
constexpr const char* frequency_Hz = keys::name_of<&Stimulus::frequency_Hz>();
constexpr const char* phase_deg = keys::name_of<&Stimulus::phase_deg>();
constexpr const char* file = keys::name_of<&Stimulus::file>();
constexpr const char* file_checksum = keys::name_of<&Stimulus::file_checksum>();
constexpr const char* dataset = keys::name_of<&Stimulus::dataset>();
constexpr const char* population = keys::name_of<&Stimulus::population>();
constexpr const char* interval_ms = keys::name_of<&Stimulus::interval_ms>();
constexpr const char* interpolation = keys::name_of<&Stimulus::interpolation>();
constexpr const char* weight_h_0 = keys::name_of<&Stimulus::weight_h_0>();

}  // namespace

model::StimulusCurrent current_of_inputs(const Experiment& experiment, const Stimulus& stimulus,
                                         const NeuronParameters& neuron) {
    const double inputs_per_s = stimulus.n_inputs * stimulus.rate_Hz;
    const double weight_nA = experiment.synapses.h_0_mV / neuron.r_leak_MOhm;
    return {inputs_per_s * weight_nA,
            std::sqrt(1000.0 * inputs_per_s / (2.0 * experiment.synapses.tau_syn_ms)) * weight_nA};
}

const std::vector<SchemeEntry>& scheme_entries() {
    static const std::vector<SchemeEntry> entries = {
        {.scheme = Scheme::rect,
         .name = "RECT",
         .keys = {{start_s}, {duration_s}, {n_inputs}, {rate_Hz}},
         .ranges = rect},
        {.scheme = Scheme::onepulse,
         .name = "ONEPULSE",
         .keys = {{start_s}, {n_inputs}, {rate_Hz}},
         .ranges = one_pulse,
         .pulse_s = pulse_s},
        {.scheme = Scheme::triplet,
         .name = "TRIPLET",
         .keys = {{start_s}, {n_inputs}, {rate_Hz}},
         .ranges = triplet,
         .pulse_s = pulse_s},
        {.scheme = Scheme::stet,
         .name = "STET",
         .keys = {{start_s},
                  {.name = duration_s,
                   .standard = 1200,
                   .lowest = (stet_trains - 1) * stet_train_s},  // trains that do not overlap
                  {rate_Hz}},
         .effect = StimulusEffect::poisson_spikes,
         .ranges = strong_tetanus,
         .pulse_s = stet_train_s},
        {.scheme = Scheme::wtet,
         .name = "WTET",
         .keys = {{start_s}, {rate_Hz}},
         .effect = StimulusEffect::poisson_spikes,
         .ranges = weak_tetanus,
         .pulse_s = wtet_train_s},
        {.scheme = Scheme::slfs,
         .name = "SLFS",
         .keys = {{start_s}, {.name = rate_Hz, .standard = 20}},
         .effect = StimulusEffect::poisson_spikes,
         .ranges = strong_low_frequency,
         .pulse_s = slfs_burst_s},
        {.scheme = Scheme::wlfs,
         .name = "WLFS",
         .keys = {{start_s}, {.name = rate_Hz, .standard = 1}},
         .effect = StimulusEffect::poisson_spikes,
         .ranges = weak_low_frequency,
         .pulse_s = wlfs_train_s},
        {.scheme = Scheme::poisson,
         .name = "POISSON",
         .keys = {{start_s},
                  {rate_Hz},
                  {train_s},
                  {.name = period_s, .standard = 0},
                  {.name = repeats, .standard = 1}},
         .effect = StimulusEffect::poisson_spikes,
         .ranges = trains},
        {.scheme = Scheme::full,
         .name = "FULL",
         .keys = {{.name = start_s, .standard = 0}, {n_inputs}, {rate_Hz}},
         .ranges = to_the_end},
        {.scheme = Scheme::explicit_spikes,
         .name = "EXPLICIT",
         .keys = {{spike_times_ms}},
         .effect = StimulusEffect::one_spike,
         .ranges = given_steps},
        {.scheme = Scheme::current,
         .name = "CURRENT",
         .keys = {{start_s},
                  {train_s},
                  {.name = period_s, .standard = 0},
                  {.name = repeats, .standard = 1},
                  {mean_nA},
                  {.name = sigma_wn, .standard = 0}},
         .current = given_current,
         .ranges = trains},
        {.scheme = Scheme::sine,
         .name = "SINE",
         .keys = {{start_s},
                  {duration_s},
                  {.name = mean_nA, .standard = 0},
                  {amplitude_nA},
                  {frequency_Hz},
                  {.name = phase_deg, .standard = 0}},
         .current = without_noise,
         .waveform = sine,
         .ranges = rect},
        {.scheme = Scheme::waveform,
         .name = "WAVEFORM",
         .keys = {{start_s},
                  {duration_s},
                  {file},
                  {.name = file_checksum, .optional = true},
                  {.name = dataset, .optional = true},
                  {.name = interval_ms, .standard = 0},
                  {.name = interpolation, .optional = true}},
         .current = without_noise,
         .waveform = from_file,
         .ranges = rect},
        {.scheme = Scheme::spikes,
         .name = "SPIKES",
         .keys = {{start_s},
                  {duration_s},
                  {file},
                  {.name = file_checksum, .optional = true},
                  {.name = population, .optional = true},
                  {.name = weight_h_0, .optional = true}},
         .effect = StimulusEffect::spikes_of_file,
         .ranges = rect},
    };
    return entries;
}

const SchemeEntry& scheme_entry(Scheme scheme) {
    for (const SchemeEntry& entry : scheme_entries())
        if (entry.scheme == scheme) return entry;
    throw std::logic_error("a scheme without an entry");
}

const SchemeEntry* find_scheme(const std::string& name) {
    const std::vector<SchemeEntry>& entries = scheme_entries();
    const auto found = std::find_if(entries.begin(), entries.end(),
                                    [&](const SchemeEntry& entry) { return entry.name == name; });
    return found != entries.end() ? &*found : nullptr;
}

const SchemeKey* SchemeEntry::find(std::string_view key) const {
    const auto found = std::find_if(keys.begin(), keys.end(),
                                    [&](const SchemeKey& taken) { return taken.name == key; });
    return found != keys.end() ? &*found : nullptr;
}

namespace keys {

void read_value(ConfigReader& reader, const char* key, Scheme& target, SchemeName) {
    static const std::vector<std::string> names = [] {
        std::vector<std::string> all;
        for (const SchemeEntry& entry : scheme_entries()) all.push_back(entry.name);
        return all;
    }();
    std::size_t index = names.size();
    reader.word(key, index, names);
    if (index < names.size()) target = scheme_entries()[index].scheme;
}

std::string value_text(Scheme scheme, SchemeName, const std::string&) {
    return " " + scheme_entry(scheme).name;
}

}  // namespace keys
}  // namespace engram
