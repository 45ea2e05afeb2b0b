#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <future>
#include <sstream>

#include "edge_fixture.hpp"

// Ids of requests and their lines in the log, and how a stop treats what has begun.
namespace tracker::http {
namespace {

std::string header(const Answer& answer, const std::string& name) {
  const auto at = answer.headers.find(name + ": ");
  if (at == std::string::npos) return {};
  const auto start = at + name.size() + 2;
  return answer.headers.substr(start, answer.headers.find('\r', start) - start);
}

TEST_F(EdgeTest, EachAnswerNamesItsRequest) {
  start();
  EXPECT_EQ(
      header(ask({url("http", "/api/v1/in"), {}, {"X-Request-Id: mine-1"}, ""}), "X-Request-Id"),
      "mine-1");
  const auto made =
      header(ask({url("http", "/api/v1/in"), {}, {"X-Request-Id: a b"}, ""}), "X-Request-Id");
  EXPECT_EQ(made.size(), 16u) << made;
  EXPECT_NE(header(ask({url("http", "/none"), {}, {}, ""}), "X-Request-Id"), made);
}

TEST_F(EdgeTest, TheLogHasALineForWritesAndTheIdOfFailures) {
  std::ostringstream log;
  const auto before = spdlog::default_logger();
  const auto logger = std::make_shared<spdlog::logger>(
      "edge", std::make_shared<spdlog::sinks::ostream_sink_mt>(log));
  logger->set_pattern("level=%l %v");
  spdlog::set_default_logger(logger);
  start();
  ask({url("http", "/api/v1/in?a=b"), {}, {"X-Request-Id: r1"}, ""});
  ask({url("http", "/api/v1/in?a=b"), {}, {"X-Request-Id: w1"}, "x"});
  const auto failed = ask({url("http", "/api/v1/broken"), {}, {"X-Request-Id: f1"}, ""});
  server_->stop(1s);
  spdlog::set_default_logger(before);
  const auto text = log.str();
  EXPECT_EQ(text.find("id=r1"), std::string::npos) << text;
  EXPECT_NE(
      text.find("level=info event=http_request id=w1 method=\"POST\" target=\"/api/v1/in?a=b\" "
                "route=/api/v1/in status=200 bytes=5 ms="),
      std::string::npos)
      << text;
  EXPECT_NE(text.find("level=error event=http_error id=f1"), std::string::npos) << text;
  EXPECT_NE(failed.body.find("\"request_id\":\"f1\""), std::string::npos) << failed.body;
  EXPECT_EQ(failed.body.find("secret"), std::string::npos) << failed.body;
}

TEST_F(EdgeTest, TheLineOfARunsRequestNamesTheRun) {
  std::ostringstream log;
  const auto before = spdlog::default_logger();
  spdlog::set_default_logger(std::make_shared<spdlog::logger>(
      "edge", std::make_shared<spdlog::sinks::ostream_sink_mt>(log)));
  options_.access_log = core::AccessLog::kAll;
  start();
  const auto run = core::RunId(core::Uuid::random()).text();
  ask({url("http", "/api/v1/runs/" + run), {}, {}, ""});
  ask({url("http", "/api/v1/runs/nonsense"), {}, {}, ""});
  server_->stop(1s);
  spdlog::set_default_logger(before);
  EXPECT_NE(log.str().find(" run=" + run + " status=200"), std::string::npos) << log.str();
  EXPECT_EQ(log.str().find("run=nonsense"), std::string::npos) << log.str();
}

// The socket thread is held by a request, so that all the others have come and none was looked at.
TEST_F(EdgeTest, AStopAnswersWhatHasComeBeforeIt) {
  start();
  Socket kept(server_->port());
  kept.send_get("/api/v1/in");
  EXPECT_NE(kept.read_to("inside").find("200 OK"), std::string::npos);
  Socket held(server_->port());
  held.send_get("/api/v1/block");
  entered_.wait();
  kept.send_get("/api/v1/in");
  Socket waiting(server_->port());
  waiting.send_get("/api/v1/in");
  auto stopping = std::async(std::launch::async, [&] { server_->stop(30s); });
  released_.count_down();
  EXPECT_NE(held.read_to("blocked").find("200 OK"), std::string::npos);
  EXPECT_NE(kept.read_to("inside").find("200 OK"), std::string::npos);
  EXPECT_NE(waiting.read_to("inside").find("200 OK"), std::string::npos);
  stopping.get();
}

TEST_F(EdgeTest, AConnectionThatNeverAskedDoesNotHoldAStopUp) {
  start();
  Socket silent(server_->port());
  const auto began = std::chrono::steady_clock::now();
  server_->stop(60s);
  EXPECT_LT(std::chrono::steady_clock::now() - began, 30s);
}

TEST_F(EdgeTest, WhenAStopIsNearConnectionsEndAfterTheirAnswer) {
  start();
  Socket socket(server_->port());
  socket.send_get("/api/v1/in");
  EXPECT_EQ(socket.read_to("inside").find("Connection: close"), std::string::npos);
  server_->announce_stop();
  socket.send_get("/api/v1/in");
  EXPECT_NE(socket.read_to("inside").find("Connection: close"), std::string::npos);
  EXPECT_EQ(socket.read_to("more"), "");
  EXPECT_EQ(ask({url("http", "/api/v1/in"), {}, {}, ""}).body, "inside")
      << "new ones are still taken";
}

}  // namespace
}  // namespace tracker::http
