// SPDX-License-Identifier: Apache-2.0
// Exceptions of Engram. Only main turns them into messages and exit codes.
#pragma once

#include <exception>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/plain_text.hpp"

namespace engram {

// Documented exit codes of the program.
enum class ExitCode : int {
    done = 0,
    usage = 1,
    invalid_configuration = 2,
    unusable_file = 3,
    numerical_failure = 4,
    stopped_resumable = 75
};

enum class ErrorKind : int { usage, configuration, file, numerical, device, memory, internal };

ExitCode exit_code_of(ErrorKind kind);

//! One line of bounded length, whatever arguments or files have to do with it.
inline std::string in_message(const std::string& text) {
    constexpr std::size_t longest = 10'000;  // two paths, and what is wrong with them
    return shortened(one_line(text), longest);
}

// Base of all errors that a user can cause or meet.
class Error : public std::runtime_error {
  public:
    Error(ErrorKind kind, const std::string& message) : std::runtime_error(message), kind_(kind) {}
    ErrorKind kind() const { return kind_; }
    ExitCode exit_code() const { return exit_code_of(kind_); }
    //! Whether every rank throws it, so that one may speak for all; see collectively.
    bool is_shared() const { return shared_; }
    void share() { shared_ = true; }

  private:
    ErrorKind kind_;
    bool shared_ = false;
};

// One problem of a configuration: where it is, what it is, and how to mend it.
struct ConfigProblem {
    std::string file;  //!< or the override, "--set key=value"
    int line = 0;      //!< 1-based; 0 if the problem has no line (an override, a missing section)
    std::string key;   //!< full name, e.g. "stimuli.learn.rate_Hz"; empty for a syntax error
    std::string message;

    bool operator==(const ConfigProblem&) const = default;
};

// Every problem of a configuration at once; the text has one line "file:line: key: message" for
// each.
class ConfigError : public Error {
  public:
    explicit ConfigError(std::vector<ConfigProblem> problems);
    const std::vector<ConfigProblem>& problems() const { return problems_; }

  private:
    std::vector<ConfigProblem> problems_;
};

// Whose fault it is that a file cannot be used.
enum class FileFault : int {
    content,     //!< it is absent, damaged, or not what it should be
    environment  //!< the system refused: a lock, a disk, permissions, a network, too many open
                 //!< files
};

// A file or directory that cannot be read, written, or is not what it should be.
class FileError : public Error {
  public:
    //! \param problem  becomes one line: it may repeat what a file holds
    FileError(const std::string& path, const std::string& problem,
              FileFault fault = FileFault::content)
        : FileError(path, fault, in_message(problem)) {}
    //! A problem with lines of its own, which repeat nothing as it is.
    static FileError of_lines(const std::string& path, const std::string& problem,
                              FileFault fault = FileFault::content) {
        return {path, fault, problem};
    }
    const std::string& path() const { return path_; }
    //! Of the environment: the file may be whole, so that it must not be given up or replaced.
    FileFault fault() const { return fault_; }
    //! The message without the path.
    std::string problem() const { return problem_; }

  private:
    FileError(const std::string& path, FileFault fault, const std::string& problem)
        : Error(ErrorKind::file, one_line(path) + ": " + problem),
          path_(path),
          problem_(problem),
          fault_(fault) {}

    std::string path_;
    std::string problem_;
    FileFault fault_;
};

// A state that left the range of finite numbers.
class NumericalError : public Error {
  public:
    explicit NumericalError(const std::string& message) : Error(ErrorKind::numerical, message) {}
};

// A GPU that is not there, too small, or fails.
class DeviceError : public Error {
  public:
    explicit DeviceError(const std::string& message) : Error(ErrorKind::device, message) {}
};

class UsageError : public Error {
  public:
    //! \param message  becomes one line
    explicit UsageError(const std::string& message)
        : Error(ErrorKind::usage, in_message(message)) {}
};

// What an exception says, as data that can be sent to another rank.
struct ErrorRecord {
    ErrorKind kind = ErrorKind::internal;
    bool is_shared = false;
    std::string message{};                  //!< of a file without its path
    std::string path{};                     //!< of a file
    FileFault fault = FileFault::content;   //!< of a file
    std::vector<ConfigProblem> problems{};  //!< of a configuration

    //! The whole message.
    std::string text() const { return path.empty() ? message : one_line(path) + ": " + message; }
};

//! Of any exception: those of the standard library become messages for a user.
ErrorRecord record_of(const std::exception_ptr& exception);

//! The error, marked as one that every rank throws.
template <class E>
E as_shared(E error) {
    error.share();
    return error;
}

//! Throws the Error of that kind.
[[noreturn]] void throw_error(const ErrorRecord& record);

}  // namespace engram
