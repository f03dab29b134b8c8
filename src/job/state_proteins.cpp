// SPDX-License-Identifier: Apache-2.0
#include "job/state_proteins.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "experiment/configuration.hpp"
#include "experiment/keys.hpp"
#include "io/checkpoint_file.hpp"
#include "io/hdf5.hpp"
#include "io/protein_snapshot.hpp"
#include "model/cable.hpp"

namespace engram::job {
namespace {

// Cable::shape of the cells of a population in which proteins diffuse.
using Shape = std::vector<double>;

Shape shape_of(const Experiment& experiment, const Population& population) {
    const NeuronParameters& neuron = experiment.neuron_of(population);
    if (!population.is_excitatory() || !neuron.diffuses()) return {};
    return model::Cable(*neuron.morphology).shape();
}

std::vector<Shape> shapes_in(const StateSource& source, const Populations& populations) {
    std::vector<Shape> shapes;
    if (source.kind == StateSource::Kind::checkpoint) {
        const CheckpointHeader header =
            read_checkpoint_header(h5::File::open(source.path, h5::Access::read_only));
        const Experiment other = parse_configuration(header.configuration, source.path);
        for (const Population& population : other.populations)
            shapes.push_back(shape_of(other, population));
    } else {
        const h5::File file = h5::File::open(source.path, h5::Access::read_only);
        for (const Population& population : populations)
            shapes.push_back(read_cell_shape(file, source.time_s, population));
    }
    return shapes;
}

std::string describe(const Shape& shape) {
    return fmt::format("{} compartments in {:.10g} um, synthesis from {:.10g} to {:.10g} um",
                       shape[0], shape[1], shape[2], shape[3]);
}

}  // namespace

std::string lost_proteins(const Experiment& experiment, const StateSource& source) {
    if (!experiment.initial_state.proteins) return "";
    const std::vector<Shape> theirs = shapes_in(source, experiment.populations);
    std::string lost;
    for (std::size_t p = 0; p < std::min(theirs.size(), experiment.populations.n_populations());
         ++p) {
        const Population& population = experiment.populations[p];
        const Shape own = shape_of(experiment, population);
        if (theirs[p].empty() || own == theirs[p]) continue;
        if (!own.empty())
            throw ConfigError(
                {{"", 0, from_key(),
                  fmt::format("is of a run in whose neurons of {} proteins have other places ({}) "
                              "than in this one ({}); set neuron.morphology as in that run, or {} "
                              "to false",
                              population.name, describe(theirs[p]), describe(own),
                              keys::path_of<&InitialState::proteins>())}});
        lost += (lost.empty() ? "" : ", ") + population.name;
    }
    if (lost.empty()) return "";
    return fmt::format(
        "{}: in the neurons of {} proteins were not the same everywhere, which they are in this "
        "run: their mean is taken over",
        from_key(), lost);
}

}  // namespace engram::job
