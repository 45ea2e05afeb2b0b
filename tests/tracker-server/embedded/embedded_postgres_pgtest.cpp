#include <gtest/gtest.h>
#include <libpq-fe.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>
#include <thread>

#include <tracker/error.hpp>

#include "embedded/cluster_files.hpp"
#include "embedded/cluster_processes.hpp"
#include "embedded/embedded_postgres.hpp"

namespace tracker::embedded {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

// A data directory below one that only we may enter: as root, PostgreSQL's user cannot walk there.
class EmbeddedPostgresTest : public testing::Test {
 protected:
  EmbeddedPostgresTest() {
    std::string pattern = "/tmp/tracker-embedded-XXXXXX";
    root_ = ::mkdtemp(pattern.data());
    data_ = root_ / "deep" / "data";
    fs::create_directories(data_);
  }
  ~EmbeddedPostgresTest() override {
    const auto file = read_postmaster_file(data_ / "postgres");
    for (const auto pid : processes_of(data_ / "postgres")) ::kill(pid, SIGKILL);
    if (file) remove_socket_directory(file->socket_directory);
    fs::remove_all(root_);
  }

  EmbeddedPostgresOptions options() const {
    EmbeddedPostgresOptions result;
    result.data_directory = data_;
    result.start_timeout = 60s;
    result.orphan_timeout = 5s;
    return result;
  }

  fs::path root_, data_;
};

// The first column of the first row; absent if the database does not answer or refuses.
std::optional<std::string> ask(const std::string& connection, const std::string& sql) {
  PGconn* handle = ::PQconnectdb(connection.c_str());
  PGresult* result = ::PQexec(handle, sql.c_str());
  std::optional<std::string> answer;
  if (::PQresultStatus(result) == PGRES_TUPLES_OK && ::PQntuples(result) > 0)
    answer = ::PQgetvalue(result, 0, 0);
  if (::PQresultStatus(result) == PGRES_COMMAND_OK) answer = "";
  ::PQclear(result);
  ::PQfinish(handle);
  return answer;
}

bool eventually(const std::function<bool()>& condition) {
  const auto until = std::chrono::steady_clock::now() + 60s;
  while (std::chrono::steady_clock::now() < until) {
    if (condition()) return true;
    std::this_thread::yield();
  }
  return false;
}

bool lives(pid_t pid) { return Process::attach(pid).has_value() && ::kill(pid, 0) == 0; }

TEST_F(EmbeddedPostgresTest, StartMakesADatabaseThatKeepsWhatWasCommittedOverAStop) {
  {
    EmbeddedPostgres postgres(options());
    postgres.start();
    EXPECT_FALSE(postgres.adopted());
    ASSERT_TRUE(ask(postgres.connection_string(), "CREATE TABLE t AS SELECT 42 AS x"));
    postgres.stop();
    EXPECT_EQ(postgres.postmaster(), 0);
    EXPECT_TRUE(processes_of(data_ / "postgres").empty());
  }
  EmbeddedPostgres again(options());
  again.start();
  EXPECT_EQ(ask(again.connection_string(), "SELECT x FROM t"), "42");
}

TEST_F(EmbeddedPostgresTest, AsRootTheClusterBelongsToAnUnprivilegedUser) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root";
  EmbeddedPostgres postgres(options());
  postgres.start();
  struct stat status {};
  ASSERT_EQ(::stat((data_ / "postgres").c_str(), &status), 0);
  EXPECT_NE(status.st_uid, 0u);
  EXPECT_EQ(status.st_mode & 0777, 0700u);
  const auto process = "/proc/" + std::to_string(postgres.postmaster());
  ASSERT_EQ(::stat(process.c_str(), &status), 0);
  EXPECT_NE(status.st_uid, 0u);
}

