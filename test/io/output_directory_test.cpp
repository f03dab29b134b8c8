// SPDX-License-Identifier: Apache-2.0
#include "io/output_directory.hpp"

#include <gtest/gtest.h>

#include "base/temporary_directory.hpp"

namespace engram::test {
namespace {

namespace fs = std::filesystem;

const std::string configuration = "checkpoint: {phase_ends: true}\n";

TEST(OutputDirectory, IsMadeWithItsParents) {
    const TemporaryDirectory directory;
    const auto output = OutputDirectory::prepare(directory.path() / "a" / "b", false);
    EXPECT_TRUE(fs::is_directory(directory.path() / "a" / "b" / "partial"));
    EXPECT_EQ(output.spikes(), directory.file("a/b/spikes.h5"));
}

TEST(OutputDirectory, MayHoldFilesOfOthers) {
    const TemporaryDirectory directory;
    put(directory.file("notes.txt"), "mine");
    fs::create_directory(directory.path() / "checkpoint-photos.h5");
    EXPECT_NO_THROW(OutputDirectory::prepare(directory.path(), false));
}

TEST(OutputDirectory, KeepsEarlierResultsUnlessForced) {
    for (const char* name : {"config.yaml", "spikes.h5", "traces.h5", "network.h5", "summary.json",
                             "checkpoint-12.h5", "partial/spikes.bin"}) {
        const TemporaryDirectory directory;
        fs::create_directory(directory.path() / "partial");
        if (std::string(name) != "config.yaml") put(directory.file(name), "result");
        put(directory.file("config.yaml"), configuration);
        put(directory.file("notes.txt"), "mine");
        const std::string before = content(directory.file(name));
        const std::string message =
            file_error([&] { OutputDirectory::prepare(directory.path(), false); });
        expect_contains(message, directory.path().string());
        expect_contains(message, "--output");
        expect_contains(message, "--force");
        EXPECT_EQ(content(directory.file(name)), before);

        OutputDirectory::prepare(directory.path(), true);
        // The configuration is replaced later, in one step.
        EXPECT_EQ(fs::exists(directory.file(name)), std::string(name) == "config.yaml") << name;
        EXPECT_EQ(content(directory.file("notes.txt")), "mine");
        EXPECT_TRUE(fs::is_empty(directory.path() / "partial"));
    }
}

TEST(OutputDirectory, LinkToNothingIsNamed) {
    const TemporaryDirectory directory;
    std::filesystem::create_symlink("nowhere", directory.path() / "link");
    try {
        OutputDirectory::prepare(directory.path() / "link", false);
        FAIL();
    } catch (const FileError& error) {
        EXPECT_NE(std::string(error.what()).find("a link to nothing"), std::string::npos)
            << error.what();
    }
}

TEST(OutputDirectory, FilesOfTheSameNameFromElsewhereAreNotReplaced) {
    const TemporaryDirectory directory;
    fs::create_directory(directory.path() / "trials");
    put(directory.file("config.yaml"), "of another program");
    put(directory.file("trials/one.csv"), "data");
    const std::string message =
        file_error([&] { OutputDirectory::prepare(directory.path(), true); });
    expect_contains(message, "config.yaml does not come from Engram");
    EXPECT_EQ(content(directory.file("config.yaml")), "of another program");
    EXPECT_EQ(content(directory.file("trials/one.csv")), "data");
}

TEST(OutputDirectory, WhereThereIsNoConfigurationNothingIsReplaced) {
    for (const char* name : {"spikes.h5", "checkpoint-5.h5", "ensemble.h5", "partial/notes.txt",
                             "trials/one.csv", "summary.json"}) {
        const TemporaryDirectory directory;
        fs::create_directory(directory.path() / "partial");
        fs::create_directory(directory.path() / "trials");
        put(directory.file(name), "mine");
        expect_contains(file_error([&] { OutputDirectory::prepare(directory.path(), true); }),
                        "does not come from Engram");
        EXPECT_EQ(content(directory.file(name)), "mine");
    }
}

TEST(OutputDirectory, ADirectoryInThePlaceOfAResultIsFoundBeforeTheRun) {
    for (const char* name : {"spikes.h5", "summary.json", "network.h5.tmp", "config.yaml"}) {
        const TemporaryDirectory directory;
        fs::create_directory(directory.path() / name);
        for (const bool force : {false, true})
            expect_contains(
                file_error([&] { OutputDirectory::prepare(directory.path(), force); }),
                directory.file(name) + ": is a directory, where a file of the results will be");
        EXPECT_TRUE(fs::is_directory(directory.path() / name));
    }
}

TEST(OutputDirectory, AConfigurationOfAnotherProgramIsNoReasonToReplaceAnything) {
    for (const char* text : {"model: {layers: 3}\n", "simulation: {duration_s: 3}\n", "- 1\n", "",
                             "not: [YAML", "checkpoint: every hour\n"}) {
        const TemporaryDirectory directory;
        put(directory.file("config.yaml"), text);
        put(directory.file("spikes.h5"), "mine");
        for (const bool force : {false, true})
            expect_contains(file_error([&] { OutputDirectory::prepare(directory.path(), force); }),
                            "does not come from Engram");
        EXPECT_EQ(content(directory.file("spikes.h5")), "mine");
    }
}

TEST(OutputDirectory, IsNeverTheRoot) {
    const TemporaryDirectory directory;
    fs::create_directory_symlink("/", directory.path() / "link");
    const std::vector<std::string> names{"/", "//", "/..", "/tmp/..", directory.file("link")};
    for (const std::string& path : names)
        expect_contains(file_error([&] { OutputDirectory::prepare(path, false); }),
                        "root directory");
    EXPECT_FALSE(fs::exists("/partial"));
}

// What a run leaves that was killed before it wrote anything else is no result.
TEST(OutputDirectory, RemovesLeftoversOfInterruptedWrites) {
    const TemporaryDirectory directory;
    for (const char* name : {"config.yaml.tmp", "checkpoint-12.h5.tmp"})
        put(directory.file(name), "half");
    EXPECT_NO_THROW(OutputDirectory::prepare(directory.path(), false));
    EXPECT_FALSE(fs::exists(directory.file("config.yaml.tmp")));
    EXPECT_FALSE(fs::exists(directory.file("checkpoint-12.h5.tmp")));
}

TEST(OutputDirectory, CanBePreparedAgainIfNothingWasWritten) {
    const TemporaryDirectory directory;
    OutputDirectory::prepare(directory.path(), false);
    EXPECT_NO_THROW(OutputDirectory::prepare(directory.path(), false));
}

TEST(OutputDirectory, RemovesItsPartialFiles) {
    const TemporaryDirectory directory;
    const auto output = OutputDirectory::prepare(directory.path(), false);
    put(output.spike_spool(), "x");
    output.remove_partial();
    EXPECT_TRUE(fs::is_empty(directory.path()));
}

TEST(OutputDirectory, CannotBeAFileOrBelowOne) {
    const TemporaryDirectory directory;
    const std::string file = directory.file("file");
    put(file, "");
    expect_contains(file_error([&] { OutputDirectory::prepare(file, true); }), "is a file");
    expect_contains(file_error([&] { OutputDirectory::prepare(file + "/below", true); }),
                    file + "/below: cannot create the directory (Not a directory)");
}

TEST(OutputDirectory, APartThatIsAFileIsNamed) {
    const TemporaryDirectory directory;
    const auto output = OutputDirectory::prepare(directory.path(), false);
    output.remove_partial();
    put(output.partial(), "");
    EXPECT_EQ(file_error([&] { output.make_partial(); }),
              output.partial() + ": is a file, not a directory; remove it");
}

}  // namespace
}  // namespace engram::test
