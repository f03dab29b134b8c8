// SPDX-License-Identifier: Apache-2.0
#include "experiment/arbor_import.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>

#include "base/number_text.hpp"
#include "experiment/keys.hpp"

namespace engram {
namespace {

using nlohmann::json;

// One object of the JSON file: reads its keys, notes problems, and what nobody asked for.
class JsonSection {
  public:
    JsonSection(const json& object, std::string path, const std::string& file,
                std::vector<ConfigProblem>& problems)
        : object_(object), path_(std::move(path)), file_(file), problems_(problems) {
        if (!object_.is_object()) problem("", "must be an object");
    }

    bool has(const std::string& key) const {
        return object_.is_object() && object_.contains(key) && !object_[key].is_null();
    }

    double number(const std::string& key, double fallback) {
        return get(key, fallback, "a number", [](const json& v) { return v.is_number(); });
    }
    std::string text(const std::string& key, const std::string& fallback = "") {
        return get(key, fallback, "a text", [](const json& v) { return v.is_string(); });
    }
    std::vector<double> numbers(const std::string& key) {
        return get(key, std::vector<double>{}, "a list of numbers", [](const json& v) {
            return v.is_array() &&
                   std::all_of(v.begin(), v.end(), [](const json& x) { return x.is_number(); });
        });
    }
    JsonSection section(const std::string& key) {
        asked_.insert(key);
        static const json empty = json::object();
        return {has(key) ? object_[key] : empty, path_of(key), file_, problems_};
    }
    void ignore(const std::string& key) { asked_.insert(key); }

    void problem(const std::string& key, const std::string& message) {
        problems_.push_back({file_, 0, key.empty() ? path_ : path_of(key), message});
    }
    std::vector<std::string> unknown() const {
        std::vector<std::string> keys;
        if (object_.is_object())
            for (const auto& [key, value] : object_.items())
                if (!asked_.count(key)) keys.push_back(path_of(key));
        return keys;
    }

  private:
    std::string path_of(const std::string& key) const {
        return path_.empty() ? key : path_ + "." + key;
    }

    template <class Value, class Test>
    Value get(const std::string& key, Value fallback, const std::string& what, Test&& fits) {
        asked_.insert(key);
        if (!has(key)) return fallback;
        const json& value = object_[key];
        if (fits(value)) return value.template get<Value>();
        problem(key, "must be " + what + " (is " + value.dump() + ")");
        return fallback;
    }

    const json& object_;
    std::string path_;
    const std::string& file_;
    std::vector<ConfigProblem>& problems_;
    std::set<std::string> asked_;
};

class Importer {
  public:
    explicit Importer(std::string path) : file_(std::move(path)) {}

    ArborImport import(const json& object) {
        result_.root.kind = ConfigNode::Kind::map;
        result_.root.place = {file_, 0};
        JsonSection all(object, "", file_, problems_);
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
    void set(const std::string& key, const std::string& text, bool quoted = false) {
        ConfigNode node;
        node.kind = ConfigNode::Kind::scalar;
        node.place = {file_, 0};
        node.text = text;
        node.quoted = quoted;
        set_value(result_.root, key, std::move(node));
    }
    void set(const std::string& key, double value) { set(key, number_text(value)); }
    template <auto ours>
    void set(double value) {
        set(keys::path_of<ours>(), value);
    }
    void set(const std::string& key, const std::vector<double>& values) {
        set_value(result_.root, key, list_of(values));
    }
    ConfigNode list_of(const std::vector<double>& values) const {
        ConfigNode list;
        list.kind = ConfigNode::Kind::list;
        list.place = {file_, 0};
        for (const double value : values) {
            ConfigNode item;
            item.kind = ConfigNode::Kind::scalar;
            item.place = list.place;
            item.text = number_text(value);
            list.children.push_back(std::move(item));
        }
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
            short_description.empty() ? description : short_description + ": " + description, true);
        if (!simulation.has("runtime")) simulation.problem("runtime", "is missing");
        set<&Experiment::duration_s>(simulation.number("runtime", 1));
        set<&Experiment::dt_ms>(simulation.number("dt", 0.2));
        set<&Experiment::dt_fast_forward_s>(simulation.number("dt_ff", 50000) / 1000.0);
        set<&Recording::every_steps>(simulation.number("output_period", 1));
        for (const char* key : {"reduced_data", "sample_curr"})  // only concern its text output
            simulation.ignore(key);
    }

    void read_populations(JsonSection& populations) {
        set<&PublishedSizes::n_exc>(populations.number("N_exc", 0));
        set<&PublishedSizes::n_inh>(populations.number("N_inh", 0));
        set<&Connectivity::w_ei>(populations.number("w_ei", 0));
        set<&Connectivity::w_ie>(populations.number("w_ie", 0));
        set<&Connectivity::w_ii>(populations.number("w_ii", 0));
        read_connectivity(populations);
        const double size = populations.number("N_CA", 0);
        const double fraction = populations.number("p_r", 0);
        n_assembly_ = size;
        n_recalled_ = std::ceil(fraction * size);  // the neurons below p_r * N_CA
        if (n_assembly_ > 0) set_range("groups.assembly", n_assembly_);
        if (n_recalled_ <= 0) return;
        if (fraction <= 1 && std::llround(fraction * size) == std::llround(n_recalled_)) {
            set("groups.recalled.of", std::string("assembly"));
            set("groups.recalled.fraction", fraction);
        } else {
            set_range("groups.recalled", n_recalled_);
        }
    }

    void set_range(const std::string& group, double count) {
        set(group + ".first", 0.0);
        set(group + ".count", count);
    }

