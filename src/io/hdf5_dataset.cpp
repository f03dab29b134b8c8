// SPDX-License-Identifier: Apache-2.0
#include "io/hdf5_dataset.hpp"

#include <algorithm>
#include <functional>
#include <numeric>

namespace engram::h5 {
namespace {

std::string object_name(hid_t object) {
    const ssize_t length = H5Iget_name(object, nullptr, 0);
    if (length <= 0) return "?";
    std::string name(static_cast<std::size_t>(length), '\0');
    H5Iget_name(object, name.data(), name.size() + 1);
    return name;
}

PropertyList creation_properties(const Shape& shape, const DatasetOptions& options) {
    PropertyList properties(H5Pcreate(H5P_DATASET_CREATE));
    // Equal runs shall leave equal files: no time stamps.
    H5Pset_obj_track_times(properties, 0);
    const bool empty = std::find(shape.begin(), shape.end(), hsize_t{0}) != shape.end();
    if (options.chunk_rows == 0 || empty) {
        // Every value gets written, so filling the space beforehand would double the work; but
        // its place is fixed at once, for writers that do not go through HDF5.
        H5Pset_fill_time(properties, H5D_FILL_TIME_NEVER);
        H5Pset_alloc_time(properties, H5D_ALLOC_TIME_EARLY);
        return properties;
    }
    Shape chunk = shape;
    chunk.front() = std::min(options.chunk_rows, shape.front());
    H5Pset_chunk(properties, static_cast<int>(chunk.size()), chunk.data());
    if (options.compressed) {
        constexpr unsigned fastest = 1;
        H5Pset_shuffle(properties);
        H5Pset_deflate(properties, fastest);
    }
    if (options.checksum) H5Pset_fletcher32(properties);
    return properties;
}

DataSet create(hid_t location, const std::string& name, hid_t type, const Shape& shape,
               hid_t properties) {
    const DataSpace space(H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr));
    DataSet dataset(quietly([&] {
        return H5Dcreate2(location, name.c_str(), type, space, H5P_DEFAULT, properties,
                          H5P_DEFAULT);
    }));
    if (dataset < 0) fail(location, "cannot create the dataset '" + name + "'", remedy_for_writing);
    return dataset;
}

// Selection of whole rows in the file.
DataSpace select_rows(hid_t dataset, Slab slab) {
    DataSpace space(H5Dget_space(dataset));
    const Shape extent = shape(dataset);
    Shape start(extent.size(), 0);
    Shape count = extent;
    start.front() = slab.first;
    count.front() = slab.count;
    if (slab.first > extent.front() || slab.count > extent.front() - slab.first) {
        reject(dataset,
               "the dataset '" + object_name(dataset) +
                   "' has too few rows: " + std::to_string(extent.front()) +
                   " instead of at least " + std::to_string(slab.first + slab.count),
               remedy_for_reading);
    }
    if (slab.count == 0) {
        H5Sselect_none(space);
    } else {
        H5Sselect_hyperslab(space, H5S_SELECT_SET, start.data(), nullptr, count.data(), nullptr);
    }
    return space;
}

// Values that the file has room for, at most: so many as its chunks hold, or its bytes. Those that
// are not stored cost nothing, and a few bytes could declare any number of them: as many as would
// fit into the file are enough for what is beside them.
double most_values(hid_t dataset, hid_t properties) {
    if (H5Pget_layout(properties) == H5D_CHUNKED) {
        hsize_t n_chunks = 0;
        const DataSpace space(H5Dget_space(dataset));  // H5S_ALL is refused by 1.10
        quietly([&] { return H5Dget_num_chunks(dataset, space, &n_chunks); });
        hsize_t extent[H5S_MAX_RANK] = {};
        const int rank = H5Pget_chunk(properties, H5S_MAX_RANK, extent);
        return std::accumulate(extent, extent + std::max(rank, 0), static_cast<double>(n_chunks),
                               std::multiplies<>());
    }
    const FileHandle file(H5Iget_file_id(dataset));
    hsize_t file_bytes = 0;
    H5Fget_filesize(file, &file_bytes);
    const DataType type(H5Dget_type(dataset));
    const auto bytes =
        is_constant(dataset) ? file_bytes : std::min(H5Dget_storage_size(dataset), file_bytes);
    return static_cast<double>(bytes) /
           static_cast<double>(std::max<std::size_t>(1, H5Tget_size(type)));
}

// That the values lie in the file itself, and that there are as many as it says.
void require_own_values(hid_t dataset, const std::string& name) {
    const PropertyList properties(H5Dget_create_plist(dataset));
    if (H5Pget_external_count(properties) > 0 || H5Pget_layout(properties) == H5D_VIRTUAL)
        reject(dataset,
               "the dataset '" + name + "' has its values in other files, which are not read",
               "give a file that holds all of its data");
    const DataSpace space(H5Dget_space(dataset));
    hsize_t extent[H5S_MAX_RANK] = {};
    const int rank = H5Sget_simple_extent_dims(space, extent, nullptr);
    const double declared =
        H5Sget_simple_extent_type(space) == H5S_NULL
            ? 0.0
            : std::accumulate(extent, extent + std::max(rank, 0), 1.0, std::multiplies<>());
    if (declared > most_values(dataset, properties))
        reject(dataset, "the dataset '" + name + "' declares more values than the file holds",
               remedy_for_reading);
}

// HDF5 1.10 stumbles over extents of 0: nothing is an empty selection of something,
DataSpace memory_of(std::size_t n_values) {
    const hsize_t extent = std::max<std::size_t>(n_values, 1);
    DataSpace space(H5Screate_simple(1, &extent, nullptr));
    if (n_values == 0) H5Sselect_none(space);
    return space;
}

// and a dataset without values has no place in the file that could be accessed.
bool holds_nothing(hid_t dataset) {
    const Shape extent = shape(dataset);
    return std::find(extent.begin(), extent.end(), hsize_t{0}) != extent.end();
}

}  // namespace

