// SPDX-License-Identifier: Apache-2.0
// What the groups of ranks of an ensemble tell each other while each runs trials of its own.
#pragma once

#include <mpi.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <vector>

namespace engram::job {

// Carries two messages: "stop", from the first rank that a signal reaches to all groups, and
// "trial done", from a group to rank 0. All are received before this is destroyed.
class EnsembleChannel {
  public:
    //! Collective over all ranks. Group g consists of the ranks from g * ranks_per_group on; ranks
    //! that fill no group only wait.
    EnsembleChannel(MPI_Comm all, int ranks_per_group);
    EnsembleChannel(const EnsembleChannel&) = delete;
    EnsembleChannel& operator=(const EnsembleChannel&) = delete;
    ~EnsembleChannel();

    int n_groups() const { return n_groups_; }
    //! Group of this rank; n_groups() or more if it is in none.
    int group() const { return rank_ / ranks_per_group_; }
    bool leads_group() const { return group() < n_groups_ && rank_ % ranks_per_group_ == 0; }

    //! Whether a signal has asked this or any other group to stop.
    bool stop_requested();
    //! Asks all groups to stop.
    void request_stop();
    //! By the leader of a group, after each trial.
    void trial_done();
    //! Rank 0: trials of all groups, as far as known.
    std::uint64_t n_done();

    //! Collective. Waits until every group has come here, and meanwhile calls `idle` now and then.
    void wait_for_all(const std::function<void()>& idle);

  private:
    using Clock = std::chrono::steady_clock;
    enum Tag { stop_tag = 1, done_tag = 2 };

    void send(int destination, Tag tag);
    void poll();
    void receive_rest();

    MPI_Comm communicator_ = MPI_COMM_NULL;
    int rank_ = 0;
    int ranks_per_group_;
    int n_groups_;
    bool stop_ = false;
    bool stop_sent_ = false;
    std::uint64_t n_stop_received_ = 0;
    std::uint64_t n_done_received_ = 0;
    std::uint64_t n_done_sent_ = 0;
    std::vector<MPI_Request> sending_;
    Clock::time_point last_poll_ = Clock::now();
};

}  // namespace engram::job
