#include "support/fault_proxy/fault_proxy.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace {

using namespace test_support;
using Mode = WayRules::Mode;

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in name{};
  name.sin_family = AF_INET;
  name.sin_port = htons(port);
  name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return name;
}

class Socket {
 public:
  explicit Socket(int fd) : fd_(fd) {}
  ~Socket() { ::close(fd_); }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  int get() const { return fd_; }
  void say(const std::string& text) const {
    ASSERT_EQ(::send(fd_, text.data(), text.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(text.size()));
  }
  // What comes next, "" at the end, "reset", or "silence".
  std::string hear(int patience_ms = 10'000) const {
    pollfd ready{fd_, POLLIN, 0};
    if (::poll(&ready, 1, patience_ms) == 0) return "silence";
    char bytes[256];
    const ssize_t n = ::recv(fd_, bytes, sizeof bytes, 0);
    return n < 0 ? "reset" : std::string(bytes, static_cast<std::size_t>(n));
  }

 private:
  int fd_;
};

class FaultProxyTest : public testing::Test {
 protected:
  FaultProxyTest() : listener_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in name = loopback(0);
    socklen_t size = sizeof name;
    ::bind(listener_.get(), reinterpret_cast<sockaddr*>(&name), size);
    ::listen(listener_.get(), 8);
    ::getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&name), &size);
    proxy_ = std::make_unique<FaultProxy>(ProxyOptions{.upstream_port = ntohs(name.sin_port)});
  }

  // Both ends of a new link.
  void connect() {
    const sockaddr_in name = loopback(proxy_->port());
    client_ = std::make_unique<Socket>(::socket(AF_INET, SOCK_STREAM, 0));
    ASSERT_EQ(::connect(client_->get(), reinterpret_cast<const sockaddr*>(&name), sizeof name), 0);
    server_ = std::make_unique<Socket>(::accept(listener_.get(), nullptr, nullptr));
  }

  Socket listener_;
  std::unique_ptr<FaultProxy> proxy_;
  std::unique_ptr<Socket> client_, server_;
};

TEST_F(FaultProxyTest, passes_both_ways_and_the_end) {
  connect();
  client_->say("question");
  EXPECT_EQ(server_->hear(), "question");
  server_->say("answer");
  EXPECT_EQ(client_->hear(), "answer");
  server_.reset();
  EXPECT_EQ(client_->hear(), "");
}

TEST_F(FaultProxyTest, cuts_after_so_many_bytes_by_a_reset) {
  connect();
  proxy_->cut_after(Way::kUp, 3, Cut::kReset);
  client_->say("abcdef");
  EXPECT_EQ(server_->hear(), "abc");
  EXPECT_EQ(server_->hear(), "reset");
}

TEST_F(FaultProxyTest, trap_lets_the_request_through_and_loses_its_reply) {
  connect();
  proxy_->set_trap({.text = "COMMIT", .skip = 1, .lose = Trap::Lose::kReply});
  client_->say("COMMIT");
  EXPECT_EQ(server_->hear(), "COMMIT");
  server_->say("done");
  EXPECT_EQ(client_->hear(), "done");
  client_->say("COMMIT");
  EXPECT_EQ(server_->hear(), "COMMIT");
  server_->say("done");
  EXPECT_EQ(client_->hear(), "reset");
  EXPECT_EQ(proxy_->counts().sprung, 1u);
}

TEST_F(FaultProxyTest, trap_loses_the_request) {
  connect();
  proxy_->set_trap({.text = "COMMIT", .lose = Trap::Lose::kRequest});
  client_->say("COMMIT");
  EXPECT_EQ(server_->hear(), "reset");
}

TEST_F(FaultProxyTest, stalled_bytes_arrive_later) {
  connect();
  proxy_->set(Way::kUp, {.mode = Mode::kStall});
  client_->say("late");
  server_->say("other way");
  EXPECT_EQ(client_->hear(), "other way");
  EXPECT_EQ(server_->hear(0), "silence");
  proxy_->set(Way::kUp, {});
  EXPECT_EQ(server_->hear(), "late");
}

TEST_F(FaultProxyTest, link_that_lost_bytes_passes_no_later_ones_and_is_reset_when_healed) {
  connect();
  proxy_->set(Way::kUp, {.mode = Mode::kDrop});
  client_->say("lost");
  server_->say("still heard");
  EXPECT_EQ(client_->hear(), "still heard");
  proxy_->heal();
  EXPECT_EQ(server_->hear(), "reset");
}

TEST_F(FaultProxyTest, abandoned_link_hangs_and_a_new_one_is_served) {
  connect();
  proxy_->abandon();
  client_->say("anybody?");
  const auto old_client = std::move(client_);
  const auto old_server = std::move(server_);
  connect();
  client_->say("new");
  EXPECT_EQ(server_->hear(), "new");
  EXPECT_EQ(old_server->hear(0), "silence");
}

TEST_F(FaultProxyTest, refuses_by_a_reset) {
  proxy_->refuse();
  const sockaddr_in name = loopback(proxy_->port());
  const Socket client(::socket(AF_INET, SOCK_STREAM, 0));
  ::connect(client.get(), reinterpret_cast<const sockaddr*>(&name), sizeof name);
  EXPECT_EQ(client.hear(), "reset");
}

}  // namespace
