// SPDX-License-Identifier: Apache-2.0
#include "io/hdf5.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <system_error>

#include "base/errors.hpp"
#include "base/file_descriptor.hpp"

namespace engram::h5 {

const char* const remedy_for_writing = "check the free space, quota and permissions of the disk";
const char* const remedy_for_reading =
    "the file is damaged or of another kind; restore it from a copy, or run Engram again to make "
    "it";

void leave_library_open() {
    H5dont_atexit();
    H5open();
}

namespace {

const char* const remedy_for_system =
    "the file may be whole: check the disk and the network, and try again";

struct Reason {
    std::string text;
    FileFault fault = FileFault::content;
};

thread_local Reason last_reason;

constexpr hssize_t most_attribute_values = 1 << 16;
constexpr std::size_t longest_fixed_text = 1 << 16;

// The innermost reason on HDF5's error stack, e.g. "No space left on device".
Reason reason_on_stack(int system_error) {
    std::string reason;
    H5Ewalk2(
        H5E_DEFAULT, H5E_WALK_UPWARD,
        [](unsigned depth, const H5E_error2_t* error, void* result) -> herr_t {
            if (depth == 0 && error->desc != nullptr) {
                *static_cast<std::string*>(result) = error->desc;
            }
            return 0;
        },
        &reason);
    // File drivers append a list of numbers and times to what the system says.
    const std::string number = "errno = ";
    const std::string marker = "error message = '";
    const auto begin = reason.find(marker);
    if (begin == std::string::npos) {
        // A file that is open, but that the system tells nothing about: the one error of the system
        // that comes without its number.
        if (reason.find("stat info") == std::string::npos) return {reason};
        return {std::generic_category().message(system_error), FileFault::environment};
    }
    const auto first = begin + marker.size();
    const auto place = reason.find(number);
    const int error = place < begin ? std::atoi(reason.c_str() + place + number.size()) : EIO;
    return {reason.substr(first, reason.find('\'', first) - first), fault_of(error)};
}

std::string compose(const std::string& problem, const Reason& reason, const std::string& remedy) {
    // What the system refuses says nothing about the content of a file.
    if (reason.fault == FileFault::environment && remedy == remedy_for_reading)
        return "cannot read the file (" + reason.text + "); " + remedy_for_system;
    return problem + (reason.text.empty() ? "" : " (HDF5: " + reason.text + ")") + "; " + remedy;
}

[[noreturn]] void fail_with_reason(const std::string& path, const std::string& problem,
                                   const Reason& reason, const std::string& remedy) {
    throw FileError(path, compose(problem, reason, remedy), reason.fault);
}

// Gives a file that was only read a descriptor that closes well in place of its own: HDF5 does not
// survive a failure to close, and ends with a signal in MPI_Finalize.
void let_close_well(hid_t file) {
    unsigned intent = 0;
    void* handle = nullptr;
    if (H5Fget_intent(file, &intent) < 0 || intent != H5F_ACC_RDONLY) return;
    if (H5Fget_obj_count(file, H5F_OBJ_ALL) != 1) return;  // it stays open
    if (H5Fget_vfd_handle(file, H5P_DEFAULT, &handle) < 0 || handle == nullptr) return;
    const int own = *static_cast<int*>(handle);
    const int well = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (well < 0 || well == own) return;
    ::dup2(well, own);
    ::close(well);
}

// Locks keep out no one that the lock of the results directory lets in, and some file systems
// refuse them.
PropertyList without_locks() {
    PropertyList access(H5Pcreate(H5P_FILE_ACCESS));
#if H5_VERSION_GE(1, 10, 7)
    H5Pset_file_locking(access, false, true);
#endif
    return access;
}

std::string file_name(hid_t object) {
    return quietly([&] {
        const ssize_t length = H5Fget_name(object, nullptr, 0);
        if (length <= 0) return std::string("HDF5 file");
        std::string name(static_cast<std::size_t>(length), '\0');
        H5Fget_name(object, name.data(), name.size() + 1);
        // A file in memory, which no user has named.
        if (name.starts_with("/proc/self/fd/")) return std::string("the layout of a results file");
        return name;
    });
}

hid_t create_file(const std::string& path, hid_t access) {
    const hid_t id =
        quietly([&] { return H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, access); });
    if (id >= 0) return id;
    fail_with_reason(path, "cannot create the file", last_reason,
                     "check that its directory exists and is writable");
}

hid_t open_file(const std::string& path, Access access) {
    // HDF5 reports an absent file as an obscure driver error, so look first.
    std::error_code error;
    if (!std::filesystem::exists(path, error) && !error)
        throw FileError(path, "the file does not exist; check the path");
    // It waits for pipes, and reads devices.
    if (!error && !std::filesystem::is_regular_file(path, error) && !error &&
        !std::filesystem::is_directory(path, error))
        throw FileError(path, "is not a regular file; give the path of one");
    const unsigned flags = access == Access::read_only ? H5F_ACC_RDONLY : H5F_ACC_RDWR;
    const PropertyList properties = without_locks();
    const hid_t id = quietly([&] { return H5Fopen(path.c_str(), flags, properties); });
    if (id >= 0) return id;
    // What keeps the system from opening it says nothing about the file.
    const FileDescriptor readable(path, access == Access::read_only ? O_RDONLY : O_RDWR,
                                  "open the file");
    fail_with_reason(path, "cannot open it as an HDF5 file", last_reason, remedy_for_reading);
}

}  // namespace

