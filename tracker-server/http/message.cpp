#include "http/message.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <nlohmann/json.hpp>

namespace tracker::http {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const auto at = text.find(separator);
    parts.push_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

struct ErrorKind {
  int status;
  std::string_view name;
};

ErrorKind error_kind_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalidArgument:
      return {400, "invalid_argument"};
    case ErrorCode::kUnauthenticated:
      return {401, "unauthenticated"};
    case ErrorCode::kPermissionDenied:
      return {403, "permission_denied"};
    case ErrorCode::kNotFound:
      return {404, "not_found"};
    case ErrorCode::kAlreadyExists:
      return {409, "already_exists"};
    case ErrorCode::kFailedPrecondition:
      return {409, "failed_precondition"};
    case ErrorCode::kResourceExhausted:
      return {429, "resource_exhausted"};
    case ErrorCode::kUnimplemented:
      return {501, "unimplemented"};
    case ErrorCode::kUnavailable:
      return {503, "unavailable"};
    case ErrorCode::kDataLoss:
    case ErrorCode::kInternal:
      break;
  }
  return {500, "internal"};
}

}  // namespace

std::optional<std::string> percent_decoded(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\0') return std::nullopt;
    if (text[i] != '%') {
      out.push_back(text[i]);
      continue;
    }
    if (i + 2 >= text.size()) return std::nullopt;
    const int high = hex_digit(text[i + 1]), low = hex_digit(text[i + 2]);
    if (high < 0 || low < 0 || (high == 0 && low == 0)) return std::nullopt;
    out.push_back(static_cast<char>(high * 16 + low));
    i += 2;
  }
  return out;
}

std::string_view Request::header(const std::string& lower_case_name) const {
  const auto found = headers.find(lower_case_name);
  return found == headers.end() ? std::string_view() : std::string_view(found->second);
}

std::optional<std::string> Request::query_value(const std::string& name) const {
  const auto found = query.find(name);
  if (found == query.end()) return std::nullopt;
  return found->second;
}

std::size_t Request::query_number(const std::string& name, std::size_t fallback,
                                  std::pair<std::size_t, std::size_t> range) const {
  const auto text = query_value(name);
  if (!text) return fallback;
  std::size_t value = 0;
  const auto result = std::from_chars(text->data(), text->data() + text->size(), value);
  if (result.ec != std::errc() || result.ptr != text->data() + text->size() ||
      value < range.first || value > range.second) {
    throw Error(ErrorCode::kInvalidArgument, fmt::format("{} must be a whole number from {} to {}",
                                                         name, range.first, range.second));
  }
  return value;
}

std::optional<Target> parse_target(std::string_view target) {
  if (target.empty() || target.front() != '/') return std::nullopt;
  target = target.substr(0, target.find('#'));
  const auto mark = target.find('?');
  const auto encoded = target.substr(0, mark);
  auto path = percent_decoded(encoded);
  if (!path) return std::nullopt;
  Target result{std::move(*path), std::string(encoded), {}};
  if (mark == std::string_view::npos) return result;
  for (const auto part : split(target.substr(mark + 1), '&')) {
    if (part.empty()) continue;
    const auto equals = part.find('=');
    std::string raw_value(equals == std::string_view::npos ? "" : part.substr(equals + 1));
    std::replace(raw_value.begin(), raw_value.end(), '+', ' ');
    const auto name = percent_decoded(part.substr(0, equals));
    auto value = percent_decoded(raw_value);
    if (!name || !value) return std::nullopt;
    result.query[*name] = std::move(*value);
  }
  return result;
}

bool accepts_gzip(const Request& request) {
  for (const auto item : split(request.header("accept-encoding"), ',')) {
    const auto parts = split(item, ';');
    if (trim(parts[0]) != "gzip") continue;
    if (parts.size() == 1) return true;
    const auto weight = trim(parts[1]);
    return weight != "q=0" && weight.substr(0, 4) != "q=0."
               ? true
               : weight.find_first_of("123456789") != std::string_view::npos;
  }
  return false;
}

Response json_response(const nlohmann::json& body) {
  Response response;
  // Logged text may hold bytes that are not UTF-8; they are replaced and not an error.
  response.body = body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  response.headers.emplace_back("Cache-Control", "no-cache");
  return response;
}

Response text_response(int status, std::string text) {
  Response response;
  response.status = status;
  response.content_type = "text/plain; charset=utf-8";
  response.headers.emplace_back("Cache-Control", "no-store");
  response.body = std::move(text);
  return response;
}

Response error_response(int status, std::string_view code, const std::string& message) {
  auto response = json_response({{"error", {{"code", code}, {"message", message}}}});
  response.status = status;
  return response;
}

Response error_response(ErrorCode code, const std::string& message) {
  const auto kind = error_kind_of(code);
  return error_response(kind.status, kind.name, message);
}

bool has_etag(const Request& request, const std::string& tag) {
  const auto quoted = fmt::format("\"{}\"", tag);
  for (auto item : split(request.header("if-none-match"), ',')) {
    item = trim(item);
    if (item.substr(0, 2) == "W/") item.remove_prefix(2);
    if (item == quoted || item == "*") return true;
  }
  return false;
}

Response with_etag(const Request& request, const std::string& tag, Response response) {
  if (has_etag(request, tag)) {
    response.status = 304;
    response.body.clear();
  }
  response.headers.emplace_back("ETag", fmt::format("\"{}\"", tag));
  return response;
}

}  // namespace tracker::http
