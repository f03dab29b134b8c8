// SPDX-License-Identifier: Apache-2.0
#include "io/directory_lock.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <thread>

#include "base/durable.hpp"
#include "base/errors.hpp"
#include "base/temporary_directory.hpp"

namespace engram {
namespace {

using namespace std::chrono_literals;

// So long that a test which waited for it would never end.
const LockTiming slow{1h, 10};
const LockTiming fast{20ms, 10};

class DirectoryLockTest : public ::testing::Test {
  protected:
    std::string path() const { return directory_.path().string(); }
    std::string file() const { return lock_file(directory_.path()).string(); }

    void put(const std::string& content) const { std::ofstream(file()) << content; }
    void put_lock_of(const std::string& host, const std::string& token) const {
        put(R"({"host": ")" + host + R"(", "boot": "another", "process": 12, "started": "34",)" +
            R"( "token": ")" + token + "\"}");
    }
    void make_old() const {
        const timespec times[2] = {{1'000'000'000, 0}, {1'000'000'000, 0}};
        ASSERT_EQ(::utimensat(AT_FDCWD, file().c_str(), times, 0), 0);
    }
    std::string token() const { return read_lock_owner(directory_.path())->token; }

    std::string problem_of_locking(LockTiming timing) const {
        try {
            const DirectoryLock lock(directory_.path(), timing);
        } catch (const FileError& error) {
            EXPECT_EQ(error.fault(), FileFault::environment);
            return error.what();
        }
        return "";
    }

    test::TemporaryDirectory directory_;
};

TEST_F(DirectoryLockTest, ItsFileIsThereAsLongAsTheLock) {
    {
        const DirectoryLock lock(directory_.path());
        EXPECT_EQ(token(), lock.claim().token());
        EXPECT_EQ(read_lock_owner(directory_.path())->process, ::getpid());
        EXPECT_NO_THROW(lock.claim().require());
    }
    EXPECT_FALSE(std::filesystem::exists(file()));
}

TEST_F(DirectoryLockTest, ASecondJobOfThisHostIsRefused) {
    const DirectoryLock lock(directory_.path());
    EXPECT_NE(problem_of_locking(slow).find("process " + std::to_string(::getpid())),
              std::string::npos);
    EXPECT_EQ(token(), lock.claim().token());
}

TEST_F(DirectoryLockTest, OfAnotherHostIsRespectedWhileItsHeartBeats) {
    put_lock_of("nodeX", "a");
    std::jthread heart([&](const std::stop_token& stop) {
        while (!stop.stop_requested()) {
            // In place, as a job does it: never is there half a lock.
            std::fstream(file(), std::ios::in | std::ios::out) << '{';
            std::this_thread::sleep_for(1ms);
        }
    });
    // As long as a test can be held up on a busy machine, and more.
    const std::string problem = problem_of_locking({2s, 10});
    EXPECT_NE(problem.find("process 12 on nodeX"), std::string::npos) << problem;
}

TEST_F(DirectoryLockTest, OfAnotherHostIsTakenOverWhenItsHeartHasStopped) {
    put_lock_of("nodeX", "a");
    const DirectoryLock lock(directory_.path(), fast);
    EXPECT_EQ(token(), lock.claim().token());
    EXPECT_NE(token(), "a");
}

TEST_F(DirectoryLockTest, AnOldOneIsTakenOverAtOnce) {
    put_lock_of("nodeX", "a");
    make_old();
    const DirectoryLock lock(directory_.path(), slow);
    EXPECT_EQ(token(), lock.claim().token());
}

TEST_F(DirectoryLockTest, OneOfWhichNobodyKnowsWhoseItIsCountsByItsAge) {
    for (const char* content : {"", "{", "[1]", R"({"host": 1})"}) {
        put(content);
        make_old();
        const DirectoryLock lock(directory_.path(), slow);
        EXPECT_EQ(token(), lock.claim().token());
    }
}

TEST_F(DirectoryLockTest, OfAProcessOfThisHostThatHasEndedIsTakenOverAtOnce) {
    {
        const DirectoryLock lock(directory_.path());
        std::filesystem::copy_file(file(), file() + ".copy");
    }
    std::filesystem::rename(file() + ".copy", file());
    const std::string before = token();
    const DirectoryLock lock(directory_.path(), slow);
    EXPECT_NE(lock.claim().token(), before);
}

TEST_F(DirectoryLockTest, ItsOwnerFindsOutThatItWasTakenOver) {
    std::optional<DirectoryLock> lock(std::in_place, directory_.path(), slow);
    put_lock_of("nodeY", "b");
    try {
        lock->claim().require();
        FAIL();
    } catch (const FileError& error) {
        EXPECT_NE(std::string(error.what()).find("process 12 on nodeY"), std::string::npos);
        EXPECT_EQ(error.fault(), FileFault::environment);
    }
    lock.reset();
    EXPECT_EQ(token(), "b");
}

TEST_F(DirectoryLockTest, ItsHeartLeavesTheLockOfAnotherAlone) {
    const DirectoryLock lock(directory_.path(), {1ms, 10});
    put_lock_of("nodeY", "b");
    std::this_thread::sleep_for(50ms);
    EXPECT_EQ(token(), "b");
}

TEST_F(DirectoryLockTest, ItComesBackIfSomebodyRemovesItsFile) {
    const DirectoryLock lock(directory_.path(), {1ms, 10});
    std::filesystem::remove(file());
    EXPECT_NO_THROW(lock.claim().require());
    while (!std::filesystem::exists(file())) std::this_thread::sleep_for(1ms);
}

TEST_F(DirectoryLockTest, LinksAndPipesAreRefusedAndNotFollowed) {
    const std::string victim = path() + "/victim";
    std::ofstream(victim) << "content";
    std::filesystem::create_symlink(victim, file());
    EXPECT_NE(problem_of_locking(fast).find("not a file at all"), std::string::npos);
    EXPECT_EQ(read_text_file(victim), "content");
    std::filesystem::remove(file());
    ASSERT_EQ(::mkfifo(file().c_str(), 0600), 0);
    EXPECT_NE(problem_of_locking(fast).find("not a file at all"), std::string::npos);
}

TEST(DirectoryClaim, OnNothingIsAlwaysHeld) {
    EXPECT_NO_THROW(DirectoryClaim().require());
}

}  // namespace
}  // namespace engram
