// SPDX-License-Identifier: Apache-2.0
#include "io/parallel_file.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>

#include "base/durable.hpp"
#include "base/temporary_directory.hpp"
#include "io/counting.hpp"

namespace engram::test {
namespace {

// Limits the size of files while it lives, as a full disk does.
class FileSizeLimit {
  public:
    explicit FileSizeLimit(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
        getrlimit(RLIMIT_FSIZE, &before_);
        rlimit limit = before_;
        limit.rlim_cur = bytes;
        setrlimit(RLIMIT_FSIZE, &limit);
    }
    ~FileSizeLimit() {
        setrlimit(RLIMIT_FSIZE, &before_);
        std::signal(SIGXFSZ, handler_);
    }
    FileSizeLimit(const FileSizeLimit&) = delete;
    FileSizeLimit& operator=(const FileSizeLimit&) = delete;

  private:
    rlimit before_{};
    void (*handler_)(int);
};

class ParallelFileTest : public ::testing::Test {
  protected:
    TemporaryDirectory directory_;
    const std::string path_ = directory_.file("some.h5");
};

TEST_F(ParallelFileTest, RowsAreWrittenWhereTheLayoutHasThem) {
    for (const h5::Layout kind : {h5::Layout::compatible, h5::Layout::checked}) {
        FileLayout layout(kind);
        h5::write_attribute(layout.file(), "text", "some");
        const auto matrix = layout.add_dataset<double>(layout.file(), "matrix", {10, 2}, "mV");
        const auto large = layout.add_dataset<std::uint8_t>(layout.file(), "large", {300'000});
        layout.add_dataset<double>(layout.file(), "empty", {0});
        const auto last = layout.add_dataset<std::uint32_t>(layout.file(), "last", {3});

        ParallelFile file(path_, std::move(layout), MPI_COMM_SELF);
        const std::vector<h5::Slab> odd{{1, 2}, {5, 3}}, rest{{8, 2}, {0, 1}, {3, 2}};
        const auto values = counting(20);
        file.write(matrix, odd, std::span(values).first(10));
        file.write(matrix, rest, std::span(values).last(10));
        file.write(large, {0, 300'000},
                   std::span<const std::uint8_t>(std::vector<std::uint8_t>(300'000, 7)));
        file.write(last, {1, 2}, std::span<const std::uint32_t>(std::vector<std::uint32_t>{8, 9}));
        file.finish();

        const h5::File read = h5::File::open(path_, h5::Access::read_only);
        EXPECT_EQ(h5::read_string_attribute(read, "text"), "some");
        EXPECT_EQ(h5::read_dataset<double>(read, "matrix"),
                  (std::vector{14.5, 15.5, 0.5, 1.5, 2.5, 3.5, 16.5, 17.5, 18.5, 19.5,
                               4.5,  5.5,  6.5, 7.5, 8.5, 9.5, 10.5, 11.5, 12.5, 13.5}));
        EXPECT_EQ(h5::read_dataset<std::uint8_t>(read, "large"),
                  std::vector<std::uint8_t>(300'000, 7));
        EXPECT_TRUE(h5::read_dataset<double>(read, "empty").empty());
        EXPECT_EQ(h5::read_dataset<std::uint32_t>(read, "last"),
                  (std::vector<std::uint32_t>{0, 8, 9}));
    }
}

TEST_F(ParallelFileTest, ManyObjectsFit) {
    FileLayout layout;
    std::vector<DatasetPlace<double>> places;
    for (int i = 0; i < 3000; ++i) {
        const h5::Group group = h5::create_group(layout.file(), "group" + std::to_string(i));
        places.push_back(layout.add_dataset<double>(group, "values", {10'000}, "mV"));
    }
    ParallelFile file(path_, std::move(layout), MPI_COMM_SELF);
    for (std::size_t i = 0; i < places.size(); i += 1000) {
        const double value = static_cast<double>(i);
        file.write(places[i], {9999, 1}, std::span(&value, 1));
    }
    file.finish();
    const h5::File read = h5::File::open(path_, h5::Access::read_only);
    for (int i = 0; i < 3000; i += 1000)
        EXPECT_EQ(h5::read_dataset<double>(read, "group" + std::to_string(i) + "/values")[9999], i);
}

TEST_F(ParallelFileTest, AllSpaceIsTakenBeforeAnyValueIsWritten) {
    FileLayout layout;
    layout.add_dataset<double>(layout.file(), "values", {100'000});
    const ParallelFile file(path_, std::move(layout), MPI_COMM_SELF);
    struct stat status {};
    ASSERT_EQ(::stat(temporary_path(path_).c_str(), &status), 0);
    EXPECT_GE(status.st_blocks * 512, 800'000);
}

TEST_F(ParallelFileTest, TooLittleSpaceIsFoundInAdvance) {
    FileDescriptor file(path_, O_RDWR | O_CREAT, "create the file");
    const FileSizeLimit limit(400'000);
    file.reserve(400'000);
    EXPECT_EQ(file.size(), 400'000u);
    expect_contains(file_error([&] { file.reserve(800'000); }),
                    path_ + ": cannot reserve 782 KiB for it (File too large); check the free");
}

TEST_F(ParallelFileTest, UnwritablePlaceIsNamed) {
    put(path_, "a file");
    const std::string below = path_ + "/below.h5";
    expect_contains(file_error([&] { ParallelFile(below, FileLayout(), MPI_COMM_SELF); }), below);
}

TEST_F(ParallelFileTest, FailedWritesAreToldAtTheEnd) {
    put(path_, "old");
    FileLayout layout;
    const auto place = layout.add_dataset<double>(layout.file(), "values", {100'000});
    const auto values = counting(100'000);
    {
        ParallelFile file(path_, std::move(layout), MPI_COMM_SELF);
        const FileSizeLimit limit(4096);
        EXPECT_NO_THROW(file.write(place, {0, 100'000}, std::span(values)));
        expect_contains(file_error([&] { file.finish(); }), path_ + ": cannot write the");
    }
    EXPECT_EQ(content(path_), "old");
    EXPECT_FALSE(std::filesystem::exists(temporary_path(path_)));
}

TEST_F(ParallelFileTest, OtherFailuresOfTheWorkAreToldToo) {
    FileLayout layout;
    ParallelFile file(path_, std::move(layout), MPI_COMM_SELF);
    file.attempt([] { throw FileError("elsewhere", "cannot be read"); });
    EXPECT_EQ(file_error([&] { file.finish(); }), "elsewhere: cannot be read");
    EXPECT_FALSE(std::filesystem::exists(path_));
}

}  // namespace
}  // namespace engram::test
