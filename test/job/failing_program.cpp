// SPDX-License-Identifier: Apache-2.0
// Makes the program engram fail in one collective step. ENGRAM_FAIL_AT is "n rank kind".
#include <mpi.h>

#include <cstdio>
#include <cstdlib>
#include <sstream>

#include "job/failing_collectives.hpp"

namespace engram::test {
namespace {

// Before main; tells at the end how many steps there were.
class FaultFromEnvironment {
  public:
    FaultFromEnvironment() {
        CollectiveFault& fault = collective_steps().fault;
        const char* text = std::getenv("ENGRAM_FAIL_AT");
        if (text != nullptr) std::istringstream(text) >> fault.step >> fault.rank >> fault.kind;
    }
    ~FaultFromEnvironment() {
        const char* rank = std::getenv("OMPI_COMM_WORLD_RANK");
        std::fprintf(stderr, "collective steps of rank %s: %d\n", rank != nullptr ? rank : "0",
                     collective_steps().n);
    }
};

const FaultFromEnvironment fault_from_environment;

}  // namespace
}  // namespace engram::test
