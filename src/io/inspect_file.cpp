// SPDX-License-Identifier: Apache-2.0
#include "io/inspect_file.hpp"

#include <algorithm>
#include <filesystem>
#include <sstream>
#include <vector>

#include "base/errors.hpp"
#include "base/plain_text.hpp"
#include "io/checkpoint_file.hpp"
#include "io/ensemble_file.hpp"
#include "io/file_format.hpp"
#include "io/file_layout.hpp"
#include "io/hdf5_dataset.hpp"
#include "io/network_file.hpp"

namespace engram {
namespace {

std::vector<std::string> dataset_names(const h5::File& file) {
    std::vector<std::string> names;
    const auto collect = [](hid_t, const char* name, const H5O_info_t* info, void* list) -> herr_t {
        if (info->type == H5O_TYPE_DATASET)
            static_cast<std::vector<std::string>*>(list)->push_back(name);
        return 0;
    };
    const herr_t status = h5::quietly([&] {
        return H5Ovisit2(file, H5_INDEX_NAME, H5_ITER_INC, collect, &names, H5O_INFO_BASIC);
    });
    if (status < 0) h5::fail(file, "cannot list its content", h5::remedy_for_reading);
    return names;
}

std::string shape_text(const h5::Shape& shape) {
    std::ostringstream text;
    for (std::size_t i = 0; i < shape.size(); ++i) text << (i == 0 ? "" : " x ") << shape[i];
    return shape.empty() ? "scalar" : text.str();
}

// Checksum of a whole dataset.
template <h5::Number T>
std::uint64_t checksum_of_all(hid_t dataset) {
    constexpr hsize_t rows_per_read = 1u << 20;
    const h5::Shape shape = h5::shape(dataset);
    const hsize_t n = h5::is_constant(dataset) ? 1 : shape.front();
    std::uint64_t sum = 0;
    for (hsize_t first = 0; first < n; first += rows_per_read) {
        const h5::Slab slab{first, std::min(rows_per_read, n - first)};
        const auto values = h5::read_rows<T>(dataset, slab);
        sum += checksum_of(std::span(&slab, 1), std::span<const T>(values), h5::row_length(shape));
    }
    return sum;
}

std::uint64_t checksum_of_all(hid_t dataset) {
    const h5::DataType type(H5Dget_type(dataset));
    if (H5Tget_class(type) == H5T_FLOAT) return checksum_of_all<double>(dataset);
    switch (H5Tget_size(type)) {
        case 1:
            return checksum_of_all<std::uint8_t>(dataset);
        case 4:
            return checksum_of_all<std::uint32_t>(dataset);
        default:
            break;
    }
    return H5Tget_sign(type) == H5T_SGN_NONE ? checksum_of_all<std::uint64_t>(dataset)
                                             : checksum_of_all<std::int64_t>(dataset);
}

// Reads all values as bytes of the stored type, in portions.
void read_all(hid_t dataset, const std::string& name) {
    const h5::DataType type(H5Dget_type(dataset));
    const h5::DataSpace space(H5Dget_space(dataset));
    const h5::Shape shape = h5::shape(dataset);
    if (H5Tis_variable_str(type) > 0) return;
    const hsize_t row = h5::row_length(shape);
    constexpr hsize_t values_per_read = 1u << 20;
    const hsize_t rows_per_read = std::max<hsize_t>(1, values_per_read / std::max<hsize_t>(1, row));
    std::vector<char> buffer(std::min(rows_per_read, shape.front()) * row * H5Tget_size(type));
    for (hsize_t first = 0; first < shape.front(); first += rows_per_read) {
        h5::Shape start(shape.size(), 0);
        h5::Shape count = shape;
        start.front() = first;
        count.front() = std::min(rows_per_read, shape.front() - first);
        H5Sselect_hyperslab(space, H5S_SELECT_SET, start.data(), nullptr, count.data(), nullptr);
        const h5::DataSpace memory(
            H5Screate_simple(static_cast<int>(count.size()), count.data(), nullptr));
        const herr_t status = h5::quietly(
            [&] { return H5Dread(dataset, type, memory, space, H5P_DEFAULT, buffer.data()); });
        if (status < 0)
            h5::fail(dataset, "the dataset '" + name + "' is damaged", h5::remedy_for_reading);
    }
}

constexpr hsize_t longest_row = 1u << 24;  // of values; those of Engram have few

// "float64", "integer32", "text".
// \throw FileError of what no file of Engram holds
std::string type_name(hid_t dataset, const std::string& name) {
    const h5::DataType type(H5Dget_type(dataset));
    const std::size_t size = H5Tget_size(type);
    if (h5::row_length(h5::shape(dataset)) > longest_row)
        h5::reject(dataset, "the rows of '" + name + "' are longer than any of Engram",
                   h5::remedy_for_reading);
    switch (H5Tget_class(type)) {
        case H5T_FLOAT:
        case H5T_INTEGER:
            if (size > sizeof(std::uint64_t)) break;
            return (H5Tget_class(type) == H5T_FLOAT ? "float" : "integer") +
                   std::to_string(8 * size);
        case H5T_STRING:
            if (H5Tis_variable_str(type) > 0) return "text";
            break;
        default:
            break;
    }
    h5::reject(dataset, "'" + name + "' holds neither numbers nor text, as no file of Engram does",
               h5::remedy_for_reading);
}

// Lists datasets, and notes which have numbers that no checksum vouches for.
class DatasetList {
  public:
    DatasetList(const h5::File& file, const Checksums& checksums)
        : file_(file), checksums_(checksums) {}

