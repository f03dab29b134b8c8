// SPDX-License-Identifier: Apache-2.0
// Work of several ranks that succeeds or fails as one.
#pragma once

#include <mpi.h>

#include <cstdint>
#include <functional>
#include <span>
#include <string>

namespace engram {

//! Call before MPI_Init. Keeps Open MPI from starting a daemon for a process that no launcher has
//! started, which fails where its programs are not on PATH, or there is no network.
void prepare_mpi_environment();

//! Stands for this process alone wherever the functions below take a communicator. None of them
//! then calls MPI, which need not have been initialised.
inline const MPI_Comm alone = MPI_COMM_NULL;

int rank_of(MPI_Comm comm);
int size_of(MPI_Comm comm);

//! Collective. Runs `work` on every rank. If it throws on any, whatever it throws, all ranks throw
//! what the lowest failing rank does, as a shared Error, so that no rank waits for another that has
//! given up. Damage to a file speaks last: it may only seem so because another rank could not read.
//! What is about one rank (its memory, its device) says which.
void collectively(MPI_Comm comm, const std::function<void()>& work);

//! Collective. The same, with the work done by rank 0 alone while the others wait.
inline void on_root(MPI_Comm comm, const std::function<void()>& work) {
    collectively(comm, [&] {
        if (rank_of(comm) == 0) work();
    });
}

//! The text of rank 0, on every rank. Collective.
std::string broadcast_text(std::string text, MPI_Comm comm);

//! Element-wise sum over the ranks, in place on all of them. Collective.
void sum_over_ranks(MPI_Comm comm, std::span<std::uint64_t> values);

//! Element-wise highest over the ranks, in place on all of them. Collective.
void highest_over_ranks(MPI_Comm comm, std::span<double> values);
void highest_over_ranks(MPI_Comm comm, std::span<std::uint64_t> values);

}  // namespace engram
