// SPDX-License-Identifier: Apache-2.0
// Ends a rank that has waited for the others for too long.
#pragma once

#include <mpi.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>

namespace engram::job {

// A rank whose host is cut off, or that is left behind by one that died unseen, waits in MPI for
// ever, at full load, until the time of its job is over. So a thread of each rank looks whether it
// moves on. It cannot get the rank out of MPI, and ends the process.
class CommunicationWatch {
  public:
    //! How long steps may take that keep others waiting though all is well, such as building the
    //! network or writing files: so many times the timeout.
    static constexpr int patience = 10;

    //! \param timeout_s  0: no watch. Time during which the process was suspended does not count.
    //! \param expired    called by the thread; ends the process by default
    CommunicationWatch(double timeout_s, MPI_Comm communicator,
                       std::function<void(const std::string& message)> expired = end_this_process);
    CommunicationWatch(const CommunicationWatch&) = delete;
    CommunicationWatch& operator=(const CommunicationWatch&) = delete;

    //! The rank goes on: it begins another epoch or step.
    void moved() { n_moves_.fetch_add(1, std::memory_order_relaxed); }

    // As long as it lives, a step that may take long goes on.
    class LongStep {
      public:
        explicit LongStep(CommunicationWatch& watch) : watch_(watch) {
            ++watch_.n_long_steps_;
            watch_.moved();
        }
        ~LongStep() {
            watch_.moved();
            --watch_.n_long_steps_;
        }
        LongStep(const LongStep&) = delete;
        LongStep& operator=(const LongStep&) = delete;

      private:
        CommunicationWatch& watch_;
    };

    //! Says the message, and exits with the code of a failure.
    [[noreturn]] static void end_this_process(const std::string& message);

  private:
    void watch(const std::stop_token& stop, std::chrono::duration<double> timeout);

    std::string rank_;  //!< "rank 3 on node7"
    std::function<void(const std::string&)> expired_;
    std::atomic<std::uint64_t> n_moves_ = 0;
    std::atomic<int> n_long_steps_ = 0;
    std::mutex mutex_;
    std::condition_variable_any wake_;
    std::jthread thread_;
};

}  // namespace engram::job
