// SPDX-License-Identifier: Apache-2.0
// HDF5 files from elsewhere: their data must be their own, and as much as they say.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <numeric>

#include "base/temporary_directory.hpp"
#include "io/hdf5_dataset.hpp"

namespace engram::test {
namespace {

using h5::DataSet;
using h5::DataSpace;
using h5::PropertyList;

class OwnValues : public ::testing::Test {
  protected:
    OwnValues() {
        h5::File other = h5::File::create(other_);
        h5::create_group(other, "group");
        h5::write_dataset(other, "data", {3}, std::span<const double>(values_));
        other.close();
    }
    static hid_t create(hid_t file, const std::vector<hsize_t>& extent, hid_t properties,
                        const char* name = "data") {
        const DataSpace space(
            H5Screate_simple(static_cast<int>(extent.size()), extent.data(), nullptr));
        return H5Dcreate2(file, name, H5T_NATIVE_DOUBLE, space, H5P_DEFAULT, properties,
                          H5P_DEFAULT);
    }
    std::string problem(hid_t file, const std::string& name = "data") const {
        return file_error([&] { h5::read_dataset<double>(file, name); });
    }

    TemporaryDirectory directory_;
    const std::string path_ = directory_.file("file.h5");
    const std::string other_ = directory_.file("other.h5");
    const std::vector<double> values_{1, 2, 3};
};

TEST_F(OwnValues, LinksToOtherFilesAreNotFollowed) {
    h5::File file = h5::File::create(path_);
    H5Lcreate_external(other_.c_str(), "/data", file, "data", H5P_DEFAULT, H5P_DEFAULT);
    H5Lcreate_external(other_.c_str(), "/", file, "root", H5P_DEFAULT, H5P_DEFAULT);
    H5Lcreate_soft("/root/data", file, "soft", H5P_DEFAULT, H5P_DEFAULT);
    expect_contains(problem(file), path_ + ": 'data' is a link to another file");
    expect_contains(problem(file, "root/data"), "'root' is a link to another file");
    expect_contains(problem(file, "soft"), path_);
    expect_contains(file_error([&] { h5::open_group(file, "root/group"); }),
                    "'root' is a link to another file");
    EXPECT_FALSE(h5::is_group(file, "root/group"));
    EXPECT_FALSE(h5::exists(file, "root/group"));
}

TEST_F(OwnValues, LinksWithinAreFollowed) {
    h5::File file = h5::File::create(path_);
    h5::write_dataset(file, "data", {3}, std::span<const double>(values_));
    H5Lcreate_soft("/data", file, "soft", H5P_DEFAULT, H5P_DEFAULT);
    EXPECT_EQ(h5::read_dataset<double>(file, "soft"), values_);
}

TEST_F(OwnValues, ValuesInOtherFilesAreNotRead) {
    put(directory_.file("secret"), std::string(24, 'x'));
    h5::File file = h5::File::create(path_);
    const PropertyList raw(H5Pcreate(H5P_DATASET_CREATE));
    H5Pset_external(raw, directory_.file("secret").c_str(), 0, 24);
    DataSet(create(file, {3}, raw)).reset();
    const PropertyList mapped(H5Pcreate(H5P_DATASET_CREATE));
    const hsize_t three = 3;
    const DataSpace space(H5Screate_simple(1, &three, nullptr));
    H5Pset_virtual(mapped, space, other_.c_str(), "/data", space);
    DataSet(create(file, {3}, mapped, "virtual")).reset();
    for (const char* name : {"data", "virtual"})
        expect_contains(problem(file, name), "has its values in other files");
}

TEST_F(OwnValues, APipeBehindAVirtualDatasetIsNotWaitedFor) {
    const std::string pipe = directory_.file("pipe");
    ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
    h5::File file = h5::File::create(path_);
    const PropertyList mapped(H5Pcreate(H5P_DATASET_CREATE));
    const hsize_t three = 3;
    const DataSpace space(H5Screate_simple(1, &three, nullptr));
    H5Pset_virtual(mapped, space, pipe.c_str(), "/data", space);
    DataSet(create(file, {3}, mapped)).reset();
    file.close();
    expect_contains(problem(h5::File::open(path_, h5::Access::read_only)), "in other files");
    expect_contains(file_error([&] { h5::File::open(pipe, h5::Access::read_only); }),
                    pipe + ": is not a regular file");
}

TEST_F(OwnValues, MoreThanTheFileHoldsIsNotRead) {
    h5::File file = h5::File::create(path_);
    const PropertyList chunked(H5Pcreate(H5P_DATASET_CREATE));
    const hsize_t chunk[2] = {1024, 1};
    H5Pset_chunk(chunked, 1, chunk);
    const hsize_t huge = hsize_t{1} << 40;
    DataSet(create(file, {huge}, chunked)).reset();
    DataSet(create(file, {huge}, H5P_DEFAULT, "contiguous")).reset();
    H5Pset_chunk(chunked, 2, chunk);
    DataSet(create(file, {huge, huge}, chunked, "table")).reset();
    for (const char* name : {"data", "contiguous", "table"})
        expect_contains(problem(file, name), "declares more values than the file holds");
}

TEST_F(OwnValues, ConstantsAreAsManyAsTheFileHasRoomFor) {
    // Its 1000 numbers of 8 bytes, and less than 1000 more for the structure.
    std::vector<double> values(1000);
    h5::File file = h5::File::create(path_);
    h5::write_dataset(file, "data", {1000}, std::span<const double>(values));
    h5::create_constant(file, "as_many", {1000}, 2.5);
    h5::create_constant(file, "twice", {2000}, 2.5);
    h5::create_constant(file, "table", {hsize_t{1} << 40, 2}, 2.5);
    h5::create_constant(file, "bytes", {8000}, std::uint8_t{3});
    h5::create_constant(file, "more_bytes", {16000}, std::uint8_t{3});
    file.close();
    ASSERT_LT(std::filesystem::file_size(path_), 16000u);
    file = h5::File::open(path_, h5::Access::read_only);
    EXPECT_TRUE(h5::is_constant(h5::open_dataset(file, "as_many")));
    EXPECT_FALSE(h5::is_constant(h5::open_dataset(file, "data")));
    EXPECT_EQ(h5::read_dataset<double>(file, "as_many"), std::vector<double>(1000, 2.5));
    EXPECT_EQ(h5::read_dataset<std::uint8_t>(file, "bytes"), std::vector<std::uint8_t>(8000, 3));
    for (const char* name : {"twice", "table", "more_bytes"})
        expect_contains(file_error([&] { h5::open_dataset(file, name); }),
                        "declares more values than the file holds");
}

TEST_F(OwnValues, OtherTypesAndRanksAreNamed) {
    h5::File file = h5::File::create(path_);
    h5::write_texts(file, "texts", {1}, {"text"});
    const DataSpace scalar(H5Screate(H5S_SCALAR));
    DataSet(H5Dcreate2(file, "scalar", H5T_NATIVE_DOUBLE, scalar, H5P_DEFAULT, H5P_DEFAULT,
                       H5P_DEFAULT))
        .reset();
    const DataSpace null(H5Screate(H5S_NULL));
    DataSet(
        H5Dcreate2(file, "null", H5T_NATIVE_DOUBLE, null, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT))
        .reset();
    for (const char* name : {"texts", "scalar", "null"})
        expect_contains(problem(file, name), path_);
    h5::write_dataset(file, "numbers", {3}, std::span<const double>(values_));
    expect_contains(file_error([&] { h5::read_texts(file, "numbers"); }), "'numbers'");
}

}  // namespace
}  // namespace engram::test
