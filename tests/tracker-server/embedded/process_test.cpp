#include "embedded/process.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <string>

#include <tracker/error.hpp>

namespace tracker::embedded {
namespace {

using namespace std::chrono_literals;

TEST(Process, SpawnedIsReapedWithItsExitCode) {
  auto process = Process::spawn({.arguments = {"/bin/sh", "-c", "exit 7"}});
  ASSERT_TRUE(process.wait_for(60s));
  EXPECT_EQ(process.exit_code(), 7);
  EXPECT_FALSE(Process::attach(process.pid()));
}

TEST(Process, InheritsNoDescriptorButThoseItIsGiven) {
  const int open = ::dup(0);  // without close-on-exec
  SpawnOptions options;
  options.arguments = {"/bin/sh", "-c", fmt::format("test ! -e /proc/self/fd/{}", open)};
  auto process = Process::spawn(options);
  ::close(open);
  ASSERT_TRUE(process.wait_for(std::chrono::seconds(30)));
  EXPECT_EQ(process.exit_code(), 0);
}

TEST(Process, AProgramThatIsNotThereIsAnErrorThatNamesIt) {
  try {
    Process::spawn({.arguments = {"/nowhere/postgres"}});
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("/nowhere/postgres: No such file"), std::string::npos)
        << error.what();
  }
}

// From here on pidfd_open fails in this process, as at the end of its descriptors.
bool forbid_pidfds() {
  sock_filter program[] = {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
                           BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_pidfd_open, 0, 1),
                           BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EMFILE),
                           BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
  const sock_fprog filter{sizeof program / sizeof program[0], program};
  return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0;
}

template <class Call>
bool refused(Call call) {
  try {
    call();
  } catch (const Error& error) {
    return std::string(error.what()).find("cannot watch") != std::string::npos;
  }
  return false;
}

TEST(Process, OneThatCannotBeWatchedIsNotLeftRunning) {
  enum Outcome { kGood, kCannotTry, kSpawned, kLeft, kAttached };
  const pid_t tester = ::fork();
  if (tester == 0) {
    if (!forbid_pidfds()) ::_exit(kCannotTry);
    if (!refused([] { Process::spawn({.arguments = {"/bin/sleep", "1000"}}); })) ::_exit(kSpawned);
    if (::waitpid(-1, nullptr, WNOHANG) != -1 || errno != ECHILD) ::_exit(kLeft);
    // "There is none" would be a lie: the caller would take its cluster for dead.
    if (!refused([] { Process::attach(::getpid()); })) ::_exit(kAttached);
    ::_exit(kGood);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(tester, &status, 0), tester);
  ASSERT_TRUE(WIFEXITED(status));
  if (WEXITSTATUS(status) == kCannotTry) GTEST_SKIP() << "needs seccomp";
  EXPECT_EQ(WEXITSTATUS(status), kGood);
}

}  // namespace
}  // namespace tracker::embedded
