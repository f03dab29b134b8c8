// The inverse of reading: an experiment as a configuration with every value written out.
#include <cctype>
#include <set>
#include <sstream>

#include "base/number_text.hpp"
#include "experiment/configuration.hpp"
#include "experiment/group_reader.hpp"
#include "experiment/parameter_fields.hpp"
#include "experiment/schemes.hpp"

#ifndef ENGRAM_VERSION
#define ENGRAM_VERSION "(unknown version)"
#endif

namespace engram {
namespace {

// In YAML's double quotes any text can be written.
std::string quoted(const std::string& text) {
    constexpr char digits[] = "0123456789abcdef";
    std::string result = "\"";
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            result += '\\';
            result += c;
        } else if (c == '\n') {
            result += "\\n";
        } else if (byte < 0x20 || byte == 0x7f) {
            result += std::string("\\x") + digits[byte / 16] + digits[byte % 16];
        } else {
            result += c;
        }
    }
    return result + '"';
}

// A name as it is, unless YAML would take it for a number, a truth value, or nothing.
std::string name_text(const std::string& name) {
    static const std::set<std::string> words = {"null", "true", "false", "yes", "no",
                                                "on",   "off",  "y",     "n"};
    std::string lower;
    for (const char c : name)
        lower += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    const bool is_plain = std::isalpha(static_cast<unsigned char>(name[0])) || name[0] == '_';
    return is_plain && !words.contains(lower) ? name : quoted(name);
}

std::string item_text(double value) {
    return number_text(value);
}
std::string item_text(NeuronId id) {
    return std::to_string(id);
}
std::string item_text(const RecordedSynapse& synapse) {
    return std::string("[")
        .append(std::to_string(synapse.pre))
        .append(", ")
        .append(std::to_string(synapse.post))
        .append("]");
}

std::string item_text(const SynapseSelection& selection) {
    return std::string("{from: ")
        .append(name_text(selection.from))
        .append(", to: ")
        .append(name_text(selection.to))
        .append(", count: ")
        .append(std::to_string(selection.count))
        .append("}");
}

template <class Item>
std::string list_text(const std::vector<Item>& items) {
    std::string text;
    for (const Item& item : items) text += (text.empty() ? "" : ", ") + item_text(item);
    return "[" + text + "]";
}

class Writer {
  public:
    explicit Writer(const Experiment& experiment) : experiment_(experiment) {}

    std::string text() {
        out_ << "# Engram " ENGRAM_VERSION " resolved configuration\n";
        write_simulation();
        write_network();
        write_groups();
        out_ << "background:\n";
        write_fields(background_fields, experiment_.background);
        write_stimuli();
        out_ << "neuron:\n";
        write_fields(neuron_fields, experiment_.neuron);
        out_ << "synapses:\n";
        write_fields(synapse_fields, experiment_.synapses);
        out_ << "  " << protein_pools_field.key << ": "
             << protein_pools_field.word_of(experiment_.synapses) << '\n';
        write_record();
        write_checkpoint();
        out_ << "output:\n  directory: " << quoted(experiment_.output_directory) << '\n';
        return out_.str();
    }

  private:
    template <class Parameters, std::size_t n>
    void write_fields(const Field<Parameters> (&fields)[n], const Parameters& parameters,
                      const char* indent = "  ") {
        for (const Field<Parameters>& field : fields)
            out_ << indent << field.key << ": " << number_text(parameters.*field.member) << '\n';
    }

    void write_simulation() {
        const bool automatic = experiment_.fast_forward == FastForward::automatic;
        out_ << "simulation:\n  description: " << quoted(experiment_.description) << '\n';
        write_fields(simulation_fields, experiment_);
        out_ << "  seed: " << experiment_.seed << '\n'
             << "  fast_forward: " << (automatic ? "auto" : "off") << '\n';
    }

    void write_network() {
        if (experiment_.has_named_populations()) {
            write_populations();
            write_projections();
            return;
        }
        const Connectivity& connectivity = experiment_.connectivity;
        out_ << "populations:\n";
        for (const Population& population : experiment_.populations)
            out_ << "  n_" << population.name << ": " << population.count << '\n';
        out_ << "connectivity:\n";
        write_fields(connectivity_fields, connectivity);
        out_ << "  file: " << (connectivity.file ? quoted(*connectivity.file) : "null") << '\n';
    }

