// SPDX-License-Identifier: Apache-2.0
#include "base/list_directory.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <fstream>

#include "base/errors.hpp"
#include "base/file_descriptor.hpp"
#include "base/temporary_directory.hpp"

namespace engram {
namespace {

using test::TemporaryDirectory;

// While this exists the process can open no file more.
class NoMoreFiles {
  public:
    NoMoreFiles() {
        getrlimit(RLIMIT_NOFILE, &before_);
        rlimit none = before_;
        none.rlim_cur = 0;
        setrlimit(RLIMIT_NOFILE, &none);
    }
    NoMoreFiles(const NoMoreFiles&) = delete;
    NoMoreFiles& operator=(const NoMoreFiles&) = delete;
    ~NoMoreFiles() { setrlimit(RLIMIT_NOFILE, &before_); }

  private:
    rlimit before_{};
};

template <class Work>
FileError error_of(const Work& work) {
    try {
        work();
    } catch (const FileError& error) {
        return error;
    }
    ADD_FAILURE() << "nothing was thrown";
    return {"", ""};
}

TEST(ListDirectory, NamesEverythingInOrder) {
    const TemporaryDirectory directory;
    for (const char* name : {"b", "a", "c"}) std::ofstream(directory.file(name)) << name;
    std::vector<std::string> names;
    for (const auto& path : list_directory(directory.file(".")))
        names.push_back(path.filename().string());
    EXPECT_EQ(names, (std::vector<std::string>{"a", "b", "c"}));
}

TEST(ListDirectory, TellsWhatIsAbsentFromWhatIsRefused) {
    const TemporaryDirectory directory;
    const FileError absent = error_of([&] { list_directory(directory.file("none")); });
    EXPECT_EQ(absent.fault(), FileFault::content);
    EXPECT_EQ(absent.path(), directory.file("none"));

    const NoMoreFiles no_more_files;
    const FileError refused = error_of([&] { list_directory(directory.file(".")); });
    EXPECT_EQ(refused.fault(), FileFault::environment);
    EXPECT_EQ(refused.problem(),
              "cannot list the directory (Too many open files); raise the limit of open files "
              "(ulimit -n)");
}

TEST(ListDirectory, AFileThatIsRefusedNamesWhatHelps) {
    const TemporaryDirectory directory;
    const NoMoreFiles no_more_files;
    const FileError refused =
        error_of([&] { FileDescriptor(directory.file("x"), O_RDONLY, "open it"); });
    EXPECT_EQ(refused.fault(), FileFault::environment);
    EXPECT_NE(refused.problem().find("ulimit"), std::string::npos) << refused.problem();
}

}  // namespace
}  // namespace engram
