#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <fstream>

#include "app/server_process.hpp"
#include "embedded/cluster_files.hpp"
#include "embedded/cluster_processes.hpp"
#include "embedded/embedded_postgres.hpp"
#include "support/temp_directory.hpp"

// tracker-server from outside: how it starts, stops, is killed, and what it says when it cannot
// start.
namespace tracker::app {
namespace {

namespace fs = std::filesystem;

class ServerProgramTest : public testing::Test {
 protected:
  ~ServerProgramTest() override {
    const auto file = embedded::read_postmaster_file(cluster_);
    for (const auto pid : embedded::processes_of(cluster_)) ::kill(pid, SIGKILL);
    eventually([&] { return embedded::processes_of(cluster_).empty(); });
    if (file) embedded::remove_socket_directory(file->socket_directory);
  }

  pid_t postmaster() const {
    const auto file = embedded::read_postmaster_file(cluster_);
    return file ? file->pid : 0;
  }
  static bool ready(const std::string& url) {
    const auto answer = http_get(url + "/readyz");
    return answer && answer->status == 200;
  }
  // It must end with this code, having said one line.
  void expect_refusal(ServerProcess& server, int code, const std::string& part) {
    EXPECT_EQ(server.wait(), code) << server.log();
    const auto log = server.log();
    const auto at = log.find("tracker-server: ");
    ASSERT_NE(at, std::string::npos) << log;
    EXPECT_NE(log.find(part, at), std::string::npos) << log;
    EXPECT_EQ(std::count(log.begin() + static_cast<std::ptrdiff_t>(at), log.end(), '\n'), 1) << log;
    EXPECT_FALSE(fs::exists(data_ / "server.json"));
  }

