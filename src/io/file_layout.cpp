#include "io/file_layout.hpp"

#include <vector>

namespace engram {

FileLayout::FileLayout(h5::Layout layout)
    : memory_(FileDescriptor::in_memory("engram layout")),
      file_(h5::File::create_in_memory(memory_.path(), layout)) {}

std::uint64_t FileLayout::finish() {
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
