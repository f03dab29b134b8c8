// SPDX-License-Identifier: Apache-2.0
#include "cli/mpi_session.hpp"

#include <fcntl.h>
#include <mpi.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <optional>

#include "base/collective.hpp"
#include "base/messages.hpp"

namespace engram::cli {
namespace {

// An MPI_Init that fails ends the process at once, with words about the inner life of MPI. A child
// that waits meanwhile says what to do.
class StartWatch {
  public:
    StartWatch() {
        std::array<int, 2> ends{};
        if (::pipe2(ends.data(), O_CLOEXEC) != 0) return;
        child_ = ::fork();
        if (child_ == 0) {
            ::close(ends[1]);
            wait_for_end(ends[0]);
        }
        ::close(ends[0]);
        life_ = ends[1];
    }
    StartWatch(const StartWatch&) = delete;
    StartWatch& operator=(const StartWatch&) = delete;
    ~StartWatch() {
        if (child_ > 0) {
            ::kill(child_, SIGKILL);
            ::waitpid(child_, nullptr, 0);
        }
        if (life_ >= 0) ::close(life_);
    }

  private:
    // Nobody writes into the pipe; it is at its end when the other process is.
    [[noreturn]] static void wait_for_end(int pipe) {
        char nothing = 0;
        if (::read(pipe, &nothing, 1) == 0)
            error(
                "MPI could not be started, for the reason above; start a run with 'mpirun -n N "
                "engram run ...', or in a job of Slurm with 'srun --mpi=pmix engram run ...'");
        ::_exit(0);
    }

    pid_t child_ = -1;
    int life_ = -1;  //!< end of a pipe that only this process holds
};

}  // namespace

MpiSession::MpiSession(int& argc, char**& argv, const Launch& launch) {
    hide_missing_ranks(launch);
    prepare_mpi_environment();
    std::optional<StartWatch> watch;
    if (launch.rank == 0) watch.emplace();
    MPI_Init(&argc, &argv);
}

MpiSession::~MpiSession() {
    MPI_Finalize();
}

}  // namespace engram::cli
