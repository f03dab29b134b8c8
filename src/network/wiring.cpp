// SPDX-License-Identifier: Apache-2.0
#include "network/wiring.hpp"

#include "base/collective.hpp"

namespace engram {

VisitedShare::VisitedShare(const Populations& populations, MPI_Comm communicator) {
    const auto begin_of = [&](int rank) {
        return static_cast<NeuronId>(std::uint64_t{populations.size()} *
                                     static_cast<std::uint64_t>(rank) /
                                     static_cast<std::uint64_t>(size_of(communicator)));
    };
    first = begin_of(rank_of(communicator));
    count = begin_of(rank_of(communicator) + 1) - first;
}

void Wiring::visit_all(const Populations& populations, const TargetVisitor& visitor,
                       MPI_Comm communicator) const {
    const VisitedShare share(populations, communicator);
    collectively(communicator, [&] { visit(share.first, share.count, visitor); });
}

}  // namespace engram
