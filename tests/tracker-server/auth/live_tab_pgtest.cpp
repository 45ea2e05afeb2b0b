#include <gtest/gtest.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket.hpp>
#include <memory>
#include <optional>
#include <string>

#include "api_world.hpp"
#include "auth/watch.hpp"
#include "http/server.hpp"

// A tab that is open when rights change. The watch's rounds are the test's own.
namespace tracker::http {
namespace {

class LiveTabTest : public ApiWorld {
 protected:
  using Socket = boost::beast::websocket::stream<boost::asio::ip::tcp::socket>;

  void SetUp() override {
    ApiWorld::SetUp();
    ServerOptions options;
    options.port = 0;
    options.watch = &watch.emplace(*gate);
    server = std::make_unique<Server>(options, *router, hub);
    server->start();
  }
  void TearDown() override { server.reset(); }

  // Open, and told so: the watch knows of it.
  std::unique_ptr<Socket> tab(const std::string& key) {
    auto socket = std::make_unique<Socket>(context_);
    socket->next_layer().connect({boost::asio::ip::make_address("127.0.0.1"), server->port()});
    socket->set_option(boost::beast::websocket::stream_base::decorator(
        [key](boost::beast::websocket::request_type& request) {
          request.set(boost::beast::http::field::authorization, "Bearer " + key);
        }));
    socket->handshake("127.0.0.1", "/api/v1/live");
    EXPECT_NE(heard(*socket).find("hello"), std::string::npos);
    return socket;
  }
  // The next message; empty when the tab was closed.
  static std::string heard(Socket& socket) {
    boost::beast::flat_buffer buffer;
    boost::beast::error_code error;
    socket.read(buffer, error);
    return error ? std::string() : boost::beast::buffers_to_string(buffer.data());
  }

  core::SystemClock system_clock;
  LiveHub hub{LiveReaders(), system_clock, {}};
  std::optional<auth::Watch> watch;
  std::unique_ptr<Server> server;
  boost::asio::io_context context_;
};

TEST_F(LiveTabTest, ATabWhoseKeyIsRevokedOrRunsOutIsClosedAndOthersStay) {
  const auto short_key = key("wim", {.name = "k", .lifetime_s = 60});
  const auto anna = tab(keys["anna"]), wim = tab(keys["wim"]), brief = tab(short_key);
  watch->round();
  auto root = as_root();
  auth::revoke_key(*gate, root, *auth::key_id(keys["wim"]));
  watch->round();
  EXPECT_EQ(heard(*wim), "");
  clock.advance(60'000'000);
  watch->round();
  EXPECT_EQ(heard(*brief), "");
  anna->write(boost::asio::buffer(std::string("nonsense")));
  EXPECT_NE(heard(*anna).find("error"), std::string::npos) << "it is still open";
}

}  // namespace
}  // namespace tracker::http
