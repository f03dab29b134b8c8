// SPDX-License-Identifier: Apache-2.0
#include "job/held_directory.hpp"

#include "base/collective.hpp"
#include "base/messages.hpp"

namespace engram::job {

HeldDirectory::HeldDirectory(const OutputDirectory& directory, MPI_Comm communicator)
    : directory_(directory) {
    std::string token;
    on_root(communicator, [&] {
        lock_.emplace(directory_.path());
        token = lock_->claim().token();
    });
    claim_ = DirectoryClaim(directory_.path(), broadcast_text(std::move(token), communicator));
    place_ = examine_place(directory_.path(), claim_, communicator);
}

void HeldDirectory::describe(double needed_MB) const {
    const std::string path = directory_.path().string();
    std::string text = fmt::format("results in {}: ", path);
    if (!place_.file_system.empty()) text += place_.file_system + ", ";
    if (place_.n_hosts > 1) text += fmt::format("seen by all {} hosts, ", place_.n_hosts);
    if (lock_ && !lock_->has_system_lock()) text += "held by its lock file alone, ";
    if (place_.free_MB >= 0) text += memory_text(place_.free_MB) + " free, ";
    notice("{}about {} needed", text, memory_text(needed_MB));
    if (place_.free_MB >= 0 && place_.free_MB < needed_MB)
        warning(
            "{}: has {} free, but this job needs about {}; make room: a job whose disk is full "
            "ends, and can be resumed",
            path, memory_text(place_.free_MB), memory_text(needed_MB));
}

}  // namespace engram::job
