#include <gtest/gtest.h>

#include <atomic>
#include <csignal>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>
#include <thread>

#include "app/server_process.hpp"
#include "support/certificates/certificates.hpp"
#include "support/directories.hpp"
#include "support/process/process.hpp"
#include "support/system/system.hpp"
#include "support/temp_directory.hpp"

// The server as an operator has it: TLS, metrics, and a stop under load.
namespace tracker::app {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using namespace std::chrono_literals;
using test_support::Authority;

constexpr int kRows = 500;

class Operated : public testing::Test {
 protected:
  test_support::ProcessOptions tracker(std::vector<std::string> arguments,
                                       const std::string& url) const {
    test_support::ProcessOptions options;
    options.command = {TRACKER_BINARY_DIR "/bin/tracker"};
    options.command.insert(options.command.end(), arguments.begin(), arguments.end());
    options.environment = {{"TRACKER_URL", url}, {"TRACKER_DIR", (root_ / "spools").string()}};
    return options;
  }
  static std::string rows() {
    std::string lines;
    for (int step = 0; step < kRows; ++step)
      lines += json{{"step", step}, {"loss", 1.0 / (step + 1)}}.dump() + "\n";
    return lines;
  }
  // Of the project's only run, once it has finished; empty if it never does.
  std::string finished_run(const std::string& url, const std::vector<std::string>& more = {}) {
    std::string id;
    eventually([&] {
      std::vector<std::string> arguments{"runs", "ls", "--project", "p", "--json"};
      arguments.insert(arguments.end(), more.begin(), more.end());
      const auto all =
          json::parse(test_support::run(tracker(arguments, url)).output, nullptr, false);
      if (!all.is_array() || all.size() != 1 || all[0].value("state", "") != "finished")
        return false;
      id = all[0]["id"];
      return true;
    });
    return id;
  }
  std::size_t exported(const std::string& url, const std::string& run,
                       const std::vector<std::string>& more = {}) {
    std::vector<std::string> arguments{"export", run, "--format", "jsonl"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const auto result = test_support::run(tracker(arguments, url));
    EXPECT_EQ(result.status.code, 0) << result.errors;
    return static_cast<std::size_t>(std::count(result.output.begin(), result.output.end(), '\n'));
  }

  test::TempDirectory root_;
};

class Tls : public Operated {
 protected:
  // Absent if it did not start.
  std::optional<std::string> start(std::chrono::seconds life = 1h) {
    authority_.write(ca_);
    authority_.issue({root_ / "cert.pem", root_ / "key.pem", life});
    server_.emplace(root_ / "data", std::vector<std::string>{"--tls-cert", root_ / "cert.pem",
                                                             "--tls-key", root_ / "key.pem"});
    return server_->wait_ready();
  }
  void expect_failure(const std::string& url, const std::vector<std::string>& arguments,
                      const std::string& text) {
    const auto result = test_support::run(tracker(arguments, url));
    EXPECT_EQ(result.status.code, 1);
    EXPECT_NE(result.errors.find(text), std::string::npos) << result.errors;
    EXPECT_EQ(std::count(result.errors.begin(), result.errors.end(), '\n'), 1) << result.errors;
  }
  void TearDown() override {
    if (!server_) return;
    server_->signal(SIGTERM);
    EXPECT_EQ(server_->wait(), 0) << server_->log();
  }

  Authority authority_{"first"};
  fs::path ca_ = root_ / "ca.pem";
  std::optional<ServerProcess> server_;
};

TEST_F(Tls, ARunIsDeliveredReadAndCounted) {
  const auto url = start();
  ASSERT_TRUE(url) << server_->log();
  ASSERT_TRUE(url->starts_with("https://127.0.0.1:")) << *url;
  const auto logged =
      test_support::run(tracker({"log", "--project", "p", "--ca-file", ca_}, *url), rows());
  EXPECT_EQ(logged.status.code, 0) << logged.errors;
  const auto run = finished_run(*url, {"--ca-file", ca_});
  ASSERT_FALSE(run.empty()) << logged.errors << server_->log();
  EXPECT_EQ(exported(*url, run, {"--ca-file", ca_}), std::size_t{kRows});
  const auto log = server_->log();
  EXPECT_NE(log.find("event=stream_open run=" + run), std::string::npos) << log;
  EXPECT_TRUE(eventually(
      [&] { return server_->log().find("event=stream_closed run=" + run) != std::string::npos; }));

  // What is documented is there, and what is there is documented.
  const auto metrics = http_get(*url + "/metrics", ca_).value_or(HttpAnswer{}).body;
  std::ifstream page(TRACKER_SOURCE_DIR "/docs/server.md");
  const std::string text{std::istreambuf_iterator<char>(page), std::istreambuf_iterator<char>()};
  const auto names = [](const std::string& from, const std::regex& pattern) {
    std::set<std::string> found;
    for (std::sregex_iterator at(from.begin(), from.end(), pattern), end; at != end; ++at)
      found.insert((*at)[1].str() + ' ' + (*at)[2].str());
    return found;
  };
  EXPECT_EQ(names(text, std::regex(R"(\| `([a-z0-9_]+)` \| (counter|gauge|histogram) \|)")),
            names(metrics, std::regex(R"(# TYPE ([a-z0-9_]+) ([a-z]+))")));
  std::smatch points;
  ASSERT_TRUE(
      std::regex_search(metrics, points, std::regex(R"(\ntracker_ingest_points_total (\d+))")));
  EXPECT_GE(std::stoi(points[1]), kRows);
}

TEST_F(Tls, WhoDoesNotBelieveTheAuthorityIsToldWhatToDo) {
  const auto url = start();
  ASSERT_TRUE(url) << server_->log();
  expect_failure(*url, {"projects", "ls"}, "--ca-file");
  Authority other("other");
  other.write(root_ / "other.pem");
  expect_failure(*url, {"projects", "ls", "--ca-file", root_ / "other.pem"}, "is not accepted");
  expect_failure(*url, {"projects", "ls", "--ca-file", root_ / "absent.pem"}, "absent.pem");
  expect_failure("http" + url->substr(5), {"projects", "ls"}, "begins with https://");
}

TEST_F(Tls, AnExpiredCertificateIsSaidByBothSides) {
  const auto url = start(-1h);
  ASSERT_TRUE(url) << server_->log();
  expect_failure(*url, {"projects", "ls", "--ca-file", ca_}, "expired");
  EXPECT_NE(server_->log().find("event=tls_certificate_expires days=-1"), std::string::npos)
      << server_->log();
}

TEST_F(Tls, AServerWithoutTlsBehindAnHttpsAddressIsToldApart) {
  server_.emplace(root_ / "data");
  const auto url = server_->wait_ready();
  ASSERT_TRUE(url) << server_->log();
  expect_failure("https" + url->substr(4), {"projects", "ls"}, "http://");
}

TEST_F(Tls, AKeyThatOthersMayReadStopsTheStart) {
  authority_.issue({root_ / "cert.pem", root_ / "key.pem"});
  fs::permissions(root_ / "key.pem", fs::perms::others_read, fs::perm_options::add);
  ServerProcess server(root_ / "data",
                       {"--tls-cert", root_ / "cert.pem", "--tls-key", root_ / "key.pem"});
  EXPECT_EQ(server.wait(), 1);
  EXPECT_NE(server.log().find("chmod 600"), std::string::npos) << server.log();
}

// Clients that ask again and again, each a connection or one that it keeps, until the server is not
// ready any more. As a load balancer would, they then go.
class Load {
 public:
  explicit Load(const std::string& url) : url_(url) {
    for (int i = 0; i < 4; ++i) threads_.emplace_back([this] { ask(); });
  }
  void wait() { threads_.clear(); }
  int answered() const { return answered_; }
  int failed() const { return failed_; }
  bool warmed_up() const { return answered_ > 50; }

