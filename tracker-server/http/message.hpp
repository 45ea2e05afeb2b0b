#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <tracker/error.hpp>

// HTTP as handlers see it: plain values, no library types.
namespace tracker::auth {
class Guard;
}

namespace tracker::http {

enum class Method { kGet, kHead, kPost, kPut, kPatch, kDelete, kOther };

struct Request {
  Method method = Method::kGet;
  std::string path;                               // decoded, without the query
  std::string encoded_path;                       // as sent: there %2F is part of a name
  std::map<std::string, std::string> query;       // decoded; of a repeated name the last
  std::map<std::string, std::string> headers;     // names in lower case
  std::map<std::string, std::string> parameters;  // what `{name}` of the route matched
  std::string body;
  std::string id;       // under which it stands in the log; see core/request_id.hpp
  std::string client;   // address, without port
  bool secure = false;  // over TLS
  // What the caller may; of a route that is not public. Handlers show it what they are about.
  std::shared_ptr<auth::Guard> guard{};

  // Empty if absent.
  std::string_view header(const std::string& lower_case_name) const;
  std::optional<std::string> query_value(const std::string& name) const;
  // A whole number within [low, high], `fallback` if absent. Throws Error(kInvalidArgument) naming
  // the parameter.
  std::size_t query_number(const std::string& name, std::size_t fallback,
                           std::pair<std::size_t, std::size_t> range) const;
};

// The path and query of a request target. Absent for a target that is not a path, or whose %
// escapes are wrong or hide a NUL byte.
struct Target {
  std::string path, encoded_path;
  std::map<std::string, std::string> query;
};
std::optional<Target> parse_target(std::string_view target);

// Without its % escapes; absent where parse_target() would be.
std::optional<std::string> percent_decoded(std::string_view text);

// `Accept-Encoding: …gzip…` with a weight above zero.
bool accepts_gzip(const Request& request);

inline constexpr std::string_view kJsonType = "application/json";

// What follows `body` and is not in memory at once.
struct BodyRest {
  std::uint64_t bytes = 0;  // in all
  // Called on workers, one call after the other, for the next bytes; never empty until all have
  // come. What it throws cuts the connection: the answer has begun.
  std::function<std::string()> next;
};

struct Response {
  int status = 200;
  std::string content_type{kJsonType};
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  std::optional<BodyRest> rest = {};
};

Response json_response(const nlohmann::json& body);
Response text_response(int status, std::string text);
// {"error":{"code","message"}} with the status that docs/http-api.md gives to the code.
Response error_response(ErrorCode code, const std::string& message);
Response error_response(int status, std::string_view code, const std::string& message);

// Answers 304 without a body if the request has this tag already, else adds the tag to `response`.
// `tag` is without quotes.
Response with_etag(const Request& request, const std::string& tag, Response response);
bool has_etag(const Request& request, const std::string& tag);

}  // namespace tracker::http
