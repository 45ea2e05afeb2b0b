#pragma once

#include <algorithm>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>
#include <cctype>
#include <optional>
#include <string>
#include <string_view>

#include "core/host_name.hpp"
#include "http/http_connection.hpp"
#include "http/message.hpp"

// Beast's messages to ours and back. Included by http_connection.cpp only.
namespace tracker::http {

inline Method method_of(boost::beast::http::verb verb) {
  switch (verb) {
    case boost::beast::http::verb::get:
      return Method::kGet;
    case boost::beast::http::verb::head:
      return Method::kHead;
    case boost::beast::http::verb::post:
      return Method::kPost;
    case boost::beast::http::verb::put:
      return Method::kPut;
    case boost::beast::http::verb::patch:
      return Method::kPatch;
    case boost::beast::http::verb::delete_:
      return Method::kDelete;
    default:
      return Method::kOther;
  }
}

// Without the body. Absent for a target we do not understand.
inline std::optional<Request> to_request(const BeastRequest& from) {
  auto target = parse_target({from.target().data(), from.target().size()});
  if (!target) return std::nullopt;
  Request request;
  request.method = method_of(from.method());
  request.path = std::move(target->path);
  request.encoded_path = std::move(target->encoded_path);
  request.query = std::move(target->query);
  for (const auto& field : from) {
    std::string name(field.name_string());
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    request.headers[name] = std::string(field.value());
  }
  return request;
}

// What an answer says besides what its handler gave it.
struct Around {
  const BeastRequest& request;
  std::string_view id;  // empty: none
  bool secure = false, keep_alive = true;
};

inline boost::beast::http::response<boost::beast::http::string_body> from_response(
    Response from, const Around& around) {
  using boost::beast::http::field;
  boost::beast::http::response<boost::beast::http::string_body> response;
  response.version(11);
  response.result(static_cast<unsigned>(from.status));
  response.set(field::server, "tracker-server");
  response.set("X-Content-Type-Options", "nosniff");
  if (!around.id.empty()) response.set("X-Request-Id", around.id);
  // Not for localhost: its other ports are other people's, and the browser makes no difference.
  const std::string_view host(around.request[field::host]);
  if (around.secure && !core::is_loopback_name(core::host_name(host)))
    response.set(field::strict_transport_security, "max-age=31536000");
  for (const auto& [name, value] : from.headers) response.set(name, value);
  const bool has_body = from.status != 204 && from.status != 304;
  if (has_body) response.set(field::content_type, from.content_type);
  response.keep_alive(around.keep_alive);
  const auto length = from.body.size() + (from.rest ? from.rest->bytes : 0);
  if (around.request.method() != boost::beast::http::verb::head)
    response.body() = std::move(from.body);
  if (has_body) response.content_length(length);
  return response;
}

}  // namespace tracker::http
