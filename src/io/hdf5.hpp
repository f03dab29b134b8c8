// SPDX-License-Identifier: Apache-2.0
// Ownership of HDF5 identifiers; files, groups and attributes. Datasets: hdf5_dataset.hpp.
//
// Every failure is a FileError that names the file. Functions take identifiers, to which all
// handles convert, so that a File serves wherever a location is asked for.
#pragma once

#include <hdf5.h>

#include <array>
#include <concepts>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace engram::h5 {

namespace detail {
//! Switches HDF5's printing of errors off, and keeps the reason of the last one for fail().
class Silence {
  public:
    Silence();
    ~Silence();
    Silence(const Silence&) = delete;
    Silence& operator=(const Silence&) = delete;

  private:
    H5E_auto2_t function_ = nullptr;
    void* data_ = nullptr;
};
}  // namespace detail

//! To be called before MPI starts and before all else here: HDF5 does not tidy up when the program
//! or MPI ends. All files are closed by then, but of damaged ones it keeps parts that it cannot
//! close, and says so at length.
void leave_library_open();

//! Run an HDF5 call without the library printing its error stack.
template <typename Call>
auto quietly(Call&& call) {
    const detail::Silence silence;
    return call();
}

//! Sole owner of an HDF5 identifier.
template <herr_t (*close_id)(hid_t)>
class Handle {
  public:
    Handle() = default;
    explicit Handle(hid_t id) : id_(id) {}
    Handle(Handle&& other) noexcept : id_(std::exchange(other.id_, H5I_INVALID_HID)) {}
    Handle& operator=(Handle&& other) noexcept {
        if (this != &other) {
            reset();
            id_ = std::exchange(other.id_, H5I_INVALID_HID);
        }
        return *this;
    }
    ~Handle() { reset(); }

    operator hid_t() const { return id_; }
    herr_t reset() {
        const hid_t id = std::exchange(id_, H5I_INVALID_HID);
        return id >= 0 ? quietly([id] { return close_id(id); }) : 0;
    }

  private:
    hid_t id_ = H5I_INVALID_HID;
};

using Group = Handle<H5Gclose>;
using DataSet = Handle<H5Dclose>;
using DataSpace = Handle<H5Sclose>;
using PropertyList = Handle<H5Pclose>;
using Attribute = Handle<H5Aclose>;
using DataType = Handle<H5Tclose>;
using FileHandle = Handle<H5Fclose>;

enum class Access { read_only, read_write };

enum class Layout {
    compatible,  //!< readable by all versions of HDF5
    checked      //!< the newest, whose structures carry checksums of their own
};

namespace detail {
herr_t close_file(hid_t file);
}

//! An open file of one process.
class File {
  public:
    //! Create a file, or empty the one that is there. HDF5 must not meet a full disk: results go
    //! through a FileLayout.
    static File create(const std::string& path);
    //! The same for a FileDescriptor in memory.
    static File create_in_memory(const std::string& path, Layout layout);
    static File open(const std::string& path, Access access);

    operator hid_t() const { return id_; }
    const std::string& path() const { return path_; }
    //! Close, and say so if that fails; the destructor closes too, but silently. Close all groups
    //! and datasets of the file first.
    void close();

  private:
    File(std::string path, hid_t id) : path_(std::move(path)), id_(id) {}
    std::string path_;
    Handle<detail::close_file> id_;
};

//! The group at `name` below `location`, made with all its parents.
Group create_group(hid_t location, const std::string& name);
Group open_group(hid_t location, const std::string& name);
bool is_group(hid_t location, const std::string& name);
//! Of all that a group holds, ascending.
std::vector<std::string> names_in(hid_t location);
//! Properties by which links are followed within a file, but not out of it.
//! \param list_class  H5P_LINK_ACCESS or one that inherits from it
PropertyList within_file(hid_t list_class);
//! \throw FileError if the path `name` below `location` leads to another file
void require_within_file(hid_t location, const std::string& name);
//! Whether each component of the path `name` exists below `location`.
bool exists(hid_t location, const std::string& name);

