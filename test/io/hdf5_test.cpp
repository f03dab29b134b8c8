// SPDX-License-Identifier: Apache-2.0
#include "io/hdf5.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "base/file_descriptor.hpp"
#include "base/temporary_directory.hpp"
#include "io/counting.hpp"
#include "io/file_format.hpp"
#include "io/hdf5_dataset.hpp"

namespace engram::test {
namespace {

class Hdf5Test : public ::testing::Test {
  protected:
    TemporaryDirectory directory_;
    const std::string path_ = directory_.file("some.h5");
};

TEST_F(Hdf5Test, AttributesComeBackAsWritten) {
    {
        h5::File file = h5::File::create(path_);
        h5::write_attribute(file, "count", std::uint64_t{1} << 60);
        h5::write_attribute(file, "text", "Grüße");
        h5::write_fixed_attribute(file, "fixed", "Grüße");
        h5::write_attribute(file, "pair", std::span<const double>(counting(2)));
        file.close();
    }
    const h5::File file = h5::File::open(path_, h5::Access::read_only);
    EXPECT_EQ(h5::read_attribute<std::uint64_t>(file, "count"), std::uint64_t{1} << 60);
    EXPECT_EQ(h5::read_string_attribute(file, "text"), "Grüße");
    EXPECT_EQ(h5::read_string_attribute(file, "fixed"), "Grüße");
    EXPECT_EQ(h5::read_array_attribute<double>(file, "pair"), counting(2));
    EXPECT_FALSE(h5::has_attribute(file, "other"));
    expect_contains(file_error([&] { h5::read_attribute<double>(file, "other"); }), "'other'");
    expect_contains(file_error([&] { h5::read_attribute<double>(file, "pair"); }), "single");
}

TEST_F(Hdf5Test, MatrixIsReadByRows) {
    h5::File file = h5::File::create(path_);
    h5::write_dataset(file, "matrix", {4, 3}, std::span<const double>(counting(12)));
    const h5::DataSet matrix = h5::open_dataset(file, "matrix");
    EXPECT_EQ(h5::shape(matrix), (h5::Shape{4, 3}));
    EXPECT_EQ(h5::read_rows<double>(matrix, {1, 1}), (std::vector{3.5, 4.5, 5.5}));
    EXPECT_EQ(h5::read_dataset<double>(file, "matrix"), counting(12));
}

TEST_F(Hdf5Test, EmptyDatasetsWorkWithEveryOption) {
    h5::File file = h5::File::create(path_);
    for (const hsize_t chunk : {0, 8}) {
        const std::string name = "chunk" + std::to_string(chunk);
        h5::write_dataset(file, name, {0, 2}, std::span<const double>(),
                          {.chunk_rows = chunk, .checksum = chunk > 0});
        EXPECT_TRUE(h5::read_dataset<double>(file, name).empty());
    }
}

TEST_F(Hdf5Test, ChunkMayExceedTheRows) {
    h5::File file = h5::File::create(path_);
    h5::write_dataset(file, "few", {3}, std::span<const double>(counting(3)),
                      {.chunk_rows = 100, .checksum = true});
    EXPECT_EQ(h5::read_dataset<double>(file, "few"), counting(3));
}

TEST_F(Hdf5Test, ChecksumFindsAFlippedBit) {
    {
        h5::File file = h5::File::create(path_);
        h5::write_dataset(file, "data", {100}, std::span<const double>(counting(100)),
                          {.chunk_rows = 100, .checksum = true});
        file.close();
    }
    std::string bytes = content(path_);
    const double needle = 42.5;
    const auto at = bytes.find(std::string(reinterpret_cast<const char*>(&needle), sizeof needle));
    ASSERT_NE(at, std::string::npos);
    bytes[at + 6] ^= 1;
    put(path_, bytes);
    const h5::File file = h5::File::open(path_, h5::Access::read_only);
    const std::string message = file_error([&] { h5::read_dataset<double>(file, "data"); });
    expect_contains(message, path_);
    expect_contains(message, "'/data'");
    expect_contains(message, "damaged");
}

TEST_F(Hdf5Test, ReadingBeyondTheEndNamesTheDataset) {
    h5::File file = h5::File::create(path_);
    h5::write_dataset(file, "short", {3}, std::span<const double>(counting(3)));
    const h5::DataSet dataset = h5::open_dataset(file, "short");
    const std::string message = file_error([&] { h5::read_rows<double>(dataset, {2, 2}); });
    expect_contains(message, "'/short' has too few rows: 3 instead of at least 4");
}

TEST_F(Hdf5Test, GroupsAreMadeWithTheirParents) {
    h5::File file = h5::File::create(path_);
    h5::create_group(file, "a/b/c");
    EXPECT_TRUE(h5::exists(file, "a/b/c"));
    EXPECT_TRUE(h5::exists(file, "/a/b"));
    EXPECT_FALSE(h5::exists(file, "a/x/c"));
    expect_contains(file_error([&] { h5::open_group(file, "a/x"); }), "'a/x' is missing");
    expect_contains(file_error([&] { h5::open_dataset(file, "a/d"); }), "'a/d' is missing");
}

TEST_F(Hdf5Test, UnusableFilesAreNamed) {
    const auto open = [&] { h5::File::open(path_, h5::Access::read_only); };
    expect_contains(file_error(open), path_ + ": the file does not exist");
    put(path_, "not HDF5 at all");
    expect_contains(file_error(open), path_ + ": cannot open it as an HDF5 file");
    std::filesystem::remove(path_);
    {
        h5::File file = h5::File::create(path_);
        h5::write_dataset(file, "data", {1000}, std::span<const double>(counting(1000)));
        file.close();
    }
    std::filesystem::resize_file(path_, 4000);
    expect_contains(file_error(open), "truncated");
    const std::string below = path_ + "/below.h5";
    expect_contains(file_error([&] { h5::File::create(below); }), below + ": cannot create");
}

// In place of a disk that gives errors: a descriptor that cannot be read.
TEST_F(Hdf5Test, AReadThatTheSystemRefusesIsNoDamage) {
    {
        h5::File file = h5::File::create(path_);
        h5::write_dataset(file, "data", {1000}, std::span<const double>(counting(1000)));
        file.close();
    }
    const h5::File file = h5::File::open(path_, h5::Access::read_only);
    const h5::DataSet data = h5::open_dataset(file, "data");
    void* descriptor = nullptr;
    ASSERT_GE(H5Fget_vfd_handle(file, H5P_DEFAULT, &descriptor), 0);
    const FileDescriptor write_only(path_, O_WRONLY, "open the file");
    ASSERT_GE(::dup2(write_only.descriptor(), *static_cast<int*>(descriptor)), 0);
    try {
        h5::read_rows<double>(data, {0, 1000});
        ADD_FAILURE() << "was read";
    } catch (const FileError& error) {
        EXPECT_EQ(error.fault(), FileFault::environment);
        expect_contains(error.what(), path_ + ": cannot read the file (Bad file descriptor)");
        expect_contains(error.what(), "may be whole");
    }
}

// HDF5 would end the program with a signal when MPI ends.
TEST_F(Hdf5Test, AFileThatWasReadMayFailToClose) {
    h5::File::create(path_).close();
    h5::File file = h5::File::open(path_, h5::Access::read_only);
    void* descriptor = nullptr;
    ASSERT_GE(H5Fget_vfd_handle(file, H5P_DEFAULT, &descriptor), 0);
    ::close(*static_cast<int*>(descriptor));
    EXPECT_NO_THROW(file.close());
}

TEST_F(Hdf5Test, FormatIsChecked) {
    h5::File file = h5::File::create(path_);
    expect_contains(file_error([&] { check_format(file, "engram network"); }), "not a file of");
    write_format(file, "engram network");
    EXPECT_NO_THROW(check_format(file, "engram network"));
    expect_contains(file_error([&] { check_format(file, "engram spikes"); }),
                    "of type 'engram network', not 'engram spikes'");
    H5Adelete(file, "format_version");
    h5::write_attribute(file, "format_version", file_format_version + 1);
    expect_contains(file_error([&] { check_format(file, "engram network"); }), "newer");
}

}  // namespace
}  // namespace engram::test
