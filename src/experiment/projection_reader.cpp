// SPDX-License-Identifier: Apache-2.0
#include "experiment/projection_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>

#include "base/number_text.hpp"
#include "experiment/group_reader.hpp"
#include "experiment/keys.hpp"
#include "experiment/network_keys.hpp"

namespace engram {
namespace {

const std::string probability_key = keys::name_of<&Projection::probability>();
const std::string file_key = keys::name_of<&Projection::file>();
const std::string plastic_key = keys::name_of<&Projection::plastic>();
const std::string weight_key = keys::name_of<&Projection::weight_h_0>();
const std::string site_key = keys::name_of<&Projection::ends_at>();

// One entry of the section; the populations are unknown where their names are not right.
class ProjectionReader {
  public:
    ProjectionReader(ConfigReader reader, std::string path, const Populations& populations,
                     bool has_source)
        : reader_(std::move(reader)),
          path_(std::move(path)),
          populations_(populations),
          has_source_(has_source),
          problems_(reader_.problems()) {}

    //! Nothing if it is unknown what it connects.
    std::optional<Projection> read(const std::string& name) {
        if (problems_.concern(path_)) return std::nullopt;  // it is no map
        Projection projection;
        projection.name = name;
        const Population* from = read_end(keys::name_of<&Projection::from>(), projection.from);
        const Population* to = read_end(keys::name_of<&Projection::to>(), projection.to);
        keys::read_keys(reader_, keys::projection, projection);
        check_weight(projection, from, to);
        check_wiring(projection);
        if (to != nullptr) check_site(projection, *to);
        reader_.finish();
        if (from == nullptr || to == nullptr) return std::nullopt;
        return projection;
    }

  private:
    const Population* read_end(const std::string& key, std::size_t& index) {
        std::string name;
        reader_.require(key).text(key, name);
        if (!reader_.has(key) || problems_.concern(reader_.path_of(key))) return nullptr;
        std::vector<std::string> names;
        for (index = 0; index < populations_.n_populations(); ++index) {
            if (populations_[index].name == name) return &populations_[index];
            names.push_back(populations_[index].name);
        }
        index = 0;
        reader_.problem(
            key, "there is no population '" + name + "'" + problems_.suggestion(name, names));
        return nullptr;
    }

    void check_wiring(Projection& projection) {
        const bool drawn = reader_.has(probability_key);
        const bool listed = reader_.node(file_key) != nullptr;
        projection.wired_by_source = has_source_ && !drawn && !listed;
        if (drawn == listed && !projection.wired_by_source)
            problems_.add(path_, drawn ? "cannot have both probability and file; remove one"
                                       : "must have either probability or file");
    }

    void check_site(const Projection& projection, const Population& to) {
        if (!projection.ends_at) return;
        const bool has_tip = to.neuron && to.neuron->morphology;
        if (!has_tip && projection.ends_at == SynapseSite::tip)
            reader_.problem(site_key, "must be soma, since the neurons of " + to.name +
                                          " are points; or give them a morphology");
        if (has_tip && projection.plastic && projection.ends_at == SynapseSite::soma)
            reader_.problem(site_key,
                            "must be tip, where the plastic synapses of neurons with a "
                            "morphology end; remove it");
    }

    bool is_kind(const Population* population, PopulationKind kind) const {
        return population != nullptr && population->kind == kind &&
               problems_.sound(
                   {"populations." + population->name + "." + keys::name_of<&Population::kind>()});
    }

    void check_weight(const Projection& projection, const Population* from, const Population* to) {
        const bool has_weight = reader_.has(weight_key);
        if (!projection.plastic) {
            if (!has_weight && !problems_.concern(reader_.path_of(plastic_key)))
                problems_.add(path_, is_kind(from, PopulationKind::excitatory) &&
                                             is_kind(to, PopulationKind::excitatory)
                                         ? "must have either plastic: true or weight_h_0"
                                         : "must have weight_h_0");
            if (has_weight && from != nullptr) check_sign(projection.weight_h_0, *from);
            return;
        }
        for (const Population* end : {from, to})
            if (is_kind(end, PopulationKind::inhibitory)) {
                reader_.problem(plastic_key,
                                "must be between excitatory populations (" + end->name +
                                    " is inhibitory); " +
                                    (has_weight ? "remove it" : "give weight_h_0 instead"));
                return;
            }
        if (has_weight)
            reader_.problem(weight_key,
                            "cannot be given with plastic: true, whose weights begin at h_0; "
                            "remove one of them");
    }

    void check_sign(double weight_h_0, const Population& from) {
        if (problems_.concern(reader_.path_of(weight_key))) return;
        if (weight_h_0 < 0 && is_kind(&from, PopulationKind::excitatory))
            reader_.problem(weight_key, "must be at least 0, since " + from.name +
                                            " is excitatory (is " + number_text(weight_h_0) + ")");
        if (weight_h_0 > 0 && is_kind(&from, PopulationKind::inhibitory))
            reader_.problem(weight_key, "must be at most 0, since " + from.name +
                                            " is inhibitory (is " + number_text(weight_h_0) + ")");
    }

    ConfigReader reader_;
    std::string path_;
    const Populations& populations_;
    bool has_source_;
    ConfigProblems& problems_;
};

}  // namespace

std::vector<Projection> read_projections(ConfigReader reader, const Populations& populations,
                                         bool has_source) {
    std::vector<Projection> projections;
    std::map<std::string, std::size_t> known;  // by name in files
    for (const std::string& name : reader.keys()) {
        if (!is_valid_name(name)) {
            reader.problems().add(reader.place_of(name), reader.path_of(name), valid_name_rule);
            continue;
        }
        const std::string path = reader.path_of(name);
        const auto projection =
            ProjectionReader(reader.section(name), path, populations, has_source).read(name);
        if (!projection) continue;
        const std::string in_files = projection_name(populations, *projection);
        const auto [entry, is_new] = known.insert({in_files, projections.size()});
        if (!is_new) {
            const Projection& other = projections[entry->second];
            const std::string other_path = reader.path_of(other.name);
            if (other.from == projection->from && other.to == projection->to)
                reader.problems().add(path, "connects the same populations as " + other_path +
                                                "; remove one of them");
            else
                reader.problems().add(
                    path, fmt::format("would have the name {} in network.h5, as {} has; rename a "
                                      "population",
                                      in_files, other_path));
        }
        projections.push_back(*projection);
    }
    return projections;
}

}  // namespace engram
