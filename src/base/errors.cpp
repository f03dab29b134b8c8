// SPDX-License-Identifier: Apache-2.0
#include "base/errors.hpp"

#include <filesystem>
#include <new>

#include "base/file_descriptor.hpp"

namespace engram {
namespace {

std::string text_of(const ConfigProblem& problem) {
    std::string text = one_line(problem.file);
    if (problem.line > 0) text.append(":").append(std::to_string(problem.line));
    if (!text.empty()) text += ": ";
    if (!problem.key.empty()) text.append(one_line(problem.key)).append(": ");
    // What concerns no place repeats other messages, which may have several lines.
    const bool has_place = !problem.file.empty() || !problem.key.empty();
    return text + (has_place ? one_line(problem.message) : problem.message);
}

std::string text_of(const std::vector<ConfigProblem>& problems) {
    std::string text;
    for (const ConfigProblem& problem : problems) {
        if (!text.empty()) text += '\n';
        text += text_of(problem);
    }
    return text;
}

}  // namespace

ExitCode exit_code_of(ErrorKind kind) {
    switch (kind) {
        case ErrorKind::usage:
            return ExitCode::usage;
        case ErrorKind::configuration:
            return ExitCode::invalid_configuration;
        case ErrorKind::file:
            return ExitCode::unusable_file;
        case ErrorKind::numerical:
        case ErrorKind::device:
        case ErrorKind::memory:
        case ErrorKind::internal:
            break;
    }
    return ExitCode::numerical_failure;
}

ConfigError::ConfigError(std::vector<ConfigProblem> problems)
    : Error(ErrorKind::configuration, text_of(problems)), problems_(std::move(problems)) {}

ErrorRecord record_of(const std::exception_ptr& exception) {
    const auto of = [](const Error& error, std::string message) {
        return ErrorRecord{
            .kind = error.kind(), .is_shared = error.is_shared(), .message = std::move(message)};
    };
    try {
        std::rethrow_exception(exception);
    } catch (const FileError& error) {
        ErrorRecord record = of(error, error.problem());
        record.path = error.path();
        record.fault = error.fault();
        return record;
    } catch (const ConfigError& error) {
        ErrorRecord record = of(error, error.what());
        record.problems = error.problems();
        return record;
    } catch (const Error& error) {
        return of(error, error.what());
    } catch (const std::filesystem::filesystem_error& error) {
        return {.kind = ErrorKind::file,
                .message = "cannot be accessed (" + error.code().message() + "); " +
                           remedy_for(error.code().value(),
                                      "check the disk, the network and the permissions"),
                .path = error.path1().string(),
                .fault = FileFault::environment};
    } catch (const std::bad_alloc&) {
        return {
            .kind = ErrorKind::memory,
            .message = "out of memory; use more ranks or nodes ('engram plan' forecasts the need)"};
    } catch (const std::exception& error) {
        return {.message = std::string("internal error: ") + error.what()};
    }
}

void throw_error(const ErrorRecord& record) {
    const auto raise = [&](auto error) {
        if (record.is_shared) error.share();
        throw error;
    };
    switch (record.kind) {
        case ErrorKind::usage:
            raise(UsageError(record.message));
            break;
        case ErrorKind::configuration:
            raise(ConfigError(record.problems));
            break;
        case ErrorKind::file:
            raise(FileError::of_lines(record.path, record.message, record.fault));
            break;
        case ErrorKind::numerical:
            raise(NumericalError(record.message));
            break;
        case ErrorKind::device:
            raise(DeviceError(record.message));
            break;
        case ErrorKind::memory:
        case ErrorKind::internal:
            break;
    }
    Error error(record.kind, record.message);
    if (record.is_shared) error.share();
    throw error;
}

}  // namespace engram
