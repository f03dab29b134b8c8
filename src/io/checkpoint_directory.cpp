// SPDX-License-Identifier: Apache-2.0
#include "io/checkpoint_directory.hpp"

#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "base/file_descriptor.hpp"
#include "base/list_directory.hpp"
#include "base/messages.hpp"

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
    for (const fs::path& path : list_directory(directory.path()))
        if (has_form(path.filename().string(), ".h5")) paths.push_back(path.string());
    std::sort(paths.rbegin(), paths.rend());
    return paths;
}

void remove_old_checkpoints(const OutputDirectory& directory, std::size_t keep) {
    // The new checkpoint is complete: that old ones stay is no reason to end.
    try {
        const auto paths = list_checkpoints(directory);
        for (std::size_t i = keep; i < paths.size(); ++i) {
            std::error_code error;
            fs::remove(paths[i], error);
            if (error)
                fail_with_error(error.value(), paths[i], "remove the file",
                                "check the permissions of its directory");
        }
    } catch (const FileError& error) {
        warning("{}; old checkpoints take space on the disk", error.what());
    }
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
            fail_with_error(error.value(), path, "rename the checkpoint",
                            "check the permissions of its directory");
    }
    return names;
}

void remove_unfinished_checkpoints(const OutputDirectory& directory) {
    std::error_code ignored;
    for (const fs::path& path : list_directory(directory.path()))
        if (has_form(path.filename().string(), ".h5.tmp")) fs::remove(path, ignored);
}

}  // namespace engram
