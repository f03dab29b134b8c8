// SPDX-License-Identifier: Apache-2.0
#include "experiment/ensemble_settings.hpp"

#include "experiment/keys.hpp"

namespace engram {

EnsembleSettings read_ensemble_settings(ConfigReader& reader) {
    EnsembleSettings settings;
    keys::read_keys(reader, keys::ensemble, settings);
    const std::string trials = keys::name_of<&EnsembleSettings::trials>();
    const std::string batch = keys::name_of<&EnsembleSettings::trials_per_batch>();
    if (reader.problems().sound({trials, batch}) && settings.trials_per_batch > 0 &&
        settings.trials % settings.trials_per_batch != 0)
        reader.problem(batch, "must divide " + trials + " = " + std::to_string(settings.trials) +
                                  " (is " + std::to_string(settings.trials_per_batch) + ")");
    return settings;
}

}  // namespace engram
