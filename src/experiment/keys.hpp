// SPDX-License-Identifier: Apache-2.0
// All keys of the configuration, each named here and nowhere else: the member that it sets and what
// it may be. Defaults are those of the members. docs/configuration.md has a row for each.
#pragma once

#include <span>
#include <tuple>
#include <type_traits>
#include <utility>

#include "experiment/ensemble_settings.hpp"
#include "experiment/experiment.hpp"
#include "experiment/key_kinds.hpp"
#include "experiment/schemes.hpp"

namespace engram {

// The ranges hold whatever is physically thinkable, and more; beyond them numbers are mistakes, and
// would leave what the arithmetic can represent.
inline constexpr double longest_time_s = 1e10;  // 300 years
inline constexpr double longest_tau_s = 1e9;
inline constexpr std::uint32_t most_recorded = 1'000'000;
inline constexpr Range potential_mV = between(-1e6, 1e6);
inline constexpr Range tau_ms = between(1e-3, 1e6);
inline constexpr Range tau_s = between(1e-3, longest_tau_s);
inline constexpr Range delay_ms = above_0_up_to(1e5);
inline constexpr Range calcium = between(0, 1e6);
inline constexpr Range relative_weight = between(0, 1e6);
inline constexpr Range threshold = between(1e-6, 1e9);

namespace keys {

inline constexpr Word<bool> truth[] = {{"false", false}, {"true", true}};

inline constexpr Word<FastForward> fast_forward[] = {{"auto", FastForward::automatic},
                                                     {"off", FastForward::off}};
inline constexpr Section simulation{
    "simulation",
    Key{"description", &Experiment::description, Text{}},
    Key{"duration_s", &Experiment::duration_s, above_0_up_to(longest_time_s), Need::required},
    Key{"dt_ms", &Experiment::dt_ms, between(1e-4, 1e3)},
    Key{"dt_fast_forward_s", &Experiment::dt_fast_forward_s, above_0_up_to(longest_time_s)},
    Key{"margin_before_s", &Experiment::margin_before_s, between(0, longest_time_s)},
    Key{"margin_after_s", &Experiment::margin_after_s, between(0, longest_time_s)},
    Key{"seed", &Experiment::seed, Integers<std::uint64_t>{0}},
    Key{"noise_seed", &Experiment::noise_seed, Integers<std::uint64_t>{0}},
    Key{"wiring_seed", &Experiment::wiring_seed, Integers<std::uint64_t>{0}},
    Key{"fast_forward", &Experiment::fast_forward, Words{fast_forward}},
    Key{"communication_timeout_s", &Experiment::communication_timeout_s, between(0, 1e9)},
};

inline constexpr Word<Morphology::Capacitance> capacitances[] = {
    {"cell", Morphology::Capacitance::cell}, {"published", Morphology::Capacitance::published}};
inline constexpr Word<Morphology::Reset> resets[] = {
    {"soma", Morphology::Reset::soma}, {"any_compartment", Morphology::Reset::any_compartment}};
inline constexpr Section morphology{
    "neuron.morphology",
    Key{"soma_radius_um", &Morphology::soma_radius_um, between(0.01, 1000)},
    Key{"basal_dendrite_um", &Morphology::basal_dendrite_um, between(0, 1e4)},
    Key{"apical_dendrite_um", &Morphology::apical_dendrite_um, between(0, 1e4)},
    Key{"compartment_um", &Morphology::compartment_um, between(1e-3, 1000)},
    Key{"axial_resistivity_Ohm_cm", &Morphology::axial_resistivity_ohm_cm, between(0, 1e6)},
    Key{"capacitance", &Morphology::capacitance, Words{capacitances}},
    Key{"synaptic_gain", &Morphology::synaptic_gain, between(0, 100)},
    Key{"reset", &Morphology::reset, Words{resets}},
};

inline constexpr Section neuron{
    "neuron",
    Key{"V_init_mV", &NeuronParameters::v_init_mV, potential_mV},
    Key{"V_rev_mV", &NeuronParameters::v_rev_mV, potential_mV},
    Key{"V_reset_mV", &NeuronParameters::v_reset_mV, potential_mV},
    Key{"V_th_mV", &NeuronParameters::v_th_mV, potential_mV},
    Key{"R_leak_MOhm", &NeuronParameters::r_leak_MOhm, between(1e-3, 1e6)},
    Key{"C_mem_nF", &NeuronParameters::c_mem_nF, between(1e-6, 1e6)},
    Key{"t_ref_ms", &NeuronParameters::t_ref_ms, delay_ms},
    Key{"morphology", &NeuronParameters::morphology, MapOrNull{&morphology}},
    Key{"protein_diffusivity_um2_per_s", &NeuronParameters::protein_diffusivity_um2_per_s,
        OrInfinite{between(0, 1e12)}, Need::optional,
        [](const NeuronParameters& parameters) {
            return parameters.morphology.has_value() ||
                   parameters.protein_diffusivity_um2_per_s <= 1e12;
        }},
};

inline constexpr Word<ProteinPools> protein_pools[] = {{"C", ProteinPools::common},
                                                       {"P/D", ProteinPools::p_and_d},
                                                       {"P/C/D", ProteinPools::p_c_and_d}};
inline constexpr Section synapses{
    "synapses",
    Key{"tau_syn_ms", &SynapseParameters::tau_syn_ms, tau_ms},
    Key{"t_ax_delay_ms", &SynapseParameters::t_ax_delay_ms, delay_ms},
    Key{"h_0_mV", &SynapseParameters::h_0_mV, between(1e-6, 1e5)},
    Key{"t_Ca_delay_ms", &SynapseParameters::t_ca_delay_ms, between(0, 1e5)},
    Key{"Ca_pre", &SynapseParameters::ca_pre, calcium},
    Key{"Ca_post", &SynapseParameters::ca_post, calcium},
    Key{"tau_Ca_ms", &SynapseParameters::tau_ca_ms, tau_ms},
    Key{"tau_h_s", &SynapseParameters::tau_h_s, tau_s},
    Key{"gamma_p", &SynapseParameters::gamma_p, between(0, 1e9)},
    Key{"gamma_d", &SynapseParameters::gamma_d, between(0, 1e9)},
    Key{"theta_p", &SynapseParameters::theta_p, threshold},
    Key{"theta_d", &SynapseParameters::theta_d, threshold},
    Key{"sigma_pl_mV", &SynapseParameters::sigma_pl_mV, between(0, 1e6)},
    Key{"theta_pro_mV", &SynapseParameters::theta_pro_mV, threshold},
    Key{"theta_tag_mV", &SynapseParameters::theta_tag_mV, threshold},
    Key{"p_max_umol_per_l", &SynapseParameters::p_max_umol_per_l, between(0, 1e9)},
    Key{"tau_p_s", &SynapseParameters::tau_p_s, tau_s},
    Key{"tau_z_s", &SynapseParameters::tau_z_s, tau_s},
    Key{"f_int_l_per_umol", &SynapseParameters::f_int_l_per_umol, between(0, 1e6)},
    Key{"z_max", &SynapseParameters::z_max, between(1e-6, 1e3)},
    Key{"protein_pools", &SynapseParameters::protein_pools, Words{protein_pools}},
    Key{"rate_threshold_p_Hz", &SynapseParameters::rate_threshold_p_Hz, between(0, 1e6)},
    Key{"rate_threshold_d_Hz", &SynapseParameters::rate_threshold_d_Hz, between(0, 1e6)},
    Key{"rate_window_s", &SynapseParameters::rate_window_s, between(0.05, 100)},
};

inline constexpr Section background{
    "background",
    Key{"mean_nA", &BackgroundParameters::mean_nA, between(-1e6, 1e6)},
    Key{"sigma_wn_nA_sqrt_s", &BackgroundParameters::sigma_wn_nA_sqrt_s, between(0, 1e6)},
};

inline constexpr Section published_populations{
    "populations",
    Key{"n_exc", &PublishedSizes::n_exc, Integers<NeuronId>{1, most_neurons}},
    Key{"n_inh", &PublishedSizes::n_inh, Integers<NeuronId>{0, most_neurons}},
};

inline constexpr Section connectivity{
    "connectivity",
    Key{"probability", &Connectivity::probability, unit_interval, Need::optional,
        [](const Connectivity& connectivity) { return !connectivity.wired_by_source; }},
    Key{"w_ei", &Connectivity::w_ei, relative_weight},
    Key{"w_ie", &Connectivity::w_ie, relative_weight},
    Key{"w_ii", &Connectivity::w_ii, relative_weight},
    Key{"file", &Connectivity::file, Path{}, Need::optional,
        [](const Connectivity& connectivity) { return !connectivity.wired_by_source; }},
    Key{"file_checksum", &Connectivity::file_checksum, Text{}, Need::optional,
        [](const Connectivity& connectivity) { return !connectivity.file_checksum.empty(); }},
};

inline constexpr Word<PopulationKind> population_kinds[] = {
    {"excitatory", PopulationKind::excitatory}, {"inhibitory", PopulationKind::inhibitory}};
// Sections without a name are those of every entry of one, or of the root.
inline constexpr Section population{
    "",
    Key{"count", &Population::count, Integers<NeuronId>{1, most_neurons}, Need::required},
    Key{"kind", &Population::kind, Words{population_kinds}, Need::required},
    Key{"neuron", &Population::neuron, Map{&neuron}},
    Key{"background", &Population::background, Map{&background}},
};

inline constexpr Word<SynapseSite> synapse_sites[] = {{"soma", SynapseSite::soma},
                                                      {"tip", SynapseSite::tip}};
inline bool never_as_it_is(const Projection&) {
    return false;  // by index; written by name
}
inline constexpr Section projection{
    "",
    Key{"from", &Projection::from, Special{}, Need::required, never_as_it_is},
    Key{"to", &Projection::to, Special{}, Need::required, never_as_it_is},
    Key{"probability", &Projection::probability, unit_interval, Need::optional,
        [](const Projection& projection) {
            return !projection.file && !projection.wired_by_source;
        }},
    Key{"weight_h_0", &Projection::weight_h_0, between(-1e6, 1e6), Need::optional,
        [](const Projection& projection) { return !projection.plastic; }},
    Key{"plastic", &Projection::plastic, Words{truth}, Need::optional,
        [](const Projection& projection) { return projection.plastic; }},
    Key{"file", &Projection::file, Path{}, Need::optional,
        [](const Projection& projection) { return projection.file.has_value(); }},
    Key{"site", &Projection::ends_at, Words{synapse_sites}, Need::optional,
        [](const Projection& projection) { return projection.ends_at.has_value(); }},
    Key{"file_checksum", &Projection::file_checksum, Text{}, Need::optional,
        [](const Projection& projection) { return !projection.file_checksum.empty(); }},
};

inline constexpr Section initial_state{
    "initial_state",
    Key{"from", &InitialState::from, Path{}},
    Key{"at_s", &InitialState::at_s, between(0, longest_time_s)},
    Key{"file_checksum", &InitialState::file_checksum, Text{}},
    Key{"proteins", &InitialState::proteins, Words{truth}},
};

// Beyond it h would leave the range of sums.
inline constexpr Range log_sigma = between(0, 1);
inline constexpr Section initial_weights{
    "initial_weights",
    Key{"h_sigma", &InitialWeights::h_sigma, log_sigma},
    Key{"z_sigma", &InitialWeights::z_sigma, log_sigma},
    Key{"stipulated", &InitialWeights::stipulated, Special{}},
};

// An entry of stipulated.
inline constexpr Section stipulated_weights{
    "",
    Key{"from", &StipulatedWeights::from, Name{}, Need::required},
    Key{"to", &StipulatedWeights::to, Name{}, Need::required},
    Key{"h_mV", &StipulatedWeights::h_mV, between(0, 1e4)},
    Key{"z", &StipulatedWeights::z, between(-0.5, 1e3)},
};

inline constexpr Word<StimulusRole> roles[] = {{"learn", StimulusRole::learn},
                                               {"recall", StimulusRole::recall}};
inline constexpr Section stimulus{
    "",
    Key{"scheme", &Stimulus::scheme, SchemeName{}, Need::required},
    Key{"group", &Stimulus::group, Names{}, Need::required},
    Key{"role", &Stimulus::role, Words{roles}},
    Key{"margin_before_s", &Stimulus::margin_before_s, between(0, longest_time_s), Need::optional,
        [](const Stimulus& stimulus) { return stimulus.margin_before_s.has_value(); }},
    Key{"margin_after_s", &Stimulus::margin_after_s, between(0, longest_time_s), Need::optional,
        [](const Stimulus& stimulus) { return stimulus.margin_after_s.has_value(); }},
};

// Those that some scheme takes.
inline constexpr Step most_repeats = 100000;
inline constexpr Range current_nA = between(-1e6, 1e6);
inline constexpr Word<Interpolation> interpolations[] = {{"held", Interpolation::held},
                                                         {"linear", Interpolation::linear}};

inline constexpr Section scheme{
    "",
    Key{"start_s", &Stimulus::start_s, between(0, longest_time_s)},
    Key{"duration_s", &Stimulus::duration_s, above_0_up_to(longest_time_s)},
    Key{"n_inputs", &Stimulus::n_inputs, between(0, 1e9)},
    Key{"rate_Hz", &Stimulus::rate_Hz, between(0, 1e9)},
    Key{"spike_times_ms", &Stimulus::spike_times_ms, between(0, 1000.0 * longest_time_s)},
    Key{"train_s", &Stimulus::train_s, above_0_up_to(longest_time_s)},
    Key{"period_s", &Stimulus::period_s, between(0, longest_time_s)},
    Key{"repeats", &Stimulus::repeats, Integers<Step>{1, most_repeats}},
    Key{"mean_nA", &Stimulus::mean_nA, current_nA},
    Key{"sigma_wn_nA_sqrt_s", &Stimulus::sigma_wn_nA_sqrt_s, between(0, 1e6)},
    Key{"amplitude_nA", &Stimulus::amplitude_nA, current_nA},
    Key{"frequency_Hz", &Stimulus::frequency_Hz, above_0_up_to(1e7)},
    Key{"phase_deg", &Stimulus::phase_deg, between(-360, 360)},
    Key{"file", &Stimulus::file, Path{}},
    Key{"file_checksum", &Stimulus::file_checksum, Text{}},
    Key{"dataset", &Stimulus::dataset, Text{}},
    Key{"population", &Stimulus::population, Text{}},
    Key{"interval_ms", &Stimulus::interval_ms, between(0, 1e9)},
    Key{"interpolation", &Stimulus::interpolation, Words{interpolations}},
    Key{"weight_h_0", &Stimulus::weight_h_0, between(-1e6, 1e6)},
};

// Of every entry of the sections of intervals, whose names are below.
inline constexpr Section interval{
    "",
    Key{"start_s", &Interval::start_s, between(0, longest_time_s)},
    Key{"duration_s", &Interval::duration_s, above_0_up_to(longest_time_s), Need::optional,
        [](const Interval& interval) { return interval.duration_s.has_value(); }},
};
inline constexpr Section neuromodulation{
    "",
    Key{"amplitude", &Neuromodulation::amplitude, between(0, 1000), Need::required},
};
inline constexpr Section background_change{
    "",
    Key{"group", &BackgroundChange::group, Names{}, Need::required},
    Key{"mean_nA", &BackgroundChange::mean_nA, current_nA, Need::required},
    Key{"sigma_wn_nA_sqrt_s", &BackgroundChange::sigma_wn_nA_sqrt_s, between(0, 1e6),
        Need::required},
};
inline constexpr const char* background_changes_section = "background_changes";
inline constexpr const char* neuromodulation_section = "neuromodulation";
inline constexpr const char* plasticity_off_section = "plasticity_off";
inline constexpr const char* spiking_windows_section = "spiking_windows";

template <class One>
One entry_of(const std::vector<One>&);
template <class One>
One entry_of(const std::optional<std::vector<One>>&);

// A section of named intervals. All that handles such sections goes through the list of them below.
template <class Entries, class... Parts>
struct IntervalSection {
    using Entry = decltype(entry_of(std::declval<Entries>()));
    //! Whether an empty map says something else than none.
    static constexpr bool may_be_absent = !std::is_same_v<Entries, std::vector<Entry>>;

