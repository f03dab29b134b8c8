// SPDX-License-Identifier: Apache-2.0
#include "io/file_format.hpp"

#include <array>
#include <span>

#include "base/errors.hpp"
#include "io/file_layout.hpp"

namespace engram {

void write_format(const h5::File& file, const std::string& filetype, std::uint32_t version) {
    h5::write_attribute(file, "filetype", filetype);
    h5::write_attribute(file, "format_version", version);
}

void write_checked_format(const h5::File& file, const std::string& filetype,
                          std::uint32_t version) {
    h5::write_fixed_attribute(file, "filetype", filetype);
    h5::write_attribute(file, "format_version", version);
}

void write_sonata_format(const h5::File& file, const std::string& filetype, std::uint32_t version) {
    constexpr std::uint32_t sonata_magic = 0x0A7A;
    constexpr std::array<std::uint32_t, 2> sonata_version{0, 1};
    write_format(file, filetype, version);
    h5::write_attribute(file, "magic", sonata_magic);
    h5::write_attribute(file, "version", std::span<const std::uint32_t>(sonata_version));
}

void check_format(const h5::File& file, const std::string& filetype, std::uint32_t newest) {
    if (!h5::has_attribute(file, "filetype")) {
        throw FileError(file.path(),
                        "not a file of Engram (it has no attribute 'filetype'); "
                        "give the path of a file of type '" +
                            filetype + "'");
    }
    const std::string found = h5::read_string_attribute(file, "filetype");
    if (found != filetype) {
        throw FileError(file.path(), "the file is of type '" + shortened(found) + "', not '" +
                                         filetype + "'; give the path of the right file");
    }
    const auto version = h5::read_attribute<std::uint32_t>(file, "format_version");
    if (version > newest) {
        throw FileError(file.path(), "format version " + std::to_string(version) +
                                         " is newer than version " + std::to_string(newest) +
                                         " of this program; use a newer Engram");
    }
}

Checksums read_checksums(const h5::File& file) {
    const std::string group = std::string(checksums_group) + "/";
    const auto names = h5::read_texts(file, group + "datasets");
    const auto sums = h5::read_dataset<std::uint64_t>(file, group + "sums");
    if (names.size() != sums.size()) throw FileError(file.path(), "'" + group + "' is damaged");
    Checksums checksums;
    for (std::size_t i = 0; i < names.size(); ++i) checksums[names[i]] = sums[i];
    return checksums;
}

}  // namespace engram
