// SPDX-License-Identifier: Apache-2.0
// One fault in a program: the n-th collective step of a rank fails, after its work. The program
// must be linked with --wrap of engram::collectively.
#pragma once

#include <string>
#include <vector>

namespace engram::test {

struct CollectiveFault {
    int step = 0;  //!< from 1 on; 0: none
    int rank = 0;
    std::string kind{};  //!< one of kinds_of_faults()
};

// Of this process.
struct CollectiveSteps {
    CollectiveFault fault;
    int n = 0;  //!< how many there have been
};
CollectiveSteps& collective_steps();

std::vector<std::string> kinds_of_faults();

}  // namespace engram::test
