// SPDX-License-Identifier: Apache-2.0
// A library to be preloaded: makes the n-th call of a kind fail whose file lies under a directory.
// Calls for other files, those of MPI among them, are left alone.
//
//   ENGRAM_FAIL_DIRECTORY  absolute path; without it nothing fails and nothing is counted
//   ENGRAM_FAIL_NAME       what the names of the files meant begin with; all unless given
//   ENGRAM_FAIL_BEHIND     a name behind which, in the order of texts, theirs come
//   ENGRAM_FAIL_CALL       a kind: see `kinds`
//   ENGRAM_FAIL_NTH        which of these calls, from 1
//   ENGRAM_FAIL_HOW        a number for errno; "kill": the process dies at once; "stop": it gets
//                          SIGTERM, and the call goes well; "hold": likewise, with SIGSTOP
//   ENGRAM_FAIL_STICKY     1: all later calls of the kind fail, too
//   ENGRAM_FAIL_RANK       rank that it happens to, 0 unless given; -1: each
//   ENGRAM_FAIL_REPORT     file to which each process appends "count RANK KIND N" at its end, and
//                          "fault RANK KIND N PATH" for each fault
#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

namespace {

enum Kind {
    open_k,
    close_k,
    read_k,
    write_k,
    sync_k,
    rename_k,
    link_k,
    unlink_k,
    truncate_k,
    allocate_k,
    mkdir_k,
    list_k,
    stat_k,
    flock_k,
    lock_k,
    n_kinds
};

constexpr std::array<const char*, n_kinds> kinds = {
    "open",     "close",    "read",  "write", "sync", "rename", "link", "unlink",
    "truncate", "allocate", "mkdir", "list",  "stat", "flock",  "fcntl"};

// Without an owner: calls come before and after main.
std::string_view variable(const char* name) {
    const char* text = std::getenv(name);
    return text == nullptr ? "" : text;
}

long number(const char* name) {
    return std::atol(variable(name).data());
}

// What this process is told by its environment.
struct Plan {
    std::string_view directory = variable("ENGRAM_FAIL_DIRECTORY");
    std::string_view name = variable("ENGRAM_FAIL_NAME");
    std::string_view behind = variable("ENGRAM_FAIL_BEHIND");
    std::string_view call = variable("ENGRAM_FAIL_CALL");
    long nth = number("ENGRAM_FAIL_NTH");
    std::string_view how = variable("ENGRAM_FAIL_HOW");
    bool sticky = number("ENGRAM_FAIL_STICKY") != 0;
    long rank = number("OMPI_COMM_WORLD_RANK");
    bool here = rank == number("ENGRAM_FAIL_RANK") || number("ENGRAM_FAIL_RANK") < 0;
    std::string_view report = variable("ENGRAM_FAIL_REPORT");
    std::array<std::atomic<long>, n_kinds> counts{};

    // Programs that this one starts, e.g. those of MPI, are not meant.
    Plan() { unsetenv("LD_PRELOAD"); }

