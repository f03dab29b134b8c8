// SPDX-License-Identifier: Apache-2.0
#include "base/file_descriptor.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "base/durable.hpp"
#include "base/temporary_directory.hpp"

namespace engram::test {
namespace {

namespace fs = std::filesystem;

class FileDescriptorTest : public ::testing::Test {
  protected:
    std::string open(const std::string& path, int flags) const {
        return file_error([&] { FileDescriptor(path, flags, "open the file"); });
    }
    TemporaryDirectory directory_;
    const std::string path_ = directory_.file("file");
    const std::string victim_ = directory_.file("victim");
};

TEST_F(FileDescriptorTest, NothingIsWrittenThroughALink) {
    put(victim_, "precious");
    fs::create_symlink(victim_, path_);
    for (const int flags : {O_RDWR, O_WRONLY, O_RDWR | O_CREAT, O_RDWR | O_CREAT | O_TRUNC})
        expect_contains(open(path_, flags), path_ + ": is a symbolic link");
    EXPECT_EQ(content(victim_), "precious");
    EXPECT_EQ(open(path_, O_RDONLY), "");
}

TEST_F(FileDescriptorTest, AFileWithAnotherNameIsNotWrittenInPlace) {
    put(victim_, "precious");
    fs::create_hard_link(victim_, path_);
    expect_contains(open(path_, O_RDWR), path_ + ": has another name (a hard link)");
    EXPECT_EQ(open(path_, O_RDONLY), "");
}

TEST_F(FileDescriptorTest, CreatingReplacesWhateverLiesThere) {
    put(victim_, "precious");
    const auto create = [&] {
        FileDescriptor file = FileDescriptor::create(path_, "create the file");
        file.write_at(0, "new", 3);
        EXPECT_TRUE(file.is_at(path_));
        EXPECT_FALSE(file.is_at(victim_));
    };
    fs::create_symlink(victim_, path_);
    create();
    fs::remove(path_);
    fs::create_hard_link(victim_, path_);
    create();
    fs::remove(path_);
    ASSERT_EQ(mkfifo(path_.c_str(), 0600), 0);
    create();
    EXPECT_EQ(content(path_), "new");
    EXPECT_EQ(content(victim_), "precious");
    fs::remove(path_);
    fs::create_directory(path_);
    expect_contains(file_error(create), path_ + ": cannot create the file (File exists)");
}

TEST_F(FileDescriptorTest, ALinkIsNotTheFileItLeadsTo) {
    const FileDescriptor file = FileDescriptor::create(victim_, "create the file");
    fs::create_symlink(victim_, path_);
    EXPECT_FALSE(file.is_at(path_));
}

TEST_F(FileDescriptorTest, WaitsForNoPipeAndReadsNoDevice) {
    ASSERT_EQ(mkfifo(path_.c_str(), 0600), 0);
    expect_contains(open(path_, O_RDONLY), path_ + ": is not a regular file");
    EXPECT_NE(open(path_, O_RDWR), "");
    EXPECT_NE(open(path_, O_WRONLY), "");
    expect_contains(open("/dev/zero", O_RDONLY), "/dev/zero: is not a regular file");
    expect_contains(file_error([&] { read_text_file(path_); }), "is not a regular file");
    EXPECT_EQ(open(directory_.path().string(), O_RDONLY | O_DIRECTORY), "");
}

TEST_F(FileDescriptorTest, TextIsWrittenBesideALink) {
    put(victim_, "precious");
    fs::create_symlink(victim_, temporary_path(path_));
    fs::create_symlink(victim_, path_);
    write_text_file(path_, "new");
    EXPECT_EQ(content(path_), "new");
    EXPECT_FALSE(fs::is_symlink(path_));
    EXPECT_EQ(content(victim_), "precious");
}

}  // namespace
}  // namespace engram::test
