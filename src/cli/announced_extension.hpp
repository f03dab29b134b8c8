// An extension of a complete run that is remembered if it is killed while it prepares.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "experiment/experiment.hpp"
#include "io/output_directory.hpp"

namespace engram::cli {

// The run says in its config.yaml that it is being extended, before anything else happens: then it
// is the extension that the next resume continues. One that fails is taken back.
class AnnouncedExtension {
  public:
    //! \throw FileError
    AnnouncedExtension(const OutputDirectory& directory, const Experiment& longer);
    //! Puts config.yaml back as it was, unless the extension is kept.
    ~AnnouncedExtension();
    AnnouncedExtension(const AnnouncedExtension&) = delete;
    AnnouncedExtension& operator=(const AnnouncedExtension&) = delete;

    void keep() { kept_ = true; }

  private:
    std::string path_;
    std::optional<std::string> before_;  //!< null: there was no file
    std::filesystem::file_time_type written_{};
    bool kept_ = false;
};

}  // namespace engram::cli
