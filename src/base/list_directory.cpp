// SPDX-License-Identifier: Apache-2.0
#include "base/list_directory.hpp"

#include <algorithm>
#include <system_error>

#include "base/file_descriptor.hpp"

namespace engram {

std::vector<std::filesystem::path> list_directory(const std::filesystem::path& directory) {
    std::vector<std::filesystem::path> paths;
    std::error_code error;
    // Not a range-based loop, whose steps fail with an exception that does not name the directory.
    for (std::filesystem::directory_iterator entry(directory, error), end; !error && entry != end;
         entry.increment(error))
        paths.push_back(entry->path());
    if (error)
        fail_with_error(error.value(), directory.string(), "list the directory",
                        "check the path and its permissions");
    std::sort(paths.begin(), paths.end());
    return paths;
}

}  // namespace engram
