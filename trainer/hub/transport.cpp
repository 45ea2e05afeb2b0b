#include "hub/transport.hpp"

#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <thread>

#include "config/error.hpp"
#include "config/printable.hpp"
#include "hub/notices.hpp"

namespace trainer::hub {
namespace {

constexpr int kMaxRedirects = 10;
constexpr std::uint64_t kLongestSpan = 1'000'000;  // seconds that a server may name
constexpr std::chrono::milliseconds kFirstWait{1000};
constexpr std::chrono::milliseconds kLongestOwnWait{16'000};
constexpr std::array<std::string_view, 3> kDescription{"x-repo-commit", "x-linked-etag",
                                                       "x-linked-size"};

bool is_redirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

std::chrono::seconds since_epoch() {
  return std::chrono::duration_cast<std::chrono::seconds>(
      std::chrono::system_clock::now().time_since_epoch());
}

Url endpoint_of(const HubSettings& settings) {
  auto url = Url::parse(settings.endpoint);
  if (!url) {
    throw Error(ErrorCode::kUsage,
                "HF_ENDPOINT '" + settings.endpoint +
                    "' is not an address like https://huggingface.co: mend it or unset it");
  }
  return *std::move(url);
}

// The seconds that `RateLimit: "api";r=0;t=55` gives, when nothing remains (r=0).
std::optional<std::chrono::seconds> rate_limit_reset(std::string_view header) {
  std::optional<std::uint64_t> remaining;
  std::optional<std::uint64_t> reset;
  while (!header.empty()) {
    const std::size_t end = std::min(header.find_first_of(";,"), header.size());
    const std::string_view item = header.substr(0, end);
    header.remove_prefix(std::min(end + 1, header.size()));
    const std::size_t sign = item.find('=');
    std::uint64_t number = 0;
    if (sign == std::string_view::npos) {
      continue;
    }
    const char* last = item.data() + item.size();
    if (std::from_chars(item.data() + sign + 1, last, number).ptr != last) {
      continue;
    }
    const std::string_view key = item.substr(0, sign);
    (key.ends_with("r") ? remaining : reset) = number;
  }
  return remaining == 0U && reset
             ? std::optional(std::chrono::seconds(std::min(*reset, kLongestSpan)))
             : std::nullopt;
}

// The sink sees the last answer only: what a redirect carries is not the file, nor what a refusal
// carries. Either is read to keep the connection, within reason.
HttpResponse send_for_file(const HttpClient& client, const HttpRequest& request,
                           const BodySink& sink) {
  if (!sink) {
    return client.send(request);
  }
  std::size_t passed_over = 0;
  HttpResponse response =
      client.send(request, [&](const HttpResponse& head, std::span<const std::byte> bytes) {
        if (!is_redirect(head.status) && head.status < 400) {
          return sink(head, bytes);
        }
        passed_over += bytes.size();
        return passed_over <= HttpClient::kMaxBody;
      });
  if (passed_over > HttpClient::kMaxBody) {
    response.failure = "the answer is longer than can be meant";
    response.permanent = true;
  }
  return response;
}

}  // namespace

bool may_pass(const HttpResponse& response) noexcept {
  if (!response.failure.empty() || response.status == 0) {
    return !response.permanent;
  }
  return response.status == 408 || response.status == 429 || response.status == 500 ||
         (response.status >= 502 && response.status <= 504);
}

std::optional<std::chrono::seconds> retry_after(const HttpResponse& response,
                                                std::chrono::seconds now) {
  if (const auto seconds = response.header_number("retry-after")) {
    return std::chrono::seconds(std::min(*seconds, kLongestSpan));
  }
  const std::string date(response.header("retry-after"));
  if (date.empty() && response.status == 429) {
    return rate_limit_reset(response.header("ratelimit"));
  }
  const time_t when = date.empty() ? -1 : curl_getdate(date.c_str(), nullptr);
  return when < 0
             ? std::nullopt
             : std::optional(std::max(std::chrono::seconds(0), std::chrono::seconds(when) - now));
}

bool Backoff::wait_after(const HttpResponse& response) {
  ++failed_;
  if (!may_pass(response) || failed_ >= settings_->attempts) {
    return false;
  }
  std::chrono::milliseconds pause =
      std::min(kFirstWait * (1 << std::min(failed_ - 1, 10)), kLongestOwnWait);
  if (const auto asked = retry_after(response, since_epoch())) {
    if (*asked > kLongestWait) {
      return false;
    }
    pause = *asked;
  }
  inform(fmt::format("{}; next attempt in {:.0f} s",
                     response.failure.empty() ? fmt::format("the hub answers {}", response.status)
                                              : response.failure,
                     std::chrono::duration<double>(pause).count()));
  if (settings_->wait) {
    settings_->wait(pause);
  } else {
    std::this_thread::sleep_for(pause);
  }
  return true;
}

Transport::Transport(const HubSettings& settings)
    : settings_(&settings), endpoint_(endpoint_of(settings)), client_(settings.ca_bundle) {}

std::vector<std::string> Transport::headers_for(const HttpRequest& request, const Url& to) const {
  std::vector<std::string> headers = request.headers;
  headers.emplace_back("User-Agent: tracker-trainer/0.1");
  // Sizes and ranges must be those of the file, not of its compressed form.
  headers.emplace_back("Accept-Encoding: identity");
  if (!settings_->token.empty() && same_origin(to, endpoint_)) {
    headers.emplace_back("Authorization: Bearer " + settings_->token);
  }
  return headers;
}

HttpResponse Transport::once(const HttpRequest& request, Redirects redirects,
                             const BodySink& sink) const {
  auto at = Url::parse(request.url);
  if (!at) {
    throw Error(ErrorCode::kInternal, "not an address: " + request.url);
  }
  std::map<std::string, std::string, std::less<>> description;
  for (int hop = 0;; ++hop) {
    HttpRequest step = request;
    step.url = at->text();
    step.headers = headers_for(request, *at);
    HttpResponse response = send_for_file(client_, step, sink);
    for (const std::string_view name : kDescription) {
      if (const std::string_view value = response.header(name); !value.empty()) {
        description.insert_or_assign(std::string(name), std::string(value));
      }
    }
    response.headers.insert(description.begin(), description.end());
    if (!is_redirect(response.status) || response.permanent) {
      return response;
    }
    const auto next = follow(*at, response.header("location"));
    if (!next || hop == kMaxRedirects) {
      response.failure = next ? "too many redirects"
                              : "redirected to '" + config::printable(response.header("location")) +
                                    "', which is not followed";
      response.permanent = true;
      return response;
    }
    if (redirects == Redirects::kUntilDescribed && description.contains("x-repo-commit") &&
        !same_origin(*at, *next)) {
      return response;
    }
    at = next;
  }
}

HttpResponse Transport::patient(const HttpRequest& request, Redirects redirects) const {
  Backoff backoff(*settings_);
  while (true) {
    HttpResponse response = once(request, redirects);
    if (!may_pass(response) || !backoff.wait_after(response)) {
      return response;
    }
  }
}

}  // namespace trainer::hub
