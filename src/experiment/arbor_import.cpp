// SPDX-License-Identifier: Apache-2.0
#include "experiment/arbor_import.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <optional>
#include <set>

#include "base/errors.hpp"
#include "base/number_text.hpp"
#include "base/plain_text.hpp"
#include "experiment/json_parser.hpp"
#include "experiment/json_section.hpp"
#include "experiment/keys.hpp"
#include "model/cable.hpp"

namespace engram {
namespace {

struct NamedDiffusivity {
    const char* name;
    ArborDiffusivity meaning;
};
constexpr NamedDiffusivity diffusivities[] = {{"0.10", ArborDiffusivity::arbor_0_10},
                                              {"0.11", ArborDiffusivity::arbor_0_11},
                                              {"si", ArborDiffusivity::si},
                                              {"point", ArborDiffusivity::point}};

// Keys of the sequel that describe its neurons.
constexpr const char* keys_of_morphology[] = {
    "diffusivity_pc",    "diffusivity_sps",   "length_per_cv",     "radius_soma",
    "radius_dendrite_1", "length_dendrite_1", "radius_dendrite_2", "length_dendrite_2"};

class Importer {
  public:
    explicit Importer(ArborDiffusivity diffusivity) : diffusivity_(diffusivity) {}

    ArborImport import(const ConfigNode& object, std::vector<ConfigProblem> problems) {
        problems_ = std::move(problems);
        result_.root = ConfigNode::empty(ConfigNode::Kind::map, object.place);
        JsonSection all(&object, object.place, "", problems_);
        if (is_of_brian(all))
            all.problem("",
                        "is a configuration of the published programs for Brian 2 "
                        "(brian_synaptic_plasticity_stc, simulator_comparison), which simulate one "
                        "synapse; it is not read. The same protocols are configs/basic_early.yaml, "
                        "basic_early_det.yaml, basic_late.yaml and basic_late_stet.yaml");
        else
            for (const char* key : {"simulation", "populations", "neuron", "synapses"})
                if (!all.has(key)) all.problem(key, "is missing");
        if (!problems_.empty()) throw ConfigError(std::move(problems_));
        all.ignore("arbor");  // the program's own record of its version
        JsonSection simulation = all.section("simulation");
        JsonSection populations = all.section("populations");
        read_times(simulation);
        read_populations(populations);
        read_background(simulation);
        read_stimulus(simulation, "learn");
        read_stimulus(simulation, "recall");
        read_neuron(all.section("neuron"));
        read_synapses(all.section("synapses"));
        read_samples(simulation);
        note_unknown(all);
        note_unknown(simulation);
        note_unknown(populations);
        if (!problems_.empty()) throw ConfigError(std::move(problems_));
        return std::move(result_);
    }

  private:
    //! They have no network, and their synapses are described by mechanism.
    bool is_of_brian(JsonSection& all) {
        if (all.has("populations")) return false;
        JsonSection synapses = all.section("synapses");
        return synapses.has("early_phase") || synapses.has("late_phase");
    }

    void set(const std::string& key, const std::string& text, const Place& place,
             bool quoted = false) {
        set_value(result_.root, key, ConfigNode::scalar(text, quoted, place));
    }
    void set(const std::string& key, const Number& number) {
        set(key, number_text(number.value), number.place);
    }
    template <auto ours>
    void set(const Number& number) {
        set(keys::path_of<ours>(), number);
    }
    static ConfigNode list_of(const std::vector<double>& values, const Place& place) {
        ConfigNode list = ConfigNode::empty(ConfigNode::Kind::list, place);
        for (const double value : values)
            list.children.push_back(ConfigNode::scalar(number_text(value), false, place));
        return list;
    }
    void note(const std::string& text) { result_.notices.push_back(text); }
    void note_unknown(const JsonSection& section) {
        constexpr std::size_t most_named = 100;
        const std::vector<std::string> unknown = section.unknown();
        for (std::size_t i = 0; i < std::min(unknown.size(), most_named); ++i)
            note(unknown[i] + " is not known, and ignored");
        if (unknown.size() > most_named)
            note("and " + std::to_string(unknown.size() - most_named) +
                 " more keys are not known, and ignored");
    }

