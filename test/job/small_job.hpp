// SPDX-License-Identifier: Apache-2.0
// A job that ends within a second, with everything in it: learning, consolidation, recall,
// recordings, snapshots.
#pragma once

#include <mpi.h>

#include <string>

#include "base/temporary_directory.hpp"
#include "job/request.hpp"
#include "job/resume.hpp"
#include "job/start.hpp"

namespace engram::test {

inline const std::string small_job =
    "simulation: {duration_s: 60.5, seed: 4}\n"
    "populations: {n_exc: 40, n_inh: 10}\n"
    "connectivity: {probability: 0.2}\n"
    "synapses: {theta_pro_mV: 0.5, theta_tag_mV: 0.05}\n"
    "groups:\n"
    "  assembly: {first: 0, count: 16}\n"
    "  recalled: {first: 0, count: 8}\n"
    "stimuli:\n"
    "  learn: {scheme: TRIPLET, group: assembly, start_s: 0.1, n_inputs: 25, rate_Hz: 100}\n"
    "  recall: {scheme: ONEPULSE, group: recalled, start_s: 60.1, n_inputs: 25, rate_Hz: 100}\n"
    "record: {neurons: [1, 41], every_steps: 5, snapshots_s: [0.5, 30]}\n";

// Jobs in a directory of their own, on one rank.
class JobDirectory {
  public:
    //! \param more  lines of the configuration
    explicit JobDirectory(const std::string& more = "") { put(config(), small_job + more); }

    std::string config() const { return directory_.file("config.yaml"); }
    std::string results() const { return directory_.file("results"); }
    std::string result(const std::string& name) const { return results() + "/" + name; }
    const TemporaryDirectory& directory() const { return directory_; }

    job::JobOutcome start(const std::vector<std::string>& overrides = {}) const {
        return job::start({{config(), overrides, results()}, false, quiet}, MPI_COMM_SELF);
    }
    job::JobOutcome resume(const std::vector<std::string>& overrides = {}) const {
        return job::resume({results(), "", overrides, quiet}, MPI_COMM_SELF);
    }
    job::JobOutcome salvage(const std::vector<std::string>& overrides = {}) const {
        return job::resume({results(), "", overrides, quiet, true}, MPI_COMM_SELF);
    }

  private:
    static inline const job::JobOptions quiet{job::DeviceChoice::cpu, 0, true};
    TemporaryDirectory directory_;
};

}  // namespace engram::test
