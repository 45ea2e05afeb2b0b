#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// One HTTP exchange by libcurl: no redirects, no retries, no opinion about status codes. Bodies
// that come compressed arrive decoded. Proxies are taken from the environment (http_proxy,
// https_proxy, all_proxy, no_proxy, in small letters or capitals).
namespace trainer::hub {

enum class Method { kGet, kHead };

inline constexpr int kHttpOk = 200;
inline constexpr int kHttpPartial = 206;  // the range that was asked for

struct HttpRequest {
  Method method = Method::kGet;
  std::string url;
  std::vector<std::string> headers = {};  // "Name: value"
  std::chrono::milliseconds connect_timeout{10'000};
  std::chrono::milliseconds idle_timeout{10'000};               // without a byte
  std::optional<std::chrono::milliseconds> total_timeout = {};  // absent: none
};

struct HttpResponse {
  // 0 when no answer came at all.
  int status = 0;
  // Names in lower case; of several with one name the last.
  std::map<std::string, std::string, std::less<>> headers;
  std::string body;  // empty when a sink took it
  std::string url;   // the one that was asked
  // libcurl's words when the exchange broke off, even after the status line; else empty.
  std::string failure;
  // `failure` will be the same next time: a certificate that is not trusted, redirects that lead
  // nowhere.
  bool permanent = false;
  // The sink refused to take more; `failure` then says nothing.
  bool refused = false;

  bool complete() const noexcept { return status != 0 && failure.empty() && !refused; }
  std::string_view header(std::string_view name) const;  // empty when absent
  std::optional<std::uint64_t> header_number(std::string_view name) const;
};

// The body is sent as it is, not compressed: its length and ranges are those of the content.
bool is_plain(const HttpResponse& response);

// Takes body bytes as they arrive, after the response's status and headers are known. False ends
// the exchange.
using BodySink = std::function<bool(const HttpResponse& head, std::span<const std::byte> bytes)>;

// Keeps connections open between exchanges. May be used from several threads: each exchange blocks
// its caller and uses a connection of its own.
class HttpClient {
 public:
  // An empty `ca_bundle` means the system's certificates.
  explicit HttpClient(std::string ca_bundle);
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;
  ~HttpClient();

  // Without a sink the body is kept, up to kMaxBody bytes; a longer one is a failure.
  HttpResponse send(const HttpRequest& request, const BodySink& sink = {}) const;

  static constexpr std::size_t kMaxBody = 64U << 20U;

 private:
  struct Pool;
  std::unique_ptr<Pool> pool_;
};

}  // namespace trainer::hub