    void read_times(JsonSection& simulation) {
        const std::string description = simulation.text("description");
        const std::string short_description = simulation.text("short_description");
        set(keys::path_of<&Experiment::description>(),
            short_description.empty() ? description : short_description + ": " + description,
            simulation.place_of("description"), true);
        if (!simulation.has("runtime")) simulation.problem("runtime", "is missing");
        set<&Experiment::duration_s>(simulation.number("runtime", 1));
        set<&Experiment::dt_ms>(simulation.number("dt", 0.2));
        set<&Experiment::dt_fast_forward_s>(simulation.number("dt_ff", 50000).times(1e-3));
        set<&Recording::every_steps>(simulation.number("output_period", 1));
        // Only concern its text output, and how it was built.
        for (const char* key : {"reduced_data", "sample_curr", "protein_dist_gid",
                                "num_dendrite_probes", "mech_catalogue"})
            simulation.ignore(key);
    }

    void read_populations(JsonSection& populations) {
        n_exc_ = populations.number("N_exc", 0);
        set<&PublishedSizes::n_exc>(n_exc_);
        set<&PublishedSizes::n_inh>(populations.number("N_inh", 0));
        set<&Connectivity::w_ei>(populations.number("w_ei", 0));
        set<&Connectivity::w_ie>(populations.number("w_ie", 0));
        set<&Connectivity::w_ii>(populations.number("w_ii", 0));
        read_connectivity(populations);
        n_assembly_ = populations.number("N_CA", 0, between(0, most_neurons));
        if (n_assembly_.value != std::floor(n_assembly_.value))
            populations.problem(
                "N_CA", "must be a whole number (is " + number_text(n_assembly_.value) + ")");
        const Number fraction = populations.number("p_r", 0, unit_interval);
        // Those whose number is below p_r * N_CA.
        n_recalled_ = {std::ceil(fraction.value * n_assembly_.value), fraction.place};
        if (n_assembly_.value <= 0) return;
        set("groups.assembly.first", {0.0, n_assembly_.place});
        set("groups.assembly.count", n_assembly_);
        if (n_recalled_.value <= 0) return;
        set("groups.recalled.of", "assembly", fraction.place);
        set("groups.recalled.fraction", fraction);
        set("groups.recalled.round", "up", fraction.place);
    }

    void read_connectivity(JsonSection& populations) {
        namespace fs = std::filesystem;
        const Number given = populations.number("p_c", 0);
        const double probability = given.value;
        const std::string file = populations.text("conn_file");
        set<&Connectivity::probability>({std::max(0.0, probability), given.place});
        std::error_code ignored;
        const fs::path beside = fs::path(given.place.file()).parent_path() / file;
        if (!file.empty() && (fs::exists(beside, ignored) || fs::exists(file, ignored))) {
            const fs::path found = fs::exists(beside, ignored) ? beside : fs::path(file);
            set(keys::path_of<&Connectivity::file>(),
                fs::absolute(found).lexically_normal().string(), populations.place_of("conn_file"),
                true);
        } else if (!file.empty() && probability >= 0) {
            note("there is no file " + file +
                 "; the connections are drawn at random with probability p_c = " +
                 number_text(probability) + " instead");
        } else if (!file.empty()) {
            populations.problem("conn_file", "there is no file " + beside.string());
        } else if (probability < 0) {
            note(
                "neither conn_file nor a probability p_c is given; no neurons are connected "
                "(give a matrix with --set connectivity.file=FILE)");
        }
    }

