#include "experiment/ensemble_settings.hpp"

namespace engram {

EnsembleSettings read_ensemble_settings(ConfigReader& reader) {
    EnsembleSettings settings;
    reader.integer<std::uint32_t>("trials", settings.trials, 1, most_runs);
    reader.integer<std::uint32_t>("trials_per_batch", settings.trials_per_batch, 0);
    if (reader.problems().sound({"trials", "trials_per_batch"}) && settings.trials_per_batch > 0 &&
        settings.trials % settings.trials_per_batch != 0)
        reader.problem("trials_per_batch",
                       "must divide trials = " + std::to_string(settings.trials) + " (is " +
                           std::to_string(settings.trials_per_batch) + ")");
    reader.integer<std::uint32_t>("ranks_per_trial", settings.ranks_per_trial, 1, 1 << 24);
    std::size_t results = 0;
    reader.word("trial_results", results, {"all", "none"});
    settings.keeps_results = results == 0;
    return settings;
}

}  // namespace engram