    const char* name;
    Entries Experiment::*entries;
    const char* overlap;                //!< why no two may hold at a time; null: they may
    std::tuple<const Parts*...> parts;  //!< the keys of an entry

    std::span<const Entry> of(const Experiment& experiment) const {
        if constexpr (may_be_absent)
            return is_given(experiment) ? *(experiment.*entries) : std::span<const Entry>();
        else
            return experiment.*entries;
    }
    bool is_given(const Experiment& experiment) const {
        if constexpr (may_be_absent)
            return (experiment.*entries).has_value();
        else
            return !(experiment.*entries).empty();
    }
    template <class Visit>
    constexpr void for_each_part(Visit&& visit) const {
        std::apply([&](const auto*... part) { (visit(*part), ...); }, parts);
    }
};
template <class Entries, class... Parts>
constexpr IntervalSection<Entries, Parts...> interval_section(const char* name,
                                                              Entries Experiment::*entries,
                                                              const char* overlap,
                                                              const Parts&... parts) {
    return {name, entries, overlap, {&parts...}};
}

//! In the order in which configurations are written.
template <class Visit>
constexpr void for_each_interval_section(Visit&& visit) {
    visit(interval_section(neuromodulation_section, &Experiment::neuromodulation,
                           "intervals of neuromodulation must not overlap", neuromodulation,
                           interval));
    // Those that concern a neuron must not overlap; see the check of groups and backgrounds.
    visit(interval_section(background_changes_section, &Experiment::background_changes, nullptr,
                           background_change, interval));
    visit(interval_section(plasticity_off_section, &Experiment::plasticity_off, nullptr, interval));
    visit(
        interval_section(spiking_windows_section, &Experiment::spiking_windows, nullptr, interval));
}

// Of the section record, and of each of its recordings.
inline constexpr Section trace_recording{
    "record",
    Key{"neurons", &TraceRecording::neurons, Special{}},
    Key{"synapses", &TraceRecording::synapses, Special{}},
    Key{"synapses_if_present", &TraceRecording::synapses_if_present, Special{}},
    Key{"synapses_between", &TraceRecording::selections, Special{}},
    Key{"every_steps", &TraceRecording::every_steps, Integers<Step>{1}},
    Key{"from_s", &TraceRecording::from_s, between(0, longest_time_s)},
    Key{"to_s", &TraceRecording::to_s, between(0, longest_time_s), Need::optional,
        [](const TraceRecording& recording) { return recording.to_s.has_value(); }},
};
// Of each of the recordings alone.
inline constexpr Section named_recording{
    "",
    Key{"variables", &TraceRecording::variables, Texts{}, Need::optional,
        [](const TraceRecording& recording) { return recording.variables.has_value(); }},
};
//! By name, each as a map.
inline std::string value_text(const std::vector<TraceRecording>& recordings, Special,
                              const std::string& indent = "") {
    if (recordings.empty()) return " {}";
    std::string text = "\n";
    for (const TraceRecording& recording : recordings)
        text += indent + "  " + name_text(recording.name) + ":\n" +
                section_text(trace_recording, recording, indent + "    ") +
                section_text(named_recording, recording, indent + "    ");
    return text;
}
inline constexpr Section record{
    "record",
    Key{"recordings", &Recording::named, Special{}},
    Key{"export_blocks", &Recording::export_blocks, Special{}, Need::optional,
        [](const Recording& record) { return !record.export_blocks.empty(); }},
    Key{"protein_at_um", &Recording::protein_at_um, between(0, 1e5)},
    Key{"spikes", &Recording::spikes, SomeNames{}, Need::optional,
        [](const Recording& record) { return record.spikes.has_value(); }},
    Key{"snapshots_s", &Recording::snapshots_s, Special{}},
};

// Of snapshots_s where it is no list.
inline constexpr Section regular_times{
    "",
    Key{"every_s", &RegularTimes::every_s, above_0_up_to(longest_time_s), Need::required},
    Key{"from_s", &RegularTimes::from_s, between(0, longest_time_s)},
    Key{"to_s", &RegularTimes::to_s, between(0, longest_time_s)},
};

// An entry of synapses_between.
inline constexpr Section selection{
    "",
    Key{"from", &SynapseSelection::from, Name{}, Need::required},
    Key{"to", &SynapseSelection::to, Name{}, Need::required},
    Key{"count", &SynapseSelection::count, Integers<std::uint32_t>{1, most_recorded}},
};

inline constexpr Section measures{
    "measures",
    Key{"groups", &MeasureSettings::groups, Names{}, Need::optional,
        [](const MeasureSettings& measures) { return measures.groups.has_value(); }},
    Key{"recall_begin_s", &MeasureSettings::recall_begin_s,
        between(-longest_time_s, longest_time_s)},
    Key{"recall_end_s", &MeasureSettings::recall_end_s, between(-longest_time_s, longest_time_s)},
    Key{"from_onset", &MeasureSettings::from_onset, Words{truth}},
    Key{"recorded_synapses", &MeasureSettings::recorded_synapses, Words{truth}},
};

inline constexpr Section checkpoint{
    "checkpoint",
    Key{"every_wall_min", &CheckpointSettings::every_wall_min, between(0, 1e9)},
    Key{"every_simulated_s", &CheckpointSettings::every_simulated_s, between(0, longest_time_s)},
    Key{"phase_ends", &CheckpointSettings::phase_ends, Words{truth}},
    Key{"keep", &CheckpointSettings::keep, Integers<std::uint32_t>{1}},
};

inline constexpr Section output{
    "output",
    Key{"directory", &Experiment::output_directory, Text{}},
    Key{"network", &Experiment::writes_network, Words{truth}},
    Key{"index_by_source", &Experiment::indexes_sources, Words{truth}},
};

inline constexpr Word<bool> trial_results[] = {{"all", true}, {"none", false}};
inline constexpr Word<bool> trial_traces[] = {{"averaged", true}, {"none", false}};
inline constexpr Word<TrialsVary> trials_vary[] = {{"seed", TrialsVary::seed},
                                                   {"noise_seed", TrialsVary::noise_seed}};
inline constexpr Section ensemble{
    "",
    Key{"trials", &EnsembleSettings::trials, Integers<std::uint32_t>{1, most_runs}},
    Key{"trials_per_batch", &EnsembleSettings::trials_per_batch, Integers<std::uint32_t>{0}},
    Key{"ranks_per_trial", &EnsembleSettings::ranks_per_trial, Integers<std::uint32_t>{1, 1 << 24}},
    Key{"trials_vary", &EnsembleSettings::trials_vary, Words{trials_vary}},
    Key{"trial_results", &EnsembleSettings::keeps_results, Words{trial_results}},
    Key{"trial_traces", &EnsembleSettings::averages_traces, Words{trial_traces}},
};

//! All sections above.
template <class Visit>
constexpr void for_each_section(Visit&& visit) {
    visit(simulation), visit(published_populations), visit(connectivity), visit(population);
    visit(projection), visit(initial_state), visit(initial_weights), visit(stipulated_weights);
    visit(background), visit(stimulus), visit(scheme), visit(neuron);
    visit(morphology);
    for_each_interval_section([&](const auto& section) { section.for_each_part(visit); });
    visit(synapses), visit(trace_recording), visit(named_recording), visit(record);
    visit(selection), visit(regular_times), visit(measures);
    visit(checkpoint), visit(output);
    visit(ensemble);
}

struct Place {
    const char* section = nullptr;
    const char* key = nullptr;
};

template <class Owner, class Value>
constexpr Place place_of(Value Owner::*member) {
    Place place;
    for_each_section([&](const auto& section) {
        if (const char* key = find_name(section, member)) place = {section.name, key};
    });
    return place;
}

//! Name of the key that sets a member: "rate_Hz".
template <auto member>
constexpr const char* name_of() {
    constexpr const char* name = place_of(member).key;
    static_assert(name != nullptr, "no key sets this member");
    return name;
}

//! With its section: "neuron.t_ref_ms".
template <auto member>
std::string path_of() {
    static_assert(*place_of(member).section != 0, "its section depends on the entry");
    return std::string(place_of(member).section) + "." + name_of<member>();
}

//! Of the keys of a recording: "record", or "record.recordings.NAME".
inline std::string path_of_recording(const TraceRecording& recording) {
    std::string path = trace_recording.name;
    if (!recording.name.empty())
        path.append(".").append(name_of<&Recording::named>()).append(".").append(recording.name);
    return path;
}

}  // namespace keys
}  // namespace engram