 private:
  void ask() {
    while (true) {
      const auto ready = http_get(url_ + "/readyz");
      if (!ready || ready->status != 200) {
        if (!ready || ready->body != "draining") ++failed_;
        return;
      }
      const auto projects = http_get(url_ + "/api/v1/projects");
      const bool good = projects && projects->status == 200 && projects->body.ends_with("}");
      ++(good ? answered_ : failed_);
    }
  }

  const std::string url_;
  std::atomic<int> answered_{0}, failed_{0};
  std::vector<std::jthread> threads_;
};

TEST_F(Operated, AStopUnderLoadFailsNoRequestAndLosesNoRow) {
  const auto listen = "127.0.0.1:" + std::to_string(test_support::free_port());
  std::string url;
  test_support::Process* logging = nullptr;
  std::unique_ptr<test_support::Process> logger;
  {
    ServerProcess server(root_ / "data", {"--listen", listen, "--drain-delay", "2s"});
    url = server.wait_ready().value_or("");
    ASSERT_FALSE(url.empty()) << server.log();
    logger = std::make_unique<test_support::Process>(tracker({"log", "--project", "p"}, url));
    logging = logger.get();
    Load load(url);
    EXPECT_TRUE(eventually([&] { return load.warmed_up(); }));
    server.signal(SIGTERM);
    logging->write(rows());
    load.wait();
    EXPECT_EQ(http_get(url + "/readyz").value_or(HttpAnswer{}).body, "draining");
    EXPECT_EQ(http_get(url + "/healthz").value_or(HttpAnswer{}).body, "ok");
    EXPECT_EQ(server.wait(), 0) << server.log();
    EXPECT_EQ(load.failed(), 0) << server.log();
    EXPECT_GT(load.answered(), 50);
  }
  ServerProcess again(root_ / "data", {"--listen", listen});
  ASSERT_TRUE(again.wait_ready()) << again.log();
  logging->close_stdin();
  EXPECT_EQ(logging->wait().code, 0) << logging->errors();
  const auto run = finished_run(url);
  ASSERT_FALSE(run.empty()) << again.log();
  EXPECT_EQ(exported(url, run), std::size_t{kRows});
  again.signal(SIGTERM);
  EXPECT_EQ(again.wait(), 0) << again.log();
}

TEST_F(Operated, ThePrintedConfigurationIsThatOfAllPlaces) {
  const auto file = root_ / "server.yaml";
  std::ofstream(file) << "data-dir: /file\nlog-level: warn\n";
  test_support::ProcessOptions options;
  options.command = {TRACKER_BINARY_DIR "/bin/tracker-server", "--print-config", "--listen",
                     "127.0.0.1:7"};
  options.environment = {{"TRACKER_CONFIG", file}, {"TRACKER_LOG_LEVEL", "debug"}};
  const auto result = test_support::run(options);
  EXPECT_EQ(result.status.code, 0) << result.errors;
  EXPECT_NE(result.output.find("data-dir: /file  # " + file.string() + ":1: data-dir\n"),
            std::string::npos)
      << result.output;
  EXPECT_NE(result.output.find("log-level: debug  # $TRACKER_LOG_LEVEL\n"), std::string::npos);
  EXPECT_NE(result.output.find("listen: \"127.0.0.1:7\"  # --listen\n"), std::string::npos);
}

}  // namespace
}  // namespace tracker::app
