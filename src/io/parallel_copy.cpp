#include "io/parallel_copy.hpp"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "experiment/errors.hpp"
#include "network/collective.hpp"

namespace engram {
namespace {

void check(int code, const std::string& path, const std::string& problem,
           const std::string& remedy) {
    if (code == MPI_SUCCESS) return;
    char text[MPI_MAX_ERROR_STRING] = "";
    int length = 0;
    MPI_Error_string(code, text, &length);
    throw FileError(path, problem + " (" + std::string(text, static_cast<std::size_t>(length)) +
                              "); " + remedy);
}

// MPI-IO rather than POSIX: it knows how to let several nodes write one file.
class SharedFile {
  public:
    SharedFile(const std::string& path, int mode, MPI_Comm comm) : path_(path) {
        collectively(comm, [&] {
            check(MPI_File_open(comm, path.c_str(), mode, MPI_INFO_NULL, &file_), path,
                  "cannot open the file", "check the path and its permissions");
        });
    }
    ~SharedFile() {
        if (file_ != MPI_FILE_NULL) MPI_File_close(&file_);
    }
    SharedFile(const SharedFile&) = delete;
    SharedFile& operator=(const SharedFile&) = delete;

    MPI_Offset size() const {
        MPI_Offset size = 0;
        MPI_File_get_size(file_, &size);
        return size;
    }
    void truncate(MPI_Offset size) {
        check(MPI_File_set_size(file_, size), path_, "cannot set the size of the file",
              "check the free space and quota of the disk");
    }
    void read_at(MPI_Offset offset, std::vector<char>& data) const {
        MPI_Status status;
        check(MPI_File_read_at(file_, offset, data.data(), static_cast<int>(data.size()), MPI_CHAR,
                               &status),
              path_, "cannot read the file", "check the disk");
        expect_all(status, data, "read");
    }
    void write_at(MPI_Offset offset, const std::vector<char>& data) {
        MPI_Status status;
        check(MPI_File_write_at(file_, offset, data.data(), static_cast<int>(data.size()), MPI_CHAR,
                                &status),
              path_, "cannot write the file", "check the free space and quota of the disk");
        expect_all(status, data, "write");
    }
    void sync() {
        check(MPI_File_sync(file_), path_, "cannot write the file to the disk",
              "check the free space and quota of the disk");
    }

  private:
    void expect_all(const MPI_Status& status, const std::vector<char>& data,
                    const std::string& verb) const {
        int count = 0;
        MPI_Get_count(&status, MPI_CHAR, &count);
        if (static_cast<std::size_t>(count) == data.size()) return;
        throw FileError(path_, "cannot " + verb +
                                   " the whole file; check the free space and "
                                   "quota of the disk");
    }
    std::string path_;
    MPI_File file_ = MPI_FILE_NULL;
};

}  // namespace

void copy_file(const std::string& source, const std::string& target, MPI_Comm comm) {
    constexpr MPI_Offset block = MPI_Offset{1} << 23;
    const SharedFile from(source, MPI_MODE_RDONLY, comm);
    SharedFile to(target, MPI_MODE_WRONLY | MPI_MODE_CREATE, comm);
    const MPI_Offset size = from.size();
    collectively(comm, [&] { to.truncate(0); });
    collectively(comm, [&] {
        std::vector<char> data;
        const MPI_Offset stride = block * size_of(comm);
        for (MPI_Offset offset = block * rank_of(comm); offset < size; offset += stride) {
            data.resize(static_cast<std::size_t>(std::min(block, size - offset)));
            from.read_at(offset, data);
            to.write_at(offset, data);
        }
    });
    collectively(comm, [&] { to.sync(); });
}

}  // namespace engram
