// SPDX-License-Identifier: Apache-2.0
// MPI, from its start to its end.
#pragma once

#include "cli/launch.hpp"

namespace engram::cli {

//! Starts MPI in the way that the launch allows, and ends it.
class MpiSession {
  public:
    MpiSession(int& argc, char**& argv, const Launch& launch);
    ~MpiSession();
    MpiSession(const MpiSession&) = delete;
    MpiSession& operator=(const MpiSession&) = delete;
};

}  // namespace engram::cli
