#include "cli/announced_extension.hpp"

#include "base/durable.hpp"
#include "cli/collective_failure.hpp"
#include "experiment/configuration.hpp"

namespace engram::cli {

namespace fs = std::filesystem;

AnnouncedExtension::AnnouncedExtension(const OutputDirectory& directory, const Experiment& longer)
    : path_(directory.config()) {
    if (fs::exists(path_)) {
        before_ = read_text_file(path_);
        written_ = fs::last_write_time(path_);
    }
    write_text_file(path_, resolved_configuration(longer));
}

AnnouncedExtension::~AnnouncedExtension() {
    if (kept_) return;
    try {
        if (before_) {
            write_text_file(path_, *before_);
            fs::last_write_time(path_, written_);
        } else {
            fs::remove(path_);
        }
    } catch (const std::exception& error) {
        print_error((path_ + " tells the duration that was wanted: " + error.what()).c_str());
    }
}

}  // namespace engram::cli