hsize_t row_length(const Shape& shape) {
    return std::accumulate(shape.begin() + 1, shape.end(), hsize_t{1}, std::multiplies<>());
}

Shape shape(hid_t dataset) {
    const DataSpace space(H5Dget_space(dataset));
    const int rank = H5Sget_simple_extent_ndims(space);
    if (rank < 1 || rank > 2) {
        reject(dataset, "the dataset '" + object_name(dataset) + "' has not one or two dimensions",
               remedy_for_reading);
    }
    Shape extent(static_cast<std::size_t>(rank));
    H5Sget_simple_extent_dims(space, extent.data(), nullptr);
    return extent;
}

bool is_constant(hid_t dataset) {
    const PropertyList properties(H5Dget_create_plist(dataset));
    H5D_space_status_t status = H5D_SPACE_STATUS_ALLOCATED;
    H5Dget_space_status(dataset, &status);
    const DataSpace space(H5Dget_space(dataset));
    return H5Pget_layout(properties) == H5D_CONTIGUOUS && H5Pget_external_count(properties) == 0 &&
           status == H5D_SPACE_STATUS_NOT_ALLOCATED && H5Sget_simple_extent_npoints(space) > 0;
}

DataSet find_dataset(hid_t location, const std::string& name) {
    require_within_file(location, name);
    const PropertyList access = within_file(H5P_DATASET_ACCESS);
    DataSet dataset(quietly([&] { return H5Dopen2(location, name.c_str(), access); }));
    if (dataset < 0) fail_in_trouble(location, name);
    if (dataset >= 0) require_own_values(dataset, name);
    return dataset;
}

DataSet open_dataset(hid_t location, const std::string& name) {
    DataSet dataset = find_dataset(location, name);
    if (dataset < 0) fail(location, "the dataset '" + name + "' is missing", remedy_for_reading);
    return dataset;
}

