#pragma once

#include <arpa/inet.h>
#include <curl/curl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <latch>
#include <nlohmann/json.hpp>

#include "everybody.hpp"
#include "http/server.hpp"
#include "support/certificates/certificates.hpp"
#include "support/temp_directory.hpp"

// A listener with handlers of the test, and its clients without Beast.
namespace tracker::http {
namespace fs = std::filesystem;
using namespace std::chrono_literals;

inline std::size_t append(char* data, std::size_t size, std::size_t count, void* target) {
  static_cast<std::string*>(target)->append(data, size * count);
  return size * count;
}

struct Answer {
  CURLcode result = CURLE_OK;
  long status = 0;
  std::string headers, body;
};
struct Question {
  std::string url;
  fs::path ca;
  std::vector<std::string> headers;
  std::string post;
};

inline Answer ask(const Question& question) {
  CURL* handle = ::curl_easy_init();
  Answer answer;
  curl_slist* headers = nullptr;
  for (const auto& header : question.headers)
    headers = ::curl_slist_append(headers, header.c_str());
  ::curl_easy_setopt(handle, CURLOPT_URL, question.url.c_str());
  ::curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers);
  if (!question.post.empty())
    ::curl_easy_setopt(handle, CURLOPT_COPYPOSTFIELDS, question.post.c_str());
  ::curl_easy_setopt(handle, CURLOPT_CAINFO, question.ca.c_str());
  ::curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, append);
  ::curl_easy_setopt(handle, CURLOPT_WRITEDATA, &answer.body);
  ::curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, append);
  ::curl_easy_setopt(handle, CURLOPT_HEADERDATA, &answer.headers);
  ::curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  ::curl_easy_setopt(handle, CURLOPT_TIMEOUT, 30L);
  ::curl_easy_setopt(handle, CURLOPT_NOPROXY, "*");
  answer.result = ::curl_easy_perform(handle);
  ::curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &answer.status);
  ::curl_slist_free_all(headers);
  ::curl_easy_cleanup(handle);
  return answer;
}

// A plain connection, without a library that would help.
class Socket {
 public:
  explicit Socket(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  }
  ~Socket() { ::close(fd_); }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;

  void send_get(const std::string& path) {
    const auto text = "GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
    EXPECT_EQ(::send(fd_, text.data(), text.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(text.size()));
  }
  // Until `end` has come, or the end.
  std::string read_to(const std::string& end) {
    std::string all;
    char bytes[512];
    for (ssize_t n;
         all.find(end) == std::string::npos && (n = ::recv(fd_, bytes, sizeof bytes, 0)) > 0;)
      all.append(bytes, static_cast<std::size_t>(n));
    return all;
  }

 private:
  int fd_;
};

class EdgeTest : public testing::Test {
 protected:
  EdgeTest() {
    const auto add = [this](Method method, const char* path, Runs runs, Handler handler) {
      routes_.push_back({method, path, auth::Access::kPublic, runs, std::move(handler)});
    };
    add(Method::kGet, "/api/v1/in", Runs::kInline,
        [](const Request&) { return text_response(200, "inside"); });
    add(Method::kPost, "/api/v1/in", Runs::kOnWorker,
        [](const Request&) { return text_response(200, "taken"); });
    add(Method::kGet, "/api/v1/broken", Runs::kOnWorker,
        [](const Request&) -> Response { throw std::runtime_error("secret"); });
    add(Method::kGet, "/api/v1/runs/{id}", Runs::kOnWorker,
        [](const Request&) { return text_response(200, "run"); });
    add(Method::kGet, "/api/v1/block", Runs::kInline, [this](const Request&) {
      entered_.count_down();
      released_.wait();
      return text_response(200, "blocked");
    });
    options_.port = 0;
  }
  void start() {
    routes_.push_back(live_route());
    router_ = std::make_unique<Router>(
        std::move(routes_), [](const Request&) { return text_response(200, "page"); },
        &everybody_.gate);
    server_ = std::make_unique<Server>(options_, *router_, hub_);
    server_->start();
  }
  void start_tls() {
    authority_.write(ca_);
    authority_.issue({files_.certificate, files_.key});
    options_.tls = files_;
    options_.tls_reload = 10ms;
    start();
  }
  std::string url(const std::string& scheme, const std::string& path) const {
    return scheme + "://localhost:" + std::to_string(server_->port()) + path;
  }

  test::TempDirectory root_;
  test_support::Authority authority_{"first"};
  core::TlsFiles files_{root_ / "cert.pem", root_ / "key.pem"};
  fs::path ca_ = root_ / "ca.pem";
  std::latch entered_{1}, released_{1};
  core::SystemClock clock_;
  LiveHub hub_{LiveReaders(), clock_, {}};
  Everybody everybody_;
  std::vector<Route> routes_;
  std::unique_ptr<Router> router_;
  ServerOptions options_;
  std::unique_ptr<Server> server_;
};

}  // namespace tracker::http