    void read_background(JsonSection& simulation) {
        JsonSection protocol = simulation.section("bg_protocol");
        const std::string scheme = protocol.text("scheme");
        const Place place = protocol.place_of("scheme");
        const Number start_s = protocol.number("time_start", 0);
        const Number duration_s = protocol.number("duration", 0);
        const Number mean_nA = protocol.number("I_0", 0);
        const Number sigma = protocol.number("sigma_WN", 0);
        for (const char* key : {"freq", "N_stim", "explicit_input"}) protocol.ignore(key);
        note_unknown(protocol);

        const bool is_always_on = scheme == "FULL" && start_s.value == 0;
        const Number off{0.0, place};
        set<&BackgroundParameters::mean_nA>(is_always_on ? mean_nA : off);
        set<&BackgroundParameters::sigma_wn_nA_sqrt_s>(is_always_on ? sigma : off);
        if (is_always_on || scheme.empty()) return;
        const auto add = [&](const std::string& name, double after_s,
                             const std::optional<double>& length_s) {
            const std::string key =
                std::string(keys::background_changes_section) + "." + name + ".";
            set(key + "group", "all", place);
            set(key + "start_s", {rounded(start_s.value + after_s), start_s.place});
            if (length_s) set(key + "duration_s", {*length_s, place});
            set(key + keys::name_of<&BackgroundChange::mean_nA>(), mean_nA);
            set(key + keys::name_of<&BackgroundChange::sigma_wn_nA_sqrt_s>(), sigma);
        };
        if (scheme == "FULL")
            add("background", 0, std::nullopt);
        else if (scheme == "ONEPULSE")
            add("background", 0, 0.1);
        else if (scheme == "RECT" && duration_s.value > 0)
            add("background", 0, duration_s.value);
        else if (scheme == "TRIPLET")
            for (const int pulse : {0, 1, 2})
                add("background_" + std::to_string(pulse + 1), 0.5 * pulse, 0.1);
        else
            note("bg_protocol of the scheme " + shortened(scheme) +
                 " switches no current on, in the published program either");
        // Its phases have clocks of their own.
        if (!simulation.section("recall_protocol").text("scheme").empty())
            note(
                "bg_protocol has the times of the run; the published program repeats it in a "
                "recall phase that follows on consolidation");
    }

    void read_stimulus(JsonSection& simulation, const std::string& role) {
        JsonSection protocol = simulation.section(role + "_protocol");
        const std::string scheme = protocol.text("scheme");
        const Number start_s = protocol.number("time_start", 0);
        const Number duration_s = protocol.number("duration", 0);
        const Number rate_Hz = protocol.number("freq", 0);
        const Number n_inputs = protocol.number("N_stim", 0);
        JsonSection input = protocol.section("explicit_input");
        const std::vector<double> receivers = input.numbers("receivers");
        const std::vector<double> times_ms = input.numbers("stim_times");
        for (const char* key : {"I_0", "sigma_WN"}) protocol.ignore(key);
        note_unknown(protocol);
        note_unknown(input);
        if (scheme.empty()) return;

        const SchemeEntry* entry = find_scheme(scheme);  // null: reading it will tell
        const bool takes_times =
            entry != nullptr && entry->find(keys::name_of<&Stimulus::spike_times_ms>()) != nullptr;
        const bool forced = entry != nullptr && entry->effect != StimulusEffect::current;
        const double n_receivers = forced ? static_cast<double>(receivers.size())
                                          : (role == "learn" ? n_assembly_ : n_recalled_).value;
        if (n_receivers == 0 || (takes_times && times_ms.empty())) {
            note(role + "_protocol reaches no neuron, and is left out");
            return;
        }
        const Place place = protocol.place_of("scheme");
        const std::string stimulus = "stimuli." + role + ".";
        const auto set_taken = [&](const char* key, const Number& value) {
            if (entry == nullptr || entry->find(key) != nullptr) set(stimulus + key, value);
        };
        set(stimulus + keys::name_of<&Stimulus::scheme>(), scheme, place);
        set(stimulus + keys::name_of<&Stimulus::role>(), role, place);
        const std::string group = stimulus + keys::name_of<&Stimulus::group>();
        if (forced) {
            set(group, role + "_receivers", place);
            set_value(result_.root, "groups." + role + "_receivers.ids",
                      list_of(receivers, input.place_of("receivers")));
        } else {
            set(group, role == "learn" ? "assembly" : "recalled", place);
        }
        set_taken(keys::name_of<&Stimulus::n_inputs>(), n_inputs);
        set_taken(keys::name_of<&Stimulus::start_s>(), start_s);
        set_taken(keys::name_of<&Stimulus::rate_Hz>(), rate_Hz);
        if (entry == nullptr) return;
        set_taken(keys::name_of<&Stimulus::duration_s>(), duration_s);
        if (takes_times)
            set_value(result_.root, stimulus + keys::name_of<&Stimulus::spike_times_ms>(),
                      list_of(times_ms, input.place_of("stim_times")));
    }

