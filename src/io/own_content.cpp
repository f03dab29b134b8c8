// SPDX-License-Identifier: Apache-2.0
#include "io/own_content.hpp"

#include <system_error>
#include <vector>

#include "base/errors.hpp"
#include "base/file_descriptor.hpp"
#include "base/list_directory.hpp"

namespace engram {
namespace {

namespace fs = std::filesystem;

class ContentCheck {
  public:
    explicit ContentCheck(const fs::path& root) : root_(fs::canonical(root)) {}

    void check_partial(const fs::path& directory) const {
        const fs::path partial = directory / "partial";
        check_directory(partial);
        for (const fs::path& path : entries(partial)) check_file(path);
    }
    void check_trials(const fs::path& directory) const {
        const fs::path trials = directory / "trials";
        check_directory(trials);
        for (const fs::path& point : entries(trials)) {
            check_directory(point);
            for (const fs::path& trial : entries(point)) {
                check_directory(trial);
                check_partial(trial);
            }
        }
    }

  private:
    // Empty of what is no directory.
    static std::vector<fs::path> entries(const fs::path& directory) {
        std::error_code error;
        const bool is_directory = fs::is_directory(fs::status(directory, error));
        if (is_directory) return list_directory(directory);
        if (error && error != std::errc::no_such_file_or_directory &&
            error != std::errc::not_a_directory)
            fail_to_look_at(directory, error);
        return {};
    }
    [[noreturn]] static void fail_to_look_at(const fs::path& path, std::error_code error) {
        fail_with_error(error.value(), path.string(), "look at it",
                        "check the path and its permissions");
    }

    void check_directory(const fs::path& path) const {
        std::error_code ignored;
        if (!fs::is_symlink(fs::symlink_status(path, ignored))) return;
        const fs::path inside = fs::weakly_canonical(path, ignored).lexically_relative(root_);
        if (!inside.empty() && *inside.begin() != "..") return;
        throw FileError(path.string(),
                        "is a link that leads out of the output directory, where nothing is "
                        "written; replace it by what it leads to, or remove it");
    }

    static void check_file(const fs::path& path) {
        std::error_code error;
        const fs::file_status status = fs::symlink_status(path, error);
        if (error) fail_to_look_at(path, error);
        if (!fs::is_regular_file(status) && !fs::is_directory(status))
            throw FileError(path.string(),
                            "is not a regular file; replace it by one, or remove it");
        // Recordings are continued in place.
        if (path.extension() != ".bin") return;
        const auto n_names = fs::hard_link_count(path, error);
        if (error) fail_to_look_at(path, error);
        if (n_names > 1)
            throw FileError(path.string(),
                            "has another name (a hard link), and would change under that too; "
                            "replace it by a copy of its own");
    }

    fs::path root_;
};

}  // namespace

void require_own_content(const fs::path& directory) {
    const ContentCheck check(directory);
    check.check_partial(directory);
    check.check_trials(directory);
}

}  // namespace engram
