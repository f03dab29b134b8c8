// SPDX-License-Identifier: Apache-2.0
#include "simulation/recorded_columns.hpp"

#include <algorithm>
#include <string>

#include "experiment/keys.hpp"

namespace engram {
namespace {

std::vector<Column> all_neuron_columns(const Experiment& experiment) {
    return neuron_columns(experiment.synapses, experiment.protein_diffusion());
}

bool is_kept(const TraceRecording& recording, const Column& column) {
    return !recording.variables ||
           std::ranges::find(*recording.variables, column.name) != recording.variables->end();
}

void keep(const TraceRecording& recording, const std::vector<Column>& sampled,
          std::vector<Column>& columns, std::vector<std::size_t>& places) {
    for (std::size_t i = 0; i < sampled.size(); ++i) {
        if (!is_kept(recording, sampled[i])) continue;
        columns.push_back(sampled[i]);
        places.push_back(i);
    }
}

std::string list_of(const std::vector<Column>& columns) {
    std::string text;
    for (const Column& column : columns) text.append(text.empty() ? "" : ", ").append(column.name);
    return text;
}

}  // namespace

RecordedColumns recorded_columns(const TraceRecording& recording, const Experiment& experiment) {
    RecordedColumns columns;
    keep(recording, all_neuron_columns(experiment), columns.of_neuron, columns.neuron_places);
    keep(recording, synapse_columns(experiment.synapses), columns.of_synapse,
         columns.synapse_places);
    return columns;
}

std::size_t trace_columns(const Experiment& experiment, std::size_t recording) {
    const TraceRecording& recorded = experiment.record.recording(recording);
    const RecordedColumns columns = recorded_columns(recorded, experiment);
    return 1 + columns.of_neuron.size() * recorded.neurons.size() +
           columns.of_synapse.size() * recorded.synapses.size();
}

void check_recorded_variables(const Experiment& experiment, ConfigProblems& problems) {
    const std::vector<Column> of_neuron = all_neuron_columns(experiment);
    const std::vector<Column> of_synapse = synapse_columns(experiment.synapses);
    for (const TraceRecording& recording : experiment.record.named) {
        if (!recording.variables) continue;
        const std::string key =
            keys::path_of_recording(recording) + "." + keys::name_of<&TraceRecording::variables>();
        for (const std::string& name : *recording.variables) {
            const auto is_it = [&](const Column& column) { return column.name == name; };
            if (std::ranges::none_of(of_neuron, is_it) && std::ranges::none_of(of_synapse, is_it))
                problems.add(key, "there is no variable '" + name + "'; neurons have " +
                                      list_of(of_neuron) + ", synapses " + list_of(of_synapse));
        }
        if (problems.concern(key)) continue;
        const RecordedColumns columns = recorded_columns(recording, experiment);
        if (!recording.neurons.empty() && columns.of_neuron.empty())
            problems.add(key, "keeps nothing of its neurons; add some of " + list_of(of_neuron) +
                                  ", or leave the neurons out");
        if (!recording.synapses.empty() && columns.of_synapse.empty())
            problems.add(key, "keeps nothing of its synapses; add some of " + list_of(of_synapse) +
                                  ", or leave the synapses out");
    }
}

}  // namespace engram