    void read_neuron(JsonSection neuron) {
        if (const std::string mechanism = neuron.text("mechanism", "lif"); mechanism != "lif")
            neuron.problem("mechanism", "must be lif (is " + shortened(mechanism) + ")");
        copy<&NeuronParameters::v_init_mV>(neuron, "V_init");
        copy<&NeuronParameters::v_rev_mV>(neuron, "V_rev");
        copy<&NeuronParameters::v_reset_mV>(neuron, "V_reset");
        copy<&NeuronParameters::v_th_mV>(neuron, "V_th");
        copy<&NeuronParameters::r_leak_MOhm>(neuron, "R_leak");
        copy<&NeuronParameters::t_ref_ms>(neuron, "t_ref");
        copy<&NeuronParameters::c_mem_nF>(neuron, "C_mem", 1e9);  // from F
        for (const char* key : {"R_reset", "radius"})             // of its technical implementation
            neuron.ignore(key);
        if (std::ranges::any_of(keys_of_morphology,
                                [&](const char* key) { return neuron.has(key); }))
            read_morphology(neuron);
        note_unknown(neuron);
    }

    // Of the sequel: every neuron is one cylinder.
    void read_morphology(JsonSection& neuron) {
        is_sequel_ = true;
        const Number radius = neuron.number("radius_soma", 6, length_um);
        const Number apical = neuron.number("length_dendrite_1", 25, length_um);
        const Number basal = neuron.number("length_dendrite_2", 10, length_um);
        const Number compartment = neuron.number("length_per_cv", 1, above_0_up_to(1e4));
        const Number protein = neuron.number("diffusivity_pc", 1e-11, between(0, 1e6));
        const Number signal = neuron.number("diffusivity_sps", 1e-4, between(0, 1e6));
        const Number of_dendrites[] = {neuron.number("radius_dendrite_1", radius.value, length_um),
                                       neuron.number("radius_dendrite_2", radius.value, length_um)};
        if (diffusivity_ == ArborDiffusivity::not_given)
            return neuron.problem(
                "diffusivity_pc",
                "of morphological neurons means another diffusivity in each version of Arbor; give "
                "--arbor-diffusivity 0.10 for what the published results were computed with, 0.11 "
                "for that of Arbor 0.11 and 0.12, si for the number as it is written, or point to "
                "take the neurons as points");
        if (diffusivity_ == ArborDiffusivity::point)
            return note(
                "the neurons are taken as points, without what the file says of their morphology");
        for (const Number& of_dendrite : of_dendrites)
            if (of_dendrite.value != radius.value)
                neuron.problem("radius_soma",
                               "differs from those of the dendrites; only cylinders of one radius "
                               "can be simulated (give --arbor-diffusivity point to take the "
                               "neurons as points)");
        // The signal for protein synthesis, which is here the same everywhere in a neuron.
        if (signal.value < slowest_signal)
            neuron.problem("diffusivity_sps", "must be at least " + number_text(slowest_signal) +
                                                  ", so that the signal is the same in all of the "
                                                  "neuron at once");
        set<&Morphology::soma_radius_um>(radius);
        set<&Morphology::basal_dendrite_um>(basal);
        set<&Morphology::apical_dendrite_um>(apical);
        set<&Morphology::compartment_um>(compartment);
        set(keys::path_of<&Morphology::capacitance>(),
            keys::Words{keys::capacitances}.text_of(Morphology::Capacitance::published),
            neuron.place_of("C_mem"));
        set(keys::path_of<&Morphology::reset>(),
            keys::Words{keys::resets}.text_of(Morphology::Reset::any_compartment),
            neuron.place_of("R_reset"));
        Morphology morphology;
        morphology.soma_radius_um = radius.value;
        morphology.basal_dendrite_um = basal.value;
        morphology.apical_dendrite_um = apical.value;
        morphology.compartment_um = compartment.value;
        const double diffusivity =
            protein.value * um2_per_s(radius.value, model::Cable(morphology).dx_um);
        set<&NeuronParameters::protein_diffusivity_um2_per_s>(
            {rounded(diffusivity), protein.place});
        note("diffusivity_pc = " + number_text(protein.value) + " is taken as " +
             number_text(rounded(diffusivity)) + " um2/s (--arbor-diffusivity " +
             name_of(diffusivity_) + ")");
    }
    // Of a diffusivity of 1 m2/s.
    double um2_per_s(double radius_um, double dx_um) const {
        switch (diffusivity_) {
            case ArborDiffusivity::arbor_0_10:
                return 1e6 * radius_um / 2.0;
            case ArborDiffusivity::arbor_0_11:
                return 1e13 * dx_um;
            default:
                return 1e12;
        }
    }
    static std::string name_of(ArborDiffusivity meaning) {
        for (const auto& [name, of] : diffusivities)
            if (of == meaning) return name;
        return "";
    }

