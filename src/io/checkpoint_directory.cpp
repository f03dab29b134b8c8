// SPDX-License-Identifier: Apache-2.0
#include "io/checkpoint_directory.hpp"

#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "base/file_descriptor.hpp"

namespace engram {
namespace {

namespace fs = std::filesystem;

bool has_form(const std::string& name, const std::string& end) {
    return name.starts_with("checkpoint-") && name.ends_with(end);
}

}  // namespace

std::string checkpoint_path(const OutputDirectory& directory, Step step) {
    char name[64];
    // Padded, so that the order of names is the order of time.
    std::snprintf(name, sizeof name, "checkpoint-%016lld.h5", static_cast<long long>(step));
    return (directory.path() / name).string();
}

std::vector<std::string> list_checkpoints(const OutputDirectory& directory) {
    std::vector<std::string> paths;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(directory.path(), error))
        if (has_form(entry.path().filename().string(), ".h5"))
            paths.push_back(entry.path().string());
    if (error)
        throw FileError(directory.path().string(),
                        "cannot read the directory (" + error.message() + "); check the path",
                        fault_of(error.value()));
    std::sort(paths.rbegin(), paths.rend());
    return paths;
}

void remove_old_checkpoints(const OutputDirectory& directory, std::size_t keep) {
    const auto paths = list_checkpoints(directory);
    std::error_code ignored;
    for (std::size_t i = keep; i < paths.size(); ++i) fs::remove(paths[i], ignored);
}

std::vector<std::string> set_aside_checkpoints_behind(const OutputDirectory& directory, Step step) {
    const std::string last = checkpoint_path(directory, step);
    std::vector<std::string> names;
    for (const std::string& path : list_checkpoints(directory)) {
        if (path <= last) break;
        names.push_back(path + unused_suffix);
        std::error_code error;
        fs::rename(path, names.back(), error);
        if (error)
            throw FileError(path,
                            "cannot rename the checkpoint (" + error.message() +
                                "); check the permissions of its directory",
                            FileFault::environment);
    }
    return names;
}

void remove_unfinished_checkpoints(const OutputDirectory& directory) {
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(directory.path(), ignored))
        if (has_form(entry.path().filename().string(), ".h5.tmp"))
            fs::remove(entry.path(), ignored);
}

}  // namespace engram