    //! \throw FileError if its values cannot be read, or are not those of its checksum
    void add(const std::string& name) {
        const h5::DataSet dataset = h5::open_dataset(file_, name);
        const std::string type = type_name(dataset, name);
        text_ << "  " << one_line(name) << ": " << shape_text(h5::shape(dataset)) << ", " << type;
        if (h5::is_constant(dataset)) text_ << ", all the same";
        if (const auto expected = checksums_.find(name); expected != checksums_.end()) {
            if (checksum_of_all(dataset) != expected->second)
                throw FileError(file_.path(),
                                "'" + name + "' is damaged (its checksum does not match)");
            text_ << ", checksum verified";
        } else {
            read_all(dataset, name);
            if (type != "text" && !is_of_checksums(name)) unverified_.push_back(name);
        }
        text_ << '\n';
    }
    std::string text() const { return text_.str(); }
    const std::vector<std::string>& unverified() const { return unverified_; }

  private:
    static bool is_of_checksums(const std::string& name) {
        return name == "header" || name == "header_checksum" ||
               name.starts_with(std::string(checksums_group) + "/");
    }

    const h5::File& file_;
    const Checksums& checksums_;
    std::ostringstream text_;
    std::vector<std::string> unverified_;
};

// Nothing if there are checksums for all numbers, as there are in all files but those of ensembles.
std::string problem_of_checksums(const std::vector<std::string>& unverified,
                                 const Checksums& checksums) {
    if (unverified.empty()) return "";
    const std::string remedy =
        "; whether its values are as they were written cannot be told: restore the file from a "
        "copy, or run the simulation again";
    if (checksums.empty()) return "not verified: its checksums are missing" + remedy;
    return "not verified: the checksum of '" + unverified.front() + "' is missing" + remedy;
}

std::string describe_losses(const RecordingMarks& recordings) {
    std::ostringstream text;
    const auto add = [&](const RecordMark& mark, const char* name) {
        for (const RecordGap& gap : mark.gaps)
            text << "  lost: " << gap.count << ' ' << name << ", steps " << gap.begin << " to "
                 << gap.end << '\n';
    };
    add(recordings.spikes, "spikes");
    for (const RecordMark& traces : recordings.traces) add(traces, "rows of traces");
    for (const SnapshotMark& mark : recordings.snapshots)
        if (mark.lost) text << "  lost: snapshot of step " << mark.step << '\n';
    return text.str();
}

std::string describe_header(const CheckpointHeader& header) {
    const RunPosition& position = header.position;
    std::ostringstream text;
    text << "  step " << position.step << ", phase " << position.phase_index
         << (position.within_phase ? " (within)" : " (at its beginning)") << '\n';
    for (const PhaseReport& report : position.reports)
        text << "  phase '" << report.phase.label << "', steps " << report.phase.begin << " to "
             << report.phase.end << ", " << report.all_spikes() << " spikes so far\n";
    std::uint64_t n_rows = 0;
    for (const RecordMark& traces : header.recordings.traces) n_rows += traces.n_records;
    text << "  recorded: " << header.recordings.spikes.n_records << " spikes, " << n_rows
         << " rows of traces, " << header.recordings.snapshots.size() << " snapshots\n"
         << describe_losses(header.recordings) << "configuration:\n"
         << header.configuration;
    return text.str();
}

std::uint32_t newest_version(const std::string& filetype) {
    if (filetype == checkpoint_filetype) return checkpoint_format_version;
    if (filetype == network_filetype) return network_format_version;
    return file_format_version;
}

}  // namespace

Inspection inspect_file(const std::string& path) {
    if (std::filesystem::is_directory(path))
        throw FileError(path, "is a directory; give one of its files, e.g. " +
                                  (std::filesystem::path(path) / "spikes.h5").string());
    const std::string suffix = std::filesystem::path(path).extension().string();
    const bool is_text = suffix == ".json" || suffix == ".yaml" || suffix == ".html";
    if (is_text && std::filesystem::is_regular_file(path))
        throw FileError(path,
                        "is text, to be read as it is; give an HDF5 file, e.g. " +
                            std::filesystem::path(path).replace_filename("spikes.h5").string());
    const h5::File file = h5::File::open(path, h5::Access::read_only);
    if (!h5::has_attribute(file, "filetype"))
        throw FileError(path, "not a file of Engram (it has no attribute 'filetype')");
    const std::string filetype = h5::read_string_attribute(file, "filetype");
    check_format(file, filetype, newest_version(filetype));
    std::ostringstream text;
    text << one_line(path) << ": " << one_line(filetype) << ", format version "
         << h5::read_attribute<std::uint32_t>(file, "format_version") << '\n';
    Checksums checksums;
    if (filetype == checkpoint_filetype) {
        const CheckpointHeader header = read_checkpoint_header(file);
        checksums = header.checksums;
        text << describe_header(header);
    } else if (h5::is_group(file, checksums_group)) {
        checksums = read_checksums(file);
    }
    text << "datasets:\n";
    auto names = dataset_names(file);
    std::sort(names.begin(), names.end());
    for (const auto& entry : checksums)
        if (!std::binary_search(names.begin(), names.end(), entry.first))
            throw FileError(path, "the dataset '" + entry.first + "' is missing");
    DatasetList list(file, checksums);
    for (const std::string& name : names) list.add(name);
    text << list.text() << "Every dataset was read without error.\n";
    if (filetype == ensemble_filetype && checksums.empty()) {
        text << "Its values are not verified: files of this type hold no checksums.\n";
        return {text.str(), ""};
    }
    return {text.str(), problem_of_checksums(list.unverified(), checksums)};
}

}  // namespace engram
