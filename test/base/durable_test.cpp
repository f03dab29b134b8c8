// SPDX-License-Identifier: Apache-2.0
#include "base/durable.hpp"

#include <gtest/gtest.h>

#include "base/temporary_directory.hpp"

namespace engram::test {
namespace {

TEST(Durable, ReplacesAFileAsAWhole) {
    const TemporaryDirectory directory;
    const std::string path = directory.file("text");
    write_text_file(path, "a long first version");
    write_text_file(path, "second");
    EXPECT_EQ(content(path), "second");
    EXPECT_FALSE(std::filesystem::exists(temporary_path(path)));
}

TEST(Durable, FinishesOnlyWhatWasWritten) {
    const TemporaryDirectory directory;
    const std::string path = directory.file("text");
    put(path, "old");
    expect_contains(file_error([&] { finish_file(path); }), temporary_path(path));
    expect_contains(file_error([&] { finish_file(path, MPI_COMM_SELF); }), temporary_path(path));
    EXPECT_EQ(content(path), "old");
}

TEST(Durable, NamesAPathThatCannotBeWritten) {
    const TemporaryDirectory directory;
    put(directory.file("file"), "");
    const std::string below = directory.file("file/below");
    expect_contains(file_error([&] { write_text_file(below, "text"); }), below);
}

}  // namespace
}  // namespace engram::test
