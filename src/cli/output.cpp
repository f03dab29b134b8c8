// SPDX-License-Identifier: Apache-2.0
#include "cli/output.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "base/errors.hpp"

namespace engram::cli {
namespace {

[[noreturn]] void fail(int error, const std::string& remedy) {
    throw FileError("standard output", "cannot be written (" +
                                           std::generic_category().message(error) + "); " + remedy);
}

// A terminal or pipe that another program has set not to wait.
void wait_until_writable() {
    pollfd descriptor{.fd = STDOUT_FILENO, .events = POLLOUT, .revents = 0};
    ::poll(&descriptor, 1, -1);
}

}  // namespace

void keep_standard_streams() {
    for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        if (::fcntl(descriptor, F_GETFD) >= 0) continue;
        // The lowest free descriptor is taken, which is this one. It is open in the wrong
        // direction.
        const int flags = descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY;
        if (::open("/dev/null", flags) < 0) return;
    }
}

void print(std::string_view text, const std::string& remedy) {
    if (text.empty()) return;
    while (!text.empty()) {
        const ssize_t written = ::write(STDOUT_FILENO, text.data(), text.size());
        if (written >= 0)
            text.remove_prefix(static_cast<std::size_t>(written));
        else if (errno == EAGAIN)
            wait_until_writable();
        else if (errno != EINTR)
            fail(errno, remedy);
    }
    // File systems of a network say only when a file is closed that it did not have room.
    const int duplicate = ::dup(STDOUT_FILENO);
    if (duplicate >= 0 && ::close(duplicate) != 0 && errno != EINTR) fail(errno, remedy);
}

}  // namespace engram::cli