TEST_F(EmbeddedPostgresTest, OnlyThePasswordOpensTheDatabaseAndOnlyThroughAPrivateSocket) {
  EmbeddedPostgres postgres(options());
  postgres.start();
  const auto good = postgres.connection_string();
  EXPECT_EQ(ask(good, "SHOW listen_addresses"), "");
  const auto wrong = good.substr(0, good.find("password=")) + "password=guess";
  EXPECT_EQ(ask(wrong, "SELECT 1"), std::nullopt);
  struct stat status {};
  const auto socket = read_postmaster_file(data_ / "postgres")->socket_directory;
  ASSERT_EQ(::stat(socket.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0700u);
  ASSERT_EQ(::stat((data_ / "postgres.password").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
}

TEST_F(EmbeddedPostgresTest, AKilledPostmasterIsStartedAgainUnderTheSameAddress) {
  EmbeddedPostgres postgres(options());
  postgres.start();
  const auto address = postgres.connection_string();
  ASSERT_TRUE(ask(address, "CREATE TABLE t AS SELECT 7 AS x"));
  const auto first = postgres.postmaster();
  ::kill(first, SIGKILL);
  ASSERT_TRUE(
      eventually([&] { return postgres.postmaster() != 0 && postgres.postmaster() != first; }));
  ASSERT_TRUE(eventually([&] { return ask(address, "SELECT x FROM t") == "7"; }));
  EXPECT_EQ(postgres.connection_string(), address);
}

// Somebody's shell stands in the cluster: it neither holds the restart up nor is killed by it.
TEST_F(EmbeddedPostgresTest, ARestartLeavesStrangersInTheClusterAlone) {
  EmbeddedPostgres postgres(options());
  postgres.start();
  const pid_t shell = ::fork();
  if (shell == 0) {
    if (::chdir((data_ / "postgres").c_str()) == 0) ::execl("/bin/sleep", "sleep", "1000", nullptr);
    ::_exit(127);
  }
  ASSERT_TRUE(eventually([&] {
    std::error_code error;
    return fs::read_symlink("/proc/" + std::to_string(shell) + "/exe", error).filename() == "sleep";
  }));
  const auto first = postgres.postmaster();
  ::kill(first, SIGKILL);
  EXPECT_TRUE(
      eventually([&] { return postgres.postmaster() != 0 && postgres.postmaster() != first; }));
  EXPECT_TRUE(eventually([&] { return ask(postgres.connection_string(), "SELECT 1") == "1"; }));
  EXPECT_EQ(::waitpid(shell, nullptr, WNOHANG), 0);  // it lives
  ::kill(shell, SIGKILL);
  ::waitpid(shell, nullptr, 0);
}

// A server that is killed leaves its cluster running. The child does what a server does, and dies
// like one.
TEST_F(EmbeddedPostgresTest, TheNextStartAdoptsTheClusterOfAKilledServer) {
  const pid_t server = ::fork();
  if (server == 0) {
    EmbeddedPostgres postgres(options());
    postgres.start();
    ask(postgres.connection_string(), "CREATE TABLE t AS SELECT 9 AS x");
    ::kill(::getpid(), SIGKILL);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(server, &status, 0), server);
  ASSERT_TRUE(WIFSIGNALED(status));
  const auto orphan = read_postmaster_file(data_ / "postgres");
  ASSERT_TRUE(orphan && lives(orphan->pid));
  EmbeddedPostgres postgres(options());
  postgres.start();
  EXPECT_TRUE(postgres.adopted());
  EXPECT_EQ(postgres.postmaster(), orphan->pid);
  EXPECT_EQ(ask(postgres.connection_string(), "SELECT x FROM t"), "9");
  postgres.stop();
  EXPECT_FALSE(fs::exists(orphan->socket_directory));
}

// An adopted postmaster is not our child: killed, it may stay a zombie under its number, which its
// lock files name. Here the number is that of a process which lives.
TEST_F(EmbeddedPostgresTest, LockFilesOfADeadPostmasterDoNotDisturbTheRestart) {
  EmbeddedPostgres postgres(options());
  postgres.start();
  const auto first = postgres.postmaster();
  const auto lock =
      read_postmaster_file(data_ / "postgres")->socket_directory / ".s.PGSQL.5432.lock";
  std::ofstream(lock) << ::getpid() << "\n/elsewhere\n1700000000\n5432\n/tmp\n";
  ::kill(first, SIGKILL);
  ASSERT_TRUE(
      eventually([&] { return postgres.postmaster() != 0 && postgres.postmaster() != first; }));
  ASSERT_TRUE(eventually([&] { return ask(postgres.connection_string(), "SELECT 1") == "1"; }));
}

// Everything is killed: what stays is a pid file whose number may be anybody's by now.
TEST_F(EmbeddedPostgresTest, AStalePidFileOfALivingStrangerDoesNotStopTheStart) {
  {
    EmbeddedPostgres postgres(options());
    postgres.start();
    ASSERT_TRUE(ask(postgres.connection_string(), "CREATE TABLE t AS SELECT 3 AS x"));
  }
  std::ofstream(data_ / "postgres" / "postmaster.pid")
      << ::getpid()
      << "\n/elsewhere\n1700000000\n5432\n/tmp/tracker-pg-gone\n\n  5432001  0\nready   \n";
  EmbeddedPostgres postgres(options());
  postgres.start();
  EXPECT_FALSE(postgres.adopted());
  EXPECT_EQ(ask(postgres.connection_string(), "SELECT x FROM t"), "3");
}

TEST_F(EmbeddedPostgresTest, AnInitdbThatWasKilledHalfwayIsMadeAnew) {
  fs::create_directories(data_ / "postgres.new" / "base");
  std::ofstream(data_ / "postgres.new" / "PG_VERSION") << "15\n";
  EmbeddedPostgres postgres(options());
  postgres.start();
  EXPECT_EQ(ask(postgres.connection_string(), "SELECT 1"), "1");
}

TEST_F(EmbeddedPostgresTest, AClusterOfAVersionThatIsNotInstalledIsRefusedByName) {
  fs::create_directories(data_ / "postgres");
  std::ofstream(data_ / "postgres" / "PG_VERSION") << "9\n";
  if (::geteuid() == 0) {
    ASSERT_EQ(::chown((data_ / "postgres").c_str(), 65534, 65534), 0);
  }
  EmbeddedPostgres postgres(options());
  try {
    postgres.start();
    FAIL() << "started";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kFailedPrecondition);
    EXPECT_NE(std::string(error.what()).find("PostgreSQL 9 is not installed"), std::string::npos)
        << error.what();
  }
}

}  // namespace
}  // namespace tracker::embedded
