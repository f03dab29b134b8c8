// SPDX-License-Identifier: Apache-2.0
// The inverse of reading: an experiment as a configuration with every value written out.
#include <sstream>

#include "base/version.hpp"
#include "experiment/configuration.hpp"
#include "experiment/group_reader.hpp"
#include "experiment/keys.hpp"

namespace engram {
namespace {

class Writer {
  public:
    explicit Writer(const Experiment& experiment) : experiment_(experiment) {}

    std::string text() {
        out_ << "# Engram " << version() << " resolved configuration\n";
        write(keys::simulation, experiment_);
        write_network();
        write_groups();
        if (experiment_.initial_state.from) write(keys::initial_state, experiment_.initial_state);
        if (experiment_.initial_weights.is_given())
            write(keys::initial_weights, experiment_.initial_weights);
        write(keys::background, experiment_.background);
        write_stimuli();
        write(keys::neuron, experiment_.neuron);
        write(keys::synapses, experiment_.synapses);
        write_intervals();
        write_record();
        write(keys::measures, experiment_.measures);
        write(keys::checkpoint, experiment_.checkpoint);
        write(keys::output, experiment_);
        return out_.str();
    }

  private:
    template <class... Keys, class Parameters>
    void write(const keys::Section<Keys...>& section, const Parameters& parameters) {
        out_ << section.name << ":\n" << section_text(section, parameters);
    }

    void write_network() {
        if (experiment_.has_named_populations()) {
            write_populations();
            write_projections();
            return;
        }
        const Populations& populations = experiment_.populations;
        write(keys::published_populations,
              PublishedSizes{populations[0].count, populations[1].count});
        write(keys::connectivity, experiment_.connectivity);
    }

    void write_populations() {
        out_ << "populations:\n";
        for (Population population : experiment_.populations) {
            population.neuron = experiment_.neuron_of(population);
            population.background = experiment_.background_of(population);
            out_ << "  " << name_text(population.name) << ":\n"
                 << section_text(keys::population, population, "    ");
        }
    }

    void write_projections() {
        const std::vector<Projection>& projections = *experiment_.given_projections;
        const Populations& populations = experiment_.populations;
        out_ << (projections.empty() ? "projections: {}\n" : "projections:\n");
        for (const Projection& projection : projections)
            out_ << "  " << name_text(projection.name) << ":\n    "
                 << keys::name_of<&Projection::from>() << ": "
                 << name_text(populations[projection.from].name) << "\n    "
                 << keys::name_of<&Projection::to>() << ": "
                 << name_text(populations[projection.to].name) << '\n'
                 << section_text(keys::projection, projection, "    ");
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
                write_ids(group.ids);
            out_ << "}\n";
        }
    }

    // Three and more consecutive ones as a range: the rest of a large population stays short.
    void write_ids(const std::vector<NeuronId>& ids) {
        out_ << "ids: [";
        for (std::size_t begin = 0, end = 0; begin < ids.size(); begin = end) {
            for (end = begin + 1; end < ids.size() && ids[end] == ids[end - 1] + 1;) ++end;
            if (end - begin < 3) end = begin + 1;
            out_ << (begin == 0 ? "" : ", ") << ids[begin];
            if (end - begin > 1) out_ << '-' << ids[end - 1];
        }
        out_ << ']';
    }

    void write_stimuli() {
        out_ << "stimuli:\n";
        for (const Stimulus& stimulus : experiment_.stimuli) {
            out_ << "  " << name_text(stimulus.name) << ":\n"
                 << section_text(keys::stimulus, stimulus, "    ");
            const SchemeEntry& scheme = scheme_entry(stimulus.scheme);
            keys::scheme.for_each([&](const auto& key) {
                if (scheme.find(key.name) != nullptr)
                    out_ << "    " << key.name << ':'
                         << keys::value_text(stimulus.*key.member, key.kind) << '\n';
            });
        }
    }

    void write_record() {
        write(keys::trace_recording, experiment_.record);
        out_ << section_text(keys::record, experiment_.record);
    }

    void write_intervals() {
        keys::for_each_interval_section([&](const auto& section) {
            if (!section.is_given(experiment_)) return;
            const auto entries = section.of(experiment_);
            out_ << section.name << (entries.empty() ? ": {}\n" : ":\n");
            for (const auto& entry : entries) {
                out_ << "  " << name_text(entry.name) << ":\n";
                section.for_each_part(
                    [&](const auto& part) { out_ << section_text(part, entry, "    "); });
            }
        });
    }

    const Experiment& experiment_;
    std::ostringstream out_;
};

}  // namespace

std::string resolved_configuration(const Experiment& experiment) {
    return Writer(experiment).text();
}

}  // namespace engram
