// SPDX-License-Identifier: Apache-2.0
// The program engram with one fault: the n-th collective step of a rank fails, after its work.
// ENGRAM_FAIL_AT is "n rank kind", with kinds as in kinds().
#include <mpi.h>

#include <cstdio>
#include <cstdlib>
#include <map>
#include <new>
#include <sstream>
#include <stdexcept>

#include "base/collective.hpp"
#include "base/errors.hpp"

#define ENGRAM_COLLECTIVELY "_ZN6engram12collectivelyEP19ompi_communicator_tRKSt8functionIFvvEE"

namespace engram::test {

// The linker (--wrap) gives the names.
void collectively_as_it_is(MPI_Comm comm, const std::function<void()>& work) __asm__(
    "__real_" ENGRAM_COLLECTIVELY);
void collectively_with_a_fault(MPI_Comm comm, const std::function<void()>& work) __asm__(
    "__wrap_" ENGRAM_COLLECTIVELY);

namespace {

using Kinds = std::map<std::string, void (*)()>;

const Kinds& kinds() {
    static const Kinds all = {{"usage", [] { throw UsageError("injected fault"); }},
                              {"configuration",
                               [] {
                                   throw ConfigError({{"", 0, "", "injected fault"}});
                               }},
                              {"file", [] { throw FileError("a file", "injected fault"); }},
                              {"numerical", [] { throw NumericalError("injected fault"); }},
                              {"device", [] { throw DeviceError("injected fault"); }},
                              {"memory", [] { throw std::bad_alloc(); }},
                              {"other", [] { throw std::logic_error("injected fault"); }}};
    return all;
}

// Of this process; tells at its end how many steps there were.
class Steps {
  public:
    explicit Steps(int rank) : rank_(rank) {}
    ~Steps() { std::fprintf(stderr, "collective steps of rank %d: %d\n", rank_, n_); }
    int next() { return ++n_; }

  private:
    int rank_;
    int n_ = 0;
};

struct Fault {
    int step = 0;
    int rank = 0;
    std::string kind;
};

Fault wanted_fault() {
    Fault fault;
    const char* text = std::getenv("ENGRAM_FAIL_AT");
    if (text != nullptr) std::istringstream(text) >> fault.step >> fault.rank >> fault.kind;
    return fault;
}

}  // namespace

void collectively_with_a_fault(MPI_Comm comm, const std::function<void()>& work) {
    static Steps steps(rank_of(MPI_COMM_WORLD));
    const Fault fault = wanted_fault();
    if (steps.next() != fault.step || rank_of(MPI_COMM_WORLD) != fault.rank)
        return collectively_as_it_is(comm, work);
    collectively_as_it_is(comm, [&] {
        try {
            work();
        } catch (const std::exception&) {
            // The fault comes in its place.
        }
        std::fprintf(stderr, "fault in step %d\n", fault.step);
        kinds().at(fault.kind)();
    });
}

}  // namespace engram::test