    void write_populations() {
        out_ << "populations:\n";
        for (const Population& population : experiment_.populations) {
            out_ << "  " << name_text(population.name) << ":\n    count: " << population.count
                 << "\n    kind: " << (population.is_excitatory() ? "excitatory" : "inhibitory")
                 << "\n    neuron:\n";
            write_fields(neuron_fields, experiment_.neuron_of(population), "      ");
            out_ << "    background:\n";
            write_fields(background_fields, experiment_.background_of(population), "      ");
        }
    }

    void write_projections() {
        const std::vector<Projection>& projections = *experiment_.given_projections;
        out_ << (projections.empty() ? "projections: {}\n" : "projections:\n");
        for (const Projection& projection : projections) {
            out_ << "  " << name_text(projection.name)
                 << ":\n    from: " << name_text(experiment_.populations[projection.from].name)
                 << "\n    to: " << name_text(experiment_.populations[projection.to].name) << '\n';
            for (const Field<Projection>& field : projection_fields)
                if (field.applies == nullptr || field.applies(projection))
                    out_ << "    " << field.key << ": " << number_text(projection.*field.member)
                         << '\n';
            if (projection.plastic) out_ << "    plastic: true\n";
            if (projection.file) out_ << "    file: " << quoted(*projection.file) << '\n';
        }
    }

    void write_groups() {
        out_ << "groups:\n";
        for (const Group& group : experiment_.groups) {
            if (is_built_in(group.name, experiment_.populations)) continue;
            out_ << "  " << name_text(group.name) << ": {";
            const bool contiguous = group.ids.back() - group.ids.front() + 1 == group.ids.size();
            if (contiguous)
                out_ << "first: " << group.ids.front() << ", count: " << group.ids.size();
            else
                out_ << "ids: " << list_text(group.ids);
            out_ << "}\n";
        }
    }

    void write_stimuli() {
        out_ << "stimuli:\n";
        for (const Stimulus& stimulus : experiment_.stimuli) {
            const bool recall = stimulus.role == StimulusRole::recall;
            out_ << "  " << name_text(stimulus.name) << ":\n"
                 << "    scheme: " << scheme_entry(stimulus.scheme).name
                 << "\n    group: " << name_text(stimulus.group)
                 << "\n    role: " << (recall ? "recall" : "learn") << '\n';
            const auto write = [&](const char* key, const std::string& value) {
                if (scheme_takes(stimulus.scheme, key))
                    out_ << "    " << key << ": " << value << '\n';
            };
            write("start_s", number_text(stimulus.start_s));
            write("duration_s", number_text(stimulus.duration_s));
            write("n_inputs", number_text(stimulus.n_inputs));
            write("rate_Hz", number_text(stimulus.rate_Hz));
            write("spike_times_ms", list_text(stimulus.spike_times_ms));
        }
    }

    void write_record() {
        const Recording& record = experiment_.record;
        out_ << "record:\n  neurons: " << list_text(record.neurons)
             << "\n  synapses: " << list_text(record.synapses)
             << "\n  synapses_if_present: " << list_text(record.synapses_if_present)
             << "\n  synapses_between: " << list_text(record.selections)
             << "\n  every_steps: " << record.every_steps
             << "\n  snapshots_s: " << list_text(record.snapshots_s) << '\n';
    }

    void write_checkpoint() {
        out_ << "checkpoint:\n";
        write_fields(checkpoint_fields, experiment_.checkpoint);
        out_ << "  phase_ends: " << (experiment_.checkpoint.phase_ends ? "true" : "false")
             << "\n  keep: " << experiment_.checkpoint.keep << '\n';
    }

    const Experiment& experiment_;
    std::ostringstream out_;
};

}  // namespace

std::string resolved_configuration(const Experiment& experiment) {
    return Writer(experiment).text();
}

}  // namespace engram
