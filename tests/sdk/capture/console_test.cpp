// Each case runs in a process of its own, whose stdout and stderr are the test's: what arrives
// there and what was captured (written to a file by the sink) are compared.
#include "capture/console.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <sstream>

#include "base/fd.hpp"
#include "support/sanitizers.hpp"
#include "support/temp_directory.hpp"

namespace tracker::capture {
namespace {

using base::Fd;

struct Outcome {
  std::string passed_on;  // what came out of the process
  std::string captured;   // "o 0 text" or "e 0 text" a line
  int status = 0;
};

class Console : public ::testing::Test {
 protected:
  using Body = std::function<void(ConsoleCapture&)>;

  std::unique_ptr<ConsoleCapture> start() {
    const int fd =
        ::open((dir_ / "captured").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    return ConsoleCapture::start([fd](const ConsoleLine& line) {
      const std::string text = (line.stream == Stream::kStdout ? "o " : "e ") +
                               std::to_string(line.number) + " " + line.text + "\n";
      static_cast<void>(!::write(fd, text.data(), text.size()));
    });
  }

  static std::string read_all(int fd) {
    std::string out;
    char bytes[4096];
    ssize_t n;
    while ((n = ::read(fd, bytes, sizeof bytes)) > 0)
      out.append(bytes, static_cast<std::size_t>(n));
    return out;
  }

  std::string captured() const {
    std::stringstream text;
    text << std::ifstream(dir_ / "captured").rdbuf();
    return text.str();
  }

  // The process ends in `body`, or by stop() and exit(0) after it.
  Outcome run(Fd reader, Fd writer, const Body& body) {
    const pid_t child = ::fork();
    if (child == 0) {
      ::alarm(30);
      ::dup2(writer.get(), 1);
      ::dup2(writer.get(), 2);
      reader.reset();
      writer.reset();
      auto capture = start();
      if (!capture) ::_exit(99);
      body(*capture);
      capture->stop();
      ::_exit(0);
    }
    writer.reset();
    Outcome out;
    out.passed_on = read_all(reader.get());
    ::waitpid(child, &out.status, 0);
    out.captured = captured();
    return out;
  }

  Outcome run_in_pipe(const Body& body) {
    int fds[2];
    EXPECT_EQ(::pipe2(fds, O_CLOEXEC), 0);
    return run(Fd(fds[0]), Fd(fds[1]), body);
  }

  tracker::test::TempDirectory dir_;
};

TEST_F(Console, LinesArePassedOnAndCaptured) {
  const Outcome out = run_in_pipe([](ConsoleCapture&) {
    std::printf("one\ntwo\n");
    std::fflush(stdout);
    static_cast<void>(!::write(1, "10%\r50%\r", 8));
    std::printf("100%%\nno end");
  });
  EXPECT_EQ(out.status, 0);
  EXPECT_EQ(out.passed_on, "one\ntwo\n10%\r50%\r100%\nno end");
  EXPECT_NE(out.captured.find("o 0 one\no 1 two\n"), std::string::npos) << out.captured;
  EXPECT_NE(out.captured.find("o 2 100%\n"), std::string::npos) << out.captured;
  EXPECT_NE(out.captured.find("o 3 no end\n"), std::string::npos) << out.captured;
}

TEST_F(Console, StderrIsAStreamOfItsOwn) {
  const Outcome out = run_in_pipe([](ConsoleCapture&) { std::fprintf(stderr, "warn\n"); });
  EXPECT_EQ(out.captured, "e 0 warn\n");
}

TEST_F(Console, ExitWithoutStopKeepsTheTail) {
  const Outcome out = run_in_pipe([](ConsoleCapture&) {
    for (int i = 0; i < 20000; ++i) std::printf("line %d\n", i);
    std::exit(3);
  });
  EXPECT_EQ(WEXITSTATUS(out.status), 3);
  EXPECT_TRUE(out.passed_on.ends_with("line 19999\n"));
  EXPECT_TRUE(out.captured.ends_with("o 19999 line 19999\n"));
}

TEST_F(Console, AFatalSignalKeepsTheTailAndStaysFatal) {
  for (const int signal : {SIGABRT, SIGSEGV, SIGTERM}) {
    if (signal == SIGSEGV && tracker::test::kSanitized)
      continue;  // a sanitizer has a handler of its own
    std::filesystem::remove(dir_ / "captured");
    const Outcome out = run_in_pipe([signal](ConsoleCapture&) {
      for (int i = 0; i < 2000; ++i) std::fprintf(stderr, "line %d\n", i);
      std::fprintf(stderr, "last words");
      ::raise(signal);
    });
    EXPECT_TRUE(WIFSIGNALED(out.status));
    EXPECT_EQ(WTERMSIG(out.status), signal);
    EXPECT_TRUE(out.passed_on.ends_with("last words")) << signal;
    EXPECT_NE(out.captured.find("e 1999 line 1999\n"), std::string::npos) << signal;
  }
}

TEST_F(Console, AHandlerOfTheProgramIsLeftAlone) {
  const Outcome out = run_in_pipe([](ConsoleCapture& capture) {
    ::signal(SIGTERM, [](int) { ::_exit(7); });
    capture.stop();
    ::raise(SIGTERM);
  });
  EXPECT_EQ(WEXITSTATUS(out.status), 7);
}

TEST_F(Console, AForkedChildWritesToTheOldPlaceAndAStartedProgramIsCaptured) {
  if (tracker::test::kSanitized) GTEST_SKIP() << "sanitizer";
  const Outcome out = run_in_pipe([](ConsoleCapture&) {
    const pid_t child = ::fork();
    if (child == 0) {
      std::printf("child\n");
      std::exit(0);  // runs the hooks of exit(): they must not stop the parent's capture
    }
    ::waitpid(child, nullptr, 0);
    static_cast<void>(!std::system("echo started"));
    std::printf("parent\n");
  });
  EXPECT_EQ(out.status, 0);
  EXPECT_EQ(out.passed_on, "child\nstarted\nparent\n");
  EXPECT_EQ(out.captured, "o 0 started\no 1 parent\n");
}

TEST_F(Console, ASlowReaderHoldsUpNothingForGood) {
  int fds[2];
  ASSERT_EQ(::pipe2(fds, O_CLOEXEC), 0);
  ASSERT_GT(::fcntl(fds[1], F_SETPIPE_SZ, 4096), 0);
  // Far more than all pipes on the way hold; the test reads only once the process has begun to
  // wait.
  const Outcome out = run(Fd(fds[0]), Fd(fds[1]), [](ConsoleCapture&) {
    const std::string line(999, 'x');
    for (int i = 0; i < 2000; ++i) std::printf("%s\n", line.c_str());
  });
  EXPECT_EQ(out.status, 0);
  EXPECT_EQ(out.passed_on.size(), 2'000'000u);
}

TEST_F(Console, StopWithAReaderThatNeverReadsComesToAnEnd) {
  int fds[2];
  ASSERT_EQ(::pipe2(fds, O_CLOEXEC), 0);
  ASSERT_GT(::fcntl(fds[1], F_SETPIPE_SZ, 4096), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    ::alarm(30);
    ::dup2(fds[1], 1);
    auto capture = start();
    const std::string text(8192, 'x');
    static_cast<void>(
        !::write(1, text.data(), text.size()));  // fits the pipe to the capture, not the one behind
    capture->stop();
    ::_exit(0);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status)) << status;
  ::close(fds[0]);
  ::close(fds[1]);
}

TEST_F(Console, ATerminalStaysATerminalOfTheSameSize) {
  Fd master(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
  char name[64];
  if (!master || ::grantpt(master.get()) != 0 || ::unlockpt(master.get()) != 0 ||
      ::ptsname_r(master.get(), name, sizeof name) != 0) {
    GTEST_SKIP() << "no pseudo-terminals here";
  }
  Fd slave(::open(name, O_RDWR | O_NOCTTY | O_CLOEXEC));
  winsize size{};
  size.ws_col = 77;
  size.ws_row = 33;
  ASSERT_EQ(::ioctl(slave.get(), TIOCSWINSZ, &size), 0);
  const Outcome out = run(std::move(master), std::move(slave), [](ConsoleCapture&) {
    winsize now{};
    ::ioctl(1, TIOCGWINSZ, &now);
    std::printf("%d %d %d\n", ::isatty(1), now.ws_col, now.ws_row);
    std::printf("last");
  });
  EXPECT_EQ(out.passed_on, "1 77 33\r\nlast");  // the real terminal makes \r\n of \n, once
  EXPECT_EQ(out.captured, "o 0 1 77 33\no 1 last\n");
}

TEST_F(Console, OneCaptureAtATime) {
  const Outcome out = run_in_pipe([](ConsoleCapture& first) {
    if (ConsoleCapture::start([](const ConsoleLine&) {})) ::_exit(1);
    first.stop();
    if (!ConsoleCapture::start([](const ConsoleLine&) {})) ::_exit(2);
  });
  EXPECT_EQ(out.status, 0);
}

}  // namespace
}  // namespace tracker::capture