detail::Silence::Silence() {
    H5Eget_auto2(H5E_DEFAULT, &function_, &data_);
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
}

detail::Silence::~Silence() {
    // Any further call of the library, even the next one, clears its error stack. One that goes
    // well, such as closing what was opened before, leaves the reason of the last that did not.
    if (Reason reason = reason_on_stack(errno); !reason.text.empty()) last_reason = reason;
    H5Eset_auto2(H5E_DEFAULT, function_, data_);
}

namespace {

// Called before a link to another file is followed.
herr_t refuse(const char*, const char*, const char*, const char*, unsigned*, hid_t, void*) {
    return -1;
}

}  // namespace

std::vector<std::string> names_in(hid_t location) {
    std::vector<std::string> names;
    const auto list = [&] {
        return H5Literate(
            location, H5_INDEX_NAME, H5_ITER_INC, nullptr,
            [](hid_t, const char* name, const H5L_info_t*, void* result) -> herr_t {
                static_cast<std::vector<std::string>*>(result)->emplace_back(name);
                return 0;
            },
            &names);
    };
    // What cannot be read must not be taken for what is not there.
    if (quietly(list) < 0) fail(location, "cannot list a group", remedy_for_reading);
    return names;
}

void fail_in_trouble(hid_t location, const std::string& name) {
    if (last_reason.fault == FileFault::environment)
        fail(location, "cannot look for '" + name + "'", remedy_for_reading);
}

PropertyList within_file(hid_t list_class) {
    PropertyList access(H5Pcreate(list_class));
    H5Pset_elink_cb(access, refuse, nullptr);
    return access;
}

void require_within_file(hid_t location, const std::string& name) {
    const PropertyList access = within_file(H5P_LINK_ACCESS);
    for (std::size_t end = name.find('/', 1);; end = name.find('/', end + 1)) {
        const std::string prefix = name.substr(0, end);
        H5L_info_t link{};
        if (quietly([&] { return H5Lget_info(location, prefix.c_str(), &link, access); }) < 0) {
            fail_in_trouble(location, prefix);
            return;
        }
        if (link.type == H5L_TYPE_EXTERNAL)
            reject(location, "'" + prefix + "' is a link to another file, which is not followed",
                   "give a file that holds all of its data");
        if (end == std::string::npos) return;
    }
}

DataType fixed_text_type(std::size_t size) {
    DataType type(H5Tcopy(H5T_C_S1));
    H5Tset_size(type, size);
    H5Tset_strpad(type, H5T_STR_NULLPAD);
    H5Tset_cset(type, H5T_CSET_UTF8);
    return type;
}

// Length of an attribute of fixed length; 0 if it is another.
std::size_t fixed_text_length(hid_t object, const std::string& name) {
    const Attribute attribute(quietly([&] { return H5Aopen(object, name.c_str(), H5P_DEFAULT); }));
    if (attribute < 0) fail(object, "the attribute '" + name + "' is missing", remedy_for_reading);
    const DataType type(H5Aget_type(attribute));
    const bool fixed = H5Tget_class(type) == H5T_STRING && H5Tis_variable_str(type) == 0;
    const std::size_t length = fixed ? H5Tget_size(type) : 0;
    return length <= longest_fixed_text ? length : 0;
}

DataType text_type() {
    DataType type(H5Tcopy(H5T_C_S1));
    H5Tset_size(type, H5T_VARIABLE);
    H5Tset_cset(type, H5T_CSET_UTF8);
    return type;
}

void fail(hid_t object, const std::string& problem, const std::string& remedy) {
    const Reason reason = last_reason;  // before the next call
    fail_with_reason(file_name(object), problem, reason, remedy);
}

void reject(hid_t object, const std::string& problem, const std::string& remedy) {
    throw FileError(file_name(object), problem + "; " + remedy);
}

herr_t detail::close_file(hid_t file) {
    let_close_well(file);
    return H5Fclose(file);
}

File File::create(const std::string& path) {
    return File(path, create_file(path, without_locks()));
}

File File::create_in_memory(const std::string& path, Layout layout) {
    const PropertyList access = without_locks();
    // The default driver asks for the real path of a file, which one in memory has not.
    H5Pset_fapl_stdio(access);
    if (layout == Layout::checked)
        H5Pset_libver_bounds(access, H5F_LIBVER_LATEST, H5F_LIBVER_LATEST);
    return File(path, create_file(path, access));
}

File File::open(const std::string& path, Access access) {
    return File(path, open_file(path, access));
}

