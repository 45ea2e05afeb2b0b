#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "hub/http_client.hpp"
#include "hub/hub.hpp"
#include "hub/url.hpp"

// Requests to the hub: redirects followed by hand, the token kept to the endpoint's own host, waits
// between attempts.
namespace trainer::hub {

// Whether to go on after a redirect, and where to.
enum class Redirects {
  kAll,
  // Stops at the first redirect that says which commit it is of (X-Repo-Commit) and leads to
  // another host: its headers describe the file, and the other host need not be asked.
  kUntilDescribed
};

// How long the next attempt has to wait, and whether there is one. Not for use by several threads
// at once.
class Backoff {
 public:
  explicit Backoff(const HubSettings& settings) : settings_(&settings) {}

  // Waits and returns true when `response` is of the kind that may pass (no answer, cut off, 408,
  // 429, 500, 502, 503, 504) and attempts are left. A Retry-After of at most kLongestWait is
  // obeyed; a longer one ends the attempts.
  bool wait_after(const HttpResponse& response);
  // Progress was made: the count begins anew.
  void reset() noexcept { failed_ = 0; }

  static constexpr std::chrono::seconds kLongestWait{120};

 private:
  const HubSettings* settings_;
  int failed_ = 0;
};

bool may_pass(const HttpResponse& response) noexcept;
// How long to wait: of Retry-After seconds or an HTTP date, else of RateLimit (the IETF's draft
// "ratelimit-headers") what a 429 says; nullopt when absent or unreadable. `now` in seconds since
// 1970.
std::optional<std::chrono::seconds> retry_after(const HttpResponse& response,
                                                std::chrono::seconds now);

// May be used from several threads.
class Transport {
 public:
  explicit Transport(const HubSettings& settings);

  // HEAD or GET of an address, once, through at most ten redirects. The sink gets the body of the
  // last answer, unless that is an error (400 and above); other bodies are passed over, and longer
  // than HttpClient::kMaxBody they are a failure. Headers of earlier answers that
  // later ones lack (X-Repo-Commit, X-Linked-Etag, X-Linked-Size) are kept; `url` is that of the
  // last one asked.
  HttpResponse once(const HttpRequest& request, Redirects redirects,
                    const BodySink& sink = {}) const;
  // As once(), with attempts by Backoff.
  HttpResponse patient(const HttpRequest& request, Redirects redirects) const;

 private:
  std::vector<std::string> headers_for(const HttpRequest& request, const Url& to) const;

  const HubSettings* settings_;
  Url endpoint_;
  HttpClient client_;
};

}  // namespace trainer::hub
