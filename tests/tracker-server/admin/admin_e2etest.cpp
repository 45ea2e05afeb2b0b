// Deleting, checking, backing up and restoring with the programs as a user runs them.
#include <gtest/gtest.h>

#include <filesystem>

#include "support/system/system.hpp"

namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using test_support::Process;
using test_support::System;

std::string row(int step) { return json{{"step", step}, {"loss", step * 0.5}}.dump() + "\n"; }

class Writer {
 public:
  explicit Writer(const System& system)
      : process_(system.command("tracker", {"log", "--project", "p", "--echo"})),
        id_(*process_.read_line()) {}
  void log_until(int end) {
    for (; next_ < end; ++next_) {
      process_.write(row(next_));
      ASSERT_EQ(process_.read_line(), std::to_string(next_));
    }
  }
  int finish() {
    process_.close_stdin();
    return process_.wait().code;
  }
  const std::string& id() const { return id_; }

 private:
  Process process_;
  std::string id_;
  int next_ = 0;
};

std::size_t rows_there(const System& system, const std::string& run) {
  return system.history(run).size();
}

// Asks until the server has so many rows.
void await_rows(const System& system, const std::string& run, std::size_t rows) {
  system.await_run("p", [&](const json&) { return rows_there(system, run) >= rows; });
}

std::string data_dir(const System& system) { return (system.directory() / "server").string(); }

TEST(Admin, a_deleted_run_is_refused_and_comes_back_whole) {
  System system;
  system.start_server();
  Writer writer(system);
  writer.log_until(100);
  await_rows(system, writer.id(), 100);
  const auto refused = system.run("tracker", {"runs", "rm", writer.id()});
  EXPECT_EQ(refused.status.code, 1);
  EXPECT_NE(refused.errors.find("--yes"), std::string::npos);
  const auto removed = system.run("tracker", {"runs", "rm", writer.id(), "--yes"});
  ASSERT_EQ(removed.status.code, 0) << removed.errors;
  EXPECT_EQ(system.runs("p").size(), 0u);
  writer.log_until(200);
  writer.finish();
  EXPECT_NE(system.run("tracker", {"runs", "deleted", "--project", "p"}).output.find(writer.id()),
            std::string::npos);
  const auto late = system.run("tracker", {"sync"});
  EXPECT_EQ(late.status.code, 1) << late.output << late.errors;
  EXPECT_NE((late.output + late.errors).find("deleted"), std::string::npos)
      << late.output << late.errors;
  ASSERT_EQ(system.run("tracker", {"runs", "restore", writer.id()}).status.code, 0);
  ASSERT_EQ(system.run("tracker", {"sync"}).status.code, 0);
  await_rows(system, writer.id(), 200);
  EXPECT_EQ(rows_there(system, writer.id()), 200u);
}

TEST(Admin, projects_keep_and_go) {
  System system;
  system.start_server();
  Writer writer(system);
  writer.log_until(3);
  writer.finish();
  await_rows(system, writer.id(), 3);
  const auto kept = system.run("tracker", {"projects", "set", "p", "--keep-runs-for", "90d"});
  EXPECT_NE(kept.output.find("runs 90d, system metrics forever"), std::string::npos)
      << kept.output << kept.errors;
  EXPECT_EQ(system.run("tracker", {"projects", "set", "p", "--keep-runs-for", "soon"}).status.code,
            1);
  EXPECT_EQ(system.run("tracker", {"projects", "rm", "p", "--yes"}).status.code, 0);
  EXPECT_EQ(system.run("tracker", {"projects", "ls", "--json"}).output, "[]\n");
  EXPECT_EQ(system.run("tracker", {"projects", "restore", "p"}).status.code, 0);
  EXPECT_EQ(system.runs("p").size(), 1u);
}

TEST(Admin, check_works_beside_the_server_and_without_it) {
  System system;
  system.start_server();
  Writer writer(system);
  writer.log_until(50);
  writer.finish();
  await_rows(system, writer.id(), 50);
  const std::vector<std::string> check = {"admin", "check", "--data-dir", data_dir(system)};
  const auto beside = system.run("tracker", check);
  EXPECT_EQ(beside.status.code, 0) << beside.output << beside.errors;
  EXPECT_EQ(system.stop_server(), 0);
  const auto alone = system.run("tracker", check);
  EXPECT_EQ(alone.status.code, 0) << alone.output << alone.errors;
  EXPECT_NE(alone.errors.find("runs=1"), std::string::npos) << alone.errors;
  EXPECT_EQ(system.run("tracker", {"admin", "check", "--data-dir", "/nonexistent"}).status.code, 1);
  EXPECT_EQ(system.run("tracker", {"admin"}).status.code, 2);
  EXPECT_EQ(system.run("tracker", {"admin", "--help"}).status.code, 0);
}

TEST(Admin, after_an_older_backup_the_relays_fill_in_what_is_missing) {
  System system;
  system.start_server();
  Writer writer(system);
  writer.log_until(1'000);
  await_rows(system, writer.id(), 1'000);
  const std::string backup = (system.directory() / "backup").string();
  const auto saved =
      system.run("tracker", {"admin", "backup", backup, "--data-dir", data_dir(system)});
  ASSERT_EQ(saved.status.code, 0) << saved.errors;
  writer.log_until(3'000);
  await_rows(system, writer.id(), 3'000);
  EXPECT_EQ(system.stop_server(), 0);

  const auto over =
      system.run("tracker", {"admin", "restore", backup, "--data-dir", data_dir(system)});
  EXPECT_EQ(over.status.code, 1);
  EXPECT_NE(over.errors.find("not empty"), std::string::npos) << over.errors;
  fs::rename(data_dir(system), data_dir(system) + ".old");
  const auto restored =
      system.run("tracker", {"admin", "restore", backup, "--data-dir", data_dir(system)});
  ASSERT_EQ(restored.status.code, 0) << restored.errors;
  EXPECT_FALSE(fs::exists(data_dir(system) + ".restoring"));

  writer.log_until(3'500);
  system.start_server();
  await_rows(system, writer.id(), 3'500);
  EXPECT_EQ(writer.finish(), 0);
  system.await_run("p", [](const json& run) { return run.at("state") == "finished"; });
  const auto history = system.history(writer.id());
  ASSERT_EQ(history.size(), 3'500u);
  for (int step = 0; step < 3'500; ++step) {
    ASSERT_EQ(history[static_cast<std::size_t>(step)].at("step"), step);
    ASSERT_EQ(history[static_cast<std::size_t>(step)].at("loss").get<double>(), step * 0.5);
  }
  EXPECT_EQ(system.run("tracker", {"admin", "check", "--data-dir", data_dir(system)}).status.code,
            0);
}

}  // namespace
