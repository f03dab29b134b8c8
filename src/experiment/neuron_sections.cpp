// SPDX-License-Identifier: Apache-2.0
#include "experiment/neuron_sections.hpp"

namespace engram {

std::vector<NeuronSection> own_neuron_sections(const Experiment& experiment,
                                               const ConfigProblems& problems) {
    std::vector<NeuronSection> sections;
    for (const Population& population : experiment.populations) {
        const std::string path = "populations." + population.name + ".neuron";
        if (population.neuron && problems.is_written(path))
            sections.push_back({path, *population.neuron});
    }
    return sections;
}

}  // namespace engram
