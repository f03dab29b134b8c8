// SPDX-License-Identifier: Apache-2.0
#include "cli/output.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <string>
#include <thread>

#include "base/errors.hpp"

namespace engram::cli {
namespace {

// Puts another file in the place of a standard stream, or closes it, and puts it back at the end.
class Redirected {
  public:
    Redirected(int stream, int to) : stream_(stream), kept_(::dup(stream)) {
        if (to >= 0)
            ::dup2(to, stream);
        else
            ::close(stream);
    }
    ~Redirected() {
        ::dup2(kept_, stream_);
        ::close(kept_);
    }

  private:
    int stream_;
    int kept_;
};

std::string failure_of(int descriptor) {
    const Redirected redirected(STDOUT_FILENO, descriptor);
    try {
        print("text\n", "nothing is lost");
    } catch (const FileError& error) {
        return error.what();
    }
    return "";
}

TEST(Output, AFullDiskIsAnError) {
    const int full = ::open("/dev/full", O_WRONLY);
    ASSERT_GE(full, 0);
    EXPECT_EQ(failure_of(full),
              "standard output: cannot be written (No space left on device); nothing is lost");
    ::close(full);
}

TEST(Output, AReaderThatHasGoneIsAnError) {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    ::close(ends[0]);
    const auto before = std::signal(SIGPIPE, SIG_IGN);
    EXPECT_EQ(failure_of(ends[1]),
              "standard output: cannot be written (Broken pipe); nothing is lost");
    std::signal(SIGPIPE, before);
    ::close(ends[1]);
}

TEST(Output, AClosedStreamIsNotTheNextFile) {
    const Redirected redirected(STDOUT_FILENO, -1);
    keep_standard_streams();
    const int next = ::open("/dev/null", O_WRONLY);
    EXPECT_GT(next, STDERR_FILENO);
    EXPECT_THROW(print("text\n"), FileError);
    EXPECT_NO_THROW(print(""));
    ::close(next);
}

// Of a pipe that does not wait, much text is written in pieces as its reader makes room.
TEST(Output, ALongTextPassesANarrowPipe) {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    ASSERT_EQ(::fcntl(ends[1], F_SETFL, O_NONBLOCK), 0);
    const std::string text(300000, 'x');
    std::size_t n_read = 0;
    std::thread reader([&] {
        char buffer[1000];
        ssize_t n = 0;
        while ((n = ::read(ends[0], buffer, sizeof buffer)) > 0)
            n_read += static_cast<std::size_t>(n);
    });
    {
        const Redirected redirected(STDOUT_FILENO, ends[1]);
        print(text);
    }
    ::close(ends[1]);
    reader.join();
    ::close(ends[0]);
    EXPECT_EQ(n_read, text.size());
}

}  // namespace
}  // namespace engram::cli
