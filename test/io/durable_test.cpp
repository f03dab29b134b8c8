#include "io/durable.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "io/summary_file.hpp"
#include "io/temporary_directory.hpp"

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

TEST(Summary, IsReadableJson) {
    const TemporaryDirectory directory;
    const std::string path = directory.file("summary.json");
    write_summary(path, {{"seed", 1},
                         {"directory",
                          "bad\xff"
                          "byte"},
                         {"rate", std::nan("")}});
    const auto summary = nlohmann::json::parse(content(path));
    EXPECT_EQ(summary["seed"], 1);
    EXPECT_TRUE(summary["rate"].is_null());
}

}  // namespace
}  // namespace engram::test