void File::close() {
    if (id_.reset() < 0)
        fail_with_reason(path_, "cannot close the file", last_reason, remedy_for_writing);
}

Group create_group(hid_t location, const std::string& name) {
    const PropertyList links(H5Pcreate(H5P_LINK_CREATE));
    H5Pset_create_intermediate_group(links, 1);
    Group group(quietly(
        [&] { return H5Gcreate2(location, name.c_str(), links, H5P_DEFAULT, H5P_DEFAULT); }));
    if (group < 0) fail(location, "cannot create the group '" + name + "'", remedy_for_writing);
    return group;
}

Group open_group(hid_t location, const std::string& name) {
    require_within_file(location, name);
    const PropertyList access = within_file(H5P_GROUP_ACCESS);
    Group group(quietly([&] { return H5Gopen2(location, name.c_str(), access); }));
    if (group < 0) fail(location, "the group '" + name + "' is missing", remedy_for_reading);
    return group;
}

bool is_group(hid_t location, const std::string& name) {
    const PropertyList access = within_file(H5P_GROUP_ACCESS);
    const Group group(quietly([&] { return H5Gopen2(location, name.c_str(), access); }));
    if (group < 0) fail_in_trouble(location, name);
    return group >= 0;
}

bool exists(hid_t location, const std::string& name) {
    const PropertyList access = within_file(H5P_LINK_ACCESS);
    // H5Lexists needs every intermediate link to exist: ask from the top down.
    for (std::size_t end = name.find('/', 1);; end = name.find('/', end + 1)) {
        const std::string prefix = name.substr(0, end);
        const htri_t found = quietly([&] { return H5Lexists(location, prefix.c_str(), access); });
        // A link that leads to another file is not followed, as if it were not there.
        if (found < 0) fail_in_trouble(location, prefix);
        if (found <= 0) return false;
        if (end == std::string::npos) return true;
    }
}

void detail::write_attribute(hid_t object, const std::string& name, hid_t type, hid_t space,
                             const void* value) {
    const Attribute attribute(quietly(
        [&] { return H5Acreate2(object, name.c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT); }));
    if (attribute < 0 || quietly([&] { return H5Awrite(attribute, type, value); }) < 0) {
        fail(object, "cannot write the attribute '" + name + "'", remedy_for_writing);
    }
}

void detail::write_array_attribute(hid_t object, const std::string& name, hid_t type,
                                   std::span<const hsize_t> shape, const void* values) {
    const DataSpace space(H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr));
    write_attribute(object, name, type, space, values);
}

void write_attribute(hid_t object, const std::string& name, hid_t type, const void* value) {
    const DataSpace space(H5Screate(H5S_SCALAR));
    detail::write_attribute(object, name, type, space, value);
}

void write_attribute(hid_t object, const std::string& name, const std::string& text) {
    const DataType type = text_type();
    const char* characters = text.c_str();
    write_attribute(object, name, type, &characters);
}

void write_fixed_attribute(hid_t object, const std::string& name, const std::string& text) {
    const DataType type = fixed_text_type(text.size());
    write_attribute(object, name, type, text.data());
}

bool has_attribute(hid_t object, const std::string& name) {
    const htri_t found = quietly([&] { return H5Aexists(object, name.c_str()); });
    if (found < 0) fail(object, "cannot look for the attribute '" + name + "'", remedy_for_reading);
    return found > 0;
}

void detail::read_attribute(hid_t object, const std::string& name, hid_t type,
                            const std::function<void*(std::size_t)>& provide) {
    const Attribute attribute(quietly([&] { return H5Aopen(object, name.c_str(), H5P_DEFAULT); }));
    if (attribute < 0) fail(object, "the attribute '" + name + "' is missing", remedy_for_reading);
    const DataSpace space(H5Aget_space(attribute));
    const hssize_t n_values = H5Sget_simple_extent_npoints(space);
    if (n_values < 0 || n_values > most_attribute_values)
        reject(object, "the attribute '" + name + "' has more values than any of Engram",
               remedy_for_reading);
    void* memory = provide(static_cast<std::size_t>(n_values));
    if (quietly([&] { return H5Aread(attribute, type, memory); }) < 0) {
        fail(object, "cannot read the attribute '" + name + "'", remedy_for_reading);
    }
}

std::string read_string_attribute(hid_t object, const std::string& name) {
    if (const std::size_t length = fixed_text_length(object, name); length > 0) {
        std::string text;
        detail::read_attribute(object, name, fixed_text_type(length), [&](std::size_t size) {
            text.resize(length * size);
            return text.data();
        });
        return text;
    }
    const DataType type = text_type();
    std::vector<char*> texts;
    detail::read_attribute(object, name, type, [&](std::size_t size) {
        texts.resize(size);
        return texts.data();
    });
    std::string result = texts.empty() || texts.front() == nullptr ? "" : texts.front();
    for (char* text : texts) H5free_memory(text);
    return result;
}

}  // namespace engram::h5
