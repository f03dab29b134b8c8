// SPDX-License-Identifier: Apache-2.0
#include "cli/launch.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <charconv>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string_view>
#include <vector>

#include "base/errors.hpp"

namespace engram::cli {
namespace {

std::optional<int> number(const Environment& environment, const char* name) {
    const char* text = environment(name);
    if (text == nullptr) return std::nullopt;
    int value = 0;
    const char* end = text + std::strlen(text);
    const auto [rest, error] = std::from_chars(text, end, value);
    if (error != std::errc() || rest != end || value < 0) return std::nullopt;
    return value;
}

// Tasks of the step of a Slurm job that this process belongs to. SLURM_NTASKS alone is about the
// job, which an interactive shell or a batch script knows as well.
std::optional<Launch> slurm_step(const Environment& environment) {
    const auto rank = number(environment, "SLURM_PROCID");
    auto size = number(environment, "SLURM_STEP_NUM_TASKS");
    if (!size) size = number(environment, "SLURM_NTASKS");
    if (environment("SLURM_STEP_ID") == nullptr || !rank || !size) return std::nullopt;
    // The steps of a heterogeneous job are one for MPI.
    if (environment("SLURM_HET_SIZE") != nullptr) size = 0;
    return Launch{Launcher::slurm, *rank, *size};
}

// Whether the PMIx server is Slurm's for another step: one that has none inherits the variables of
// the shell that it was started from.
bool is_served_as_other_step(const Environment& environment) {
    const std::string prefix = "slurm.pmix.";
    const char* server = environment("PMIX_NAMESPACE");
    const char* job = environment("SLURM_JOB_ID");
    const char* step = environment("SLURM_STEP_ID");
    if (server == nullptr || job == nullptr || step == nullptr) return false;
    return std::string_view(server).starts_with(prefix) &&
           server != fmt::format("{}{}.{}", prefix, job, step);
}

bool has_terminal() {
    const int terminal = ::open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (terminal < 0) return false;
    ::close(terminal);
    return true;
}

std::string command_of(Launcher launcher) {
    switch (launcher) {
        case Launcher::open_mpi:
            return "mpirun of Open MPI";
        case Launcher::pmix:
            return "a launcher with PMIx";
        case Launcher::pmi:
            return "a launcher with PMI (mpiexec of MPICH or Intel MPI, srun --mpi=pmi2)";
        case Launcher::slurm:
        case Launcher::none:
            break;
    }
    return "srun";
}

}  // namespace

Launch read_launch() {
    return read_launch([](const char* name) { return std::getenv(name); }, has_terminal());
}

Launch read_launch(const Environment& environment, bool has_terminal) {
    // mpirun and mpiexec start their processes by srun inside a job: the innermost launcher counts.
    const auto rank = number(environment, "OMPI_COMM_WORLD_RANK");
    const auto size = number(environment, "OMPI_COMM_WORLD_SIZE");
    if (rank && size) return {Launcher::open_mpi, *rank, *size};
    const auto step = slurm_step(environment);
    // srun --pty starts as many shells as the job has tasks, but only the first lives.
    if (step && has_terminal && environment("SLURM_PTY_PORT") != nullptr) return {};
    const auto pmix_rank = number(environment, "PMIX_RANK");
    if (pmix_rank && !is_served_as_other_step(environment))
        return {Launcher::pmix, *pmix_rank, step ? step->size : 0};
    if (const auto pmi_rank = number(environment, "PMI_RANK"))
        return {Launcher::pmi, *pmi_rank, number(environment, "PMI_SIZE").value_or(0)};
    return step.value_or(Launch{});
}

void hide_missing_ranks(const Launch& launch) {
    const bool has_others = launch.size != 1 && launch.launcher != Launcher::slurm;
    if (launch.launcher == Launcher::open_mpi || has_others) return;
    // A PMIx server serves one process once: the second run in one shell would fail.
    std::vector<std::string> hidden = {"SLURM_STEP_ID"};
    for (char** variable = environ; *variable != nullptr; ++variable) {
        const std::string_view text(*variable);
        if (text.starts_with("PMIX_") || text.starts_with("PMI_"))
            hidden.emplace_back(text.substr(0, text.find('=')));
    }
    for (const std::string& name : hidden) ::unsetenv(name.c_str());
}

void require_company(const Launch& launch, int n_ranks) {
    if (n_ranks != 1 || launch.size <= 1) return;
    throw UsageError(fmt::format(
        "{0} processes were started by {1}, but MPI does not connect them: each is alone and would "
        "do all of the work. Start them with 'srun --mpi=pmix' or with the mpirun of the MPI "
        "library that engram was built with; separate runs with a 'srun --ntasks=1' each",
        launch.size, command_of(launch.launcher)));
}

}  // namespace engram::cli
