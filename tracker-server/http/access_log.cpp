#include "http/access_log.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "core/log_text.hpp"

namespace tracker::http {
namespace {

// Questions that are too long for an address.
constexpr std::array<std::string_view, 1> kReadingPosts{"/api/v1/series"};

}  // namespace

bool reads_only(std::string_view method, std::string_view path) noexcept {
  if (method == "GET" || method == "HEAD" || method == "OPTIONS") return true;
  return method == "POST" &&
         std::find(kReadingPosts.begin(), kReadingPosts.end(), path) != kReadingPosts.end();
}

void log_request(core::AccessLog mode, const Served& served) {
  if (mode == core::AccessLog::kOff) return;
  const auto path = served.target.substr(0, served.target.find_first_of("?#"));
  const bool quiet = mode == core::AccessLog::kWrites && reads_only(served.method, path);
  const auto level = quiet ? spdlog::level::debug : spdlog::level::info;
  if (!spdlog::should_log(level)) return;
  spdlog::log(
      level,
      "event=http_request id={} method={} target={} route={}{} status={} bytes={} ms={:.1f} "
      "client={}",
      served.id, core::quoted(served.method), core::quoted(served.target),
      served.route != nullptr ? served.route->pattern : "-",
      served.run.empty() ? "" : fmt::format(" run={}", served.run), served.status, served.bytes,
      std::chrono::duration<double, std::milli>(served.time).count(), served.client);
}

void add_request_id(Response& response, std::string_view id) {
  if (response.status < 500 || response.content_type != "application/json") return;
  auto body = nlohmann::json::parse(response.body, nullptr, false);
  if (!body.is_object() || !body.contains("error") || !body["error"].is_object()) return;
  body["error"]["request_id"] = id;
  response.body = body.dump();
}

}  // namespace tracker::http