    void read_synapses(JsonSection synapses) {
        copy<&SynapseParameters::tau_syn_ms>(synapses, "tau_syn");
        copy<&SynapseParameters::t_ax_delay_ms>(synapses, "t_ax_delay");
        JsonSection plasticity = synapses.section("syn_exc_calcium_plasticity");
        copy<&SynapseParameters::h_0_mV>(plasticity, "h_0");
        copy<&SynapseParameters::t_ca_delay_ms>(plasticity, "t_Ca_delay");
        copy<&SynapseParameters::ca_pre>(plasticity, "Ca_pre");
        copy<&SynapseParameters::ca_post>(plasticity, "Ca_post");
        copy<&SynapseParameters::sigma_pl_mV>(plasticity, "sigma_pl");
        copy<&SynapseParameters::theta_p>(plasticity, "theta_p");
        copy<&SynapseParameters::theta_d>(plasticity, "theta_d");
        copy<&SynapseParameters::theta_pro_mV>(plasticity, "theta_pro");
        copy<&SynapseParameters::theta_tag_mV>(plasticity, "theta_tag");
        copy<&SynapseParameters::p_max_umol_per_l>(plasticity, "p_max");
        copy<&SynapseParameters::tau_ca_ms>(plasticity, "tau_Ca");
        constexpr double from_ms = 1e-3;
        copy<&SynapseParameters::tau_h_s>(plasticity, "tau_h", from_ms);
        copy<&SynapseParameters::tau_z_s>(plasticity, "tau_z", from_ms);
        copy<&SynapseParameters::tau_p_s>(plasticity, "tau_p", from_ms);
        if (plasticity.has("c_morpho")) {
            const Number gain = plasticity.number("c_morpho", 1, between(0, 1e6));
            if (is_sequel_ && diffusivity_ != ArborDiffusivity::point)
                set<&Morphology::synaptic_gain>(gain);
        }
        note_unknown(synapses);
        note_unknown(plasticity);
    }

