// SPDX-License-Identifier: Apache-2.0
#include "io/output_directory.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <system_error>
#include <vector>

#include "base/durable.hpp"
#include "base/errors.hpp"
#include "base/file_descriptor.hpp"
#include "base/list_directory.hpp"
#include "experiment/configuration.hpp"
#include "experiment/keys.hpp"
#include "io/own_content.hpp"

namespace engram {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const fs::path& path, const std::string& purpose,
                       const std::error_code& error) {
    fail_with_error(error.value(), path.string(), purpose, "change the permissions");
}

// Also of a file that was being written when its run was killed.
std::string finished_name(const fs::path& path) {
    std::string name = path.filename().string();
    for (const std::string& suffix : {temporary_suffix, unused_suffix})
        if (name.ends_with(suffix)) name.resize(name.size() - suffix.size());
    return name;
}

bool is_name_of_result_file(const std::string& name) {
    constexpr std::array names{"config.yaml",  "spikes.h5",   "traces.h5",    "network.h5",
                               "summary.json", "ensemble.h5", "progress.json"};
    return std::find(names.begin(), names.end(), name) != names.end();
}

bool is_result(const fs::path& path, const fs::file_status& status) {
    const std::string name = path.filename().string();
    if (name == "partial" || name == "trials") {
        return fs::is_directory(status) && !fs::is_empty(path);
    }
    if (fs::is_directory(status)) return false;
    const std::string finished = finished_name(path);
    return is_name_of_result_file(finished) ||
           (finished.starts_with("checkpoint-") && finished.ends_with(".h5"));
}

// Otherwise the run would end when it has its results, and cannot write them.
void require_no_directory_in_place_of_results(const fs::path& directory) {
    for (const fs::path& path : list_directory(directory))
        if (is_name_of_result_file(finished_name(path)) &&
            fs::is_directory(fs::symlink_status(path)))
            throw FileError(path.string(),
                            "is a directory, where a file of the results will be; choose another "
                            "--output, or move it away");
}

std::vector<fs::path> results_in(const fs::path& directory) {
    std::vector<fs::path> results = list_directory(directory);
    std::erase_if(results,
                  [](const fs::path& path) { return !is_result(path, fs::symlink_status(path)); });
    return results;
}

// What cannot be read says nothing against it.
bool asks_for_network(const std::string& config) {
    try {
        const ConfigTree tree = read_config_tree(config, {});
        const ConfigNode* output = tree.root.find(keys::output.name);
        const ConfigNode* value = output == nullptr
                                      ? nullptr
                                      : output->find(keys::name_of<&Experiment::writes_network>());
        return value == nullptr || value->text != "false";
    } catch (const FileError& error) {
        if (error.fault() == FileFault::environment) throw;
        return true;
    } catch (const ConfigError&) {
        return true;
    }
}

// By a key that every run and every ensemble writes; the values may be wrong.
bool is_config_of_a_run(const fs::path& path) {
    try {
        const ConfigTree tree = read_config_tree(path.string(), {});
        const ConfigNode* checkpoint = tree.root.find(keys::checkpoint.name);
        return checkpoint != nullptr &&
               checkpoint->find(keys::name_of<&CheckpointSettings::phase_ends>()) != nullptr;
    } catch (const FileError& error) {
        if (error.fault() == FileFault::environment) throw;
        return false;
    } catch (const Error&) {
        return false;
    }
}

// A project of the user may well have files of such names; a run has written config.yaml before all
// others.
bool is_ours(const fs::path& directory, const std::vector<fs::path>& results) {
    if (!is_config_of_a_run(directory / "config.yaml")) return false;
    std::error_code ignored;
    return fs::is_directory(directory / "partial", ignored) ||
           std::any_of(results.begin(), results.end(), [](const fs::path& result) {
               return result.filename().string().ends_with(".h5");
           });
}

// As std::filesystem::create_directories, which takes for absent what cannot be looked at, and then
// tells that something below it is not there.
std::error_code create_with_parents(const fs::path& directory) {
    std::error_code error;
    const fs::file_status status = fs::status(directory, error);
    if (fs::is_directory(status)) return {};
    if (status.type() != fs::file_type::not_found) return error;
    if (directory.has_parent_path() && directory.parent_path() != directory)
        if (const std::error_code of_parent = create_with_parents(directory.parent_path()))
            return of_parent;
    constexpr mode_t all = 0777;  // but for what the user's mask takes away
    if (::mkdir(directory.c_str(), all) == 0 || errno == EEXIST) return {};
    return {errno, std::generic_category()};
}

