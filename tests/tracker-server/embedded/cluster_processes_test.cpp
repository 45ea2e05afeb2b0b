#include "embedded/cluster_processes.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <vector>

#include "support/temp_directory.hpp"

namespace tracker::embedded {
namespace {

namespace fs = std::filesystem;

// A program that runs in a directory and does nothing, until the end of the test.
class Sleeper {
 public:
  Sleeper(const fs::path& program, const fs::path& directory) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return;
    pid_ = ::fork();
    if (pid_ == 0) {
      if (::chdir(directory.c_str()) == 0) ::execl(program.c_str(), "sleep", "1000", nullptr);
      ::_exit(127);
    }
    ::close(ends[1]);
    char byte = 0;
    [[maybe_unused]] const auto end = ::read(ends[0], &byte, 1);  // closed by the exec
    ::close(ends[0]);
  }
  ~Sleeper() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  Sleeper(const Sleeper&) = delete;
  Sleeper& operator=(const Sleeper&) = delete;

  pid_t pid() const { return pid_; }

 private:
  pid_t pid_ = -1;
};

TEST(ClusterProcesses, AreThoseThatRunPostgresInTheCluster) {
  const test::TempDirectory root;
  const auto cluster = root / "cluster", elsewhere = root / "elsewhere";
  fs::create_directories(cluster);
  fs::create_directories(elsewhere);
  fs::copy_file(fs::canonical("/bin/sleep"), root / "postgres");
  const Sleeper backend(root / "postgres", cluster);
  const Sleeper other_cluster(root / "postgres", elsewhere);
  const Sleeper shell("/bin/sleep", cluster);  // an administrator's, who looks around
  EXPECT_EQ(processes_of(cluster), std::vector{backend.pid()});
  EXPECT_TRUE(is_process_of(cluster, backend.pid()));
  EXPECT_FALSE(is_process_of(cluster, shell.pid()));
}

TEST(ClusterProcesses, KeepTheirNameWhenTheProgramIsReplaced) {
  const test::TempDirectory root;
  fs::copy_file(fs::canonical("/bin/sleep"), root / "postgres");
  const Sleeper backend(root / "postgres", root.path());
  fs::remove(root / "postgres");
  EXPECT_EQ(processes_of(root.path()), std::vector{backend.pid()});
}

}  // namespace
}  // namespace tracker::embedded