  test::TempDirectory root_;
  fs::path data_ = root_ / "data", cluster_ = data_ / "postgres";
};

TEST_F(ServerProgramTest, ATerminatedServerLeavesNothingRunningAndItsDataBehind) {
  for (int round = 0; round < 2; ++round) {
    ServerProcess server(data_);
    const auto url = server.wait_ready();
    ASSERT_TRUE(url) << server.log();
    EXPECT_EQ(http_get(*url + "/healthz")->status, 200);
    EXPECT_EQ(http_get(*url + "/readyz")->body, "ready");
    EXPECT_NE(http_get(*url + "/api/v1/server")->body.find("\"grpc_port\""), std::string::npos);
    EXPECT_EQ(http_get(*url + "/api/v1/runs?project=none")->status, 404);
    server.signal(round == 0 ? SIGTERM : SIGINT);
    EXPECT_EQ(server.wait(), 0) << server.log();
    EXPECT_FALSE(fs::exists(data_ / "server.json"));
    EXPECT_TRUE(embedded::processes_of(cluster_).empty());
  }
}

TEST_F(ServerProgramTest, AfterAKillTheNextServerAdoptsTheCluster) {
  pid_t cluster = 0;
  {
    ServerProcess server(data_);
    ASSERT_TRUE(server.wait_ready()) << server.log();
    cluster = postmaster();
    server.signal(SIGKILL);
    server.wait();
  }
  ServerProcess server(data_);
  const auto url = server.wait_ready();
  ASSERT_TRUE(url) << server.log();
  EXPECT_EQ(postmaster(), cluster);
  EXPECT_TRUE(ready(*url));
  EXPECT_NE(server.log().find("adopted=true"), std::string::npos) << server.log();
}

TEST_F(ServerProgramTest, AKilledPostmasterIsReplacedAndTheServerIsReadyAgain) {
  ServerProcess server(data_);
  const auto url = server.wait_ready();
  ASSERT_TRUE(url) << server.log();
  const auto cluster = postmaster();
  ::kill(cluster, SIGKILL);
  ASSERT_TRUE(eventually([&] { return postmaster() != cluster && postmaster() != 0; }))
      << server.log();
  ASSERT_TRUE(eventually([&] { return ready(*url); })) << server.log();
  EXPECT_EQ(http_get(*url + "/api/v1/projects")->status, 200);
}

// The checkpointer is held, so that the shared memory of the killed postmaster stays in use and the
// restart has to wait.
TEST_F(ServerProgramTest, WhileTheClusterIsRestartedTheServerIsNotReady) {
  ServerProcess server(data_);
  const auto url = server.wait_ready();
  ASSERT_TRUE(url) << server.log();
  pid_t checkpointer = 0;
  for (const auto pid : embedded::processes_of(cluster_)) {
    std::string title;
    std::getline(std::ifstream("/proc/" + std::to_string(pid) + "/cmdline"), title, '\0');
    if (title.find("checkpointer") != std::string::npos) checkpointer = pid;
  }
  ASSERT_NE(checkpointer, 0);
  ::kill(checkpointer, SIGSTOP);
  ::kill(postmaster(), SIGKILL);
  const auto status = [&] { return http_get(*url + "/readyz")->status; };
  EXPECT_TRUE(eventually([&] { return status() == 503; })) << server.log();
  EXPECT_EQ(http_get(*url + "/healthz")->status, 200);
  ::kill(checkpointer, SIGCONT);
  EXPECT_TRUE(eventually([&] { return ready(*url); })) << server.log();
}

TEST_F(ServerProgramTest, AfterEverythingWasKilledTheNextStartRecovers) {
  {
    ServerProcess server(data_);
    ASSERT_TRUE(server.wait_ready()) << server.log();
    server.signal(SIGKILL);
    server.wait();
    for (const auto pid : embedded::processes_of(cluster_)) ::kill(pid, SIGKILL);
  }
  ServerProcess server(data_);
  const auto url = server.wait_ready();
  ASSERT_TRUE(url) << server.log();
  EXPECT_TRUE(ready(*url));
}

TEST_F(ServerProgramTest, WithTheDatabaseAwayItLivesAndIsNotReady) {
  embedded::EmbeddedPostgresOptions options;
  options.data_directory = root_ / "database";
  fs::create_directories(options.data_directory);
  embedded::EmbeddedPostgres postgres(options);
  postgres.start();
  ServerProcess server(data_, {"--database-url", postgres.connection_string()});
  const auto url = server.wait_ready();
  ASSERT_TRUE(url) << server.log();
  EXPECT_TRUE(ready(*url));
  EXPECT_FALSE(fs::exists(cluster_));
  postgres.stop();
  EXPECT_EQ(http_get(*url + "/readyz")->status, 503);
  EXPECT_EQ(http_get(*url + "/api/v1/projects")->status, 503);
  EXPECT_EQ(http_get(*url + "/healthz")->status, 200);
  server.signal(SIGTERM);
  EXPECT_EQ(server.wait(), 0) << server.log();
}

TEST_F(ServerProgramTest, ASecondServerOnOneDataDirectoryIsRefused) {
  ServerProcess first(data_);
  const auto url = first.wait_ready();
  ASSERT_TRUE(url) << first.log();
  ServerProcess second(data_);
  EXPECT_EQ(second.wait(), 1);
  EXPECT_NE(second.log().find("pid " + std::to_string(first.pid())), std::string::npos)
      << second.log();
  EXPECT_TRUE(ready(*url));
}

TEST_F(ServerProgramTest, ATakenPortIsOneLineAndNothingStaysBehind) {
  ServerProcess first(data_);
  const auto url = first.wait_ready();
  ASSERT_TRUE(url) << first.log();
  const auto address = url->substr(std::string("http://").size());
  for (const auto* flag : {"--listen", "--grpc-listen"}) {
    const auto other = root_ / "other";
    ServerProcess second(other, {flag, address});
    EXPECT_EQ(second.wait(), 1) << second.log();
    EXPECT_NE(second.log().find("tracker-server: cannot listen on " + address), std::string::npos)
        << second.log();
    EXPECT_NE(second.log().find(flag), std::string::npos) << second.log();
    EXPECT_TRUE(embedded::processes_of(other / "postgres").empty());
  }
}

TEST_F(ServerProgramTest, NoDatabaseIsOneLine) {
  ServerProcess server(data_, {"--database-url", "postgresql://nobody:none@127.0.0.1:1/none"});
  expect_refusal(server, 1, "no database");
}

TEST_F(ServerProgramTest, ANewerDataDirectoryIsRefused) {
  fs::create_directories(data_);
  std::ofstream(data_ / "VERSION") << "7\n";
  ServerProcess server(data_);
  expect_refusal(server, 1, "version `7`");
}

TEST_F(ServerProgramTest, OnAnAddressThatOthersReachNobodyIsLetInUntilTheyHaveAKey) {
  ServerProcess server(data_, {"--listen", "0.0.0.0:0"});
  const auto url = server.wait_ready();
  ASSERT_TRUE(url) << server.log();
  EXPECT_EQ(http_get(*url + "/healthz")->status, 200);
  EXPECT_EQ(http_get(*url + "/api/v1/server")->status, 200);
  EXPECT_EQ(http_get(*url + "/api/v1/projects")->status, 401);
  const auto log = server.log();
  const auto at = log.find("/first-start#");
  ASSERT_NE(at, std::string::npos) << log;
  const auto token = log.substr(at + 13, 43);
  const auto use = [&](const std::string& user) {
    return http_post({*url + "/api/v1/first-start",
                      R"({"token":")" + token + R"(","user":")" + user +
                          R"(","password":"correct horse"})",
                      {}})
        ->status;
  };
  EXPECT_EQ(use("ada"), 200);
  EXPECT_EQ(use("eve"), 403) << "it is good once";
  EXPECT_EQ(http_get(*url + "/api/v1/projects")->status, 401);
}

TEST_F(ServerProgramTest, WithConsentEverybodyIsLetIn) {
  ServerProcess server(data_, {"--listen", "0.0.0.0:0", "--allow-anonymous"});
  const auto url = server.wait_ready();
  ASSERT_TRUE(url) << server.log();
  EXPECT_EQ(http_get(*url + "/api/v1/projects")->status, 200);
  EXPECT_EQ(server.log().find("event=no_users"), std::string::npos) << server.log();
}

TEST_F(ServerProgramTest, AnUnknownFlagIsUsage) {
  ServerProcess server(data_, {"--colour", "red"});
  expect_refusal(server, 2, "--colour");
}

}  // namespace
}  // namespace tracker::app
