// SPDX-License-Identifier: Apache-2.0
#include "experiment/experiment.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>

#include "base/number_text.hpp"
#include "experiment/keys.hpp"

namespace engram {

// The quotient of two decimals is off by a few units in the last place, far below half a step.
Step Experiment::steps_from_ms(double time_ms) const {
    return std::llround(time_ms / dt_ms);
}

const Group& Experiment::group(const std::string& name) const {
    const Group* found = groups.find(name);
    if (found == nullptr) throw std::out_of_range("no group of neurons named " + name);
    return *found;
}

std::vector<Projection> Experiment::projections() const {
    if (given_projections) {
        std::vector<Projection> sorted = *given_projections;
        std::sort(sorted.begin(), sorted.end(), [](const Projection& a, const Projection& b) {
            return std::pair(a.from, a.to) < std::pair(b.from, b.to);
        });
        for (Projection& projection : sorted)
            if (!projection.plastic && neuron_of(populations[projection.to]).morphology)
                projection.site = projection.ends_at == SynapseSite::tip ? Morphology::tip_site
                                                                         : Morphology::soma_site;
        return sorted;
    }
    const Connectivity& c = connectivity;
    const auto fixed = [&](std::size_t from, std::size_t to, double weight_h_0, const char* key) {
        return Projection{from,
                          to,
                          false,
                          weight_h_0,
                          c.probability,
                          c.file,
                          key,
                          site_of_soma(populations[to]),
                          c.wired_by_source};
    };
    return {{0, 0, true, 0.0, c.probability, c.file, "plastic", 0, c.wired_by_source},
            fixed(0, 1, c.w_ei, keys::name_of<&Connectivity::w_ei>()),
            fixed(1, 0, -c.w_ie, keys::name_of<&Connectivity::w_ie>()),
            fixed(1, 1, -c.w_ii, keys::name_of<&Connectivity::w_ii>())};
}

model::ProteinDiffusion Experiment::protein_diffusion() const {
    model::ProteinDiffusion diffusion;
    for (const Population& population : populations) {
        model::ProteinCell& cell = diffusion.cells.emplace_back();
        const NeuronParameters& parameters = neuron_of(population);
        if (!population.is_excitatory() || !parameters.morphology) continue;
        cell = {model::Cable(*parameters.morphology), parameters.protein_diffusivity_um2_per_s};
    }
    for (const double um : record.protein_at_um)
        diffusion.places.push_back({"p_at_" + number_text(um) + "um", um});
    return diffusion;
}

}  // namespace engram
