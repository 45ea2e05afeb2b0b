#include "relay/discovery.hpp"

#include <curl/curl.h>

#include <memory>
#include <nlohmann/json.hpp>

#include <tracker/error.hpp>

#include "relay/http_request.hpp"

namespace tracker::relay {
namespace {

struct CurlUrlFree {
  void operator()(CURLU* handle) const noexcept { curl_url_cleanup(handle); }
};

struct UrlParts {
  std::string scheme, host, port, path;
};

std::string part(CURLU* handle, CURLUPart what) {
  char* text = nullptr;
  if (curl_url_get(handle, what, &text, 0) != CURLUE_OK || text == nullptr) return {};
  std::string copy(text);
  curl_free(text);
  return copy;
}

UrlParts parse(const std::string& url) {
  const auto fail = [&]() -> Error {
    return Error(
        ErrorCode::kInvalidArgument,
        "'" + url +
            "' is not the address of a tracker server: it should look like http://127.0.0.1:8080");
  };
  const std::string full = url.find("://") == std::string::npos ? "http://" + url : url;
  std::unique_ptr<CURLU, CurlUrlFree> handle(curl_url());
  if (!handle || curl_url_set(handle.get(), CURLUPART_URL, full.c_str(), 0) != CURLUE_OK)
    throw fail();
  UrlParts parts{part(handle.get(), CURLUPART_SCHEME), part(handle.get(), CURLUPART_HOST),
                 part(handle.get(), CURLUPART_PORT), part(handle.get(), CURLUPART_PATH)};
  if ((parts.scheme != "http" && parts.scheme != "https") || parts.host.empty()) throw fail();
  for (char& c : parts.host) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  while (!parts.path.empty() && parts.path.back() == '/') parts.path.pop_back();
  return parts;
}

std::string join(const UrlParts& parts) {
  return parts.scheme + "://" + parts.host + (parts.port.empty() ? "" : ":" + parts.port) +
         parts.path;
}

bool is_loopback(const std::string& host) {
  return host == "localhost" || host == "[::1]" || host.rfind("127.", 0) == 0;
}

bool says_tls_is_required(const nlohmann::json& answer) {
  const auto error = answer.is_object() ? answer.find("error") : answer.end();
  return error != answer.end() && error->is_object() &&
         error->value("code", nlohmann::json()) == "tls_required";
}

}  // namespace

std::string normalize_url(const std::string& url) { return join(parse(url)); }

Server discover(const std::string& url, const DiscoverOptions& options) {
  const UrlParts parts = parse(url);
  Server server;
  server.url = join(parts);
  server.tls = parts.scheme == "https";
  server.loopback = is_loopback(parts.host);
  HttpAnswer answer;
  try {
    answer = send({.url = server.url + "/api/v1/server",
                   .loopback = server.loopback,
                   .timeout = options.timeout,
                   .stop = options.stop});
  } catch (const Error& error) {
    if (error.code() == ErrorCode::kFailedPrecondition)
      throw Error(error.code(), server.url + ": " + error.what());
    throw Error(error.code(),
                "no tracker server answers at " + server.url + " (" + error.what() + ")");
  }
  if (answer.status >= 500) {
    throw Error(ErrorCode::kUnavailable, "the server at " + server.url + " is not ready (HTTP " +
                                             std::to_string(answer.status) + ")");
  }
  const auto json = nlohmann::json::parse(answer.body, nullptr, false);
  if (says_tls_is_required(json)) {
    throw Error(ErrorCode::kFailedPrecondition,
                "the server at " + server.url + " speaks TLS: its address begins with https://");
  }
  const auto port = json.is_object() ? json.value("grpc_port", nlohmann::json()) : nlohmann::json();
  if (answer.status != 200 || !port.is_number_unsigned() || port < 1u || port > 65535u) {
    throw Error(ErrorCode::kFailedPrecondition,
                "what answers at " + server.url + " is not a tracker server: check the address");
  }
  server.target = parts.host + ":" + std::to_string(port.get<unsigned>());
  if (const auto version = json.find("version"); version != json.end() && version->is_string()) {
    server.version = *version;
  }
  return server;
}

}  // namespace tracker::relay
