// SPDX-License-Identifier: Apache-2.0
// Experiments on which every executor must give the same bits, and the comparison.
#pragma once

#include <ostream>
#include <vector>

#include "simulation/executor.hpp"

namespace engram::test {

struct ExecutorCase {
    const char* name;
    Experiment experiment;
    std::size_t at_least_draws;  //!< of the early phase: that there is something to compare
};
inline void PrintTo(const ExecutorCase& executor_case, std::ostream* stream) {
    *stream << executor_case.name;
}

std::vector<ExecutorCase> executor_cases();

//! Experiments that differ in their seed.
std::vector<ExecutorCase> similar_cases(std::size_t n);
//! Learning and consolidation; with all that can be recorded, or nothing.
std::vector<ExecutorCase> similar_consolidations(std::size_t n, bool recorded,
                                                 ProteinPools pools = ProteinPools::common,
                                                 double rate_threshold_p_Hz = 0.0);

//! The same by excitatory neurons with few compartments, along which protein diffuses.
std::vector<ExecutorCase> with_morphology(std::vector<ExecutorCase> cases,
                                          double diffusivity_um2_per_s);

//! Runs the experiment on the processor and on another executor; fails the test if spikes, traces,
//! weights, proteins, or the amount of work differ.
void expect_equal_to_processor(const ExecutorCase& executor_case, const ExecutorFactory& factory);

//! The message of the error that a run ends with, or "none".
std::string error_of_run(const Experiment& experiment, const ExecutorFactory& factory);
//! An experiment in which membrane potentials overflow.
Experiment overflowing_network();

}  // namespace engram::test
