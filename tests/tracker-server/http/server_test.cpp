#include "http/server.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket.hpp>
#include <future>
#include <latch>
#include <nlohmann/json.hpp>
#include <thread>

#include "everybody.hpp"
#include "support/sanitizers.hpp"

namespace tracker::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace bhttp = beast::http;
using asio::ip::tcp;

// A server with handlers that need no database, and plain blocking clients.
class ServerTest : public testing::Test {
 protected:
  ServerTest() {
    std::vector<Route> routes;
    routes.push_back({Method::kGet, "/api/v1/inline", auth::Access::kPublic, Runs::kInline,
                      [](const Request&) { return text_response(200, "in"); }});
    routes.push_back({Method::kPost, "/api/v1/echo", auth::Access::kPublic, Runs::kOnWorker,
                      [this](const Request& request) {
                        worker_ = std::this_thread::get_id();
                        return text_response(200, request.body);
                      }});
    routes.push_back({Method::kGet, "/api/v1/slow", auth::Access::kPublic, Runs::kOnWorker,
                      [this](const Request&) {
                        entered_.count_down();
                        release_.get_future().wait();
                        return text_response(200, "slow");
                      }});
    routes.push_back(
        {Method::kPut, "/api/v1/empty", auth::Access::kPublic, Runs::kOnWorker, [](const Request&) {
           Response response;
           response.status = 204;
           return response;
         }});
    routes.push_back(live_route());
    router_ = std::make_unique<Router>(
        std::move(routes), [](const Request&) { return text_response(200, "page"); },
        &everybody_.gate);
    options_.port = 0;
    options_.body_bytes = 1'000;
    options_.workers = 1;
    options_.waiting_requests = 1;
  }

  void start() {
    server_ = std::make_unique<Server>(options_, *router_, hub_);
    server_->start();
  }

  tcp::socket connect() {
    tcp::socket socket(context_);
    socket.connect({asio::ip::make_address("127.0.0.1"), server_->port()});
    return socket;
  }

  bhttp::response<bhttp::string_body> ask(tcp::socket& socket, bhttp::verb verb,
                                          const std::string& target, const std::string& body = "",
                                          const std::string& host = "127.0.0.1") {
    bhttp::request<bhttp::string_body> request(verb, target, 11, body);
    request.set(bhttp::field::host, host);
    request.prepare_payload();
    bhttp::write(socket, request);
    return read(socket, verb == bhttp::verb::head);
  }

  bhttp::response<bhttp::string_body> read(tcp::socket& socket, bool head = false) {
    bhttp::response_parser<bhttp::string_body> parser;
    parser.skip(head);
    beast::flat_buffer buffer;
    bhttp::read(socket, buffer, parser);
    return parser.release();
  }

  std::thread::id worker_;
  std::latch entered_{1};
  std::promise<void> release_;
  core::SystemClock clock_;
  LiveHub hub_{LiveReaders(), clock_, {}};
  Everybody everybody_;
  std::unique_ptr<Router> router_;
  ServerOptions options_;
  std::unique_ptr<Server> server_;
  asio::io_context context_;
};

TEST_F(ServerTest, OneConnectionServesManyRequests) {
  start();
  auto socket = connect();
  EXPECT_EQ(ask(socket, bhttp::verb::get, "/api/v1/inline").body(), "in");
  EXPECT_EQ(ask(socket, bhttp::verb::post, "/api/v1/echo", "hello").body(), "hello");
  EXPECT_EQ(ask(socket, bhttp::verb::get, "/api/v1/absent").result_int(), 404u);
  EXPECT_EQ(ask(socket, bhttp::verb::get, "/projects").body(), "page");
  EXPECT_NE(worker_, std::this_thread::get_id());
}

TEST_F(ServerTest, HeadHasTheLengthAndNoBody) {
  start();
  auto socket = connect();
  const auto response = ask(socket, bhttp::verb::head, "/api/v1/inline");
  EXPECT_EQ(response[bhttp::field::content_length], "2");
  EXPECT_EQ(response["X-Content-Type-Options"], "nosniff");
  EXPECT_EQ(ask(socket, bhttp::verb::get, "/api/v1/inline").body(), "in");
}

TEST_F(ServerTest, AnAnswerWithoutABodySaysNothingOfOne) {
  start();
  auto socket = connect();
  const auto response = ask(socket, bhttp::verb::put, "/api/v1/empty", "{}");
  EXPECT_EQ(response.result_int(), 204u);
  EXPECT_EQ(response.count(bhttp::field::content_length), 0u);
  EXPECT_EQ(response.count(bhttp::field::content_type), 0u);
  EXPECT_EQ(ask(socket, bhttp::verb::get, "/api/v1/inline").body(), "in");
}

// What is never unpacked cannot unpack to more than there is room for.
TEST_F(ServerTest, ABodyThatIsPackedStaysPacked) {
  start();
  auto socket = connect();
  const std::string packed("\x1f\x8b\x08\0\0\0\0\0\0\x03\x4b\x04\0\x43\xbe\xb7\xe8\x01\0\0\0", 21);
  bhttp::request<bhttp::string_body> request(bhttp::verb::post, "/api/v1/echo", 11, packed);
  request.set(bhttp::field::host, "127.0.0.1");
  request.set(bhttp::field::content_encoding, "gzip");
  request.prepare_payload();
  bhttp::write(socket, request);
  EXPECT_EQ(read(socket).body(), packed);
}

