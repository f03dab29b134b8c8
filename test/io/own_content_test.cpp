// SPDX-License-Identifier: Apache-2.0
#include "io/own_content.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "base/temporary_directory.hpp"
#include "io/output_directory.hpp"

namespace engram::test {
namespace {

namespace fs = std::filesystem;

class OwnContent : public ::testing::Test {
  protected:
    OwnContent() {
        fs::create_directories(output_ / "partial");
        fs::create_directories(output_ / "trials/000/0000/partial");
        fs::create_directory(elsewhere_);
        put(elsewhere_ / "victim", "precious");
    }
    void link(const std::string& name, const fs::path& target) {
        fs::remove_all(output_ / name);
        fs::create_directory_symlink(target, output_ / name);
    }
    std::string problem() const {
        return file_error([&] { require_own_content(output_); });
    }
    static void put(const fs::path& path, const std::string& text) {
        test::put(path.string(), text);
    }

    TemporaryDirectory directory_;
    const fs::path output_ = directory_.path() / "output";
    const fs::path elsewhere_ = directory_.path() / "elsewhere";
};

TEST_F(OwnContent, IsWhatARunLeaves) {
    put(output_ / "partial/spikes.bin", "");
    fs::create_directory(output_ / "partial/notes");
    EXPECT_EQ(problem(), "");
    fs::remove_all(output_ / "partial");
    fs::remove_all(output_ / "trials");
    EXPECT_EQ(problem(), "");
}

TEST_F(OwnContent, TheDirectoryItselfMayBeALink) {
    fs::create_directory_symlink(output_, directory_.path() / "link");
    EXPECT_EQ(file_error([&] { require_own_content(directory_.path() / "link"); }), "");
}

TEST_F(OwnContent, LinksThatLeadOutAreRefused) {
    for (const char* name :
         {"trials/000/0000/partial", "trials/000/0000", "trials/000", "trials", "partial"}) {
        for (const fs::path& target : {elsewhere_, fs::path("../elsewhere"), fs::path("../nowhere"),
                                       fs::path("../../../../elsewhere")}) {
            link(name, target);
            const fs::path leads_to = fs::weakly_canonical(output_ / name);
            if (leads_to.string().starts_with(output_.string() + "/")) continue;
            expect_contains(problem(), (output_ / name).string() + ": is a link that leads out");
        }
        fs::remove_all(output_ / name);
    }
}

TEST_F(OwnContent, LinksWithinAreFollowed) {
    fs::create_directory(output_ / "here");
    link("partial", "here");
    EXPECT_EQ(problem(), "");
}

TEST_F(OwnContent, RecordingsAreFilesOfTheirOwn) {
    fs::create_symlink(elsewhere_ / "victim", output_ / "partial/spikes.bin");
    expect_contains(problem(), "partial/spikes.bin: is not a regular file");
    fs::remove(output_ / "partial/spikes.bin");
    ASSERT_EQ(mkfifo((output_ / "partial/traces.bin").c_str(), 0600), 0);
    expect_contains(problem(), "partial/traces.bin: is not a regular file");
    fs::remove(output_ / "partial/traces.bin");
    fs::create_hard_link(elsewhere_ / "victim", output_ / "trials/000/0000/partial/trials-0.bin");
    expect_contains(problem(), "partial/trials-0.bin: has another name");
}

TEST_F(OwnContent, NoRunBeginsWhereItWouldWriteElsewhere) {
    for (const char* name : {"partial", "trials"}) {
        link(name, elsewhere_);
        for (const bool force : {false, true})
            expect_contains(file_error([&] { OutputDirectory::prepare(output_, force); }),
                            "is a link that leads out");
        fs::remove(output_ / name);
    }
    EXPECT_EQ(content((elsewhere_ / "victim").string()), "precious");
}

}  // namespace
}  // namespace engram::test
