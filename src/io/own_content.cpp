// SPDX-License-Identifier: Apache-2.0
#include "io/own_content.hpp"

#include "base/errors.hpp"

namespace engram {
namespace {

namespace fs = std::filesystem;

class ContentCheck {
  public:
    explicit ContentCheck(const fs::path& root) : root_(fs::canonical(root)) {}

    void check_partial(const fs::path& directory) const {
        const fs::path partial = directory / "partial";
        check_directory(partial);
        for (const fs::directory_entry& entry : entries(partial)) check_file(entry);
    }
    void check_trials(const fs::path& directory) const {
        const fs::path trials = directory / "trials";
        check_directory(trials);
        for (const fs::directory_entry& point : entries(trials)) {
            check_directory(point.path());
            for (const fs::directory_entry& trial : entries(point.path())) {
                check_directory(trial.path());
                check_partial(trial.path());
            }
        }
    }

  private:
    // Empty of what is no directory.
    static fs::directory_iterator entries(const fs::path& directory) {
        std::error_code ignored;
        return fs::directory_iterator(directory, ignored);
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

    static void check_file(const fs::directory_entry& entry) {
        std::error_code ignored;
        const fs::file_status status = entry.symlink_status(ignored);
        if (!fs::is_regular_file(status) && !fs::is_directory(status))
            throw FileError(entry.path().string(),
                            "is not a regular file; replace it by one, or remove it");
        // Recordings are continued in place.
        if (entry.path().extension() == ".bin" && fs::hard_link_count(entry.path(), ignored) > 1)
            throw FileError(entry.path().string(),
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
