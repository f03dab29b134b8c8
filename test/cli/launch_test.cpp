// SPDX-License-Identifier: Apache-2.0
#include "cli/launch.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <string>

#include "base/errors.hpp"

namespace engram::cli {
namespace {

using Variables = std::map<std::string, std::string>;

Launch launch_with(const Variables& variables, bool has_terminal = false) {
    return read_launch(
        [&](const char* name) {
            const auto found = variables.find(name);
            return found != variables.end() ? found->second.c_str() : nullptr;
        },
        has_terminal);
}

Variables operator+(Variables one, const Variables& other) {
    for (const auto& [name, value] : other) one[name] = value;
    return one;
}

const Variables job = {{"SLURM_JOB_ID", "7"}, {"SLURM_NTASKS", "3"}, {"SLURM_NODELIST", "node1"}};
const Variables batch_script = job + Variables{{"SLURM_PROCID", "0"}};
const Variables task_1_of_3 =
    job + Variables{{"SLURM_STEP_ID", "0"}, {"SLURM_PROCID", "1"}, {"SLURM_STEP_NUM_TASKS", "3"}};

TEST(Launch, AShellHasOneProcess) {
    EXPECT_EQ(launch_with({}), Launch{});
}

TEST(Launch, AShellOrScriptOfAJobHasOneProcessWhateverTheJobHas) {
    EXPECT_EQ(launch_with(job), Launch{});
    EXPECT_EQ(launch_with(batch_script), Launch{});
}

TEST(Launch, TasksOfAStep) {
    EXPECT_EQ(launch_with(task_1_of_3), (Launch{Launcher::slurm, 1, 3}));
    EXPECT_EQ(launch_with(job + Variables{{"SLURM_STEP_ID", "0"}, {"SLURM_PROCID", "2"}}),
              (Launch{Launcher::slurm, 2, 3}));
}

TEST(Launch, AnInteractiveStepOfOneTaskInAJobOfSeveral) {
    const Variables step = {
        {"SLURM_STEP_ID", "0"}, {"SLURM_PROCID", "0"}, {"SLURM_STEP_NUM_TASKS", "1"}};
    EXPECT_EQ(launch_with(job + step), (Launch{Launcher::slurm, 0, 1}));
}

TEST(Launch, OfTheShellsOfAPseudoTerminalOneLives) {
    const Variables shell = task_1_of_3 + Variables{{"SLURM_PROCID", "0"},
                                                    {"SLURM_PTY_PORT", "35495"},
                                                    {"PMIX_RANK", "0"},
                                                    {"PMIX_NAMESPACE", "slurm.pmix.7.0"}};
    EXPECT_EQ(launch_with(shell, true), Launch{});
    // What this shell starts by srun has its variables, but no terminal.
    EXPECT_EQ(launch_with(shell, false), (Launch{Launcher::pmix, 0, 3}));
    EXPECT_EQ(launch_with(task_1_of_3, true), (Launch{Launcher::slurm, 1, 3}));
}

TEST(Launch, PmixInAStep) {
    const Variables pmix = {{"PMIX_RANK", "1"}, {"PMIX_NAMESPACE", "slurm.pmix.7.0"}};
    EXPECT_EQ(launch_with(task_1_of_3 + pmix), (Launch{Launcher::pmix, 1, 3}));
    EXPECT_EQ(launch_with(pmix), (Launch{Launcher::pmix, 1, 0}));
}

TEST(Launch, PmixOfTheShellThatAStepWasStartedFrom) {
    const Variables pmix = {{"PMIX_RANK", "0"}, {"PMIX_NAMESPACE", "slurm.pmix.7.4294967290"}};
    EXPECT_EQ(launch_with(task_1_of_3 + pmix), (Launch{Launcher::slurm, 1, 3}));
}

TEST(Launch, StepsOfAHeterogeneousJobAreOneForMpi) {
    const Variables het = {{"SLURM_HET_SIZE", "2"}};
    EXPECT_EQ(launch_with(task_1_of_3 + het), (Launch{Launcher::slurm, 1, 0}));
}

TEST(Launch, MpirunAndMpiexec) {
    const Variables mpirun = {{"OMPI_COMM_WORLD_RANK", "3"}, {"OMPI_COMM_WORLD_SIZE", "8"}};
    const Variables mpiexec = {{"PMI_RANK", "2"}, {"PMI_SIZE", "4"}};
    EXPECT_EQ(launch_with(mpirun), (Launch{Launcher::open_mpi, 3, 8}));
    EXPECT_EQ(launch_with(mpiexec), (Launch{Launcher::pmi, 2, 4}));
    // Within a job each node has one task of the launcher itself.
    EXPECT_EQ(launch_with(task_1_of_3 + mpirun), (Launch{Launcher::open_mpi, 3, 8}));
    EXPECT_EQ(launch_with(task_1_of_3 + mpiexec), (Launch{Launcher::pmi, 2, 4}));
}

TEST(Launch, WhatIsNoNumberDoesNotCount) {
    EXPECT_EQ(launch_with({{"OMPI_COMM_WORLD_RANK", "x"}, {"OMPI_COMM_WORLD_SIZE", "3"}}),
              Launch{});
    EXPECT_EQ(launch_with({{"PMI_RANK", "-1"}}), Launch{});
    EXPECT_EQ(launch_with(task_1_of_3 + Variables{{"SLURM_PROCID", "1 "}}), Launch{});
}

// Of a process of this launch, whether MPI still sees the variable.
bool keeps(const char* name, const Launch& launch) {
    ::setenv(name, "1", 1);
    hide_missing_ranks(launch);
    const bool kept = std::getenv(name) != nullptr;
    ::unsetenv(name);
    return kept;
}

TEST(Launch, AloneNoServerIsLookedFor) {
    for (const char* name : {"PMIX_NAMESPACE", "PMI_FD", "SLURM_STEP_ID"}) {
        EXPECT_FALSE(keeps(name, {}));
        EXPECT_FALSE(keeps(name, {Launcher::slurm, 0, 1}));
        EXPECT_FALSE(keeps(name, {Launcher::slurm, 1, 3}));
        EXPECT_FALSE(keeps(name, {Launcher::pmix, 0, 1}));
        EXPECT_TRUE(keeps(name, {Launcher::pmix, 0, 3}));
        EXPECT_TRUE(keeps(name, {Launcher::pmix, 0, 0}));
        EXPECT_TRUE(keeps(name, {Launcher::pmi, 1, 2}));
        EXPECT_TRUE(keeps(name, {Launcher::open_mpi, 0, 1}));
    }
    EXPECT_TRUE(keeps("SLURM_NODELIST", {Launcher::slurm, 1, 3}));
}

TEST(Launch, SeveralProcessesThatAreAloneForMpiAreRefused) {
    for (const Launcher launcher :
         {Launcher::slurm, Launcher::pmi, Launcher::pmix, Launcher::open_mpi}) {
        EXPECT_THROW(require_company({launcher, 0, 3}, 1), UsageError);
        EXPECT_NO_THROW(require_company({launcher, 0, 3}, 3));
        EXPECT_NO_THROW(require_company({launcher, 0, 1}, 1));
        EXPECT_NO_THROW(require_company({launcher, 0, 0}, 1));
    }
    EXPECT_NO_THROW(require_company({}, 1));
}

}  // namespace
}  // namespace engram::cli
