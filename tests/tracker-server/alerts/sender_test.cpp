#include "alerts/sender.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <nlohmann/json.hpp>
#include <thread>

#include "base/fd.hpp"

namespace tracker::alerts {
namespace {

using nlohmann::json;

storage::Alert sample() {
  storage::Alert alert;
  alert.id = 7;
  alert.run = core::RunId::from_text("123e4567-e89b-42d3-a456-426614174000");
  alert.project = "imdb";
  alert.run_name = "quiet-otter-7";
  alert.time_us = 1'764'000'000'000'000;
  alert.level = spool::AlertLevel::kWarning;
  alert.title = "loss is NaN";
  alert.text = "at step 7";
  return alert;
}

// The port that the socket got.
std::uint16_t listen_on_loopback(int listener) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  EXPECT_EQ(::bind(listener, reinterpret_cast<sockaddr*>(&address), size), 0);
  EXPECT_EQ(::listen(listener, 4), 0);
  ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size);
  return ntohs(address.sin_port);
}

// Takes one connection, hears what it says up to the end of the body, and answers.
class OneAnswer {
 public:
  explicit OneAnswer(std::string answer) : listener_(::socket(AF_INET, SOCK_STREAM, 0)) {
    port_ = listen_on_loopback(listener_.get());
    thread_ = std::jthread([this, answer = std::move(answer)](const std::stop_token& stop) {
      pollfd ready{listener_.get(), POLLIN, 0};
      while (!stop.stop_requested() && ::poll(&ready, 1, 20) == 0) {
      }
      if (stop.stop_requested()) return;
      const base::Fd peer(::accept(listener_.get(), nullptr, nullptr));
      char buffer[4096];
      while (heard_.find("}}") == std::string::npos && heard_.find("1764") == std::string::npos) {
        const ssize_t n = ::read(peer.get(), buffer, sizeof buffer);
        if (n <= 0) return;
        heard_.append(buffer, static_cast<std::size_t>(n));
      }
      static_cast<void>(!::write(peer.get(), answer.data(), answer.size()));
    });
  }
  std::string url(const char* host = "127.0.0.1") const {
    return std::string("http://") + host + ":" + std::to_string(port_) + "/hook";
  }
  // What it was told; ends it.
  std::string heard() {
    thread_.request_stop();
    thread_.join();
    return heard_;
  }

 private:
  base::Fd listener_;
  int port_ = 0;
  std::string heard_;
  std::jthread thread_;
};

Targets targets_of(const std::string& url) {
  Targets targets;
  targets.webhooks = {url};
  targets.timeout = std::chrono::seconds(5);
  return targets;
}

TEST(Webhook, GetsTheAlertSigned) {
  OneAnswer server("HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n");
  Targets targets = targets_of(server.url());
  targets.allowed_hosts = {"127.0.0.1"};
  targets.webhook_secret = "s3cret";
  EXPECT_EQ(send(targets, sample()).failure, "");
  const std::string heard = server.heard();
  const auto body_at = heard.find("\r\n\r\n") + 4;
  const std::string body = heard.substr(body_at);
  EXPECT_EQ(
      json::parse(body),
      json::parse(R"({"event":"alert","level":"warning","title":"loss is NaN","text":"at step 7",
              "project":"imdb","run":{"id":"123e4567-e89b-42d3-a456-426614174000","name":"quiet-otter-7"},
              "time_us":1764000000000000})"));
  EXPECT_NE(heard.find("X-Tracker-Signature: sha256=" + signature_of(body, "s3cret")),
            std::string::npos);
  EXPECT_EQ(heard.substr(0, 10), "POST /hook");
}

TEST(Webhook, OneThatHasTheAlertIsLeftAlone) {
  OneAnswer good("HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n");
  OneAnswer bad("HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n");
  Targets targets = targets_of(bad.url());
  targets.webhooks.push_back(good.url());
  targets.allowed_hosts = {"127.0.0.1"};
  storage::Alert alert = sample();
  const Delivery first = send(targets, alert);
  EXPECT_EQ(first.failure, "the webhook at 127.0.0.1 answered 500");
  EXPECT_EQ(first.told, std::vector{target_id("webhook " + good.url())});
  alert.told = first.told;
  alert.told.push_back(target_id("webhook " + bad.url()));
  const Delivery second = send(targets, alert);  // nobody listens any more
  EXPECT_EQ(second.failure, "");
  EXPECT_EQ(second.told, alert.told);
}

