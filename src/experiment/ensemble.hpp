// SPDX-License-Identifier: Apache-2.0
// Many runs from one configuration: trials that differ in their seed, at points of a sweep that
// differ in their settings.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "experiment/configuration.hpp"
#include "experiment/ensemble_settings.hpp"

namespace engram {

// One setting of a sweep, e.g. groups.assembly.count = 150.
struct SweepSetting {
    std::string key;
    std::shared_ptr<const ConfigNode> value;  //!< many points share it
};

// One combination of settings.
struct SweepPoint {
    std::string name;  //!< "groups.assembly.count=150"; empty if nothing is swept
    std::vector<SweepSetting> settings;
};

// One run of an ensemble.
struct EnsembleItem {
    std::uint32_t point = 0;
    std::uint32_t trial = 0;
    friend auto operator<=>(const EnsembleItem&, const EnsembleItem&) = default;
};

class Ensemble {
  public:
    //! \throw ConfigError with every problem of the ensemble and of the runs at all its points
    explicit Ensemble(ConfigTree tree);

    //! Whether a configuration asks for more than one run: trials above 1, or a sweep.
    static bool is_wanted(const ConfigTree& tree);

    std::uint32_t trials() const { return settings_.trials; }
    //! Consecutive trials of which averages are averaged; 0: none.
    std::uint32_t trials_per_batch() const { return settings_.trials_per_batch; }
    //! MPI ranks that share a run.
    std::uint32_t ranks_per_trial() const { return settings_.ranks_per_trial; }
    //! Whether each run leaves a results directory of its own.
    bool keeps_results() const { return settings_.keeps_results; }
    bool averages_traces() const { return settings_.averages_traces; }
    const std::vector<SweepPoint>& points() const { return points_; }
    std::uint64_t size() const { return std::uint64_t{settings_.trials} * points_.size(); }
    const std::string& output_directory() const { return output_directory_; }
    void set_output_directory(const std::string& path);

    //! Key of the seed that differs between trials.
    std::string seed_key() const;
    //! The same as words: "seed", "noise seed".
    std::string seed_name() const;
    //! Whether all trials of a point have the same network.
    bool shares_network() const { return settings_.trials_vary == TrialsVary::noise_seed; }
    //! Seed of a trial, the same at every point; any other run with this seed is the same run.
    std::uint64_t seed(std::uint32_t trial) const;
    //! The single run with seed and settings of this trial, without an output directory.
    Experiment experiment(EnsembleItem item) const { return make_experiment(tree(item)); }
    //! The configuration of this run, with the places where it was written.
    ConfigTree tree(EnsembleItem item) const;
    //! Text from which the same ensemble can be made; file names in it are absolute.
    std::string configuration() const;

  private:
    ConfigTree tree_;
    EnsembleSettings settings_;
    std::uint64_t base_seed_ = 1;
    std::string output_directory_;
    std::vector<SweepPoint> points_;
};

}  // namespace engram
