// SPDX-License-Identifier: Apache-2.0
#include "job/ensemble_channel.hpp"

#include <unistd.h>

#include <array>

#include "base/collective.hpp"
#include "job/stop_signal.hpp"

namespace engram::job {

EnsembleChannel::EnsembleChannel(MPI_Comm all, int ranks_per_group)
    : rank_(rank_of(all)),
      ranks_per_group_(ranks_per_group),
      n_groups_(size_of(all) / ranks_per_group) {
    MPI_Comm_dup(all, &communicator_);
}

EnsembleChannel::~EnsembleChannel() {
    MPI_Waitall(static_cast<int>(sending_.size()), sending_.data(), MPI_STATUSES_IGNORE);
    MPI_Comm_free(&communicator_);
}

void EnsembleChannel::send(int destination, Tag tag) {
    sending_.emplace_back();
    MPI_Isend(nullptr, 0, MPI_CHAR, destination, tag, communicator_, &sending_.back());
}

void EnsembleChannel::request_stop() {
    stop_ = true;
    if (stop_sent_) return;
    stop_sent_ = true;
    for (int group = 0; group < n_groups_; ++group)
        if (group * ranks_per_group_ != rank_) send(group * ranks_per_group_, stop_tag);
}

bool EnsembleChannel::stop_requested() {
    if (stop_is_requested()) request_stop();
    poll();
    return stop_;
}

void EnsembleChannel::trial_done() {
    ++n_done_sent_;
    if (rank_ == 0)
        ++n_done_received_;
    else
        send(0, done_tag);
}

std::uint64_t EnsembleChannel::n_done() {
    poll();
    return n_done_received_;
}

void EnsembleChannel::poll() {
    constexpr std::chrono::milliseconds interval{20};
    if (!leads_group() || Clock::now() - last_poll_ < interval) return;
    last_poll_ = Clock::now();
    for (;;) {
        int arrived = 0;
        MPI_Status status;
        MPI_Iprobe(MPI_ANY_SOURCE, MPI_ANY_TAG, communicator_, &arrived, &status);
        if (!arrived) return;
        MPI_Recv(nullptr, 0, MPI_CHAR, status.MPI_SOURCE, status.MPI_TAG, communicator_,
                 MPI_STATUS_IGNORE);
        if (status.MPI_TAG == stop_tag) {
            stop_ = true;
            ++n_stop_received_;
        } else {
            ++n_done_received_;
        }
    }
}

void EnsembleChannel::wait_for_all(const std::function<void()>& idle) {
    constexpr useconds_t nap_us = 5000;
    MPI_Request barrier;
    MPI_Ibarrier(communicator_, &barrier);
    for (int all_here = 0; !all_here;) {
        MPI_Test(&barrier, &all_here, MPI_STATUS_IGNORE);
        stop_requested();
        idle();
        if (!all_here) usleep(nap_us);
    }
    receive_rest();
}

// After the barrier nothing more is sent; what is still on its way is counted and received.
void EnsembleChannel::receive_rest() {
    std::array<std::uint64_t, 2> sent{stop_sent_ ? 1u : 0u, n_done_sent_};
    sum_over_ranks(communicator_, sent);
    const auto receive = [&](Tag tag) {
        MPI_Recv(nullptr, 0, MPI_CHAR, MPI_ANY_SOURCE, tag, communicator_, MPI_STATUS_IGNORE);
    };
    if (leads_group())
        for (const std::uint64_t own = stop_sent_ ? 1 : 0; n_stop_received_ + own < sent[0];
             ++n_stop_received_)
            receive(stop_tag);
    if (rank_ == 0)
        for (; n_done_received_ < sent[1]; ++n_done_received_) receive(done_tag);
}

}  // namespace engram::job