TEST_F(ServerTest, ABodyThatIsTooLargeIsRefusedBeforeItIsRead) {
  start();
  auto socket = connect();
  const std::string head =
      "POST /api/v1/echo HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100000000\r\n\r\n";
  asio::write(socket, asio::buffer(head));
  EXPECT_EQ(read(socket).result_int(), 413u);
}

TEST_F(ServerTest, WhatIsNotHttpIsAnsweredAndClosed) {
  start();
  auto socket = connect();
  asio::write(socket, asio::buffer(std::string("\x16\x03\x01 nonsense\r\n\r\n")));
  EXPECT_EQ(read(socket).result_int(), 400u);
  char byte = 0;
  beast::error_code error;
  EXPECT_EQ(asio::read(socket, asio::buffer(&byte, 1), error), 0u);
}

TEST_F(ServerTest, AForeignNameIsRefused) {
  start();
  auto socket = connect();
  EXPECT_EQ(ask(socket, bhttp::verb::get, "/api/v1/inline", "", "evil.example").result_int(), 403u);
}

TEST_F(ServerTest, WhenWorkersAreBusyOthersAreToldAndTheSocketsGoOn) {
  start();
  auto slow = connect();
  auto first = std::async(std::launch::async,
                          [&] { return ask(slow, bhttp::verb::get, "/api/v1/slow").body(); });
  entered_.wait();
  auto socket = connect();
  EXPECT_EQ(ask(socket, bhttp::verb::post, "/api/v1/echo", "x").result_int(), 503u);
  EXPECT_EQ(ask(socket, bhttp::verb::get, "/api/v1/inline").body(), "in");
  release_.set_value();
  EXPECT_EQ(first.get(), "slow");
}

TEST_F(ServerTest, StopLetsARequestThatHasBegunEnd) {
  start();
  auto slow = connect();
  auto idle = connect();
  EXPECT_EQ(ask(idle, bhttp::verb::get, "/api/v1/inline").body(), "in");
  auto first =
      std::async(std::launch::async, [&] { return ask(slow, bhttp::verb::get, "/api/v1/slow"); });
  entered_.wait();
  auto stopping = std::async(std::launch::async, [&] { server_->stop(std::chrono::seconds(30)); });
  char byte = 0;
  beast::error_code error;
  EXPECT_EQ(asio::read(idle, asio::buffer(&byte, 1), error), 0u);  // the idle one is closed at once
  release_.set_value();
  const auto response = first.get();
  EXPECT_EQ(response.body(), "slow");
  EXPECT_FALSE(response.keep_alive());
  stopping.get();
}

TEST_F(ServerTest, ATakenPortIsAnErrorThatSaysWhatToDo) {
  start();
  auto options = options_;
  options.port = server_->port();
  Server second(options, *router_, hub_);
  try {
    second.start();
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("--listen"), std::string::npos);
  }
}

TEST_F(ServerTest, ASystemThatGivesNoSocketIsAnErrorThatSaysSo) {
  if (test::kSanitized) GTEST_SKIP() << "the sanitizer needs a descriptor to look at memory";
  Server server(options_, *router_, hub_);
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  const auto none = rlimit{0, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
  std::string text;
  try {
    server.start();
  } catch (const Error& error) {
    text = error.what();
  }
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_NE(text.find("cannot listen on 127.0.0.1:0 for HTTP: Too many open files"),
            std::string::npos)
      << text;
}

TEST_F(ServerTest, ALiveSocketIsGreetedAnsweredAndClosedByAStop) {
  start();
  beast::websocket::stream<tcp::socket> socket(connect());
  socket.handshake("127.0.0.1", "/api/v1/live");
  beast::flat_buffer buffer;
  socket.read(buffer);
  EXPECT_TRUE(nlohmann::json::parse(beast::buffers_to_string(buffer.data())).contains("hello"));
  buffer.clear();
  socket.write(asio::buffer(std::string("nonsense")));
  socket.read(buffer);
  EXPECT_TRUE(nlohmann::json::parse(beast::buffers_to_string(buffer.data())).contains("error"));
  auto stopping = std::async(std::launch::async, [&] { server_->stop(std::chrono::seconds(30)); });
  beast::error_code error;
  socket.read(buffer, error);
  EXPECT_EQ(error, beast::websocket::error::closed);
  EXPECT_EQ(socket.reason().code, beast::websocket::close_code::going_away);
  stopping.get();
}

TEST_F(ServerTest, ALiveSocketThatAsksAndNeverReadsIsClosed) {
  LiveOptions live;
  live.hang_up_bytes = 10'000;
  LiveHub hub(LiveReaders(), clock_, live);
  server_ = std::make_unique<Server>(options_, *router_, hub);
  server_->start();
  beast::websocket::stream<tcp::socket> socket(connect());
  socket.handshake("127.0.0.1", "/api/v1/live");
  beast::error_code error;
  for (int i = 0; i < 10'000'000 && !error; ++i)
    socket.write(asio::buffer(std::string("nonsense")), error);
  EXPECT_TRUE(error);
  server_.reset();
}

TEST_F(ServerTest, ALiveSocketOfAForeignPageIsRefused) {
  start();
  beast::websocket::stream<tcp::socket> socket(connect());
  socket.set_option(
      beast::websocket::stream_base::decorator([](beast::websocket::request_type& request) {
        request.set(bhttp::field::origin, "http://evil.example");
      }));
  beast::websocket::response_type response;
  beast::error_code error;
  socket.handshake(response, "127.0.0.1", "/api/v1/live", error);
  EXPECT_EQ(error, beast::websocket::error::upgrade_declined);
  EXPECT_EQ(response.result_int(), 403u);
}

}  // namespace
}  // namespace tracker::http
