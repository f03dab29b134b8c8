// SPDX-License-Identifier: Apache-2.0
#include "job/failing_collectives.hpp"

#include <cstdio>
#include <map>
#include <new>
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

}  // namespace

std::vector<std::string> kinds_of_faults() {
    std::vector<std::string> names;
    for (const auto& kind : kinds()) names.push_back(kind.first);
    return names;
}

CollectiveSteps& collective_steps() {
    static CollectiveSteps steps;
    return steps;
}

void collectively_with_a_fault(MPI_Comm comm, const std::function<void()>& work) {
    CollectiveSteps& steps = collective_steps();
    const CollectiveFault& fault = steps.fault;
    if (++steps.n != fault.step || rank_of(MPI_COMM_WORLD) != fault.rank)
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
