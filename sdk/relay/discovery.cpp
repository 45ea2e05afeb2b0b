#include "relay/discovery.hpp"

#include <curl/curl.h>

#include <array>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>

#include <tracker/error.hpp>

#include "relay/trust.hpp"

namespace tracker::relay {
namespace {

// The answer is a few dozen bytes; whatever sends more is not a tracker server.
constexpr std::size_t kMaxAnswerBytes = 64 * 1024;

struct CurlUrlFree {
  void operator()(CURLU* handle) const noexcept { curl_url_cleanup(handle); }
};
struct CurlEasyFree {
  void operator()(CURL* handle) const noexcept { curl_easy_cleanup(handle); }
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

std::size_t append_answer(char* data, std::size_t size, std::size_t count, void* into) {
  auto& answer = *static_cast<std::string*>(into);
  if (answer.size() + size * count > kMaxAnswerBytes) return 0;
  answer.append(data, size * count);
  return size * count;
}

int on_progress(void* stop, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return static_cast<const std::stop_token*>(stop)->stop_requested() ? 1 : 0;
}

// Why there is no answer. What is wrong with certificates does not pass by itself, and has a
// remedy.
Error failure(CURLcode code, const std::string& reason) {
  switch (code) {
    case CURLE_PEER_FAILED_VERIFICATION:
      return Error(ErrorCode::kFailedPrecondition,
                   "its certificate is not accepted: " + reason +
                       ": if a private authority signed it, give that one's file with --ca-file or "
                       "$TRACKER_CA_FILE");
    case CURLE_SSL_CACERT_BADFILE:
      return Error(ErrorCode::kFailedPrecondition, reason + ": see --ca-file and $TRACKER_CA_FILE");
    case CURLE_SSL_CONNECT_ERROR:
      return Error(ErrorCode::kFailedPrecondition,
                   "no TLS connection: " + reason +
                       ": if the server runs without TLS, its address begins with http://");
    default:
      return Error(ErrorCode::kUnavailable, curl_easy_strerror(code));
  }
}

struct Answer {
  long status = 0;
  std::string body;
};

Answer get(const std::string& url, bool loopback, const DiscoverOptions& options) {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  std::unique_ptr<CURL, CurlEasyFree> curl(curl_easy_init());
  if (!curl) throw Error(ErrorCode::kInternal, "libcurl could not be started");
  Answer answer;
  curl_easy_setopt(curl.get(), CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_WRITEFUNCTION, append_answer);
  curl_easy_setopt(curl.get(), CURLOPT_WRITEDATA, &answer.body);
  curl_easy_setopt(curl.get(), CURLOPT_TIMEOUT_MS, static_cast<long>(options.timeout.count()));
  curl_easy_setopt(curl.get(), CURLOPT_NOSIGNAL, 1L);  // other threads live in this process
  curl_easy_setopt(curl.get(), CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt(curl.get(), CURLOPT_XFERINFOFUNCTION, on_progress);
  curl_easy_setopt(curl.get(), CURLOPT_XFERINFODATA, &options.stop);
  // A proxy of the environment cannot reach our own loopback.
  if (loopback) curl_easy_setopt(curl.get(), CURLOPT_PROXY, "");
  if (const auto file = ca_file(); !file.empty())
    curl_easy_setopt(curl.get(), CURLOPT_CAINFO, file.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2);
  std::array<char, CURL_ERROR_SIZE> reason{};
  curl_easy_setopt(curl.get(), CURLOPT_ERRORBUFFER, reason.data());
  const CURLcode code = curl_easy_perform(curl.get());
  if (code == CURLE_WRITE_ERROR) return {200, ""};  // too long: no JSON of ours
  if (code != CURLE_OK)
    throw failure(code, reason[0] != '\0' ? reason.data() : curl_easy_strerror(code));
  curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &answer.status);
  return answer;
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
  Answer answer;
  try {
    answer = get(server.url + "/api/v1/server", server.loopback, options);
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
