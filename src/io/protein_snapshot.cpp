// SPDX-License-Identifier: Apache-2.0
#include "io/protein_snapshot.hpp"

#include <algorithm>

#include "base/errors.hpp"
#include "base/step_time.hpp"
#include "model/cable.hpp"

namespace engram {
namespace {

// The part of some neurons that belongs to a population.
h5::Slab part_of(h5::Slab neurons, const Population& population) {
    const hsize_t begin = std::max<hsize_t>(neurons.first, population.first);
    const hsize_t end = std::min<hsize_t>(neurons.first + neurons.count, population.end());
    return begin < end ? h5::Slab{begin, end - begin} : h5::Slab{begin, 0};
}

constexpr const char* cell_attribute = "cell";

}  // namespace

ProteinPlaces::ProteinPlaces(FileLayout& file, const h5::Group& location,
                             const std::vector<std::string>& pools, std::uint64_t n_neurons) {
    for (const std::string& pool : pools)
        places_[pool] = file.add_dataset<double>(location, pool, {n_neurons}, "umol/l");
}

std::vector<std::string> pools_in(hid_t location, const std::string& group) {
    if (!h5::exists(location, group)) return {};
    return h5::names_in(h5::open_group(location, group));
}

std::string protein_group(const Population& population, double time_s) {
    return "proteins/" + population.name + "/snapshots/" + snapshot_label(time_s);
}

std::vector<double> read_cell_shape(const h5::File& file, double time_s,
                                    const Population& population) {
    const std::string name = protein_group(population, time_s);
    if (!h5::exists(file, name)) return {};
    const h5::Group group = h5::open_group(file, name);
    if (!h5::has_attribute(group, cell_attribute)) return {};
    std::vector<double> shape = h5::read_array_attribute<double>(group, cell_attribute);
    if (shape.size() != model::Cable().shape().size())
        throw FileError(file.path(), "/" + name + " has an attribute " + cell_attribute +
                                         " that is no shape of a cell; the file is damaged: use "
                                         "another one");
    return shape;
}

ProteinGroups::ProteinGroups(double time_s, std::vector<std::string> pools,
                             std::span<const Population> populations)
    : time_s_(time_s), pools_(std::move(pools)), populations_(populations) {}

void ProteinGroups::lay_out(FileLayout& file) {
    if (pools_.empty()) return;
    for (const Population& population : populations_) {
        if (!population.is_excitatory()) continue;
        const h5::Group group = h5::create_group(file.file(), protein_group(population, time_s_));
        h5::write_attribute(group, "time_s", time_s_);
        if (population.neuron && population.neuron->diffuses())
            h5::write_attribute<double>(group, cell_attribute,
                                        model::Cable(*population.neuron->morphology).shape());
        places_.emplace_back(file, group, pools_, population.count);
    }
}

void ProteinGroups::write(ParallelFile& file, const std::string& pool, h5::Slab neurons,
                          std::span<const double> amounts) const {
    auto places = places_.begin();
    for (const Population& population : populations_) {
        if (!population.is_excitatory() || places == places_.end()) continue;
        const h5::Slab part = part_of(neurons, population);
        if (part.count > 0)
            file.write(places->of(pool), {part.first - population.first, part.count},
                       amounts.subspan(part.first - neurons.first, part.count));
        ++places;
    }
}

std::vector<double> read_proteins(const h5::File& file, double time_s, const std::string& pool,
                                  std::span<const Population> populations, h5::Slab neurons) {
    std::vector<double> amounts(neurons.count);
    for (const Population& population : populations) {
        const h5::Slab part = part_of(neurons, population);
        if (!population.is_excitatory() || part.count == 0) continue;
        const std::string name = protein_group(population, time_s) + "/" + pool;
        const h5::DataSet dataset = h5::open_dataset(file, name);
        if (h5::shape(dataset) != h5::Shape{population.count})
            throw FileError(file.path(), "/" + name + " does not have a value for each of the " +
                                             std::to_string(population.count) + " neurons of " +
                                             population.name +
                                             "; the file is damaged: use another one");
        const auto values =
            h5::read_rows<double>(dataset, {part.first - population.first, part.count});
        std::ranges::copy(
            values, amounts.begin() + static_cast<std::ptrdiff_t>(part.first - neurons.first));
    }
    return amounts;
}

bool has_proteins(const h5::File& file, double time_s, std::span<const Population> populations) {
    return std::ranges::all_of(populations, [&](const Population& population) {
        return !population.is_excitatory() || h5::exists(file, protein_group(population, time_s));
    });
}

}  // namespace engram
