// SPDX-License-Identifier: Apache-2.0
#include "io/place.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>

#include <array>
#include <chrono>
#include <fstream>
#include <set>
#include <sstream>
#include <thread>
#include <vector>

#include "base/collective.hpp"
#include "base/errors.hpp"
#include "base/messages.hpp"

namespace engram {
namespace {

namespace fs = std::filesystem;
using HostName = std::array<char, MPI_MAX_PROCESSOR_NAME>;

HostName this_host() {
    HostName name{};
    int length = 0;
    MPI_Get_processor_name(name.data(), &length);
    return name;
}

// Network file systems may take seconds to show what another host has written.
bool sees(const fs::path& directory, const std::string& token) {
    using namespace std::chrono;
    const auto give_up = steady_clock::now() + seconds(10);
    for (;;) {
        const auto owner = read_lock_owner(directory);
        if (owner && owner->token == token) return true;
        if (steady_clock::now() > give_up) return false;
        std::this_thread::sleep_for(milliseconds(50));
    }
}

// Of the mount that holds the directory, from the list of the kernel: "36 35 98:0 /root /mount
// options - type source".
std::string file_system_of(const fs::path& directory) {
    struct stat status {};
    if (::stat(directory.c_str(), &status) != 0) return "";
    const std::string device = fmt::format("{}:{}", major(status.st_dev), minor(status.st_dev));
    std::ifstream mounts("/proc/self/mountinfo");
    for (std::string line; std::getline(mounts, line);) {
        std::istringstream fields(line);
        std::string id, parent, number, field, type;
        fields >> id >> parent >> number;
        if (number != device) continue;
        while (fields >> field && field != "-") {
        }
        if (fields >> type) return type;
    }
    return "";
}

double free_MB(const fs::path& directory) {
    struct statvfs status {};
    if (::statvfs(directory.c_str(), &status) != 0) return -1;
    return static_cast<double>(status.f_bavail) * static_cast<double>(status.f_frsize) / 1e6;
}

}  // namespace

DirectoryPlace examine_place(const fs::path& directory, const DirectoryClaim& claim,
                             MPI_Comm communicator) {
    const HostName own = this_host();
    HostName first = own;
    MPI_Bcast(first.data(), static_cast<int>(first.size()), MPI_CHAR, 0, communicator);
    std::vector<HostName> all(static_cast<std::size_t>(size_of(communicator)));
    MPI_Gather(own.data(), static_cast<int>(own.size()), MPI_CHAR, all.data(),
               static_cast<int>(own.size()), MPI_CHAR, 0, communicator);
    // Without a token rank 0 may not write there, and no one will.
    if (!claim.token().empty())
        collectively(communicator, [&] {
            if (!sees(directory, claim.token()))
                throw FileError(
                    directory.string(),
                    fmt::format("host {} (rank {}) does not see this directory as host {} (rank 0) "
                                "does; it must lie on a file system that all hosts share",
                                own.data(), rank_of(communicator), first.data()),
                    FileFault::environment);
            FileDescriptor(lock_file(directory).string(), O_WRONLY | O_NOFOLLOW,
                           fmt::format("write there from host {}", own.data()));
        });
    DirectoryPlace place;
    if (rank_of(communicator) == 0) {
        place.n_hosts = static_cast<int>(std::set<HostName>(all.begin(), all.end()).size());
        place.file_system = file_system_of(directory);
        place.free_MB = free_MB(directory);
    }
    return place;
}

}  // namespace engram
