// Which server is meant when nobody names one.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <nlohmann/json.hpp>

#include <tracker/error.hpp>
#include <tracker/server.hpp>

#include "sdk/src/run_fixture.hpp"

namespace tracker::test {
namespace {

class DefaultServer : public RunTest {
 protected:
  DefaultServer() {
    ::setenv("XDG_CONFIG_HOME", (dir_ / "config").c_str(), 1);
    ::unsetenv("TRACKER_URL");
  }
  std::string server_of_a_run(RunSettings s) const {
    s.offline = false;
    s.relay = dir_ / "nothing";
    Run run = Run::start(s);
    return spool::read_info(run.directory()).server;
  }
};

TEST_F(DefaultServer, EnvironmentThenLoginThenTheDefault) {
  EXPECT_EQ(default_server().url, "http://127.0.0.1:8080");
  EXPECT_EQ(default_server().origin, ServerOrigin::kDefault);
  store_login("http://stored:1");
  EXPECT_EQ(default_server().url, "http://stored:1");
  EXPECT_EQ(default_server().origin, ServerOrigin::kLogin);
  ::setenv("TRACKER_URL", "http://set:1", 1);
  EXPECT_EQ(default_server().url, "http://set:1");
  EXPECT_EQ(default_server().origin, ServerOrigin::kEnvironment);
}

TEST_F(DefaultServer, IsWhereRunsGoUnlessTheirSettingsSayOtherwise) {
  store_login("http://stored:1");
  EXPECT_EQ(server_of_a_run(settings()), "http://stored:1");
  RunSettings s = settings();
  s.server = "http://given:1";
  EXPECT_EQ(server_of_a_run(s), "http://given:1");
}

TEST_F(DefaultServer, LoginFileThatIsNotJsonIsAnErrorAndNotAskedOffline) {
  std::filesystem::create_directories(login_file().parent_path());
  spool::test::write_file(login_file(), "server=http://x");
  EXPECT_THROW(server_of_a_run(settings()), Error);
  EXPECT_THROW(store_login("http://x"), Error);
  EXPECT_NO_THROW(Run::start(settings()));
}

TEST_F(DefaultServer, StoringKeepsOtherMembersAndIsForTheUserOnly) {
  std::filesystem::create_directories(login_file().parent_path());
  spool::test::write_file(login_file(), R"({"theirs":1,"server":"http://old"})");
  store_login("http://new");
  EXPECT_EQ(nlohmann::json::parse(spool::test::read_file(login_file())),
            (nlohmann::json{{"theirs", 1}, {"server", "http://new"}}));
  struct stat status {};
  ASSERT_EQ(::stat(login_file().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
}

}  // namespace
}  // namespace tracker::test
