// SPDX-License-Identifier: Apache-2.0
// The program engram with one fault: the n-th collective step fails on one rank, after its work.
// ENGRAM_FAIL_AT is "n rank kind", with kinds as in kinds().
#include <mpi.h>

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

bool fails_now() {
    static int n_calls = 0;
    ++n_calls;
    const char* text = std::getenv("ENGRAM_FAIL_AT");
    if (text == nullptr) return false;
    int at = 0;
    int rank = 0;
    std::istringstream(text) >> at >> rank;
    return n_calls == at && rank_of(MPI_COMM_WORLD) == rank;
}

void fail() {
    int at = 0;
    int rank = 0;
    std::string kind;
    std::istringstream(std::getenv("ENGRAM_FAIL_AT")) >> at >> rank >> kind;
    kinds().at(kind)();
}

}  // namespace

void collectively_with_a_fault(MPI_Comm comm, const std::function<void()>& work) {
    const bool fails = fails_now();
    collectively_as_it_is(comm, [&] {
        work();
        if (fails) fail();
    });
}

}  // namespace engram::test
