#include "base/errors.hpp"

namespace engram {
namespace {

std::string text_of(const ConfigProblem& problem) {
    std::string text = problem.file;
    if (problem.line > 0) text.append(":").append(std::to_string(problem.line));
    if (!text.empty()) text += ": ";
    if (!problem.key.empty()) text.append(problem.key).append(": ");
    text += problem.message;
    return text;
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

ConfigError::ConfigError(std::vector<ConfigProblem> problems)
    : Error(ExitCode::invalid_configuration, text_of(problems)), problems_(std::move(problems)) {}

}  // namespace engram
