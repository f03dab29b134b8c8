// SPDX-License-Identifier: Apache-2.0
#include "cli/mpi_session.hpp"

#include <mpi.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <optional>

#include "base/collective.hpp"
#include "base/messages.hpp"

namespace engram::cli {
namespace {

// An MPI_Init that fails ends the process at once, with words about MPI's inner life. A child that
// waits meanwhile says what to do.
class StartWatch {
  public:
    StartWatch() {
        std::array<int, 2> ends{};
        if (::pipe(ends.data()) != 0) return;
        child_ = ::fork();
        if (child_ == 0) {
            ::close(ends[1]);
            wait_for_start(ends[0]);
        }
        ::close(ends[0]);
        started_ = ends[1];
    }
    StartWatch(const StartWatch&) = delete;
    StartWatch& operator=(const StartWatch&) = delete;
    ~StartWatch() {
        if (started_ < 0) return;
        const char yes = 1;
        const bool told = ::write(started_, &yes, 1) == 1;
        ::close(started_);
        if (told && child_ > 0) ::waitpid(child_, nullptr, 0);
    }

  private:
    [[noreturn]] static void wait_for_start(int pipe) {
        char yes = 0;
        if (::read(pipe, &yes, 1) == 0)
            error(
                "MPI could not be started, for the reason above; start a run with 'mpirun -n N "
                "engram run ...', or in a job of Slurm with 'srun --mpi=pmix engram run ...'");
        ::_exit(0);
    }

    int started_ = -1;
    pid_t child_ = -1;
};

}  // namespace

MpiSession::MpiSession(int& argc, char**& argv, const Launch& launch) {
    prepare_mpi_environment();
    hide_missing_ranks(launch);
    std::optional<StartWatch> watch;
    if (launch.rank == 0) watch.emplace();
    MPI_Init(&argc, &argv);
}

MpiSession::~MpiSession() {
    MPI_Finalize();
}

}  // namespace engram::cli