    void read_connectivity(JsonSection& populations) {
        namespace fs = std::filesystem;
        const double probability = populations.number("p_c", 0);
        const std::string file = populations.text("conn_file");
        set<&Connectivity::probability>(std::max(0.0, probability));
        std::error_code ignored;
        const fs::path beside = fs::path(file_).parent_path() / file;
        if (!file.empty() && (fs::exists(beside, ignored) || fs::exists(file, ignored))) {
            const fs::path found = fs::exists(beside, ignored) ? beside : fs::path(file);
            set(keys::path_of<&Connectivity::file>(),
                fs::absolute(found).lexically_normal().string(), true);
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
        const double start_s = protocol.number("time_start", 0);
        const bool on = !scheme.empty();
        if (on && (scheme != "FULL" || start_s != 0))
            protocol.problem("scheme",
                             "must be FULL from time_start 0; other background is not "
                             "known (use a stimulus)");
        set<&BackgroundParameters::mean_nA>(on ? protocol.number("I_0", 0) : 0.0);
        set<&BackgroundParameters::sigma_wn_nA_sqrt_s>(on ? protocol.number("sigma_WN", 0) : 0.0);
        for (const char* key : {"freq", "N_stim", "duration", "explicit_input"})
            protocol.ignore(key);
        note_unknown(protocol);
    }

    void read_stimulus(JsonSection& simulation, const std::string& role) {
        JsonSection protocol = simulation.section(role + "_protocol");
        const std::string scheme = protocol.text("scheme");
        const double start_s = protocol.number("time_start", 0);
        const double duration_s = protocol.number("duration", 0);
        const double rate_Hz = protocol.number("freq", 0);
        const double n_inputs = protocol.number("N_stim", 0);
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
                                          : (role == "learn" ? n_assembly_ : n_recalled_);
        if (n_receivers == 0 || (takes_times && times_ms.empty())) {
            note(role + "_protocol reaches no neuron, and is left out");
            return;
        }
        const std::string stimulus = "stimuli." + role + ".";
        const auto set_taken = [&](const char* key, const auto& value) {
            if (entry == nullptr || entry->find(key) != nullptr) set(stimulus + key, value);
        };
        set(stimulus + keys::name_of<&Stimulus::scheme>(), scheme);
        set(stimulus + keys::name_of<&Stimulus::role>(), role);
        const std::string group = stimulus + keys::name_of<&Stimulus::group>();
        if (forced) {
            set(group, role + "_receivers");
            set("groups." + role + "_receivers.ids", receivers);
        } else {
            set(group, std::string(role == "learn" ? "assembly" : "recalled"));
        }
        set_taken(keys::name_of<&Stimulus::n_inputs>(), n_inputs);
        set_taken(keys::name_of<&Stimulus::start_s>(), start_s);
        set_taken(keys::name_of<&Stimulus::rate_Hz>(), rate_Hz);
        if (entry == nullptr) return;
        set_taken(keys::name_of<&Stimulus::duration_s>(), duration_s);
        set_taken(keys::name_of<&Stimulus::spike_times_ms>(), times_ms);
    }

    void read_neuron(JsonSection neuron) {
        if (const std::string mechanism = neuron.text("mechanism", "lif"); mechanism != "lif")
            neuron.problem("mechanism", "must be lif (is " + mechanism + ")");
        copy<&NeuronParameters::v_init_mV>(neuron, "V_init");
        copy<&NeuronParameters::v_rev_mV>(neuron, "V_rev");
        copy<&NeuronParameters::v_reset_mV>(neuron, "V_reset");
        copy<&NeuronParameters::v_th_mV>(neuron, "V_th");
        copy<&NeuronParameters::r_leak_MOhm>(neuron, "R_leak");
        copy<&NeuronParameters::t_ref_ms>(neuron, "t_ref");
        copy<&NeuronParameters::c_mem_nF>(neuron, "C_mem", 1e9);  // from F
        for (const char* key : {"R_reset", "radius"})             // of its technical implementation
            neuron.ignore(key);
        note_unknown(neuron);
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
        note_unknown(synapses);
        note_unknown(plasticity);
    }

    // What is absent keeps our default, which is the published value.
    template <auto ours>
    void copy(JsonSection& section, const std::string& key, double factor = 1.0) {
        if (const double value = section.number(key, 0); section.has(key))
            set<ours>(rounded(value * factor));
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
        ConfigNode pairs;
        pairs.kind = ConfigNode::Kind::list;
        pairs.place = {file_, 0};
        for (std::size_t i = 0; i < neurons.size(); ++i) {
            if (is_recorded.insert(neurons[i]).second) recorded.push_back(neurons[i]);
            // The published files name (0, 0) where no synapse is meant.
            if (sources[i] >= 0 && sources[i] != neurons[i])
                pairs.children.push_back(list_of({sources[i], neurons[i]}));
        }
        set(keys::path_of<&Recording::neurons>(), recorded);
        if (!pairs.children.empty())
            set_value(result_.root, keys::path_of<&Recording::synapses_if_present>(),
                      std::move(pairs));
    }

    std::string file_;
    std::vector<ConfigProblem> problems_;
    ArborImport result_;
    double n_assembly_ = 0;
    double n_recalled_ = 0;
};

}  // namespace

ArborImport import_arbor_configuration(const std::string& text, const std::string& path) {
    json object;
    try {
        object = json::parse(text);
    } catch (const json::parse_error& error) {
        const auto end =
            text.begin() + static_cast<std::ptrdiff_t>(std::min(error.byte, text.size()));
        const auto line = static_cast<int>(std::count(text.begin(), end, '\n')) + 1;
        throw ConfigError({{path, line, "", std::string("not valid JSON: ") + error.what()}});
    }
    return Importer(path).import(object);
}

}  // namespace engram