//! Numbers as HDF5 knows them in memory; they are stored in the same type.
template <typename T>
concept Number =
    std::same_as<T, double> || std::same_as<T, float> || std::same_as<T, std::uint8_t> ||
    std::same_as<T, std::int32_t> || std::same_as<T, std::uint32_t> ||
    std::same_as<T, std::int64_t> || std::same_as<T, std::uint64_t>;

template <Number T>
hid_t native_type() {
    if constexpr (std::same_as<T, double>) return H5T_NATIVE_DOUBLE;
    if constexpr (std::same_as<T, float>) return H5T_NATIVE_FLOAT;
    if constexpr (std::same_as<T, std::uint8_t>) return H5T_NATIVE_UINT8;
    if constexpr (std::same_as<T, std::int32_t>) return H5T_NATIVE_INT32;
    if constexpr (std::same_as<T, std::uint32_t>) return H5T_NATIVE_UINT32;
    if constexpr (std::same_as<T, std::int64_t>) return H5T_NATIVE_INT64;
    if constexpr (std::same_as<T, std::uint64_t>) return H5T_NATIVE_UINT64;
}

namespace detail {
void write_attribute(hid_t object, const std::string& name, hid_t type, hid_t space,
                     const void* value);
void write_array_attribute(hid_t object, const std::string& name, hid_t type,
                           std::span<const hsize_t> shape, const void* values);
//! `provide(n)` returns the memory for the n values that the attribute holds.
void read_attribute(hid_t object, const std::string& name, hid_t type,
                    const std::function<void*(std::size_t)>& provide);
}  // namespace detail

//! Text of any length in UTF-8.
DataType text_type();

//! A scalar of any HDF5 type, e.g. an enumeration.
void write_attribute(hid_t object, const std::string& name, hid_t type, const void* value);
void write_attribute(hid_t object, const std::string& name, const std::string& text);
//! Text of fixed length, which lies where checksums of Layout::checked cover it.
void write_fixed_attribute(hid_t object, const std::string& name, const std::string& text);

template <Number T>
void write_attribute(hid_t object, const std::string& name, T value) {
    write_attribute(object, name, native_type<T>(), &value);
}

template <Number T>
void write_attribute(hid_t object, const std::string& name, std::span<const T> values) {
    const hsize_t shape = values.size();
    detail::write_array_attribute(object, name, native_type<T>(), {&shape, 1}, values.data());
}

//! One row after the other.
template <Number T, std::size_t n_columns>
void write_attribute(hid_t object, const std::string& name,
                     std::span<const std::array<T, n_columns>> rows) {
    const std::array<hsize_t, 2> shape{rows.size(), n_columns};
    detail::write_array_attribute(object, name, native_type<T>(), shape, rows.data());
}

bool has_attribute(hid_t object, const std::string& name);
std::string read_string_attribute(hid_t object, const std::string& name);

template <Number T>
std::vector<T> read_array_attribute(hid_t object, const std::string& name) {
    std::vector<T> values;
    detail::read_attribute(object, name, native_type<T>(), [&](std::size_t size) {
        values.resize(size);
        return values.data();
    });
    return values;
}

//! \throw FileError if the attribute is absent, or is not exactly one number
template <Number T>
T read_attribute(hid_t object, const std::string& name);

//! Throw the FileError of the HDF5 call that just failed quietly: its file, `problem`, HDF5's own
//! reason, and `remedy`.
//! \param object  any identifier of the file
[[noreturn]] void fail(hid_t object, const std::string& problem, const std::string& remedy);
//! After an HDF5 call that did not find `name`: throws if it is the system that refused, so that
//! what cannot be read is not taken for what is not there. The library keeps what it has read of an
//! object so far, and answers the next call by that.
void fail_in_trouble(hid_t location, const std::string& name);
//! The same for content that HDF5 finds nothing wrong with.
[[noreturn]] void reject(hid_t object, const std::string& problem, const std::string& remedy);

extern const char* const remedy_for_writing;
extern const char* const remedy_for_reading;

template <Number T>
T read_attribute(hid_t object, const std::string& name) {
    const std::vector<T> values = read_array_attribute<T>(object, name);
    if (values.size() != 1) {
        reject(object, "attribute '" + name + "' is not a single number", remedy_for_reading);
    }
    return values.front();
}

}  // namespace engram::h5
