#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>

#include <deque>

#include "edge_fixture.hpp"

// What a client may try with bytes and time before any handler runs: docs/security.md.
namespace tracker::http {
namespace {

// A connection that gives its bytes one by one.
class Dripping {
 public:
  explicit Dripping(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  }
  ~Dripping() { ::close(fd_); }
  Dripping(const Dripping&) = delete;
  Dripping& operator=(const Dripping&) = delete;

  void send(const std::string& text) { ::send(fd_, text.data(), text.size(), MSG_NOSIGNAL); }
  // A byte each 100 ms until the server has had enough; how often, 300 at most.
  int drip() {
    int drops = 0;
    pollfd wait{fd_, POLLIN, 0};
    while (drops < 300 && ::poll(&wait, 1, 100) == 0) {
      send("a");
      ++drops;
    }
    return drops;
  }
  // All that comes until the end.
  std::string rest() {
    std::string all;
    char bytes[512];
    for (ssize_t n; (n = ::recv(fd_, bytes, sizeof bytes, 0)) > 0;)
      all.append(bytes, static_cast<std::size_t>(n));
    return all;
  }

 private:
  int fd_;
};

TEST_F(EdgeTest, SlowHeadersAreCutAfterTheirTimeAndOthersAreServedMeanwhile) {
  options_.header_timeout = std::chrono::seconds(1);
  start();
  std::deque<Dripping> slow;
  for (int i = 0; i < 100; ++i)
    slow.emplace_back(server_->port()).send("GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ");
  EXPECT_EQ(ask({.url = url("http", "/api/v1/in"), .ca = {}, .headers = {}, .post = {}}).status,
            200);
  EXPECT_LT(slow.front().drip(), 50) << "each byte began the time anew";
  for (auto& one : slow) EXPECT_EQ(one.rest().find("200"), std::string::npos);
}

TEST_F(EdgeTest, ASlowBodyIsCutAfterItsTime) {
  options_.body_timeout = std::chrono::seconds(1);
  start();
  Dripping slow(server_->port());
  slow.send("POST /api/v1/in HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100000\r\n\r\n");
  EXPECT_LT(slow.drip(), 50);
  EXPECT_EQ(slow.rest().find("taken"), std::string::npos);
}

// Two readings of where a request ends let a second one through a proxy unseen.
TEST_F(EdgeTest, ARequestWhoseEndIsInDoubtIsRefusedWithWhatFollows) {
  start();
  const std::string second = "GET /api/v1/in HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
  for (const std::string headers :
       {"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
        "Content-Length: 5\r\nContent-Length: 50\r\n", "Content-Length: -1\r\n",
        "Content-Length: 99999999999999999999\r\n"}) {
    Dripping client(server_->port());
    client.send("POST /api/v1/in HTTP/1.1\r\nHost: 127.0.0.1\r\n" + headers + "\r\n0\r\n\r\n" +
                second);
    const auto told = client.rest();
    EXPECT_EQ(told.find("HTTP/1.1 200"), std::string::npos) << headers << told;
    EXPECT_EQ(told.find("inside"), std::string::npos) << headers << told;
  }
}

TEST_F(EdgeTest, HeadersBeyondTheirRoomAreRefused) {
  start();
  const auto large = ask({.url = url("http", "/api/v1/in"),
                          .ca = {},
                          .headers = {"X-Large: " + std::string(20'000, 'a')},
                          .post = {}});
  EXPECT_EQ(large.status, 413);
}

TEST_F(EdgeTest, NoPageOfAnotherSiteIsToldThatItMay) {
  start();
  Dripping client(server_->port());
  client.send(
      "OPTIONS /api/v1/in HTTP/1.1\r\nHost: 127.0.0.1\r\nOrigin: http://evil.example\r\n"
      "Access-Control-Request-Method: POST\r\nConnection: close\r\n\r\n");
  const auto told = client.rest();
  EXPECT_NE(told.find("HTTP/1.1 4"), std::string::npos) << told;
  EXPECT_EQ(told.find("Access-Control"), std::string::npos) << told;
}

}  // namespace
}  // namespace tracker::http
