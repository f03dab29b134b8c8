// SPDX-License-Identifier: Apache-2.0
#include "network/recorded_synapses.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "base/errors.hpp"
#include "experiment/keys.hpp"

namespace engram {
namespace {

using Pair = std::pair<NeuronId, NeuronId>;

// Nothing if none connects the populations of the two neurons.
std::optional<Projection> projection_of(const Experiment& experiment,
                                        const RecordedSynapse& synapse) {
    const std::size_t from = experiment.populations.index_of(synapse.pre);
    const std::size_t to = experiment.populations.index_of(synapse.post);
    for (const Projection& projection : experiment.projections())
        if (projection.from == from && projection.to == to) return projection;
    return std::nullopt;
}

// Whether a plastic projection connects the populations of two neurons.
class PlasticPairs {
  public:
    //! The experiment must outlive it.
    explicit PlasticPairs(const Experiment& experiment)
        : populations_(experiment.populations),
          plastic_(populations_.n_populations() * populations_.n_populations()) {
        for (const Projection& projection : experiment.projections())
            plastic_[index(projection.from, projection.to)] = projection.plastic;
    }
    bool contain(const RecordedSynapse& synapse) const {
        return plastic_[index(populations_.index_of(synapse.pre),
                              populations_.index_of(synapse.post))];
    }

  private:
    std::size_t index(std::size_t from, std::size_t to) const {
        return from * populations_.n_populations() + to;
    }
    const Populations& populations_;
    std::vector<bool> plastic_;
};

std::vector<RecordedSynapse> select(const Experiment& experiment, const PlasticPairs& plastic,
                                    const Wiring& wiring, const SynapseSelection& wanted,
                                    std::set<Pair>& recorded) {
    const std::vector<NeuronId>& from = experiment.group(wanted.from).ids;
    std::vector<RecordedSynapse> found;
    for (const NeuronId target : experiment.group(wanted.to).ids) {
        if (!experiment.populations.is_excitatory(target)) continue;
        wiring.visit(target, 1, [&](NeuronId post, std::span<const NeuronId> sources) {
            for (const NeuronId pre : sources)
                if (found.size() < wanted.count &&
                    std::binary_search(from.begin(), from.end(), pre) &&
                    plastic.contain({pre, post}) && recorded.insert({pre, post}).second)
                    found.push_back({pre, post});
        });
        if (found.size() == wanted.count) break;
    }
    return found;
}

bool is_present(const PlasticPairs& plastic, const Wiring& wiring, const RecordedSynapse& synapse) {
    bool present = false;
    if (!plastic.contain(synapse)) return false;
    wiring.visit(synapse.post, 1, [&](NeuronId, std::span<const NeuronId> sources) {
        present = std::binary_search(sources.begin(), sources.end(), synapse.pre);
    });
    return present;
}

void check_listed(const Experiment& experiment, const TraceRecording& recording,
                  const PlasticPairs& plastic, const Wiring& wiring, ConfigProblems& problems,
                  const std::string& note) {
    const std::vector<RecordedSynapse>& listed = recording.synapses;
    for (std::size_t i = 0; i < listed.size(); ++i)
        if (!is_present(plastic, wiring, listed[i]))
            problems.add(keys::path_of_recording(recording) + "." +
                             keys::name_of<&TraceRecording::synapses>() + "[" + std::to_string(i) +
                             "]",
                         missing_synapse_message(listed[i], experiment) + note);
}

// See resolve_recorded_synapses.
void resolve(TraceRecording& recording, const Experiment& experiment, const PlasticPairs& plastic,
             const Wiring& wiring, ConfigProblems& problems, const std::string& note) {
    check_listed(experiment, recording, plastic, wiring, problems, note);
    std::set<Pair> recorded;
    for (const auto& [pre, post] : recording.synapses) recorded.insert({pre, post});
    for (const RecordedSynapse& synapse : recording.synapses_if_present)
        if (is_present(plastic, wiring, synapse) &&
            recorded.insert({synapse.pre, synapse.post}).second)
            recording.synapses.push_back(synapse);
    recording.synapses_if_present.clear();
    for (std::size_t i = 0; i < recording.selections.size(); ++i) {
        const SynapseSelection& wanted = recording.selections[i];
        const auto found = select(experiment, plastic, wiring, wanted, recorded);
        if (found.size() < wanted.count)
            problems.add(keys::path_of_recording(recording) + "." +
                             keys::name_of<&TraceRecording::selections>() + "[" +
                             std::to_string(i) + "]",
                         "only " + std::to_string(found.size()) +
                             " plastic synapses (not listed before) lead from group '" +
                             wanted.from + "' to group '" + wanted.to + "', " +
                             std::to_string(wanted.count) + " are wanted" + note);
        recording.synapses.insert(recording.synapses.end(), found.begin(), found.end());
    }
    recording.selections.clear();
}

}  // namespace

std::string missing_synapse_message(const RecordedSynapse& synapse, const Experiment& experiment) {
    const auto projection = projection_of(experiment, synapse);
    if (!projection || !projection->plastic) {
        const Populations& populations = experiment.populations;
        return "no plastic projection leads from " + populations.of(synapse.pre).name + " to " +
               populations.of(synapse.post).name + ", the populations of neurons " +
               std::to_string(synapse.pre) + " and " + std::to_string(synapse.post) +
               "; choose a pair that one connects";
    }
    return "there is no synapse from neuron " + std::to_string(synapse.pre) + " to neuron " +
           std::to_string(synapse.post) +
           (projection->file ? " in " + *projection->file
                             : std::string(" in this network, whose wiring depends on the seed")) +
           "; choose a pair that is connected, or list it in record.synapses_if_present";
}

void resolve_recorded_synapses(Experiment& experiment, const Wiring& wiring,
                               ConfigProblems& problems, const std::string& note) {
    const PlasticPairs plastic(experiment);
    Recording& record = experiment.record;
    for (std::size_t i = 0; i < record.n_recordings(); ++i)
        resolve(record.recording(i), experiment, plastic, wiring, problems, note);
}

}  // namespace engram
