// SPDX-License-Identifier: Apache-2.0
// What marks an HDF5 file as Engram's: root attributes `filetype` and `format_version`.
#pragma once

#include <cstdint>
#include <string>

#include "io/content_checksum.hpp"

#include "io/hdf5.hpp"

namespace engram {

inline constexpr std::uint32_t file_format_version = 1;     //!< of all but the following
inline constexpr std::uint32_t network_format_version = 2;  //!< 2: index by source is optional
inline constexpr std::uint32_t checkpoint_format_version =
    6;  //!< 5: constants of synapses; 6: recent spikes
inline constexpr std::uint32_t oldest_checkpoint_format_version = 4;  //!< that can be resumed

//! `filetype` is e.g. "engram spikes".
void write_format(const h5::File& file, const std::string& filetype,
                  std::uint32_t version = file_format_version);

//! The same in a file of which every byte shall be under a checksum.
void write_checked_format(const h5::File& file, const std::string& filetype,
                          std::uint32_t version = file_format_version);

//! write_format, and the root attributes that SONATA asks for.
void write_sonata_format(const h5::File& file, const std::string& filetype,
                         std::uint32_t version = file_format_version);

//! \throw FileError if the file is of another type, or of a newer version than this program knows
void check_format(const h5::File& file, const std::string& filetype,
                  std::uint32_t newest = file_format_version);

//! The checksums of a results file's datasets.
//! \pre it has the group checksums_group (io/file_layout.hpp)
Checksums read_checksums(const h5::File& file);

}  // namespace engram