    // By system calls, which this library does not see.
    void tell(const std::string& line) const {
        const std::string text = line + "\n";
        const long file = syscall(SYS_openat, AT_FDCWD, report.data(),
                                  O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
        if (file < 0) return;
        syscall(SYS_write, file, text.data(), text.size());
        syscall(SYS_close, file);
    }

    void tell_counts() const {
        if (directory.empty()) return;
        for (int kind = 0; kind < n_kinds; ++kind)
            tell("count " + std::to_string(rank) + " " + kinds[kind] + " " +
                 std::to_string(counts[kind]));
    }

    bool is_inside(std::string_view path) const {
        const std::string_view own = path.substr(path.rfind('/') + 1);
        return !directory.empty() && path.starts_with(directory) &&
               (path.size() == directory.size() || path[directory.size()] == '/') &&
               own.starts_with(name) && own > behind;
    }

    // Whether this call is to fail; then errno is set.
    bool fails(Kind kind, std::string_view path) {
        if (!is_inside(path)) return false;
        const long n = ++counts[kind];
        if (!here || call != kinds[kind] || n < nth || (n > nth && !sticky)) return false;
        tell("fault " + std::to_string(rank) + " " + std::string(call) + " " + std::to_string(n) +
             " " + std::string(path));
        if (how == "kill") ::kill(getpid(), SIGKILL);
        if (how == "stop") ::kill(getpid(), SIGTERM);
        if (how == "hold") ::kill(getpid(), SIGSTOP);
        errno = std::atoi(how.data());
        return how != "stop" && how != "hold";
    }
};

Plan& plan() {
    static Plan plan;
    return plan;
}

[[gnu::destructor]] void tell_counts() {
    plan().tell_counts();
}

std::string path_behind(int descriptor) {
    char path[4096];
    const std::string link = "/proc/self/fd/" + std::to_string(descriptor);
    const ssize_t size = readlink(link.c_str(), path, sizeof path);
    return size < 0 ? "" : std::string(path, static_cast<std::size_t>(size));
}

std::string path_at(int directory, const char* name) {
    if (name[0] == '/' || directory == AT_FDCWD) return name;
    return path_behind(directory) + "/" + name;
}

template <class Function>
Function* next(const char* name) {
    return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

// Runs the call that this library stands before, or fails in its place.
template <class Result, class... Arguments>
Result pass(const char* name, Kind kind, const std::string& path, Result failure,
            Arguments... arguments) {
    const int before = errno;
    if (plan().fails(kind, path)) return failure;
    errno = before;
    return next<Result(Arguments...)>(name)(arguments...);
}

// A descriptor is closed even where the system says that closing failed.
int close_and_pass(const char* name, int descriptor) {
    const std::string path = path_behind(descriptor);
    const int result = next<int(int)>(name)(descriptor);
    const int after = errno;
    if (plan().fails(close_k, path)) return -1;
    errno = after;
    return result;
}

int pass_lock(int descriptor, int command, void* argument) {
    const bool locks = command == F_SETLK || command == F_SETLKW || command == F_OFD_SETLK ||
                       command == F_OFD_SETLKW;
    if (locks && plan().fails(lock_k, path_behind(descriptor))) return -1;
    return next<int(int, int, ...)>("fcntl64")(descriptor, command, argument);
}

// Returns the error rather than setting errno.
int pass_allocation(const char* name, int descriptor, off_t offset, off_t size) {
    if (plan().fails(allocate_k, path_behind(descriptor))) return errno;
    return next<int(int, off_t, off_t)>(name)(descriptor, offset, size);
}

}  // namespace

// The names of the C library stand as labels of functions with names of their own, so that its
// headers, some of which define these functions inline, do not meet them.
#define ENGRAM_CALL(type, label, ...)                  \
    extern "C" __attribute__((visibility("default")))  \
    type failing_##label(__VA_ARGS__) __asm__(#label); \
    type failing_##label(__VA_ARGS__)

#define ENGRAM_OPEN(label)                                              \
    ENGRAM_CALL(int, label, const char* path, int flags, mode_t mode) { \
        return pass(#label, open_k, path, -1, path, flags, mode);       \
    }
#define ENGRAM_OPEN_AT(label)                                                                    \
    ENGRAM_CALL(int, label, int directory, const char* path, int flags, mode_t mode) {           \
        return pass(#label, open_k, path_at(directory, path), -1, directory, path, flags, mode); \
    }
#define ENGRAM_FOPEN(label)                                            \
    ENGRAM_CALL(FILE*, label, const char* path, const char* mode) {    \
        return pass<FILE*>(#label, open_k, path, nullptr, path, mode); \
    }
#define ENGRAM_OF_FILE(label, kind, type)                             \
    ENGRAM_CALL(type, label, int file) {                              \
        return pass<type>(#label, kind, path_behind(file), -1, file); \
    }
#define ENGRAM_OF_PATH(label, kind)                \
    ENGRAM_CALL(int, label, const char* path) {    \
        return pass(#label, kind, path, -1, path); \
    }
#define ENGRAM_TRANSFER(label, kind, pointer)                                        \
    ENGRAM_CALL(ssize_t, label, int file, pointer data, size_t size) {               \
        return pass<ssize_t>(#label, kind, path_behind(file), -1, file, data, size); \
    }
#define ENGRAM_TRANSFER_AT(label, kind, pointer)                                             \
    ENGRAM_CALL(ssize_t, label, int file, pointer data, size_t size, off_t offset) {         \
        return pass<ssize_t>(#label, kind, path_behind(file), -1, file, data, size, offset); \
    }
#define ENGRAM_STAT(label)                                    \
    ENGRAM_CALL(int, label, const char* path, void* result) { \
        return pass(#label, stat_k, path, -1, path, result);  \
    }

ENGRAM_OPEN(open)
ENGRAM_OPEN(open64)
ENGRAM_OPEN_AT(openat)
ENGRAM_OPEN_AT(openat64)
ENGRAM_FOPEN(fopen)
ENGRAM_FOPEN(fopen64)
ENGRAM_CALL(int, creat, const char* path, mode_t mode) {
    return pass("creat", open_k, path, -1, path, mode);
}
ENGRAM_CALL(int, close, int file) {
    return close_and_pass("close", file);
}
ENGRAM_CALL(int, fclose, FILE* stream) {
    const std::string path = path_behind(fileno(stream));
    const int result = next<int(FILE*)>("fclose")(stream);
    const int after = errno;
    if (plan().fails(close_k, path)) return EOF;
    errno = after;
    return result;
}

ENGRAM_TRANSFER(read, read_k, void*)
ENGRAM_TRANSFER_AT(pread, read_k, void*)
ENGRAM_TRANSFER_AT(pread64, read_k, void*)
ENGRAM_TRANSFER(write, write_k, const void*)
ENGRAM_TRANSFER_AT(pwrite, write_k, const void*)
ENGRAM_TRANSFER_AT(pwrite64, write_k, const void*)
ENGRAM_CALL(ssize_t, writev, int file, const void* pieces, int n_pieces) {
    return pass<ssize_t>("writev", write_k, path_behind(file), -1, file, pieces, n_pieces);
}
ENGRAM_OF_FILE(fsync, sync_k, int)
ENGRAM_OF_FILE(fdatasync, sync_k, int)
ENGRAM_CALL(int, ftruncate, int file, off_t size) {
    return pass("ftruncate", truncate_k, path_behind(file), -1, file, size);
}
ENGRAM_CALL(int, ftruncate64, int file, off_t size) {
    return pass("ftruncate64", truncate_k, path_behind(file), -1, file, size);
}
ENGRAM_CALL(int, posix_fallocate, int file, off_t offset, off_t size) {
    return pass_allocation("posix_fallocate", file, offset, size);
}
ENGRAM_CALL(int, posix_fallocate64, int file, off_t offset, off_t size) {
    return pass_allocation("posix_fallocate64", file, offset, size);
}

ENGRAM_CALL(int, rename, const char* from, const char* to) {
    return pass("rename", rename_k, to, -1, from, to);
}
ENGRAM_CALL(int, renameat, int of, const char* from, int in, const char* to) {
    return pass("renameat", rename_k, path_at(in, to), -1, of, from, in, to);
}
ENGRAM_CALL(int, renameat2, int of, const char* from, int in, const char* to, unsigned flags) {
    return pass("renameat2", rename_k, path_at(in, to), -1, of, from, in, to, flags);
}
ENGRAM_CALL(int, link, const char* from, const char* to) {
    return pass("link", link_k, to, -1, from, to);
}
ENGRAM_OF_PATH(unlink, unlink_k)
ENGRAM_OF_PATH(remove, unlink_k)
ENGRAM_OF_PATH(rmdir, unlink_k)
ENGRAM_CALL(int, unlinkat, int directory, const char* path, int flags) {
    return pass("unlinkat", unlink_k, path_at(directory, path), -1, directory, path, flags);
}
ENGRAM_CALL(int, mkdir, const char* path, mode_t mode) {
    return pass("mkdir", mkdir_k, path, -1, path, mode);
}

ENGRAM_CALL(DIR*, opendir, const char* path) {
    return pass<DIR*>("opendir", list_k, path, nullptr, path);
}
ENGRAM_CALL(DIR*, fdopendir, int file) {
    return pass<DIR*>("fdopendir", list_k, path_behind(file), nullptr, file);
}
ENGRAM_CALL(dirent*, readdir, DIR* directory) {
    return pass<dirent*>("readdir", list_k, path_behind(dirfd(directory)), nullptr, directory);
}
ENGRAM_CALL(dirent64*, readdir64, DIR* directory) {
    return pass<dirent64*>("readdir64", list_k, path_behind(dirfd(directory)), nullptr, directory);
}

ENGRAM_STAT(stat)
ENGRAM_STAT(stat64)
ENGRAM_STAT(lstat)
ENGRAM_STAT(lstat64)
ENGRAM_CALL(int, fstat, int file, void* result) {
    return pass("fstat", stat_k, path_behind(file), -1, file, result);
}
ENGRAM_CALL(int, fstat64, int file, void* result) {
    return pass("fstat64", stat_k, path_behind(file), -1, file, result);
}
ENGRAM_CALL(int, access, const char* path, int mode) {
    return pass("access", stat_k, path, -1, path, mode);
}

ENGRAM_CALL(int, flock, int file, int operation) {
    return pass("flock", flock_k, path_behind(file), -1, file, operation);
}
ENGRAM_CALL(int, fcntl, int file, int command, void* argument) {
    return pass_lock(file, command, argument);
}
ENGRAM_CALL(int, fcntl64, int file, int command, void* argument) {
    return pass_lock(file, command, argument);
}