// RFC 4231, test case 2.
TEST(Webhook, SignatureIsHmacSha256) {
  EXPECT_EQ(signature_of("what do ya want for nothing?", "Jefe"),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST(Webhook, AnAddressThatIsNotPublicIsRefusedHoweverItIsWritten) {
  OneAnswer server("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  for (const char* host : {"127.0.0.1", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]", "0.0.0.0"}) {
    const std::string failure = send(targets_of(server.url(host)), sample()).failure;
    EXPECT_NE(failure.find("not public"), std::string::npos) << host << ": " << failure;
  }
  Targets other = targets_of(server.url());
  other.allowed_hosts = {"127.0.0.2"};
  EXPECT_NE(send(other, sample()).failure.find("--alert-allow-host"), std::string::npos);
  EXPECT_EQ(server.heard(), "");
}

TEST(Webhook, ARedirectIsNotFollowedAndAnErrorIsTold) {
  OneAnswer inner("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  OneAnswer server("HTTP/1.1 302 Found\r\nLocation: " + inner.url() +
                   "\r\nContent-Length: 0\r\n\r\n");
  Targets targets = targets_of(server.url());
  targets.allowed_hosts = {"127.0.0.1"};
  EXPECT_EQ(send(targets, sample()).failure, "the webhook at 127.0.0.1 answered 302");
  EXPECT_EQ(inner.heard(), "");
}

TEST(Webhook, OtherSchemesAreNotSpoken) {
  for (const char* url : {"file:///etc/passwd", "gopher://127.0.0.1:1/x", "ftp://127.0.0.1/x"})
    EXPECT_NE(send(targets_of(url), sample()).failure, "") << url;
}

// A mail server that offers to take a name and a password, and no TLS.
class PlainMailServer {
 public:
  PlainMailServer() : listener_(::socket(AF_INET, SOCK_STREAM, 0)) {
    port_ = listen_on_loopback(listener_.get());
    thread_ = std::jthread([this] { serve(); });
  }
  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  // What it was told; waits until the client has gone.
  std::string heard() {
    thread_.join();
    return heard_;
  }

 private:
  void serve() {
    const base::Fd peer(::accept(listener_.get(), nullptr, nullptr));
    const auto say = [&](const std::string& line) {
      static_cast<void>(!::write(peer.get(), line.data(), line.size()));
    };
    say("220 mail\r\n");
    std::string line;
    bool in_mail = false;
    char c = 0;
    while (::read(peer.get(), &c, 1) == 1) {
      line.push_back(c);
      if (c != '\n') continue;
      heard_ += line;
      const std::string word = line.substr(0, 4);
      if (in_mail) {
        if (line == ".\r\n") say("250 taken\r\n"), in_mail = false;
      } else if (word == "EHLO") {
        say("250-mail\r\n250 AUTH PLAIN\r\n");
      } else if (word == "AUTH") {
        say(line.find(' ', 6) == std::string::npos ? "334 \r\n" : "235 in\r\n");
      } else if (word == "DATA") {
        say("354 go on\r\n"), in_mail = true;
      } else {
        say(word == "QUIT"                     ? "221 bye\r\n"
            : word == "MAIL" || word == "RCPT" ? "250 ok\r\n"
                                               : "235 in\r\n");
      }
      line.clear();
    }
  }

  base::Fd listener_;
  int port_ = 0;
  std::string heard_;
  std::jthread thread_;
};

Targets mail_by(const std::string& url) {
  Targets targets;
  targets.smtp_url = url;
  targets.mail_from = "tracker@example.org";
  targets.mail_to = {"a@example.org"};
  targets.timeout = std::chrono::seconds(5);
  return targets;
}

TEST(Mail, ANameAndAPasswordGoThroughTlsOrNotAtAll) {
  PlainMailServer server;
  EXPECT_NE(send(mail_by("smtp://me:s3cret@" + server.address()), sample()).failure, "");
  const std::string heard = server.heard();
  EXPECT_EQ(heard.find("AUTH"), std::string::npos) << heard;
  EXPECT_EQ(heard.find("bWUAczNjcmV0"), std::string::npos);
}

TEST(Mail, WithoutThemAServerThatHasNoTlsTakesTheMail) {
  PlainMailServer server;
  EXPECT_EQ(send(mail_by("smtp://" + server.address()), sample()).failure, "");
  EXPECT_NE(server.heard().find("RCPT TO:<a@example.org>"), std::string::npos);
}

TEST(Mail, NothingOfARunCanAddAHeader) {
  Targets targets;
  targets.mail_from = "tracker@example.org";
  targets.mail_to = {"a@example.org", "b@example.org"};
  storage::Alert alert = sample();
  alert.title = "x\r\nBcc: evil@example.org\r\n\r\nbody";
  alert.run_name = "naïve\n" + std::string(200, 'n');
  const std::string text = mail_text(targets, alert);
  EXPECT_EQ(text.find("evil"), std::string::npos);
  EXPECT_NE(text.find("To: a@example.org, b@example.org\r\n"), std::string::npos);
  EXPECT_NE(text.find("Date: Mon, 24 Nov 2025 16:00:00 +0000\r\n"), std::string::npos) << text;
  std::size_t begin = 0;
  for (std::size_t end; (end = text.find("\r\n", begin)) != std::string::npos; begin = end + 2) {
    EXPECT_LE(end - begin, 998u);
    EXPECT_EQ(text.substr(begin, end - begin).find('\n'), std::string::npos);
  }
  EXPECT_EQ(begin, text.size());
}

}  // namespace
}  // namespace tracker::alerts
