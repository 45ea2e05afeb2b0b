// What of a request is read by our own code, on bytes that anybody may have sent, and the file of
// settings. The first byte chooses the reader. A request is given as lines: the target, Host,
// Origin, Accept-Encoding, If-None-Match, X-Request-Id, then the body. Each reader may refuse with
// an Error and nothing else.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include <tracker/error.hpp>

#include "app/settings.hpp"
#include "core/host_name.hpp"
#include "core/log_text.hpp"
#include "core/request_id.hpp"
#include "http/access_log.hpp"
#include "http/live_messages.hpp"
#include "http/origin.hpp"
#include "http/router.hpp"
#include "http/series_body.hpp"

namespace {

using namespace tracker;
using namespace tracker::http;

std::string line(std::string_view& text) {
  const auto end = std::min(text.find('\n'), text.size());
  std::string out(text.substr(0, end));
  text.remove_prefix(std::min(end + 1, text.size()));
  return out;
}

const Router& router() {
  static const Router instance = [] {
    const auto query = [](const Request& request) {
      const auto number = request.query_number("limit", 200, {1, 1'000});
      if (number < 1 || number > 1'000) std::abort();
      Response response = text_response(200, request.query_value("project").value_or("none"));
      return with_etag(request, "1-running", std::move(response));
    };
    const auto series = [](const Request& request) {
      parse_series_request(request.body);
      return text_response(accepts_gzip(request) ? 200 : 404, "");
    };
    std::vector<Route> routes;
    routes.push_back({Method::kGet, "/api/v1/runs", auth::Access::kPublic, Runs::kInline, query});
    routes.push_back(
        {Method::kGet, "/api/v1/runs/{id}/keys", auth::Access::kPublic, Runs::kInline, query});
    routes.push_back(
        {Method::kPost, "/api/v1/series", auth::Access::kPublic, Runs::kInline, series});
    return Router(std::move(routes), query);
  }();
  return instance;
}

void serve(std::string_view text, Method method) {
  auto target = parse_target(line(text));
  if (!target) return;
  if (target->path.empty() || target->path.find('\0') != std::string::npos) std::abort();
  Request request;
  request.method = method;
  request.path = std::move(target->path);
  request.encoded_path = std::move(target->encoded_path);
  request.query = std::move(target->query);
  for (const auto* name : {"host", "origin", "accept-encoding", "if-none-match", "x-request-id"})
    request.headers[name] = line(text);
  request.body = text;
  request.id = core::request_id(request.header("x-request-id"));
  if (!core::is_request_id(request.id)) std::abort();
  OriginPolicy policy;
  policy.hosts = {"tracker.example"};
  policy.accept =
      method == Method::kPost ? OriginPolicy::Hosts::kAny : OriginPolicy::Hosts::kKnownOnly;
  if (refuse_foreign(policy, request)) return;
  auto response = router().answer(request, router().match(method, request.encoded_path));
  add_request_id(response, request.id);
  if (response.status == 500) std::abort();  // an exception that no reader should throw
}

void settings_file(const std::string& text) {
  const auto values = app::from_yaml(text, "f");
  app::to_config(values);
  // What is printed says the same, but for the secret.
  auto printed = app::from_yaml(app::print(values), "f");
  for (const auto& [name, given] : values)
    if (name != "database-url" && name != "allow-anonymous" &&
        printed.at(name).values != given.values)
      std::abort();
}

void names(std::string_view text) {
  const auto quoted = core::quoted(text);
  if (quoted.find('\n') != std::string::npos) std::abort();
  core::is_loopback_name(core::host_name(text));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string text(reinterpret_cast<const char*>(data + 1), size - 1);
  try {
    switch (data[0] % 6) {
      case 0:
        serve(text, Method::kGet);
        break;
      case 1:
        serve(text, Method::kPost);
        break;
      case 2:
        parse_series_request(text);
        break;
      case 3:
        parse_command(text);
        break;
      case 4:
        settings_file(text);
        break;
      default:
        names(text);
    }
  } catch (const Error&) {
    return 0;
  }
  return 0;
}
