// SPDX-License-Identifier: Apache-2.0
#include "io/directory_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <nlohmann/json.hpp>
#include <random>

#include "base/blocked_signals.hpp"
#include "base/errors.hpp"
#include "base/messages.hpp"

namespace engram {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::size_t longest_lock_file = 4096;  // [bytes]

std::string first_line(const std::string& path) {
    std::ifstream stream(path);
    std::string line;
    std::getline(stream, line);
    return line;
}

// When a process began, in ticks since the start of its machine; empty: there is none.
std::string start_of(long process) {
    const std::string stat = first_line("/proc/" + std::to_string(process) + "/stat");
    const auto name_end = stat.rfind(')');  // names may hold anything
    if (name_end == std::string::npos) return "";
    std::istringstream fields(stat.substr(name_end + 1));
    constexpr int behind_name = 20;  // starttime is field 22, the name field 2
    std::string field;
    for (int i = 0; i < behind_name; ++i) fields >> field;
    return field;
}

std::string host_name() {
    char name[256] = "";
    ::gethostname(name, sizeof name - 1);
    return name;
}

// No number of a simulation: it must differ from job to job.
std::string random_token() {
    std::random_device device;
    return fmt::format("{:08x}{:08x}{:08x}{:08x}", device(), device(), device(), device());
}

LockOwner this_process() {
    const long process = ::getpid();
    return {host_name(), first_line("/proc/sys/kernel/random/boot_id"), process, start_of(process),
            random_token()};
}

std::string content_of(const LockOwner& owner) {
    const nlohmann::json json = {{"host", owner.host},
                                 {"boot", owner.boot},
                                 {"process", owner.process},
                                 {"started", owner.started},
                                 {"token", owner.token}};
    constexpr auto replace = nlohmann::json::error_handler_t::replace;
    return json.dump(1, ' ', false, replace) + '\n';
}

LockOwner parse_owner(const std::string& text) {
    const auto json = nlohmann::json::parse(text, nullptr, false);
    try {
        return {json.at("host"), json.at("boot"), json.at("process"), json.at("started"),
                json.at("token")};
    } catch (const nlohmann::json::exception&) {
        return {};  // being written, or by something else: its age counts all the same
    }
}

struct LockState {
    LockOwner owner;
    timespec modified{};
};

bool operator==(const timespec& a, const timespec& b) {
    return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

std::optional<LockState> read_state(const fs::path& file) {
    struct stat status {};
    if (::lstat(file.c_str(), &status) == 0 && !S_ISREG(status.st_mode))
        throw FileError(file.string(), "is no lock of a job, but not a file at all; remove it",
                        FileFault::environment);
    try {
        const FileDescriptor lock(file.string(), O_RDONLY | O_NONBLOCK | O_NOFOLLOW,
                                  "open the lock");
        if (::fstat(lock.descriptor(), &status) != 0)
            fail_with_errno(file.string(), "examine the lock", "check the disk");
        std::string text(std::min(longest_lock_file, static_cast<std::size_t>(status.st_size)),
                         ' ');
        lock.read_at(0, text.data(), text.size());
        return LockState{parse_owner(text), status.st_mtim};
    } catch (const FileError& error) {
        // Gone, or being emptied while it was read.
        if (error.fault() == FileFault::content) return std::nullopt;
        throw;
    }
}

// Whether a process of this very machine has ended. Of others this cannot be told.
bool has_ended_here(const LockOwner& owner, const LockOwner& self, bool has_system_lock) {
    if (owner.boot.empty() || owner.boot != self.boot || owner.host != self.host) return false;
    if (has_system_lock) return true;  // it would hold that
    return owner.process > 0 && start_of(owner.process) != owner.started;
}

// By the clock that gives times to files there, which may be another than ours.
seconds age_of(const LockState& state, const fs::path& probe) {
    struct stat status {};
    {
        const FileDescriptor file(probe.string(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW,
                                  "create a file");
        if (::fstat(file.descriptor(), &status) != 0) status.st_mtim = state.modified;
    }
    ::unlink(probe.c_str());
    return seconds(std::max<long>(0, status.st_mtim.tv_sec - state.modified.tv_sec));
}

std::optional<LockOwner> owner_if_readable(const fs::path& directory) {
    try {
        return read_lock_owner(directory);
    } catch (const FileError&) {
        return std::nullopt;
    }
}

[[noreturn]] void fail_occupied(const fs::path& directory, const std::string& by) {
    throw FileError(directory.string(),
                    "another engram is at work in this directory" + by + "; wait for it or stop it",
                    FileFault::environment);
}

}  // namespace

std::string LockOwner::text() const {
    return host.empty() ? "an unknown process" : fmt::format("process {} on {}", process, host);
}

fs::path lock_file(const fs::path& directory) {
    return directory / "engram.lock";
}

std::optional<LockOwner> read_lock_owner(const fs::path& directory) {
    const auto state = read_state(lock_file(directory));
    return state ? std::optional(state->owner) : std::nullopt;
}

void DirectoryClaim::require() const {
    if (token_.empty()) return;
    // What keeps us from reading does not tell whose it is.
    const auto owner = owner_if_readable(directory_);
    if (!owner || owner->token == token_ || owner->token.empty()) return;
    throw FileError(directory_.string(),
                    fmt::format("{} has taken this directory over, since this job gave no sign of "
                                "life for long; this job stops, and has replaced nothing of it",
                                owner->text()),
                    FileFault::environment);
}

DirectoryLock::DirectoryLock(const fs::path& directory, LockTiming timing)
    : directory_(directory),
      timing_(timing),
      opened_(directory.string(), O_RDONLY | O_DIRECTORY, "open the directory"),
      has_system_lock_(flock(opened_.descriptor(), LOCK_EX | LOCK_NB) == 0),
      owner_(this_process()) {
    // Any other refusal means that there are no such locks.
    if (!has_system_lock_ && errno == EWOULDBLOCK) {
        const auto owner = owner_if_readable(directory);
        fail_occupied(directory, owner ? " (" + owner->text() + ")" : "");
    }
    acquire();
    if (owner_.token.empty()) return;
    heart_ = with_blocked_signals(
        [&] { return std::jthread([this](const std::stop_token& stop) { beat(stop); }); });
}

DirectoryLock::~DirectoryLock() {
    heart_ = {};  // stops and joins
    if (owner_.token.empty()) return;
    // What cannot be read now will be found to be of a process that has ended.
    const auto owner = owner_if_readable(directory_);
    if (owner && owner->token == owner_.token) ::unlink(lock_file(directory_).c_str());
}

void DirectoryLock::acquire() {
    std::optional<LockState> seen;
    Clock::time_point seen_first = Clock::now();
    bool announced = false;
    for (;;) {
        if (owner_.token.empty() || create()) return;
        const auto state = read_state(lock_file(directory_));
        if (!state) continue;
        if (has_ended_here(state->owner, owner_, has_system_lock_)) {
            take_over(state->owner);
            continue;
        }
        const bool is_alive = seen && (state->owner.token != seen->owner.token ||
                                       !(state->modified == seen->modified));
        if (is_alive) fail_occupied(directory_, " (" + state->owner.text() + ")");
        if (!seen) {
            seen = state;
            seen_first =
                Clock::now() - age_of(*state, lock_file(directory_).string() + "." + owner_.token);
        }
        const auto silent = Clock::now() - seen_first;
        if (silent > timing_.stale_after()) {
            take_over(state->owner);
            seen.reset();
            continue;
        }
        if (!announced && silent > 2 * timing_.beat) {
            announced = true;
            const auto rest = timing_.stale_after() - silent;
            warning(
                "{}: {} holds this directory, but gives no sign of life; waiting for up to {} s",
                directory_.string(), state->owner.text(),
                std::chrono::duration_cast<seconds>(rest).count() + 1);
        }
        std::this_thread::sleep_for(timing_.beat / 4);
    }
}

bool DirectoryLock::create() {
    const std::string path = lock_file(directory_).string();
    const int descriptor =
        ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
    if (descriptor < 0 && errno == EEXIST) return false;
    if (descriptor < 0 && (errno == EROFS || errno == EACCES || errno == EPERM)) {
        // Nor can this job change anything there.
        owner_.token.clear();
        return true;
    }
    if (descriptor < 0)
        fail_with_errno(path, "create the lock of the directory",
                        "check the free space, quota and permissions of the disk");
    FileDescriptor file(path, path, descriptor);
    const std::string content = content_of(owner_);
    try {
        file.write_at(0, content.data(), content.size());
        file.close();
    } catch (...) {
        ::unlink(path.c_str());
        throw;
    }
    return true;
}

void DirectoryLock::take_over(const LockOwner& gone) {
    const std::string path = lock_file(directory_).string();
    const std::string aside = path + "." + owner_.token;
    if (::rename(path.c_str(), aside.c_str()) != 0) {
        if (errno == ENOENT) return;  // another was faster
        const int error = errno;
        if (::access(directory_.c_str(), W_OK) != 0 && (errno == EACCES || errno == EROFS)) {
            // Nor can this job change anything else there.
            owner_.token.clear();
            return;
        }
        errno = error;
        fail_with_errno(path, "remove the lock of a job that has ended",
                        "check the permissions of the directory");
    }
    // Should another job have been faster, this is its lock: give it back.
    const auto taken = read_state(aside);
    if (taken && taken->owner.token != gone.token && ::link(aside.c_str(), path.c_str()) != 0 &&
        errno != EEXIST)
        warning("{}: the lock could not be given back to {}", path, taken->owner.text());
    ::unlink(aside.c_str());
}

void DirectoryLock::beat(const std::stop_token& stop) {
    const std::string path = lock_file(directory_).string();
    const std::string content = content_of(owner_);
    std::unique_lock lock(mutex_);
    while (!wake_.wait_for(lock, stop, timing_.beat, [&] { return stop.stop_requested(); })) {
        try {
            const auto owner = read_lock_owner(directory_);
            if (owner && !owner->token.empty() && owner->token != owner_.token) return;
            // Should somebody have removed it, it comes back.
            const int flags =
                owner ? O_WRONLY | O_NOFOLLOW : O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW;
            FileDescriptor file(path, flags, "open the lock");
            // Written rather than touched: the server's clock gives the time.
            file.write_at(0, content.data(), content.size());
        } catch (const FileError&) {
            continue;  // the next beat may succeed; whether the lock is held is asked in time
        }
    }
}

}  // namespace engram