void write_chunk(hid_t dataset, hsize_t first_row, std::span<const std::byte> stored) {
    constexpr std::uint32_t all_filters = 0;
    const bool written = quietly([&] {
                             return H5Dwrite_chunk(dataset, H5P_DEFAULT, all_filters, &first_row,
                                                   stored.size(), stored.data());
                         }) >= 0;
    if (!written) fail(dataset, "cannot write '" + object_name(dataset) + "'", remedy_for_writing);
}

namespace detail {

DataSet create(hid_t location, const std::string& name, hid_t type, const Shape& shape,
               const DatasetOptions& options) {
    return h5::create(location, name, type, shape, creation_properties(shape, options));
}

DataSet create_constant(hid_t location, const std::string& name, hid_t type, const Shape& shape,
                        const void* value) {
    PropertyList properties(H5Pcreate(H5P_DATASET_CREATE));
    H5Pset_obj_track_times(properties, 0);
    H5Pset_fill_value(properties, type, value);
    // Contiguous datasets get their place with the first value that is written, and none ever is.
    H5Pset_alloc_time(properties, H5D_ALLOC_TIME_LATE);
    return h5::create(location, name, type, shape, properties);
}

void write(hid_t dataset, hid_t type, Slab slab, std::size_t n_values, const void* values) {
    const DataSpace rows = select_rows(dataset, slab);
    if (holds_nothing(dataset)) return;
    const DataSpace memory = memory_of(n_values);
    if (quietly([&] { return H5Dwrite(dataset, type, memory, rows, H5P_DEFAULT, values); }) < 0) {
        fail(dataset, "cannot write the dataset '" + object_name(dataset) + "'",
             remedy_for_writing);
    }
}

void read(hid_t dataset, hid_t type, Slab slab, std::size_t n_values, void* values) {
    const DataSpace rows = select_rows(dataset, slab);
    if (holds_nothing(dataset)) return;
    const DataSpace memory = memory_of(n_values);
    if (quietly([&] { return H5Dread(dataset, type, memory, rows, H5P_DEFAULT, values); }) < 0) {
        fail(dataset, "cannot read the dataset '" + object_name(dataset) + "'", remedy_for_reading);
    }
}

}  // namespace detail
void write_texts(hid_t location, const std::string& name, const Shape& shape,
                 const std::vector<std::string>& texts) {
    const DataType type = text_type();
    const DataSpace space(H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr));
    PropertyList properties(H5Pcreate(H5P_DATASET_CREATE));
    H5Pset_obj_track_times(properties, 0);
    const DataSet dataset(quietly([&] {
        return H5Dcreate2(location, name.c_str(), type, space, H5P_DEFAULT, properties,
                          H5P_DEFAULT);
    }));
    std::vector<const char*> characters;
    for (const std::string& text : texts) characters.push_back(text.c_str());
    if (dataset < 0 || (!texts.empty() && quietly([&] {
                                              return H5Dwrite(dataset, type, H5S_ALL, H5S_ALL,
                                                              H5P_DEFAULT, characters.data());
                                          }) < 0))
        fail(location, "cannot write the dataset '" + name + "'", remedy_for_writing);
}

std::vector<std::string> read_texts(hid_t location, const std::string& name) {
    const DataSet dataset = open_dataset(location, name);
    const DataType type = text_type();
    const DataSpace space(H5Dget_space(dataset));
    std::vector<char*> characters(static_cast<std::size_t>(H5Sget_simple_extent_npoints(space)));
    if (characters.empty()) return {};  // HDF5 does not take back nothing
    const herr_t status = quietly(
        [&] { return H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, characters.data()); });
    if (status < 0) fail(location, "the dataset '" + name + "' is damaged", remedy_for_reading);
    std::vector<std::string> texts;
    for (const char* text : characters) texts.emplace_back(text == nullptr ? "" : text);
    H5Dvlen_reclaim(type, space, H5P_DEFAULT, characters.data());
    return texts;
}

}  // namespace engram::h5
