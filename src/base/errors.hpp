// Exceptions of Engram. Only main turns them into messages and exit codes.
#pragma once

#include <stdexcept>
#include <string>
#include <vector>

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

// Base of all errors that a user can cause or meet.
class Error : public std::runtime_error {
  public:
    Error(ExitCode code, const std::string& message) : std::runtime_error(message), code_(code) {}
    ExitCode exit_code() const { return code_; }

  private:
    ExitCode code_;
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

// A file or directory that cannot be read, written, or is not what it should be.
class FileError : public Error {
  public:
    FileError(std::string path, const std::string& problem)
        : Error(ExitCode::unusable_file, path + ": " + problem), path_(std::move(path)) {}
    const std::string& path() const { return path_; }
    //! The message without the path.
    std::string problem() const { return std::string(what()).substr(path_.size() + 2); }

  private:
    std::string path_;
};

// A FileError that is thrown on every rank alike.
class SharedFileError : public FileError {
  public:
    using FileError::FileError;
};

// A state that left the range of finite numbers.
class NumericalError : public Error {
  public:
    explicit NumericalError(const std::string& message)
        : Error(ExitCode::numerical_failure, message) {}
};

// A GPU that is not there, too small, or fails.
class DeviceError : public Error {
  public:
    explicit DeviceError(const std::string& message)
        : Error(ExitCode::numerical_failure, message) {}
};

// A DeviceError that is thrown on every rank alike.
class SharedDeviceError : public DeviceError {
  public:
    using DeviceError::DeviceError;
};

class UsageError : public Error {
  public:
    explicit UsageError(const std::string& message) : Error(ExitCode::usage, message) {}
};

}  // namespace engram
