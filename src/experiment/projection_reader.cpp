#include "experiment/projection_reader.hpp"

#include <algorithm>
#include <map>
#include <optional>

#include "base/nearest_name.hpp"
#include "base/number_text.hpp"
#include "experiment/group_reader.hpp"
#include "experiment/network_keys.hpp"
#include "experiment/parameter_fields.hpp"
#include "experiment/path_reader.hpp"

namespace engram {
namespace {

// One entry of the section; the populations are unknown where their names are not right.
class ProjectionReader {
  public:
    ProjectionReader(ConfigReader reader, std::string path, const Populations& populations)
        : reader_(std::move(reader)),
          path_(std::move(path)),
          populations_(populations),
          problems_(reader_.problems()) {}

    //! Nothing if it is unknown what it connects.
    std::optional<Projection> read(const std::string& name, const std::string& base_directory) {
        if (problems_.concern(path_)) return std::nullopt;  // it is no map
        Projection projection;
        projection.name = name;
        const Population* from = read_end("from", projection.from);
        const Population* to = read_end("to", projection.to);
        read_fields(reader_, projection_fields, projection);
        std::size_t plastic = 0;
        reader_.word("plastic", plastic, {"false", "true"});
        projection.plastic = plastic == 1;
        projection.file = read_path(reader_, "file", base_directory);
        check_weight(projection, from, to);
        check_wiring();
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
        reader_.problem(key, "there is no population '" + name + "'" + suggestion(name, names));
        return nullptr;
    }

    void check_wiring() {
        const bool drawn = reader_.has("probability");
        const bool listed = reader_.node("file") != nullptr;
        if (drawn == listed)
            problems_.add(path_, drawn ? "cannot have both probability and file; remove one"
                                       : "must have either probability or file");
    }

    bool is_kind(const Population* population, PopulationKind kind) const {
        return population != nullptr && population->kind == kind &&
               problems_.sound({"populations." + population->name + ".kind"});
    }

    void check_weight(const Projection& projection, const Population* from, const Population* to) {
        const bool has_weight = reader_.has("weight_h_0");
        if (!projection.plastic) {
            if (!has_weight && !problems_.concern(reader_.path_of("plastic")))
                problems_.add(path_, is_kind(from, PopulationKind::excitatory) &&
                                             is_kind(to, PopulationKind::excitatory)
                                         ? "must have either plastic: true or weight_h_0"
                                         : "must have weight_h_0");
            if (has_weight && from != nullptr) check_sign(projection.weight_h_0, *from);
            return;
        }
        for (const Population* end : {from, to})
            if (is_kind(end, PopulationKind::inhibitory)) {
                reader_.problem("plastic",
                                "must be between excitatory populations (" + end->name +
                                    " is inhibitory); " +
                                    (has_weight ? "remove it" : "give weight_h_0 instead"));
                return;
            }
        if (has_weight)
            reader_.problem("weight_h_0",
                            "cannot be given with plastic: true, whose weights begin at h_0; "
                            "remove one of them");
    }

    void check_sign(double weight_h_0, const Population& from) {
        if (problems_.concern(reader_.path_of("weight_h_0"))) return;
        if (weight_h_0 < 0 && is_kind(&from, PopulationKind::excitatory))
            reader_.problem("weight_h_0", "must be at least 0, since " + from.name +
                                              " is excitatory (is " + number_text(weight_h_0) +
                                              ")");
        if (weight_h_0 > 0 && is_kind(&from, PopulationKind::inhibitory))
            reader_.problem("weight_h_0", "must be at most 0, since " + from.name +
                                              " is inhibitory (is " + number_text(weight_h_0) +
                                              ")");
    }

    ConfigReader reader_;
    std::string path_;
    const Populations& populations_;
    ConfigProblems& problems_;
};

}  // namespace

std::vector<Projection> read_projections(ConfigReader reader, const Populations& populations,
                                         const std::string& base_directory) {
    std::vector<Projection> projections;
    std::map<std::string, const std::string*> known;  // by name in files
    const std::vector<std::string> names = reader.keys();
    for (const std::string& name : names) {
        if (!is_valid_name(name)) {
            reader.problems().add(reader.place_of(name), reader.path_of(name), valid_name_rule);
            continue;
        }
        const std::string path = reader.path_of(name);
        const auto projection =
            ProjectionReader(reader.section(name), path, populations).read(name, base_directory);
        if (!projection) continue;
        const std::string in_files = projection_name(populations, *projection);
        const auto [entry, is_new] = known.insert({in_files, &name});
        if (!is_new) {
            const Projection& other =
                *std::find_if(projections.begin(), projections.end(),
                              [&](const Projection& p) { return p.name == *entry->second; });
            const std::string other_path = reader.path_of(other.name);
            if (other.from == projection->from && other.to == projection->to)
                reader.problems().add(path, "connects the same populations as " + other_path +
                                                "; remove one of them");
            else
                reader.problems().add(path, "would have the name " + in_files +
                                                " in network.h5, as " + other_path +
                                                " has; rename a population");
        }
        projections.push_back(*projection);
    }
    return projections;
}

}  // namespace engram
