#include "cli/api_client.hpp"

#include <utility>

#include <tracker/error.hpp>

#include "relay/credentials.hpp"

namespace tracker::cli {
namespace {

using nlohmann::json;

constexpr std::size_t kLargestAnswer = 16u << 20;

ErrorCode code_of(long status) {
  switch (status) {
    case 400:
      return ErrorCode::kInvalidArgument;
    case 401:
      return ErrorCode::kUnauthenticated;
    case 403:
      return ErrorCode::kPermissionDenied;
    case 404:
      return ErrorCode::kNotFound;
    case 409:
      return ErrorCode::kFailedPrecondition;
    case 429:
      return ErrorCode::kResourceExhausted;
    case 503:
      return ErrorCode::kUnavailable;
    default:
      return ErrorCode::kInternal;
  }
}

// The server's own words, if it said any.
std::string message_of(const json& answer) {
  if (!answer.is_object() || !answer.contains("error")) return {};
  const auto& error = answer["error"];
  return error.is_object() ? error.value("message", std::string()) : std::string();
}

[[noreturn]] void refuse(const std::string& url, const relay::HttpAnswer& answer) {
  const auto message = message_of(json::parse(answer.body, nullptr, false));
  if (answer.status == 200 || message.empty())
    throw Error(ErrorCode::kUnimplemented,
                "what answers at " + url + " does not know this command: update tracker-server");
  throw Error(code_of(answer.status), message);
}

}  // namespace

std::string escaped(const std::string& text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '.' || c == '_' || c == '~';
    if (plain) {
      out.push_back(c);
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out.append({'%', kHex[byte >> 4], kHex[byte & 15]});
  }
  return out;
}

ApiClient::ApiClient(const std::string& url)
    : server_(relay::discover(url)), key_(relay::api_key(server_.url)) {}

relay::HttpRequest ApiClient::request(const std::string& method, const std::string& path) const {
  relay::HttpRequest request;
  request.url = server_.url + "/api/v1/" + path;
  request.method = method;
  request.loopback = server_.loopback;
  request.timeout = std::chrono::minutes(1);
  request.most_bytes = kLargestAnswer;
  if (!key_.empty()) request.headers.push_back("Authorization: Bearer " + key_);
  if (!cookie_.empty()) request.headers.push_back("Cookie: " + cookie_);
  if (!csrf_.empty()) request.headers.push_back("X-CSRF-Token: " + csrf_);
  return request;
}

std::string ApiClient::bytes(const std::string& path) {
  auto answer = relay::send(request("GET", path));
  if (answer.status != 200) refuse(server_.url, answer);
  return std::move(answer.body);
}

json ApiClient::ask(const std::string& method, const std::string& path, const json& body) {
  relay::HttpRequest asked = request(method, path);
  asked.headers.emplace_back("Accept: application/json");
  if (!body.is_null()) {
    asked.headers.emplace_back("Content-Type: application/json");
    asked.body = body.dump(-1, ' ', false, json::error_handler_t::replace);
  }
  const auto answer = relay::send(asked);
  if (const auto cookie = answer.header("set-cookie"); !cookie.empty())
    cookie_ = cookie.substr(0, cookie.find(';'));
  auto said = json::parse(answer.body, nullptr, false);
  if (answer.status != 200 || !said.is_object()) refuse(server_.url, answer);
  return said;
}

std::string ApiClient::make_key(const Login& login) {
  const auto shown = std::exchange(key_, std::string());
  const auto session = post("session", {{"user", login.user}, {"password", login.password}});
  csrf_ = session.at("csrf_token").get<std::string>();
  const auto made = post("api-keys", {{"name", login.key_name}});
  remove("session");
  cookie_.clear();
  csrf_.clear();
  key_ = shown;
  return made.at("key").get<std::string>();
}

}  // namespace tracker::cli
