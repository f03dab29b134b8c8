// SPDX-License-Identifier: Apache-2.0
#include "io/file_layout.hpp"

#include <numeric>
#include <span>
#include <vector>

#include "io/counting_chunks.hpp"

namespace engram {

FileLayout::FileLayout(h5::Layout layout)
    : memory_(FileDescriptor::in_memory("the layout of a results file")),
      file_(h5::File::create_in_memory(memory_.path(), layout)),
      has_checksums_(layout == h5::Layout::compatible) {}

void FileLayout::remember(hid_t dataset, Summed summed) {
    if (!has_checksums_) return;
    std::string name(static_cast<std::size_t>(H5Iget_name(dataset, nullptr, 0)), '\0');
    H5Iget_name(dataset, name.data(), name.size() + 1);
    names_.push_back(name.substr(1));  // without the leading slash
    summed_.push_back(summed);
}

void FileLayout::add_counting(hid_t location, const std::string& name, std::uint32_t n) {
    constexpr std::uint32_t per_chunk = CountingChunks::numbers;
    std::uint64_t sum = 0;
    for (std::uint32_t i = 0; i < n; ++i) sum += checksum_of(i, i);
    if (n < per_chunk || H5Zfilter_avail(H5Z_FILTER_DEFLATE) <= 0) {
        std::vector<std::uint32_t> numbers(n);
        std::iota(numbers.begin(), numbers.end(), 0);
        const std::span<const std::uint32_t> values(numbers);
        remember(h5::write_dataset(location, name, {n}, values), {std::nullopt, sum});
        return;
    }
    const h5::DataSet dataset = h5::create_dataset<std::uint32_t>(
        location, name, {n}, {.chunk_rows = per_chunk, .compressed = true});
    CountingChunks chunks;
    for (hsize_t first = 0; first < n; first += per_chunk)
        h5::write_chunk(dataset, first,
                        chunks.chunk(static_cast<std::uint16_t>(first / per_chunk)));
    remember(dataset, {std::nullopt, sum});
}

std::uint64_t FileLayout::finish() {
    if (!names_.empty()) {
        const h5::Group group = h5::create_group(file_, checksums_group);
        h5::write_texts(group, "datasets", {names_.size()}, names_);
        const auto sums = h5::create_dataset<std::uint64_t>(group, "sums", {names_.size()});
        sums_ = {H5Dget_offset(sums), h5::shape(sums)};
    }
    file_.close();
    return memory_.size();
}

void FileLayout::copy_to(FileDescriptor& target) const {
    std::vector<char> bytes;
    for (FileDescriptor::Extent extent = memory_.next_data(0); extent.size > 0;
         extent = memory_.next_data(extent.offset + extent.size)) {
        bytes.resize(extent.size);
        memory_.read_at(extent.offset, bytes.data(), bytes.size());
        target.write_at(extent.offset, bytes.data(), bytes.size());
    }
}

}  // namespace engram