//! \param remedy  if something else lies there
void create(const fs::path& directory, const std::string& remedy) {
    const std::error_code error = create_with_parents(directory);
    std::error_code ignored;
    const fs::file_status status = fs::status(directory, ignored);
    if (fs::exists(status) && !fs::is_directory(status)) {
        throw FileError(directory.string(), "is a file, not a directory; " + remedy);
    }
    if (status.type() == fs::file_type::not_found && fs::is_symlink(directory, ignored))
        throw FileError(directory.string(), "is a link to nothing; " + remedy);
    if (error) fail(directory, "create the directory", error);
    if (::access(directory.c_str(), W_OK | X_OK) != 0) {
        fail(directory, "write into the directory",
             std::error_code(errno, std::generic_category()));
    }
}

void remove_tree(const fs::path& path) {
    std::error_code error;
    fs::remove_all(path, error);
    if (error) fail(path, "remove it", error);
}

}  // namespace

void require_place_for_results(const fs::path& path) {
    std::error_code ignored;
    if (fs::weakly_canonical(fs::absolute(path, ignored)).relative_path().empty())
        throw FileError(path.string(),
                        "results cannot be written to the root directory; choose another --output");
}

OutputDirectory OutputDirectory::prepare(const fs::path& path, bool force) {
    OutputDirectory directory = make(path);
    require_own_content(path);
    require_no_directory_in_place_of_results(path);
    const std::vector<fs::path> results = results_in(path);
    const auto holds_something = std::find_if(
        results.begin(), results.end(),
        [](const fs::path& p) { return !p.filename().string().ends_with(temporary_suffix); });
    if (holds_something != results.end() && !is_ours(path, results))
        throw FileError(path.string(), "its " + holds_something->filename().string() +
                                           " does not come from Engram, and is not replaced; "
                                           "choose another --output, or move it away");
    if (holds_something != results.end() && !force) {
        const std::string what = " (" + holds_something->filename().string() + "); ";
        if (fs::exists(directory.config()) && !fs::exists(directory.summary()))
            throw FileError(path.string(), "the directory holds an unfinished run" + what +
                                               "continue it with engram resume " + path.string() +
                                               ", choose another --output, or pass --force to "
                                               "begin anew");
        throw FileError(path.string(), "the directory holds results already" + what +
                                           "choose another --output, or pass --force to replace "
                                           "them");
    }
    // The configuration is replaced in one step later: a run that restarts must not lose it.
    for (const fs::path& result : results)
        if (result.filename() != "config.yaml") remove_tree(result);
    directory.make_partial();
    return directory;
}

OutputDirectory OutputDirectory::make(const fs::path& path) {
    require_place_for_results(path);
    create(path, "remove it, or choose another --output");
    return OutputDirectory(path);
}

void OutputDirectory::require_outside(const fs::path& path, const WiringFile& file) {
    std::error_code ignored;
    const fs::path inside =
        fs::weakly_canonical(file.path).lexically_relative(fs::weakly_canonical(path));
    if (inside.empty()) return;
    const fs::path entry = path / *inside.begin();
    if (is_result(entry, fs::symlink_status(entry, ignored)))
        throw FileError(file.path, "lies among the results that this run would replace (" +
                                       file.key +
                                       "); copy it elsewhere, or choose another --output");
}

OutputDirectory OutputDirectory::trial(std::uint32_t point, std::uint32_t trial) const {
    char name[64];
    std::snprintf(name, sizeof name, "trials/%03u/%04u", point, trial);
    return OutputDirectory(path_ / name);
}

std::string OutputDirectory::snapshot_name(int index) {
    return "snapshot-" + std::to_string(index) + ".h5";
}

std::vector<std::string> OutputDirectory::result_files() const {
    std::vector<std::string> files{spikes(), traces()};
    if (fs::exists(network()) || asks_for_network(config())) files.push_back(network());
    return files;
}

std::string OutputDirectory::missing_result() const {
    for (const std::string& path : result_files())
        if (!fs::exists(path)) return path;
    return "";
}

void OutputDirectory::make_partial() const {
    create(path_ / "partial", "remove it");
}

void OutputDirectory::reopen() const {
    // What makes the run resumable is there first.
    sync_directory(path_.string());
    remove_tree(summary());
    sync_directory(path_.string());
}

void OutputDirectory::remove_partial() const {
    remove_tree(path_ / "partial");
}

}  // namespace engram
