// SPDX-License-Identifier: Apache-2.0
// Keeps two jobs out of one results directory, on one host and on several.
//
// Within a host flock does: the system releases it when the process ends, however it ends. Between
// hosts it often does not hold, so that a lock file tells who is at work; its time of modification,
// which the file system's clock gives, is a heartbeat.
#pragma once

#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "base/file_descriptor.hpp"

namespace engram {

struct LockTiming {
    std::chrono::milliseconds beat{5000};
    int missed_beats = 10;  //!< after so many the owner is taken to be gone

    std::chrono::milliseconds stale_after() const { return beat * missed_beats; }
};

//! Who holds a directory, as its lock file tells.
struct LockOwner {
    std::string host;  //!< name, for people
    std::string boot;  //!< tells kernels apart; empty: unknown
    long process = 0;
    std::string started;  //!< when the process began, in ticks since the start of its host
    std::string token;    //!< of this lock; no other has it

    std::string text() const;  //!< "process 123 on node7"
};

//! A claim on a locked directory that any rank of the owner can check.
class DirectoryClaim {
  public:
    DirectoryClaim() = default;  //!< on nothing: always held
    DirectoryClaim(std::filesystem::path directory, std::string token)
        : directory_(std::move(directory)), token_(std::move(token)) {}

    const std::string& token() const { return token_; }
    //! \throw FileError if another job has taken the directory over, since this one gave no sign of
    //!        life for long
    void require() const;

  private:
    std::filesystem::path directory_;
    std::string token_;
};

class DirectoryLock {
  public:
    //! Waits for an owner on another host whose heart has stopped until it counts as gone.
    //! \throw FileError if another process holds the directory, or the lock cannot be made
    explicit DirectoryLock(const std::filesystem::path& directory, LockTiming timing = {});
    //! Removes the lock file.
    ~DirectoryLock();
    DirectoryLock(const DirectoryLock&) = delete;
    DirectoryLock& operator=(const DirectoryLock&) = delete;

    DirectoryClaim claim() const { return {directory_, owner_.token}; }
    //! Whether the system keeps other processes of this host out, too.
    bool has_system_lock() const { return has_system_lock_; }

  private:
    void acquire();
    bool create();
    void take_over(const LockOwner& gone);
    void beat(const std::stop_token& stop);

    std::filesystem::path directory_;
    LockTiming timing_;
    FileDescriptor opened_;
    bool has_system_lock_;
    LockOwner owner_;
    std::mutex mutex_;
    std::condition_variable_any wake_;
    std::jthread heart_;
};

//! The lock file of a directory; gone when nobody is at work.
std::filesystem::path lock_file(const std::filesystem::path& directory);

//! What a lock file says; nothing if there is none. Of one that is being written all is empty.
std::optional<LockOwner> read_lock_owner(const std::filesystem::path& directory);

}  // namespace engram