    // What is absent keeps our default, which is the published value.
    template <auto ours>
    void copy(JsonSection& section, const std::string& key, double factor = 1.0) {
        if (const Number number = section.number(key, 0); section.has(key))
            set<ours>({rounded(number.value * factor), number.place});
    }

    // A change of units shall not leave traces like 3600.0000000000005.
    static double rounded(double value) {
        char text[40];
        std::snprintf(text, sizeof text, "%.15g", value);
        return std::strtod(text, nullptr);
    }

    void read_samples(JsonSection& simulation) {
        const std::vector<double> neurons = simulation.numbers("sample_gid_list");
        std::vector<double> sources = simulation.numbers("sample_pre_list");
        if (simulation.has("sample_syn_list"))
            simulation.problem("sample_syn_list",
                               "counts the synapses of a neuron; name their presynaptic neurons "
                               "in sample_pre_list instead");
        if (sources.size() != neurons.size() && sources.size() > 1)
            simulation.problem("sample_pre_list",
                               "must be as long as sample_gid_list, or have one element at most");
        sources.resize(neurons.size(), sources.empty() ? -1 : sources.front());
        std::vector<double> recorded;
        std::set<double> is_recorded;
        ConfigNode pairs =
            ConfigNode::empty(ConfigNode::Kind::list, simulation.place_of("sample_pre_list"));
        ConfigNode blocks = ConfigNode::empty(ConfigNode::Kind::list, pairs.place);
        std::set<std::pair<double, double>> is_listed;
        for (std::size_t i = 0; i < neurons.size(); ++i) {
            if (is_recorded.insert(neurons[i]).second) recorded.push_back(neurons[i]);
            blocks.children.push_back(
                list_of({std::max(-1.0, sources[i]), neurons[i]}, blocks.place));
            // Elsewhere are no plastic synapses. Files name (0, 0) where none is meant.
            const bool may_be = sources[i] >= 0 && sources[i] != neurons[i] &&
                                std::max(sources[i], neurons[i]) < n_exc_.value &&
                                is_listed.insert({sources[i], neurons[i]}).second;
            if (may_be) pairs.children.push_back(list_of({sources[i], neurons[i]}, pairs.place));
        }
        set_value(result_.root, keys::path_of<&Recording::neurons>(),
                  list_of(recorded, simulation.place_of("sample_gid_list")));
        if (!pairs.children.empty())
            set_value(result_.root, keys::path_of<&Recording::synapses_if_present>(),
                      std::move(pairs));
        if (!blocks.children.empty())
            set_value(result_.root, keys::path_of<&Recording::export_blocks>(), std::move(blocks));
    }

    static constexpr Range length_um = between(0, 1e4);
    //! Of diffusivity_sps: as published, which mixes within a step.
    static constexpr double slowest_signal = 1e-4;

    ArborDiffusivity diffusivity_;
    bool is_sequel_ = false;
    std::vector<ConfigProblem> problems_;
    ArborImport result_;
    Number n_exc_{0, {}};
    Number n_assembly_{0, {}};
    Number n_recalled_{0, {}};
};

}  // namespace

ArborDiffusivity arbor_diffusivity_of(const std::string& name) {
    for (const NamedDiffusivity& known : diffusivities)
        if (name == known.name) return known.meaning;
    throw UsageError("--arbor-diffusivity must be 0.10, 0.11 (also for 0.12), si or point (is '" +
                     name + "')");
}

ArborImport import_arbor_configuration(const std::string& text, const std::string& path,
                                       ArborDiffusivity diffusivity) {
    std::vector<ConfigProblem> problems;
    const ConfigNode object = parse_json(text, path, problems);
    return Importer(diffusivity).import(object, std::move(problems));
}

}  // namespace engram
